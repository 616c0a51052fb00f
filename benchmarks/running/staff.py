"""A member of the staff in the copy's database, and their browser's requests."""

import http.client
from dataclasses import dataclass
from typing import Any

from benchmarks.running.copy import Copy


@dataclass
class Staff:
    """Signed in at the copy's web process."""

    port: int
    cookie: str
    token: str

    def get(self, path: str, **headers: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            given = {"Cookie": f"sessionid={self.cookie}", "Authorization": f"Token {self.token}"}
            connection.request("GET", path, headers=given | headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return content


def staff(ours: Copy) -> Staff:
    """After `ours.django()`: a superuser with a session and an API token."""
    from django.contrib.auth.models import User
    from django.test import Client
    from rest_framework.authtoken.models import Token

    user: Any = User.objects.create_superuser("bench")
    client = Client()
    client.force_login(user)
    token = Token.objects.create(user=user)
    return Staff(ours.port, client.cookies["sessionid"].value, token.key)
