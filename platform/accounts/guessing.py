"""One's own password, asked for once more of who is signed in: five in vain lock the asking for half an hour (等保)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache

from accounts.models import User
from core.errors import DomainError

ATTEMPTS, LOCK_SECONDS = 5, 30 * 60


class TooManyGuesses(DomainError):
    code = "too_many_guesses"

    def __init__(self) -> None:
        super().__init__("密码输错次数过多，请半小时后再试。忘了密码，请办公室重设。")


@contextmanager
def guess(user: User, *, wrong: type[DomainError]) -> Iterator[None]:
    """Around what looks at the password and raises `wrong`. Raises TooManyGuesses, before it is looked at."""
    key = f"password:{user.pk}"
    cache.add(key, 0, LOCK_SECONDS)
    if cache.incr(key) > ATTEMPTS:  # counted before, so guesses made at once count too
        raise TooManyGuesses
    try:
        yield
    except wrong:
        raise
    except DomainError:
        cache.delete(key)  # the password was right, something else was not
        raise
    cache.delete(key)
