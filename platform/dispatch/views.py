"""后台任务: what works for this committee behind the pages, how far it is, and stopping it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core.errors import NotFound
from core.web import page
from dispatch import actions, queries
from dispatch.models import JobState


@requires(Permission.JOBS_READ)
@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """The latest fifty jobs of this committee."""
    jobs = queries.newest()
    under_way = sum(job.is_under_way for job in jobs)
    return page(request, "dispatch/index.html", {"jobs": jobs, "under_way": under_way, "limit": queries.LATEST})


@requires(Permission.JOBS_READ)
@require_safe
@never_cache
def show(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job. htmx asks again every two seconds while it is under way and gets the part that changes."""
    job = _job(job_id)
    context = {
        "job": job,
        "may_cancel": job.is_under_way and not job.stop_asked and may(request.user, Permission.JOBS_CANCEL),
        "may_start_again": job.can_start_again and may(request.user, Permission.JOBS_CANCEL),
        "again": queries.again_of(job_id),
    }
    template = "dispatch/_job.html" if getattr(request, "htmx", False) else "dispatch/show.html"
    return page(request, template, context)


@requires(Permission.JOBS_CANCEL)
@require_http_methods(["GET", "POST"])
@never_cache
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Ask first (GET), then have it stop (POST)."""
    job = _job(job_id)
    if request.method == "GET":
        return page(request, "dispatch/cancel.html", {"job": job}) if job.is_under_way else _back(job_id)
    state = actions.cancel(job_id=job_id, by=signed_in(request))
    if state == JobState.CANCELLED:
        messages.success(request, f"已取消：{job.what}。")
    else:
        messages.info(request, f"已要求停止：{job.what}。停下以后，已经做的改动会撤销。")
    return _back(job_id)


@requires(Permission.JOBS_CANCEL)
@require_POST
def again(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Start a failed or cancelled job once more."""
    job = actions.start_again(job_id=job_id, by=signed_in(request))
    messages.info(request, "已重新排队，办好以后本页会自动更新。")
    return _back(job.pk)


def _job(job_id: UUID) -> queries.Shown:
    found = queries.shown(job_id)
    if found is None:
        raise NotFound
    return found


def _back(job_id: UUID) -> HttpResponse:
    return redirect("jobs:show", job_id=job_id)
