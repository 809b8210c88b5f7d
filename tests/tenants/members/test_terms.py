"""届满: one act, one day, everybody of the term."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import Q

from core.models import AuditEvent, AuditWords
from core.personal import references
from core.personal.reach import tenant_models
from tenants.members import actions, queries
from tenants.members.models import Member
from tests.tenants.members.conftest import TODAY, Life, rows

DAY = dt.date(2022, 11, 1)


def close(life: Life, **changes: Any) -> actions.Closing:
    values = {"name": "第十届", "ends_on": DAY, "continuing": [], "today": TODAY, "by": life.office}
    return actions.close_term(**(values | changes))


def test_memberships_and_everything_tied_to_them_end_on_the_day(life: Life) -> None:
    newcomer = actions.add_member(name="新委员", number="N1", sector=life.other.sector, joined_on=DAY, by=life.office)
    closing = close(life)
    assert (closing.members, closing.continuing, closing.accounts) == (1, 0, 1)
    life.other.refresh_from_db()
    assert (life.other.left_on, life.other.continues, life.other.user.is_active) == (DAY, False, False)
    assert Member.objects.get(pk=life.leaver.pk).left_on == dt.date(2022, 6, 1), "who left before keeps the day"
    assert Member.objects.get(pk=newcomer.pk).left_on is None, "the next term's stay"
    assert set(closing.ended) == {
        "members.seat", "members.post", "members.convener",
        "liaison.constituentlink",
    }  # fmt: skip
    for model in tenant_models():
        if not (last := getattr(model.Personal, "ends", None)) or model is Member:
            continue
        for name in references(model):
            if model._meta.get_field(name).related_model is Member:
                open_rows = model._default_manager.filter(
                    Q(**{last: None}) | Q(**{f"{last}__gt": DAY}), **{name: life.other}
                )
                assert not open_rows.exists(), model


def test_who_sits_on_keeps_the_account_and_never_falls_due(life: Life) -> None:
    close(life, continuing=[life.other.pk])
    life.other.refresh_from_db()
    assert (life.other.left_on, life.other.continues, life.other.user.is_active) == (DAY, True, True)
    assert life.other not in queries.due(dt.date(2040, 1, 1))


def test_an_account_of_staff_stays_open(life: Life) -> None:
    life.other.user.grants.create(role="office")
    assert close(life).accounts == 0


def test_the_trail_tells_of_the_term_and_of_each_member(life: Life) -> None:
    close(life)
    event = AuditEvent.objects.get(action="members.close_term")
    assert event.new["persons"] == 1
    (word,) = AuditWords.objects.filter(event=event)
    assert (word.subject_id, word.new) == (life.other.pk, {"left_on": "2022-11-01", "continues": False})


def test_the_preview_changes_nothing(life: Life) -> None:
    before = rows()
    closing = actions.what_would_end(name="第十届", ends_on=DAY, continuing=[], today=TODAY, by=life.office)
    assert closing.members == 1
    assert rows() == before


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"name": " "}, actions.TermUnnamed),
        ({"ends_on": TODAY + dt.timedelta(1)}, actions.TermInFuture),
        ({"ends_on": dt.date(2000, 1, 1)}, actions.NobodyServes),
    ],
)
def test_a_term_nobody_means_is_refused_and_nothing_changes(life: Life, change: dict, refusal: Any) -> None:
    before = rows()
    with pytest.raises(refusal):
        close(life, **change)
    assert rows() == before


def test_a_term_ends_once(life: Life) -> None:
    close(life)
    with pytest.raises(actions.TermClosed):
        close(life)
