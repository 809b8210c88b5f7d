"""Many documents at once, on all cores: the data is read here, in the committee's context; setting pages is given away."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

from tenants.reports.queries.documents import typesetter
from tenants.reports.queries.documents.shape import Document
from tenants.reports.queries.documents.typesetting import FORMATS, html

FEW = 16  # as many as are set while further typesetters would be starting
AHEAD = 2  # documents on the way per typesetter, so that none waits for the database


class Typesetter:
    """A process that sets one document after another until it is killed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(Path(typesetter.__file__))], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def kill(self) -> None:
        """It holds nothing: what it was setting is wanted no more. Whoever waits for it learns that."""
        self._process.kill()

    def close(self) -> None:
        """Once nobody reads from it any more."""
        with suppress(BrokenPipeError):
            self._process.communicate()

    def set(self, page: str) -> bytes:
        """RuntimeError where the process ended before it answered; its own words are in the log."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # its answer will be missing
            typesetter.send(self._process.stdin, page.encode())
        if printed := typesetter.receive(self._process.stdout):
            return printed
        raise RuntimeError("a typesetter ended before its document was set")


def printed(wanted: Iterable[Document], ending: str, *, number: int) -> Generator[bytes]:
    """The files of the documents, in their order; about `number` of them. Close it where not all are taken."""
    cores = len(os.sched_getaffinity(0))
    if ending == "pdf" and cores > 1 and number >= FEW:
        yield from _in_parallel(map(html, wanted), cores)
    else:
        printer, _ = FORMATS[ending]
        yield from map(printer, wanted)


def _in_parallel(pages: Iterable[str], cores: int) -> Generator[bytes]:
    setters = [Typesetter() for _ in range(cores)]
    idle: SimpleQueue[Typesetter] = SimpleQueue()
    for one in setters:
        idle.put(one)

    def work(page: str) -> bytes:
        mine = idle.get()
        try:
            return mine.set(page)
        finally:
            idle.put(mine)

    threads = ThreadPoolExecutor(cores)
    under_way: deque[Future[bytes]] = deque()
    try:
        for page in pages:
            under_way.append(threads.submit(work, page))
            if len(under_way) >= cores * AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for one in setters:
            one.kill()
        threads.shutdown(cancel_futures=True)
        for one in setters:
            one.close()
