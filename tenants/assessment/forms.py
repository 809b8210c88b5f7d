"""The filters of the standing page; every one is a query parameter, so a filtered list can be sent as a link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from policy_engine import Duty
from tenants.assessment.queries.table import Asked
from tenants.members.models import Sector, SpecialCommittee

STATES = [("", "全部"), ("outstanding", "尚差"), ("met", "全部完成")]


class StandingFilter(forms.Form):
    q = forms.CharField(
        label="姓名", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "姓名或拼音"})
    )
    sector = forms.ChoiceField(label="界别", required=False)
    special_committee = forms.ChoiceField(label="专委会", required=False)
    state = forms.ChoiceField(label="情况", required=False, choices=STATES)
    duty = forms.ChoiceField(label="尚差哪项", required=False)
    as_of = forms.DateField(label="截至", required=False)

    def __init__(
        self,
        *args: Any,
        sectors: Sequence[Sector],
        special_committees: Sequence[SpecialCommittee],
        duties: Sequence[Duty],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer("sector", [(str(sector.pk), sector.name) for sector in sectors])
        self._offer("special_committee", [(str(one.pk), one.name) for one in special_committees])
        self._offer("duty", [(duty.id, duty.title) for duty in duties])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部"), *choices]

    def asked(self) -> Asked:
        """The valid part of what was asked; an unknown word in the address filters nothing."""
        self.is_valid()
        data = self.cleaned_data
        sector, special = data.get("sector"), data.get("special_committee")
        return Asked(
            q=data.get("q") or "",
            sector=UUID(sector) if sector else None,
            special_committee=UUID(special) if special else None,
            state=data.get("state") or "",
            duty=data.get("duty") or "",
        )


def day_asked(text: str, *, today: date) -> date:
    """The day to judge as of: what the address says, or today where it says nothing, nonsense or the future."""
    try:
        return min(date.fromisoformat(text), today)
    except ValueError:
        return today
