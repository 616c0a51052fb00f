"""The console's doors."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from conversations.console import actions, conversation, gateway, listing, media, visit
from conversations.console.access import Login

app_name = "console"
urlpatterns = [
    path("", listing.page, name="list"),
    path("list/", listing.fragment, name="list-fragment"),
    path("login/", Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(next_page="console:login"), name="logout"),
    path("<int:pk>/", conversation.page, name="conversation"),
    path("<int:pk>/messages/", conversation.changes, name="changes"),
    path("<int:pk>/older/", conversation.older, name="older"),
    path("<int:pk>/seen/", conversation.seen, name="seen"),
    path("<int:pk>/why/<int:message_id>/", conversation.why, name="why"),
    path("<int:pk>/lead/", conversation.lead_card, name="lead"),
    path("<int:pk>/lead/edit/", conversation.lead_edit, name="lead-edit"),
    path("<int:pk>/visit/", visit.visit, name="visit"),
    path("<int:pk>/enrol/", visit.enrol, name="enrol"),
    path("<int:pk>/media/<int:message_id>/", media.media, name="media"),
    path("whatsapp/", gateway.page, name="gateway"),
    path("<int:pk>/take-over/", actions.take_over, name="take-over"),
    path("<int:pk>/give-back/", actions.give_back, name="give-back"),
    path("<int:pk>/close/", actions.close, name="close"),
    path("<int:pk>/reply/", actions.reply, name="reply"),
    path("<int:pk>/retry/<int:message_id>/", actions.retry, name="retry"),
]
