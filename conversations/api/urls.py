"""/api/v1/ — names that others rely on (interface.md)."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from conversations.api import acting, reading, visiting

app_name = "api"
urlpatterns = [
    path("leads/", reading.leads, name="leads"),
    path("conversations/", reading.conversations, name="conversations"),
    path("conversations/<int:pk>/messages/", reading.messages, name="messages"),
    path("conversations/<int:pk>/take-over/", acting.take_over, name="take-over"),
    path("conversations/<int:pk>/give-back/", acting.give_back, name="give-back"),
    path("conversations/<int:pk>/reply/", acting.reply, name="reply"),
    path("visits/", visiting.visits, name="visits"),
    path("visits/<int:pk>/move/", visiting.move, name="visit-move"),
    path("visits/<int:pk>/cancel/", visiting.cancel, name="visit-cancel"),
    path("visits/<int:pk>/confirm/", visiting.confirm, name="visit-confirm"),
    path("visits/<int:pk>/attended/", visiting.mark, {"outcome": "attended"}, name="attended"),
    path("visits/<int:pk>/no-show/", visiting.mark, {"outcome": "no_show"}, name="no-show"),
    path("slots/", reading.slots, name="slots"),
    path("quote/", reading.price, name="quote"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]
