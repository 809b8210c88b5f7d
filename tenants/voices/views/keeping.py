"""到期的反映人信息: whose time is over, erased by a job; for how long they are kept."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import clock
from core.ids import ids_in
from core.web import page, refusals_on
from tenants.members.actions import set_retention
from tenants.members.models import RuleName
from tenants.voices import actions, queries
from tenants.voices.forms import KeepingForm

SHOWN = 500


@requires(Permission.MEMBERS_WRITE)
@require_http_methods(["GET", "POST"])
def due(request: HttpRequest) -> HttpResponse:
    """Closed matters whose speakers' names and numbers are to go."""
    today, years = clock.today(), queries.speakers_kept()
    form, chosen = KeepingForm(None, initial={"years": years}), KeepingForm(None)
    if request.method == "POST" and "years" in request.POST:
        form = KeepingForm(request.POST)
        if form.is_valid():
            with refusals_on(form):
                set_retention(**form.cleaned_data, of=RuleName.SPEAKERS, by=signed_in(request))
                messages.success(request, f"办结后保存 {form.cleaned_data['years']} 年，已改好。")
                return redirect("heard:due")
    elif request.method == "POST":
        chosen = KeepingForm({"years": years, "why": "-"})
        with refusals_on(chosen):
            job = actions.ask_erase_due(ids=ids_in(request.POST.getlist("voice")), today=today, by=signed_in(request))
            messages.info(request, "正在抹去，完成后名单里不再有他们；可以离开这一页。")
            return redirect("jobs:show", job_id=job.pk)
    found = queries.due_voices(today)
    context = {
        "due": list(found[:SHOWN]),
        "number": found.count(),
        "shown": SHOWN,
        "years": years,
        "form": form,
        "chosen": chosen,
    }
    return page(request, "voices/due.html", context, status=422 if form.errors or chosen.errors else 200)
