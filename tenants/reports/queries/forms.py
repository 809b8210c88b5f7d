"""The forms a committee's document prints, and how far each member's has come.

Which forms there are, their fields, the remark and the steps they take are the policy's words; nothing of them is known here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q

from core import sheets
from core.errors import NotFound
from policy_engine import Policy
from tenants.liaison.models import ContactRecord, State
from tenants.members.models import Member
from tenants.members.queries import Filters, RosterRow, roster, rows_of
from tenants.policy.queries import NoPolicy, policy_on, words
from tenants.reports.models import FilledForm, FormAnswer, FormStep

FieldType = Literal["text", "long_text", "date", "number", "choice", "person", "rows"]


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `columns` are those of a field of type rows: (id, title)."""

    id: str
    title: str
    type: FieldType
    required: bool
    block: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step a filled form takes; `after` are the steps it waits for."""

    id: str
    title: str
    by: str
    after: tuple[str, ...]

    @property
    def is_members(self) -> bool:
        """The member's own step; everybody else's is the office's that reaches the member."""
        return self.by in ("", "member")


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """A form as the document of a day prints it. `is_of_members`: every member fills one per period."""

    id: str
    title: str
    remark: str
    fields: tuple[Field, ...]
    workflow: str
    steps: tuple[Step, ...]
    clauses: tuple[str, ...]
    references: tuple[str, ...]
    document: str
    is_of_members: bool

    @property
    def url(self) -> str:
        return f"/documents/forms/{self.id}/"

    def step(self, id: str) -> Step:
        """Raises NotFound."""
        found = next((one for one in self.steps if one.id == id), None)
        if found is None:
            raise NotFound
        return found


@dataclass(frozen=True)
class Progress:
    """One member's form of one period: the row (None: not begun) and the steps taken, by id."""

    form: PrintedForm
    period: str
    row: FilledForm | None
    taken: Mapping[str, FormStep]

    @property
    def next(self) -> Step | None:
        """The first step not taken yet; None where all are."""
        return next((step for step in self.form.steps if step.id not in self.taken), None)

    @property
    def last(self) -> Step | None:
        """The step taken last: the one that can be taken back."""
        return next((step for step in reversed(self.form.steps) if step.id in self.taken), None)

    @property
    def is_locked(self) -> bool:
        """Somebody else than the member has acted upon it: what is written stands."""
        return any(not step.is_members for step in self.form.steps if step.id in self.taken)

    @property
    def word(self) -> str:
        if not self.taken:
            return "没有填"
        return f"待{self.next.title}" if self.next else "已办完"

    @property
    def state(self) -> str:
        """A word of the state component."""
        return "missing" if not self.taken else "submitted" if self.next else "done"


def forms_on(day: dt.date) -> tuple[PrintedForm, ...]:
    """The forms of the documents in force, in their order; none without a policy."""
    try:
        policy = policy_on(day)
    except NoPolicy:
        return ()
    names = [name.removeprefix("form.") for name in policy.elements if name.startswith("form.")]
    return tuple(_form(policy, name, day) for name in names if policy.elements[f"form.{name}"].stands(day))


def form_on(id: str, day: dt.date) -> PrintedForm:
    """Raises NotFound."""
    found = next((one for one in forms_on(day) if one.id == id), None)
    if found is None:
        raise NotFound("施行中的办法里没有这张表。")
    return found


def period_of(form: PrintedForm, day: dt.date) -> str:
    """The key of the period a form filled on `day` belongs to: one open form per member and year (reading U29)."""
    return str(day.year)


def progress_of(form: PrintedForm, member: Member, period: str) -> Progress:
    """One member's form. Two statements."""
    row = FilledForm.objects.filter(form=form.id, member=member, period=period).first()
    steps = row.steps.all() if row else ()
    return Progress(form, period, row, {step.step: step for step in steps})


def progress_of_many(form: PrintedForm, members: Iterable[UUID], period: str) -> dict[UUID, Progress]:
    """The same for many, by member. Two statements."""
    rows = FilledForm.objects.filter(form=form.id, period=period, member__in=list(members)).prefetch_related("steps")
    begun = {row.member_id: row for row in rows}
    return {
        key: Progress(form, period, row, {step.step: step for step in row.steps.all()} if row else {})
        for key in members
        for row in (begun.get(key),)
    }


def answers_of(row: FilledForm) -> dict[str, str]:
    """What stands in the fields, by field id. One statement."""
    return dict(row.answers.values_list("field", "text"))


def answers_of_many(form: PrintedForm, members: Sequence[Member], period: str) -> dict[UUID, dict[str, str]]:
    """Per member, what was filled in; where nothing was, what the roster knows. Two statements."""
    found: dict[UUID, dict[str, str]] = {}
    rows = FormAnswer.objects.filter(of__form=form.id, of__period=period, member__in=members)
    for member, field, text in rows.values_list("member_id", "field", "text"):
        found.setdefault(member, {})[field] = text
    return {member.pk: found.get(member.pk) or known_of(member) for member in members}


