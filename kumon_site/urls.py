"""Where each door is."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/console/")),
    path("admin/", admin.site.urls),
]
if settings.SIMULATOR:
    urlpatterns.append(path("simulator/", include("conversations.simulator.urls")))
