"""What the pages of activities ask for. Rules are the actions'; forms only read."""

from tenants.activities.forms.calling import AnswerForm, GuestForm, InviteForm
from tenants.activities.forms.held import ActivityFilterForm, ActivityForm, OfficeActivityForm, organisers
from tenants.activities.forms.topics import OccasionForm, TopicFilterForm, TopicForm, TopicMoveForm

__all__ = [
    "ActivityFilterForm", "ActivityForm", "AnswerForm", "GuestForm", "InviteForm", "OccasionForm", "OfficeActivityForm",
    "TopicFilterForm", "TopicForm", "TopicMoveForm", "organisers",
]  # fmt: skip
