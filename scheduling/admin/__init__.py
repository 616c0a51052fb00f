"""When visits can be, and Google Calendar. Visits themselves are shown beside conversations."""

from scheduling.admin import availability, google

__all__ = ["availability", "google"]
