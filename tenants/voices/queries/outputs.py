"""Reading outputs: which ones a person may see, and lists of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.access import may
from accounts.permissions import Permission
from core.errors import NotFound
from tenants.liaison.queries import as_typed, in_order
from tenants.members.queries import Reach, member_of, reach_of
from tenants.voices.models import AuthorRole, Authorship, Output, OutputAuthor

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFilters:
    q: str = ""
    type: str = ""
    authorship: str = ""
    sector: UUID | None = None
    member: UUID | None = None
    state: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = ""


EVERYTHING = OutputFilters()
SORTS = {"title": "title", "type": "type", "authorship": "authorship", "day": "submitted_on", "state": "state"}


def visible_outputs(user: Any) -> QuerySet[Output]:
    """Readers of records see what members within their reach signed, and only those signers; others what they entered or
    signed, and what their sector handed in."""
    authors = OutputAuthor.objects.select_related("member__sector").order_by("created_at", "id")
    reach = reach_of(user, Permission.RECORDS_READ)
    reads, is_member = may(user, Permission.RECORDS_READ), may(user, Permission.RECORDS_OWN)
    if reads:
        authors = authors.filter(reach.q("member"))
    found = Output.objects.select_related("sector").prefetch_related(Prefetch("authors", authors, to_attr="signers"))
    if reach.is_everybody:
        return found
    own = within(reach, of=("lead", "others")) if reads else Q(entered_by=user.pk)
    member = member_of(user) if is_member else None
    if member is not None:
        own |= Q(pk__in=member.authored.values("output_id")) | Q(sector_id=member.sector_id, state="confirmed")
    return found.filter(own).annotate(number=Count("authors", distinct=True)).order_by("-submitted_on", "-id")


def within(reach: Reach, *, of: Collection[str] = ("lead",)) -> Q:
    """A filter on outputs: whose lead (or any author) is within reach, or a sector within it."""
    if reach.is_everybody:
        return Q()
    signed = OutputAuthor.objects.filter(reach.q("member"))
    if "others" not in of:
        signed = signed.filter(role=AuthorRole.LEAD)
    return Q(pk__in=signed.values("output_id")) | Q(authorship=Authorship.SECTOR, sector__in=reach.sector_ids() or ())


def outputs(user: Any, filters: OutputFilters = EVERYTHING) -> QuerySet[Output]:
    """What `user` may see and asks for, the newest first."""
    found = visible_outputs(user).filter(withdrawn_at__isnull=filters.state != WITHDRAWN)
    if filters.state and filters.state != WITHDRAWN:
        found = found.filter(state=filters.state)
    if filters.type:
        found = found.filter(type=filters.type)
    if filters.authorship:
        found = found.filter(authorship=filters.authorship)
    if filters.member:
        signed = OutputAuthor.objects.filter(_nameable(user), member_id=filters.member)
        found = found.filter(pk__in=signed.values("output_id"))
    if filters.sector:
        lead = OutputAuthor.objects.filter(_nameable(user), role=AuthorRole.LEAD, member__sector_id=filters.sector)
        found = found.filter(Q(sector_id=filters.sector) | Q(pk__in=lead.values("output_id")))
    if filters.since:
        found = found.filter(submitted_on__gte=filters.since)
    if filters.until:
        found = found.filter(submitted_on__lte=filters.until)
    if text := " ".join(filters.q.split()):
        named = OutputAuthor.objects.filter(_nameable(user)).filter(
            Q(member__name__icontains=text) | Q(member__name_pinyin__contains=text.lower())
        )
        found = found.filter(Q(title__icontains=text) | Q(pk__in=named.values("output_id")))
    return in_order(found, filters.sort, SORTS)


def _nameable(user: Any) -> Q:
    """A filter on authors: a search must not find by a name the list would not show."""
    reads = may(user, Permission.RECORDS_READ)
    return reach_of(user, Permission.RECORDS_READ).q("member", or_=Q(member__user_id=user.pk)) if reads else Q()


def output_by_id(user: Any, id: UUID) -> Output:
    """Raises NotFound, also for one outside what the user may see."""
    found = visible_outputs(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def signers(output: Output) -> list[OutputAuthor]:
    """Authors as read by `outputs`, the lead first."""
    found: list[OutputAuthor] = getattr(output, "signers", [])
    return sorted(found, key=lambda author: author.role != AuthorRole.LEAD)


def as_entered(output: Output) -> dict[str, Any]:
    """What the form of an output (as read by `outputs`) shows to begin with; authors not shown are left out, and stay."""
    authors = signers(output)
    plain = ("type", "title", "submitted_on", "authorship", "sector")
    return {name: getattr(output, name) for name in plain} | {
        "lead": next((as_typed(one.member) for one in authors if one.role == AuthorRole.LEAD), ""),
        "others": "\n".join(as_typed(one.member) for one in authors if one.role != AuthorRole.LEAD),
    }


def sheet_rows(found: QuerySet[Output]) -> Iterator[tuple[Any, ...]]:
    """Lines of the exported file."""
    for one in found:
        state = "已撤回" if one.is_withdrawn else one.get_state_display()
        yield one.submitted_on, one.get_type_display(), one.title, names(one), one.get_authorship_display(), state


def names(output: Output) -> str:
    """`张三、李四等 5 人`, or the sector's name."""
    authors = signers(output)
    listed = "、".join(author.member.name for author in authors[:2])
    number = max(getattr(output, "number", 0), len(authors))  # with those beyond reach, who are not named
    more = f"等 {number} 人" if number > min(2, len(authors)) else ""
    if output.sector is not None:
        return f"{output.sector}{f'（{listed}{more}）' if listed else ''}"
    return f"{listed}{more}"
