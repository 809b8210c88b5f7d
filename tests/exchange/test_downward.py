"""Published policies and positions: raw SQL as each committee's role, and who reads what."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import ProgrammingError, connection, transaction

from core.audit import SYSTEM
from core.errors import NotFound
from exchange import downward
from exchange.models import Position, Publication

pytestmark = pytest.mark.django_db

AT = dt.datetime(2022, 11, 30, 9, tzinfo=dt.UTC)
DAY = dt.date(2023, 1, 1)


def _run(statement: str, params: list | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


def _denied(statement: str, params: list | None = None) -> str:
    with pytest.raises(ProgrammingError) as caught, transaction.atomic():
        _run(statement, params)
    return str(caught.value)


def _publish() -> Publication:
    return downward.publish(
        content={"id": "y"}, title="办法", note="改了结对人数", substance="s", in_force_from=DAY, at=AT, by=SYSTEM
    )


@pytest.fixture
def published(place):
    with place("yiyang").inside():
        return _publish()


def test_a_version_is_read_by_its_publisher_and_the_direct_children_only(place, published):
    seen = {}
    for slug in ("yiyang", "anhua", "nanxian", "hunan", "guangdong", "guangzhou"):
        with place(slug).inside():
            seen[slug] = _run("SELECT id FROM exchange_publication")
    assert seen == {"yiyang": 1, "anhua": 1, "nanxian": 1, "hunan": 0, "guangdong": 0, "guangzhou": 0}
    with place("anhua").inside():
        assert downward.from_above().get().version == 1
        assert downward.publication(published.pk).content == {"id": "y"}
    with place("guangzhou").inside(), pytest.raises(NotFound):
        downward.publication(published.pk)
    with place("hunan").inside():
        assert not downward.from_above().exists()


def test_versions_are_numbered_and_a_second_click_publishes_nothing(place, published, monkeypatch):
    with place("yiyang").inside():
        assert _publish().version == 2
        older = downward.published().filter(version=1)
        monkeypatch.setattr(downward, "published", lambda: older)
        with pytest.raises(downward.PublishedMeanwhile):
            _publish()


@pytest.mark.parametrize("slug", ["yiyang", "anhua"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exchange_publication SET content = '{}'",
        "UPDATE exchange_publication SET digest = digest",
        "DELETE FROM exchange_publication",
        "TRUNCATE exchange_publication",
        "UPDATE exchange_position SET deviations = 0",
        "DELETE FROM exchange_position",
    ],
)
def test_what_was_published_or_told_is_never_changed_or_removed(place, published, slug, statement):
    with place(slug).inside():
        assert "permission denied" in _denied(statement)


PUBLISH = """INSERT INTO exchange_publication (id, created_at, publisher, version, title, note, content, digest, substance,
    in_force_from, published_at) VALUES (gen_random_uuid(), now(), %s, 9, 't', '', '{}', 'd', 's', '2023-01-01', now())"""
TELL = """INSERT INTO exchange_position (id, created_at, sender, recipient, substance, since, deviations, parameters,
    additions) VALUES (gen_random_uuid(), now(), %s, %s, 's', '2023-01-01', 1, 9, 0)"""


@pytest.mark.parametrize(
    ("statement", "params"),
    [
        (PUBLISH, ["430900"]),
        (PUBLISH, ["430921"]),
        (TELL, ["430921", "430900"]),
        (TELL, ["430923", "430000"]),
        (TELL, ["430923", "430923"]),
    ],
)
def test_nobody_speaks_in_anothers_name_or_past_the_parent(place, statement, params):
    with place("anhua").inside():
        assert "row-level security" in _denied(statement, params)


def _tell(**changed) -> Position | None:
    said = {"substance": "s", "since": DAY, "deviations": 1, "parameters": 9, "additions": 0, "by": SYSTEM}
    return downward.take_position(**said | changed)


def test_the_parent_reads_the_last_word_of_each_child_as_of_a_day(place):
    with place("anhua").inside():
        _tell()
        _tell(deviations=2)
        _tell(since=DAY + dt.timedelta(days=9), deviations=3)
    with place("nanxian").inside():
        _tell(deviations=0)
        assert {one.sender for one in Position.objects.all()} == {"430921"}  # a sibling's is nobody's business
    with place("yiyang").inside():
        now, later = downward.positions(DAY), downward.positions(dt.date(2022, 12, 31))
        assert [now[code].deviations for code in ("430923", "430921")] == [2, 0]
        # as they were made, with the city's own numbers
        assert [later[code].deviations for code in ("430923", "430921")] == [0, 0]
    with place("hunan").inside():
        assert not Position.objects.exclude(sender="430900").exists()
        assert _tell() is None


def test_an_altered_version_is_refused(place, published, monkeypatch):
    with place("anhua").inside():
        monkeypatch.setattr(downward, "digest_of", lambda content: "another")
        with pytest.raises(downward.PublicationAltered):
            downward.publication(published.pk)
