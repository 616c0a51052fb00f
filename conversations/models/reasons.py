"""Why a person is needed: the codes of handoffs, as staff read them."""

from django.utils.translation import gettext_lazy as _

REASONS = {
    "asked_person": _("Asked for a person"),
    "complaint": _("Complaint"),
    "billing": _("Billing or payment"),
    "cancel_enrolment": _("Wants to cancel the enrolment"),
    "enrolled_student": _("Classes of an enrolled student"),
    "bargaining": _("Bargains about the price"),
    "aggression": _("Aggression"),
    "health_needs": _("Health or special needs"),
    "running_late": _("Will be late for today's visit"),
    "system": _("Something failed on our side"),
    "no_slot": _("No free time for a visit"),
    "misunderstood": _("The bot did not understand"),
    "too_long": _("A long talk without an outcome"),
    "automatic": _("Another program seems to write"),
    "sender_unknown": _("The sender's number is not known"),
}


def shown(code: str) -> str:
    """A code that does not stand here yet is shown as it is."""
    return str(REASONS.get(code, code))
