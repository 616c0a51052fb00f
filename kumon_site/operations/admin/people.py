"""People, roles, tokens and schedules in the admin's look."""

from typing import Any

from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_celery_beat import admin as beat_admin
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from rest_framework.authtoken.models import TokenProxy
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

for model in (User, Group, TokenProxy, ClockedSchedule, CrontabSchedule, IntervalSchedule,
              PeriodicTask, SolarSchedule):  # fmt: skip
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = [
        "username",
        "full_name",
        "email",
        "roles",
        "is_staff",
        "is_active",
        "last_login",
    ]
    list_filter = ["is_staff", "is_active", "groups"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people: QuerySet[User] = super().get_queryset(request)
        return people.prefetch_related("groups")

    @display(description=_("name"))
    def full_name(self, user: User) -> str:
        return user.get_full_name() or "–"

    @display(description=_("roles"), label=True)
    def roles(self, user: User) -> list[str]:
        if user.is_superuser:
            return [str(_("Everything"))]
        return [group.name for group in user.groups.all()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only a superuser makes superusers, or gives permissions beside the roles."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        if request.user.is_superuser:
            return fixed
        return (*fixed, "is_superuser", "user_permissions")


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    list_display = ["name", "people"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        groups: QuerySet[Group] = super().get_queryset(request)
        return groups.prefetch_related("user_set")

    @display(description=_("people"))
    def people(self, group: Group) -> str:
        return ", ".join(user.get_username() for user in group.user_set.all()) or "–"


@admin.register(TokenProxy)
class TokenAdmin(ModelAdmin):
    list_display = ["user", "created", "ending"]
    list_select_related = ["user"]
    fields = ["user"]
    autocomplete_fields = ["user"]
    actions = None

    @display(description=_("token"))
    def ending(self, token: Any) -> str:
        return f"…{token.key[-4:]}"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ModelAdmin):
    """Who is locked out; deleting a row lets them try again."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start"]
    search_fields = ["username", "ip_address"]
    date_hierarchy = "attempt_time"
    fields = readonly_fields = ["attempt_time", "username", "ip_address", "failures_since_start"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PeriodicTaskForm(beat_admin.PeriodicTaskForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        choices = self.fields["regtask"].widget.tasks_as_choices()
        self.fields["regtask"].widget = UnfoldAdminSelectWidget(choices=choices)


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(beat_admin.PeriodicTaskAdmin, ModelAdmin):
    form = PeriodicTaskForm
    list_display = ["name", "enabled", "task", "scheduler", "last_run_at", "total_run_count"]
    list_filter = ["enabled"]


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(ModelAdmin):
    list_display = ["every", "period"]


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(beat_admin.CrontabScheduleAdmin, ModelAdmin):
    pass


@admin.register(ClockedSchedule)
class ClockedScheduleAdmin(beat_admin.ClockedScheduleAdmin, ModelAdmin):
    pass


@admin.register(SolarSchedule)
class SolarScheduleAdmin(ModelAdmin):
    list_display = ["event", "latitude", "longitude"]
