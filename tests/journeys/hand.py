"""What a person's hand does on a page, counted: taps, keys, fields written."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page


@dataclass
class Hand:
    page: Page
    taps: int = 0
    keys: int = 0
    fields: int = 0
    began: float = field(default_factory=time.monotonic)

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.click()

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def write(self, where: Locator, text: str) -> None:
        self.fields += 1
        where.fill(text)

    def told(self) -> str:
        """`3 taps, 1 field, 2.1 s`: the seconds are the machine's, a person reads and types besides."""
        counted = ((self.taps, "taps"), (self.keys, "keys"), (self.fields, "fields"))
        return ", ".join(
            [
                *(f"{n} {what if n > 1 else what[:-1]}" for n, what in counted if n),
                f"{time.monotonic() - self.began:.1f} s",
            ]
        )
