"""履职档案: who a member is, every duty with its state and clause, and the records, as a document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from core import tenancy
from tenants.assessment import queries as assessment
from tenants.members.models import Member
from tenants.members.queries import history_of
from tenants.policy.queries import parent_policy_on
from tenants.reports.queries.documents.shape import Block, Document, Heading, Paragraph, facts, table

NUMBERS = "一二三四五六七八九十"
LONGEST = 60  # characters of a record's title in its row


def duty_file(member: Member, as_of: dt.date) -> Document:
    """One member's year up to `as_of`. Raises NoPolicy."""
    standing, policy = assessment.standing_of(member, as_of)
    lines = assessment.explained(standing, policy, parent_policy_on(as_of))
    parts = [
        ("履职情况", list(_duties(standing, lines, as_of))),
        ("履职记录", list(_records(lines, as_of))),
    ]
    blocks: list[Block] = [facts(_who(member, as_of))]
    for number, (title, found) in zip(NUMBERS, parts, strict=False):
        blocks += [Heading(f"{number}、{title}"), *found]
    return Document(
        title=f"{as_of.year} 年度委员履职档案",
        name=f"履职档案（{member.name}，{as_of.year}）",
        blocks=tuple(blocks),
        note=f"{tenancy.current().name} · 依据《{policy.header.get('title') or policy.document}》（{policy.document}） · 截至 {_day(as_of)}的记录",
    )


def _who(member: Member, as_of: dt.date) -> list[tuple[str, str]]:
    history = history_of(member)
    held = {key: "、".join(dict.fromkeys(one.label for one in spans if one.since <= as_of and (one.until is None or one.until > as_of))) for key, spans in history.items()}  # fmt: skip
    convened = "、".join(f"{one.label}{one.note}" for one in history["convened"] if one.since <= as_of and (one.until is None or one.until > as_of))  # fmt: skip
    pairs = [
        ("姓名", member.name), ("委员编号", member.number), ("界别", member.sector.name), ("职务", held["posts"] or "委员"),
        ("专委会", held["seats"] or "没有参加"), ("任职日期", _day(member.joined_on)),
        ("工作单位", member.work_unit), ("单位职务", member.unit_post),
    ]  # fmt: skip
    return [*pairs, *([("召集界别", convened)] if convened else [])]


def _duties(standing: assessment.Standing, lines: Sequence[assessment.Explained], as_of: dt.date) -> Iterator[Block]:
    judged = [line for line in standing.lines if line.state in ("met", "outstanding", "exceeded", "waived")]
    if not lines:
        yield Paragraph("施行中的办法没有对委员提出要求。")
        return
    if judged:
        open_ones = [line.duty.title for line in judged if line.is_open]
        rest = f"尚未做到 {len(open_ones)} 项：{'、'.join(open_ones)}。" if open_ones else "各项要求均已做到。"
        yield Paragraph(f"截至 {_day(as_of)}，有数量要求的共 {len(judged)} 项，{rest}")
    else:
        yield Paragraph(f"截至 {_day(as_of)}。办法没有定数量，各项只计数，不判断。")
    yield table(
        ("要求", "规定", "计入", "情况", "依据"),
        (26, 26, 9, 17, 22),
        [
            (
                one.line.duty.title,
                one.rule.rule,
                "—" if one.line.state == "not_applicable" else one.line.counted,
                assessment.said(one.line),
                "、".join(ref for ref, _ in one.rule.references),
            )
            for one in lines
        ],
    )


def _records(lines: Sequence[assessment.Explained], as_of: dt.date) -> Iterator[Block]:
    duties: dict[str, list[str]] = {}
    found = {}
    for one in lines:
        for record in one.records:
            found[record.id] = record
            duties.setdefault(record.id, []).append(one.line.duty.title)
    if not found:
        yield Paragraph("还没有计入的记录。")
        return
    rows = sorted(found.values(), key=lambda record: (record.on, record.id))
    yield table(
        ("日期", "类别", "内容", "计入哪项"),
        (17.5, 20, 37.5, 25),
        [(f"{row.on:%Y-%m-%d}", row.kind, _content(row), "、".join(duties[row.id])) for row in rows],
    )


def _content(row: assessment.Source) -> str:
    text = row.detail or row.title
    return f"{text[:LONGEST]}…" if len(text) > LONGEST else text or "—"


def _day(day: dt.date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
