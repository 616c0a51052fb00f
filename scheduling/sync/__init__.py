"""Visits here and events in Google Calendar are brought together, whatever happens in between.

Level-triggered: Google is brought to what a visit is now, and what people changed there becomes a
closure or a question to staff. `run` does it all; nothing else speaks to Google.
"""

from scheduling.sync.questions import Overtaken, accept, keep
from scheduling.sync.run import run
from scheduling.sync.state import State, state

__all__ = ["Overtaken", "State", "accept", "keep", "run", "state"]
