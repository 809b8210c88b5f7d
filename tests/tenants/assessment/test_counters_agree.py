"""The database's counter and the plain one read the same random deeds and must say the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extras import Json, execute_values

from core.deed import COLUMNS, Branch
from policy_engine import Filter, Period, Row, Tally, count, load_template, resolve, tallies
from policy_engine.shares import share_of
from tenants.assessment.queries import counter
from tests.environment import ADMIN_URL
from tests.policy_engine.shipped import resolved

DOCUMENTS = Path(__file__).resolve().parents[2] / "policy_engine/documents"
YEAR = Period("2022", date(2022, 1, 1), date(2023, 1, 1))
IDS = [str(UUID(int=number)) for number in range(1, 7)]
SUBJECTS = [
    ("member", IDS[0]),
    ("member", IDS[1]),
    ("sector", IDS[2]),
    ("special_committee", IDS[3]),
    ("committee", "self"),
]
NOBODY = ("", "")  # a record that names nobody who did it
KINDS = ["proposal", "opinion_report", "visit", "constituent", "residency", "five_haves"]
WORDS = {
    "role": ["lead", "co_signer", "participant", "organiser", "absent", "late"],
    "authorship": ["individual", "joint"],
    "place_level": ["community", "grassroots"],
    "mode": ["offline", "online"],
    "destination": ["campus", "rural"],
    "item": ["convener", "plan"],
    "sector_id": IDS[2:4],
    "for_period": ["2022", "2022-H1", "2021-12"],
}
FILTER_OF = {
    "roles": "role",
    "authorship": "authorship",
    "organisers": "organiser_type",
    "place_levels": "place_level",
    "modes": "mode",
    "destinations": "destination",
    "items": "item",
    "sectors": "sector_id",
    "target_types": "target_type",
}
ORGANISERS = ["special_committee", "sector", "subject"]
TARGETS = ["member", "committee", "constituent"]
LISTS = {
    "posts": ["member", "chairperson", "standing_member"],
    "tags": ["key_topic", "livelihood"],
    "results": ["filed", "adopted"],
}
AMOUNTS = ["hours", "people"]
SHARES = [
    None,
    "equal",
    {"lead": "3/5", "co_signer": "2/5"},
    {"each": {"lead": 1, "co_signer": "1/2", "participant": "1/3"}},
    {"order": [1, "1/2", 0.25]},
]
DAYS = st.dates(date(2021, 12, 1), date(2023, 1, 31))


def words_of(name):
    beside = {"organisers": ORGANISERS, "target_types": TARGETS}
    return beside[name] if name in beside else WORDS[FILTER_OF[name]]


def maybe(values):
    return st.none() | st.sampled_from(values)


@st.composite
def deed_rows(draw) -> Row:
    family = draw(st.sampled_from(["record", "link", "check"]))
    subject_type, subject_id = draw(st.sampled_from([*SUBJECTS, NOBODY]))
    organiser_type, organiser_id = draw(st.sampled_from([(None, None), *SUBJECTS]))
    target_type, target_id = draw(
        st.sampled_from([(None, None), *SUBJECTS, ("constituent", IDS[4]), ("constituent", IDS[5])])
    )
    kind = draw(st.sampled_from(KINDS))
    return Row(
        family=family,
        record_id=str(UUID(int=draw(st.integers(100, 112)))),
        kind=kind,
        on_date=draw(DAYS),
        until_date=draw(st.none() | DAYS),
        subject_type=subject_type,
        subject_id=subject_id,
        organiser_type=organiser_type,
        organiser_id=organiser_id,
        target_type=target_type,
        target_id=target_id,
        venue_id=draw(maybe(IDS)),
        checklist=kind if family == "check" else None,
        confirmed=draw(st.sampled_from([True, True, False, None])),
        amounts=draw(st.none() | st.dictionaries(st.sampled_from(AMOUNTS), st.sampled_from([0, 1, 2.5, 0.1, 20]))),
        based_on=draw(maybe(IDS)),
        place=draw(st.none() | st.integers(1, 4)),
        crew=draw(st.none() | st.dictionaries(st.sampled_from(WORDS["role"]), st.integers(1, 3), min_size=1)),
        **{name: draw(maybe(values)) for name, values in WORDS.items()},
        **{name: tuple(draw(st.sets(st.sampled_from(values)))) for name, values in LISTS.items()},
    )


@st.composite
def exceptions(draw, family) -> Filter:
    words = draw(st.sampled_from(list(FILTER_OF)))
    return Filter(
        family=family,
        kinds=tuple(draw(st.sets(st.sampled_from(KINDS), max_size=1))),
        results=tuple(draw(st.sets(st.sampled_from(LISTS["results"]), max_size=1))),
        **{words: tuple(draw(st.sets(st.sampled_from(words_of(words)), max_size=1)))},
    )


@st.composite
def free_tallies(draw) -> Tally:
    """Any tally the language can say, not only those of today's documents."""
    family = draw(st.sampled_from(["record", "link", "check"]))
    kinds = tuple(draw(st.sets(st.sampled_from(KINDS), max_size=3)))
    asked = {name: tuple(draw(st.sets(st.sampled_from(words_of(name)), max_size=1))) for name in FILTER_OF}
    asked |= {name: tuple(draw(st.sets(st.sampled_from(values), max_size=1))) for name, values in LISTS.items()}
    asked = {name: draw(st.sampled_from([(), words])) for name, words in asked.items()}
    is_check = family == "check"
    distinct = draw(
        st.sampled_from(
            ["record", "target", "item", "venue", "subject", "destination", "day", "step", "dated", "answer"]
        )
    )
    table = draw(st.sampled_from([(), (("adopted", Fraction(5)), ("filed", Fraction(-1)))]))
    weighs = {
        "table": table,
        "best": draw(st.booleans()),
        "sum": draw(maybe(AMOUNTS)),
        "share": share_of(draw(st.sampled_from(SHARES))),
    }
    standing = draw(st.none() | DAYS)
    return Tally(
        key="",
        duty="free",
        part=None,
        period=YEAR,
        subject_type="member",
        posts=(),
        except_posts=(),
        where=Filter(
            family=family,
            kinds=() if is_check else kinds,
            checklist=kinds[0] if is_check and kinds else None,
            at_venue=draw(st.booleans()),
            at_least=tuple(draw(st.dictionaries(st.sampled_from(AMOUNTS), st.integers(0, 3), max_size=1)).items()),
            without=draw(st.none() | exceptions(family)),
            confirmed=draw(st.sampled_from(["required", "any"])),
            away=draw(st.sampled_from([(), ("absent", "late"), ("absent",)])),
            **asked,
            **(weighs if distinct == "record" else {}),
        ),
        distinct=distinct,
        by=draw(st.sampled_from(["subject", "target", "pair", "all"])),
        listed=draw(st.booleans()),
        span_from=None if standing else draw(st.none() | DAYS),
        span_until=None if standing else draw(st.none() | DAYS),
        standing_on=standing,
        named=draw(st.none() | st.sets(st.sampled_from(WORDS["for_period"])).map(sorted).map(tuple)),
        done_from=draw(st.none() | DAYS),
        done_until=draw(st.none() | DAYS),
        standing_from=draw(st.none() | st.dates(date(2021, 12, 1), standing)) if standing else None,
    )


