"""What of a page shuts people out, as axe sees it: with a screen reader, a keyboard, weak eyes."""

from __future__ import annotations

import functools
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
    });
    return found.violations.filter(one => grave.includes(one.impact))
        .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 140)).slice(0, 3).join(" | ")}`);
}"""


@functools.cache
def _axe() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()


def assert_open_to_all(page: Page) -> None:
    """No serious or critical violation on the page as it stands, wide and narrow, and nothing wider than its screen."""
    before = page.viewport_size
    page.evaluate(_axe())  # by the debugger, so the page's own policy on scripts stays as it is
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wrong = page.evaluate(RUN, [GRAVE, ALIKE, width == WIDTHS[0]])  # colours are the same at every width
        assert not wrong, f"{page.url} at {width} px:\n" + "\n".join(wrong)
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, f"{page.url} is {beyond} px wider than {width} px"
    if before is not None:
        page.set_viewport_size(before)