def known_of(member: Member) -> dict[str, str]:
    """What the roster answers by itself, under the field ids the shared vocabulary of forms has for it."""
    return {
        "member_name": member.name,
        "name": member.name,
        "sector": member.sector.name,
        "work_unit_post": f"{member.work_unit} {member.unit_post}".strip(),
        "work_unit": member.work_unit,
        "unit_post": f"{member.work_unit} {member.unit_post}".strip(),
        "contact": member.phone,
    }


def draft_of(form: PrintedForm, member: Member, day: dt.date) -> dict[str, str]:
    """A first draft of the answers: the roster's, today for the first date, and the year's contacts as a text to mend. One statement."""
    draft = {**known_of(member), "contact_service_facts": _year_told(member, day)}
    first_date = next((field.id for field in form.fields if field.type == "date"), "")
    return {field.id: draft.get(field.id, "") for field in form.fields} | (
        {first_date: day.isoformat()} if first_date else {}
    )


def _year_told(member: Member, day: dt.date) -> str:
    """The contacts of the year in sentences; nobody met is named."""
    held = ContactRecord.objects.filter(
        Q(member=member) | Q(participants__member=member),
        held_on__year=day.year, held_on__lte=day, withdrawn_at=None, state=State.CONFIRMED,
    ).distinct().order_by("held_on")  # fmt: skip
    lines = [
        f"{one.held_on.month} 月 {one.held_on.day} 日{one.get_kind_display()}{f'（{one.place}）' if one.place else ''}：{one.summary.rstrip('。')}。"
        for one in held
    ]
    return "\n".join([f"{day.year} 年联系服务界别群众 {len(lines)} 次。", *lines]) if lines else ""


def _form(policy: Policy, name: str, day: dt.date) -> PrintedForm:
    element = policy.elements[f"form.{name}"]
    workflow = str(element.read("workflow", day) or "")
    listing = policy.elements.get(f"workflow.{workflow}")
    steps = listing.read("steps", day) if listing else ()
    return PrintedForm(
        id=name,
        title=str(element.read("title", day)),
        remark=str(element.read("remark", day) or ""),
        fields=tuple(_field(entry) for entry in element.read("fields", day) or ()),
        workflow=workflow,
        steps=tuple(_steps(steps or ())),
        clauses=element.clauses,
        references=tuple(words.reference(policy.clauses[one].ref) for one in element.clauses if one in policy.clauses),
        document=policy.document,
        is_of_members=any(
            duty.in_force and duty.listing == workflow and duty.subject.type == "member"
            for duty in policy.duties_on(day)
            if workflow
        ),
    )


def _field(entry: Mapping[str, Any]) -> Field:
    return Field(
        id=entry["id"],
        title=entry["title"],
        type=entry.get("type", "text"),
        required=bool(entry.get("required")),
        block=entry.get("block", ""),
        help=entry.get("help", ""),
        choices=tuple(entry.get("choices", ())),
        columns=tuple((one["id"], one["title"]) for one in entry.get("columns", ())),
    )


def _steps(entries: Iterable[Mapping[str, Any]]) -> Iterable[Step]:
    before: list[str] = []
    for entry in entries:
        named = entry.get("after")
        yield Step(
            entry["id"], entry.get("title", entry["id"]), entry.get("by", ""), tuple(before if named is None else named)
        )
        before.append(entry["id"])


@dataclass(frozen=True, slots=True)
class FormLine:
    """One member in the list of a form."""

    member: RosterRow
    progress: Progress
    url: str

    @property
    def days(self) -> list[tuple[str, dt.date | None]]:
        """(step, day it was taken) for every step of the form."""
        taken = self.progress.taken
        return [(step.title, taken[step.id].done_on if step.id in taken else None) for step in self.progress.form.steps]

    @property
    def step_label(self) -> str:
        return f"登记：{self.progress.next.title}" if self.progress.next else ""

    @property
    def step_url(self) -> str:
        """Where the step that somebody else than the member takes next is noted from the list; empty where there is none."""
        step = self.progress.next
        if step is None or step.is_members or self.progress.row is None:
            return ""
        form = self.progress.form
        return f"{form.url}{self.member.id}/{step.id}/?period={self.progress.period}&from=list"


def form_lines(form: PrintedForm, period: str, filters: Filters, *, day: dt.date, within: Q) -> list[FormLine]:
    """The members in office on `day` and how far each one's form has come, in name order. Six statements."""
    members = rows_of(roster(day, filters, within=within))
    found = progress_of_many(form, [one.id for one in members], period)
    return [FormLine(one, found[one.id], f"{form.url}{one.id}/?period={period}") for one in members]


def form_sheet(form: PrintedForm, lines: Iterable[FormLine]) -> bytes:
    """The list as .xlsx: a column per step with its day."""
    heads = [sheets.Out("姓名"), sheets.Out("界别"), sheets.Out("专委会", 20), sheets.Out("办到哪步", 18)]
    heads += [sheets.Out(step.title, 18) for step in form.steps]
    rows = [
        [
            line.member.name,
            line.member.sector,
            line.member.special_committees,
            line.progress.word,
            *(line.progress.taken[step.id].done_on if step.id in line.progress.taken else None for step in form.steps),
        ]
        for line in lines
    ]
    return sheets.write(title=form.title[:28], columns=heads, rows=rows)
