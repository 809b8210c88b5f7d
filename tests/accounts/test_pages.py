"""The office's pages of accounts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.actions import create_user
from accounts.models import User
from accounts.roles import Assignment
from core.audit import SYSTEM
from tenants.members.actions import add_special_committee

pytestmark = pytest.mark.django_db
SECRET = "correct horse battery"


@pytest.fixture
def office(anhua: Any, account: Any, browser_of: Any) -> Any:
    return browser_of(anhua, account("office", password=SECRET))


def _text(answer: Any) -> str:
    return answer.content.decode()


def test_the_office_invites_reissues_revokes_and_sees_the_state(office: Any) -> None:
    committee = add_special_committee(name="提案委", by=SYSTEM)
    given = {
        "display_name": "孙某",
        "username": "sun",
        "roles": ["special_committee_office"],
        "special_committee": [str(committee.pk)],
    }
    assert re.search(r"http://anhua\.localhost/join/[\w-]{23}/", _text(office.post("/accounts/new/", given)))
    user = User.objects.get(username="sun")
    assert user.assignments == (Assignment("special_committee_office", str(committee.pk)),)
    listed = _text(office.get("/accounts/"))
    assert "专委会工作室（提案委）" in listed
    assert "已邀请" in listed
    assert "撤销" in _text(office.get(f"/accounts/{user.pk}/"))
    office.post(f"/accounts/{user.pk}/link/revoke/")
    assert "没有链接" in _text(office.get(f"/accounts/{user.pk}/"))
    assert "/join/" in _text(office.post(f"/accounts/{user.pk}/link/"))


def test_the_link_is_shown_once_and_never_again(office: Any) -> None:
    page = _text(office.post("/accounts/new/", {"display_name": "孙某", "username": "sun", "roles": ["leader"]}))
    token = re.search(r"/join/([\w-]+)/", page)
    assert token
    user = User.objects.get(username="sun")
    for path in ("/accounts/", f"/accounts/{user.pk}/", "/audit/"):
        assert token.group(1) not in _text(office.get(path))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"roles": []}, "请选择角色"),
        ({"roles": ["operator"]}, "operator"),
        ({"roles": ["district_recorder"]}, "负责的范围"),
        ({"username": "office"}, "已有人使用"),
        ({"display_name": " "}, "姓名"),
        (
            {"roles": ["special_committee_office"], "special_committee": ["0192f0c0-0000-7000-8000-000000000000"]},
            "0192f0c0",
        ),
    ],
)
def test_an_invitation_that_cannot_be_says_why_and_writes_nothing(
    office: Any, given: dict[str, Any], said: str
) -> None:
    answer = office.post("/accounts/new/", {"display_name": "孙某", "username": "sun", "roles": ["leader"]} | given)
    assert answer.status_code == 422
    assert said in _text(answer)
    assert not User.objects.filter(username="sun").exists()


def test_roles_are_changed_and_hold_from_the_next_click(office: Any, anhua: Any, browser_of: Any, account: Any) -> None:
    user = account("leader", password=SECRET)
    client = browser_of(anhua, user)
    assert client.get("/members/").status_code == 200
    assert office.post(f"/accounts/{user.pk}/roles/", {"roles": ["upper_liaison"]}).status_code == 302
    assert client.get("/members/").status_code == 403


def test_ending_and_giving_back_access(office: Any, account: Any) -> None:
    user = account("leader", password=SECRET)
    assert office.post(f"/accounts/{user.pk}/deactivate/", {"why": ""}).status_code == 422
    assert office.post(f"/accounts/{user.pk}/deactivate/", {"why": "调离"}).status_code == 302
    assert "恢复使用" in _text(office.get(f"/accounts/{user.pk}/"))
    assert "已停用" in _text(office.post(f"/accounts/{user.pk}/link/", follow=True))
    office.post(f"/accounts/{user.pk}/reactivate/")
    assert User.objects.get(pk=user.pk).is_active
    own = User.objects.get(username="office")
    refused = office.post(f"/accounts/{own.pk}/deactivate/", {"why": "试试"})
    assert refused.status_code == 422
    assert "自己" in _text(refused)


def test_the_list_is_searched_filtered_and_bounded(office: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        create_user(username=f"u{number}", display_name=f"某{number}", password=None, roles=["leader"], by=SYSTEM)
    with django_assert_max_num_queries(16):
        page = _text(office.get("/accounts/"))
    assert "共 61 个" in page
    assert page.count('class="lx-row"') == 50
    assert _text(office.get("/accounts/?q=u59")).count('class="lx-row"') == 1
    assert _text(office.get("/accounts/?state=active")).count('class="lx-row"') == 1
    assert "符合条件的 60 个" in _text(office.get("/accounts/?role=leader&state=uninvited"))
    assert _text(office.get("/accounts/?state=nonsense&role=nonsense&page=99")).count('class="lx-row"') == 11


@pytest.mark.parametrize(
    "role", ["leader", "member", "special_committee_office", "convener", "district_recorder", "upper_liaison"]
)
def test_only_the_office_manages_accounts(anhua: Any, account: Any, browser_of: Any, role: str) -> None:
    user = account(role)
    client = browser_of(anhua, user)
    for path in ("", "new/", f"{user.pk}/", f"{user.pk}/roles/", f"{user.pk}/deactivate/"):
        assert client.get(f"/accounts/{path}").status_code == 403
    for path in ("link/", "link/revoke/", "reactivate/"):
        assert client.post(f"/accounts/{user.pk}/{path}").status_code == 403
    assert client.get("/accounts/me/").status_code == 200


def test_the_operator_has_an_own_account_on_the_bare_host_and_no_list(db: None) -> None:
    from django.test import Client

    from core import tenancy

    with tenancy.as_operator():
        user = create_user(username="op", display_name="运维", password=SECRET, roles=["operator"], by=SYSTEM)
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
    assert "平台运维" in _text(client.get("/accounts/me/"))
    assert client.get("/accounts/").status_code == 404
