"""Who runs the private servers and where their data lie.

PostgreSQL refuses to run as root, so root lends the servers to an unprivileged user. Where that user cannot reach this
clone, the data get a folder of their own in the system's persistent temporary directory, linked from `.local/data`.
No folder above is ever opened up for it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .console import CannotGoOn
from .paths import LOCAL, ROOT

PERSISTENT_TEMPORARY = Path("/var/tmp")
PREFIX = "lianxin-"
MARKER = "clone"  # names the clone a data folder belongs to


@dataclass(frozen=True)
class ServiceUser:
    """The user the private servers run as."""

    name: str
    uid: int
    groups: tuple[int, ...]


def service_user() -> ServiceUser | None:
    """None when we are an ordinary user and run the servers ourselves; else Debian's `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServiceUser(name, entry.pw_uid, (entry.pw_gid,))
    raise CannotGoOn(
        "没有可用来运行数据库的非特权用户（postgres 或 nobody）。\nNo unprivileged user (postgres, nobody) to run the servers."
    )


def can_enter(folder: Path, *, uid: int, groups: tuple[int, ...]) -> bool:
    """Whether that user may pass through `folder` and everything above it."""
    for place in (folder, *folder.parents):
        status = place.stat()
        if status.st_uid == uid:
            allowed = status.st_mode & stat.S_IXUSR
        elif status.st_gid in groups:
            allowed = status.st_mode & stat.S_IXGRP
        else:
            allowed = status.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True


def data_folder(
    user: ServiceUser | None,
    *,
    local: Path = LOCAL,
    root: Path = ROOT,
    elsewhere: Path = PERSISTENT_TEMPORARY,
) -> Path:
    """The folder for the servers' data (mode 700, owned by `user` or by us), made or found; survives restarts."""
    link = local / "data"
    if link.is_symlink() and _is_ours(link, root=root):
        return link.resolve()
    if user is None or can_enter(local, uid=user.uid, groups=user.groups):
        if link.is_symlink():
            link.unlink()
        link.mkdir(mode=0o700, exist_ok=True)
        _hand_over(link, user)
        return link
    place = Path(tempfile.mkdtemp(prefix=PREFIX, dir=elsewhere))  # a new name: nobody can have put anything there
    if link.is_symlink():
        link.unlink()
    elif link.exists():  # the clone was closed to others after data were made in it
        subprocess.run(["cp", "-a", f"{link}/.", str(place)], check=True)
        shutil.rmtree(link)
    (place / MARKER).write_text(str(root))
    _hand_over(place, user)
    link.symlink_to(place)
    return place


def remove_data(*, local: Path = LOCAL, root: Path = ROOT) -> None:
    """Remove the servers' data, wherever they lie; never a folder that belongs to another clone."""
    link = local / "data"
    if link.is_symlink():
        if _is_ours(link, root=root):
            shutil.rmtree(link.resolve())
        link.unlink()
    elif link.exists():
        shutil.rmtree(link)


def _is_ours(link: Path, *, root: Path) -> bool:
    """Whether the link leads to a data folder of this clone: not swept away, and not brought along by copying."""
    try:
        return link.resolve().name.startswith(PREFIX) and (link / MARKER).read_text() == str(root)
    except OSError:
        return False


def _hand_over(folder: Path, user: ServiceUser | None) -> None:
    folder.chmod(0o700)
    if user is not None:
        os.chown(folder, user.uid, user.groups[0])
