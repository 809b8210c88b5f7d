"""`make bench`: ratios side by side in one run, as a table on stdout and `.local/bench.json`.

Each bench is a module of this folder with `run() -> list[Figure]`; ours and the peer alternate on the same
server, so that a machine whose speed drifts does not favour either. `python -m tests.bench pages` runs one.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from importlib import import_module

from tests.bench.figure import HEAD
from tests.bench.place import ROOT

BENCHES = ("provisioning", "migrations", "pages", "memory")


def main(chosen: list[str]) -> int:
    """Measure; 0 also where a goal is missed, for a shared machine's speed is no verdict on the code."""
    if unknown := set(chosen) - set(BENCHES):
        print(f"no such bench: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}", file=sys.stderr)  # noqa: T201
        return 2
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n{HEAD}", flush=True)  # noqa: T201
    figures = []
    for name in chosen or BENCHES:
        for figure in import_module(f"tests.bench.{name}").run():
            figures.append(figure)
            print(figure.line(), flush=True)  # noqa: T201
    local = ROOT / ".local"
    local.mkdir(exist_ok=True)
    (local / "bench.json").write_text(json.dumps([one.plain() for one in figures], ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is stopped and dropped
    sys.exit(main(sys.argv[1:]))
