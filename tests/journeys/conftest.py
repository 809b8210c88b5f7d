"""Journeys see the product from outside: a running deployment, a real browser, no model imported.

One deployment per session: its own database, web server, worker with the timetable, with the story at small scale.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

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


@pytest.fixture
def signed_in(
    deployment: Deployment, browser: Browser, cookies: dict[tuple[str, str, bool], Any]
) -> Iterator[Callable[..., Page]]:
    """`signed_in("anhua", "member", phone=True)` is a page of that person, at home."""
    contexts = []

    def sign_in(slug: str, role: str, *, phone: bool = False, javascript: bool = True) -> Page:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        before = cookies.get((slug, role, javascript))
        context = browser.new_context(
            viewport=size, locale="zh-CN", java_script_enabled=javascript, storage_state=before
        )
        contexts.append(context)
        page = context.new_page()
        if before is None:
            let_in(page, deployment.url(slug), deployment.account(slug, role))
            cookies[slug, role, javascript] = context.storage_state()
        else:
            page.goto(deployment.url(slug))
        return page

    yield sign_in
    for context in contexts:
        context.close()
