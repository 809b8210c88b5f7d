"""The shared cache: no two committees, and no two deployments, ever share a value.

A key spells deployment and committee with their lengths, so that no choice of key makes two of them one. A value says
whose it is and is refused by anybody else: a wrong key function, a restored or a shared Redis then costs a miss.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.cache.backends.redis import RedisCache, RedisCacheClient, RedisSerializer

from core import tenancy


def owner() -> str:
    """Whose values are read and written now: `<deployment>/<code>`, the code empty outside committees.

    The operator and the bare login share what is of the deployment: `worker-alive`, health probes.
    """
    code = tenancy.current().code if tenancy.is_inside() else ""
    return f"{settings.DEPLOYMENT}/{code}"


def prefix() -> str:
    """What every key of the present owner begins with, and nobody else's does."""
    whose = owner()
    return f"lx:{len(whose)}:{whose}:"


def make_key(key: str, key_prefix: str, version: int) -> str:
    """`lx:<length>:<deployment>/<code>:<version>:<length of prefix>:<prefix>:<key>`."""
    return f"{prefix()}{version}:{len(key_prefix)}:{key_prefix}:{key}"


class ForeignValue(Exception):
    """A value of another committee or deployment lay under this key."""


class OwnedSerializer(RedisSerializer):
    """Values carry their owner in front, read before anything of theirs is. Plain integers stay plain: counting is atomic."""

    def dumps(self, obj: Any) -> Any:
        return obj if type(obj) is int else b"%s\n%s" % (owner().encode(), pickle.dumps(obj))

    def loads(self, data: Any) -> Any:
        try:
            return int(data)
        except ValueError:
            whose, _, value = data.partition(b"\n")
        if whose != owner().encode():
            raise ForeignValue
        return pickle.loads(value)


class _Client(RedisCacheClient):
    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **({"serializer": OwnedSerializer} | options))

    def get(self, key: Any, default: Any) -> Any:
        try:
            return super().get(key, default)
        except ForeignValue:
            return default

    def get_many(self, keys: Iterable[Any]) -> dict[Any, Any]:
        absent = object()
        found = {key: self.get(key, absent) for key in keys}
        return {key: value for key, value in found.items() if value is not absent}

    def clear(self) -> bool:
        """The present owner's values only; Redis may hold other committees', other deployments' and the queue."""
        client = self.get_client(None, write=True)
        removed = 0
        for batch in _batches(client.scan_iter(match=f"{_literal(prefix())}*", count=1000)):
            removed += client.unlink(*batch)
        return bool(removed)


class OwnedCache(RedisCache):
    """Django's Redis cache whose values have an owner; `clear()` removes the present owner's only."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client


def _literal(text: str) -> str:
    """`text` with Redis' wildcards made plain."""
    return "".join(f"\\{letter}" if letter in "\\*?[]^-" else letter for letter in text)


def _batches(keys: Iterator[bytes], size: int = 500) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for key in keys:
        batch.append(key)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
