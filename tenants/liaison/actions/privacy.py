"""Taking a constituent out of everything the committee holds (PIPL art. 47)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from core import audit
from core.errors import DomainError, NotFound
from core.personal.erase import Effect
from tenants.liaison.models import ConstituentLink
from tenants.liaison.queries import refuse_strangers
from tenants.members.actions import nameless


class StillPaired(DomainError):
    code = "still_paired"

    def __init__(self) -> None:
        super().__init__("还在结对，不能匿名处理。请先结束结对。")


@transaction.atomic
def anonymise_constituent(*, link: UUID, why: str, by: audit.Actor) -> Effect:
    """Make the constituent of an ended pairing nameless, for good: name, phone, notes, and what was said with them.

    Counts stay. By the member who was paired or by staff. Raises NotFound, NotYourRecord, StillPaired, WhyMissing, AlreadyNameless.
    """
    found = ConstituentLink.pairs.select_related("member", "constituent").filter(pk=link).first()
    if found is None:
        raise NotFound
    refuse_strangers(by=by, members={found.member_id: found.member})
    if found.constituent.links.filter(until=None).exists():
        raise StillPaired
    return nameless(found.constituent, action="liaison.anonymise", why=why, by=by)
