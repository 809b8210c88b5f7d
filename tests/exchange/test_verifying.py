"""Checking returns offline: an untouched chain passes, whatever else is named with file, place and remedy."""

from __future__ import annotations

import copy
import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from exchange import signing
from exchange.canonical import digest_of
from exchange.commands import verify as command
from exchange.figures import figure, recomputed
from exchange.files import BODY_FORMAT, BROKEN_DOWN_FORMAT, written
from exchange.spans import span_of, spoken
from exchange.verifying import verify

KEYS = {code: signing.new_key() for code in ("430923", "430921", "430900")}
NAMES = {"430923": "政协甲县委员会", "430921": "政协乙县委员会", "430900": "政协某市委员会"}


def body(code="430923", *, below=(), lacking=(), revision=1, previous=None, met=(2, 3), heard=4, period="2022-11"):
    figures = [figure("R05", "own", met), figure("R09", "own", None), figure("R29", "own", (heard, None))]
    made = {
        "format": BODY_FORMAT, "committee": {"code": code, "name": NAMES[code], "level": "county"}, "period": period,
        "revision": revision, "previous": previous, "as_of": span_of(period).last_day.isoformat(), "due_on": None,
        "policies": {"own": None, "parent": None}, "own": [one.to_json() for one in figures],
        "children": [_child(one) for one in below] + [_missing(code) for code in lacking],
    }  # fmt: skip
    return made | {"total": [one.to_json() for one in recomputed(made, below)]}


def _child(one):
    said = {"code": one["committee"]["code"], "name": one["committee"]["name"], "state": "accepted"}
    return said | {"revision": one["revision"], "digest": digest_of(one), "size": 1, "submitted_on": "2022-12-02"}


def _missing(code):
    said = {"code": code, "name": NAMES[code], "state": "missing", "revision": None, "digest": None}
    return said | {"size": 3, "submitted_on": None}


def file_of(one, *, key=None):
    private, public = key or KEYS[one["committee"]["code"]]
    return written(one, signature=signing.sign(private, one), public_key=public)


def codes(report):
    return [(fault.file, fault.code) for fault in report.faults]


def test_a_countys_and_its_citys_files_pass_together_and_say_what_was_not_checked():
    county, other = body(), body("430921", met=(0, 5))
    city = body("430900", below=[county, other])
    report = verify({"a": file_of(county), "b": file_of(other), "city": file_of(city)})
    assert (report.ok, [one.holds for one in report.files]) == (True, [True] * 3)
    assert "没有给出可信公钥清单" in report.notes[0]
    alone = verify({"city": file_of(city)})
    assert alone.ok
    assert any("没有给出政协甲县委员会、政协乙县委员会的报表" in note for note in alone.notes)


def test_those_a_parent_lacks_count_as_asked_with_all_below_them():
    city = body("430900", below=[body()], lacking=["430921"])
    assert next(one for one in city["total"] if one["indicator"] == "R29")["asked"] == 1 + 1 + 3
    assert verify({"a": file_of(body()), "city": file_of(city)}).ok


ALTERED = {
    "a figure": lambda data: data["body"]["own"][0].update(numerator=3),
    "a name": lambda data: data["body"]["committee"].update(name="政协丙县委员会"),
    "the revision before": lambda data: data["body"].update(previous="0" * 64, revision=2),
    "a policy": lambda data: data["body"]["policies"].update(own="1" * 64),
}


@pytest.mark.parametrize("what", ALTERED)
def test_a_return_altered_after_signing_is_found_though_its_digest_was_made_anew(what):
    data = json.loads(file_of(body()))
    ALTERED[what](data)
    assert {("f", "altered"), ("f", "bad_signature")} <= set(codes(verify({"f": json.dumps(data)})))
    data["digest"] = digest_of(data["body"])
    assert ("f", "bad_signature") in codes(verify({"f": json.dumps(data)}))
    assert ("f", "altered") not in codes(verify({"f": json.dumps(data)}))


def test_signed_anew_by_somebody_else_it_passes_alone_and_not_against_a_list():
    stranger = file_of(body(), key=signing.new_key())
    assert verify({"f": stranger}).ok
    trusted = [{"committee": code, "public_key": public} for code, (_, public) in KEYS.items()]
    assert codes(verify({"f": stranger}, trusted=trusted)) == [("f", "untrusted_key")]
    assert verify({"f": file_of(body())}, trusted=trusted).ok
    another = file_of(body(), key=KEYS["430921"])
    assert codes(verify({"f": another}, trusted=trusted)) == [("f", "untrusted_key")], (
        "a key vouches for its own committee alone"
    )


