"""A pooler small enough to stand in a test: it hands a few server processes to any number of connections.

Speaks as much of PostgreSQL's protocol as psycopg2 does: a client's sign-in is passed on to a server process of its own
until there are `size` of them; whoever comes later is greeted in the words the first one heard.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

ENCRYPTION_ASKED = {80877103, 80877104}
AUTHENTICATED = b"R" + struct.pack("!II", 8, 0)


@dataclass
class Pool:
    """`by_transaction` or by session; `newest_first` or in turns; `cleans`: DISCARD ALL when a client has gone."""

    server: tuple[str, int]
    size: int
    by_transaction: bool
    newest_first: bool = True
    cleans: bool = False
    port: int = 0
    _idle: deque[socket.socket] = field(default_factory=deque)
    _made: int = 0
    _greeting: bytes = b""
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self) -> socket.socket:
        with self._changed:
            self._changed.wait_for(lambda: self._idle, timeout=10)
            return self._idle.pop() if self.newest_first else self._idle.popleft()

    def give_back(self, process: socket.socket) -> None:
        with self._changed:
            self._idle.append(process)
            self._changed.notify()

    def serve(self, client: socket.socket) -> None:
        held: socket.socket | None = None
        with suppress(ConnectionError), client:
            self._sign_in(client, _startup(client))
            while True:
                kind, message = _message(client)
                if kind == b"X":
                    break
                held = held or self.take()
                held.sendall(message)
                if self._answer(held, client) == b"I" and self.by_transaction:
                    self.give_back(held)
                    held = None
        if held is not None:
            if self.cleans:
                held.sendall(_query("DISCARD ALL"))
                self._answer(held, None)
            self.give_back(held)

    def _answer(self, process: socket.socket, client: socket.socket | None) -> bytes:
        """Pass the server's answer on; the state of the transaction it ends in."""
        while True:
            kind, message = _message(process)
            if client is not None:
                client.sendall(message)
            if kind == b"Z":
                return message[5:6]

    def _sign_in(self, client: socket.socket, startup: bytes) -> None:
        with self._changed:
            if self._made == self.size:
                client.sendall(self._greeting)
                return
            self._made += 1
            process = socket.create_connection(self.server)
            process.sendall(startup)
            greeting, kind = b"", b""
            while kind != b"Z":
                kind, message = _message(process)
                client.sendall(message)
                if kind == b"R" and message != AUTHENTICATED and struct.unpack("!I", message[5:9])[0] != 12:
                    process.sendall(_message(client)[1])
                elif message == AUTHENTICATED or greeting:
                    greeting += message
            self._greeting = greeting
            self._idle.append(process)


@contextmanager
def pooler(pool: Pool) -> Iterator[Pool]:
    """Listens on `pool.port` of this machine until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        pool.port = listening.getsockname()[1]

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    threading.Thread(target=pool.serve, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield pool
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            while pool._idle:
                pool._idle.pop().close()


def _exactly(source: socket.socket, length: int) -> bytes:
    read = b""
    while len(read) < length:
        piece = source.recv(length - len(read))
        if not piece:
            raise ConnectionError
        read += piece
    return read


def _message(source: socket.socket) -> tuple[bytes, bytes]:
    kind, size = _exactly(source, 1), _exactly(source, 4)
    return kind, kind + size + _exactly(source, struct.unpack("!I", size)[0] - 4)


def _startup(client: socket.socket) -> bytes:
    while True:
        size = _exactly(client, 4)
        rest = _exactly(client, struct.unpack("!I", size)[0] - 4)
        if struct.unpack("!I", rest[:4])[0] not in ENCRYPTION_ASKED:
            return size + rest
        client.sendall(b"N")


def _query(statement: str) -> bytes:
    text = statement.encode() + b"\0"
    return b"Q" + struct.pack("!I", len(text) + 4) + text
