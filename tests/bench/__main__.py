"""`make bench`: ratios side by side in one run, as a table on stdout and `.local/bench.json`.

Each bench is a module of this folder with `run() -> list[Figure]`; ours and the peer alternate on the same
server, so that a machine whose speed drifts does not favour either. `python -m tests.bench pages` runs one;
`python -m tests.bench many --committees 3200`, which takes long, runs only when named.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from importlib import import_module

from tests.bench.figure import HEAD
from tests.bench.place import ROOT

BENCHES = ("provisioning", "migrations", "pages", "memory", "policy", "standing", "documents", "rollup", "closing")
LONG = ("many",)


def main(words: list[str]) -> int:
    """Measure; 0 also where a goal is missed, for a shared machine's speed is no verdict on the code."""
    parser = argparse.ArgumentParser(prog="tests.bench")
    parser.add_argument("chosen", nargs="*", choices=[*BENCHES, *LONG, []], metavar=f"{{{','.join(BENCHES + LONG)}}}")
    parser.add_argument("--committees", type=int, help="how many are present, for `many`")
    given = parser.parse_args(words)
    chosen, options = given.chosen, {"committees": given.committees} if given.committees else {}
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n{HEAD}", flush=True)  # noqa: T201
    figures = []
    for name in chosen or BENCHES:
        for figure in import_module(f"tests.bench.{name}").run(**(options if name in LONG else {})):
            figures.append(figure)
            print(figure.line(), flush=True)  # noqa: T201
    local = ROOT / ".local"
    local.mkdir(exist_ok=True)
    (local / "bench.json").write_text(json.dumps([one.plain() for one in figures], ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is stopped and dropped
    sys.exit(main(sys.argv[1:]))
