"""How pages for staff write what is known of a family."""

from collections.abc import Iterable, Mapping

from django import template

from leads.phones import display

register = template.Library()


@register.filter
def phone(e164: str | None) -> str:
    """(45) 99999-0000; a dash when there is none."""
    return display(e164) if e164 else "–"


@register.filter
def named(codes: Iterable[str], names: Mapping[str, str]) -> str:
    """Subjects by their names; a code that has no name any more stays itself."""
    return ", ".join(names.get(code, code) for code in codes)
