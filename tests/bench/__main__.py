"""`make bench`: ratios side by side in one run, as a table on stdout and `.local/bench.json`.

Each bench is a module of this folder with `run() -> list[Figure]`; ours and the peer alternate within one
process on the same database, so that a machine whose speed drifts does not favour either.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

LOCAL = Path(__file__).resolve().parent.parent.parent / ".local"
BENCHES = ("tests.bench.provisioning",)


def main() -> None:
    figures = [figure for name in BENCHES for figure in import_module(name).run()]
    LOCAL.mkdir(exist_ok=True)
    (LOCAL / "bench.json").write_text(json.dumps([figure.plain() for figure in figures], ensure_ascii=False, indent=1))
    print(f"{'name':44} {'ours':>10} {'peer':>10} {'ratio':>7} {'goal':>6}  unit, runs")  # noqa: T201
    for one in figures:
        row = (
            f"{one.name:44} {one.ours:10.4f} {one.peer:10.4f} {one.ratio:7.2f} {one.goal:6.1f}  {one.unit}, {one.runs}"
        )
        print(row)  # noqa: T201
    sys.exit(0)


if __name__ == "__main__":
    main()
