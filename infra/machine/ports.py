"""Free TCP ports on 127.0.0.1, remembered in `.local/ports.json` so that addresses stay the same between runs."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

from .paths import LOCAL, write_private

FILE = LOCAL / "ports.json"


def is_free(port: int) -> bool:
    """Whether this process could listen on 127.0.0.1:`port` now (false also where it lacks the right to)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """A port the system says is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def choose(
    name: str, remembered: dict[str, int], *, free: Callable[[int], bool] = is_free, new: Callable[[], int] = any_free
) -> int:
    """The port remembered for `name` if it is free, else a new one that nothing else here remembers."""
    port = remembered.get(name)
    if port and free(port):
        return port
    others = {value for key, value in remembered.items() if key != name}
    while True:
        port = new()
        if port not in others:
            return port


def port_for(name: str) -> int:
    """Choose a port for `name` and remember it."""
    remembered = read()
    port = choose(name, remembered)
    write_private(FILE, json.dumps(remembered | {name: port}, indent=2))
    return port


def read() -> dict[str, int]:
    """What is remembered; nothing when the file is missing or broken."""
    try:
        found = json.loads(FILE.read_text())
        return {str(key): int(value) for key, value in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