@pytest.fixture(scope="module")
def server() -> Iterator[object]:
    """A connection of its own, on which a temporary table stands where the view would."""
    connection = psycopg2.connect(ADMIN_URL)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE deed ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
    yield connection
    connection.close()


@pytest.fixture
def deeds(server, monkeypatch):
    """`deeds(rows)` makes these the rows of `deed`, for the counter under test."""
    monkeypatch.setattr(counter, "connection", server)
    monkeypatch.setattr(counter, "branches", lambda: [_branch(family) for family in ("record", "link", "check")])

    def put(rows: list[Row]) -> None:
        names = [field.name for field in dataclasses.fields(Row)]
        values = [tuple(stored(value) for value in dataclasses.astuple(row)) for row in rows]
        with server.cursor() as cursor:
            cursor.execute("DELETE FROM deed")
            if values:
                execute_values(cursor, f"INSERT INTO deed ({', '.join(names)}) VALUES %s", values)

    return put


def _branch(family):
    """The table's rows of a family, as an app's branch gives its own."""
    return Branch({name: name for name in COLUMNS} | {"family": f"'{family}'"}, f"deed WHERE family = '{family}'")


def stored(value):
    """A value as the driver sends it; the committee itself has no id in its own schema."""
    if isinstance(value, dict):
        return Json(value)
    return None if value in ("self", "") else list(value) if isinstance(value, tuple) else value


FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def numbers(found):
    return {pair: (counted.number, counted.values) for pair, counted in found.items() if counted.number}


def sortedly(found):
    return {pair: (number, tuple(sorted(values))) for pair, (number, values) in numbers(found).items()}


