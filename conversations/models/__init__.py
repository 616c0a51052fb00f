"""The rows of a conversation, from what arrived to what left."""

from conversations.models.calendar_feed import CalendarFeed
from conversations.models.conversation import Conversation, Handoff
from conversations.models.followup import Followup, FollowupRules
from conversations.models.gateway import GatewayState
from conversations.models.knowledge import KnowledgeEntry
from conversations.models.llm import ExchangeRate, LLMProvider, ModelCall, ModelPrice
from conversations.models.message import Message
from conversations.models.raw_event import RawEvent
from conversations.models.simulator import SimulatedBubble, SimulatedParent, SimulatorFaults
from conversations.models.text import TextOverride
from conversations.models.turn import Turn
from conversations.models.unanswered import UnansweredQuestion
from conversations.models.unit import Unit

__all__ = [
    "CalendarFeed",
    "Conversation",
    "ExchangeRate",
    "Followup",
    "FollowupRules",
    "GatewayState",
    "Handoff",
    "KnowledgeEntry",
    "LLMProvider",
    "Message",
    "ModelCall",
    "ModelPrice",
    "RawEvent",
    "SimulatedBubble",
    "SimulatedParent",
    "SimulatorFaults",
    "TextOverride",
    "Turn",
    "UnansweredQuestion",
    "Unit",
]
