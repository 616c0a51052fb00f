"""Who may come in: signed-in staff only, and nothing of it stays in a cache."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.views.decorators.cache import cache_control
from django_ratelimit.core import is_ratelimited

P = ParamSpec("P")


ATTEMPTS = "120/h"  # from one address, whoever they are for; axes locks one person's


class Login(LoginView):
    """Staff come in here. Counted in this process: a login must not need Redis."""

    template_name = "console/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_ratelimited(request, group="login", key="ip", rate=ATTEMPTS, increment=True):
            return render(request, settings.AXES_LOCKOUT_TEMPLATE, status=429)
        return super().post(request, *args, **kwargs)


class StaffRequest(HttpRequest):
    """A request that `staff_page` has let in."""

    user: User
    htmx: bool


def staff_page(
    view: Callable[Concatenate[StaffRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Sends strangers to the login, refuses other users with 403, forbids caching.

    A script's request of a lost session gets 401, never the login page inside a fragment.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_login(request)
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    return cache_control(no_store=True, private=True)(guarded)


def _to_login(request: HttpRequest) -> HttpResponse:
    if "HX-Request" in request.headers or "X-Requested-With" in request.headers:
        login = resolve_url(settings.LOGIN_URL)
        return HttpResponse(status=401, headers={"HX-Redirect": login})
    return redirect_to_login(request.get_full_path())


def person(user: User | None) -> str:
    """What colleagues call a staff user; "" for nobody."""
    return (user.first_name or user.get_username()) if user else ""
