"""Every refusal as `{code, message, fields, clause}`, whoever refuses: an action, the framework, the web before both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied as Denied
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from core.errors import DomainError

WHOLE = "non_field_errors"
WORDS: Mapping[type[exceptions.APIException], tuple[str, str]] = {
    exceptions.ParseError: ("malformed", "请求的内容不是有效的 JSON。"),
    exceptions.AuthenticationFailed: ("token_void", "令牌不能用：它可能已撤销、已到期，或属于另一个委员会。请重新生成。"),
    exceptions.NotAuthenticated: ("not_signed_in", "请带上令牌（Authorization: Bearer …），或先登录。"),
    exceptions.MethodNotAllowed: ("method_not_allowed", "这个地址不接受这种请求方法。"),
    exceptions.NotAcceptable: ("not_acceptable", "这里只提供 application/json。"),
    exceptions.UnsupportedMediaType: ("unsupported_media_type", "请用 application/json 提交。"),
    exceptions.Throttled: ("throttled", "请求太频繁，请稍后再试。"),
}  # fmt: skip


class Refusal(serializers.Serializer):
    """Why nothing was done, and what to do. The same shape for every refusal."""

    code = serializers.CharField(help_text="a word that does not change")
    message = serializers.CharField(help_text="Chinese, says what to do")
    fields = serializers.DictField(child=serializers.CharField(), help_text="field → what is wrong with it")
    clause = serializers.CharField(allow_null=True, help_text="the clause the refusal rests on")


class Malformed(DomainError):
    status, code = 400, "malformed"


class TooLarge(DomainError):
    status, code = 413, "too_large"

    def __init__(self) -> None:
        super().__init__("请求的内容超过 1 MB。请分几次提交。")


class Invalid(DomainError):
    """A body or query that could not be read."""

    status, code = 422, "invalid"

    def __init__(self, fields: Mapping[str, str]) -> None:
        told = fields.get(WHOLE) or f"有 {len(fields)} 处要改：{'、'.join(name for name in fields if name)}。"
        super().__init__(told, fields={name: text for name, text in fields.items() if name != WHOLE})


class TokenReadsOnly(DomainError):
    status, code = 403, "token_reads_only"

    def __init__(self) -> None:
        super().__init__("这个令牌只读。要提交内容，请生成一个读写的令牌。")


class CsrfMissing(DomainError):
    status, code = 403, "csrf"

    def __init__(self) -> None:
        super().__init__("请求没有带上本站的 X-CSRFToken。先取 /api/v1/me/，用应答里的 X-CSRFToken；或改用令牌。")


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """What the framework asks for every exception of an endpoint; None leaves a bug loud."""
    headers: dict[str, str] = {}
    if isinstance(error, exceptions.ValidationError):
        error = Invalid(dict(_flat(error.detail)))
    elif isinstance(error, exceptions.APIException):
        headers = _headers(error)
        error = _ours(error)
    elif isinstance(error, Http404):
        error = DomainError("没有这个地址。", code="not_found")
        error.status = 404
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge()
    elif isinstance(error, Denied):
        error = CsrfMissing()
    elif isinstance(error, UnreadablePostError):
        error = Malformed("请求没有传完。")
    if not isinstance(error, DomainError):
        return None
    return Response(error.to_json(), status=status_of(error), headers=headers)


def status_of(refusal: DomainError) -> int:
    """What lies in what was sent is 422; what lies in how things stand keeps its own."""
    return 422 if refusal.status == 409 and refusal.fields else refusal.status


def _ours(error: exceptions.APIException) -> DomainError:
    code, message = next(
        (words for kind, words in WORDS.items() if isinstance(error, kind)), ("refused", str(error.detail))
    )
    made = DomainError(message, code=code)
    made.status = error.status_code
    return made


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(max(1, round(error.wait)))
    return headers


def _flat(detail: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Nested errors as `participants.0` → text."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flat(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(detail, list) and any(isinstance(one, Mapping | list) for one in detail):
        for index, inner in enumerate(detail):
            yield from _flat(inner, f"{place}.{index}")
    else:
        texts = detail if isinstance(detail, list) else [detail]
        yield place or WHOLE, " ".join(str(one) for one in texts)
