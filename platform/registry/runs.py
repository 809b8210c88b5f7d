"""Runs of the migration controller as they stand in public: written by the run, read by anybody who waits for it."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from core import clock, tenancy
from core.db.router import OWNER
from registry import alone, schema_script
from registry.models import BatchCursor, Committee, MigrationRun, RunState

INTERVAL = 0.5  # seconds between two writes of a run
LOCK = "migrate"
INTERRUPTED = "interrupted"


class Recorder:
    """Writes a run's row as the owner, at most twice a second and at its end."""

    def __init__(self, version: str, total: int) -> None:
        self._row = MigrationRun(version=version, total=total)
        self._row.save(using=OWNER, force_insert=True)
        self._next = 0.0

    def moved(self, *, note: str, changed: int, failed: int, longest: float) -> None:
        row = self._row
        row.note, row.changed, row.failed, row.longest = note[:300], changed, failed, longest
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + INTERVAL
            self._save()

    def ended(self, state: RunState) -> None:
        self._row.state, self._row.ended_at = state, clock.now()
        self._save()

    def _save(self) -> None:
        self._row.moved_at = clock.now()
        self._row.save(using=OWNER, force_update=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A committee whose rows are being changed in batches."""

    code: str
    migration: str
    rows: int
    moved_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where the last run stands; `state` of RunState, `interrupted` (its process is gone) or empty (none yet).

    `behind` counts committees not at this release's shape; `problems` are (code, name, why) of those a run left out.
    `longest`: seconds. `seconds`: of the run; `left` until its end as it goes now, None when it does not go.
    """

    state: str
    total: int = 0
    changed: int = 0
    failed: int = 0
    note: str = ""
    longest: float = 0.0
    started_at: dt.datetime | None = None
    moved_at: dt.datetime | None = None
    seconds: float = 0.0
    left: float | None = None
    behind: int = 0
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    walks: list[Walk] = field(default_factory=list)

    @property
    def is_under_way(self) -> bool:
        return self.state == RunState.RUNNING

    @property
    def label(self) -> str:
        return {"": "还没有升级过", INTERRUPTED: "中断"}.get(self.state) or str(RunState(self.state).label)

    def plain(self) -> dict[str, Any]:
        values = asdict(self)
        for name in ("started_at", "moved_at"):
            values[name] = values[name].isoformat() if values[name] else None
        values["problems"] = [dict(zip(("code", "name", "error"), one, strict=True)) for one in self.problems]
        values["walks"] = [one | {"moved_at": one["moved_at"].isoformat()} for one in values["walks"]]
        return values


def status() -> Status:
    """The last run and what is left to do; four statements whatever the number of committees. As the operator."""
    with tenancy.as_operator():
        row = MigrationRun.objects.order_by("-created_at").first()
        late = Committee.objects.exclude(schema_version=schema_script.fingerprint())
        behind = late.count()
        problems = list(late.exclude(problem="").order_by("code").values_list("code", "name", "problem")[:100])
        if row is None:
            return Status(state="", behind=behind, problems=problems)
        walks = [
            Walk(code=one.committee.code, migration=one.migration, rows=one.rows, moved_at=one.moved_at)
            for one in BatchCursor.objects.select_related("committee").order_by("-moved_at")[:20]
        ]
        state = str(row.state)
        if state == RunState.RUNNING and not alone.is_held(LOCK):
            state = INTERRUPTED
    seconds = ((row.ended_at or row.moved_at) - row.created_at).total_seconds()
    done = row.changed + row.failed
    left = seconds / done * (row.total - done) if state == RunState.RUNNING and done else None
    return Status(
        state=state, total=row.total, changed=row.changed, failed=row.failed, note=row.note, longest=row.longest,
        started_at=row.created_at, moved_at=row.moved_at, seconds=seconds, left=left,
        behind=behind, problems=problems, walks=walks,
    )  # fmt: skip
