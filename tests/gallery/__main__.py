"""`make gallery`: every page × role at 390 and 1440 px as PNG into `.local/gallery/`, with a contact sheet `index.html`.

Looks at the running demo, or starts a deployment with the small story. A page is a route of `lianxin routes` the role
may open; routes with parameters are opened by the first real link to them. Official documents are kept as PDF and as
pictures of their first sheets. Ends with 1 when a page answers 400 or more, is wider than its screen, or a script on it fails.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from tests.gallery.looking import Shot, look
from tests.gallery.pages import Route
from tests.gallery.sheet import write_sheet
from tests.journeys.browsing import launched
from tests.journeys.deployment import BIN, ROOT, Deployment, deployed

LOCAL = ROOT / ".local"
FOLDER = LOCAL / "gallery"
BEST = (
    "yiyang",
    "anhua",
    "guangzhou",
    "hunan",
)  # a city with counties below it shows most; others where it lacks a role


def main() -> int:
    if _demo() is None and "LIANXIN_ADMIN_URL" not in os.environ:  # with servers of its own
        again = [sys.executable, "-m", "infra.machine", "with-servers", "--", sys.executable, "-m", "tests.gallery"]
        return subprocess.run(again, cwd=ROOT).returncode
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with _deployment() as deployment, launched() as browser:
        routes = [Route(**route) for route in _routes()]
        shots = [
            shot
            for role, person in _people(deployment).items()
            for shot in look(browser, routes, role=role, person=person, folder=FOLDER)
        ]
    write_sheet(FOLDER / "index.html", shots)
    (FOLDER / "gallery.json").write_text(json.dumps([asdict(shot) for shot in shots], ensure_ascii=False, indent=1))
    return _report(shots)


def _report(shots: list[Shot]) -> int:
    bad = [shot for shot in shots if shot.defects]
    pages = len({(shot.role, shot.path) for shot in shots})
    documents = len({(shot.role, shot.path) for shot in shots if not shot.width})
    print(f"{pages} pages, {documents} of them documents, {len(shots)} pictures: {FOLDER / 'index.html'}")  # noqa: T201
    if bad:
        print(f"\n{'role':14} {'px':>5} {'status':>6} {'page':50} defect")  # noqa: T201
    for shot in bad:
        print(f"{shot.role:14} {shot.width:5} {shot.status:6} {shot.path:50} {'; '.join(shot.defects)}")  # noqa: T201
    return 1 if bad else 0


def _people(deployment: Deployment) -> dict[str, dict[str, str]]:
    """One sign-in per role, where there is most to see."""
    rank = {slug: number for number, slug in enumerate(BEST)}
    ordered = sorted(deployment.accounts, key=lambda one: rank.get(one["slug"], len(rank)), reverse=True)
    return {one["role"]: one | {"url": f"http://{one['host']}:{deployment.port}/"} for one in ordered}


def _demo() -> Deployment | None:
    """The demo this clone runs, if it answers."""
    try:
        port = int((LOCAL / "demo.port").read_text())
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return Deployment(port, json.loads((LOCAL / "demo-accounts.json").read_text()))
    except (OSError, ValueError):
        return None


@contextmanager
def _deployment() -> Iterator[Deployment]:
    demo = _demo()
    if demo is not None:
        yield demo
        return
    given = int(urlsplit(os.environ.get("REDIS_URL", "")).path.strip("/") or 0)
    with (
        tempfile.TemporaryDirectory() as folder,
        deployed(database="lxgallery", redis_database=given or 6, folder=Path(folder)) as own,
    ):
        yield own


def _routes() -> list[dict[str, object]]:
    env = os.environ | {"LIANXIN_DEV": "1"}
    done = subprocess.run([BIN / "lianxin", "routes", "--json"], env=env, cwd=ROOT, capture_output=True, check=True)
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is stopped and dropped
    sys.exit(main())
