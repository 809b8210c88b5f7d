"""Who is narrowed to a part of the committee sees that part alone: on every page, in every search, file, choice and POST.

In the reach of each of the three roles stands 近某; 远某 stands outside it, with one of everything. Whatever is asked for,
the name of 远某 must not come back, and their ids are unknown.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
import re
from dataclasses import dataclass
from typing import Any
from zipfile import ZipFile

import pytest

from accounts.models import User
from accounts.permissions import Permission
from accounts.roles import Assignment, Role
from config.routes import routes
from core.audit import SYSTEM
from core.errors import NotFound
from tenants.activities.actions import record_participation, register_activity
from tenants.activities.models import Activity, Participation
from tenants.liaison.actions import confirm_contact, pair_constituent, register_contact, withdraw_contact
from tenants.liaison.models import ConstituentLink, ContactRecord
from tenants.liaison.queries import claims
from tenants.members import queries
from tenants.members.actions import add_member, add_sector, add_special_committee, give_account
from tenants.members.models import Member, Sector
from tenants.voices.actions import receive_voice, register_output
from tenants.voices.models import Output, Voice
from tests.borders.knowing import asked_that_matter, kinds_looked_up
from tests.borders.test_foreign_ids import tried

pytestmark = pytest.mark.django_db
DAY = dt.date(2022, 11, 1)
TERM = dt.date(2021, 12, 1)
NEAR, FAR = "近某", "远某"
NARROW = ("special_committee_office", "district_recorder", "convener")
REFUSED = {403, 405}
WRITERS = ("special_committee_office", "district_recorder")


@dataclass
class Town:
    users: dict[str, User]
    near: Any
    far: Any
    far_ids: dict[str, Any]
    claim_near: Any
    claim_far: Any
    joint: Any
    held: Any


@pytest.fixture(scope="module")
def built_once(for_the_file: Any) -> Town:
    return for_the_file("guangzhou", build)  # type: ignore[no-any-return]


@pytest.fixture
def town(built_once: Town, guangzhou: Any) -> Town:
    return copy.deepcopy(built_once)


def build() -> Town:
    """Guangzhou: members' own entries are claims until somebody confirms them."""
    committees = [add_special_committee(name=name, by=SYSTEM) for name in ("提案委", "文史委")]
    sectors = [add_sector(name=name, by=SYSTEM) for name in ("教育界", "科技界")]
    near, far = (
        add_member(
            name=name, number=f"N{place}", sector=sectors[place], joined_on=TERM, special_committees=[committees[place]],
            district=district, by=SYSTEM,
        )
        for place, (name, district) in enumerate(((NEAR, "天河区"), (FAR, "越秀区")))
    )  # fmt: skip
    second = add_member(
        name=f"{NEAR}乙", number="M2", sector=sectors[0], joined_on=TERM, special_committees=[committees[0]], district="天河区",
        by=SYSTEM,
    )  # fmt: skip
    scopes = {"special_committee_office": str(committees[0].pk), "district_recorder": "天河区"}
    from accounts.actions import create_user

    users = {
        role: create_user(username=role, display_name=role, password=None, roles=[Assignment(role, scope)], by=SYSTEM)
        for role, scope in scopes.items()
    }
    users["convener"] = give_account(
        id=near.pk, username="near", password=None, roles=["member", "convener"], by=SYSTEM
    )
    stranger = give_account(id=far.pk, username="far", password=None, by=SYSTEM)

    def contact(member: Any, by: Any, **more: Any) -> Any:
        return register_contact(member=member.pk, kind="visit", held_on=DAY, summary="走访", today=DAY, by=by, **more)

    claim_near, claim_far = contact(near, users["convener"]), contact(far, stranger)
    contact(second, SYSTEM, participants=[far.pk], target=far.pk)
    held = register_activity(
        title="联合调研", kind="research", organiser_type="committee", held_on=DAY, today=DAY, by=SYSTEM,
        participants=[near.pk, far.pk],
    )  # fmt: skip
    own = register_activity(
        title="各自调研", kind="research", organiser_type="member", organiser=far.pk, held_on=DAY, today=DAY, by=stranger,
        participants=[far.pk],
    )  # fmt: skip
    joint = register_output(
        type="proposal", title="联名建议", submitted_on=DAY, authorship="joint", lead=far.pk, others=[second.pk], today=DAY, by=SYSTEM
    )  # fmt: skip
    alone = register_output(
        type="proposal", title="独自建议", submitted_on=DAY, authorship="individual", lead=far.pk, today=DAY, by=stranger
    )  # fmt: skip
    voice = receive_voice(
        content="路灯不亮", channel="phone", received_on=DAY, today=DAY, member=far.pk, name=FAR, by=stranger
    )
    receive_voice(content="路面破损", channel="phone", received_on=DAY, today=DAY, member=near.pk, by=SYSTEM)
    link = pair_constituent(member=far.pk, name="群众", since=DAY, today=DAY, by=SYSTEM)
    part = Participation.objects.get(activity=own, member=far)
    ids = {
        "member": far.pk, "contact": claim_far.pk, "activity": own.pk, "output": alone.pk, "voice": voice.pk, "link": link.pk, "part": part.pk,
        "sector": sectors[1].pk, "user": stranger.pk,
    }  # fmt: skip
    return Town(users, near, far, ids, claim_near, claim_far, joint, held)


