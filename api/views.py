"""What is no resource: the schema, its page to read, and every address nobody serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.access import public
from core.errors import NotFound
from core.web import page

FILE = Path(__file__).parent / "openapi.yaml"
TITLES = {
    "me": "本账号", "members": "委员", "sectors": "界别", "special-committees": "专委会", "contacts": "联系记录", "activities": "活动",
    "outputs": "履职成果", "claims": "待确认", "standing": "履职情况", "policy": "办法", "returns": "报送",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """A line of the page."""

    method: str
    path: str
    summary: str
    asks: tuple[str, ...]
    takes: tuple[tuple[str, bool], ...]  # field and whether it is required


@public
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI: a file of the release, which a test holds equal to the code. The same for every committee, hence open."""
    return HttpResponse(FILE.read_bytes(), content_type="application/yaml; charset=utf-8")


@public
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """接口说明: how to sign in, and every operation with what it asks and takes."""
    context = {"groups": operations(), "base": request.build_absolute_uri("/api/v1/")}
    return page(request, "api/docs.html", context)


@public
@csrf_exempt
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """Every other address, by any method: refused as JSON, not sent on to another."""
    raise NotFound("没有这个接口地址。请核对网址，末尾要有斜线；全部地址见 /api/v1/docs/。")


@lru_cache(maxsize=1)
def operations() -> dict[str, list[Operation]]:
    """By resource, in the order of the file."""
    read = yaml.load(FILE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    found: dict[str, list[Operation]] = {}
    for path, methods in read["paths"].items():
        for method, one in methods.items():
            title = TITLES.get(one["tags"][0], one["tags"][0])
            asks = tuple(each["name"] for each in one.get("parameters", ()) if each["in"] == "query")
            line = Operation(method.upper(), path, one["summary"], asks, tuple(_takes(one, read)))
            found.setdefault(title, []).append(line)
    return found


def _takes(operation: dict[str, Any], read: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    body = operation.get("requestBody")
    if body is None:
        return
    name = body["content"]["application/json"]["schema"].get("$ref", "").rpartition("/")[2]
    known = read["components"]["schemas"].get(name, {})
    for field in known.get("properties", {}):
        yield field, field in known.get("required", ())
