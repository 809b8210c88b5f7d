"""Processes that outlive a function: started in a group of their own, recorded in `.local/run/`, stopped for certain.

A record is believed only if the process with that number also has the start time, the boot and the clone it names:
numbers are reused, and stopping a stranger's process is worse than stopping none.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from .paths import ROOT, RUN, write_private

PATIENCE = 15.0  # seconds between asking a process to end and ending it


@dataclass(frozen=True)
class Record:
    """One started process: `started` in clock ticks since `boot`; `group` when what it leaves behind is ended too."""

    name: str
    pid: int
    started: int
    boot: str
    root: str
    stop_signal: int = signal.SIGTERM
    group: bool = True


def spawn(
    name: str,
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: Path,
    cwd: Path | str = ROOT,
    executable: str | None = None,
    user: tuple[int, int] | None = None,
    stop_signal: int = signal.SIGTERM,
    group: bool = True,
) -> subprocess.Popen[bytes]:
    """Start `argv` in a session of its own with output to `log`, as `user` (uid, gid) if given, and record it."""
    other: dict[str, object] = {}
    if user is not None:
        other = {"user": user[0], "group": user[1], "extra_groups": [], "umask": 0o077}
    with log.open("ab") as file:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [str(part) for part in argv],
            executable=executable,
            env=dict(env),
            cwd=str(cwd),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **other,  # type: ignore[call-overload]
        )
    remember(name, process.pid, stop_signal=stop_signal, group=group)
    return process


def remember(name: str, pid: int, *, stop_signal: int = signal.SIGTERM, group: bool = True) -> Record:
    """Write the record of a running process."""
    record = Record(name, pid, start_time(pid) or 0, boot_id(), str(ROOT), int(stop_signal), group)
    write_private(RUN / f"{name}.json", json.dumps(asdict(record)))
    return record


def recall(name: str) -> Record | None:
    """The record of that name if its process still runs; a stale or broken record is removed."""
    path = RUN / f"{name}.json"
    try:
        record = Record(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        path.unlink(missing_ok=True)
        return None
    if is_alive(record):
        return record
    path.unlink(missing_ok=True)
    return None


def running() -> list[Record]:
    """Records of everything that still runs."""
    return [record for path in sorted(RUN.glob("*.json")) if (record := recall(path.stem))]


def is_alive(record: Record) -> bool:
    """Whether exactly the recorded process still runs, started from this clone since this boot."""
    return record.boot == boot_id() and record.root == str(ROOT) and start_time(record.pid) == record.started


def start_time(pid: int) -> int | None:
    """Start of process `pid` in clock ticks since boot; None if there is none or it has ended (a zombie)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before may hold anything, also spaces and brackets
    return None if fields[0] in "ZX" else int(fields[19])


def boot_id() -> str:
    """This boot of the machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def stop(record: Record, *, patience: float = PATIENCE) -> None:
    """Ask the process to end, wait up to `patience` seconds, then end it and what is left of its group."""
    if is_alive(record):
        _signal(record, record.stop_signal)
        if not wait_gone(record, patience=patience):
            _signal(record, signal.SIGKILL)
            wait_gone(record, patience=5)
        if record.group:
            _kill_group(record.pid)
    (RUN / f"{record.name}.json").unlink(missing_ok=True)


def wait_gone(record: Record, *, patience: float) -> bool:
    """Wait until the process has ended; False if it still runs after `patience` seconds."""
    end = time.monotonic() + patience
    while is_alive(record):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _signal(record: Record, number: int) -> None:
    """To the leader alone: gunicorn and Celery then end their own children in good order."""
    if is_alive(record):
        with suppress(ProcessLookupError):
            os.kill(record.pid, number)


def _kill_group(leader: int) -> None:
    """End what the leader left in the session we made; its number is nobody else's while a member of it lives."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] not in "ZX":  # its session is the one we made
            with suppress(ProcessLookupError, PermissionError):
                os.kill(int(path.parent.name), signal.SIGKILL)
