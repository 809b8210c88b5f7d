"""What members are grouped by: sectors, special committees, and which committee links which sector."""

from __future__ import annotations

from django.db import models

from core.models import Row


class Sector(Row):
    """界别: the part of society a member stands for."""

    name = models.CharField(max_length=60, unique=True)
    order = models.PositiveSmallIntegerField(default=0)
    base = models.CharField(max_length=120, blank=True)  # 组织依托, e.g. the federation it works through (DC20-4.2-8)
    venue = models.CharField(max_length=120, blank=True)  # 活动场所
    funds = models.CharField(max_length=120, blank=True)  # 经费渠道

    class Meta:
        ordering = ["order", "name"]

    class Personal:
        personal = ()
        safe = ("name", "order", "base", "venue", "funds")

    def __str__(self) -> str:
        return self.name


class SpecialCommittee(Row):
    """专门委员会, with the sectors it links."""

    name = models.CharField(max_length=60, unique=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "name"]

    class Personal:
        personal = ()
        safe = ("name", "order")

    def __str__(self) -> str:
        return self.name


class SectorCommitteeLink(Row):
    """Which special committee links which sector, since when (YY21-15-1, DC20-4.2-1)."""

    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="committee_links")
    special_committee = models.ForeignKey(SpecialCommittee, on_delete=models.PROTECT, related_name="sector_links")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Personal:
        personal = ()
        safe = ("sector", "special_committee", "since", "until")
