"""The forms of the policy pages."""

from tenants.policy.forms.adapting import (
    AdaptForm,
    AdoptForm,
    CompareFilter,
    DecisionForm,
    DocumentFilter,
    OwnDutyForm,
    RemarkForm,
    WithdrawForm,
    day_asked,
)
from tenants.policy.forms.cases import CaseForm, PublishForm
from tenants.policy.forms.details import DetailForm

__all__ = [
    "AdaptForm", "AdoptForm", "CaseForm", "CompareFilter", "DecisionForm", "DetailForm", "DocumentFilter", "OwnDutyForm", "PublishForm",
    "RemarkForm", "WithdrawForm", "day_asked",
]  # fmt: skip
