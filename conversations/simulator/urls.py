"""Included only when `SIMULATOR` is on."""

from django.urls import path

from conversations.simulator import evolution, views

app_name = "simulator"
urlpatterns = [
    path("", views.page, name="page"),
    path("faults/", views.set_faults, name="faults"),
    path("parents/", views.add_parent, name="add"),
    path("parents/<int:parent_id>/", views.chat, name="chat"),
    path("parents/<int:parent_id>/remove/", views.remove_parent, name="remove"),
    path("parents/<int:parent_id>/send/", views.send, name="send"),
    path("parents/<int:parent_id>/attach/<str:kind>/", views.attach, name="attach"),
    path("parents/<int:parent_id>/read/", views.read, name="read"),
    path("parents/<int:parent_id>/context/", views.context, name="context"),
    path("parents/<int:parent_id>/bubbles/<int:bubble_id>/react/", views.react, name="react"),
    path("parents/<int:parent_id>/bubbles/<int:bubble_id>/delete/", views.delete, name="delete"),
    path("evolution/<path:call>/<str:instance>", evolution.door, name="evolution"),
]
