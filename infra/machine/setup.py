"""Everything the two commands need on this machine, installed only where it is missing."""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from . import assets, debian, python
from .console import CannotGoOn, step
from .paths import LOCAL, make_local

DONE = "已就绪"


def set_up(groups: Iterable[str] = ("base",)) -> None:
    """Debian packages of `groups`, the Python environment, the assets. Does nothing, quickly, the second time."""
    make_local()
    with only_one(
        "setup", busy="另一个安装正在进行，请等它结束。\nAnother set-up of this clone is running; wait for it."
    ):
        with step("Debian 软件包 packages") as remarks:
            names = debian.missing(debian.wanted(groups))
            if names:
                debian.install(names)
                still = debian.missing(names)
                if still:
                    raise CannotGoOn(f"这些软件包没有装上：{' '.join(still)}\nNot installed: {' '.join(still)}")
            remarks.append(f"装了 {' '.join(names)}" if names else DONE)
        with step("Python 环境 environment (uv.lock)") as remarks:
            changed = [python.ensure_uv(), python.ensure_environment()]
            if not any(changed):
                remarks.append(DONE)
        with step("样式与脚本 assets (package-lock.json)") as remarks:
            if not assets.ensure_assets():
                remarks.append(DONE)


@contextmanager
def only_one(name: str, *, busy: str) -> Iterator[None]:
    """Hold the lock `name` of this clone; raise CannotGoOn(`busy`) when somebody holds it. Ends with the process."""
    with (LOCAL / f"{name}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotGoOn(busy) from None
        yield


def is_held(name: str) -> bool:
    """Whether somebody holds the lock `name` of this clone."""
    if not (LOCAL / f"{name}.lock").exists():
        return False
    with (LOCAL / f"{name}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
