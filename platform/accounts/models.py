"""Accounts of one host: a committee's people in its schema, the operators in public. Never shared."""

from __future__ import annotations

from functools import cached_property
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from accounts.permissions import Permission
from accounts.roles import permissions_of
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
        told = ("roles",)
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
    def role_names(self) -> frozenset[str]:
        return frozenset(self.grants.values_list("role", flat=True))

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(set(self.role_names)) if self.is_active else frozenset()


class RoleGrant(Row):
    """A role given to a user; `scope` narrows it (a sector's or group's id), empty means the whole committee."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40)
    scope = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role", "scope"], name="one_grant_per_role_and_scope")]

    class Personal:
        personal = {"user": Rule.DROPS}
        safe = ("role", "scope")
