"""The file with the story's sign-ins: made per deployment, kept across runs, never in version control."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread when copied by hand
MODE = 0o600


@dataclass(frozen=True, slots=True)
class SignIn:
    """One line of the file; `committee` is None and `slug` empty for the operator."""

    committee: str | None
    slug: str
    host: str
    url: str
    username: str
    password: str
    role: str


def path() -> Path:
    return Path(os.environ.get("LIANXIN_ACCOUNTS_FILE") or settings.LOCAL / "demo-accounts.json")


@dataclass(slots=True)
class SignIns:
    """The sign-ins known so far, by (slug, user name).

    `fresh` are those the file did not have; `proven`: one of the file's passwords opened its door in this database.
    """

    known: dict[tuple[str, str], SignIn] = field(default_factory=dict)
    fresh: set[tuple[str, str]] = field(default_factory=set)
    proven: bool = False

    def of(self, *, committee: str | None, slug: str, username: str, role: str) -> SignIn:
        """The sign-in of this person, with the password of the run before if there was one."""
        before = self.known.get((slug, username))
        if before is None:
            self.fresh.add((slug, username))
        host = f"{slug}.{settings.BASE_DOMAIN}" if slug else settings.BASE_DOMAIN
        made = SignIn(
            committee=committee, slug=slug, host=host, url=f"http://{host}:{settings.PORT}/", username=username,
            password=before.password if before else _password(), role=role,
        )  # fmt: skip
        self.known[slug, username] = made
        return made

    def write(self) -> None:
        """Replace the file at once; only its owner may read it."""
        target = path()
        target.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([asdict(one) for one in self.known.values()], ensure_ascii=False, indent=1)
        beside = target.with_name(target.name + ".new")
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), "w", encoding="utf-8") as file:
            file.write(text)
        beside.chmod(MODE)
        beside.replace(target)


def read() -> SignIns:
    """What the file holds; a missing or broken file holds nothing."""
    try:
        rows = [SignIn(**row) for row in json.loads(path().read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return SignIns()
    return SignIns({(one.slug, one.username): one for one in rows})


def _password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
