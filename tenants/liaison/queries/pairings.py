"""Reading pairings: a member's own by name, everybody's by number."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from tenants.liaison.models import ConstituentLink, Kept
from tenants.members.models import Member
from tenants.members.queries import Filters, on_day, roster, serving


def pairings_of(member: Member, day: date) -> QuerySet[ConstituentLink]:
    """The pairs standing on `day`, with their people."""
    links = ConstituentLink.pairs.filter(on_day(day), member=member).select_related("constituent__sector")
    return links.order_by("since", "id")


def ended_pairings_of(member: Member, day: date) -> QuerySet[ConstituentLink]:
    return ConstituentLink.pairs.filter(member=member, until__lte=day).select_related("constituent").order_by("-until")


PAIR_SORTS = {
    "pairs": ("pairs",),
    "-pairs": ("-pairs",),
    "name": (),
    "-name": ("-name_pinyin",),
    "sector": ("sector__order", "sector__name"),
}


def paired_members(day: date, filters: Filters, *, within: Q, sort: str = "") -> QuerySet[Any]:
    """The roster with `pairs`, the number of people each is paired with on the day; the fewest first unless `sort` says else."""
    standing = Q(constituent_links__kind=Kept.CONSTITUENT, constituent_links__since__lte=day) & (
        Q(constituent_links__until=None) | Q(constituent_links__until__gt=day)
    )
    found = roster(day, filters, within=within).annotate(
        pairs=Count("constituent_links", filter=standing, distinct=True)
    )
    return found.order_by(*PAIR_SORTS.get(sort, ("pairs",)), F("name_pinyin"), "number")


def totals(day: date, *, within: Q) -> dict[str, int]:
    """`{members, paired, pairs}` of those `within` on the day: serving members, those with at least one pair, all pairs."""
    members = serving(day).filter(within)
    links = ConstituentLink.pairs.filter(on_day(day), member__in=members)
    counted = links.aggregate(pairs=Count("pk"), paired=Count("member", distinct=True))
    return {"members": members.count(), **counted}
