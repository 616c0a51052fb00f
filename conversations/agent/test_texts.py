"""Every text for parents, in every wording, said with real rows."""

import re
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

import billing_rules.seed
import scheduling.seed
from billing_rules.models import DiscountRule, Subject
from billing_rules.pricing import quote
from conversations.agent.dialogue import Dialogue
from conversations.agent.facts import Facts
from conversations.agent.policy import Act
from conversations.agent.situation import Family, StudentFacts, VisitFacts
from conversations.agent.speak import Speaker
from conversations.agent.verify import alarms
from conversations.knowledge.index import Entry
from conversations.models import Unit
from conversations.texts import Fact, Segment, Texts, from_file, names, placeholders
from scheduling.booking import load_calendar

NOW = datetime(2026, 3, 10, 10, tzinfo=ZoneInfo("America/Sao_Paulo"))
AT = datetime(2026, 3, 12, 15, 30, tzinfo=ZoneInfo("America/Sao_Paulo"))
ONE_WORDING = {"slot_list", "answer_knowledge"}
ARGS = {
    "moment": AT,
    "wanted": AT,
    "options": [AT, AT],
    "closure": "Natal",
    "invitation": "https://unit.example/v/5.x/visita.ics",
    "email": "ana@example.com",
    "field": "student_age",
    "value": 8,
    "whose": [1],
    "entry": "method",
    "counts": [["math"], ["math", "english"]],
    "students": [1, 2],
}
FAMILY = Family(
    lead=1,
    parent_name="Ana Lima",
    students=(StudentFacts(1, "Pedro"), StudentFacts(2, "Júlia")),
    visit=VisitFacts(5, AT, "booked"),
)


@pytest.fixture
def speaker(db: None) -> Speaker:
    billing_rules.seed.seed(NOW)
    scheduling.seed.seed(NOW)
    unit = Unit.objects.create(
        valid_from=NOW,
        name="Kumon Vila A",
        assistant_name="Cecília",
        address="Av. Paraná, 6881",
        contact_phone="+5551996921999",
    )
    facts = Facts(
        unit=unit,
        price=quote([1], NOW),
        discounts=[DiscountRule(pk=1, kind="sibling", percent=10)],
        subjects=list(Subject.objects.all()),
        calendar=load_calendar(NOW),
    )
    entry = Entry(1, "method", "Método", "Cada um no seu ritmo.", ())
    return Speaker(
        facts=facts,
        family=FAMILY,
        texts=Texts.load(NOW),
        dialogue=Dialogue(),
        entries={"method": entry},
    )


@pytest.mark.parametrize("name", names())
def test_every_wording_can_be_said_and_backs_its_facts(name: str, speaker: Speaker) -> None:
    said = [speaker.speak([Act(name, ARGS)])[0] for _ in from_file(name)]
    assert all(segment.text for segment in said)
    assert [segment.wording for segment in said] == list(range(len(said)))
    assert alarms(said) == []


@pytest.mark.parametrize("name", [name for name in names() if name not in ONE_WORDING])
def test_every_text_has_three_wordings(name: str) -> None:
    assert len(from_file(name)) >= 3
    assert len(set(from_file(name))) == len(from_file(name))


EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
MARKDOWN = re.compile(r"\*\*|__|^#|\]\(|https?:|www\.", re.MULTILINE)
WE_BEGIN = {"reminder", "reminder_confirmed", "no_show", "nudge", "visit_thanks"}  # alone


@pytest.mark.parametrize("name", names())
def test_every_text_is_written_for_a_phone(name: str, speaker: Speaker) -> None:
    for wording in from_file(name):
        text = speaker.speak([Act(name, ARGS)])[0].text
        assert len(text) <= 600
        assert len(EMOJI.findall(text)) <= 1
        assert "!!" not in text
        assert text.count("!") <= 2
        assert not MARKDOWN.search(wording)  # a link comes from a setting, never from a text


@pytest.mark.parametrize("name", names())
def test_a_reply_asks_one_question_and_only_where_it_means_to(name: str) -> None:
    """Replies are joined from texts: a second question mark would be a second question."""
    asks = name.startswith("ask_") or name == "visit_invite"
    for wording in from_file(name):
        if name in WE_BEGIN:
            assert wording.count("?") <= 1
        else:
            assert wording.count("?") == asks


@pytest.mark.parametrize("name", [name for name in names() if name not in ONE_WORDING])
def test_nobody_reads_the_same_words_twice_in_a_row(name: str, speaker: Speaker) -> None:
    said = [speaker.speak([Act(name, ARGS)])[0].source for _ in range(7)]
    assert all(one != following for one, following in pairwise(said))


@pytest.mark.parametrize("name", [name for name in names() if name.startswith("handoff_")])
def test_every_handoff_names_the_contact(name: str) -> None:
    assert all("contact" in placeholders(wording) for wording in from_file(name))


def test_what_parents_read(speaker: Speaker) -> None:
    price, booked, hours, total = speaker.speak(
        [
            Act("answer_price"),
            Act("visit_booked", {"moment": AT, "visit": None}),
            Act("answer_opening_hours"),
            Act("price_total", {"counts": [["math"], ["math", "english"]]}),
        ]
    )
    assert "R$ 375,00" in price.text
    assert "R$ 100,00" in price.text
    assert "quinta-feira, 12/03, às 15h30" in booked.text
    assert "de segunda a sexta, das 9h às 12h e das 14h às 17h" in hours.text
    assert "R$ 1.125,00" in total.text
    assert booked.args["moment"].rows == (("Visit", None),)
    assert price.args["monthly_fee"].rows[0][0] == "MonthlyFee"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("Custa R$ 300,00", "amount"),
        ("Custa 300 reais", "amount"),
        ("Venha às 15h30", "hour"),
        ("Venha às 15:30", "hour"),
        ("Dia 12/03", "date"),
        ("Ligue (45) 99999-0000", "phone"),
    ],
)
def test_a_fact_without_an_argument_raises_the_alarm(source: str, kind: str) -> None:
    assert alarms([Segment("x", 0, source)]) == [f"{kind} in x"]


def test_a_fact_from_an_argument_is_fine() -> None:
    segment = Segment("x", 0, "Custa {fee}", {"fee": Fact("R$ 375,00", (("MonthlyFee", 1),))})
    assert alarms([segment]) == []


def test_an_argument_is_not_filled_in_again() -> None:
    segment = Segment("x", 0, "Oi, {parent}!", {"parent": Fact("{contact}")})
    assert segment.text == "Oi, {contact}!"
