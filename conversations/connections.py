"""The database's connections are few and shared; nobody keeps one while waiting for others."""

from django.db import InterfaceError, OperationalError, connection

# It is the database that fails, not what was asked of it: the same will do later.
AWAY = (OperationalError, InterfaceError)


def give_back() -> None:
    """Return this thread's connection to the pool before a call to the outside; the next query
    takes one again. Inside a transaction the connection stays where it is."""
    if not connection.in_atomic_block:
        connection.close()
