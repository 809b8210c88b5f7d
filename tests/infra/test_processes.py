"""What was started is stopped for certain, and nothing else ever is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from infra.machine import processes


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(processes, "RUN", tmp_path)
    return tmp_path


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = processes.spawn("sleeper", ["sleep", "60"], env=os.environ, log=tmp_path / "log", cwd="/")
    yield process
    process.kill()
    process.wait()


def test_a_running_process_is_recalled_and_stopped(sleeper: subprocess.Popen[bytes], run_folder: Path) -> None:
    record = processes.recall("sleeper")
    assert record is not None
    assert record.pid == sleeper.pid
    processes.stop(record)
    assert sleeper.wait(timeout=5) == -15
    assert list(run_folder.glob("*.json")) == []


@pytest.mark.parametrize("change", [{"started": 1}, {"boot": "another boot"}, {"root": "/another/clone"}])
def test_a_record_that_only_shares_the_number_is_never_signalled(
    sleeper: subprocess.Popen[bytes], change: dict[str, object]
) -> None:
    record = processes.recall("sleeper")
    assert record is not None
    processes.stop(replace(record, **change), patience=0.1)  # type: ignore[arg-type]
    assert sleeper.poll() is None


def test_an_ended_process_is_forgotten_even_before_it_is_reaped(
    sleeper: subprocess.Popen[bytes], run_folder: Path
) -> None:
    sleeper.kill()
    for _ in range(100):
        if processes.start_time(sleeper.pid) is None:
            break
        time.sleep(0.02)
    assert processes.recall("sleeper") is None
    assert not (run_folder / "sleeper.json").exists()


def test_a_broken_record_is_removed(run_folder: Path) -> None:
    (run_folder / "web.json").write_text("{")
    assert processes.recall("web") is None
    assert not (run_folder / "web.json").exists()


def test_children_that_outlive_their_leader_are_ended_too(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, time\n"
        "child = subprocess.Popen(['sh', '-c', 'trap \"\" TERM; sleep 60; sleep 60'])\n"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    leader = processes.spawn("leader", [sys.executable, "-c", code], env=os.environ, log=tmp_path / "log", cwd="/")
    for _ in range(250):
        if (tmp_path / "child").exists() and (tmp_path / "child").read_text():
            break
        time.sleep(0.02)
    child = int((tmp_path / "child").read_text())
    record = processes.recall("leader")
    assert record is not None
    processes.stop(record)
    leader.wait(timeout=5)
    for _ in range(100):
        if processes.start_time(child) is None:
            break
        time.sleep(0.02)
    assert processes.start_time(child) is None


def test_records_are_readable_by_the_owner_only(sleeper: subprocess.Popen[bytes], run_folder: Path) -> None:
    assert (run_folder / "sleeper.json").stat().st_mode & 0o777 == 0o600
