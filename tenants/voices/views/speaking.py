"""What anybody may do on the committee's site (OR21-2.5-2..3): send a matter, and ask later what became of it. No account."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import public
from core import clock, tenancy
from core.errors import NotFound
from core.web import page, refusals_on
from tenants.voices import actions, queries
from tenants.voices.forms import SpeakForm, StatusForm
from tenants.voices.models import Voice

HOUR, DAY = 3600, 24 * 3600
PER_ADDRESS, PER_COMMITTEE = 5, 120  # sent in an hour
WRONG_PER_ADDRESS, WRONG_PER_RECEIPT, WRONG_PER_COMMITTEE = 10, 5, 300  # asked in vain in an hour
_SALT = "voices-receipt"


@never_cache
@public
@require_http_methods(["GET", "POST"])
def speak(request: HttpRequest) -> HttpResponse:
    """Send in a matter; the next page shows the receipt."""
    form = SpeakForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if given["website"]:
            return redirect("speak")  # a machine learns nothing
        if _counted((f"speak:{_address(request)}", PER_ADDRESS), ("speak", PER_COMMITTEE)):
            form.add_error(None, "提交得太频繁，内容没有送出，还在下面。请一小时后再提交，或打电话、到委员接待点反映。")
        else:
            with refusals_on(form):
                voice = actions.speak(
                    content=given["content"],
                    name=given["name"],
                    phone=given["phone"],
                    id=given["key"],
                    today=clock.today(),
                )
                said = [
                    tenancy.current().code,
                    str(voice.pk),
                    bool(given["name"] or given["phone"]),
                    _is_askable(given["phone"]),
                ]
                return redirect("spoken", word=signing.dumps(said, salt=_SALT))
    return page(request, "voices/speak.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@public
@require_safe
def spoken(request: HttpRequest, word: str) -> HttpResponse:
    """The receipt, for a day, to whoever was sent here after speaking; nothing of what was said."""
    try:
        code, id, is_answered, is_askable = signing.loads(word, salt=_SALT, max_age=DAY)
    except signing.BadSignature:
        raise NotFound("回执页只保留一天。记下了回执号，可以在“查询办理情况”页查询。") from None
    voice = Voice.objects.filter(pk=UUID(id)).first() if code == tenancy.current().code else None
    if voice is None:
        raise NotFound
    return page(request, "voices/spoken.html", {"voice": voice, "is_answered": is_answered, "is_askable": is_askable})


@never_cache
@public
@require_http_methods(["GET", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """What became of a matter, for who has its receipt and knows the last digits of the number left. In vain looks alike in vain."""
    form = StatusForm(request.POST or None)
    voice: Voice | None = None
    if request.method == "POST" and form.is_valid():
        limits = (
            (f"asked:{_address(request)}", WRONG_PER_ADDRESS),
            (f"asked:{_hashed(form.cleaned_data['receipt'])}", WRONG_PER_RECEIPT),
            ("asked", WRONG_PER_COMMITTEE),
        )
        # counted before it is looked at, so guesses made at once count too; what was not in vain is given back
        if any(cache.get(key, 0) >= most for key, most in limits) or _counted(*limits):
            form.add_error(None, "查询得太频繁，请一小时后再查，或打电话到本会办公室询问。")
        else:
            voice = queries.by_receipt(**form.cleaned_data)
            if voice is not None:
                _given_back(*limits)
            else:
                form.add_error(
                    None,
                    "请核对回执号和电话后四位；没有留电话的、办结后联系方式已抹去的，不能在这里查，请到委员接待点询问。",
                )
    context = {"form": form, "voice": voice, "told": queries.told_to_citizen(voice) if voice else ""}
    return page(request, "voices/status.html", context, status=422 if form.errors else 200)


def _is_askable(phone: str) -> bool:
    return sum(map(str.isdecimal, phone)) >= 4


def _address(request: HttpRequest) -> str:
    """Behind a proxy all requests come from it: whom it saw is the last it wrote; what stands before it anybody may claim."""
    seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    own = request.META.get("REMOTE_ADDR", "")
    return _hashed(seen or own if settings.SECURE_PROXY_SSL_HEADER else own)


def _hashed(text: str) -> str:
    return salted_hmac("voices.speak", text).hexdigest()[:32]


def _counted(*limits: tuple[str, int]) -> bool:
    """Count once more under each key, forgotten after an hour; whether one of them is passed now."""
    passed = False
    for key, most in limits:
        cache.add(key, 0, HOUR)
        passed |= cache.incr(key) > most
    return passed


def _given_back(*limits: tuple[str, int]) -> None:
    for key, _ in limits:
        with suppress(ValueError):  # its hour ended meanwhile
            cache.decr(key)
