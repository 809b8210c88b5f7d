"""What liaison shows on a member's own page: the chain around them, and how much they keep in touch."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.access import may
from accounts.permissions import Permission
from tenants.liaison.models import ConstituentLink, ContactRecord
from tenants.liaison.queries.chain import links_of, target_of
from tenants.members.models import Member
from tenants.members.queries import Panel, PanelLine, on_day


def of_chain(member: Member, user: Any, day: dt.date) -> Panel | None:
    """Who is charged with this member, and with whom this member is. For those who may see everybody."""
    if not may(user, Permission.ORGANISATION_READ):
        return None
    above, below = links_of(member, day)
    lines = [
        PanelLine(
            label=link.from_member.name, detail=f"联系{member.name}", url=f"/members/{link.from_member_id}/", side=f"{link.since:%Y-%m-%d} 起"
        )
        for link in above
    ]  # fmt: skip
    for link in below:
        name, url = target_of(link)
        lines.append(PanelLine(label=name, detail=f"由{member.name}联系", url=url, side=f"{link.since:%Y-%m-%d} 起"))
    return Panel(title="联系安排", lines=tuple(lines), empty="没有安排联系。", more="/links/", more_label="联系链条")


def of_contacts(member: Member, user: Any, day: dt.date) -> Panel | None:
    """This year's contacts and what stands today, by number: names of constituents stay with the member."""
    if not may(user, Permission.RECORDS_READ):
        return None
    year = dt.date(day.year, 1, 1)
    own = ContactRecord.objects.filter(member=member, withdrawn_at=None, held_on__gte=year, held_on__lte=day)
    pairs = ConstituentLink.pairs.filter(on_day(day), member=member).count()
    grid = ConstituentLink.grids.filter(on_day(day), member=member).select_related("constituent")
    lines = [
        PanelLine(label=f"{day.year} 年联系 {own.count()} 次", url=f"/contacts/?member={member.pk}"),
        PanelLine(label=f"结对界别群众 {pairs} 人", url=f"/constituents/?q={member.number}"),
    ]
    lines += [
        PanelLine(
            label=f"网格员 {one.constituent.name}",
            detail=one.constituent.area,
            url="/links/grid/",
            side=f"{one.since:%Y-%m-%d} 起",
        )
        for one in grid
    ]
    return Panel(title="联系群众", lines=tuple(lines))
