"""Asks one page again and again for some seconds; prints `{"requests", "seconds", "bad"}`. A process of its own.

python tests/bench/client.py PORT HOST PATH SESSION SECONDS THREADS
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time


def _ask(port: int, path: str, headers: dict[str, str], until: float, answers: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)  # connects again when the server closed
    while time.monotonic() < until:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        answers.append(answer.status)
    connection.close()


def main(port: str, host: str, path: str, session: str, seconds: str, threads: str) -> None:
    headers = {"Host": host, "Cookie": f"lianxin_session={session}"}
    answers: list[int] = []
    began = time.monotonic()
    until = began + float(seconds)
    askers = [
        threading.Thread(target=_ask, args=(int(port), path, headers, until, answers)) for _ in range(int(threads))
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    passed = time.monotonic() - began
    bad = sum(status != 200 for status in answers)
    print(json.dumps({"requests": len(answers), "seconds": passed, "bad": bad}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