@FEW
@given(rows=st.lists(deed_rows(), max_size=25), wanted=st.lists(free_tallies(), min_size=1, max_size=6))
def test_any_tally_counts_alike_in_memory_and_in_the_database(deeds, rows, wanted):
    wanted = [dataclasses.replace(tally, key=f"t{index}") for index, tally in enumerate(wanted)]
    deeds(rows)
    assert sortedly(counter.count_all(wanted)) == sortedly(count(wanted, rows))


@FEW
@given(rows=st.lists(deed_rows(), max_size=25), wanted=st.lists(free_tallies(), min_size=1, max_size=3))
def test_one_subjects_counts_carry_the_same_records(deeds, rows, wanted):
    wanted = [dataclasses.replace(tally, key=f"t{index}") for index, tally in enumerate(wanted)]
    deeds(rows)
    plain = count(wanted, rows)
    for _, subject in SUBJECTS:
        expected = {
            pair: tuple(sorted(found.records))
            for pair, found in plain.items()
            if pair[1] in (subject, "*") or pair[1].startswith(f"{subject}>")
        }
        found = counter.count_one(wanted, subject)
        assert {pair: tuple(sorted(one.records)) for pair, one in found.items()} == expected


@pytest.mark.parametrize("template", ["yiyang-2021", "guangzhou-2020"])
@settings(FEW, max_examples=15)
@given(rows=st.lists(deed_rows(), max_size=25), as_of=st.dates(date(2022, 1, 1), date(2022, 12, 31)))
def test_every_tally_of_a_document_counts_alike(deeds, template, rows, as_of):
    wanted = tallies(resolved(template), as_of)
    deeds(rows)
    assert sortedly(counter.count_all(wanted)) == sortedly(count(wanted, rows))


@pytest.mark.parametrize("document", ["yunting-2023", "zewu-points-2024", "heping-2025"])
@settings(FEW, max_examples=5)
@given(rows=st.lists(deed_rows(), max_size=25))
def test_documents_of_other_shape_count_alike(deeds, document, rows):
    wanted = tallies(resolved(f"{DOCUMENTS}/{document}"), date(2025, 6, 30))
    deeds(rows)
    assert sortedly(counter.count_all(wanted)) == sortedly(count(wanted, rows))


def test_nothing_to_count_asks_nothing():
    assert counter.count_all([]) == {}


WEEKLY = """\
id: {name}
title: 每周一件
clauses: [X-1]
kind: count
subject: member
period: week
due: {{days_before_end: 2}}
counts: {{kinds: [{kind}]}}
values:
  - {{min: 1}}
"""
SMALL = {
    "policy.yaml": "id: weekly\ntitle: 某市办法\nnumber: 某协〔2021〕1号\nin_force_from: 2021-01-01\ndirection: free\n",
    "clauses.yaml": "clauses:\n  - {id: X-1, ref: 第一条, summary: 每周一件}\n",
}


@pytest.fixture(scope="module")
def weekly(tmp_path_factory) -> list[Tally]:
    """Five duties of 53 weeks, each counted in time and late."""
    folder = tmp_path_factory.mktemp("weekly")
    (folder / "duties").mkdir()
    kinds = [*KINDS[:3], *KINDS[:2]]
    duties = {f"duties/d{n}.yaml": WEEKLY.format(name=f"d{n}", kind=kind) for n, kind in enumerate(kinds)}
    for name, text in (SMALL | duties).items():
        (folder / name).write_text(text, encoding="utf-8")
    return tallies(resolve(load_template(folder)), date(2022, 12, 31))


@settings(FEW, max_examples=5)
@given(rows=st.lists(deed_rows(), max_size=25))
def test_weekly_duties_count_alike(deeds, weekly, rows):
    deeds(rows)
    plain = count(weekly, rows)
    assert sortedly(counter.count_all(weekly)) == sortedly(plain)
    for _, subject in SUBJECTS[:2]:
        expected = {pair: set(found.records) for pair, found in plain.items() if pair[1] == subject}
        found = counter.count_one(weekly, subject)
        assert {pair: set(one.records) for pair, one in found.items()} == expected


def test_a_duty_of_many_periods_asks_with_one_condition(weekly):
    """Its tallies are rows of what is asked, not columns of the answer: the statement is as long for a week as for a year."""
    statement = counter._statement(weekly, [], only=None)
    assert statement.sql.count("WHEN 0 THEN") == 1
    assert "WHEN 1 THEN" not in statement.sql
    assert statement.sql.count("%s") == len(statement.params) < 20
