"""The browser, and getting in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# Of a browser's start-up habits those that cost a test time: a process in store for every page, a new frame where the old one
# would do. The last list given counts, so what playwright turns off for its own sake stands here, too.
FEATURES_OFF = (
    "SpareRendererForSitePerProcess", "RenderDocument",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning", "OptimizationHints", "NetworkTimeServiceQuerying",
    "PreconnectToSearch", "Translate",
)  # fmt: skip
CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--lang=zh-CN",
    f"--disable-features={','.join(FEATURES_OFF)}",
)  # fmt: skip


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


def sign_in(page: Page, home: str, person: Mapping[str, str]) -> None:
    """Sign in with a line of the sign-ins file; ends on the host's first page."""
    page.goto(f"{home}sign-in/")
    page.get_by_label("账号").fill(person["username"])
    page.get_by_label("密码").fill(person["password"])
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
