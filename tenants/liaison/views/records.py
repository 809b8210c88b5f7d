"""What the pages of contacts, activities and outputs do alike: enter, correct with a reason, take back with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.access import may, signed_in
from accounts.permissions import Permission
from core import clock
from core.errors import DomainError
from core.web import page, refusals_on
from tenants.liaison.forms import ReasonForm
from tenants.liaison.models import Claim, State
from tenants.liaison.queries import audience_of, people, settled_for

Record = TypeVar("Record", bound=Claim)
Form = TypeVar("Form", bound=forms.Form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages(Generic[Record]):
    """One kind of record to its pages. `address` and `edit` are names of routes that take the record's id."""

    noun: str  # 这条联系记录
    address: str
    edit: str
    template: str  # of the form, new and changed
    find: Callable[[Any, UUID], Record]
    show: Callable[[HttpRequest, Record, ReasonForm], HttpResponse]
    take_back: Callable[..., object]
    taken_back: str  # what to tell then
    may_change: Callable[..., bool]


def enter(
    request: HttpRequest,
    pages: Pages[Record],
    form: Form,
    *,
    save: Callable[[Form], Record],
    tell: Callable[[Record], None],
    can_save: bool = True,
    **context: Any,
) -> HttpResponse:
    """The page of a new record: saved and told, or the form again with what was refused and everything typed."""
    if request.method == "POST" and form.is_valid() and can_save:
        with refusals_on(form):
            record = save(form)
            tell(record)
            return redirect(pages.address, id=record.pk)
    return _form_page(request, pages, form, context)


def correct(
    request: HttpRequest,
    pages: Pages[Record],
    record: Record,
    form: Form,
    *,
    save: Callable[[Form], bool],
    **context: Any,
) -> HttpResponse:
    """The same page for a record that stands: what changes and why is kept in the trail."""
    if not pages.may_change(record, by=signed_in(request)) or settled_for(record) is not None:
        return redirect(pages.address, id=record.pk)  # its page says why
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if save(form):
                again = "，已重新提交，等待确认" if record.state == State.REJECTED and not _writes(request) else ""
                messages.success(request, f"{pages.noun}已改好{again}。原来的内容和修改原因留在操作记录里。")
            else:
                messages.info(request, "没有改动，记录保持原样。")
            return redirect(pages.address, id=record.pk)
    return _form_page(request, pages, form, {**context, "record": record})


def with_reason(form: Form, *, returned: bool = False) -> Form:
    """The form asks for the reason as well; handing in again what was returned is reason enough to begin with."""
    form.fields["reason"] = forms.CharField(
        label="为什么修改", max_length=300, initial="按退回意见改好" if returned else "", help_text="和改前改后的内容一起留在操作记录里。"
    )  # fmt: skip
    form.fields["key"].required = False  # the record has its id
    return form


def withdraw(request: HttpRequest, pages: Pages[Record], id: UUID) -> HttpResponse:
    """Take a record back, with a reason."""
    record = pages.find(request.user, id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            pages.take_back(id=id, reason=form.cleaned_data["reason"], by=signed_in(request), at=clock.now())
            messages.success(request, pages.taken_back)
            return redirect(pages.address, id=id)
    return pages.show(request, record, form)


@contextmanager
def refused(request: HttpRequest) -> Iterator[None]:
    """Say a refusal at the top of the page one goes back to: for buttons and small forms that stand on it."""
    try:
        yield
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.warning(request, refusal.message)


def rights(request: HttpRequest, pages: Pages[Record], record: Record) -> dict[str, Any]:
    """For the record's page: `may_decide`, `may_change`, and `settled`, the signed return that keeps it from being changed."""
    own = pages.may_change(record, by=signed_in(request))
    settled = settled_for(record) if own else None
    return {
        "may_decide": may(request.user, Permission.RECORDS_CONFIRM)
        and record.state == State.CLAIMED
        and not record.is_withdrawn,
        "may_change": own and settled is None,
        "settled": settled,
        "edit_url": pages.edit,
        "audience": audience_of(request.user),
    }


def _writes(request: HttpRequest) -> bool:
    return may(request.user, Permission.RECORDS_WRITE)


def _form_page(
    request: HttpRequest, pages: Pages[Record], form: forms.Form, context: Mapping[str, Any]
) -> HttpResponse:
    common = {
        "form": form,
        "record": None,
        "for_others": _writes(request),
        "people": people(clock.today(), request.user),
        "audience": audience_of(request.user),
    }
    return page(request, pages.template, common | dict(context), status=422 if form.errors else 200)
