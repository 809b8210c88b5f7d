"""Combinations whose every word is right and which yet mean nothing: each is refused at its place, with what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policy_engine import Policy, TemplateErrors, load_overlay, load_template, resolve
from policy_engine.succession import together
from tests.policy_engine.conftest import SMALL, write

Add = Callable[..., Policy]
D = "duties/d.yaml"
HEAD = "id: d\ntitle: 某事\nclauses: [X-1]\n"
Q = "id: q\ntitle: 另一事\nclauses: []\n"

# name: (files, or the rest of one duty; where it is refused; code)
NONSENSE: dict[str, tuple[str | dict[str, str], str, str]] = {
    'grades up and down': ('kind: score\nperiod: year\nvalues: [{base: 0, cap: 100}]\nparts: [{id: a, counts: {kinds: [visit]}, points: 5, cap: 20}, {id: b, counts: {kinds: [talk]}, points: 5}]\ngrades: [{id: g, title: 优秀, from: 90}, {id: e, title: 合格, from: 60}, {id: f, title: 良好, from: 80}]', 'duties/d.yaml:grades', 'not_in_order'),
    'grade above cap': ('kind: score\nperiod: year\nvalues: [{base: 0, cap: 100}]\nparts: [{id: a, counts: {kinds: [visit]}, points: 5, cap: 20}, {id: b, counts: {kinds: [talk]}, points: 5}]\ngrades: [{id: g, title: 优秀, from: 120}, {id: e, title: 合格, from: 0}]', 'duties/d.yaml:grades.0.from', 'bad_value'),
    'grade from null': ('kind: score\nperiod: year\nvalues: [{base: 0, cap: 100}]\nparts: [{id: a, counts: {kinds: [visit]}, points: 5, cap: 20}, {id: b, counts: {kinds: [talk]}, points: 5}]\ngrades: [{id: g, title: 优秀, from: null}, {id: e, title: 合格, from: 0}]', 'duties/d.yaml:grades.0.from', 'wrong_type'),
    'group base above cap': ('kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 5, cap: 20}, {id: b, counts: {kinds: [talk]}, points: 5}]\ngroups: [{id: w, lines: [a,b], cap: 25, base: 50}]', 'duties/d.yaml:groups.0.base', 'min_above_max'),
    'base above cap': ('kind: score\nperiod: year\nvalues: [{base: 120, cap: 100}]\nparts: [{id: a, counts: {kinds: [visit]}, points: 5, cap: 20}, {id: b, counts: {kinds: [talk]}, points: 5}]\n', 'duties/d.yaml:values.0.base', 'min_above_max'),
    'base below floor': ('kind: score\nperiod: year\nvalues: [{base: 0, floor: 10}]\nparts: [{id: a, counts: {kinds: [visit]}, points: 5, cap: 20}, {id: b, counts: {kinds: [talk]}, points: 5}]\n', 'duties/d.yaml:values.0.base', 'min_above_max'),
    'min above cap': ('kind: score\nperiod: year\nvalues: [{base: 0, cap: 50, min: 60}]\nparts: [{id: a, counts: {kinds: [visit]}, points: 5, cap: 20}, {id: b, counts: {kinds: [talk]}, points: 5}]\n', 'duties/d.yaml:values.0.min', 'min_above_max'),
    'line base above cap': ('kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 1, base: 30, cap: 20}]', 'duties/d.yaml:parts.0.base', 'min_above_max'),
    'line floor0 cap0': ('kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: -1, floor: 0, cap: 0}]', 'duties/d.yaml:parts.0.floor', 'bad_value'),
    'deduction with floor 0 no base': ('kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: -1, floor: 0}]', 'duties/d.yaml:parts.0.floor', 'gives_nothing'),
    'points>0 cap<=0': ('kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 1, cap: 0}]', 'duties/d.yaml:parts.0.cap', 'gives_nothing'),
    'points 0': ('kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 0}]', 'duties/d.yaml:parts.0.points', 'gives_nothing'),
    'steps points fall': ('kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, steps: [{at: 1, points: 5},{at: 4, points: 2}]}]', 'duties/d.yaml:parts.0.steps', 'not_in_order'),
    'steps above cap': ('kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, cap: 3, steps: [{at: 1, points: 5},{at: 4, points: 8}]}]', 'duties/d.yaml:parts.0.cap', 'bad_value'),
    'take highest one line': ('kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 5, cap: 20}, {id: b, counts: {kinds: [talk]}, points: 5}]\ngroups: [{id: w, lines: [a], take: highest}]', 'duties/d.yaml:groups.0.take', 'bad_value'),
    'two groups same id': ('kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 5, cap: 20}, {id: b, counts: {kinds: [talk]}, points: 5}]\ngroups: [{id: w, lines: [a]},{id: w, lines: [b]}]', 'duties/d.yaml:groups.1.id', 'duplicate_id'),
    'veto to best grade': ('kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 5, cap: 20}, {id: b, counts: {kinds: [talk]}, points: 5}]\ngrades: [{id: g, title: 优秀, from: 90}, {id: e, title: 合格, from: 0}]\nveto: [{duty: visits, grade: g}]', 'duties/d.yaml:veto.0.grade', 'bad_value'),
    'quota over 100': ('kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 5, cap: 20}, {id: b, counts: {kinds: [talk]}, points: 5}]\ngrades: [{id: g, title: 优秀, from: 90, quota_percent: 120}, {id: e, title: 合格, from: 0}]', 'duties/d.yaml:grades.0.quota_percent', 'bad_value'),
    'met<outstanding': ('kind: score\nperiod: year\nparts: [{id: a, duty: visits, met: 0, outstanding: 5}]', 'duties/d.yaml:parts.0.outstanding', 'bad_value'),
    'met=outstanding': ('kind: score\nperiod: year\nparts: [{id: a, duty: visits, met: 5, outstanding: 5}]', 'duties/d.yaml:parts.0.met', 'gives_nothing'),
    'line duty qualitative': ({D: HEAD + 'kind: score\nperiod: year\nparts: [{id: a, duty: q, met: 5}]', 'duties/q.yaml': Q + 'kind: qualitative\nperiod: year\ncounts: {kinds: [talk]}'}, 'duties/d.yaml:parts.0.duty', 'unjudged'),
    'line duty min null': ({D: HEAD + 'kind: score\nperiod: year\nparts: [{id: a, duty: q, met: 5}]', 'duties/q.yaml': Q + 'kind: count\nperiod: year\ncounts: {kinds: [talk]}\nvalues: [{min: null}]'}, 'duties/d.yaml:parts.0.duty', 'unjudged'),
    'line duty encouraged': ({D: HEAD + 'kind: score\nperiod: year\nparts: [{id: a, duty: q, met: 5}]', 'duties/q.yaml': Q + 'kind: count\nforce: encouraged\nperiod: year\ncounts: {kinds: [talk]}\nvalues: [{min: 1}]'}, 'duties/d.yaml:parts.0.duty', 'unjudged'),
    'line duty event': ({D: HEAD + 'kind: score\nperiod: year\nparts: [{id: a, duty: q, met: 5}]', 'duties/q.yaml': Q + 'kind: count\nperiod: event\ncounts: {kinds: [talk]}\nvalues: [{min: 1}]'}, 'duties/d.yaml:parts.0.duty', 'unjudged'),
    'meets qualitative': ({D: HEAD + 'kind: coverage\nperiod: year\nsubject: committee\npopulation: member\nmeets: [q]\nvalues: [{percent: 80}]', 'duties/q.yaml': Q + 'kind: qualitative\nperiod: year\ncounts: {kinds: [talk]}'}, 'duties/d.yaml:meets.0', 'unjudged'),
    'meets score no min': ({D: HEAD + 'kind: coverage\nperiod: year\nsubject: committee\npopulation: member\nmeets: [q]\nvalues: [{percent: 80}]', 'duties/q.yaml': Q + 'kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 5, cap: 20}, {id: b, counts: {kinds: [talk]}, points: 5}]\n'}, 'duties/d.yaml:meets.0', 'unjudged'),
    'meets twice': ('kind: coverage\nperiod: year\nsubject: committee\npopulation: member\nmeets: [visits, visits]\nvalues: [{percent: 80}]', 'duties/d.yaml:meets', 'duplicate_id'),
    'duplicate kinds': ('kind: count\nperiod: year\ncounts: {kinds: [visit, visit]}\nvalues: [{min: 1}]', 'duties/d.yaml:counts.kinds', 'duplicate_id'),
    'kinds and without same': ('kind: count\nperiod: year\ncounts: {kinds: [visit], without: {kinds: [visit]}}\nvalues: [{min: 1}]', 'duties/d.yaml:counts.without', 'counts_nothing'),
    'roles without same': ('kind: count\nperiod: year\ncounts: {kinds: [visit], roles: [lead], without: {roles: [lead]}}\nvalues: [{min: 1}]', 'duties/d.yaml:counts.without', 'counts_nothing'),
    'count subjects by subject': ('kind: count\nperiod: year\ncounts: {kinds: [visit], count: subjects}\nvalues: [{min: 2}]', 'duties/d.yaml:counts.count', 'bad_value'),
    'count targets by target': ('kind: count\nperiod: year\ncounts: {kinds: [visit], count: targets, by: target}\nvalues: [{min: 2}]', 'duties/d.yaml:counts.count', 'bad_value'),
    'k of 0 part min': ('kind: at_least_k_of\nperiod: year\nvalues: [{k: 1}]\nparts: [{id: a, counts: {kinds: [visit]}, min: 0},{id: b, counts: {kinds: [talk]}, min: 1}]', 'duties/d.yaml:parts.0.min', 'bad_value'),
    'all_of part min null': ('kind: all_of\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, min: null},{id: b, counts: {kinds: [talk]}}]', 'duties/d.yaml:parts', 'never_met'),
    'min 0': ('kind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 0}]', 'duties/d.yaml:values.0.min', 'bad_value'),
    'percent 0': ('kind: coverage\nperiod: year\nsubject: committee\npopulation: member\ncounts: {kinds: [visit]}\nvalues: [{percent: 0}]', 'duties/d.yaml:values.0.percent', 'bad_value'),
    'percent 0.8': ('kind: coverage\nperiod: year\nsubject: committee\npopulation: member\ncounts: {kinds: [visit]}\nvalues: [{percent: 0.8}]', 'duties/d.yaml:values.0.percent', 'bad_value'),
    'proportion same': ('kind: proportion\nperiod: year\ncounts: {kinds: [meeting]}\nout_of: {kinds: [meeting]}\nvalues: [{percent: 80}]', 'duties/d.yaml:out_of', 'bad_value'),
    'pro_rata continuous': ('kind: count\nperiod: continuous\npro_rata: true\ncounts: {links: [constituent]}\nvalues: [{min: 3}]', 'duties/d.yaml:pro_rata', 'bad_value'),
    'pro_rata event': ('kind: count\nperiod: event\npro_rata: true\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]', 'duties/d.yaml:pro_rata', 'bad_value'),
    'pro_rata month unit monthly': ('kind: count\nperiod: month\npro_rata: {unit: quarter}\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]', 'duties/d.yaml:pro_rata.unit', 'bad_value'),
    'waivable encouraged': ('kind: count\nperiod: year\ncounts: {kinds: [visit]}\nforce: encouraged\nwaivable: true\nvalues: [{min: 1}]', 'duties/d.yaml:waivable', 'bad_value'),
    'due days_before_end too many': ('kind: count\nperiod: month\ndue: {days_before_end: 60}\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]', 'duties/d.yaml:due.days_before_end', 'outside_period'),
    'due days_after_start too many': ('kind: count\nperiod: month\ndue: {days_after_start: 90}\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]', 'duties/d.yaml:due.days_after_start', 'outside_period'),
    'due window outside': ('kind: count\nperiod: {windows: [{id: s, from: 03-01, until: 05-31}]}\ndue: {month_day: 11-30}\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]', 'duties/d.yaml:due.month_day', 'outside_period'),
    'after event due before same event': ('kind: count\nperiod: {after: plenary_session}\ndue: {days_before: 3, event: plenary_session}\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]', 'duties/d.yaml:due.days_before', 'outside_period'),
    'turns on committee': ('kind: count\nsubject: committee\nperiod: week\nturns: {starts: 2022-01-03}\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]', 'duties/d.yaml:turns', 'bad_value'),
    'follow_up after same as counts unlinked': ('kind: follow_up\nperiod: year\nlinked: false\nafter: {kinds: [visit]}\ncounts: {kinds: [visit]}', 'duties/d.yaml:counts', 'bad_value'),
    'subject posts on sector': ('kind: count\nsubject: {type: sector, posts: [chairperson]}\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]', 'duties/d.yaml:subject.posts', 'binds_nobody'),
    'subject posts and except same': ('kind: count\nsubject: {type: member, posts: [chairperson], except_posts: [chairperson]}\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]', 'duties/d.yaml:subject.except_posts', 'binds_nobody'),
    'subject tags both': ('kind: count\nsubject: {type: member, tags: [key_topic], except_tags: [key_topic]}\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]', 'duties/d.yaml:subject.except_tags', 'binds_nobody'),
    'subject kinds on member': ('kind: count\nsubject: {type: member, kinds: [member_studio]}\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]', 'duties/d.yaml:subject.kinds', 'binds_nobody'),
    'links with roles': ('kind: count\nperiod: continuous\ncounts: {links: [constituent], roles: [lead]}\nvalues: [{min: 1}]', 'duties/d.yaml:counts.roles', 'unknown_key'),
    'values from after end': ({D: HEAD + 'kind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1},{from: 2031-01-01, min: 2}]', 'policy.yaml': SMALL["policy.yaml"] + 'in_force_until: 2025-01-01\n'}, 'duties/d.yaml:values.1.from', 'backwards'),
    'direction in_range excludes own value': ('kind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]\ndirection: {min: {in_range: [3, 5]}}', 'duties/d.yaml:values.0.min', 'bad_value'),
    'direction of a key absent': ('kind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]\ndirection: {parts: fixed}', 'duties/d.yaml:direction.parts', 'unknown_key'),
    'direction in_range on subject': ('kind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]\ndirection: {subject: {in_range: [1, 2]}}', 'duties/d.yaml:direction.subject', 'bad_value'),
    'direction in_range on title': ('kind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]\ndirection: {kinds: {in_range: [1, 2]}}', 'duties/d.yaml:direction.kinds', 'bad_value'),
    'direction in_range on force': ('kind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]\ndirection: {force: {in_range: [1, 2]}}', 'duties/d.yaml:direction.force', 'bad_value'),
    'at_least without amounts 0': ('kind: count\nperiod: year\ncounts: {kinds: [visit], at_least: {people: 0}}\nvalues: [{min: 1}]', 'duties/d.yaml:counts.at_least', 'bad_value'),
    'at_least empty': ('kind: count\nperiod: year\ncounts: {kinds: [visit], at_least: {}}\nvalues: [{min: 1}]', 'duties/d.yaml:counts.at_least', 'bad_value'),
    'share zero': ('kind: count\nperiod: year\ncounts: {kinds: [visit], share: {each: {lead: 0}}}\nvalues: [{min: 1}]', 'duties/d.yaml:counts.share', 'counts_nothing'),
    'report period vs duty': ({D: HEAD + 'kind: report_cycle\nperiod: quarter\nreport: r', 'reports.yaml': 'reports:\n  r: {title: 报, period: year, receivers: [chairpersons_council]}'}, 'duties/d.yaml:period', 'two_periods'),
    'report dup receivers': ({D: HEAD + 'kind: report_cycle\nperiod: year\nreport: r', 'reports.yaml': 'reports:\n  r: {title: 报, period: year, receivers: [chairpersons_council, chairpersons_council]}'}, 'reports.yaml:reports.r.receivers', 'duplicate_id'),
    'checklist empty items no size': ({'checklists.yaml': 'checklists:\n  c: {title: 单, items: []}', D: HEAD + 'kind: checklist\nperiod: year\nchecklist: c'}, 'checklists.yaml:checklists.c.items', 'bad_value'),
    'workflow all optional': ({D: HEAD + 'kind: workflow\nperiod: year\nworkflow: w', 'workflows.yaml': 'workflows:\n  w: {title: 单, steps: [{id: a, title: a, optional: true}]}'}, 'workflows.yaml:workflows.w.steps', 'bad_value'),
    'workflow days first step': ({D: HEAD + 'kind: workflow\nperiod: year\nworkflow: w', 'workflows.yaml': 'workflows:\n  w: {title: 单, steps: [{id: a, title: a, days: 5},{id: b, title: b}]}'}, 'workflows.yaml:workflows.w.steps.0.days', 'bad_value'),
    'workflow unordered days': ({D: HEAD + 'kind: workflow\nperiod: year\nworkflow: w', 'workflows.yaml': 'workflows:\n  w: {title: 单, ordered: false, steps: [{id: a, title: a},{id: b, title: b, days: 5}]}'}, 'workflows.yaml:workflows.w.steps.1.days', 'bad_value'),
    'form choice without choices': ({'forms.yaml': 'forms:\n  f: {title: 表, fields: [{id: a, title: a, type: choice}]}'}, 'forms.yaml:forms.f.fields.0.choices', 'missing_key'),
    'form choices on text': ({'forms.yaml': 'forms:\n  f: {title: 表, fields: [{id: a, title: a, type: text, choices: [x]}]}'}, 'forms.yaml:forms.f.fields.0.choices', 'unknown_key'),
    'form rows without columns': ({'forms.yaml': 'forms:\n  f: {title: 表, fields: [{id: a, title: a, type: rows}]}'}, 'forms.yaml:forms.f.fields.0.columns', 'missing_key'),
    'form workflow unknown': ({'forms.yaml': 'forms:\n  f: {title: 表, workflow: nope, fields: [{id: a, title: a, type: text}]}'}, 'forms.yaml:forms.f.workflow', 'unknown_list'),
    'venue checklist unknown': ({'venues.yaml': 'venues:\n  v: {title: 站, checklist: nope, workflow: nope}'}, 'venues.yaml:venues.v.checklist', 'unknown_list'),
    'choice dup': ({'forms.yaml': 'forms:\n  f: {title: 表, fields: [{id: a, title: a, type: choice, choices: [x, x]}]}'}, 'forms.yaml:forms.f.fields.0.choices', 'duplicate_id'),
    'exclusive disjoint': ({D: 'id: d\ntitle: d\nclauses: []\nkind: count\nperiod: year\ncounts: {kinds: [talk]}\nvalues: [{min: 1}]\n', 'policy.yaml': SMALL["policy.yaml"] + 'exclusive:\n  - [visits, d]\n'}, 'policy.yaml:exclusive.0', 'counts_nothing'),
    'indicator denominators': ({'indicators.yaml': 'indicators:\n  R05: {duties: [visits, visits]}'}, 'indicators.yaml:indicators.R05.duties', 'duplicate_id'),
    'workdays and holidays same': ({'policy.yaml': SMALL["policy.yaml"] + "  holidays: ['2021-10-01']\n  workdays: ['2021-10-01']\n"}, 'policy.yaml:settings.workdays', 'bad_value'),
    'local is_a circle': ({'policy.yaml': SMALL["policy.yaml"] + 'local:\n  kinds: {a: {title: a, is_a: b}, b: {title: b, is_a: a}}\n'}, 'policy.yaml:local.kinds.a.is_a', 'circle'),
    'issued before adopted': ({'policy.yaml': SMALL["policy.yaml"] + 'adopted_on: 2021-12-10\nissued_on: 2021-10-01\n'}, 'policy.yaml:issued_on', 'backwards'),
    'replaces itself': ({'policy.yaml': SMALL["policy.yaml"] + 'replaces: [small]\n'}, 'policy.yaml:replaces.0', 'bad_value'),
    'clause cited twice': ({D: 'id: d\ntitle: d\nclauses: [X-1, X-1]\nkind: count\nperiod: year\ncounts: {kinds: [talk]}\nvalues: [{min: 1}]\n'}, 'duties/d.yaml:clauses', 'duplicate_id'),
}  # fmt: skip


@pytest.mark.parametrize("name", NONSENSE)
def test_what_means_nothing_is_refused_at_its_place(small: Path, name: str) -> None:
    files, place, code = NONSENSE[name]
    write(small, {D: HEAD + files} if isinstance(files, str) else files)
    with pytest.raises(TemplateErrors) as caught:
        load_template(small)
    found = caught.value.errors
    assert place in [f"{fault.file}:{fault.key}" for fault in found if fault.code == code]
    assert all(fault.line and fault.message and fault.remedy for fault in found)


@pytest.mark.parametrize("value", ["5", "x", "{value: 7}", "null"])
def test_days_that_are_no_list_are_told_once(small: Path, value: str) -> None:
    write(small, {"policy.yaml": SMALL["policy.yaml"] + f"  holidays: {value}\n  workdays: ['2021-10-01']\n"})
    if value == "null":
        assert load_template(small).setting("holidays") is None
        return
    with pytest.raises(TemplateErrors) as caught:
        load_template(small)
    assert [fault.code for fault in caught.value.errors] == ["wrong_type"]


SENSE = {
    "one grade is an award": "kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 5}]\ngrades: [{id: g, title: 优秀, from: 90}]",
    "the rest has no name, and the best is written last": "kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: 5}]\ngrades: [{id: e, title: 合格, from: 60}, {id: g, title: 优秀, from: 90}]",
    "a deduction from what was given": "kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, points: -1, base: 10, floor: 0}]",
    "steps that take ever more away": "kind: score\nperiod: year\nparts: [{id: a, counts: {kinds: [visit]}, steps: [{at: 1, points: -1}, {at: 3, points: -5}]}]",
    "a range open above": "kind: range\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 2}]",
    "days after the meeting before": "kind: count\nperiod: {before: plenary_session}\ndue: {days_after: 3, event: plenary_session}\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]",
    "a day in one of two windows": "kind: count\nperiod: {windows: [{id: s, from: 03-01, until: 05-31}, {id: w, from: 12-15, until: 01-31}]}\ndue: {month_day: 01-20}\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]",
    "half a per cent as a fraction": "kind: coverage\nperiod: year\nsubject: committee\npopulation: member\ncounts: {kinds: [visit]}\nvalues: [{percent: '1/200'}]",
    "some posts but not others": "kind: count\nsubject: {type: member, posts: [chairperson, standing_member], except_posts: [chairperson]}\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]",
}  # fmt: skip


@pytest.mark.parametrize("name", SENSE)
def test_what_means_something_is_let_in(with_duty: Add, name: str) -> None:
    assert with_duty(SENSE[name]).duty("d").id == "d"


def overlay(*operations: dict[str, Any]) -> Any:
    head = {"overlay": "o", "base": "small", "from": "2021-02-01", "document": "x", "reason": "y"}
    return load_overlay({**head, "decided_by": "standing_committee", "operations": list(operations)})


LOOKING = "kind: score\nperiod: year\nvalues: [{base: 10, cap: 100, min: 5}]\nparts: [{id: l, duty: talks, met: 5}]\n"
TALKS = "id: talks\ntitle: 谈\nclauses: []\nkind: count\nperiod: year\ncounts: {kinds: [talk]}\nvalues: [{min: 1}]\n"


@pytest.mark.parametrize(
    ("op", "path", "value", "code"),
    [
        ("set", "duty.talks.subject", "sector", "bad_value"),
        ("set", "duty.talks.force", "encouraged", "unjudged"),
        ("set", "duty.talks.min", None, "unjudged"),
        ("set", "duty.talks.period", "event", "unjudged"),
        ("set", "duty.d.subject", "sector", "bad_value"),
        ("remove", "duty.talks", None, "unknown_duty"),
        ("select", "duty", ["d", "visits"], "unknown_duty"),
        ("set", "duty.d.base", 120, "min_above_max"),
        ("set", "duty.d.min", 120, "min_above_max"),
        ("set", "duty.talks.due", {"days_before_end": 400}, "outside_period"),
    ],
)
def test_an_overlay_takes_nothing_away_that_another_duty_looks_at(
    with_duty: Add, small: Path, op: str, path: str, value: Any, code: str
) -> None:
    write(small, {"duties/talks.yaml": TALKS})
    policy = with_duty(LOOKING)
    with pytest.raises(TemplateErrors) as caught:
        resolve(policy, [overlay({"op": op, "path": path, **({} if op == "remove" else {"value": value})})])
    assert [(fault.code, fault.key) for fault in caught.value.errors] == [(code, path)]
    assert all(fault.remedy for fault in caught.value.errors)


def test_both_may_go_together(with_duty: Add, small: Path) -> None:
    write(small, {"duties/talks.yaml": TALKS})
    policy = with_duty(LOOKING)
    assert [one.id for one in resolve(policy, [overlay({"op": "select", "path": "duty", "value": ["visits"]})]).duties] == ["visits"]  # fmt: skip


def of(folder: Path, name: str, day: str, *, replaces: str, whom: str, line: bool) -> Any:
    files = {
        "policy.yaml": f"id: {name}\ntitle: {name}\nin_force_from: {day}\nreplaces: {replaces}\n",
        "clauses.yaml": f"clauses: [{{id: {name}-1, ref: 第一条, summary: 说明}}]\n",
        "duties/talks.yaml": f"{TALKS}subject: {whom}\n",
    }
    if line:
        files["duties/marks.yaml"] = f"id: marks\ntitle: 分\nclauses: []\n{LOOKING}"
    return load_template(write(folder / name, files))


def test_documents_together_look_at_the_same_sort_of_subject(tmp_path: Path) -> None:
    """Each is sound by itself; the later one makes the talks an affair of sectors, which the earlier one's score looks at."""
    old = of(tmp_path, "old", "2017-01-01", replaces="[]", whom="member", line=True)
    part = of(
        tmp_path, "part", "2020-01-01", replaces="[{document: old, paths: [duty.talks]}]", whom="sector", line=False
    )
    with pytest.raises(TemplateErrors) as caught:
        together([old, part])
    assert [(fault.file, fault.code, fault.key) for fault in caught.value.errors] == [("part/policy.yaml", "bad_value", "duty.marks")]  # fmt: skip
    whole = of(tmp_path, "whole", "2020-01-01", replaces="[old]", whom="sector", line=False)
    assert together([old, whole]).duty("talks").subject.type == "sector"
