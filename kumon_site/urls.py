"""Where each door is."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/console/")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("conversations.api.urls")),
    path("", include("kumon_site.operations.urls")),
]
