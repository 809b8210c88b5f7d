"""What the pages of outputs and voices ask for. Rules are the actions'; forms only read."""

from tenants.voices.forms.hearing import (
    AnonymiseForm,
    AnswerForm,
    CloseForm,
    FeedbackForm,
    HandOverForm,
    KeepingForm,
    OfficeVoiceForm,
    SpeakForm,
    StatusForm,
    TopicForm,
    VoiceFilterForm,
    VoiceForm,
)
from tenants.voices.forms.outputs import OfficeOutputForm, OutputFilterForm, OutputForm

__all__ = [
    "AnonymiseForm", "AnswerForm", "CloseForm", "FeedbackForm", "HandOverForm", "KeepingForm", "OfficeOutputForm", "OfficeVoiceForm",
    "OutputFilterForm", "OutputForm", "SpeakForm", "StatusForm", "TopicForm", "VoiceFilterForm", "VoiceForm",
]  # fmt: skip
