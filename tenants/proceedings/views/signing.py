"""What waits for my signature, how far each process is, and the place to sign or return."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets, workdays
from core.errors import NotFound
from core.web import page, refusals_on, sheet_url
from tenants.proceedings import actions, queries
from tenants.proceedings.forms import ProcessFilter, SignForm
from tenants.proceedings.models import Process, Step, StepState

PER_PAGE = 50
COLUMNS = (
    sheets.Out("事项", 40), sheets.Out("类别", 16), sheets.Out("状态", 10), sheets.Out("正在办", 24), sheets.Out("开始", 12),
    sheets.Out("办结", 12),
)  # fmt: skip


@require_safe
@requires(Permission.SIGNING_READ)
def inbox(request: HttpRequest) -> HttpResponse:
    """First what waits for me; below, every process and where it stands; as a file with `?format=xlsx`."""
    form = ProcessFilter(request.GET)
    found = queries.processes(**form.asked())
    if request.GET.get("format") == "xlsx":
        name = f"{request.committee.name}办理事项-{clock.today():%Y%m%d}.xlsx"  # type: ignore[attr-defined]
        content = sheets.write(title="办理事项", columns=COLUMNS, rows=map(_line, found))
        return sheets.download(content, name=name)
    today = clock.today()
    waiting = queries.waiting_for(request.user)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows: Any = [_row(one) for one in shown.object_list]
    shown.object_list = rows
    context = {
        "waiting": waiting,
        "late": sum(one.due_on is not None and one.due_on < today for one in waiting),
        "page": shown,
        "filter": form,
        "is_filtered": any(form.asked().values()),
        "export_url": sheet_url(request),
    }
    return page(request, "proceedings/inbox.html", context)


def _row(process: Process) -> dict[str, Any]:
    steps = list(process.steps.all())
    return {
        "process": process,
        "what": queries.subject_of(process).what,
        "state": {"running": "submitted", "done": "confirmed", "returned": "rejected"}[process.state],
        "at": "、".join(step.title for step in steps if step.state == StepState.OPEN),
        "done": sum(step.state == StepState.SIGNED for step in steps),
        "of": len(steps),
    }


def _line(process: Process) -> tuple[Any, ...]:
    row = _row(process)
    return (process.title, row["what"], process.get_state_display(), row["at"], process.started_on, process.ended_on)


@require_http_methods(["GET", "POST"])
@requires(Permission.SIGNING_READ)
def process(request: HttpRequest, id: UUID) -> HttpResponse:
    """Every step with who said what, and under the open one the place to agree or return."""
    found = queries.process_by_id(id)
    steps = queries.steps_of(found)
    forms = {step.pk: _form(request, step) for step in steps if step.state == StepState.OPEN}
    if request.method == "POST":
        answer = _say(request, found, steps, forms)
        if answer is not None:
            return answer
    subject = queries.subject_of(found)
    context = {
        "process": found,
        "lines": [_shown(step, forms.get(step.pk)) for step in steps],
        "subject": subject,
        "subject_url": subject.url(found.subject_id),
        "facts": subject.facts(found.subject_id),
        "lead": f"{subject.what} · {found.get_state_display()} · {found.started_on:%Y-%m-%d} 开始",
    }
    failed = any(form is not None and form.is_bound and form.errors for form in forms.values())
    return page(request, "proceedings/process.html", context, status=422 if failed else 200)


def _form(request: HttpRequest, step: Step) -> SignForm | None:
    """None where this user has no part in the step."""
    is_mine = queries.may_sign(request.user, step)
    if not (is_mine or queries.may_record(request.user)):
        return None
    asked = request.method == "POST" and request.POST.get("step") == str(step.pk)
    return SignForm(request.POST if asked else None, step=step, is_mine=is_mine, today=clock.today())


def _shown(step: Step, form: SignForm | None) -> dict[str, Any]:
    marks = {
        "waiting": "missing",
        "open": "claimed",
        "signed": "confirmed",
        "skipped": "not_applicable",
        "returned": "rejected",
    }
    counted = step.in_working_days and step.due is not None and step.state == StepState.OPEN
    return {
        "step": step, "who": queries.who(step.by), "form": form, "state": marks[step.state], "late": _late(step),
        "calendar": workdays.told(step.due) if counted and step.due else "",
    }  # fmt: skip


def _late(step: Step) -> int:
    """Days beyond the day the document allows."""
    due = step.due
    if step.state != StepState.OPEN or due is None:
        return 0
    return max(0, (clock.today() - due).days)


def _say(
    request: HttpRequest, found: Process, steps: list[Step], forms: dict[UUID, SignForm | None]
) -> HttpResponse | None:
    step = next((one for one in steps if str(one.pk) == request.POST.get("step")), None)
    if step is None:
        raise NotFound
    form = forms.get(step.pk)
    if form is None:  # not theirs, or no longer open: the action says which
        actions.sign_step(id=step.pk, today=clock.today(), by=signed_in(request))
        raise NotFound
    if not form.is_valid():
        return None
    given = {name: value for name, value in form.cleaned_data.items() if value}
    with refusals_on(form):
        if "return" in request.POST:
            actions.return_step(
                id=step.pk, reason=given.get("opinion", ""), on_paper=given.get("on_paper", ""), today=clock.today(),
                by=signed_in(request),
            )  # fmt: skip
            messages.warning(request, f"已退回：{found.title}。申报的人会看到理由，改好后可以重新报。")
        else:
            after = actions.sign_step(id=step.pk, **given, today=clock.today(), by=signed_in(request))
            messages.success(request, _told(after, step))
        return redirect("proceedings:process", id=found.pk)
    return None


def _told(process: Process, step: Step) -> str:
    if process.state == "done":
        return f"已同意“{step.title}”，全部办完，{process.title}已生效。"
    following = [one for one in queries.steps_of(process) if one.state == StepState.OPEN]
    return f"已同意“{step.title}”，转到{'、'.join(f'“{one.title}”' for one in following)}。"
