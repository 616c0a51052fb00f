"""The pages' addresses, and what is registered where they are read."""

from django.contrib import admin
from django.core.checks import run_checks

from conversations.models import Conversation
from kumon_site import urls


def test_the_admin_is_read_with_the_addresses_and_passes_its_checks():
    assert urls.urlpatterns
    assert admin.site.is_registered(Conversation)
    assert run_checks(tags=["admin"]) == []
