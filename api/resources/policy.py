"""本会办法: the policy in force on a day, resolved, and the documents it comes from."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import Permission as P
from api import paging
from api.base import Endpoint, Rights
from api.fields import Day, Strict
from api.told import tells
from core import clock
from core.errors import NotFound
from policy_engine.model import plain
from tenants.policy import queries
from tenants.policy.models import Kind, Layer
from tenants.policy.queries import adopted

RIGHTS = (P.POLICY_READ,)
STATES = ("in_force", "future", "superseded", "withdrawn")


class Resolved(serializers.Serializer):
    """Which policy this is; `layers` are the documents and adaptations it was resolved from."""

    id = serializers.CharField()
    digest = serializers.CharField()
    layers = serializers.ListField(child=serializers.CharField())


class Element(serializers.Serializer):
    """A duty, setting, form … with its values as in force; provenance runs from the base to the value's own source."""

    id = serializers.CharField()
    title = serializers.CharField(allow_null=True)
    clauses = serializers.ListField(child=serializers.CharField())
    values = serializers.DictField(child=serializers.DictField(), help_text="key → {value, provenance}")


class Policy(serializers.Serializer):
    """What `lianxin policy resolve` answers, for this committee."""

    on = serializers.DateField()
    policy = Resolved()
    elements = Element(many=True)


class PolicyAsked(Strict):
    on = Day(required=False, help_text="today unless given")


class Document(serializers.Serializer):
    """An adopted document; it never changes."""

    id = serializers.UUIDField()
    order = serializers.IntegerField(help_text="of adoption")
    kind = serializers.ChoiceField(Kind.choices)
    layer = serializers.ChoiceField(Layer.choices)
    identifier = serializers.CharField()
    base = serializers.CharField()
    title = serializers.CharField()
    digest = serializers.CharField()
    in_force_from = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    state = serializers.ChoiceField(STATES, help_text="today")


class WholeDocument(Document):
    """The same with its content, whose digest it is."""

    content = serializers.DictField()


Documents = paging.listing(Document, "Documents")


class DocumentsAsked(paging.Listing):
    state = serializers.ChoiceField(STATES, required=False)
    sort = paging.sorts("-order")


class InForce(Endpoint):
    rights: ClassVar[Rights] = {"GET": RIGHTS}

    @tells("readPolicy", "施行中的办法", asks=PolicyAsked, gives=Policy)
    def get(self, request: Request) -> Response:
        day = self.asked(PolicyAsked).get("on") or clock.today()
        policy = queries.policy_on(day)
        told = {"id": policy.id, "digest": policy.digest, "layers": list(policy.layers)}
        return Response({"on": day.isoformat(), "policy": told, "elements": plain(policy.elements_json())})


class DocumentList(Endpoint):
    rights: ClassVar[Rights] = {"GET": RIGHTS}

    @tells("listPolicyDocuments", "采用过的文件", asks=DocumentsAsked, gives=Documents)
    def get(self, request: Request) -> Response:
        asked = self.asked(DocumentsAsked)
        lines = [one for one in adopted.lines(clock.today()) if asked.get("state") in (None, one.state)]
        page = paging.of_list(lines, lambda one: (one.document.order,), asked=asked, request=request)
        return Response({"next": page.next, "results": [_shown(one) for one in page.rows]})


class OneDocument(Endpoint):
    rights: ClassVar[Rights] = {"GET": RIGHTS}

    @tells("readPolicyDocument", "一份文件", gives=WholeDocument)
    def get(self, request: Request, id: UUID) -> Response:
        line = next((one for one in adopted.lines(clock.today()) if one.document.pk == id), None)
        if line is None:
            raise NotFound("没有这份文件。")
        return Response(_shown(line) | {"content": line.document.content})


def _shown(line: adopted.DocumentLine) -> dict[str, Any]:
    names = [name for name in Document().fields if name != "state"]
    return dict(Document({name: getattr(line.document, name) for name in names} | {"state": line.state}).data)
