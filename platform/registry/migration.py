"""The migration controller: public, then the template schema, then each committee that is behind.

A canary first, then waves, one transaction per committee with a bounded wait for locks. What a committee has reached
stands in public (`schema_version`), so a run that stopped goes on where it was and "nothing to do" costs one query.
The run itself stands in public too (`registry.runs`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as Migrate  # django-tenants hides it behind its own
from django.db import OperationalError, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from core import tenancy
from core.db.router import OWNER
from core.errors import DomainError
from registry import privileges, schema_script
from registry.alone import alone
from registry.models import Committee, RunState, SchemaScript, State
from registry.runs import LOCK, Recorder
from registry.schema_script import TEMPLATE_SCHEMA
from registry.standing import in_schema, owner
from registry.upgrade import Applied, Brought, Replay, Upgrade

WAVE = 100  # committees per connection: a backend keeps what it has seen of each schema
LARGEST_WAVE = 200  # some 0.3–0.6 MB each: a server process stays below 128 MB
MOST_WORKERS = 8  # connections of the owner besides the one that holds the lock
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before another try at a committee whose tables are in use
WAITING = {"55P03", "40P01"}  # lock_not_available, deadlock_detected


@dataclass(frozen=True)
class Progress:
    """One line of a run. `seconds` and `left` (until the end, estimated) are of the whole run."""

    said: str
    code: str = ""
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    left: float = 0.0
    how: str = ""
    error: str = ""

    @property
    def line(self) -> str:
        if not self.total:
            return self.said
        return f"[{self.done}/{self.total}] {self.said}，已用 {self.seconds:.1f} 秒，约余 {self.left:.0f} 秒"

    def plain(self) -> dict[str, Any]:
        """For `--json`: one object per line."""
        values = {"code": self.code, "done": self.done, "total": self.total, "how": self.how, "error": self.error}
        return {"event": "committee" if self.code else "note", "message": self.said} | (
            values | {"seconds": round(self.seconds, 3), "left": round(self.left, 1)} if self.total else {}
        )


@dataclass
class Outcome:
    """`failed` holds (code, name, error) of committees left as they were; `longest`: seconds one's tables were locked."""

    total: int = 0
    changed: int = 0
    seconds: float = 0.0
    longest: float = 0.0
    workers: int = 1
    failed: list[tuple[str, str, str]] = field(default_factory=list)


class MigrationFailed(DomainError):
    code = "migration_failed"

    def __init__(self, outcome: Outcome) -> None:
        names = "；".join(f"{code} {name}：{error}" for code, name, error in outcome.failed)
        super().__init__(
            f"有 {len(outcome.failed)} 个委员会没有升级，仍是原来的样子：{names}。已升级 {outcome.changed} 个，"
            "不受影响。排除原因后再运行 `lianxin migrate`，会从没升级的接着做。"
        )


Report = Callable[[Progress], None]


def migrate(
    *,
    report: Report = lambda line: None,
    canary: str | None = None,
    wave: int = WAVE,
    workers: int = 1,
    keep_going: bool = False,
) -> Outcome:
    """Bring the database to this release; what could not be is in the outcome's `failed`.

    `canary` is the code of the committee to go first (default: the smallest active one); when it fails, nobody follows.
    After any other failure the run stops, unless `keep_going`; what other workers have begun they finish.
    Raises alone.Busy, tenancy.UnknownCommittee (the canary).
    """
    with alone(LOCK, what="升级数据库"):
        _public()
        report(Progress("公共库已是最新"))
        version = schema_script.fingerprint()
        behind = _behind(version)
        if not _has_script(version):
            _template()
            SchemaScript.objects.using(OWNER).create(fingerprint=version, sql=schema_script.build())
            report(Progress("建库脚本已更新"))
        if not behind:
            return Outcome()
        rows = _canary_first(behind, canary)
        run = _Run(version, report, total=len(rows), keep_going=keep_going)
        run.all(rows, wave=min(wave, LARGEST_WAVE), workers=min(workers, MOST_WORKERS))
        return run.outcome


