"""`lianxin committee …`"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click
from django.conf import settings

from accounts import invitations
from accounts.roles import Assignment, Role
from core import audit, clock, tenancy
from core.errors import DomainError
from registry import archiving, migration, moving, provisioning, queries, runs
from registry.models import Level, State


def refusing(command: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal ends with exit code 2 and, on stderr, the errors as JSON."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except DomainError as refusal:
            error = {"file": None, "line": None, "key": next(iter(refusal.fields), None), "code": refusal.code}
            error |= {"message": refusal.message, "remedy": getattr(refusal, "remedy", refusal.message)}
            click.echo(json.dumps({"ok": False, "errors": [error]}, ensure_ascii=False), err=True)
            sys.exit(2)

    return run


def _say(value: dict[str, Any], *, as_json: bool, sentence: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else sentence)


def _plain(entry: Any) -> dict[str, Any]:
    fields = ("code", "name", "slug", "level", "parent", "state")
    return {name: getattr(entry, name) for name in fields}


@click.command()
@click.option("--code", required=True)
@click.option("--name", required=True)
@click.option("--slug", required=True)
@click.option("--parent", default=None)
@click.option("--level", default=None, type=click.Choice(Level.values), help="不写则按上级推定")
@click.option("--template", default=None, help="policy_templates 下的目录名")
@click.option("--json", "as_json", is_flag=True)
@refusing
def create(
    code: str, name: str, slug: str, parent: str | None, level: str | None, template: str | None, as_json: bool
) -> None:
    """开通一个委员会：建角色、建库、授权、采用办法。"""
    entry = provisioning.create_committee(
        code=code, name=name, slug=slug, level=level or _level_below(parent), parent=parent, template=template
    )
    _say({"ok": True, "committee": _plain(entry)}, as_json=as_json, sentence=f"{entry.name} 已开通")


def _level_below(parent: str | None) -> str:
    above = next((one for one in queries.everyone() if one.code == parent), None)
    below = {"national": Level.PROVINCE, "province": Level.CITY, "city": Level.COUNTY}
    return below.get(above.level, Level.COUNTY) if above else Level.PROVINCE


@click.command(name="list")
@click.option("--json", "as_json", is_flag=True)
@refusing
def list_(as_json: bool) -> None:
    """列出全部委员会。"""
    found = queries.everyone()
    if as_json:
        click.echo(json.dumps({"committees": [_plain(one) for one in found]}, ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one.code:8} {one.slug:14} {State(one.state).label:6} {one.name}")


def _state_command(name: str, state: State, words: str, help_text: str) -> click.Command:
    @click.command(name=name, help=help_text)
    @click.argument("code")
    @click.option("--json", "as_json", is_flag=True)
    @refusing
    def command(code: str, as_json: bool) -> None:
        provisioning.set_state(code=code, state=state)
        _say({"ok": True, "code": code, "state": state}, as_json=as_json, sentence=f"{code} {words}")

    return command


suspend = _state_command("suspend", State.SUSPENDED, "已暂停；一秒内各进程生效", "暂停一个委员会。")
resume = _state_command("resume", State.ACTIVE, "已恢复使用", "恢复一个委员会。")


@click.command()
@click.argument("code")
@click.option(
    "--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="数据保存到哪一天（含），例如 2032-12-31"
)
@click.option("--why", default="", help="依据或原因，记入操作记录")
@click.option("--json", "as_json", is_flag=True)
@refusing
def archive(code: str, until: datetime, why: str, as_json: bool) -> None:
    """归档一个委员会：不再能进入，数据保存到指定日期，之后才可以删除。"""
    archiving.archive(code=code, until=until.date(), today=clock.today(), why=why)
    value = {"ok": True, "code": code, "state": State.ARCHIVED, "kept_until": f"{until:%Y-%m-%d}"}
    _say(value, as_json=as_json, sentence=f"{code} 已归档，数据保存到 {until:%Y-%m-%d}")


@click.command()
@click.argument("code")
@click.option("--by", required=True, help="由谁决定删除：姓名或机构，写进证明")
@click.option("--certificate", default=None, type=click.Path(path_type=Path), help="证明写到哪个新文件")
@click.option("--json", "as_json", is_flag=True, help="把证明也写到标准输出")
@refusing
def delete(code: str, by: str, certificate: Path | None, as_json: bool) -> None:
    """彻底删除一个已归档且过了保存日期的委员会，并出具删除证明。删除后不能恢复。"""
    path = certificate or Path(f"deletion-{code}.json")
    proof = archiving.delete(code=code, today=clock.today(), by=by, certificate=path)
    sentence = f"{proof['committee']['name']}已删除，证明在 {path}，sha256 {proof['sha256']}"
    _say(proof, as_json=as_json, sentence=sentence)


@refusing
def migrate(*, canary: str | None, wave: int, workers: int, keep_going: bool, as_json: bool) -> None:
    """`lianxin migrate`: a line per committee while it runs; failures end with exit code 2."""

    def tell(progress: migration.Progress) -> None:
        click.echo(json.dumps(progress.plain(), ensure_ascii=False) if as_json else progress.line)

    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(143)
    )  # what is under way is finished and the run noted as stopped
    outcome = migration.migrate(report=tell, canary=canary, wave=wave, workers=workers, keep_going=keep_going)
    if outcome.failed:
        raise migration.MigrationFailed(outcome)
    end = {"event": "end", "ok": True, "changed": outcome.changed, "seconds": round(outcome.seconds, 3)}
    end |= {"longest": round(outcome.longest, 3)} if outcome.changed else {}
    _say(
        end, as_json=as_json, sentence=f"升级了 {outcome.changed} 个委员会" if outcome.changed else "各委员会均已是最新"
    )


@refusing
def migration_status(*, as_json: bool) -> None:
    """`lianxin migrate --status`: the last run, what is left, who was left out and why."""
    found = runs.status()
    sentences = [f"最近一次：{found.label}"]
    if found.started_at:
        sentences[0] += (
            f"，{found.changed}/{found.total} 个已升级，{found.failed} 个没有升级，用了 {found.seconds:.1f} 秒"
        )
        sentences[0] += f"，约余 {found.left:.0f} 秒" if found.left is not None else ""
        sentences.append(f"最后：{found.note}；单个委员会最长一次事务 {found.longest * 1000:.0f} 毫秒")
    sentences += [f"{one.code} 正分批改数据：{one.migration} 已改 {one.rows} 行" for one in found.walks]
    sentences += [f"{code} {name}：{error}" for code, name, error in found.problems]
    sentences.append(f"还有 {found.behind} 个委员会待升级" if found.behind else "各委员会均已是最新")
    _say({"event": "status"} | found.plain(), as_json=as_json, sentence="\n".join(sentences))


@click.command()
@click.option("--code", required=True)
@click.option("--name", required=True, help="姓名")
@click.option("--username", required=True, help="账号或手机号，本人打开链接时可以改")
@click.option("--role", default="office", show_default=True, type=click.Choice(sorted(Role.by_name)))
@click.option("--json", "as_json", is_flag=True)
@refusing
def invite(code: str, name: str, username: str, role: str, as_json: bool) -> None:
    """邀请一个委员会的第一位办公室人员：给出只能用一次、七天内有效的链接。"""
    with tenancy.inside(code) as committee:
        link = invitations.invite(display_name=name, username=username, roles=[Assignment(role)], by=audit.SYSTEM)
    address = f"//{committee.slug}.{settings.BASE_DOMAIN}{link.path}"
    said = (
        f"请只发给{name}本人：{'http' if settings.DEV else 'https'}:{address}，{link.expires_at:%Y-%m-%d %H:%M} 前有效"
    )
    _say({"ok": True, "path": link.path, "slug": committee.slug}, as_json=as_json, sentence=said)


@click.command()
@click.argument("code")
@click.option("--parent", default=None, help="新上级的代码；不写则不再有上级")
@click.option("--on", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="从哪一天起，不晚于今天")
@click.option("--why", default="", help="依据或原因，记入操作记录")
@click.option("--json", "as_json", is_flag=True)
@refusing
def move(code: str, parent: str | None, day: datetime, why: str, as_json: bool) -> None:
    """一个委员会改归另一个上级。以前各期的报表仍报原来的上级，以后的报新上级。"""
    moving.move(code=code, parent=parent, on=day.date(), today=clock.today(), why=why)
    value = {"ok": True, "code": code, "parent": parent, "on": f"{day:%Y-%m-%d}"}
    _say(value, as_json=as_json, sentence=f"{code} 自 {day:%Y-%m-%d} 起归 {parent or '（无上级）'}")


COMMANDS = [invite, create, list_, move, suspend, resume, archive, delete]
