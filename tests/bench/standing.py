"""Standing of 500 members with 50,000 records by a full policy: one ORM count per member and duty, and SQL written by hand.

All three say the same numbers, or nothing is measured. The ORM's counts are what a careful developer writes: indexed
columns, no objects made. Ours as the page asks for it, judged; against the hand-written statement only the counting, as that
judges nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from random import Random
from statistics import median
from typing import Any
from uuid import UUID

from tests.bench.figure import Figure, seconds
from tests.bench.place import prepared

CODE, TEMPLATE = "bench", "guangzhou-2020"
AS_OF = dt.date(2022, 11, 30)
SINCE = dt.date(2022, 1, 1)
MEMBERS, CONTACTS, PRESENT, OUTPUTS, LINKS = 500, 20_000, 18_000, 10_000, 2_000  # 50,000 records in all
PER_ACTIVITY = 9
RUNS = 5
CONTACT_KINDS = ("contact", "visit", "talk", "symposium", "reception", "condolence")
MODES = ("offline", "phone", "wechat", "online")
ACTIVITY_KINDS = (
    "research", "inspection", "study_visit", "grassroots_activity", "consultation", "symposium", "practical_deed",
    "station_visit", "thematic_deliberation", "collective_study",
)  # fmt: skip
OUTPUT_TYPES = ("proposal", "opinion_report", "research_report")
Counts = dict[tuple[str, str], int]  # (duty, id)


def run() -> list[Figure]:
    with prepared():
        from core import tenancy
        from registry.provisioning import create_committee

        create_committee(code=CODE, name="政协长岭县委员会", slug=CODE, level="county", parent=None, template=TEMPLATE)
        with tenancy.inside(CODE):
            _fill()
            return _measured()


def _measured() -> list[Figure]:
    from tenants.assessment.queries import standing

    found: list[Counts] = []
    orm = seconds(lambda: found.append(_by_orm()))  # thousands of statements: once is enough, and takes long enough
    assert _of_members(_ours()) == _by_hand() == found[0], "the three must say the same"
    home = _home()
    ours, whole, hand, pages = [], [], [], []
    for _ in range(RUNS):  # alternating, so that a machine whose speed drifts favours nobody
        ours.append(seconds(_ours))
        hand.append(seconds(_by_hand))
        whole.append(seconds(lambda: standing(AS_OF)))
        pages.append(seconds(home))
    return [
        Figure("standing, counted: an ORM count per member and duty", median(ours), orm, 50, "s", RUNS),
        Figure("standing, counted: one SQL written by hand", median(ours), median(hand), 1 / 1.5, "s", RUNS),
        Figure("standing, counted and judged: the ORM's counts alone", median(whole), orm, 1, "s", RUNS),
        Figure("the office's home: against the standing it shows", median(pages), median(whole), 1 / 1.5, "s", RUNS),
    ]


def _home() -> Callable[[], None]:
    """The office asks for its first page, as from a browser; the rest of the page should cost little beside the standing on it."""
    from django.test import Client

    from accounts.actions import create_user
    from core.audit import SYSTEM

    office: Any = create_user(username="bangongshi", display_name="办公室", password=None, roles=["office"], by=SYSTEM)
    browser = Client(headers={"host": f"{CODE}.localhost"})
    browser.force_login(office)

    def ask() -> None:
        assert browser.get("/").status_code == 200

    ask()  # templates are read once
    return ask


def _ours() -> Counts:
    """Every tally of members, by the counter of the pages."""
    from tenants.assessment.queries import count_all, docket_on

    mine = [one for one in docket_on(AS_OF).tallies if one.subject_type == "member"]
    duties = {one.key: one.duty for one in mine}
    return {(duties[key], id): int(one.number) for (key, id), one in count_all(mine).items()}


def _of_members(found: Counts) -> Counts:
    """Organisers are counted too, at no cost; the peers know members alone."""
    from tenants.members.models import Member

    known = set(map(str, Member.objects.values_list("pk", flat=True)))
    return {(duty, id): number for (duty, id), number in found.items() if id in known}


def _by_orm() -> Counts:
    from tenants.members.models import Member

    found: Counts = {}
    for member in Member.objects.values_list("pk", flat=True):
        for duty, ask in _asked().items():
            if number := ask(member):
                found[duty, str(member)] = number
    return found


def _asked() -> Mapping[str, Callable[[UUID], int]]:
    """What the document asks of members, as one count each."""
    from django.db.models import Q

    from tenants.activities.models import Activity
    from tenants.liaison.models import ConstituentLink, ContactRecord
    from tenants.voices.models import Output

    year = {"state": "confirmed", "withdrawn_at": None}

    def activities(member: UUID, *kinds: str, **more: Any) -> int:
        there = {
            "participations__member": member,
            "participations__state": "confirmed",
            "participations__withdrawn_at": None,
        }
        found = Activity.objects.filter(
            kind__in=kinds, held_on__gte=SINCE, held_on__lte=AS_OF, withdrawn_at=None, is_planned=False, **there, **more
        )
        return found.exclude(participations__role__in=["absent", "on_leave", "late"]).values("pk").distinct().count()

    def outputs(member: UUID, type: str) -> int:
        found = Output.objects.filter(
            type=type, submitted_on__gte=SINCE, submitted_on__lte=AS_OF, authors__member=member, **year
        ).filter(authors__role__in=["lead", "co_signer"])
        return found.values("pk").distinct().count()

    def talks(member: UUID) -> int:
        return ContactRecord.objects.filter(
            Q(member=member), kind__in=["contact", "talk", "reception"], mode__in=["online", "wechat"],
            held_on__gte=SINCE, held_on__lte=AS_OF, **year,
        ).count()  # fmt: skip

    def platform(member: UUID) -> int:
        met = ContactRecord.objects.filter(
            member=member, kind__in=["symposium"], held_on__gte=SINCE, held_on__lte=AS_OF, **year
        )
        return met.count() + activities(member, "consultation", "symposium")

    def people(member: UUID) -> int:
        links = ConstituentLink.objects.filter(member=member, since__lte=AS_OF).filter(
            Q(until=None) | Q(until__gt=AS_OF)
        )
        return links.values("constituent").distinct().count()

    return {
        "committee_research": lambda one: activities(
            one, "research", "inspection", "study_visit", organiser_type="special_committee"
        ),
        "constituents": people,
        "grassroots_activity": lambda one: activities(one, "grassroots_activity"),
        "online_talks": talks,
        "opinion_report": lambda one: outputs(one, "opinion_report"),
        "platform_activities": platform,
        "practical_deed": lambda one: activities(one, "practical_deed"),
        "proposal": lambda one: outputs(one, "proposal"),
        "station_visits": lambda one: activities(one, "station_visit"),
        "thematic_deliberation": lambda one: activities(one, "thematic_deliberation"),
    }


_HAND = """
SELECT m.id, a.research, l.people, a.grassroots, c.talks, o.reports, coalesce(a.platform, 0) + coalesce(c.symposia, 0), a.deeds,
    o.proposals, a.stations, a.debates
