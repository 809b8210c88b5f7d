"""Accounts of one host: a committee's people in its schema, the operators in public. Never shared."""

from __future__ import annotations

from functools import cached_property
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from accounts.permissions import Permission
from accounts.roles import Assignment, permissions_of
from core import clock
from core.models import Row
from core.personal import Rule


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(Row, AbstractBaseUser):
    username = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Personal:
        personal = {
            "username": Rule.PSEUDONYM, "display_name": Rule.PSEUDONYM, "password": Rule.BLANK, "last_login": Rule.BLANK,
        }  # fmt: skip
        safe = ("is_active",)
        told = ("roles", "device", "until", "ended")
        withheld = ("password",)
        identifiers = ("username", "display_name")

    def __str__(self) -> str:
        return self.display_name

    @property
    def actor_id(self) -> UUID:
        return self.pk

    @property
    def actor_name(self) -> str:
        return self.display_name

    @cached_property
    def assignments(self) -> tuple[Assignment, ...]:
        """Roles with what each is narrowed to. One statement per request."""
        return tuple(Assignment(role, scope) for role, scope in self.grants.values_list("role", "scope"))

    @property
    def role_names(self) -> frozenset[str]:
        return frozenset(one.role for one in self.assignments)

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(set(self.role_names)) if self.is_active else frozenset()


class RoleGrant(Row):
    """A role given to a user; `scope` is what it is narrowed to (see `roles.ScopeKind`)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40)
    scope = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role", "scope"], name="one_grant_per_role_and_scope")]

    class Personal:
        personal = {"user": Rule.DROPS}
        safe = ("role", "scope")


class Invitation(Row):
    """A one-time link: to join, or to set a new password. The link's secret is never kept, only its digest."""

    class Purpose(models.TextChoices):
        JOIN = "join", "开通账号"
        RESET = "reset", "重设密码"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    purpose = models.CharField(max_length=10, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at=None, revoked_at=None), name="one_open_invitation_per_user"
            )
        ]

    class Personal:
        personal = {"user": Rule.DROPS, "digest": Rule.DROPS}
        safe = ("purpose", "expires_at", "used_at", "revoked_at")
        withheld = ("digest",)

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}：{self.user}"


class Session(Row, AbstractBaseSession):
    """One signed-in browser at this host, or one program that signs in by a token (`scope`, see `accounts.tokens`).

    `place` is committee and epoch: what was made before a suspension is dead after it.
    """

    class Scope(models.TextChoices):
        BROWSER = "", "浏览器"
        READ = "read", "只读"
        WRITE = "write", "读写"

    session_key = models.CharField(
        max_length=40, unique=True
    )  # never leaves the cookie; of a token a digest; pages use the id
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    place = models.CharField(max_length=60)
    seen_at = models.DateTimeField(default=clock.now)
    device = models.CharField(max_length=80, blank=True)
    is_remembered = models.BooleanField(default=False)
    scope = models.CharField(max_length=10, choices=Scope, blank=True, default=Scope.BROWSER, db_default="")

    class Personal:
        personal = {
            "user": Rule.DROPS, "session_key": Rule.DROPS, "session_data": Rule.DROPS, "device": Rule.DROPS,
            "seen_at": Rule.DROPS,
        }  # fmt: skip
        safe = ("expire_date", "place", "is_remembered", "scope")
        withheld = ("session_key", "session_data")

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from accounts.sessions import SessionStore  # it asks for this model

        return SessionStore
