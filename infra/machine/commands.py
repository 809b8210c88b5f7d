"""Runs other programs: output into a log file, the last lines of it shown when one fails."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from .console import CannotGoOn
from .paths import LOGS, ROOT, STAMPS

SHOWN_LINES = 25


def run(
    argv: Sequence[str | Path],
    *,
    log: str,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    tell: Callable[[str], None] | None = None,
) -> None:
    """Run `argv` to its end without a terminal to ask questions at; raise CannotGoOn with the end of its output.

    `tell` is given each line of its standard output as it comes.
    """
    path = LOGS / f"{log}.log"
    with path.open("ab") as file:
        file.write(f"\n$ {' '.join(map(str, argv))}\n".encode())
        file.flush()
        start = file.tell()
        process = subprocess.Popen(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if tell else file,
            stderr=file if tell else subprocess.STDOUT,
            cwd=cwd,
            env=None if env is None else dict(env),
        )
        try:
            for line in process.stdout or ():
                file.write(line)
                file.flush()
                if tell:
                    tell(line.decode("utf-8", "replace").rstrip())
            code = process.wait()
        except BaseException:
            # Ask, and wait: a package installation cut off half-way would leave the machine's dpkg broken.
            with suppress(PermissionError):  # through sudo: Ctrl-C has reached it by the terminal
                process.terminate()
            process.wait()
            raise
    if code:
        raise CannotGoOn(
            f"{tail(path, since=start)}\n这一步失败了（退出码 {code}），完整输出见 {path}\n"
            f"This step failed (exit code {code}); full output: {path}"
        )


def tail(path: Path, *, since: int = 0) -> str:
    """The last lines written to `path` after byte `since`."""
    try:
        with path.open("rb") as file:
            file.seek(since)
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return "\n".join("    " + line for line in lines[-SHOWN_LINES:])


def digest(*parts: Path | str) -> str:
    """One hash over texts and file contents: what a finished step depended on."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        total.update(b"\0")
    return total.hexdigest()


def is_done(name: str, state: str) -> bool:
    """Whether step `name` was finished with exactly this `state`, so it need not run again."""
    try:
        return (STAMPS / name).read_text() == state
    except OSError:
        return False


def mark_done(name: str, state: str) -> None:
    """Remember that step `name` was finished with this `state`."""
    (STAMPS / name).write_text(state)


def plain_environment() -> dict[str, str]:
    """The caller's environment without what would drag another Python project in."""
    dropped = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON")
    return {name: value for name, value in os.environ.items() if name not in dropped}
