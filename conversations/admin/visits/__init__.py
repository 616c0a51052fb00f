"""Visits: the calendar board on which they are made and changed, their list and their record."""

from conversations.admin.visits import record

__all__ = ["record"]
