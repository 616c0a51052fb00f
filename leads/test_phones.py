import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.phones import canonical, display, masked


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("5551996921999@s.whatsapp.net", "+5551996921999"),
        ("555196921999@s.whatsapp.net", "+5551996921999"),
        ("553187654321@s.whatsapp.net", "+5531987654321"),
        ("554789211984:12@s.whatsapp.net", "+5547989211984"),
        ("5511987654321@c.us", "+5511987654321"),
        ("554532251234@s.whatsapp.net", "+554532251234"),
        ("16467043595@s.whatsapp.net", "+16467043595"),
        ("5491123456789@s.whatsapp.net", "+5491123456789"),
        ("5215512345678@s.whatsapp.net", "+5215512345678"),
        ("525512345678@s.whatsapp.net", "+525512345678"),
        ("123456789012345@lid", None),
        ("120363041234567890@g.us", None),
        ("status@broadcast", None),
        ("abc@s.whatsapp.net", None),
        ("16467043595", "+16467043595"),
        ("525512345678", "+525512345678"),
        ("5491123456789", "+5491123456789"),
        ("5551996921999", "+5551996921999"),
        ("555196921999", "+5551996921999"),
        ("(51) 99692-1999", "+5551996921999"),
        ("(51) 9692-1999", "+5551996921999"),
        ("051 99692 1999", "+5551996921999"),
        ("0 15 51 99692-1999", "+5551996921999"),
        ("+55 51 99692-1999", "+5551996921999"),
        ("55 99612-3456", "+5555996123456"),
        ("45 3225-1234", "+554532251234"),
        ("+1 646 704 3595", "+16467043595"),
        ("+351 912 345 678", "+351912345678"),
        ("99692-1999", None),
        ("123", None),
        ("", None),
        ("00000000000", None),
        ("oi", None),
    ],
)
def test_one_form_for_every_spelling(number, expected):
    assert canonical(number) == expected


@pytest.mark.parametrize(
    ("e164", "shown", "logged"),
    [
        ("+5551996921999", "(51) 99692-1999", "+55…1999"),
        ("+554532251234", "(45) 3225-1234", "+55…1234"),
        ("+16467043595", "+1 646-704-3595", "+1…3595"),
        ("+351912345678", "+351 912 345 678", "+351…5678"),
        ("nothing", "nothing", "…"),
    ],
)
def test_what_people_and_logs_see(e164, shown, logged):
    assert (display(e164), masked(e164)) == (shown, logged)


@given(st.text() | st.from_regex(r"\+?[0-9 ()\-]{0,20}(@[a-z.]{0,14})?"))
def test_canonical_is_stable(number):
    once = canonical(number)
    assert once is None or canonical(once) == once or "@" in number
