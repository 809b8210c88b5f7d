"""Reading contacts: which ones a person may see, and lists of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.access import may
from accounts.permissions import Permission
from core import audit
from core.errors import NotFound
from tenants.liaison.models import ContactRecord, State
from tenants.liaison.queries.entry import as_typed, enterable
from tenants.members.models import Member
from tenants.members.queries import member_of, reach_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFilters:
    """`q`: part of a name, its pinyin, the place or the summary; `since` and `until` are both inclusive days."""

    q: str = ""
    member: UUID | None = None
    sector: UUID | None = None
    kind: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = ""


EVERYTHING = ContactFilters()
SORTS = {"day": "held_on", "member": "member__name_pinyin", "kind": "kind", "place": "place", "state": "state"}
WITHDRAWN = "withdrawn"  # a state of the filter only


def visible_contacts(user: Any) -> QuerySet[ContactRecord]:
    """Readers of records see those of members within their reach; a member what they entered, organised or joined."""
    contacts = ContactRecord.objects.select_related("member__sector", "target")
    own = None
    if may(user, Permission.RECORDS_OWN):
        own = Q(entered_by=user.pk)
        member = member_of(user)
        if member is not None:
            own |= Q(member=member) | Q(pk__in=member.contacts_joined.values("record_id"))
    return contacts.filter(reach_of(user, Permission.RECORDS_READ).q("member", or_=own))


def seen_by(user: Any, members: Iterable[UUID]) -> set[UUID]:
    """Whose names `user` may read in a record they may open: all where it is their own to see, otherwise those in reach.

    One query, none for a member or the office.
    """
    if not may(user, Permission.RECORDS_READ):
        return set(members)
    return reach_of(user, Permission.RECORDS_READ).among(members)


def without_strangers(user: Any, records: Iterable[ContactRecord]) -> list[ContactRecord]:
    """The records, to show; a visited member beyond reach is left out of them. One query at most."""
    shown = list(records)
    seen = seen_by(user, {one.target_id for one in shown if one.target_id})
    for one in shown:
        if one.target_id and one.target_id not in seen:
            one.target = None
    return shown


def contacts(user: Any, filters: ContactFilters = EVERYTHING) -> QuerySet[ContactRecord]:
    """What `user` may see and asks for, the newest first. Withdrawn ones only when asked for."""
    found = visible_contacts(user).filter(withdrawn_at__isnull=filters.state != WITHDRAWN)
    if filters.state and filters.state != WITHDRAWN:
        found = found.filter(state=filters.state)
    if filters.member:
        found = found.filter(Q(member_id=filters.member) | Q(participants__member_id=filters.member)).distinct()
    if filters.sector:
        found = found.filter(member__sector_id=filters.sector)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.since:
        found = found.filter(held_on__gte=filters.since)
    if filters.until:
        found = found.filter(held_on__lte=filters.until)
    return in_order(_matching(found, filters.q), filters.sort, SORTS)


def in_order(found: QuerySet[Any], sort: str, columns: Mapping[str, str]) -> QuerySet[Any]:
    """The list by one of its columns, `-` before it: descending; as it is for anything else. What ties is the newest first."""
    column = columns.get(sort.removeprefix("-"))
    return found.order_by(f"{'-' if sort.startswith('-') else ''}{column}", "-id") if column else found


def _matching(found: QuerySet[ContactRecord], q: str) -> QuerySet[ContactRecord]:
    text = " ".join(q.split())
    if not text:
        return found
    by_name = Q(member__name__icontains=text) | Q(member__name_pinyin__contains=text.lower())
    return found.filter(by_name | Q(place__icontains=text) | Q(summary__icontains=text))


def contact_by_id(user: Any, id: UUID) -> ContactRecord:
    """Raises NotFound, also for a record outside what the user may see."""
    found = visible_contacts(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def as_entered(record: ContactRecord, by: audit.Actor) -> dict[str, Any]:
    """What the form of the record shows to begin with; members beyond the reach of `by` are left out, and stay."""
    others = Member.objects.filter(enterable(by), contacts_joined__record=record).order_by("name_pinyin")
    target = Member.objects.filter(enterable(by), pk=record.target_id).first() if record.target_id else None
    plain = ("kind", "mode", "held_on", "place", "place_level", "headcount", "content_type", "summary", "opinions")
    return {name: getattr(record, name) for name in plain} | {
        "member": as_typed(record.member),
        "constituents": [str(id) for id in record.met.values_list("constituent_id", flat=True)],
        "target": as_typed(target) if target else "",
        "participants": "\n".join(map(as_typed, others)),
    }


def companions(record: ContactRecord) -> list[Any]:
    """Others who took part, with their members."""
    return list(record.participants.select_related("member__sector").order_by("member__name_pinyin"))


def met_constituents(record: ContactRecord) -> list[str]:
    """Names of the constituents met; only for the member they are paired with."""
    return list(record.constituents.order_by("name").values_list("name", flat=True))


def number_met(record: ContactRecord) -> int:
    return record.met.count()


def own_numbers(user: Any) -> dict[str, int]:
    """How many of a member's own records stand where: `{claimed, confirmed, rejected}`. One query."""
    totals = {state.value: Count("pk", filter=Q(state=state)) for state in State}
    return visible_contacts(user).filter(withdrawn_at=None).aggregate(**totals)


def sheet_rows(found: QuerySet[ContactRecord]) -> Iterator[tuple[Any, ...]]:
    """Lines of the exported file; constituents' names stay out of it."""
    for one in found.annotate(met_number=Count("met", distinct=True)).iterator(chunk_size=1000):
        state = "已撤回" if one.is_withdrawn else one.get_state_display()
        yield (
            one.held_on, one.member.name, one.member.number, one.member.sector.name, one.get_kind_display(),
            one.get_mode_display(), one.place, one.headcount or one.met_number or None, one.summary, one.opinions, state,
        )  # fmt: skip
