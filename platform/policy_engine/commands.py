"""`lianxin policy …`: the engine at the command line. Needs no database and no settings."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click

from policy_engine import schema
from policy_engine.agenda import calendar
from policy_engine.check import check
from policy_engine.compare import compare
from policy_engine.coverage import coverage
from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.evaluate import evaluate, verdicts_json
from policy_engine.explain import explain
from policy_engine.facts import normalised
from policy_engine.load import find_template, load_template
from policy_engine.measures import measures, measures_json
from policy_engine.model import Policy, Template
from policy_engine.overlay import Overlay, load_overlay
from policy_engine.quick import is_day
from policy_engine.reader import listed, read, read_facts
from policy_engine.resolve import resolve
from policy_engine.settle import Choice, cascade
from policy_engine.settled import rebased, refuse_files, write_settled
from policy_engine.succession import together
from policy_engine.telling import compared, covered, dated, explained, judged
from policy_engine.vocabulary import TEMPLATES, words_with

Answer = dict[str, Any]
JSON = click.option(
    "--json", "as_json", is_flag=True, help="以 JSON 输出；有错误时不论写不写，都把 JSON 写到标准错误，退出码 2"
)
WITH = click.option(
    "--with", "others", multiple=True, metavar="NAME|DIR", help="同时或先后有效的另一份文件，可以有几份"
)
OVERLAYS = click.option("--overlay", "overlays", multiple=True, type=click.Path(), help="下级的调整，可以有几份")


class Group(click.Group):
    """A group whose refusals of a misspelt command or option read like every other refusal."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else ctx.command_path
            _refuse(
                TemplateErrors(
                    [TemplateError(command, 0, "", "bad_command", error.format_message(), f"看 {command} --help")]
                )
            )


def _refuse(errors: TemplateErrors) -> NoReturn:
    click.echo(json.dumps(errors.to_json(), ensure_ascii=False, indent=2), err=True)
    sys.exit(2)


@click.group(name="policy", cls=Group, help="检查、解释和试算政策模板")
def policy() -> None:
    pass


class Told(dict[str, Any]):
    """An answer that knows how it is said: what the words need besides is at hand where it was made."""

    def __init__(self, answer: Answer, words: Callable[[], str]) -> None:
        super().__init__(answer)
        self.words = words


def command(
    name: str, words: Callable[[Any], str] = lambda told: str(told.words())
) -> Callable[[Callable[..., Answer]], Callable[..., None]]:
    """A subcommand whose function returns an answer: printed as JSON or in words; faults go to stderr with exit code 2."""

    def decorate(function: Callable[..., Answer]) -> Callable[..., None]:
        @wraps(function)
        def run(*, as_json: bool, **arguments: Any) -> None:
            try:
                answer = function(**arguments)
            except TemplateErrors as errors:
                _refuse(errors)
            click.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else words(answer))

        return policy.command(name=name, help=function.__doc__)(JSON(run))

    return decorate


