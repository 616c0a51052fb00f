"""What we say first: reminders of a visit, thanks, a word after a no-show, one nudge.

Each is a row (`Followup`): planned from the present state of visits and talks, claimed by UPDATE
with a lease, said once through the outbox. A sweep may be killed anywhere and run twice, also at
the same time.
"""

from conversations.followups.planning import plan
from conversations.followups.say import Claim, carry_out, claim_due, withdraw

__all__ = ["Claim", "carry_out", "claim_due", "plan", "withdraw"]
