"""A committee settles in: its offices' accounts, the roster from a real Excel file, conveners, the links of its chain."""

from __future__ import annotations

import itertools

from accounts import actions as accounts
from accounts.models import User
from accounts.roles import Assignment
from core import audit, sheets
from demo.cast import DISTRICTS, NARROW, OFFICES, PLACES, STAFF, STORY_ENDS, SUBDISTRICT_SIDE, TERM_BEGAN, UPPER, Part
from demo.company import COUNCIL, YEAR_BEGAN, Company, assemble, roster, star_of
from demo.people import SURNAMES, Person
from demo.signins import SignIns
from tenants.liaison import queries as liaison
from tenants.liaison.actions import assign_links, pair_grid
from tenants.liaison.models import Level
from tenants.members import actions, queries
from tenants.members.actions.roster_file import columns

FILE_NAME = "委员名册.xlsx"
STAR = ("weiyuan", "member")
GAPS = 2  # of every rung, so many nobody keeps in touch with yet
OPERATOR = ("yunwei", "operator", "平台运维·郑某")


def staff_of(part: Part) -> tuple[tuple[str, str, str], ...]:
    return (*STAFF, UPPER) if part.level == "province" else STAFF


def open_accounts(part: Part, sign_ins: SignIns) -> None:
    """The offices' accounts."""
    for username, role, shown in staff_of(part):
        sign_in = sign_ins.of(committee=part.code, slug=part.slug, username=username, role=role)
        accounts.create_user(
            username=username, display_name=shown, password=sign_in.password, roles=[role], by=audit.SYSTEM
        )


def open_operator(sign_ins: SignIns) -> None:
    """The operator's account on the bare host."""
    username, role, shown = OPERATOR
    password = sign_ins.of(committee=None, slug="", username=username, role=role).password
    accounts.create_user(username=username, display_name=shown, password=password, roles=[role], by=audit.SYSTEM)


def open_narrow_accounts(part: Part, sign_ins: SignIns) -> None:
    """Accounts that see a part: a special committee's office, a district's recorder, a convener."""
    subjects = {
        "special_committee_office": str(queries.special_committees()[0].pk),
        "district_recorder": next(iter(DISTRICTS.get(part.code, ())), ""),
    }
    for username, role, shown in NARROW:
        if role == "convener":
            _open_convener(part, sign_ins, username)
        elif subject := subjects[role]:
            accounts.create_user(
                username=username, display_name=shown, roles=[Assignment(role, subject)], by=audit.SYSTEM,
                password=sign_ins.of(committee=part.code, slug=part.slug, username=username, role=role).password,
            )  # fmt: skip


def _open_convener(part: Part, sign_ins: SignIns, username: str) -> None:
    """The first convener, in the order of sectors, who has no account yet."""
    convening = queries.conveners_on(STORY_ENDS)
    found = (one for sector in queries.sectors() for one in convening.get(sector.pk, []) if one.user_id is None)
    if (member := next(found, None)) is not None:
        password = sign_ins.of(committee=part.code, slug=part.slug, username=username, role="convener").password
        actions.give_account(
            id=member.pk, username=username, password=password, roles=["member", "convener"], by=audit.SYSTEM
        )


def keep_passwords(part: Part | None, sign_ins: SignIns) -> None:
    """The file must open the doors: where it was lost, or is of another database, new passwords are set."""
    slug, code = (part.slug, part.code) if part else ("", None)
    names = [(name, role) for name, role, _ in ((*staff_of(part), (*STAR, "")) if part else (OPERATOR,))]
    if part:
        names += [(name, role) for name, role, _ in NARROW]
    users = {user.username: user for user in User.objects.filter(username__in=[name for name, _ in names])}
    known = [sign_ins.of(committee=code, slug=slug, username=name, role=role) for name, role in names if name in users]
    if not any((slug, one.username) in sign_ins.fresh for one in known):
        sign_ins.proven = sign_ins.proven or users[known[0].username].check_password(known[0].password)
        if sign_ins.proven:
            return
    for one in known:
        accounts.set_password(user=users[one.username], password=one.password, by=audit.SYSTEM)


def import_members(part: Part) -> None:
    """The office uploads the roster and confirms what it is shown."""
    office = User.objects.get(username=STAFF[0][0])
    draft = actions.keep_draft(
        content=workbook(part), file_name=FILE_NAME, effective_on=TERM_BEGAN, makes_groups=True, by=office
    )
    _, plan = actions.preview(draft_id=draft.pk, by=office)
    actions.import_roster(draft_id=draft.pk, digest=plan.digest, by=office, is_invented=True)


def workbook(part: Part) -> bytes:
    """The roster as the office would send it: an .xlsx with the template's columns."""
    heads = [sheets.Out(column.header, column.width) for column in columns()]
    return sheets.write(title=f"{part.name}委员名册", columns=heads, rows=(_line(one) for one in roster(part)))


def _line(person: Person) -> tuple[object, ...]:
    return (
        person.number, person.name, person.sector, person.special_committee, person.post, person.unit, person.unit_post,
        None, person.district, person.joined_on, person.left_on,
    )  # fmt: skip


