"""The Portuguese catalogue is whole, and what Django reads is what the translators wrote."""

import string
from pathlib import Path

import polib
import pytest

CATALOGUE = Path(__file__).parents[1] / "kumon_site/locale/pt_BR/LC_MESSAGES/django.po"


@pytest.fixture(scope="module")
def catalogue():
    return polib.pofile(str(CATALOGUE))


def test_every_text_is_translated(catalogue):
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


def test_translations_keep_their_placeholders(catalogue):
    changed = [e.msgid for e in catalogue if e.msgstr and _holes(e.msgid) != _holes(e.msgstr)]
    assert changed == []


def test_the_compiled_catalogue_is_up_to_date(catalogue):
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {e.msgid: (e.msgstr, e.msgstr_plural) for e in compiled} == {
        e.msgid: (e.msgstr, e.msgstr_plural) for e in catalogue if not e.obsolete
    }, "run `make messages`"


def _holes(text):
    """The names between braces and in %(name)s, which the code fills in."""
    named = {piece.split(")")[0] for piece in text.split("%(")[1:]}
    return named | {field for _, field, _, _ in string.Formatter().parse(text) if field}
