"""The templates that come with the product: to compare with, and to adopt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from core.errors import NotFound
from policy_engine import Template, TemplateErrors, find_template, load_template
from policy_engine.reader import read
from policy_engine.vocabulary import TEMPLATES


@dataclass(frozen=True, slots=True)
class Shipped:
    """A template on disk, as a choice on a page."""

    id: str
    title: str
    number: str
    issuer: str

    @property
    def label(self) -> str:
        return f"{self.issuer} {self.number}".strip()


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    return tuple(sorted(path.parent.name for path in TEMPLATES.glob("*/policy.yaml")))


@lru_cache(maxsize=16)
def template(name: str) -> Template:
    """Raises NotFound for a name that is not shipped, or a template that does not load."""
    if name not in names():
        raise NotFound("没有这份模板。请从列表里选。")
    try:
        return load_template(find_template(name))
    except TemplateErrors as faults:
        raise NotFound("这份模板有错，用不了。请平台运维核对。") from faults


@lru_cache(maxsize=1)
def shipped() -> tuple[Shipped, ...]:
    """Every template there is, by id, as its header names it."""
    return tuple(_head(name) for name in names())


def _head(name: str) -> Shipped:
    header = read(TEMPLATES / name / "policy.yaml", name="policy.yaml").data
    said = (str(header.get(key) or "") for key in ("title", "number", "issuer"))
    return Shipped(name, *said)