def open_member_account(part: Part, sign_ins: SignIns) -> None:
    """One ordinary member signs in; some of the others may, as soon as they are given a password."""
    ids = {member.number: member.pk for member in queries.roster(STORY_ENDS, queries.Filters(status="all"))}
    username, role = STAR
    password = sign_ins.of(committee=part.code, slug=part.slug, username=username, role=role).password
    actions.give_account(id=ids[star_of(part).number], username=username, password=password, by=audit.SYSTEM)


def arrange(part: Part) -> None:
    """Who convenes each sector, which special committee links it, who keeps in touch with whom."""
    company = assemble(part)
    committees = itertools.cycle(queries.special_committees())
    for sector, committee in zip(queries.sectors(), committees, strict=False):
        actions.link_sector(sector=sector, special_committee=committee, since=TERM_BEGAN, by=company.office)
        if sector == queries.sectors()[-1] and part.diligence < 0.65:
            continue  # a sector still without convener
        chosen = [one.id for one in company.of_sector(sector.name, YEAR_BEGAN) if one.last_day == STORY_ENDS][:2]
        actions.set_conveners(sector_id=sector.pk, member_ids=chosen, since=YEAR_BEGAN, by=company.office)
    _seat_directors(company)
    _propose(company)
    _organise(company)
    _chain(company)


def _seat_directors(company: Company) -> None:
    """Each special committee has its first Standing Committee member as director; the last one is still without."""
    for committee in queries.special_committees()[:-1]:
        seats = queries.seats_of(committee, YEAR_BEGAN)
        if seats:
            actions.set_seat_role(id=seats[0].pk, role="director", on=YEAR_BEGAN, by=company.office)


def _propose(company: Company) -> None:
    """In November a sector proposes others; where the document has a review it is still under way."""
    sector = queries.sectors()[0]
    people = [one.id for one in company.of_sector(sector.name, STORY_ENDS) if one.last_day == STORY_ENDS][:2]
    if len(people) == 2:
        actions.nominate_conveners(
            sector_id=sector.pk, members=people, first=people[1], today=STORY_ENDS, by=company.office,
            note="本界别会议协商推选",
        )  # fmt: skip


def _organise(company: Company) -> None:
    """Offices with the names documents call them, a leading group, groups of streets with both sides' posts; one has a gap."""
    office, chair = company.office, [one.id for one in company.players if one.person.post in COUNCIL]
    for name, body, aliases in OFFICES:
        actions.add_unit(kind="office", name=name, body=body, aliases=aliases, since=TERM_BEGAN, by=office)
    leading = actions.add_unit(
        kind="leading_group",
        name="委员联系群众工作领导小组",
        note="统筹全会联系群众工作。",
        since=TERM_BEGAN,
        by=office,
    )
    for role, member in zip(("leader", "deputy", "deputy", "member"), chair, strict=False):
        actions.appoint(unit=leading.pk, role=role, member=member, since=TERM_BEGAN, by=office)
    members = [one for one in company.serving(YEAR_BEGAN) if one.person.post in ("常委", "委员")]
    for place, (name, spread) in enumerate(zip(PLACES, range(len(PLACES)), strict=True)):
        group = actions.add_unit(
            kind="area_group",
            name=f"{name}委员小组",
            place=name,
            note="每季度走访一次，一年办一件小实事。",
            since=TERM_BEGAN,
            by=office,
        )
        own = members[spread :: len(PLACES)][:-1]
        for role, one in zip(("leader", "deputy", "liaison"), own, strict=False):
            actions.appoint(unit=group.pk, role=role, member=one.id, since=TERM_BEGAN, by=office)
        for role, holder, post in SUBDISTRICT_SIDE[: 3 if place else 2]:
            actions.appoint(
                unit=group.pk,
                role=role,
                side="subdistrict",
                holder=holder,
                holder_post=post,
                since=TERM_BEGAN,
                by=office,
            )
        actions.join_unit(unit=group.pk, members=[one.id for one in own], since=YEAR_BEGAN, by=office)


def _chain(company: Company) -> None:
    """The rungs the document asks for, as proposed; a few are still left out. Grid workers where it speaks of them."""
    asked = liaison.asked_levels(STORY_ENDS)
    for level in (one for one in asked if one in Level.values):
        lines, _ = liaison.proposal(level, "balanced", YEAR_BEGAN)
        pairs = [(line.source.id, line.target.id) for line in lines if line.source]
        if len(pairs) > GAPS:
            assign_links(level=level, pairs=pairs[:-GAPS], since=YEAR_BEGAN, basis="党组分工", by=company.office)
    if "grid_worker" in asked:
        for place, one in enumerate(company.serving(YEAR_BEGAN)[::3]):
            pair_grid(
                member=one.id, name=f"网格员·{SURNAMES[place % len(SURNAMES)]}某", place=f"{PLACES[place % len(PLACES)]}社区",
                grid=f"第{place % 5 + 1}网格", since=YEAR_BEGAN, today=STORY_ENDS, by=company.office,
            )  # fmt: skip
