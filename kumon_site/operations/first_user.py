"""The first person who can come in."""

import secrets

from django.contrib.auth import get_user_model


def ensure_first_user(username: str, password: str) -> str | None:
    """Make a superuser when nobody of the staff exists yet.

    Returns the password it made up when `password` is empty (show it once: it is stored hashed),
    else None.
    """
    people = get_user_model().objects
    if people.filter(is_staff=True).exists():
        return None
    made_up = "" if password else secrets.token_urlsafe(12)
    people.create_superuser(username=username, password=password or made_up)
    return made_up or None
