"""A committee settles in: its offices' accounts, the roster from a real Excel file, conveners, the links of its chain."""

from __future__ import annotations

import itertools

from accounts import actions as accounts
from accounts.models import User
from accounts.roles import Assignment
from core import audit, sheets
from demo.cast import DISTRICTS, NARROW, STAFF, STORY_ENDS, TERM_BEGAN, UPPER, Part
from demo.company import COUNCIL, YEAR_BEGAN, Company, Player, assemble, roster, star_of
from demo.people import Person
from demo.signins import SignIns
from tenants.liaison.actions import assign_link
from tenants.members import actions, queries
from tenants.members.actions.roster_file import columns

FILE_NAME = "委员名册.xlsx"
STAR = ("weiyuan", "member")
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
    if part.template == "dongcheng-2020":
        _chain(company)


def _chain(company: Company) -> None:
    """Council members → Standing Committee → members; a few are still left out."""
    council = [one for one in company.players if one.person.post in COUNCIL]
    standing = [one for one in company.players if one.person.post == "常委"]
    members = [one for one in company.serving(YEAR_BEGAN) if one.person.post == "委员"]
    _assign(company, "council_to_standing", council, standing)
    _assign(company, "standing_to_member", standing, members[:-4])


def _assign(company: Company, level: str, sources: list[Player], targets: list[Player]) -> None:
    for source, target in zip(itertools.cycle(sources), targets, strict=False):
        assign_link(
            level=level, from_member=source.id, to_member=target.id, since=YEAR_BEGAN, by=company.office,
            basis="党组分工",
        )  # fmt: skip
