"""A session is one host's, of one epoch, and ends by idling, by age, by a new password, and when its owner says so."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client

from accounts.devices import UNKNOWN, device_of
from accounts.models import Session
from core import clock

pytestmark = pytest.mark.django_db
SECRET = "correct horse battery"
PHONE = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/110 Mobile MicroMessenger/8.0"


def _signed_in(place, username: str, **more: str) -> Client:
    client = Client(headers={"host": place.host, "user-agent": PHONE})
    assert client.post("/sign-in/", {"username": username, "password": SECRET} | more).status_code == 302
    return client


def _later(monkeypatch, **delta: int) -> None:
    moment = clock.now() + dt.timedelta(**delta)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_the_session_of_one_committee_is_a_stranger_at_another(place, account):
    for slug in ("anhua", "nanxian"):
        with place(slug).inside():
            account("leader", password=SECRET)
    client = _signed_in(place("anhua"), "leader")
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get("/inbox/", headers={"host": "nanxian.localhost"}).status_code == 302
    with place("anhua").inside():
        row = Session.objects.get(session_key=key)
    with place("nanxian").inside():  # even with the row copied along
        row.user_id = None
        row.save(force_insert=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert client.get("/inbox/", headers={"host": "nanxian.localhost"}).status_code == 302
    with place("nanxian").inside():
        assert not Session.objects.filter(session_key=key).exists()


def test_the_cookie_is_host_only_and_hidden_from_scripts(anhua, account):
    account("leader", password=SECRET)
    cookie = _signed_in(anhua, "leader").cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["domain"], cookie["path"], cookie["samesite"]) == ("", "/", "Lax")
    assert cookie["httponly"]
    assert not cookie["max-age"]  # gone with the browser


def test_outside_development_the_cookies_carry_the_host_prefix():
    import os
    import subprocess
    import sys

    env = {name: value for name, value in os.environ.items() if name != "LIANXIN_TODAY"}
    env |= {
        "LIANXIN_DEV": "0",
        "LIANXIN_BASE_DOMAIN": "example.org",
        "LIANXIN_SECRET_KEY": "x" * 50,
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    code = "from config import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE)"
    told = subprocess.run(
        [sys.executable, "-c", code], env=env | {"PYTHONPATH": ":".join(sys.path)}, capture_output=True, text=True
    )
    assert told.stdout.split() == ["__Host-lianxin_session", "__Host-lianxin_csrf", "True"], told.stderr


def test_half_an_hour_of_idling_ends_a_session_and_use_prolongs_it(anhua, account, monkeypatch):
    account("leader", password=SECRET)
    client = _signed_in(anhua, "leader")
    for _ in range(3):
        _later(monkeypatch, minutes=25)
        assert client.get("/inbox/").status_code == 200
    _later(monkeypatch, minutes=31)
    assert client.get("/inbox/").status_code == 302
    assert not Session.objects.exists()


def test_twelve_hours_end_a_session_however_busy(anhua, account, monkeypatch):
    account("leader", password=SECRET)
    client = _signed_in(anhua, "leader")
    for _ in range(36):
        assert client.get("/inbox/").status_code == 200
        _later(monkeypatch, minutes=20)
    assert client.get("/inbox/").status_code == 302


def test_being_seen_is_written_once_a_minute_at_most(anhua, account, django_assert_num_queries, monkeypatch):
    account("leader", password=SECRET)
    client = _signed_in(anhua, "leader")
    seen = Session.objects.get().seen_at
    client.get("/inbox/")
    assert Session.objects.get().seen_at == seen
    _later(monkeypatch, minutes=2)
    client.get("/inbox/")
    assert Session.objects.get().seen_at > seen


def test_a_members_own_phone_is_remembered_fourteen_days_and_thirty_in_all(anhua, account, monkeypatch):
    account("member", password=SECRET)
    client = _signed_in(anhua, "member", remember="on")
    assert int(client.cookies[settings.SESSION_COOKIE_NAME]["max-age"]) == 30 * 24 * 3600
    for days in (13, 13):
        _later(monkeypatch, days=days)
        assert client.get("/inbox/").status_code == 200
    _later(monkeypatch, days=5)
    assert client.get("/inbox/").status_code == 302


def test_an_office_is_never_remembered_whatever_the_form_says(anhua, account, monkeypatch):
    account("office", password=SECRET)
    client = _signed_in(anhua, "office", remember="on")
    _later(monkeypatch, minutes=31)
    assert client.get("/inbox/").status_code == 302


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(anhua, account):
    account("leader", password=SECRET)
    here, there = _signed_in(anhua, "leader"), _signed_in(anhua, "leader")
    wrong = here.post(
        "/accounts/me/password/", {"current": "wrong", "password": "another word 9", "again": "another word 9"}
    )
    assert wrong.status_code == 422
    weak = here.post("/accounts/me/password/", {"current": SECRET, "password": "leader", "again": "leader"})
    assert weak.status_code == 422
    assert there.get("/inbox/").status_code == 200
    done = here.post(
        "/accounts/me/password/", {"current": SECRET, "password": "another word 9", "again": "another word 9"}
    )
    assert done.status_code == 302
    assert here.get("/inbox/").status_code == 200
    assert there.get("/inbox/").status_code == 302


def test_one_sees_and_ends_ones_own_devices_and_nobody_elses(anhua, account):
    account("leader", password=SECRET)
    account("office", password=SECRET)
    here, there, other = _signed_in(anhua, "leader"), _signed_in(anhua, "leader"), _signed_in(anhua, "office")
    page = here.get("/accounts/me/").content.decode()
    assert page.count("安卓手机 · 微信") >= 3  # both devices, and the latest sign-ins
    keys = {one.cookies[settings.SESSION_COOKIE_NAME].value: one for one in (here, there, other)}
    rows = {keys[row.session_key]: row for row in Session.objects.all()}
    assert str(rows[other].id) not in page
    assert not any(key in page for key in keys)
    assert here.post(f"/accounts/me/sessions/{rows[other].id}/end/").status_code == 404
    here.post(f"/accounts/me/sessions/{rows[there].id}/end/")
    assert there.get("/inbox/").status_code == 302
    third = _signed_in(anhua, "leader")
    here.post("/accounts/me/sessions/end/")
    assert [one.get("/inbox/").status_code for one in (here, third, other)] == [200, 302, 200]


def test_wrong_passwords_are_shown_to_the_owner_of_the_account(anhua, account):
    from django.core.cache import cache

    account("leader", password=SECRET)
    try:
        Client(headers={"host": anhua.host}).post("/sign-in/", {"username": "leader", "password": "wrong"})
        Client(headers={"host": anhua.host}).post("/sign-in/", {"username": "nobody", "password": "wrong"})
        assert "密码输错" in _signed_in(anhua, "leader").get("/accounts/me/").content.decode()
    finally:
        for name in ("leader", "nobody"):
            cache.delete(f"sign-in:{name}")


def test_the_token_of_a_form_of_one_committee_is_refused_at_another(place, account):
    for slug in ("anhua", "nanxian"):
        with place(slug).inside():
            account("leader", password=SECRET)
    here = Client(headers={"host": "anhua.localhost"}, enforce_csrf_checks=True)
    page = here.get("/sign-in/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    given = {"username": "leader", "password": SECRET, "csrfmiddlewaretoken": token}
    there = Client(headers={"host": "nanxian.localhost"}, enforce_csrf_checks=True)
    there.get("/sign-in/")
    assert there.post("/sign-in/", given).status_code == 403
    there.cookies = here.cookies  # and with the other host's cookie planted as well
    assert there.post("/sign-in/", given).status_code == 403
    assert here.post("/sign-in/", given).status_code == 302


def test_devices_are_told_in_words():
    assert device_of(PHONE) == "安卓手机 · 微信"
    assert device_of("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Edg/120") == "Windows 电脑 · Edge"
    assert device_of("") == UNKNOWN