FROM members_member m
LEFT JOIN (
    SELECT p.member_id,
        count(DISTINCT a.id) FILTER (WHERE a.kind IN ('research', 'inspection', 'study_visit') AND a.organiser_type = 'special_committee') AS research,
        count(DISTINCT a.id) FILTER (WHERE a.kind = 'grassroots_activity') AS grassroots,
        count(DISTINCT a.id) FILTER (WHERE a.kind IN ('consultation', 'symposium')) AS platform,
        count(DISTINCT a.id) FILTER (WHERE a.kind = 'practical_deed') AS deeds,
        count(DISTINCT a.id) FILTER (WHERE a.kind = 'station_visit') AS stations,
        count(DISTINCT a.id) FILTER (WHERE a.kind = 'thematic_deliberation') AS debates
    FROM activities_participation p JOIN activities_activity a ON a.id = p.activity_id
    WHERE a.withdrawn_at IS NULL AND NOT a.is_planned AND p.withdrawn_at IS NULL AND p.state = 'confirmed'
        AND p.role NOT IN ('absent', 'on_leave', 'late') AND a.held_on BETWEEN %(since)s AND %(until)s
    GROUP BY p.member_id
) a ON a.member_id = m.id
LEFT JOIN (
    SELECT member_id, count(*) FILTER (WHERE kind IN ('contact', 'talk', 'reception') AND mode IN ('online', 'wechat')) AS talks,
        count(*) FILTER (WHERE kind = 'symposium') AS symposia
    FROM liaison_contactrecord
    WHERE withdrawn_at IS NULL AND state = 'confirmed' AND held_on BETWEEN %(since)s AND %(until)s GROUP BY member_id
) c ON c.member_id = m.id
LEFT JOIN (
    SELECT w.member_id, count(DISTINCT o.id) FILTER (WHERE o.type = 'opinion_report') AS reports,
        count(DISTINCT o.id) FILTER (WHERE o.type = 'proposal') AS proposals
    FROM voices_outputauthor w JOIN voices_output o ON o.id = w.output_id
    WHERE o.withdrawn_at IS NULL AND o.state = 'confirmed' AND w.role IN ('lead', 'co_signer')
        AND o.submitted_on BETWEEN %(since)s AND %(until)s GROUP BY w.member_id
) o ON o.member_id = m.id
LEFT JOIN (
    SELECT member_id, count(DISTINCT constituent_id) AS people FROM liaison_constituentlink
    WHERE since <= %(until)s AND (until IS NULL OR until > %(until)s) GROUP BY member_id
) l ON l.member_id = m.id
"""


def _by_hand() -> Counts:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_HAND, {"since": SINCE, "until": AS_OF})
        rows = cursor.fetchall()
    names = sorted(_asked())  # the statement names them in this order
    return {
        (duty, str(id)): number for id, *numbers in rows for duty, number in zip(names, numbers, strict=True) if number
    }


def _fill(
    *,
    people: int = MEMBERS,
    contacts: int = CONTACTS,
    present: int = PRESENT,
    outputs: int = OUTPUTS,
    links: int = LINKS,
) -> None:
    """A year of records, the same at every run."""
    from django.db import connection

    from tenants.activities.models import Activity, Participation
    from tenants.liaison.models import Constituent, ConstituentLink, ContactRecord
    from tenants.members.models import Member, Sector, SpecialCommittee
    from tenants.voices.models import Output, OutputAuthor

    chance = Random(8)
    sector, group = Sector.objects.create(name="教育界"), SpecialCommittee.objects.create(name="提案委")
    members = Member.objects.bulk_create(
        Member(
            name=f"委员{n}",
            name_pinyin=f"w{n:04}",
            number=f"W{n}",
            sector=sector,
            joined_on=dt.date(2021, 12, 1),
            is_invented=True,
        )
        for n in range(people)
    )
    ContactRecord.objects.bulk_create(
        (
            ContactRecord(
                member=chance.choice(members),
                kind=chance.choice(CONTACT_KINDS),
                held_on=_day(chance),
                mode=chance.choice(MODES),
                summary="联系",
                state="confirmed",
            )
            for _ in range(contacts)
        ),
        batch_size=2000,
    )
    held = Activity.objects.bulk_create(_activities(chance, group, present), batch_size=2000)
    Participation.objects.bulk_create(
        (
            Participation(activity=one, member=member, role="participant", state="confirmed")
            for one in held
            for member in chance.sample(members, PER_ACTIVITY)
        ),
        batch_size=2000,
    )
    handed = Output.objects.bulk_create(
        (
            Output(
                type=chance.choice(OUTPUT_TYPES),
                title="建议",
                submitted_on=_day(chance),
                authorship="individual",
                state="confirmed",
            )
            for _ in range(outputs)
        ),
        batch_size=2000,
    )
    OutputAuthor.objects.bulk_create(
        (OutputAuthor(output=one, member=chance.choice(members), role="lead") for one in handed), batch_size=2000
    )
    met = Constituent.objects.bulk_create((Constituent(name=f"群众{n}") for n in range(links)), batch_size=2000)
    ConstituentLink.objects.bulk_create(
        (
            ConstituentLink(
                member=members[n % people], constituent=one, choice_basis="sector", since=dt.date(2022, 1, 10)
            )
            for n, one in enumerate(met)
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        for table in ("members_member", "liaison_contactrecord", "liaison_constituentlink", "activities_activity", "activities_participation", "voices_output", "voices_outputauthor"):  # fmt: skip
            cursor.execute(f"ANALYZE {table}")


def _activities(chance: Random, group: Any, present: int) -> Iterator[Any]:
    from tenants.activities.models import Activity

    for _ in range(present // PER_ACTIVITY):
        kind = chance.choice(ACTIVITY_KINDS)
        by_group = chance.random() < 0.5
        yield Activity(
            title="活动", kind=kind, held_on=_day(chance), state="confirmed",
            organiser_type="special_committee" if by_group else "committee", organiser_special_committee=group if by_group else None,
        )  # fmt: skip


def _day(chance: Random) -> dt.date:
    """Most of them this year, some of the year before."""
    return dt.date(2021, 12, 1) + dt.timedelta(days=chance.randrange(360))
