"""What the pages of standing ask for. Every filter is a query parameter, so a filtered list can be sent as a link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from policy_engine import Duty
from tenants.assessment.models import Outcome
from tenants.assessment.queries.table import Asked
from tenants.members.models import Sector, SpecialCommittee
from tenants.proceedings.models import Body

OWING_FIRST = "-short"  # who asks for no order sees first where help is needed
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
            sort=str(self.data.get("sort") or OWING_FIRST),
        )


def day_asked(text: str, *, today: date) -> date:
    """The day to judge as of: what the address says, or today where it says nothing, nonsense or the future."""
    try:
        return min(date.fromisoformat(text), today)
    except ValueError:
        return today


class WaiverForm(forms.Form):
    """For which period, why, and who decided it."""

    period = forms.ChoiceField(label="哪一期")
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": "3"}))
    body = forms.ChoiceField(label="决定机构", choices=Body.choices)
    meeting = forms.CharField(label="哪次会议", max_length=100, help_text="例如：第十届第 3 次主席会议")
    decided_on = forms.DateField(label="会议日期")
    document_number = forms.CharField(label="文号", required=False, max_length=60)

    def __init__(self, *args: Any, periods: Sequence[tuple[str, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["period"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(periods)
        self.fields["decided_on"].widget.attrs["max"] = today.isoformat()


class WhyForm(forms.Form):
    why = forms.CharField(label="撤销的理由", max_length=200)


class ObjectionForm(forms.Form):
    text = forms.CharField(
        label="哪里不对", max_length=500, widget=forms.Textarea(attrs={"rows": "4"}),
        help_text="写清少记了哪次、哪天，或哪条不该算。办公室的答复会显示在这一项下面。",
    )  # fmt: skip


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label="结果", choices=[("corrected", "已更正"), ("kept", "维持原数")], widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label="答复",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text="委员会原样看到。更正记录请先在记录里改好。",
    )


class ObjectionFilter(forms.Form):
    q = forms.CharField(
        label="姓名", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "姓名或拼音"})
    )
    outcome = forms.ChoiceField(label="情况", required=False, choices=[("", "全部"), *Outcome.choices])
