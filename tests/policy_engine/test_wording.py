"""What is printed is said: no English word, no JSON, every sentence with its own clauses; ids stand in the last column."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from policy_engine import Policy, Template, explain, load_template, resolve
from policy_engine.telling import compared, explained, period_said
from policy_engine.wording import numeral, part_of, points
from tests.policy_engine.conftest import write
from tests.policy_engine.shipped import shipped
from tests.policy_engine.test_compare import ANSWER, CITIES
from tests.policy_engine.test_examples import EXAMPLES
from tests.policy_engine.test_load import SHIPPED

Add = Callable[..., Policy]
WORD = re.compile(r"[A-Za-z_{}\[\]]+")
SINK = {
    "sum": "kind: count\nperiod: year\ncounts: {kinds: [training], count: {sum: hours}, without: {modes: [online]}}\nvalues: [{min: 12}]\npro_rata: {unit: quarter, absences: true}",
    "share": "kind: coverage\nsubject: sector\npopulation: {type: member, of: subject}\nperiod: half_year\nmeets: [visits]\nvalues: [{percent: '2/3'}]",
    "links": "kind: coverage\npopulation: {links: [constituent]}\nsubject: {type: member, posts: [standing_member], except_posts: [chairperson]}\nperiod: year\ncounts: {kinds: [visit], target_types: [constituent], destinations: [site], at_venue: true}\nvalues: [{percent: 100, each: 2}]",
    "turn": "kind: count\nsubject: sector\nperiod: week\nturns: {starts: 2022-01-03, size: 2}\ncounts: {kinds: [duty_shift]}\nvalues: [{min: 1}]",
    "reply": "kind: follow_up\nsubject: office\nperiod: year\nafter: {kinds: [micro_suggestion], by: target}\nwithin: {working_days: 15}\nlate: not_counted\ncounts: {kinds: [talk]}",
    "five": "kind: at_least_k_of\nperiod: quarter\nvalues: [{k: 2}]\nparts:\n  - {id: a, title: 学习, clauses: [X-3], counts: {kinds: [training]}, min: 1}\n  - {id: b, title: 走访, counts: {kinds: [visit]}, min: 3}",
    "flow": "kind: workflow\nsubject: venue\nperiod: once\nworkflow: approval",
    "report": "kind: report_cycle\nsubject: committee\nperiod: quarter\nreport: quarterly\ndue: {days_after_end: 5, working_days: true}",
    "row": "kind: consecutive\nperiod: year\nof: score\nwhen: {grades: [poor]}\nvalues: [{max: 1}]",
    "score": """kind: score
period: year
values: [{base: 50, cap: 100, floor: 0, min: 60}]
parts:
  - {id: one, title: 提案, clauses: [X-3], counts: {kinds: [proposal], share: {lead: "3/5", co_signer: "2/5"}}, points: 5, from_nth: 2, cap: 20}
  - {id: two, title: 学时, counts: {kinds: [training], count: {sum: hours}}, points: 1, each: 10}
  - {id: six, title: 缺席, counts: {kinds: [meeting], roles: [absent]}, points: -5}
  - {id: ten, title: 采用, counts: {kinds: [opinion_report]}, table: {filed: 3, adopted: 5}}
  - {id: tier, title: 调研, counts: {kinds: [research]}, steps: [{at: 1, points: 2}, {at: 4, points: 8}]}
  - {id: seen, title: 走访, duty: visits, met: 10, outstanding: -5}
groups: [{id: work, title: 建言, lines: [one, ten], cap: 25}, {id: call, title: 会议, lines: [six], base: 20, floor: 0}, {id: both, title: 两组, lines: [work, call], cap: 35}]
grades:
  - {id: good, title: 优秀, from: 85, requires: [visits], quota_percent: 20}
  - {id: poor, title: 不合格, from: 0}
