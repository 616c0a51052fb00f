"""What to do with what was understood: a pure function over plain values."""

from conversations.agent.policy.decide import decide
from conversations.agent.policy.draft import Act, Decision

__all__ = ["Act", "Decision", "decide"]
