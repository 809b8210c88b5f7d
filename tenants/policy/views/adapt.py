"""Our own adaptation of the parent's policy."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import clock
from core.web import page, refusals_on
from tenants.policy import actions, queries
from tenants.policy.forms import AdaptForm
from tenants.policy.queries import reading
from tenants.policy.views.document import above, none


@requires(Permission.POLICY_ADAPT)
@require_http_methods(["GET", "POST"])
def adapt(request: HttpRequest) -> HttpResponse:
    """调整上级办法 in two steps: fill in, look at what changes, then adopt."""
    today = clock.today()
    if not queries.has_policy(today):
        return none(request, today)
    form = AdaptForm(
        request.POST or None,
        groups=reading.parameters_on(today),
        initial={"decided_on": today, "in_force_from": today},
    )
    step = request.POST.get("step")
    if form.is_valid() and step != "edit":
        with refusals_on(form):
            if step == "adopt":
                document = actions.adapt(
                    operations=form.operations(), today=today, by=signed_in(request), **form.decision()
                )
                messages.success(
                    request, f"已按会议决定调整，{document.in_force_from:%Y-%m-%d} 起施行，上级可见理由与文号。"
                )
                return redirect("policy:index")
            actions.preview(
                operations=form.operations(),
                **{name: value for name, value in form.decision().items() if name != "decided_on"},
            )
            return page(request, "policy/adapt_preview.html", {"form": form, "changes": form.changes()})
    refused = bool(form.errors) and step != "edit"
    return page(request, "policy/adapt.html", {"form": form, "above": above(today)}, status=422 if refused else 200)
