"""Where each page is. WhatsApp's door is beside them (asgi.py)."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from conversations.api import calendars
from kumon_site.operations.performance.page import performance

admin.autodiscover()  # here, so that only the process that shows pages pays for them

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/console/")),
    path("admin/performance/", admin.site.admin_view(performance), name="performance"),
    path("admin/", admin.site.urls),
    path("console/", include("conversations.console.urls")),
    path("api/v1/", include("conversations.api.urls")),
    path("", include("kumon_site.operations.urls")),
    path("v/<str:token>/visita.ics", calendars.invitation, name="invitation"),
    path("agenda/<str:token>/visitas.ics", calendars.feed, name="calendar-feed"),
]
if settings.SIMULATOR:
    urlpatterns.append(path("simulator/", include("conversations.simulator.urls")))
