"""What to write instead, shown rather than named: a line an author can copy, by the key it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policy_engine.reader import Way

LINES: Mapping[str, str] = {
    "counts": "counts: {kinds: [visit]}",
    "out_of": "out_of: {kinds: [meeting], by: all}",
    "without": "without: {kinds: [visit]}",
    "at_least": "at_least: {people: 20}",
    "amounts": "amounts: {hours: 8}",
    "subject": "subject: {type: member, posts: [standing_member]}",
    "population": "population: {type: member, of: subject}",
    "values": "values: [{min: 2}]",
    "parts": "parts: [{id: study, title: 学习, counts: {kinds: [training]}}]",
    "groups": "groups: [{id: work, lines: [proposals], cap: 25}]",
    "grades": "grades: [{id: good, title: 优秀, from: 85}]",
    "veto": "veto: [{duty: contacts, grade: poor}]",
    "due": "due: {month_day: 11-30}",
    "within": "within: {working_days: 15}",
    "turns": "turns: {starts: 2022-01-03}",
    "direction": "direction: {min: only_strengthen}",
    "clauses": "clauses: [X-1]",
    "local": "local: {kinds: {doorstep_visit: {title: 上门走访, is_a: visit}}}",
    "settings": "settings: {data_entry: office}",
    "parent": "parent: {title: 上级文件}",
    "steps": "steps: [{id: office, title: 审核}]",
    "items": "items: [{id: convener, title: 召集人}]",
    "fields": "fields: [{id: filled_on, title: 填表时间, type: date}]",
    "receivers": "receivers: [party_group]",
    "participants": "participants: [m1, m2]",
    "operations": "operations: [{op: set, path: duty.contacts.min, value: 4}]",
    "subjects": "subjects: [{type: member, id: m1}]",
    "records": "records: [{id: r1, kind: visit, on: 2021-03-02, participants: [m1]}]",
    "facts": "facts: {subjects: [{type: member, id: m1}]}",
    "expect": "expect: [{subject: m1, duty: visits, counted: 2}]",
    **{
        name: f"{name}: [{word}]"
        for name, word in (
            ("kinds", "visit"), ("roles", "lead"), ("links", "constituent"), ("posts", "standing_member"),
            ("tags", "key_topic"), ("results", "filed"), ("modes", "online"), ("organisers", "sector"),
            ("authorship", "joint"), ("place_levels", "grassroots"), ("destinations", "rural"),
        )
    },
}  # fmt: skip


def to_write(way: Way, wanted: Iterable[str]) -> str:
    """A remedy for a value of the wrong sort at a place: one of `wanted` (JSON Schema's type names) is right there."""
    sorts = [sort for sort in wanted if sort != "null"]
    key = next((str(one) for one in reversed(way) if not isinstance(one, int)), "")
    whole = not way or not isinstance(way[-1], int)
    said = "，或".join(_shown(sort, key, whole=whole) for sort in dict.fromkeys(sorts))
    return said + ("；没有就不写这一行" if "null" in wanted else "")


def _shown(sort: str, key: str, *, whole: bool) -> str:
    name = key or "名称"
    if sort == "boolean":
        return f"写 true（是）或 false（否），如 {name}: true"
    if sort in ("number", "integer"):
        return f"写一个{'没有小数的' if sort == 'integer' else ''}数，如 {name}: 2"
    if sort == "string":
        return f'写一段文字，如 {name}: 某某；是数字的加引号，如 {name}: "2021"'
    if whole and key in LINES:
        return f"写成 {LINES[key]}"
    if sort == "array":
        return f"用方括号括起来，几个之间用逗号，如 {name}: [甲, 乙]"
    return f"一行写一个“名: 值”，或写成 {name}: {{名: 值}}" if whole else f"{name} 里每一项写成 {{名: 值}}"
