"""Which function does which job. A job function takes `by` and keyword ids, makes one call, may run twice."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.module_loading import autodiscover_modules

JobFunction = Callable[..., Any]
DEFAULT_QUEUE = "default"
LEASE = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Registration:
    """What is known of a kind of job before any is queued."""

    name: str
    function: JobFunction
    title: str
    queue: str
    cost: int
    lease: dt.timedelta
    of_deployment: bool
    takes_progress: bool
    words: Callable[[str], str] | None = None

    def title_for(self, ids: Mapping[str, Any]) -> str:
        """The job in words, e.g. 结账 2022 年 11 月; without its ids when they are not the ones expected."""
        said = {key: self.words(one) if self.words and isinstance(one, str) else one for key, one in ids.items()}
        try:
            return self.title.format(**said)
        except (KeyError, IndexError):
            return self.title.partition("{")[0].strip() or self.name


_registered: dict[str, Registration] = {}


def job(
    name: str,
    *,
    title: str = "",
    queue: str = DEFAULT_QUEUE,
    cost: int = 1,
    lease: dt.timedelta = LEASE,
    of_deployment: bool = False,
    words: Callable[[str], str] | None = None,
) -> Callable[[JobFunction], JobFunction]:
    """Register the function; its return value, if a string, becomes the job's message.

    `title` is what people read and may name ids: "结账 {period}"; `words` says them as people do. `queue`: which workers take it. `cost` (1–100):
    how many light jobs it weighs in the round. `lease`: how long it may be silent before it counts as abandoned; a
    function with a parameter `progress` (see `dispatch.progress`) renews it with each call. `of_deployment`: work of
    no committee, run as the operator and queued with `enqueue_for_deployment`.
    """
    if not 1 <= cost <= 100:
        raise ValueError(f"cost of job {name} must be 1 to 100, not {cost}")

    def register(function: JobFunction) -> JobFunction:
        if name in _registered and _registered[name].function is not function:
            raise ValueError(f"two functions for job {name}")
        takes_progress = "progress" in inspect.signature(function).parameters
        _registered[name] = Registration(
            name, function, title or name, queue, cost, lease, of_deployment, takes_progress, words
        )
        return function

    return register


def forget(name: str) -> None:
    """Take a registration back; for tests."""
    _registered.pop(name, None)


def registration_of(name: str) -> Registration | None:
    """The registration, or None; the apps' `tasks` modules are loaded with the first question."""
    if name not in _registered:
        _load()
    return _registered.get(name)


def queues() -> list[str]:
    """Every queue some job is routed to."""
    _load()
    return sorted({DEFAULT_QUEUE} | {one.queue for one in _registered.values()})


@cache
def _load() -> None:
    autodiscover_modules("tasks")