class _Run:
    """One run: the canary alone, then the others by as many threads as there are workers, each with its connection."""

    def __init__(self, version: str, report: Report, *, total: int, keep_going: bool) -> None:
        self._version, self._report, self._keep_going = version, report, keep_going
        self._known: dict[Applied, Replay] = {}
        self._recorder = Recorder(version, total)
        self._start = time.monotonic()
        self._telling, self._stop = threading.Lock(), threading.Event()
        self.outcome = Outcome(total=total)

    def all(self, rows: Sequence[Committee], *, wave: int, workers: int) -> None:
        state = RunState.STOPPED  # unless it comes to its end
        try:
            upgrade, rest = Upgrade(self._version, self._known), _shared(rows[1:])
            if self._one(upgrade, rows[0]):
                self.outcome.workers = workers = max(1, min(workers, len(rows) - 1))
                if workers == 1:
                    self._some(rest, wave, upgrade)
                else:
                    self._by_threads(rest, wave, workers)
            state = RunState.FAILED if self.outcome.failed else RunState.DONE
        finally:
            self.outcome.seconds = time.monotonic() - self._start
            self._recorder.ended(state)

    def _by_threads(self, rest: Iterator[Committee], wave: int, workers: int) -> None:
        with ThreadPoolExecutor(workers) as pool:
            try:
                for one in [pool.submit(self._apart, rest, wave) for _ in range(workers)]:
                    one.result()
            finally:
                self._stop.set()  # also when this process is told to end: each finishes its committee

    def _apart(self, rest: Iterator[Committee], wave: int) -> None:
        """In a thread of its own, whose connection nobody else closes."""
        try:
            self._some(rest, wave, Upgrade(self._version, self._known))
        finally:
            connections[OWNER].close()

    def _some(self, rest: Iterator[Committee], wave: int, upgrade: Upgrade) -> None:
        for number, row in enumerate(rest, start=1):
            if self._stop.is_set():
                return
            if number % wave == 0:
                connections[OWNER].close()
            if not self._one(upgrade, row) and not self._keep_going:
                self._stop.set()

    def _one(self, upgrade: Upgrade, row: Committee) -> bool:
        brought, error = Brought("", 0.0), ""
        try:
            brought = _patiently(upgrade, row, lambda words: self._told(f"{row.name}：{words}"))
        except Exception as problem:  # whatever a migration raises, the committee is named and the others are safe
            error = _words_of(problem)
            Committee.objects.using(OWNER).filter(pk=row.pk).update(problem=error[:500])
        with self._telling:
            self.outcome.changed += not error
            self.outcome.failed += [(row.code, row.name, error)] if error else []
            self.outcome.longest = max(self.outcome.longest, brought.longest)
            self._tell(row, brought.how, error)
        return not error

    def _told(self, words: str) -> None:
        with self._telling:
            self._move(words)

    def _move(self, note: str) -> None:
        found = self.outcome
        self._recorder.moved(note=note, changed=found.changed, failed=len(found.failed), longest=found.longest)

    def _tell(self, row: Committee, how: str, error: str) -> None:
        done, total = self.outcome.changed + len(self.outcome.failed), self.outcome.total
        seconds = time.monotonic() - self._start
        said = f"{row.name}没有升级：{error}" if error else f"{row.name}已升级"
        left = seconds / done * (total - done)
        self._move(said)
        self._report(Progress(said, row.code, done, total, seconds, left, how, error))


def _shared(rows: Sequence[Committee]) -> Iterator[Committee]:
    """Each row once, to whichever thread asks first."""
    lock, left = threading.Lock(), iter(rows)

    class Shared:
        def __iter__(self) -> Shared:
            return self

        def __next__(self) -> Committee:
            with lock:
                return next(left)

    return Shared()


def _patiently(upgrade: Upgrade, row: Committee, told: Callable[[str], None]) -> Brought:
    """Several tries at a committee whose tables are in use; each waits two seconds at most and then lets go of all locks."""
    for pause in PAUSES:
        try:
            return upgrade.bring(row, told=told)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) not in WAITING:
                raise
            time.sleep(pause)
    return upgrade.bring(row, told=told)


def _words_of(problem: Exception) -> str:
    return problem.message if isinstance(problem, DomainError) else f"{type(problem).__name__}: {problem}".strip()


def _behind(version: str) -> list[Committee]:
    return list(Committee.objects.using(OWNER).exclude(schema_version=version).order_by("code"))


def _has_script(version: str) -> bool:
    return SchemaScript.objects.using(OWNER).filter(fingerprint=version).exists()


def _canary_first(rows: list[Committee], code: str | None) -> list[Committee]:
    """The rows with the canary in front; one that has been upgraded already leaves the order as it is."""
    if code is None:
        code = _smallest(rows)
    elif not Committee.objects.using(OWNER).filter(code=code).exists():
        raise tenancy.UnknownCommittee(code)
    return sorted(rows, key=lambda row: row.code != code)


def _smallest(rows: list[Committee]) -> str | None:
    """The active one with the least on disk; one look at the catalog per run."""
    active = {row.schema_name: row.code for row in rows if row.state == State.ACTIVE}
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname = ANY(%s) GROUP BY 1 ORDER BY sum(pg_relation_size(c.oid)), 1 LIMIT 1",
            [list(active)],
        )
        found = cursor.fetchone()
    return active[found[0]] if found else None


def _public() -> None:
    """Django's own command looks through the catalog of all committees several times; it is asked only when needed."""
    owner().set_schema_to_public()
    if not _public_is_current():
        _django_migrates(settings.SHARED_APPS)
    with connections[OWNER].cursor() as cursor:
        cursor.execute(";".join(privileges.public_statements()))


def _public_is_current() -> bool:
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT app, name FROM public.django_migrations")
        applied = set(cursor.fetchall())
    labels = {name.rsplit(".", 1)[-1] for name in (*settings.SHARED_APPS, *settings.TENANT_APPS)}
    on_disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return {node for node in on_disk if node[0] in labels} <= applied


def _template() -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {TEMPLATE_SCHEMA}")
    with in_schema(TEMPLATE_SCHEMA):
        with connections[OWNER].cursor() as cursor:
            cursor.execute("DROP VIEW IF EXISTS deed")
        _django_migrates(settings.TENANT_APPS)
        with connections[OWNER].cursor() as cursor:
            cursor.execute(schema_script.deed_view_sql())


def _django_migrates(apps: Sequence[str]) -> None:
    """Where the owner's connection stands: the apps that have tables here, then the others as done.

    The router lets the others do nothing here; worked through for their models' sake they took most of the time.
    """
    executor = MigrationExecutor(connections[OWNER])
    labels = {name.rsplit(".", 1)[-1] for name in apps}
    executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] in labels])
    executor = MigrationExecutor(connections[OWNER])
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        executor.recorder.record_applied(migration.app_label, migration.name)
    # finds nothing left to do, and tells Django's own apps so
    call_command(Migrate(), database=OWNER, interactive=False, verbosity=0)