def test_a_fingerprint_that_is_not_the_keys_is_named():
    data = json.loads(file_of(body()))
    data["signature"]["fingerprint"] = "0" * 44
    assert codes(verify({"f": json.dumps(data)})) == [("f", "bad_fingerprint")]
    data["signature"]["public_key"] = "不是公钥"
    assert ("f", "bad_signature") in codes(verify({"f": json.dumps(data)}))


def test_revisions_follow_each_other_by_digest():
    first = body()
    second = body(revision=2, previous=digest_of(first), met=(3, 3))
    assert verify({"1": file_of(first), "2": file_of(second)}).ok
    assert any("没有给出第 1 稿" in note for note in verify({"2": file_of(second)}).notes)
    other = body(met=(1, 3))
    assert codes(verify({"1": file_of(other), "2": file_of(second)})) == [("2", "broken_chain")]
    assert codes(verify({"2": file_of(body(revision=2))})) == [("2", "broken_chain")]
    assert codes(verify({"1": file_of(body(previous="0" * 64))})) == [("1", "broken_chain")]


def test_two_contents_of_one_revision_are_never_both_right():
    assert codes(verify({"a": file_of(body()), "b": file_of(body(heard=5))})) == [("b", "two_versions")]
    assert verify({"a": file_of(body()), "again": file_of(body())}).ok


def test_a_total_that_is_not_the_sum_is_recomputed_and_named():
    county = body()
    city = body("430900", below=[county])
    city["total"][0]["numerator"] += 1
    report = verify({"a": file_of(county), "city": file_of(city)})
    assert codes(report) == [("city", "wrong_sum")]
    assert "写的是5/6" in report.faults[0].message
    leaf = body()
    leaf["total"][0]["numerator"] += 1
    assert codes(verify({"f": file_of(leaf)})) == [("f", "wrong_sum")], "with nobody below, own and total are one"


def test_another_revision_than_the_one_counted_is_named():
    county = body()
    city = body("430900", below=[county])
    assert codes(verify({"a": file_of(body(heard=9)), "city": file_of(city)})) == [("city", "other_child")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda one: one["own"][0].update(numerator=4), "impossible"),
        (lambda one: one["own"].append(copy.deepcopy(one["own"][0])), "twice"),
        (lambda one: one["own"][1].update(numerator=0), "impossible"),
        (lambda one: one["own"][0].update(answered=2), "impossible"),
        (lambda one: one.update(as_of="2022-11-29"), "bad_period"),
        (lambda one: one["children"].append(_missing("430923")), "bad_children"),
        (lambda one: one["children"].append(_child(body("430921")) | {"digest": None}), "bad_children"),
    ],
)
def test_what_cannot_be_is_named_even_if_rightly_signed(change, code):
    made = body()
    change(made)
    assert ("f", code) in codes(verify({"f": file_of(made)}))


def test_zero_denominators_are_no_fault_and_no_member_is_no_division():
    assert verify({"f": file_of(body(met=(0, 0)))}).ok


UNREADABLE = [
    "",
    "{",
    "[]",
    "null",
    '{"a": 1}',
    "1e999",
    '{"a": NaN}',
    '{"a": 1, "a": 2}',
    '"\\ud800"',
    "[" * 20000,
    "{}" * 2,
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_return_is_a_fault_and_never_a_crash(text):
    assert not verify({"f": text}).ok


def test_a_value_of_another_kind_has_its_place_named():
    data = json.loads(file_of(body()))
    data["body"]["own"][2]["numerator"] = True
    data["body"]["extra"] = 1
    keys = [fault.key for fault in verify({"f": json.dumps(data)}).faults]
    assert keys == ["body", "body.own.2.numerator"]


LEAVES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
)


@given(where=st.sampled_from(["format", "digest", "signature", "body"]), value=LEAVES)
def test_any_other_value_at_the_top_is_a_fault(where, value):
    data = json.loads(file_of(BODY))
    data[where] = value
    assert not verify({"f": json.dumps(data)}).ok


BODY = body()


