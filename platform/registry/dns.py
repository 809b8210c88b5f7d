"""One question of DNS: the TXT records of a name. Over TCP to the resolver, where an answer cannot be forged blindly."""

from __future__ import annotations

import secrets
import socket
import struct
from pathlib import Path

from django.conf import settings

TXT, IN, TIMEOUT = 16, 1, 5.0


class DnsSilent(Exception):
    """The resolver did not answer, or not in a way that says anything about the name."""


def txt(name: str) -> list[str]:
    """Every TXT record, its strings joined; empty when there is none. Raises DnsSilent."""
    number = secrets.randbits(16)
    try:
        answer = _ask(_question(number, name))
        return _read(answer, number)
    except (OSError, struct.error, IndexError, UnicodeError) as error:
        raise DnsSilent(str(error)) from error


def _question(number: int, name: str) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split("."))
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", TXT, IN)


def _resolver() -> tuple[str, int]:
    if settings.DNS_RESOLVER:
        host, _, port = settings.DNS_RESOLVER.partition(":")
        return host, int(port or 53)
    lines = Path("/etc/resolv.conf").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("nameserver")), 53


def _ask(question: bytes) -> bytes:
    with socket.create_connection(_resolver(), timeout=TIMEOUT) as connection:
        connection.sendall(struct.pack(">H", len(question)) + question)
        with connection.makefile("rb") as stream:
            (length,) = struct.unpack(">H", stream.read(2))
            return stream.read(length)


def _read(answer: bytes, number: int) -> list[str]:
    same, flags, questions, answers = struct.unpack_from(">4H", answer)
    failed = flags & 0x000F
    if same != number or not flags & 0x8000 or failed not in (0, 3):  # 3: there is no such name
        raise DnsSilent(f"answer {same:x} flags {flags:x}")
    at, found = 12, list[str]()
    for _ in range(questions):
        at = _after_name(answer, at) + 4
    for _ in range(answers):
        at = _after_name(answer, at)
        kind, _, _, length = struct.unpack_from(">2HIH", answer, at)
        at += 10
        if kind == TXT:
            found.append(_strings(answer[at : at + length]))
        at += length
    return found


def _after_name(answer: bytes, at: int) -> int:
    while length := answer[at]:
        if length & 0xC0:  # a pointer to where the rest stands
            return at + 2
        at += length + 1
    return at + 1


def _strings(data: bytes) -> str:
    at, words = 0, b""
    while at < len(data):
        words += data[at + 1 : at + 1 + data[at]]
        at += data[at] + 1
    return words.decode("utf-8", "replace")
