"""The form anybody may fill in on the committee's site (OR21-2.5-2..3): no account, few fields, so many a day."""

from __future__ import annotations

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import public
from core import clock
from core.web import page, refusals_on
from tenants.voices import actions
from tenants.voices.forms import SpeakForm

HOUR = 3600
PER_ADDRESS, PER_COMMITTEE = 5, 120  # an hour


@never_cache
@public
@require_http_methods(["GET", "POST"])
def speak(request: HttpRequest) -> HttpResponse:
    """Send in a matter; the number is the receipt."""
    form = SpeakForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if given["website"]:
            return redirect("speak")  # a machine learns nothing
        if _too_many(request):
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
                back = (
                    "办结后会按您留的联系方式答复。"
                    if given["name"] or given["phone"]
                    else "您没有留联系方式，办理结果不能单独告诉您。"
                )
                messages.success(request, f"已收到，编号 {voice.number}，请记下。{back}")
                return redirect("speak")
    return page(request, "voices/speak.html", {"form": form}, status=422 if form.errors else 200)


def _too_many(request: HttpRequest) -> bool:
    """Counted by a hash of the address, forgotten after an hour, and for the committee as a whole."""
    address = salted_hmac("voices.speak", request.META.get("REMOTE_ADDR", "")).hexdigest()[:32]
    counted = []
    for key, most in ((f"speak:{address}", PER_ADDRESS), ("speak", PER_COMMITTEE)):
        cache.add(key, 0, HOUR)
        counted.append(cache.incr(key) > most)
    return any(counted)
