"""Composes `lianxin`. Commands that need no database load no settings."""

from __future__ import annotations

import os
from typing import Any

import click

from exchange.commands import verify
from policy_engine.commands import policy


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()


class WithDjango(click.Group):
    """A group whose commands stand on Django."""

    def __init__(self, name: str, module: str, help: str) -> None:
        super().__init__(name=name, help=help)
        self._module = module

    def _load(self) -> None:
        if not self.commands:
            _django()
            from importlib import import_module

            for command in import_module(self._module).COMMANDS:
                self.add_command(command)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._load()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        self._load()
        return super().get_command(ctx, name)


class Lianxin(click.Group):
    """A connection that could mix committees ends any command with its sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            from core.db.postgres.pooler import PoolerRefused  # here: `policy` runs without Django

            if isinstance(error, PoolerRefused):
                raise SystemExit(str(error)) from None
            raise


@click.group(cls=Lianxin, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """连心桥: committees, their policies, their figures."""


main.add_command(policy)
main.add_command(WithDjango("committee", "registry.commands", "开通、查看、暂停、归档、删除委员会"))
main.add_command(WithDjango("demo", "demo.commands", "演示故事"))


@main.group(name="return")
def return_() -> None:
    """核对报表文件，管理签名密钥。"""


return_.add_command(verify)


@return_.command()
@click.option("--json", "as_json", is_flag=True)
def keys(as_json: bool) -> None:
    """列出各委员会的签名公钥：离线核对时用 --keys 给出的清单。"""
    _django()
    from exchange.online import print_keys

    print_keys(as_json=as_json)


@return_.command(name="change-key")
@click.argument("code")
def change_key(code: str) -> None:
    """给一个委员会换新的签名密钥；以前签的仍然有效。"""
    _django()
    from core import audit, clock, tenancy
    from exchange.signing import fingerprint
    from tenants.reports.actions import change_key as run

    with tenancy.inside(code):
        key = run(at=clock.now(), by=audit.SYSTEM)
    click.echo(f"{code} 已换新的签名密钥，公钥指纹 {fingerprint(key.public_key)}")


@return_.command()
def reseal() -> None:
    """换过部署密钥以后，把各委员会的签名私钥改用最新的一把封存。可重复运行。"""
    _django()
    from core import audit, tenancy
    from registry.queries import everyone
    from tenants.reports.actions import reseal_keys

    done = 0
    for one in everyone():
        if one.state == "active":
            with tenancy.inside(one.code):
                done += reseal_keys(by=audit.SYSTEM)
        else:
            click.echo(f"注意：{one.name}不在使用中，没有处理；恢复使用后再运行一次。", err=True)
    click.echo(f"重新封存了 {done} 把签名密钥")


@main.group()
def db() -> None:
    """数据库的准备。"""


@db.command()
@click.option(
    "--admin-url",
    required=True,
    envvar="LIANXIN_ADMIN_URL",  # so that the password need not stand in the process list
    help="管理员连接，例如 postgresql://postgres@127.0.0.1/postgres；也可用 LIANXIN_ADMIN_URL",
)
def bootstrap(admin_url: str) -> None:
    """建数据库与各数据库角色，可重复运行。密码取自 LX_OWNER_PASSWORD、LX_APP_PASSWORD。"""
    from core.bootstrap import Names
    from core.bootstrap import bootstrap as run

    database = os.environ.get("LX_DATABASE", "lianxin")
    prefix = os.environ.get("LX_ROLE_PREFIX", "lx")
    names = Names(database, *(f"{prefix}_{who}" for who in ("owner", "app", "operator", "committee")))
    passwords = {f"{who}_password": os.environ.get(f"LX_{who.upper()}_PASSWORD", "") for who in ("owner", "app")}
    for warning in run(admin_url=admin_url, names=names, **passwords):
        click.echo(f"注意：{warning}", err=True)
    click.echo(f"数据库 {database} 已就绪")


@main.command()
@click.option("--canary", default=None, metavar="代码", help="先升级这一个；它失败就不再往下做。不写则取最小的一个")
@click.option(
    "--wave", default=100, show_default=True, type=click.IntRange(1, 200), help="每个连接连续做多少个再换新连接"
)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 8), help="同时用几个连接")
@click.option("--keep-going", is_flag=True, help="某一个失败时继续做其余的")
@click.option("--status", is_flag=True, help="只看最近一次升级到哪里、还剩多少，不做任何改动")
@click.option("--json", "as_json", is_flag=True, help="每行一个 JSON 对象")
def migrate(canary: str | None, wave: int, workers: int, keep_going: bool, status: bool, as_json: bool) -> None:
    """把公共库、模板库和各委员会的库升级到本版本。中断或失败后再运行一次即接着做。"""
    _django()
    from registry import commands

    if status:
        return commands.migration_status(as_json=as_json)  # type: ignore[no-any-return]
    commands.migrate(canary=canary, wave=wave, workers=workers, keep_going=keep_going, as_json=as_json)


@main.command()
def static() -> None:
    """收集静态文件。"""
    _django()
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


@main.command()
@click.option("--json", "as_json", is_flag=True)
def routes(as_json: bool) -> None:
    """列出每个网址及其权限。"""
    _django()
    from config.routes import print_routes

    print_routes(as_json=as_json)


@main.command()
@click.option("--json", "as_json", is_flag=True)
def doctor(as_json: bool) -> None:
    """检查运行条件，说明这台服务器不能提供什么。"""
    _django()
    from registry.doctor import print_report

    raise SystemExit(print_report(as_json=as_json))


if __name__ == "__main__":
    main()
