"""Who is asking: account, rights, member, token; and the token a browser's writes carry."""

from __future__ import annotations

from typing import ClassVar

from django.middleware.csrf import get_token
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Session
from accounts.permissions import Permission as P
from accounts.roles import Role
from api.base import Endpoint, Rights
from api.told import tells
from core import tenancy
from tenants.members.queries import member_of


class Committee(serializers.Serializer):
    """The committee whose host this is."""

    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.CharField()


class Assignment(serializers.Serializer):
    """A role, and for a narrowed one its subject: a sector's or special committee's id, or a district's name."""

    role = serializers.ChoiceField(sorted(Role.by_name))
    scope = serializers.CharField()


class Token(serializers.Serializer):
    """By which token the request came."""

    name = serializers.CharField(source="device")
    scope = serializers.ChoiceField([Session.Scope.READ.value, Session.Scope.WRITE.value])
    expires_at = serializers.DateTimeField(source="expire_date")


class Me(serializers.Serializer):
    """The account that asks."""

    id = serializers.UUIDField()
    username = serializers.CharField()
    display_name = serializers.CharField()
    committee = Committee()
    roles = Assignment(many=True)
    permissions = serializers.ListField(child=serializers.CharField())
    member = serializers.UUIDField(allow_null=True, help_text="the member one is")
    token = Token(allow_null=True)


class OneSelf(Endpoint):
    rights: ClassVar[Rights] = {"GET": (P.HOME,)}

    @tells("readMe", "本账号", gives=Me)
    def get(self, request: Request) -> Response:
        user, member = self.user, member_of(self.user)
        told = {
            "id": user.pk, "username": user.username, "display_name": user.display_name, "committee": tenancy.current(),
            "roles": user.assignments, "permissions": sorted(user.permissions), "member": member.pk if member else None,
            "token": request.auth,
        }  # fmt: skip
        response = Response(dict(Me(told).data))
        if request.auth is None:
            response["X-CSRFToken"] = get_token(request._request)
        return response
