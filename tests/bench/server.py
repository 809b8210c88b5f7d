"""Gunicorn with sync workers on a free port, stopped at the end."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bench.place import ROOT, environment

READY_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    """`pid` is the master's; its workers are its children."""

    port: int
    pid: int

    def get(self, path: str, *, host: str, session: str = "") -> tuple[int, str]:
        """Status and body of one page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Host": host, "Cookie": f"lianxin_session={session}"})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def workers(self) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]


@contextmanager
def serving(settings: str, *, workers: int) -> Iterator[Server]:
    """Serve with this settings module; its output is shown when it does not get ready. Raises RuntimeError."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_OWNER_URL" or "variants" in settings}
    env |= {"DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": environment()["PYTHONPATH"]}
    gunicorn = [Path(sys.executable).parent / "gunicorn", "config.wsgi", "-k", "sync", "-w", str(workers)]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [*gunicorn, "-b", f"127.0.0.1:{port}", "--log-level", "warning"],
            env=env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        server = Server(port, process.pid)
        try:
            _wait(server, process)
            yield server
        except BaseException:
            log.seek(0)
            sys.stderr.write(log.read()[-4000:])
            raise
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            server.get("/healthz", host="localhost")
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not get ready")
