"""Debian packages: the list, what of it is missing, and installing that (infra/install-packages.sh)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from .commands import run
from .console import CannotGoOn
from .paths import INFRA

LIST = INFRA / "debian-packages.txt"
GROUPS = ("base", "test")


@dataclass(frozen=True)
class Package:
    """One line of the list."""

    group: str
    name: str
    why: str


def parse(text: str) -> list[Package]:
    """Read the list. Raises ValueError naming the line that has an unknown group, no reason, or a name twice."""
    packages: list[Package] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        head, _, why = line.partition("#")
        words = head.split()
        if len(words) != 2 or words[0] not in GROUPS or not why.strip():
            raise ValueError(f"debian-packages.txt line {number}: expected `group package # why`, got {line!r}")
        if words[1] in {package.name for package in packages}:
            raise ValueError(f"debian-packages.txt line {number}: {words[1]} is listed twice")
        packages.append(Package(words[0], words[1], why.strip()))
    return packages


def wanted(groups: Iterable[str]) -> list[str]:
    """Names of all packages of these groups."""
    chosen = set(groups)
    return [package.name for package in parse(LIST.read_text(encoding="utf-8")) if package.group in chosen]


def missing(names: list[str]) -> list[str]:
    """Those of `names` that dpkg does not know as installed."""
    if not shutil.which("dpkg-query"):
        raise CannotGoOn("这台机器没有 dpkg：本项目在 Debian 12 上安装。\nNo dpkg here: set-up is made for Debian 12.")
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    installed = {line.split()[0] for line in answer.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in installed]


def install(names: list[str]) -> None:
    """Install `names` as root or through sudo; raises CannotGoOn when neither right is there."""
    run([*right(names), "sh", INFRA / "install-packages.sh", *names], log="packages")


def right(names: list[str]) -> list[str]:
    """The words to put before a command that needs root. A password is asked for only where somebody can type it."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
            return ["sudo", "-n"]
        if sys.stdin is not None and sys.stdin.isatty():
            subprocess.run(["sudo", "-v"], check=False)  # asks here, while the terminal is ours
            if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
                return ["sudo", "-n"]
    listed = " ".join(names)
    raise CannotGoOn(
        f"缺少软件包，而当前用户既不是 root 也不能用 sudo。请由管理员执行一次 sh infra/install-packages.sh {listed}，然后重来。\n"
        f"Packages are missing and this user is neither root nor allowed to use sudo. "
        f"Ask an administrator to run once: sh infra/install-packages.sh {listed}"
    )
