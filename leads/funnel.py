"""Where a family stands: from what is known of it, never from a guess."""

from leads.models import Lead
from leads.qualification import is_qualified

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


def advance(lead: Lead, reached: Stage = Stage.NEW) -> Stage:
    """Raise the lead to the highest of where it is, `reached` and what its fields say.

    Never lowers it. A lost family comes back only by something it does (`reached`).
    """
    stage = Stage(lead.stage)
    if stage == Stage.LOST:
        if reached == Stage.NEW:
            return stage
        stage = Stage.NEW
    return _put(lead, max(stage, reached, _by_fields(lead), key=_RANK.__getitem__))


def fall_back(lead: Lead) -> Stage:
    """The visit fell through: back to what the fields say. Later stages stay."""
    if lead.stage not in (Stage.BOOKED, Stage.CONFIRMED):
        return Stage(lead.stage)
    return _put(lead, max(Stage.TALKING, _by_fields(lead), key=_RANK.__getitem__))


def _by_fields(lead: Lead) -> Stage:
    return Stage.QUALIFIED if is_qualified(lead) else Stage.NEW


def _put(lead: Lead, stage: Stage) -> Stage:
    if lead.stage != stage:
        lead.stage = stage
        lead.save(update_fields=["stage", "updated_at"])
    return stage
