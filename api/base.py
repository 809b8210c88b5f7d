"""What every endpoint does alike: who may, what is read, the ETag, one write in one transaction.

An endpoint names its rights per method and translates: a query's rows to JSON, a body to one call of an action. No rule
about records, members or returns is here; a second look at one belongs into the action.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.access import may
from accounts.models import Session, User
from accounts.permissions import Permission
from api import once
from api.rate import PerToken
from api.refusals import TokenReadsOnly, TooLarge
from api.signing_in import BrowserSignIn, TokenSignIn
from core.errors import DomainError, NotAllowed

Rights = Mapping[str, tuple[Permission, ...]]
READS = ("GET", "HEAD")
JSON = "application/json"
F = TypeVar("F")


class ChangedMeanwhile(DomainError):
    status, code = 412, "changed_meanwhile"

    def __init__(self) -> None:
        super().__init__("这一条在您取走以后被改过。请重新取一次，核对后再改。")


class MatchMissing(DomainError):
    status, code = 428, "match_missing"

    def __init__(self) -> None:
        super().__init__("修改要带 If-Match，内容是取这一条时应答里的 ETag，以免盖掉别人的改动。")


class Json(BaseParser):
    """UTF-8 JSON, whatever charset is claimed; what cannot be read is the sender's fault, however it is wrong."""

    media_type = JSON

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        def refuse(word: str) -> None:
            raise ValueError(word)

        try:
            return json.loads(stream.read().decode("utf-8"), parse_constant=refuse)
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError from error


class Plain(JSONRenderer):
    """One way to write a value, so that its ETag is one."""

    def get_indent(self, accepted_media_type: str, renderer_context: Mapping[str, Any]) -> None:
        return None


class Endpoint(APIView):
    rights: ClassVar[Rights] = {}  # method → permissions, one of which is needed
    http_method_names = ["get", "head", "post", "patch"]
    authentication_classes = (TokenSignIn, BrowserSignIn)
    permission_classes = ()
    throttle_classes = (PerToken,)
    parser_classes = (Json,)
    renderer_classes = (Plain,)

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """The view, with what `lianxin routes` and the border tests read from every view."""
        view: Any = super().as_view(**initkwargs)
        view.permissions = cls.rights.get("GET") or tuple(
            dict.fromkeys(one for some in cls.rights.values() for one in some)
        )
        view.permission = view.permissions[0]
        view.methods = list(cls.rights)
        return view  # type: ignore[no-any-return]

    @property
    def user(self) -> User:
        return self.request.user  # type: ignore[no-any-return]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method not in READS:
            length = request.META.get("CONTENT_LENGTH") or "0"
            if not length.isdecimal() or int(length) > settings.API_LARGEST:
                raise TooLarge
            _ = request.body  # read here, once: its digest tells a repeated request from another one
        super().initial(request, *args, **kwargs)

    def check_permissions(self, request: Request) -> None:
        """Signed in, by a method there is, with the right to it, by a token that may write where something is written."""
        if not isinstance(request.user, User):
            raise exceptions.NotAuthenticated
        needed = self.rights.get("GET" if request.method == "HEAD" else str(request.method))
        if needed is None:
            raise exceptions.MethodNotAllowed(request.method)
        if not any(may(request.user, one) for one in needed):
            raise NotAllowed
        if (
            request.method not in READS
            and isinstance(request.auth, Session)
            and request.auth.scope != Session.Scope.WRITE
        ):
            raise TokenReadsOnly

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: Any = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["Authorization"])
        response["Cache-Control"] = "private, no-store"
        response["Content-Language"] = "zh-CN"
        if request.method not in READS or response.status_code != 200:
            return response  # type: ignore[no-any-return]
        response.render()
        tag = _tag(response.content)
        response["ETag"] = tag
        known = [one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))]
        if tag not in known and "*" not in known:
            return response  # type: ignore[no-any-return]
        return _without_body(response)

    def asked(self, query: type[Serializer]) -> dict[str, Any]:
        """The query, read. Raises ValidationError."""
        return _read(query, {name: self.request.query_params[name] for name in self.request.query_params})

    def given(self, body: type[Serializer]) -> dict[str, Any]:
        """The body, read: only what was given, and the defaults it names. Raises ValidationError."""
        return _read(body, self.request.data)

    def refuse_changed(self, shown: Any, *, required: bool = False) -> None:
        """Raises ChangedMeanwhile where If-Match names another state than the one now `shown`, MatchMissing."""
        header = self.request.headers.get("If-Match")
        if header is None:
            if required:
                raise MatchMissing
            return
        tags = parse_etags(header)
        if "*" not in tags and etag_of(shown) not in tags:
            raise ChangedMeanwhile

    def write(self, act: Callable[[], Any], *, show: Callable[[str], Any], status: int = 200, at: str = "") -> Response:
        """Do `act` and say how things stand then; once, however often it is sent under one Idempotency-Key.

        `act` returns the id (or key) of what it wrote, `show` tells it by that; both in one transaction with the note of
        it. `at`: the address of what was made, with `{}` for the id.
        """
        with transaction.atomic():
            before = once.done_before(self.request, self.user)
            done = before or once.Done(str(act()), status)
            if before is None:
                once.note(self.request, self.user, done)
            shown = show(done.subject)
        response = Response(shown, status=done.status)
        response["ETag"] = etag_of(shown)
        if at:
            response["Location"] = at.format(done.subject)
        if before is not None:
            response["Idempotent-Replayed"] = "true"
        return response


def etag_of(shown: Any) -> str:
    return _tag(Plain().render(shown))


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _read(kind: type[Serializer], data: Any) -> dict[str, Any]:
    form = kind(data=data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def filters_of(kind: type[F], asked: Mapping[str, Any]) -> F:
    """A query's filters, a dataclass, from what was asked of a list; its order is the paging's."""
    names = {one.name for one in fields(kind)} - {"sort"}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in asked.items() if name in names})


def _without_body(response: HttpResponse) -> HttpResponseNotModified:
    same = HttpResponseNotModified()
    for name in ("ETag", "Vary", "Cache-Control", "Content-Language"):
        if name in response:
            same[name] = response[name]
    return same
