"""Where a family stands: from what is known of it, never from a guess."""

from django.db import transaction

from leads.models import Lead
from leads.qualification import is_qualified
from leads.statements import Query, Slot, update

Stage = Lead.Stage

_RANK = {
    stage: rank
    for rank, stage in enumerate(
        [
            Stage.NEW,
            Stage.TALKING,
            Stage.QUALIFIED,
            Stage.BOOKED,
            Stage.CONFIRMED,
            Stage.ATTENDED,
            Stage.ENROLLED,
        ]
    )
}

_HELD = Query(
    Lead.objects.select_for_update(no_key=True).filter(pk=Slot("lead")).values_list("stage")
)

_OF_A_VISIT = (Stage.BOOKED, Stage.CONFIRMED)


@transaction.atomic(savepoint=False)  # who is in a transaction gives all of it up with this
def advance(lead: Lead, reached: Stage = Stage.NEW) -> Stage:
    """Raise the lead to the highest of where it is, `reached` and what its fields say.

    Never lowers it. A lost family comes back only by something it does (`reached`).
    """
    stage = _held(lead)
    if stage == Stage.LOST:
        if reached == Stage.NEW:
            return stage
        stage = Stage.NEW
    return _put(lead, max(stage, reached, _by_fields(lead), key=_RANK.__getitem__))


@transaction.atomic
def fall_back(lead: Lead, *, came: bool = True) -> Stage:
    """The visit fell through: back to what the fields say. Later stages stay.

    `came=False`: the family has come to none, so a mark that said so was wrong.
    """
    stage = _held(lead)
    fallen = _OF_A_VISIT if came else (*_OF_A_VISIT, Stage.ATTENDED)
    if stage not in fallen:
        return stage
    return _put(lead, max(Stage.TALKING, _by_fields(lead), key=_RANK.__getitem__))


def _held(lead: Lead) -> Stage:
    """The stage as it stands, kept from others until the transaction ends."""
    (lead.stage,) = _HELD.get(lead=lead.pk)
    return Stage(lead.stage)


def _by_fields(lead: Lead) -> Stage:
    return Stage.QUALIFIED if is_qualified(lead) else Stage.NEW


def _put(lead: Lead, stage: Stage) -> Stage:
    if lead.stage != stage:
        lead.stage = stage
        update(lead, "stage", "updated_at")
    return stage
