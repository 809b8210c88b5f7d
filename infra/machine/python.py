"""The Python side: uv from PyPI into `.local/uv`, then everything in uv.lock into `.venv`."""

from __future__ import annotations

import sys
from pathlib import Path

from .commands import digest, is_done, mark_done, plain_environment, run
from .paths import BIN, INFRA, LOCAL, ROOT, VENV

UV = LOCAL / "uv" / "bin" / "uv"


def environment() -> dict[str, str]:
    """How uv is run: this machine's Python, never one it would download."""
    return plain_environment() | {
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PYTHON_PREFERENCE": "only-system",
        "UV_NO_PROGRESS": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
    }


def ensure_uv() -> bool:
    """Install the pinned uv unless it is there; whether anything was done."""
    requirements = INFRA / "uv-requirements.txt"
    state = digest(requirements, str(LOCAL), str(sys.version_info))
    if UV.exists() and is_done("uv", state):
        return False
    run([sys.executable, "-m", "venv", "--clear", LOCAL / "uv"], log="python", env=environment())
    pip: list[str | Path] = [LOCAL / "uv" / "bin" / "python", "-m", "pip", "install", "--quiet"]
    run([*pip, "--only-binary", ":all:", "--require-hashes", "-r", requirements], log="python", env=environment())
    mark_done("uv", state)
    return True


def ensure_environment() -> bool:
    """Make `.venv` what uv.lock says unless it is already; whether anything was done."""
    state = digest(ROOT / "uv.lock", ROOT / "pyproject.toml", str(ROOT))
    if (BIN / "python").exists() and is_done("python", state):
        return False
    # An environment that is there keeps its interpreter; a new one gets the one that runs this.
    chosen: list[str | Path] = [] if (VENV / "bin" / "python").exists() else ["--python", sys.executable]
    # Compiled once here: every command and worker starts twice as fast, also where Python may not write bytecode.
    run([UV, "sync", "--frozen", "--compile-bytecode", *chosen], log="python", env=environment())
    mark_done("python", state)
    return True
