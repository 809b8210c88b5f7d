"""What the operator sees: committees, jobs as numbers and states, health. Nothing a committee wrote."""

from __future__ import annotations

import datetime as dt
import functools
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import celery
import django
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, QuerySet
from redis import Redis, RedisError

from dispatch.models import Job, JobState
from dispatch.registry import queues, registration_of
from dispatch.tasks import ALIVE
from policy_engine.reader import read
from policy_engine.vocabulary import TEMPLATES
from registry import doctor, domains, schema_script
from registry.models import Committee, Domain, DomainClaim, Level, State
from registry.onboarding import PROVISION


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A committee in the tree; `depth` 0 has nobody above."""

    code: str
    name: str
    slug: str
    level: str
    state: str
    depth: int
    children: int
    is_current: bool  # its schema has this release's shape

    @property
    def indent(self) -> str:
        return "　" * self.depth


def tree(*, q: str = "", state: str = "", below: str = "") -> list[Line]:
    """Parents before their children, in code order; filtered, the depth stays what it is. One statement."""
    rows = list(Committee.objects.order_by("code"))
    under: dict[UUID | None, list[Committee]] = {}
    for row in rows:
        under.setdefault(row.parent_id, []).append(row)
    version = schema_script.fingerprint()
    root = next((row.pk for row in rows if row.code == below), None) if below else None
    if below and root is None:
        return []
    lines = [_line(row, depth, under, version) for row, depth in _walk(under, root, 0)]
    return [one for one in lines if (not state or one.state == state) and _names(one, q.strip())]


def _walk(
    under: dict[UUID | None, list[Committee]], parent: UUID | None, depth: int
) -> Iterator[tuple[Committee, int]]:
    for row in under.get(parent, []):
        yield row, depth
        yield from _walk(under, row.pk, depth + 1)


def _line(row: Committee, depth: int, under: dict[UUID | None, list[Committee]], version: str) -> Line:
    return Line(
        code=row.code, name=row.name, slug=row.slug, level=Level(row.level).label, state=row.state, depth=depth,
        children=len(under.get(row.pk, [])), is_current=row.schema_version == version,
    )  # fmt: skip


def _names(line: Line, q: str) -> bool:
    return not q or any(q in word for word in (line.name, line.code, line.slug))


def committee(code: str) -> Committee | None:
    return Committee.objects.select_related("parent").filter(code=code).first()


def is_current(one: Committee) -> bool:
    return one.schema_version == schema_script.fingerprint()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A domain of a committee; `record` and `value` are what DNS must say while it is not proven."""

    domain: str
    is_proven: bool
    is_over: bool
    until: dt.datetime
    record: str = ""
    value: str = ""


def sites(one: Committee, *, now: dt.datetime) -> list[Site]:
    proven = [
        Site(domain=row.domain, is_proven=True, is_over=row.proven_until <= now, until=row.proven_until)
        for row in Domain.objects.filter(tenant=one).order_by("domain")
    ]
    asked = [
        Site(
            domain=row.domain, is_proven=False, is_over=row.until < now, until=row.until,
            record=domains.record_name(row.domain), value=domains.record_value(row.token),
        )
        for row in DomainClaim.objects.filter(committee=one).order_by("domain")
    ]  # fmt: skip
    return [*proven, *asked]


def states() -> dict[str, int]:
    """State → committees in it."""
    return dict(Committee.objects.values_list("state").annotate(number=Count("id")))


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """A job without what it is about: of a committee only its kind; of the deployment also its words."""

    id: UUID
    committee: str  # empty: the deployment's own
    what: str
    state: str
    attempts: int
    since: dt.datetime
    moved_at: dt.datetime
    message: str
    is_under_way: bool


def jobs(*, state: str = "", committee: str = "") -> QuerySet[Job]:
    """Newest first; `job_line` makes a row showable."""
    found = Job.objects.defer("ids", "message", "note").order_by("-created_at", "-id")
    if state:
        found = found.filter(state=state)
    return found.filter(committee=committee) if committee else found


def job_states(committee: str = "") -> dict[str, int]:
    """State → jobs in it."""
    found = Job.objects.filter(committee=committee) if committee else Job.objects.all()
    return dict(found.values_list("state").annotate(number=Count("id")))


def job(id: UUID) -> Job | None:
    return Job.objects.filter(pk=id).first()


