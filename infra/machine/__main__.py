"""The commands behind the Makefile."""

from __future__ import annotations

import argparse
import shutil
import sys

from .console import CannotGoOn, say, step
from .paths import LOCAL, VENV


def main() -> int:
    """Run one command; 0 when it did what it says, 1 with one sentence when it could not."""
    parser = argparse.ArgumentParser(prog="python3 -m infra.machine", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="install what is missing").add_argument("--tests", action="store_true")
    commands.add_parser("demo", help="set up, start, watch").add_argument("--port", type=int, default=8000)
    commands.add_parser("stop", help="stop everything that was started")
    commands.add_parser("clean", help="stop, then remove everything that was made")
    commands.add_parser("with-servers", help="run a command with servers of its own").add_argument(
        "argv", nargs=argparse.REMAINDER
    )
    chosen = parser.parse_args()
    try:
        return _run(chosen)
    except CannotGoOn as error:
        say(str(error))
    except PermissionError as error:
        say(
            f"没有权限：{error.filename}。这个克隆可能由别的用户建立过，请用那个用户执行 make clean。\n"
            f"No permission on {error.filename}: another user may have set up this clone; run `make clean` as that user."
        )
    except KeyboardInterrupt:
        say("\n已中断。Interrupted.")
        return 130
    return 1


def _run(chosen: argparse.Namespace) -> int:
    from . import demo, setup, testing

    if chosen.command == "setup":
        setup.set_up(("base", "test") if chosen.tests else ("base",))
        return 0
    if chosen.command == "demo":
        return demo.demo(chosen.port)
    if chosen.command == "stop":
        return demo.stop()
    if chosen.command == "with-servers":
        return testing.with_servers([word for word in chosen.argv if word != "--"])
    return clean()


def clean() -> int:
    """Stop everything, then remove `.local`, `.venv` and the servers' data; the clone is as it came."""
    from . import demo, places

    if LOCAL.exists():
        demo.stop()
        with step("清除 remove .local .venv"):
            places.remove_data()
            shutil.rmtree(LOCAL)
    shutil.rmtree(VENV, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(main())
