"""One written form per phone, however WhatsApp, a form or a parent spells it."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

_PHONE_JIDS = {"s.whatsapp.net", "c.us"}
# No 0800 and the like: nobody writes from one. An invalid number has the type UNKNOWN.
_PERSONAL = {PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE}
_OLD_MOBILE = re.compile(r"55([1-9]\d)([6-9]\d{7})")


def canonical(number: str) -> str | None:
    """Return the E.164 form ("+5551996921999"), or None where there is no phone.

    `number` is a WhatsApp jid ("555196921999:3@s.whatsapp.net"), digits, or text that is nothing
    but a phone. Brazilian mobiles without the ninth digit get it: subscribers of eight digits
    starting 6-9 are mobiles, 2-5 landlines. A jid is always international and is trusted; other
    text must be a valid Brazilian number or a possible foreign one. An "@lid" is not a phone.
    Pass the jid where there is one: bare digits that fit Brazil's plan are read as Brazilian.
    """
    user, at, server = number.strip().partition("@")
    if at:
        return _from_jid(user, server)
    digits = re.sub(r"\D", "", number)
    if number.lstrip().startswith("+"):
        return _brazilian(digits) if digits.startswith("55") else _foreign(digits)
    return _brazilian(digits) or _foreign(digits)


def display(e164: str) -> str:
    """Return what people read: "(51) 99692-1999" in Brazil, "+1 646-704-3595" elsewhere."""
    parsed = _parse(e164)
    if parsed is None:
        return e164
    national = parsed.country_code == 55
    layout = PhoneNumberFormat.NATIONAL if national else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, layout)


def masked(e164: str) -> str:
    """Return what a log may hold: country code and the last four digits ("+55…1999")."""
    parsed = _parse(e164)
    return f"+{parsed.country_code}…{e164[-4:]}" if parsed else "…"


def _from_jid(user: str, server: str) -> str | None:
    digits = user.split(":")[0]
    if server not in _PHONE_JIDS or not re.fullmatch(r"[1-9][0-9]{6,14}", digits):
        return None
    return "+" + _with_ninth_digit(digits)


def _brazilian(digits: str) -> str | None:
    international = digits if re.match(r"55\d{10,11}$", digits) else ""
    parsed = _parse("+" + _with_ninth_digit(international)) if international else None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        parsed = _parse(digits, "BR")
    if parsed is None or parsed.country_code != 55:
        return None
    whole = "+" + _with_ninth_digit(f"55{parsed.national_number}")
    valid = _parse(whole)
    return whole if valid and phonenumbers.number_type(valid) in _PERSONAL else None


def _foreign(digits: str) -> str | None:
    parsed = _parse("+" + digits)
    if parsed is None or parsed.country_code == 55 or not phonenumbers.is_valid_number(parsed):
        return None
    return "+" + digits


def _with_ninth_digit(digits: str) -> str:
    old = _OLD_MOBILE.fullmatch(digits)
    return f"55{old[1]}9{old[2]}" if old else digits


def _parse(number: str, region: str | None = None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, region)
    except NumberParseException:
        return None
