"""Where things are. Everything that set-up makes lies in `.local/` and `.venv/` of this clone, or is linked from there."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
LOCAL = ROOT / ".local"
VENV = ROOT / ".venv"
BIN = VENV / "bin"
LOGS = LOCAL / "log"
RUN = LOCAL / "run"
STAMPS = LOCAL / "stamps"
ASSETS = LOCAL / "assets"


def make_local() -> None:
    """Create `.local/` and its plain folders. Logs and pid files are nobody else's business (mode 700)."""
    LOCAL.mkdir(exist_ok=True)
    for folder in (LOGS, RUN, STAMPS):
        folder.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path`, readable by the owner only, in one step (no half-written file is ever seen)."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
