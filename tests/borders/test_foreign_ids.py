"""An id of another committee in a URL looks exactly like one that never existed: 404, and not a word of it."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from config.routes import routes
from core.audit import SYSTEM
from tenants.activities.actions import register_activity
from tenants.activities.models import Activity
from tenants.liaison.actions import pair_constituent, register_contact
from tenants.liaison.models import ConstituentLink, ContactRecord
from tenants.members.actions import add_member, add_sector
from tenants.members.models import Member, Sector
from tenants.voices.actions import receive_voice, register_output
from tenants.voices.models import Output, Voice
from tests.borders.knowing import kinds_looked_up

pytestmark = pytest.mark.django_db
DAY = dt.date(2022, 11, 1)
CANARY = "金丝雀"


KINDS = {
    "sector": Sector, "member": Member, "contact": ContactRecord, "link": ConstituentLink, "activity": Activity, "output": Output,
    "voice": Voice,
}  # fmt: skip


def _plant(place) -> dict[str, object]:
    """One of everything with an address, each carrying the canary's name, in the sibling committee."""
    with place.inside():
        sector = add_sector(name=f"{CANARY}界", order=1, by=SYSTEM)
        member = add_member(name=CANARY, number="1", sector=sector, joined_on=dt.date(2021, 12, 1), by=SYSTEM)
        contact = register_contact(
            member=member.pk, kind="visit", held_on=DAY, summary=f"看望{CANARY}", today=DAY, by=SYSTEM
        )
        link = pair_constituent(member=member.pk, name=CANARY, since=DAY, today=DAY, by=SYSTEM)
        activity = register_activity(
            title=f"{CANARY}调研", kind="research", organiser_type="committee", held_on=DAY, today=DAY, by=SYSTEM
        )
        output = register_output(
            type="proposal",
            title=f"{CANARY}提案",
            submitted_on=DAY,
            authorship="individual",
            lead=member.pk,
            today=DAY,
            by=SYSTEM,
        )
        voice = receive_voice(content=CANARY, channel="phone", received_on=DAY, today=DAY, name=CANARY, by=SYSTEM)
        return {
            kind: row.pk
            for kind, row in zip(KINDS, (sector, member, contact, link, activity, output, voice), strict=True)
        }


ADDRESSED = [one for one in routes() if one["host"] == "tenant" and "<uuid:" in one["path"]]


def tried(client, route, address):
    """What each method of the route answers; a program that may only read need not be told more than that of a change."""
    given = {"reason": "试探", "on": "2022-11-01", "until": "2022-11-01"}
    if not address.startswith("/api/"):
        return [client.get(address), client.post(address, given)]
    asked = {"GET": client.get, "POST": client.post, "PATCH": client.patch}
    answers = {
        name: asked[name](address, given, content_type="application/json") for name in route["methods"] if name != "GET"
    }
    if "GET" in route["methods"]:
        answers["GET"] = client.get(address)
    return [one for name, one in answers.items() if (name, one.status_code) != ("PATCH", 403)]


def test_a_siblings_id_is_404_at_every_address_by_every_method(place, account, browser_of):
    """Of each kind the address looks up (see `knowing`), and one that never existed."""
    foreign = _plant(place("nanxian"))
    home = place("anhua")
    with home.inside():
        for role in ("office", "leader"):
            client = browser_of(home, account(role))
            for route in ADDRESSED:
                if role not in route["roles"]:
                    continue

                def ask(key, route=route, client=client):
                    address = re.sub(r"<slug:\w+>", "contacts", re.sub(r"<uuid:\w+>", str(key), route["path"]))
                    for answer in tried(client, route, address):
                        assert answer.status_code in {404, 405}, (address, answer.status_code)
                        assert CANARY not in answer.content.decode()

                for kind in kinds_looked_up(ask, KINDS):
                    if kind != "voice" or not route["path"].startswith("/api/"):  # no voices there
                        ask(foreign[kind])
    assert len(ADDRESSED) >= 10


def test_a_siblings_id_in_a_form_or_a_filter_finds_nothing(place, account, browser_of):
    planted = _plant(place("nanxian"))
    sector, member = planted["sector"], planted["member"]
    home = place("anhua")
    with home.inside():
        client = browser_of(home, account("office"))
        for address in (
            f"/contacts/?member={member}",
            f"/activities/?member={member}",
            f"/outputs/?member={member}",
            f"/members/?sector={sector}",
            f"/standing/?sector={sector}",
            f"/members/?q={CANARY}",
            f"/standing/?q={CANARY}",
            f"/search/?q={CANARY}",
        ):
            answer = client.get(address)
            assert answer.status_code in {200, 404}, (address, answer.status_code)
            body = (
                answer.content.decode().replace(f'value="{CANARY}"', "").replace(f"“{CANARY}”", "")
            )  # what one typed stands in one's own box
            assert CANARY not in body, address
