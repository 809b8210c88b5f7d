"""HTML in, PDF out. As a module for one document; run as a program it sets one after another until its input ends.

It knows nothing of the site, so that a process of it starts fast and a core of its own can be given to each.
"""

from __future__ import annotations

import sys
from typing import IO, Any

LENGTH = 8  # bytes, big-endian, before every document on the pipes


def typeset(html: str) -> bytes:
    """The page as PDF. It may refer to nothing outside itself: ValueError where it does."""
    from weasyprint import HTML  # loads its libraries when the first document is printed, not with the site

    printed: bytes | None = HTML(string=html, url_fetcher=_nothing).write_pdf()
    assert printed is not None  # only None where a target is given
    return printed


def send(pipe: IO[bytes], content: bytes) -> None:
    pipe.write(len(content).to_bytes(LENGTH, "big") + content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """The next document, or None where the other side has closed."""
    head = pipe.read(LENGTH)
    content = pipe.read(int.from_bytes(head, "big")) if len(head) == LENGTH else None
    return content or None


def _nothing(url: str, *_: Any, **__: Any) -> Any:
    """A document is complete in itself; whatever a text asks for is not fetched."""
    raise ValueError(f"a document fetches nothing: {url}")


if __name__ == "__main__":
    while wanted := receive(sys.stdin.buffer):
        send(sys.stdout.buffer, typeset(wanted.decode()))
