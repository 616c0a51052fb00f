"""The visit: offered, picked, moved, cancelled; confirmed only when the row will exist."""

from conversations.agent.policy.visit.arrange import arrange

__all__ = ["arrange"]
