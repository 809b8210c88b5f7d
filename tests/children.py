"""Processes that a test may kill: copies of this one, so that nobody waits for an interpreter to start.

A copy holds none of its parent's connections and ends without the parent's endings. What must be shown of a
fresh process (settings from the environment, the script's own start) is run as one: see tests/config.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from typing import NamedTuple


class Done(NamedTuple):
    """How it ended: 0 and up as it exited, below as the signal that killed it."""

    returncode: int
    stdout: str
    stderr: str


def lianxin(*words: str, **environment: str) -> Done:
    """One command, as `lianxin WORD …` on the command line with these variables more."""
    from config.cli import main

    return in_child(lambda: main(list(words), prog_name="lianxin"), **environment)


def in_child(do: Callable[[], object], **environment: str) -> Done:
    """`do()` in a process of its own."""
    from django.db import connections

    for connection in connections.all():
        connection.close()  # a socket has one owner
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = os.fork()
        if child == 0:
            _be(do, out.fileno(), err.fileno(), environment)
        _, status = os.waitpid(child, 0)
        texts = [file.seek(0) or file.read() for file in (out, err)]
        return Done(os.waitstatus_to_exitcode(status), *texts)


def _be(do: Callable[[], object], out: int, err: int, environment: dict[str, str]) -> None:
    code = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115  they end with us
        os.environ |= environment
        do()
        code = 0
    except SystemExit as ended:
        if isinstance(ended.code, str):
            sys.stderr.write(ended.code + "\n")
        code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
