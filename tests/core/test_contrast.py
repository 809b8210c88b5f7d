"""Every pair of colours that meets on a page can be read: 4.5:1 for text, 3:1 for borders one has to see (WCAG 2.2 AA)."""

import re
from pathlib import Path

import pytest

import core

CSS = Path(core.__file__).parent / "static" / "core" / "lianxin.css"
TEXT, EDGE = 4.5, 3.0
GROUNDS = ("surface", "ground", "hover")
ON_TINT = ("done", "open", "overdue", "exceeded", "waiting", "na", "accent")
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "soft", "link", "accent", *ON_TINT) for ground in GROUNDS),
    *((tone, f"{tone}-tint", TEXT) for tone in ON_TINT),
    *(("ink", f"{tone}-tint", TEXT) for tone in ON_TINT),
    ("soft", "na-tint", TEXT),
    ("link", "waiting-tint", TEXT),
    ("ink", "heat-5", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-deep", TEXT),
    ("edge", "surface", EDGE),
    ("edge", "ground", EDGE),
    ("link", "surface", EDGE),
]


def tokens() -> dict[str, str]:
    root = CSS.read_text(encoding="utf-8").split("}", 1)[0]
    return dict(re.findall(r"--lx-([a-z0-9-]+):\s*(#[0-9a-f]{6})\b", root))


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("front", "back", "least"), PAIRS, ids=lambda value: str(value))
def test_a_pair_of_colours_can_be_read(front: str, back: str, least: float) -> None:
    found = tokens()
    assert contrast(found[front], found[back]) >= least


def test_colours_are_written_only_as_tokens() -> None:
    rules = re.sub(r"/\*.*?\*/", "", CSS.read_text(encoding="utf-8"), flags=re.S)
    declared = set(tokens().values())
    stray = [colour for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s])", rules) if colour not in declared]
    assert stray == []
