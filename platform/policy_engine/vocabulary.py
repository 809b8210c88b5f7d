"""The shared words (`policy_templates/vocabulary.yaml`) and a template's own ones beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from policy_engine.reader import mapping, read

TEMPLATES = Path(__file__).resolve().parents[2] / "policy_templates"

Words = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""category (`kinds`, `roles`, …) → word → {title, group?, is_a?}"""


@lru_cache(maxsize=1)
def shared_words() -> Words:
    return dict(read(TEMPLATES / "vocabulary.yaml", name="vocabulary.yaml").data)


def words_with(local: Any) -> Words:
    """Shared words plus the `local` block of a policy.yaml; a plain text there is the word's title."""
    own = {
        category: {word: _word(entry) for word, entry in mapping(words).items()}
        for category, words in mapping(local).items()
    }
    shared = shared_words()
    return {category: {**shared.get(category, {}), **own.get(category, {})} for category in {*shared, *own}}


def title(words: Words, category: str, word: str) -> str:
    return str(mapping(words.get(category, {}).get(word)).get("title", word))


def group_of(words: Words, kind: str) -> str | None:
    """output, contact or activity; a local kind belongs where the kind it builds on belongs."""
    seen: set[str] = set()
    while kind not in seen:
        seen.add(kind)
        entry = mapping(words["kinds"].get(kind))
        if entry.get("group"):
            return str(entry["group"])
        kind = str(entry.get("is_a", kind))
    return None


def with_local(kinds: tuple[str, ...], local: Any, category: str = "kinds") -> tuple[str, ...]:
    """The kinds and every local kind that `is_a` one of them (also of each other), so that local records count."""
    own = mapping(local).get(category)
    if not own:
        return kinds
    parents = {word: mapping(entry).get("is_a") for word, entry in mapping(own).items()}
    found = list(kinds)
    for word in found:  # grows while it is walked: a local kind may build on a local kind
        found += [child for child, parent in parents.items() if parent == word and child not in found]
    return tuple(found)


def _word(entry: Any) -> Mapping[str, Any]:
    return entry if isinstance(entry, Mapping) else {"title": entry}
