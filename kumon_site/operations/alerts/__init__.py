"""Alerts are queries that nobody calls: rules.py lists them, watch.py opens and resolves them by
the clock, notify.py tells people. docs/alerts.md says what to do about each."""