def test_the_command_ends_with_0_or_2_and_needs_no_django(tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(file_of(body()), encoding="utf-8")
    bad.write_text(file_of(body()).replace('"numerator": 2', '"numerator": 1'), encoding="utf-8")
    keys = tmp_path / "keys.json"
    listed = [{"committee": code, "public_key": public} for code, (_, public) in KEYS.items()]
    keys.write_text(json.dumps({"keys": listed}), encoding="utf-8")
    run = CliRunner()
    done = run.invoke(command, [str(good), "--keys", str(keys)])
    assert (done.exit_code, "全部相符" in done.stdout) == (0, True)
    done = run.invoke(command, [str(good), str(keys)])
    assert (done.exit_code, "这是公钥清单，不是报表文件。请把它写在 --keys 后面" in done.stdout) == (2, True)
    done = run.invoke(command, [str(good), str(bad), "--json"])
    assert done.exit_code == 2
    assert json.loads(done.stdout)["ok"] is False
    errors = json.loads(done.stderr)
    assert set(errors["errors"][0]) == {"file", "line", "key", "code", "message", "remedy"}
    assert run.invoke(command, [str(tmp_path / "none.json")]).exit_code == 2
    assert run.invoke(command, [str(good), "--keys", str(good)]).exit_code == 2
    import exchange.verifying

    assert "django" not in vars(exchange.verifying)


@pytest.mark.parametrize(
    ("key", "last", "said"),
    [("2022-11", "2022-11-30", "2022 年 11 月"), ("2022-H1", "2022-06-30", "2022 年上半年"), ("2022-H2", "2022-12-31", "2022 年下半年"), ("2022", "2022-12-31", "2022 年")],
)  # fmt: skip
def test_a_period_is_a_month_a_half_year_or_a_year(key, last, said):
    assert (span_of(key).last_day.isoformat(), spoken(key)) == (last, said)


@pytest.mark.parametrize("key", ["2022-H3", "2022-13", "2022-Q1", "22", "２０２２", "2022\n", ""])
def test_no_other_text_is_a_period(key):
    assert span_of(key) is None


def _line(*cells, persons, did=None):
    return {"cells": list(cells), "persons": persons, "did": did}


def broken_down(**changed):
    """A half-year of nine people: three sectors told, one of them joined with a small one."""
    people = [_line("education", persons=5), _line("commerce", "religion", persons=4)]
    figures = {
        "R05.own": [
            _line("education", persons=5, did=5), _line("commerce", "religion", persons=4, did=0)
        ]
    }  # fmt: skip
    entry = {
        "attribute": "sector",
        "threshold": 3,
        "cells": ["commerce", "education", "religion"],
        "persons": people,
        "figures": figures,
    }
    made = body(period="2022-H1", met=(5, 9))
    return made | {"format": BROKEN_DOWN_FORMAT, "breakdowns": [entry | changed]}


def test_a_half_year_with_breakdowns_passes_and_one_of_before_them_too():
    assert verify({"new": file_of(broken_down())}).ok
    assert verify({"held back": file_of(broken_down(figures={"R05.own": []}))}).ok
    assert verify({"old": file_of(body(period="2022-H1"))}).ok


@pytest.mark.parametrize(
    "changed",
    [
        {"persons": [_line("education", persons=5), _line("commerce", persons=4)]},
        {"persons": [_line("education", persons=7), _line("commerce", "religion", persons=2)]},
        {"figures": {"R05.own": [_line("education", persons=5, did=4), _line("commerce", "religion", persons=4, did=1)]}},
        {"figures": {"R05.own": [_line("education", "religion", persons=5, did=5), _line("commerce", persons=4, did=0)]}},
        {"figures": {"R05.own": [_line("education", persons=5, did=5), _line("commerce", "religion", persons=4, did=4)]}},
        {"figures": {"R09.own": []}},
        {"figures": {"R05.own": [_line("education", "commerce", "religion", persons=3, did=5)]}},
    ],
    ids=["a cell missing", "too few people", "too few did", "cells torn apart", "not the total", "no such figure", "more did than are"],
)  # fmt: skip
def test_cells_that_cannot_be_or_should_not_be_told_are_named(changed):
    found = codes(verify({"f": file_of(broken_down(**changed))}))
    assert set(found) == {("f", "bad_breakdown")}


def test_a_cell_named_in_somebodys_own_words_is_no_return():
    named = broken_down(cells=["commerce", "education", "王家湾界"])
    assert codes(verify({"f": file_of(named)})) == [("f", "bad_shape")]
    assert codes(verify({"f": file_of(broken_down() | {"format": BODY_FORMAT})})) == [("f", "bad_shape")]
    assert codes(verify({"f": file_of(body() | {"format": BROKEN_DOWN_FORMAT})})) == [("f", "bad_shape")]
