"""What the pages of returns and of documents ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from tenants.members.models import Sector, SpecialCommittee
from tenants.members.queries import Filters
from tenants.reports.queries import PrintedForm, Progress
from tenants.reports.queries.forms import Field


class SendBackForm(forms.Form):
    reason = forms.CharField(
        label="退回理由", max_length=500, widget=forms.Textarea, help_text="写清哪一项、怎么改，下级会原样看到。"
    )


class WithdrawForm(forms.Form):
    why = forms.CharField(label="撤回签署的原因", max_length=200)


class UndoForm(forms.Form):
    why = forms.CharField(label="撤回的原因", max_length=200)


class StepForm(forms.Form):
    """On which day a step was taken; empty is today."""

    done_on = forms.DateField(label="日期", required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        kwargs["initial"] = {"done_on": today}
        super().__init__(*args, **kwargs)
        self.fields["done_on"].widget.attrs["max"] = today.isoformat()


def answers_form(printed: PrintedForm) -> type[AnswersForm]:
    """The form on the page, made of the fields the document prints."""
    return type("Answers", (AnswersForm,), {field.id: _field(field) for field in printed.fields})


class AnswersForm(forms.Form):
    """Whatever a document's form asks. Texts only: how a form is filled is between its people."""

    def answers(self) -> dict[str, str]:
        """Field id → text; days as ISO. Call on a valid form."""
        return {
            key: value.isoformat() if isinstance(value, dt.date) else str(value if value is not None else "")
            for key, value in self.cleaned_data.items()
        }


def _field(field: Field) -> forms.Field:
    told: dict[str, Any] = {"label": field.title, "required": field.required, "help_text": field.help}
    if field.type == "date":
        return forms.DateField(**told)
    if field.type == "number":
        return forms.IntegerField(min_value=0, **told)
    if field.type == "choice":
        return forms.ChoiceField(choices=[("", "请选"), *((one, one) for one in field.choices)], **told)
    if field.type == "rows":
        told["help_text"] = field.help or f"一行一条，各栏用竖线隔开：{' | '.join(title for _, title in field.columns)}"
        return forms.CharField(max_length=8000, widget=forms.Textarea(attrs={"rows": "5"}), **told)
    if field.type == "long_text":
        return forms.CharField(max_length=8000, widget=forms.Textarea(attrs={"rows": "10"}), **told)
    return forms.CharField(max_length=200, **told)


class FormsFilter(forms.Form):
    """Whose forms, and how far they have come."""

    q = forms.CharField(
        label="姓名", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "姓名或拼音"})
    )
    sector = forms.ChoiceField(label="界别", required=False)
    special_committee = forms.ChoiceField(label="专委会", required=False)
    state = forms.ChoiceField(label="办到哪步", required=False)

    def __init__(
        self,
        *args: Any,
        form: PrintedForm,
        sectors: Sequence[Sector],
        special_committees: Sequence[SpecialCommittee],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        waiting = [(step.id, f"待{step.title}") for step in form.steps]
        for name, choices in (
            ("sector", [(str(one.pk), one.name) for one in sectors]),
            ("special_committee", [(str(one.pk), one.name) for one in special_committees]),
            ("state", [*waiting, ("done", "已办完")]),
        ):
            self.fields[name].choices = [("", "全部"), *choices]  # type: ignore[attr-defined]

    def period(self) -> str:
        text = str(self.data.get("period", ""))
        return text if text.isdigit() and len(text) == 4 else ""

    def filters(self) -> Filters:
        """The valid part of what was asked."""
        self.is_valid()
        data = self.cleaned_data
        sector, special = data.get("sector"), data.get("special_committee")
        return Filters(
            q=data.get("q") or "",
            sector=UUID(sector) if sector else None,
            special_committee=UUID(special) if special else None,
        )

    def takes(self, progress: Progress) -> bool:
        state = self.cleaned_data.get("state")
        return not state or (progress.next.id if progress.next else "done") == state


class KeysFilter(forms.Form):
    """Whose keys."""

    q = forms.CharField(
        label="委员会", required=False, max_length=100, widget=forms.TextInput(attrs={"placeholder": "名称或编码"})
    )


class BundleForm(forms.Form):
    """Which documents of everybody, as of which day, as which kind of file."""

    what = forms.ChoiceField(label="生成什么")
    as_of = forms.DateField(label="截至")
    ending = forms.ChoiceField(label="格式", choices=[("pdf", "PDF"), ("docx", "Word")])

    def __init__(self, *args: Any, today: dt.date, forms: Sequence[PrintedForm], **kwargs: Any) -> None:
        kwargs["initial"] = {"as_of": today, "ending": "pdf"}
        super().__init__(*args, **kwargs)
        choices = [("duty_file", "委员履职档案"), *((f"form:{one.id}", one.title) for one in forms)]
        self.fields["what"].choices = choices  # type: ignore[attr-defined]
        self.fields["as_of"].widget.attrs["max"] = today.isoformat()
        self._today = today

    def clean_as_of(self) -> dt.date:
        day: dt.date = self.cleaned_data["as_of"]
        if day > self._today:
            raise forms.ValidationError("这一天还没有到，请选今天或更早的一天。")
        return day

    def values(self) -> dict[str, Any]:
        """Keywords of `ask_bundle`. Call on a valid form."""
        content, _, form = self.cleaned_data["what"].partition(":")
        return {
            "content": content,
            "form": form,
            "ending": self.cleaned_data["ending"],
            "as_of": self.cleaned_data["as_of"],
        }