def job_line(row: Job) -> JobLine:
    own = row.committee == ""
    kind = registration_of(row.task)
    return JobLine(
        id=row.pk,
        committee=row.committee,
        what=row.task if kind is None else kind.title_for(row.ids if own else {}),
        state=row.state,
        attempts=row.attempts,
        since=row.created_at,
        moved_at=row.moved_at,
        message=row.message if own else "",
        is_under_way=row.is_under_way,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A step of making a committee: `state` is a word of the components."""

    label: str
    state: str


def steps(row: Job) -> list[Step]:
    """How far an order is, read from what stands in the registry. Empty for other jobs."""
    if row.task != PROVISION or row.committee:
        return []
    made = Committee.objects.filter(code=row.ids.get("code"), slug=row.ids.get("slug")).first()
    reached = [True, row.state not in (JobState.QUEUED, JobState.SENT), made is not None]
    reached.append(made is not None and made.state == State.ACTIVE)
    labels = ("已受理", "轮到办理", "建好角色、库和权限", "采用首份办法，开放使用")
    stopped = row.state in (JobState.FAILED, JobState.CANCELLED)
    found: list[Step] = []
    for label, done in zip(labels, reached, strict=True):
        word = "done" if done else ("failed" if stopped else "running") if _all_done(found) else "queued"
        found.append(Step(label, word))
    return found


def _all_done(found: Sequence[Step]) -> bool:
    return all(step.state == "done" for step in found)


@functools.cache
def templates() -> list[tuple[str, str]]:
    """Folder and description of every document that can be adopted."""
    found = []
    for folder in sorted(path.parent for path in TEMPLATES.glob("*/policy.yaml")):
        header = read(folder / "policy.yaml", name="policy.yaml").data
        words = [str(header[key]) for key in ("title", "number", "in_force_from") if header.get(key)]
        found.append((folder.name, " · ".join(words)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`checks` as the doctor states them; `workers`: name and the queues it takes, as they answer now."""

    checks: Sequence[dict[str, object]]
    workers: Sequence[tuple[str, str]]
    missing_queues: Sequence[str]
    is_ticking: bool  # the timetable's last beat reached a worker within twenty seconds
    waiting: Sequence[tuple[str, int]]  # queue and messages in it
    connections: tuple[int, int]  # open ones of this database, and what the server allows
    behind: int
    versions: Sequence[tuple[str, str]]


def health() -> Health:
    """Asks everybody now; workers have a second to answer."""
    workers = _workers()
    answered = {queue for _, queues in workers for queue in queues}
    return Health(
        checks=doctor.checks(),
        workers=[(name, "、".join(queues)) for name, queues in workers],
        missing_queues=[queue for queue in ("default", "provision") if queue not in answered],
        is_ticking=_is_ticking(),
        waiting=_waiting(),
        connections=_connections(),
        behind=Committee.objects.exclude(schema_version=schema_script.fingerprint()).count(),
        versions=_versions(),
    )


def _workers() -> list[tuple[str, list[str]]]:
    try:
        found = current_app.control.inspect(timeout=1).active_queues() or {}
    except Exception:  # the broker is away; the doctor says so
        return []
    return sorted((name, sorted(queue["name"] for queue in queues)) for name, queues in found.items())


def _is_ticking() -> bool:
    try:
        return cache.get(ALIVE) == "1"
    except Exception:  # Redis is away; the doctor says so
        return False


def _redis() -> Redis | None:
    try:
        found = Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
        found.ping()
    except RedisError:
        return None
    return found


def _waiting() -> list[tuple[str, int]]:
    redis = _redis()
    return [(queue, int(cast(int, redis.llen(queue)))) for queue in queues()] if redis else []


def _connections() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT numbackends FROM pg_stat_database WHERE datname = current_database()), "
            "current_setting('max_connections')::int"
        )
        used, allowed = cursor.fetchone()
    return int(used), int(allowed)


def _redis_version() -> str:
    redis = _redis()
    return str(cast(dict[str, Any], redis.info("server"))["redis_version"]) if redis else "没有应答"


def _versions() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
    return [
        ("PostgreSQL", str(server)),
        ("Redis", _redis_version()),
        ("Celery", celery.__version__),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("库结构", schema_script.fingerprint()[:12]),
    ]
