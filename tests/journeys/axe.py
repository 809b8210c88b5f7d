"""What of a page shuts people out, as axe sees it: with a screen reader, a keyboard, weak eyes."""

from __future__ import annotations

import functools
import os
from importlib import resources

from playwright.sync_api import Page

WIDTHS = (1440, 390)
GRAVE = ("serious", "critical")
# The same template drew the lines further down: looked at again they would only cost time.
ALIKE = (
    "tbody tr:nth-child(n+5)",
    ".lx-list > li:nth-child(n+5)",
    ".lx-lines > li:nth-child(n+7)",
    ".lx-passage:nth-child(n+7)",
)
RUN = """async ([grave, alike, colours]) => {
    alike = alike.filter(one => document.querySelector(one));
    const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
    const found = await axe.run({include: document, exclude: alike}, {
        runOnly, rules: {"color-contrast": {enabled: colours}}, resultTypes: ["violations"], elementRef: false,
        preload: false, // only for rules on media and on turning a phone, which are none of these
    });
    return found.violations.filter(one => grave.includes(one.impact))
        .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 140)).slice(0, 3).join(" | ")}`);
}"""


@functools.cache
def _axe() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()


def assert_open_to_all(page: Page) -> None:
    """No serious or critical violation on the page as it stands, and nothing wider than its screen, wide and narrow.

    axe reads it at the width the journey has, which is the one its role works at; with LIANXIN_AXE=all at both.
    """
    before = page.viewport_size
    page.evaluate(_axe())  # by the debugger, so the page's own policy on scripts stays as it is
    read = WIDTHS if os.environ.get("LIANXIN_AXE") == "all" or before is None else (before["width"],)
    for width in dict.fromkeys((*read, *WIDTHS)):
        page.set_viewport_size({"width": width, "height": 900})
        if width in read:
            wrong = page.evaluate(RUN, [GRAVE, ALIKE, width == read[0]])  # colours are the same at every width
            assert not wrong, f"{page.url} at {width} px:\n" + "\n".join(wrong)
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, f"{page.url} is {beyond} px wider than {width} px"
    if before is not None:
        page.set_viewport_size(before)
