"""The Portuguese catalogue is whole, and what Django reads is what the translators wrote."""

import ast
import re
import string
from pathlib import Path

import polib
import pytest
import unfold
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation.template import templatize

CATALOGUE = Path(__file__).parents[1] / "kumon_site/locale/pt_BR/LC_MESSAGES/django.po"

LITERAL = re.compile(r"""\bn?gettext\((u'(?:[^'\\]|\\.)*'|u"(?:[^"\\]|\\.)*")""")


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


def test_the_admins_look_speaks_portuguese():
    """django-unfold has no Portuguese: what its templates say stands at the catalogue's end."""
    with translation.override("pt-br"):
        english = sorted(
            text
            for template in (Path(unfold.__file__).parent / "templates").rglob("*.html")
            for text in _texts(templatize(template.read_text()))
            if gettext(text) == text and ngettext(text, text, 1) == text
        )
    assert english == []


def _texts(source):
    """What a template, as Django's `templatize` writes it for xgettext, gives to gettext."""
    return [ast.literal_eval(literal) for literal in LITERAL.findall(source)]


def _holes(text):
    """The names between braces and in %(name)s, which the code fills in."""
    named = {piece.split(")")[0] for piece in text.split("%(")[1:]}
    return named | {field for _, field, _, _ in string.Formatter().parse(text) if field}
