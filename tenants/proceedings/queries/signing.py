"""Whose turn it is. Who holds a post, and what a process is about, apps above register; so this app imports none of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet

from accounts.access import may
from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from accounts.roles import Role
from core import audit
from core import waiting as desk
from core.errors import NotFound
from policy_engine.vocabulary import shared_words, title
from tenants.proceedings.models import Body, Process, Step, StepState

Holder = Callable[[Any], frozenset[str]]


class Ended(Protocol):
    def __call__(self, *, process: Process, on: dt.date, by: audit.Actor) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What rows of one model mean to the runtime: the page, the facts the signers read, and what an end does to them."""

    label: str  # app_label.model
    what: str
    url: Callable[[UUID], str]
    facts: Callable[[UUID], Sequence[tuple[str, str]]]
    done: Ended
    returned: Ended


_subjects: dict[str, Subject] = {}
_holders: list[Holder] = []


def register_subject(subject: Subject) -> None:
    """In the app's `ready()`."""
    _subjects[subject.label] = subject


def register_holder(holder: Holder) -> None:
    """A function from a user to the words of `bodies` whose part they may take today. In the app's `ready()`."""
    if holder not in _holders:
        _holders.append(holder)


def subject_of(process: Process) -> Subject:
    return _subjects[process.subject_type]


def who(word: str) -> str:
    """The post or body in words: 秘书长."""
    return title(shared_words(), "bodies", word) if word else "办公室"


def may_record(user: Any) -> bool:
    """Takes steps nobody is named for, and enters what was signed on paper."""
    return may(user, Permission.SIGNING_RECORD)


def words_of(user: Any) -> frozenset[str]:
    """The posts and offices a user may sign for today, the bodies whose decisions they enter, steps nobody is named for."""
    held = frozenset().union(*(holder(user) for holder in _holders))
    bodies = Body.values if may(user, Permission.SIGNING_DECIDE) else ()
    return held.union(bodies, {""} if may_record(user) else ())


def signers_of(step: Step) -> list[UUID]:
    """Accounts whose turn it is; the statements grow with those few who sign at all."""
    roles = [name for name, role in Role.by_name.items() if Permission.SIGNING_READ in role.permissions]
    users = User.objects.filter(is_active=True, pk__in=RoleGrant.objects.filter(role__in=roles).values("user_id"))
    return [user.pk for user in users if may_sign(user, step)]


def may_sign(user: Any, step: Step) -> bool:
    return step.by in words_of(user)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A step that waits for somebody's signature, plain values."""

    process: UUID
    step_id: UUID
    clauses: tuple[str, ...]
    title: str
    step: str
    what: str
    since: dt.date
    due_on: dt.date | None

    @property
    def url(self) -> str:
        return f"/proceedings/{self.process}/"


def waiting_for(user: Any) -> list[Waiting]:
    """What waits for this user, the longest waiting first. One statement beyond what the holders ask."""
    open_steps = Step.objects.filter(state=StepState.OPEN, process__state="running", by__in=words_of(user))
    return [
        Waiting(
            process=step.process_id, step_id=step.pk, clauses=tuple(step.process.clauses), title=step.process.title, step=step.title, what=subject_of(step.process).what,
            since=step.opened_on or step.process.started_on, due_on=step.due,
        )
        for step in open_steps.select_related("process").order_by("opened_on", "process__started_on")
    ]  # fmt: skip


def _at_the_desk(user: Any, day: dt.date, limit: int) -> desk.Pile | None:
    if not may(user, Permission.SIGNING_READ):
        return None
    lines = waiting_for(user)
    return desk.Pile(count=len(lines), items=[_item(line) for line in lines[:limit]])


def _item(line: Waiting) -> desk.Item:
    return desk.Item(
        key=f"signing:{line.step_id}",
        what=line.title,
        url=line.url,
        detail=line.step,
        since=line.since,
        due=line.due_on,
        clauses=line.clauses,
        buttons=(desk.Button(label="去办理", url=line.url, about=line.title, opens=True),),
    )


WAITING = desk.Source(name="signing", title="办理事项", url="/proceedings/", order=20, ask=_at_the_desk)


def processes(*, state: str = "", q: str = "") -> QuerySet[Process]:
    """All of them, the newest first, with their steps."""
    found = Process.objects.prefetch_related("steps")
    if state:
        found = found.filter(state=state)
    return found.filter(title__icontains=q.strip()) if q.strip() else found


def process_by_id(id: UUID) -> Process:
    """Raises NotFound."""
    found = Process.objects.select_related("started_by").filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def steps_of(process: Process) -> list[Step]:
    return list(process.steps.select_related("decision", "signed_by"))
