"""Who may open what: each view declares one permission, checked here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from accounts.models import User
from accounts.permissions import Permission
from core.errors import NotAllowed

View = Callable[..., HttpResponseBase]


def may(user: Any, permission: Permission) -> bool:
    """Whether the user of this host holds the permission now."""
    return bool(user is not None and user.is_authenticated and permission in user.permissions)


def requires(permission: Permission, *others: Permission) -> Callable[[View], View]:
    """Open the view to holders of `permission` (or of one of `others`); the signed-out go to sign-in."""
    allowed = (permission, *others)

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect(f"{settings.SIGN_IN_URL}?{urlencode({'next': request.get_full_path()})}")
            if not any(may(request.user, one) for one in allowed):
                raise NotAllowed
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.permissions = allowed  # type: ignore[attr-defined]
        return guarded

    return declare


def signed_in(request: HttpRequest) -> User:
    """The user of a view behind `requires`: never the anonymous one."""
    if not isinstance(request.user, User):
        raise NotAllowed
    return request.user


def public(view: View) -> View:
    """Open to everybody, deliberately."""
    view.permission = None  # type: ignore[attr-defined]
    view.permissions = ()  # type: ignore[attr-defined]
    return view
