"""One-time links: made by the office, used once, in one committee, for seven days."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts import actions, invitations
from accounts.models import Invitation, Session, User
from accounts.roles import Assignment
from core import clock
from core.audit import SYSTEM
from core.errors import NotFound
from core.models import AuditEvent

pytestmark = pytest.mark.django_db
SECRET = "correct horse battery"
MEMBER = (Assignment("leader"),)


def _invite(name: str = "王某", username: str = "wang", roles: tuple[Assignment, ...] = MEMBER) -> invitations.Link:
    return invitations.invite(display_name=name, username=username, roles=roles, by=SYSTEM)


def _choose(link: invitations.Link, **more: str) -> dict[str, str]:
    return {"username": link.user.username, "password": SECRET, "again": SECRET} | more


def test_an_invited_person_chooses_account_and_password_and_is_signed_in(place):
    with place("anhua").inside():
        link = _invite()
    client = Client(headers={"host": "anhua.localhost"})
    page = client.get(link.path)
    assert page.status_code == 200
    assert page["Cache-Control"].find("no-store") >= 0
    assert client.get(link.path).status_code == 200  # looking does not use it up
    assert client.post(link.path, _choose(link, username="wangmou"))["location"] == "/"
    assert client.get("/policy/").status_code == 200
    with place("anhua").inside():
        user = User.objects.get(username="wangmou")
        assert user.check_password(SECRET)
        assert user.password.startswith("argon2")


def test_a_link_works_once(place):
    with place("anhua").inside():
        link = _invite()
    client = Client(headers={"host": "anhua.localhost"})
    client.post(link.path, _choose(link))
    again = Client(headers={"host": "anhua.localhost"})
    for answer in (
        again.get(link.path),
        again.post(link.path, _choose(link, password="another word 9", again="another word 9")),
    ):
        assert answer.status_code == 404


def test_unknown_used_expired_revoked_and_foreign_links_read_the_same(place, monkeypatch):
    now = clock.now()
    with place("anhua").inside():
        used, expired, revoked, dead = (_invite(username=name) for name in ("a", "b", "c", "d"))
        invitations.accept(token=used.token, password=SECRET, username="a")
        Invitation.objects.filter(user=expired.user).update(expires_at=now - dt.timedelta(seconds=1))
        invitations.revoke(id=revoked.user.pk, by=SYSTEM)
        User.objects.filter(pk=dead.user.pk).update(is_active=False)
    with place("nanxian").inside():
        foreign = _invite()
        body = lambda answer: answer.content.decode().replace(foreign.token, "")  # noqa: E731
    client = Client(headers={"host": "anhua.localhost"})
    answers = [
        client.get(f"/join/{token}/")
        for token in ("nonsense", *(one.token for one in (used, expired, revoked, dead, foreign)))
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({body(answer) for answer in answers}) == 1
    assert "王某" not in body(answers[-1])
    assert Client(headers={"host": "nanxian.localhost"}).get(foreign.path).status_code == 200


def test_a_row_copied_to_another_committee_opens_nothing_there(place):
    with place("anhua").inside():
        link = _invite()
        row = Invitation.objects.get(user=link.user)
    with place("nanxian").inside():
        other = _invite()
        Invitation.objects.filter(user=other.user).update(digest=row.digest)
        with pytest.raises(invitations.LinkVoid):
            invitations.find(link.token)


def test_the_secret_of_a_link_is_nowhere_in_the_database(anhua):
    link = _invite()
    row = Invitation.objects.get(user=link.user)
    assert link.token not in str(row.__dict__)
    assert link.token not in str([(event.new, event.old) for event in AuditEvent.objects.all()])


def test_a_fresh_link_makes_the_one_before_void(anhua):
    first = _invite()
    second = invitations.issue(id=first.user.pk, by=SYSTEM)
    with pytest.raises(invitations.LinkVoid):
        invitations.find(first.token)
    assert invitations.find(second.token).purpose == "join"


def test_a_reset_link_sets_a_new_password_keeps_the_name_and_ends_all_sessions(anhua, browser_of, account):
    user = account("leader", password=SECRET)
    elsewhere = browser_of(anhua, user)
    assert elsewhere.get("/policy/").status_code == 200
    link = invitations.issue(id=user.pk, by=SYSTEM)
    assert link.purpose == "reset"
    client = Client(headers={"host": anhua.host})
    client.post(link.path, {"password": "another word 9", "again": "another word 9", "username": "usurper"})
    assert client.get("/policy/").status_code == 200
    assert elsewhere.get("/policy/").status_code == 302
    user.refresh_from_db()
    assert (user.username, user.check_password("another word 9")) == ("leader", True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"password": "short", "again": "short"}, "10"),
        ({"password": "1234567890123", "again": "1234567890123"}, "数字"),
        ({"password": SECRET, "again": "other"}, "不一样"),
        ({"username": "taken"}, "已有人使用"),
        ({"username": "two words"}, "不含空格"),
    ],
)
def test_a_refused_choice_is_said_and_the_link_stays_good(anhua, given, said):
    actions.create_user(username="taken", display_name="李某", password=None, roles=["leader"], by=SYSTEM)
    link = _invite()
    answer = Client(headers={"host": anhua.host}).post(link.path, _choose(link, **given))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not User.objects.get(pk=link.user.pk).has_usable_password()
    invitations.find(link.token)


@pytest.mark.parametrize(
    ("roles", "refusal"),
    [
        ((), actions.RoleMissing),
        ((Assignment("operator"),), actions.UnknownRole),
        ((Assignment("king"),), actions.UnknownRole),
        ((Assignment("district_recorder"),), actions.ScopeMissing),
        ((Assignment("special_committee_office"),), actions.ScopeMissing),
    ],
)
def test_roles_that_cannot_be_are_refused_and_nothing_is_written(anhua, roles, refusal):
    before = (User.objects.count(), AuditEvent.objects.count())
    with pytest.raises(refusal):
        _invite(roles=roles)
    assert (User.objects.count(), AuditEvent.objects.count()) == before


def test_a_nameless_or_deactivated_account_gets_no_link(anhua):
    with pytest.raises(actions.NameMissing):
        _invite(name="  ")
    link = _invite()
    actions.deactivate(id=link.user.pk, why="调离", by=SYSTEM)
    with pytest.raises(invitations.Deactivated):
        invitations.issue(id=link.user.pk, by=SYSTEM)
    with pytest.raises(invitations.NothingOpen):
        invitations.revoke(id=link.user.pk, by=SYSTEM)


def test_a_foreign_account_gets_no_link(place):
    with place("nanxian").inside():
        foreign = _invite()
    with place("anhua").inside():
        for write in (
            lambda: invitations.issue(id=foreign.user.pk, by=SYSTEM),
            lambda: actions.deactivate(id=foreign.user.pk, why="", by=SYSTEM),
            lambda: actions.reactivate(id=foreign.user.pk, by=SYSTEM),
            lambda: actions.change_roles(id=foreign.user.pk, roles=MEMBER, by=SYSTEM),
        ):
            with pytest.raises(NotFound):
                write()


def test_the_last_office_is_neither_ended_nor_stripped(anhua, account):
    office = account("office", password=SECRET)
    waiting = _invite(username="new", roles=(Assignment("office"),))  # has not opened the account: no help yet
    with pytest.raises(actions.LastOffice):
        actions.deactivate(id=office.pk, why="", by=SYSTEM)
    with pytest.raises(actions.LastOffice):
        actions.change_roles(id=office.pk, roles=MEMBER, by=SYSTEM)
    invitations.accept(token=waiting.token, password=SECRET, username="new")
    actions.change_roles(id=office.pk, roles=MEMBER, by=SYSTEM)
    assert User.objects.get(pk=office.pk).role_names == {"leader"}


def test_nobody_deactivates_the_account_they_are_using(anhua, account):
    office, _ = account("office", password=SECRET), account("office", "other", password=SECRET)
    with pytest.raises(actions.OwnAccount):
        actions.deactivate(id=office.pk, why="", by=office)


def test_a_deactivated_account_is_out_at_once_and_back_with_its_roles(anhua, account, browser_of):
    user = account("leader", password=SECRET)
    client = browser_of(anhua, user)
    actions.deactivate(id=user.pk, why="调离", by=SYSTEM)
    assert client.get("/policy/").status_code == 302
    assert Session.objects.filter(user=user).count() == 0
    refused = Client(headers={"host": anhua.host}).post("/sign-in/", {"username": "leader", "password": SECRET})
    assert refused.status_code == 422
    actions.reactivate(id=user.pk, by=SYSTEM)
    assert (
        Client(headers={"host": anhua.host}).post("/sign-in/", {"username": "leader", "password": SECRET}).status_code
        == 302
    )


def test_every_write_leaves_its_line_and_a_repeat_leaves_none(anhua, account):
    account("office", password=SECRET)
    link = _invite()
    actions.change_roles(id=link.user.pk, roles=[Assignment("upper_liaison")], by=SYSTEM)
    actions.change_roles(id=link.user.pk, roles=[Assignment("upper_liaison")], by=SYSTEM)
    invitations.revoke(id=link.user.pk, by=SYSTEM)
    actions.deactivate(id=link.user.pk, why="调离", by=SYSTEM)
    actions.deactivate(id=link.user.pk, why="调离", by=SYSTEM)
    actions.reactivate(id=link.user.pk, by=SYSTEM)
    told = list(
        AuditEvent.objects.filter(subject_id=link.user.pk).order_by("created_at").values_list("action", flat=True)
    )
    assert told == [
        "accounts.create_user", "accounts.issue_join", "accounts.change_roles", "accounts.revoke_link", "accounts.deactivate",
        "accounts.reactivate",
    ]  # fmt: skip
