"""One role's way through its pages with a real browser: a picture of each, and what is wrong with it."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, Page, Response

from tests.gallery.pages import Round, Route
from tests.journeys.browsing import sign_in

SIZES = ((1440, 900), (390, 844))
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LINKS = "Array.from(document.querySelectorAll('a[href]'), a => a.origin === location.origin ? a.pathname : '')"
IDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # a file keeps its name from run to run
NOT_A_PAGE = 405  # answers to forms only
A_DOCUMENT = -1  # a PDF: Chromium's viewer draws nothing without a screen
SHEETS = 3  # of a document
BYTES = """async path => {
    const answer = await (await fetch(path)).blob();
    return await new Promise(done => {
        const reader = new FileReader();
        reader.onload = () => done(reader.result.split(",")[1]);
        reader.readAsDataURL(answer);
    });
}"""


@dataclass(frozen=True)
class Shot:
    role: str
    path: str
    width: int
    status: int
    file: str  # within the gallery
    defects: tuple[str, ...]


def look(
    browser: Browser, routes: list[Route], *, role: str, person: Mapping[str, str], folder: Path
) -> Iterator[Shot]:
    """Sign in and walk; addresses that download a file or answer to forms only are no pages."""
    context = browser.new_context(locale="zh-CN", viewport={"width": SIZES[0][0], "height": SIZES[0][1]})
    context.set_default_timeout(30_000)
    home = context.new_page()
    sign_in(home, person["url"], person)
    ways = Round(routes, role=role, site="tenant" if person["slug"] else "public")
    for path in ways:
        page = context.new_page()  # of its own: what an address without a page leaves behind disturbs the next
        failed: list[str] = []
        page.on("pageerror", lambda error, failed=failed: failed.append(f"script: {str(error)[:80]}"))
        status = _go(page, person["url"].rstrip("/") + path)
        if status == A_DOCUMENT:
            page.close()
            yield from _sheets(home, role=role, path=path, folder=folder)
            continue
        if status is None or status == NOT_A_PAGE:
            page.close()
            continue
        ways.found(page.evaluate(LINKS))
        yield from _shots(page, role=role, path=path, status=status, failed=failed, folder=folder)
        page.close()
    context.close()


def _go(page: Page, url: str) -> int | None:
    """Open it; the answer's status, or None when it is a file to download."""
    statuses: list[int] = []

    def note(answer: Response) -> None:
        statuses.append(answer.status)

    page.on("response", note)
    try:
        answer = page.goto(url)
        if answer and answer.headers.get("content-type", "").startswith("application/pdf"):
            return A_DOCUMENT
        return answer.status if answer else None
    except Error as error:
        if "Download is starting" in str(error):
            return None
        if "ERR_HTTP_RESPONSE_CODE_FAILURE" in str(error) and statuses:  # an error without a body
            return statuses[0]
        raise
    finally:
        page.remove_listener("response", note)


def _sheets(home: Page, *, role: str, path: str, folder: Path) -> Iterator[Shot]:
    """A document kept as it is and, where poppler is installed, its first sheets as pictures."""
    plain = IDS.sub("id", path).strip("/").replace("/", "_")
    target = folder / role / "documents" / f"{plain}.pdf"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(base64.b64decode(home.evaluate(BYTES, path)))
    if shutil.which("pdftoppm"):
        subprocess.run(["pdftoppm", "-png", "-r", "80", "-l", str(SHEETS), target, target.with_suffix("")], check=True)
    for sheet in sorted(target.parent.glob(f"{plain}-*.png")):
        yield Shot(role, path, 0, 200, str(sheet.relative_to(folder)), ())


def _shots(page: Page, *, role: str, path: str, status: int, failed: list[str], folder: Path) -> Iterator[Shot]:
    reached = urlsplit(page.url).path
    note = [f"status {status}"] if status >= 400 else []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        plain = IDS.sub("id", path).strip("/").replace("/", "_") or "home"
        name = f"{role}/{width}/{plain}.png"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / name, full_page=True)
        beyond = page.evaluate(OVERFLOW)
        wide = [f"{beyond} px wider than the screen"] if beyond > 0 else []
        shown = path if reached == path else f"{path} → {reached}"
        yield Shot(role, shown, width, status, name, (*note, *wide, *failed))
