"""A token is one account's, of one committee, with a scope and an end; it is shown once and kept as a digest."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts import actions, guessing, tokens
from accounts.models import Session
from core import clock
from core.errors import NotFound
from core.models import AuditEvent

pytestmark = pytest.mark.django_db
SECRET = "correct horse battery"


def issued(user: Any, **more: Any) -> tokens.Issued:
    return tokens.issue_token(**({"name": "OA", "scope": "read", "days": 30} | more), by=user)


def test_a_token_opens_until_it_is_revoked_and_its_secret_is_not_kept(anhua, account):
    user = account("office")
    made = issued(user)
    held = tokens.holder_of(made.secret)
    assert held is not None
    assert (held.user, held.scope) == (user, "read")
    assert made.secret not in str(Session.objects.values_list())
    tokens.revoke_token(id=made.row.pk, by=user)
    assert tokens.holder_of(made.secret) is None
    told = AuditEvent.objects.filter(subject_id=user.pk).order_by("created_at").values_list("action", flat=True)
    assert list(told)[-2:] == ["accounts.issue_token", "accounts.revoke_token"]


def test_a_token_is_a_stranger_at_another_committee_even_with_its_row_copied(place, account):
    with place("anhua").inside():
        made = issued(account("office"))
    with place("nanxian").inside():
        other = account("office")
        made.row.user = other
        made.row.save(force_insert=True)
        assert tokens.holder_of(made.secret) is None
        made.row.place = tokens.place()
        made.row.save()
        assert tokens.holder_of(made.secret) is None


def test_a_token_ends_with_its_day_its_password_and_its_account(anhua, account, monkeypatch):
    user, office = account("leader"), account("office", password=SECRET)
    made = issued(user)
    moment = clock.now() + dt.timedelta(days=31)
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: moment)
        assert tokens.holder_of(made.secret) is None
        assert tokens.tokens_of(user) == []
    assert tokens.holder_of(made.secret)
    actions.end_other_sessions(user=user, keep=None)
    assert tokens.holder_of(made.secret)  # another device is not a program
    actions.set_password(user=user, password=SECRET, by=user)
    assert tokens.holder_of(made.secret) is None
    again = issued(user)
    actions.deactivate(id=user.pk, why="调离", by=office)
    assert tokens.holder_of(again.secret) is None


def test_what_is_kept_of_a_token_opens_no_page(anhua, account, client):
    from django.conf import settings

    made = issued(account("office"))
    client.cookies[settings.SESSION_COOKIE_NAME] = made.row.session_key
    assert client.get("/members/", headers={"host": anhua.host}).status_code == 302
    assert tokens.holder_of(made.row.session_key) is None
    with pytest.raises(NotFound):
        actions.end_session(user=made.row.user, id=made.row.pk)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"name": " "}, tokens.TokenUnnamed),
        ({"scope": ""}, tokens.UnknownTerms),
        ({"scope": "all"}, tokens.UnknownTerms),
        ({"days": 0}, tokens.UnknownTerms),
        ({"days": 366}, tokens.UnknownTerms),
    ],
)
def test_terms_nobody_offers_are_refused(anhua, account, given, refusal):
    user = account("office")
    with pytest.raises(refusal):
        issued(user, **given)
    assert tokens.tokens_of(user) == []


def test_there_are_no_more_than_ten_and_nobody_ends_anothers(anhua, account):
    user, other = account("office"), account("leader")
    first, *_ = [issued(user) for _ in range(tokens.AT_MOST)]
    with pytest.raises(tokens.TooManyTokens):
        issued(user)
    with pytest.raises(NotFound):
        tokens.revoke_token(id=first.row.pk, by=other)
    session = Session.objects.create(
        session_key="b" * 32, session_data="", user=user, place=tokens.place(), expire_date=clock.now()
    )
    with pytest.raises(NotFound):
        tokens.revoke_token(id=session.pk, by=user)


def test_guessing_the_password_for_a_token_is_locked_and_another_refusal_is_no_guess(anhua, account, browser_of):
    client = browser_of(anhua, account("office", password=SECRET))
    given = {"name": "OA", "scope": "read", "days": "90"}
    changed = {"current": SECRET, "password": "1"}
    for _ in range(guessing.ATTEMPTS + 1):
        assert "次数过多" not in client.post("/accounts/me/password/", changed | {"again": "1"}).content.decode()
    for _ in range(guessing.ATTEMPTS):
        answer = client.post("/accounts/me/tokens/", given | {"password": "?"}).content.decode()
        assert "密码不对，没有生成令牌" in answer
    for sent in ("?", SECRET):
        assert "输错次数过多" in client.post("/accounts/me/tokens/", given | {"password": sent}).content.decode()
    wrong = client.post(
        "/accounts/me/password/", {"current": "?", "password": "Ganz-neu-2022", "again": "Ganz-neu-2022"}
    )
    assert "输错次数过多" in wrong.content.decode()


def test_the_page_shows_a_new_token_once_and_takes_it_back(anhua, account, browser_of):
    user = account("office", password=SECRET)
    client = browser_of(anhua, user)
    given = {"name": "市里的 OA", "scope": "read", "days": "90"}
    assert "密码不对，没有生成令牌" in client.post("/accounts/me/tokens/", given | {"password": "?"}).content.decode()
    shown = client.post("/accounts/me/tokens/", given | {"password": SECRET})
    assert shown.status_code == 200
    (row,) = tokens.tokens_of(user)
    secret = tokens.PREFIX + shown.content.decode().split(tokens.PREFIX)[1].split("<")[0]
    assert tokens.holder_of(secret) == row
    assert shown["Cache-Control"] == "private, no-store"
    body = client.get("/accounts/me/tokens/").content.decode()
    assert "市里的 OA" in body
    assert tokens.PREFIX not in body
    assert "有 1 个系统" in client.get("/accounts/me/").content.decode()
    assert client.post(f"/accounts/me/tokens/{row.pk}/revoke/").status_code == 302
    assert tokens.holder_of(secret) is None
