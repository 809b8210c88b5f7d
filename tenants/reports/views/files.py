"""Returns as files that can be checked without us (`lianxin return verify`), and the list of public keys to check them by."""

from __future__ import annotations

import json
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import tenancy
from core.errors import NotFound
from core.web import page
from exchange import files
from exchange import queries as letters
from exchange.online import key_list
from exchange.signing import fingerprint
from tenants.reports import queries
from tenants.reports.forms import KeysFilter

PER_PAGE = 50


@requires(Permission.RETURNS_READ)
@require_safe
def own(request: HttpRequest, period: str) -> HttpResponse:
    """The newest signed revision, or the one asked for (`?revision=`)."""
    queries.span(period)
    asked = request.GET.get("revision", "")
    signed = [one.row for one in queries.revisions(period) if one.row.signature]
    row = next((one for one in signed if asked in ("", str(one.revision))), None)
    if row is None:
        raise NotFound("这一稿还没有签署，签署以后才有可以核对的文件。")
    return _sent(files.written(row.body, signature=row.signature, public_key=row.public_key), row.body)


@requires(Permission.RETURNS_READ)
@require_safe
def received(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """What a committee below sent, with its signature."""
    one = letters.received_one(delivery_id)
    return _sent(files.written(one.body, signature=one.signature, public_key=one.public_key), one.body)


@requires(Permission.RETURNS_READ)
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Every committee's public keys, to compare and, whole, to take along; they are no secret."""
    if request.GET.get("format") == "json":
        whole = json.dumps(key_list(letters.keys()), ensure_ascii=False, indent=1)
        return _attached(f"{whole}\n", "签名公钥清单.json")
    form = KeysFilter(request.GET)
    said = form.cleaned_data["q"] if form.is_valid() else ""
    shown = Paginator(letters.keys_by_name(said), PER_PAGE).get_page(request.GET.get("page"))
    lines = [{"key": one, "fingerprint": fingerprint(one.public_key)} for one in shown]
    context = {"page": shown, "lines": lines, "filter": form, "is_filtered": bool(said), "me": tenancy.current().code}
    return page(request, "reports/keys.html", context)


def _sent(text: str, body: dict[str, object]) -> HttpResponse:
    committee = body["committee"]
    assert isinstance(committee, dict)
    return _attached(text, f"{committee['name']} {queries.spoken(str(body['period']))} 第{body['revision']}稿.json")


def _attached(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["Cache-Control"] = "no-store"
    return response
