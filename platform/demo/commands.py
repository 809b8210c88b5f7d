"""`lianxin demo …`"""

from __future__ import annotations

import json
import time

import click

from core import loaded
from demo import signins, story
from registry.commands import refusing


@click.command()
@click.option("--scale", type=click.Choice(["full", "small"]), default="full", help="small：六个委员会，人数约五分之一")
@click.option("--json", "as_json", is_flag=True)
@refusing
def load(scale: str, as_json: bool) -> None:
    """载入演示故事（人物均为虚构）；已载入的不再重复。"""
    began = time.monotonic()
    loaded.stays()  # of the millions of objects it makes none goes in a circle
    told = story.load(scale=scale, report=lambda line: click.echo(line, err=as_json))
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        answer = {
            "ok": True,
            "created": told.created,
            "acts": told.acts,
            "seconds": seconds,
            "accounts": str(signins.path()),
        }
        click.echo(json.dumps(answer, ensure_ascii=False))
    elif told.acts:
        click.echo(f"演示故事已载入，共 {seconds} s；登录账号见 {signins.path()}")
    else:
        click.echo(f"演示故事已在，未作改动（{seconds} s）；登录账号见 {signins.path()}")


COMMANDS = [load]
