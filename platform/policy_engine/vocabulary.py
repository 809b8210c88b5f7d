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
SPOKEN = (
    "forces", "posts", "subjects", "levels", "modes", "links", "kinds", "bodies", "periods", "destinations", "venue_kinds",
)  # fmt: skip
"""Categories whose words stand in a value without saying which category they are of."""


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


class _AnyWord(dict[str, Mapping[str, Any]]):
    """A category in which every word stands."""

    def __contains__(self, word: object) -> bool:
        return True


class _AnyWords(dict[str, Mapping[str, Mapping[str, Any]]]):
    """Every category but that of words nobody may use."""

    def get(self, category: str, default: Any = None) -> Any:
        return shared_words()[category] if category == "banned_sources" else self[category]

    def __missing__(self, category: str) -> Mapping[str, Mapping[str, Any]]:
        return _AnyWord(shared_words().get(category, {}))


def words_of_header(header: Any) -> Words:
    """The words of a policy.yaml as it was read, sound or not.

    Where its own words cannot be read (None: nothing could), any word passes, so that one fault there is not
    answered by a dozen more in other files; likewise those it declares under a category that does not exist.
    """
    local = header.get("local", {}) if isinstance(header, Mapping) else None
    if not isinstance(local, Mapping) or not all(isinstance(words, Mapping) for words in local.values()):
        return _AnyWords()
    known = shared_words()
    misplaced = {
        word: entry for category, words in local.items() if category not in known for word, entry in words.items()
    }
    if not misplaced:
        return words_with(local)
    return words_with({category: {**misplaced, **local.get(category, {})} for category in {*known, *local}})


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


@lru_cache(maxsize=1)
def _away() -> tuple[str, ...]:
    return tuple(role for role, entry in shared_words()["roles"].items() if mapping(entry).get("group") == "away")


def away_roles(local: Any) -> tuple[str, ...]:
    """Roles of those who were not there, or came late: counted only where `roles` names them. Local words among them."""
    return with_local(_away(), local, "roles")


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