def _text(answer: Any) -> str:
    """What came back, also from within a spreadsheet."""
    if "spreadsheet" in answer.headers.get("Content-Type", ""):
        with ZipFile(io.BytesIO(answer.content)) as book:
            return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    return answer.content.decode()


def _asks(town: Town) -> list[str]:
    far, near = town.far.pk, town.near.pk
    return [
        "?q=yuan", "?q=N1", "?format=xlsx", "?status=all", f"?member={far}", f"?sector={town.far_ids['sector']}",
        f"?member={near}", "?all=1", "?state=outstanding",
    ]  # fmt: skip


KINDS = {
    "member": Member, "contact": ContactRecord, "activity": Activity, "output": Output, "voice": Voice, "link": ConstituentLink,
    "part": Participation, "sector": Sector, "user": User,
}  # fmt: skip
IN_THE_API = ("member", "contact", "activity", "output", "sector")
PLAIN = [one for one in routes() if one["host"] == "tenant" and "<" not in one["path"]]
ADDRESSED = [one for one in routes() if one["host"] == "tenant" and "<uuid:" in one["path"]]


@pytest.mark.parametrize("role", NARROW)
def test_no_page_search_or_file_shows_a_name_from_outside(
    town: Town, guangzhou: Any, browser_of: Any, role: str
) -> None:
    """Each page bare and with every question it reads (see `knowing`): what it does not read cannot change it."""
    client = browser_of(guangzhou, town.users[role])
    seen, asked = 0, set()
    for route in PLAIN:
        if route["permission"] == "public":
            continue
        path = route["path"]
        for ask, answer in asked_that_matter(lambda ask, path=path: client.get(path + ask), _asks(town)):
            body = _text(answer)
            assert FAR not in body, (path, ask)
            seen += NEAR in body
            asked.add(path + ask)
            if answer.status_code in REFUSED:
                break  # whatever is asked: a view is opened to a role before it reads what is asked (see test_access)
    assert seen > 10  # the walk saw somebody at all
    assert "/members/?q=yuan" in asked  # and of what a page reads it was asked


@pytest.mark.parametrize("role", NARROW)
def test_ids_from_outside_are_unknown_at_every_address(town: Town, guangzhou: Any, browser_of: Any, role: str) -> None:
    """Each address with an id of each kind it looks up (see `knowing`): any other is unknown there like none at all."""
    client = browser_of(guangzhou, town.users[role])
    for route in ADDRESSED:
        if role not in route["roles"] and not (role == "convener" and "member" in route["roles"]):
            continue
        in_words = re.search("<(slug|str):", route["path"])
        for source in ("contacts", "participations", "outputs") if in_words else ("",):

            def ask(key: Any, route: Any = route, source: str = source) -> list[Any]:
                path = re.sub(r"<slug:\w+>|<str:\w+>", source, re.sub(r"<uuid:\w+>", str(key), route["path"]))
                answers = tried(client, route, path)
                for answer in answers:
                    assert answer.status_code in {404, 405}, (path, answer.status_code)
                    assert FAR not in _text(answer)
                return answers

            for what in kinds_looked_up(ask, KINDS):
                if what in IN_THE_API or not route["path"].startswith("/api/"):
                    ask(town.far_ids[what])


@pytest.mark.parametrize("role", NARROW)
def test_on_pages_both_share_only_the_near_one_is_named(town: Town, guangzhou: Any, browser_of: Any, role: str) -> None:
    client = browser_of(guangzhou, town.users[role])
    shared = ContactRecord.objects.filter(participants__member=town.far).first()
    assert shared is not None
    paths = [
        f"/activities/{town.held.pk}/",
        f"/activities/{town.held.pk}/?q=N1",
        f"/contacts/new/?member={town.far.pk}",
    ]
    if role in WRITERS:
        paths += [f"/outputs/{town.joint.pk}/", f"/contacts/{shared.pk}/"]
    for path in paths:
        body = _text(client.get(path))
        assert FAR not in body, path
        assert NEAR in body or "new" in path or role == "convener", path