def _said(value: Any) -> str:
    """A value as the YAML files write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _sound(answer: Answer) -> str:
    return f"{answer['template']}:没有错误"


def _elements(answer: Answer) -> str:
    lines = [f"{answer['policy']['id']}  {answer['policy']['digest'][:12]}"]
    for element in answer["elements"]:
        for key, entry in element["values"].items():
            source = entry["provenance"][-1]
            lines.append(
                f"{element['id']}.{key} = {_said(entry['value'])}  ← {source['document']} {source['clause'] or ''} {source['reason'] or ''}".rstrip()
            )
    return "\n".join(lines)


@command("check", _sound)
@click.argument("directories", metavar="DIR...", nargs=-1, required=True)
def check_command(*, directories: tuple[str, ...]) -> Answer:
    """检查模板文件夹，并跑它们的算例。"""
    folders = [find_template(directory) for directory in directories]
    errors = [
        error if len(folders) == 1 else replace(error, file=f"{folder.name}/{error.file}")
        for folder in folders
        for error in check(folder)
    ]
    if errors:
        raise TemplateErrors(errors)
    return {"ok": True, "errors": [], "template": "、".join(folder.name for folder in folders)}


@command("coverage")
@click.argument("names", metavar="[NAME|DIR]...", nargs=-1)
def coverage_command(*, names: tuple[str, ...]) -> Answer:
    """每一条款由什么承载：可执行、宣示性或待建。不写名字就是随软件提供的全部模板。"""
    folders = [find_template(name) for name in names] or sorted(file.parent for file in TEMPLATES.glob("*/policy.yaml"))
    templates = [load_template(folder) for folder in folders]
    answer = coverage(zip(templates, folders, strict=True))
    return Told(answer, lambda: covered(answer, templates))


@command("compare")
@click.argument("names", metavar="A B...", nargs=-1, required=True)
@OVERLAYS
def compare_command(*, names: tuple[str, ...], overlays: tuple[str, ...]) -> Answer:
    """并排比较两份或更多份模板：先是各地都可能写到的参数，再逐项；只写一份并给出调整，就比较调整前后。"""
    if len(names) < 2 and not overlays:
        raise click.UsageError("要写两份或更多份模板的名字；只写一份的，用 --overlay 给出调整")
    templates = _side_by_side([load_template(find_template(name)) for name in names], overlays)
    answer = compare(*templates)
    return Told(answer, lambda: compared(answer, templates))


def _side_by_side(templates: list[Template], paths: tuple[str, ...]) -> list[Template]:
    """Each with the overlays that are based on it; one alone beside itself as it was before them."""
    overlays = [load_overlay(Path(path)) for path in paths]
    chains: dict[str, list[Overlay]] = {one.id: [] for one in templates}
    if len(templates) == 1:
        return [templates[0], resolve(templates[0], overlays)]
    for overlay in overlays:
        chain = next((one for name, one in chains.items() if overlay.base in (name, *(of.id for of in one))), None)
        if chain is None:
            remedy = f"base 写{listed(chains)}之一，或前一份调整的 id"
            raise TemplateErrors(
                [TemplateError(overlay.file, 0, "base", "wrong_base", f"没有在比较“{overlay.base}”", remedy)]
            )
        chain.append(overlay)
    return [resolve(one, chains[one.id]) if chains[one.id] else one for one in templates]


@command("calendar", dated)
@click.argument("name", metavar="NAME|DIR")
@click.option("--year", required=True, type=click.IntRange(1900, 2999), help="哪一年，如 2022")
@click.option("--facts", default=None, type=click.Path(), help="事实文件；会议的日期取自其中的 events")
@WITH
@OVERLAYS
def calendar_command(
    *, name: str, year: int, facts: str | None, others: tuple[str, ...], overlays: tuple[str, ...]
) -> Answer:
    """一年里什么事、多久一次、几时以前做完。"""
    resolved = _resolved(name, others, overlays)
    events = normalised(read_facts(Path(facts)), resolved).events if facts else ()
    return calendar(resolved, year, events)


@command("explain")
@click.argument("name", metavar="NAME|DIR")
@click.argument("duty")
@WITH
@OVERLAYS
def explain_command(*, name: str, duty: str, others: tuple[str, ...], overlays: tuple[str, ...]) -> Answer:
    """一项职责（或 indicator.<编号> 一个指标）为什么是这样：规则、条款、数值的来历。"""
    resolved = _resolved(name, others, overlays)
    answer = explain(resolved, duty)
    return Told(answer, lambda: explained(answer, resolved))


@command("schema", lambda answer: json.dumps(answer, ensure_ascii=False, indent=2))
@click.argument("name", type=click.Choice(["facts", "template", "overlay", "choices", "verdicts"]))
def schema_command(*, name: str) -> Answer:
    """数据格式（JSON Schema）。"""
    return schema.published(name)


@command("resolve", _elements)
@click.argument("name", metavar="NAME|DIR")
@WITH
@OVERLAYS
@click.option("--on", "on", default=None, help="哪一天有效，如 2022-03-01；不写就是最新")
def resolve_command(*, name: str, others: tuple[str, ...], overlays: tuple[str, ...], on: str | None) -> Answer:
    """叠加下级的调整，每个值都写明来历。"""
    resolved = _resolved(name, others, overlays, _day("--on", on) if on else None)
    return {
        "policy": {"id": resolved.id, "digest": resolved.digest, "layers": list(resolved.layers)},
        "elements": resolved.elements_json(),
    }


@command("evaluate")
@click.argument("name", metavar="NAME|DIR")
@click.option("--facts", required=True, type=click.Path(), help="事实文件（JSON 或 YAML）")
@click.option("--as-of", required=True, help="统计日，如 2021-11-30")
@click.option("--all", "every", is_flag=True, help="不适用的也列出来（--json 总是全部）")
@WITH
@OVERLAYS
def evaluate_command(
    *, name: str, facts: str, as_of: str, every: bool, others: tuple[str, ...], overlays: tuple[str, ...]
) -> Answer:
    """按事实逐人逐项评判。"""
    resolved, day = _resolved(name, others, overlays), _day("--as-of", as_of)
    sheet = read_facts(Path(facts))
    verdicts = evaluate(resolved, sheet, day)
    return Told(verdicts_json(resolved, verdicts), lambda: judged(resolved, verdicts, sheet.data, day, every=every))


@command("indicators", lambda answer: "\n".join(map(_measured, answer["indicators"])) or "没有自己的指标")
@click.argument("name", metavar="NAME|DIR")
@click.option("--facts", required=True, type=click.Path(), help="事实文件（JSON 或 YAML）")
@click.option("--as-of", required=True, help="统计日，如 2021-11-30")
@WITH
@OVERLAYS
def indicators_command(
    *, name: str, facts: str, as_of: str, others: tuple[str, ...], overlays: tuple[str, ...]
) -> Answer:
    """文件自己的指标：分子、分母、得数；不适用的写明原因。"""
    resolved = _resolved(name, others, overlays)
    return measures_json(resolved, measures(resolved, read_facts(Path(facts)), _day("--as-of", as_of)))


def _measured(one: Answer) -> str:
    sum_of = "" if one["denominator"] is None else f"（{one['numerator']}/{one['denominator']}）"
    unit = "%" if one["kind"] == "attainment" else ""
    told = one["reason"] or f"{one['rate']}{unit}{sum_of}"
    return f"{one['id']}\t{one['title']}\t{one['period']['key']}\t{told}"


@command("rebase")
@click.argument("overlays", metavar="OVERLAY...", nargs=-1, required=True, type=click.Path())
@click.option("--old", "old", required=True, metavar="NAME|DIR", help="上级文件原来的版本")
@click.option("--new", "new", required=True, metavar="NAME|DIR", help="上级文件新的版本")
@click.option(
    "--choices",
    "choices",
    default=None,
    type=click.Path(),
    help="逐项的决定（YAML）：{调整的 id: {path: ours|theirs|…}}",
)
@click.option("--out", "outs", multiple=True, metavar="FILE", help="都决定了，把新的调整写进这个文件；几级就写几次")
@click.option("--force", is_flag=True, help="文件已经有了也覆盖")
def rebase_command(
    *, overlays: tuple[str, ...], old: str, new: str, choices: str | None, outs: tuple[str, ...], force: bool
) -> Answer:
    """上级文件换了新版，下级的调整逐项怎么办；几级调整按从上级到下级的次序给出。"""
    chain = [load_overlay(Path(overlay)) for overlay in overlays]
    chosen = _choices(Path(choices), {overlay.id for overlay in chain}) if choices else {}
    refuse_files(outs, len(chain), force=force)
    found = cascade(chain, load_template(find_template(old)), load_template(find_template(new)), chosen)
    written = write_settled(found, outs)
    return Told(found.to_json(), lambda: rebased(found, written))


def _choices(path: Path, known: set[str]) -> dict[str, dict[str, Choice]]:
    document = read(path)
    faults = schema.faults(document, schema.by_name(schema.CHOICES), words_with({}))
    found: dict[str, dict[str, Choice]] = document.data or {}
    faults = faults or [
        document.fault((name,), "unknown_id", f"没有“{name}”这份调整", f"可用的:{listed(sorted(known))}")
        for name in found
        if name not in known
    ]
    if faults:
        raise TemplateErrors(faults)
    return found


def _resolved(name: str, others: tuple[str, ...], overlays: tuple[str, ...], on: date | None = None) -> Policy:
    template = together([load_template(find_template(one)) for one in (name, *others)])
    return resolve(template, [load_overlay(Path(overlay)) for overlay in overlays], on)


def _day(option: str, text: str) -> date:
    if is_day(text):
        return date.fromisoformat(text)
    raise TemplateErrors(
        [TemplateError("lianxin policy", 0, option, "bad_date", f"“{text}”不是存在的日期", "写成 2021-12-25 的样子")]
    )


if __name__ == "__main__":
    policy()
