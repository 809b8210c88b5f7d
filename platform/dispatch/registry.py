"""Which function does which job. A job function takes `by` and keyword ids, makes one call, may run twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

JobFunction = Callable[..., Any]
_functions: dict[str, JobFunction] = {}


def job(name: str) -> Callable[[JobFunction], JobFunction]:
    """Register the function; its return value, if a string, becomes the job's message."""

    def register(function: JobFunction) -> JobFunction:
        if _functions.get(name, function) is not function:
            raise ValueError(f"two functions for job {name}")
        _functions[name] = function
        return function

    return register


def function_of(name: str) -> JobFunction | None:
    return _functions.get(name)