@pytest.mark.parametrize("role", WRITERS)
def test_a_post_that_names_somebody_outside_is_refused_and_writes_nothing(
    town: Town, guangzhou: Any, browser_of: Any, role: str
) -> None:
    client = browser_of(guangzhou, town.users[role])
    before = (ContactRecord.objects.count(), Output.objects.count(), Participation.objects.count())
    key = "0192f0c0-0000-7000-8000-00000000000a"
    contact = {"key": key, "kind": "visit", "mode": "offline", "held_on": "2022-11-01", "summary": "走访"}
    output = {"key": key, "type": "proposal", "title": "新建议", "submitted_on": "2022-11-01", "authorship": "joint"}
    for path, given in (
        ("/contacts/new/", contact | {"member": "N1"}),
        ("/contacts/new/", contact | {"member": "N0", "participants": "N1"}),
        ("/contacts/new/", contact | {"member": "N0", "target": "N1"}),
        ("/outputs/new/", output | {"lead": "N1", "others": "N0"}),
        ("/outputs/new/", output | {"lead": "N0", "others": "N1"}),
    ):
        answer = client.post(path, given)
        assert answer.status_code == 422, (path, given)
        assert FAR not in _text(answer)
    assert client.post(f"/activities/{town.held.pk}/participants/", {"members": [town.far.pk]}).status_code == 404
    assert (ContactRecord.objects.count(), Output.objects.count(), Participation.objects.count()) == before
    assert client.post("/contacts/new/", contact | {"member": "N0"}).status_code == 302


@pytest.mark.parametrize("role", WRITERS)
def test_claims_are_decided_within_reach_only(town: Town, guangzhou: Any, browser_of: Any, role: str) -> None:
    client, user = browser_of(guangzhou, town.users[role]), town.users[role]
    assert [line.id for line in claims.waiting(user)] == [town.claim_near.pk]
    client.post("/contacts/claims/confirm/", {"chosen": [f"contacts:{town.claim_far.pk}"], "sure": "1"})
    with pytest.raises(NotFound):
        confirm_contact(id=town.claim_far.pk, by=user, at=dt.datetime.now(dt.UTC))
    with pytest.raises(NotFound):
        withdraw_contact(id=town.claim_far.pk, reason="试探", by=user, at=dt.datetime.now(dt.UTC))
    with pytest.raises(NotFound):
        record_participation(activity=town.held.pk, members=[town.far.pk], by=user)
    assert ContactRecord.objects.get(pk=town.claim_far.pk).state == "claimed"
    confirm_contact(id=town.claim_near.pk, by=user, at=dt.datetime.now(dt.UTC))


@pytest.mark.parametrize("role", [name for name, one in Role.by_name.items() if one.needs_scope])
def test_a_narrowed_role_without_its_subject_reaches_nobody(town: Town, account: Any, role: str) -> None:
    user = account(role, "unbound")
    for permission in Permission:
        assert queries.reach_of(user, permission).members().count() == 0


def test_a_narrow_right_to_write_never_borrows_a_wide_right_to_read(town: Town) -> None:
    from accounts.actions import create_user

    roles = [Assignment("leader"), Assignment("district_recorder", "天河区")]
    user = create_user(username="both", display_name="某", password=None, roles=roles, by=SYSTEM)
    assert queries.reach_of(user, Permission.RECORDS_READ).is_everybody
    assert {one.name for one in queries.reach_of(user, Permission.RECORDS_WRITE).members()} == {NEAR, f"{NEAR}乙"}


def test_a_seat_or_a_sector_given_up_is_out_of_reach(town: Town) -> None:
    office = town.users["special_committee_office"]
    town.near.seats.update(until=DAY)
    assert not queries.reach_of(office, Permission.MEMBERS_READ).has(town.near)
    town.near.user = None
    town.near.save()
    assert not queries.reach_of(town.users["convener"], Permission.MEMBERS_READ).members().exists()


@pytest.mark.parametrize("role", sorted(name for name, one in Role.by_name.items() if not one.of_platform))
def test_the_navigation_offers_no_page_that_refuses(
    town: Town, guangzhou: Any, browser_of: Any, account: Any, role: str
) -> None:
    user = town.users.get(role)
    if user is None:
        user = User.objects.get(username="far") if role == "member" else account(role, f"some_{role}")
    client = browser_of(guangzhou, user)
    places = client.get("/").context["nav"]
    assert places
    for place in places:
        assert client.get(place["url"]).status_code == 200, place["url"]
    if role == "member":
        assert client.get("/standing/")["location"] == "/standing/me/"