veto: [{counts: {kinds: [meeting], roles: [absent], tags: [key_topic]}, grade: poor}, {duty: visits, grade: poor}]""",
}
FILES = {
    "workflows": "workflows:\n  approval: {title: 审批, clauses: [X-1], steps: [{id: office, title: 审核, by: general_office}, {id: site, title: 实地看, after: [office], days: 5, working_days: true}, {id: ask, title: 征求意见, after: [office], optional: true}]}",
    "reports": "reports:\n  quarterly: {title: 季度情况, clauses: [X-1], receivers: [chairpersons_council, party_group], author: general_office, form: written}",
}


@pytest.fixture
def sink(small: Path) -> Policy:
    duties = {
        f"duties/{name}.yaml": f"id: {name}\ntitle: 事项\nclauses: [X-1]\n{text}\n" for name, text in SINK.items()
    }
    header = (small / "policy.yaml").read_text(
        encoding="utf-8"
    ) + "exclusive: [{duties: [visits, sum], clauses: [X-3]}]\n"
    header = header.replace("exclusive: [{duties: [visits, sum]", "exclusive: [{duties: [visits, turned]")
    more = {
        "duties/turned.yaml": "id: turned\ntitle: 再走访\nclauses: [X-1]\nkind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]\n"
    }
    write(small, {**duties, **more, **{f"{name}.yaml": text for name, text in FILES.items()}, "policy.yaml": header})
    return resolve(load_template(small))


def english(text: str) -> list[str]:
    """Words and brackets of programs, the last column left out."""
    return [word for line in text.splitlines() for word in WORD.findall(line.split("\t")[0])]


def test_every_duty_and_indicator_of_every_document_is_explained_in_chinese(
    sink: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Template, "digest", "not asked for")  # the dear part of an explanation
    cities = [resolve(shipped(name)) for name in SHIPPED]
    for policy in [*cities, *(resolve(load_template(folder)) for folder in EXAMPLES), sink]:
        for duty in policy.duties_on(None):
            text = explained(explain(policy, duty.id), policy)
            assert english(text) == [], text
        for one in policy.indicators if policy.id == "yiyang-2021" else ():
            assert english(explained(explain(policy, f"indicator.{one.id}"), policy)) == []


def test_documents_are_compared_in_chinese() -> None:
    templates = list(CITIES.values())
    _, _, *lines = compared(ANSWER, templates).splitlines()
    rest = lines.index("其余的") + 1
    assert [word for line in lines[rest:] for word in WORD.findall(line.rpartition("\t")[0])] == []


@pytest.mark.parametrize(
    ("duty", "said", "clause"),
    [
        ("sum", "每位委员每年培训（以线上的方式的除外）合计至少 12 学时。", "X-1"),
        ("sum", "年中任职的按季折算，向上取整，扣除请假的日子。", "X-1"),
        ("share", "每个界别每半年，不少于三分之二的本界别委员要做到“走访”。", "X-1"),
        ("links", "每位常委（主席除外）每年，对自己联系的全体“结对界别群众”，每一个走访（在阵地办的，对象是界别群众，进一线）至少 2 次。", "X-1"),
        ("turn", "每期轮 2 个界别", "X-1"),
        ("reply", "以后 15 个工作日内都要有谈心谈话", "X-1"),
        ("reply", "逾期的不算。", "X-1"),
        ("five", "以下 2 项至少做到 2 项。", "X-1"),
        ("five", "学习：培训，至少 1 次。", "X-3"),
        ("flow", "第 2 步：实地看（等“审核”做了，能办以后 5 个工作日内）。", ""),
        ("flow", "第 3 步：征求意见（等“审核”做了，可有可无，不拖住后面）。", ""),
        ("report", "本会每季度向主席会议、党组各报一次。", "X-1"),
        ("report", "截止日：每期结束后 5 个工作日内。", "X-1"),
        ("score", "从第 2 件起，每件得 5 分，累计不超过 20 分。", "X-3"),
        ("score", "学时：培训，每满 10 学时得 1 分。", "X-1"),
        ("score", "缺席：会议缺席，每次扣 5 分。", "X-1"),
        ("score", "满 1 次得 2 分，满 4 次得 8 分（取最高一档）", "X-1"),
        ("score", "看“走访”这一项，做到了得 10 分，还欠着扣 5 分", "X-1"),
        ("score", "“建言”一组（“提案”“采用”）合起来算，至多 25 分。", "X-3 X-1"),
        ("score", "“会议”一组（“缺席”）先有 20 分，合起来算，扣完为止。", "X-1"),
        ("score", "总分：从基础分 50 分起算，至多 100 分，至少 0 分。", "X-1"),
        ("score", "等次“优秀”：85 分以上，并且“走访”都没有欠着，名额不超过 20%（只供人看，不计算）。", "X-1"),
        ("score", "否决：有会议缺席（标明重点课题）的，等次不高于“不合格”。", "X-1"),
        ("score", "“两组”一组（“建言”“会议”）合起来算，至多 35 分。", "X-1"),
        ("row", "“事项”连续不合格不超过 1 期。", "X-1"),
        ("turned", "不重复计算：同一件记录在“走访”“再走访”里只算一项，写在前面的先得。", "X-3"),
    ],
)  # fmt: skip
def test_a_sentence_a_line_each_with_its_clause(sink: Policy, duty: str, said: str, clause: str) -> None:
    found = [one for one in explain(sink, duty)["says"] if said in one["text"]]
    assert [one["clauses"] for one in found] == [clause.split()], explain(sink, duty)["says"]


def test_numbers_are_said_as_they_were_written() -> None:
    said = [part_of(Fraction(*pair)) for pair in ((4, 5), (2, 3), (133, 200), (7, 15), (1, 1))]
    assert said == ["80%", "三分之二", "66.5%", "十五分之七", "100%"]
    assert [numeral(number) for number in (1, 10, 11, 20, 99)] == ["一", "十", "十一", "二十", "九十九"]
    assert (points(-5), points(7.5), points(1000000)) == ("扣 5 分", "得 7.5 分", "得 1000000 分")
    keys = ("2021", "2021-H1", "2021-Q3", "2021-05", "2021-W05", "term", "2021-2022")
    assert [period_said(key) for key in keys] == [
        "2021 年", "2021 年上半年", "2021 年第 3 季度", "2021 年 5 月", "2021 年第 5 周", "本届", "2021-2022",
    ]  # fmt: skip
