"""The migration controller: public, then the template schema, then each committee that is behind.

A canary first, then waves, one transaction per committee with a bounded wait for locks. What a committee has reached
stands in public (`schema_version`), so a run that stopped goes on where it was and "nothing to do" costs one query.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.management import call_command
from django.core.management.commands.migrate import Command as Migrate  # django-tenants hides it behind its own
from django.db import OperationalError, connections

from core import tenancy
from core.db.router import OWNER
from core.errors import DomainError
from registry import privileges, schema_script
from registry.alone import alone
from registry.models import Committee, SchemaScript, State
from registry.schema_script import TEMPLATE_SCHEMA
from registry.upgrade import Upgrade, in_schema, owner

WAVE = 100  # committees per connection: a backend keeps what it has seen of each schema (scale.md §B)
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
    """`failed` holds (code, name, error) of committees left as they were."""

    total: int = 0
    changed: int = 0
    seconds: float = 0.0
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
    *, report: Report = lambda line: None, canary: str | None = None, wave: int = WAVE, keep_going: bool = False
) -> Outcome:
    """Bring the database to this release; what could not be is in the outcome's `failed`.

    `canary` is the code of the committee to go first (default: the smallest active one); when it fails, nobody follows.
    After any other failure the run stops, unless `keep_going`. Raises alone.Busy, tenancy.UnknownCommittee (the canary).
    """
    with alone("migrate", what="升级数据库"):
        _public()
        report(Progress("公共库已是最新"))
        version = schema_script.fingerprint()
        behind = _behind(version)
        if not _has_script(version):
            _template()
            SchemaScript.objects.using(OWNER).create(fingerprint=version, sql=schema_script.build())
            report(Progress("建库脚本已更新"))
        run = _Run(version, report, total=len(behind))
        if behind:
            run.all(_canary_first(behind, canary), wave=wave, keep_going=keep_going)
        return run.outcome


class _Run:
    def __init__(self, version: str, report: Report, *, total: int) -> None:
        self._version, self._report = version, report
        self._start = time.monotonic()
        self.outcome = Outcome(total=total)

    def all(self, rows: Sequence[Committee], *, wave: int, keep_going: bool) -> None:
        upgrade = Upgrade(self._version)
        for number, row in enumerate(rows):
            if number and number % wave == 0:
                connections[OWNER].close()
            good = self._one(upgrade, row)
            if not good and (number == 0 or not keep_going):
                break
        self.outcome.seconds = time.monotonic() - self._start

    def _one(self, upgrade: Upgrade, row: Committee) -> bool:
        try:
            how, error = _patiently(upgrade, row), ""
            self.outcome.changed += 1
        except Exception as problem:  # whatever a migration raises, the committee is named and the others are safe
            how, error = "", _words_of(problem)
            self.outcome.failed.append((row.code, row.name, error))
            Committee.objects.using(OWNER).filter(pk=row.pk).update(problem=error[:500])
        self._tell(row, how, error)
        return not error

    def _tell(self, row: Committee, how: str, error: str) -> None:
        done, total = self.outcome.changed + len(self.outcome.failed), self.outcome.total
        seconds = time.monotonic() - self._start
        said = f"{row.name}没有升级：{error}" if error else f"{row.name}已升级"
        left = seconds / done * (total - done)
        self._report(Progress(said, row.code, done, total, seconds, left, how, error))


def _patiently(upgrade: Upgrade, row: Committee) -> str:
    """Several tries at a committee whose tables are in use; each waits two seconds at most and then lets go of all locks."""
    for pause in PAUSES:
        try:
            return upgrade.bring(row)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) not in WAITING:
                raise
            time.sleep(pause)
    return upgrade.bring(row)


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
    owner().set_schema_to_public()
    call_command(Migrate(), database=OWNER, interactive=False, verbosity=0)
    with connections[OWNER].cursor() as cursor:
        cursor.execute(";".join(privileges.public_statements()))


def _template() -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {TEMPLATE_SCHEMA}")
    with in_schema(TEMPLATE_SCHEMA):
        with connections[OWNER].cursor() as cursor:
            cursor.execute("DROP VIEW IF EXISTS deed")
        call_command(Migrate(), database=OWNER, interactive=False, verbosity=0)
        with connections[OWNER].cursor() as cursor:
            cursor.execute(schema_script.deed_view_sql())
