"""Visits: a list by day and week, and the steps of `scheduling.booking` behind a dialog each."""

from conversations.admin.visits import page

__all__ = ["page"]
