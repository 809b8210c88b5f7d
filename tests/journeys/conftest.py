"""Journeys see the product from outside: a running deployment, a real browser, no model imported.

One deployment per session: its own database, web server, worker with the timetable, with the story at small scale.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.browsing import launched
from tests.journeys.browsing import sign_in as let_in
from tests.journeys.deployment import Deployment, deployed

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")  # each process that runs journeys has a deployment of its own
DATABASE = f"lxj_{os.environ.get('LX_TEST_DB', 'suite')}_{WORKER}"
REDIS_DATABASE = 7 + int(WORKER.removeprefix("gw") if WORKER != "main" else 0) % 8  # apart from the suite's own, 0


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("journeys")
    with deployed(database=DATABASE, redis_database=REDIS_DATABASE, folder=folder) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its file: playwright's event loop would stand in the way of every later test's database."""
    with launched() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def cookies() -> dict[tuple[str, str, bool], Any]:
    """Of those who have signed in by the page; who comes back finds themselves signed in, as anybody does."""
    return {}


@pytest.fixture(scope="module")
def visitors(browser: Browser) -> dict[tuple[str, str, bool, bool], BrowserContext]:
    """One for each person and screen; who comes back has the style sheets and scripts at hand. They end with the browser."""
    return {}


@pytest.fixture
def signed_in(
    deployment: Deployment,
    browser: Browser,
    cookies: dict[tuple[str, str, bool], Any],
    visitors: dict[tuple[str, str, bool, bool], BrowserContext],
) -> Iterator[Callable[..., Page]]:
    """`signed_in("anhua", "member", phone=True)` is a page of that person, at home or where `path` says."""
    pages = []

    def sign_in(slug: str, role: str, *, path: str = "/", phone: bool = False, javascript: bool = True) -> Page:
        known, visitor = (slug, role, javascript), (slug, role, javascript, phone)
        if visitor not in visitors:
            visitors[visitor] = browser.new_context(
                viewport={"width": 390, "height": 844} if phone else {"width": 1440, "height": 900},
                locale="zh-CN", java_script_enabled=javascript, storage_state=cookies.get(known),
            )  # fmt: skip
        page = visitors[visitor].new_page()
        pages.append(page)
        if known not in cookies:
            let_in(page, deployment.url(slug), deployment.account(slug, role))
            cookies[known] = visitors[visitor].storage_state()
            if path == "/":
                return page
        page.goto(deployment.url(slug, path))
        return page

    yield sign_in
    for page in pages:
        page.close()
