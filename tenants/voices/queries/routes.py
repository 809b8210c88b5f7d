"""Where voices go, by the committee's own document: the route table is settings of its policy, nothing here names a committee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from policy_engine import Policy
from tenants.policy.queries import NoPolicy, policy_on
from tenants.voices.models import OutputType, VoiceKind

TOPIC = "consultation_topic"
DEPARTMENT = "government_department"
# Where the document is silent: a specific matter goes to who can solve it, a general one to the table, a trend is reported.
SILENT: Mapping[str, tuple[str, ...]] = {
    VoiceKind.SPECIFIC: (DEPARTMENT,), VoiceKind.GENERAL: (TOPIC,), VoiceKind.EMERGING: ("opinion_report",),
}  # fmt: skip
_ALSO = {"consultation": TOPIC, "department": DEPARTMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """`by_kind`: what the document names for each kind, first the most usual; `channels`: what any voice may become."""

    by_kind: Mapping[str, tuple[str, ...]]
    channels: tuple[str, ...]
    clauses: tuple[str, ...]
    days: int | None  # within how many days an answer is owed; None: the document says none

    def outputs(self, kind: str) -> dict[str, str]:
        """Types of output a voice of the kind may become, word → name; what the kind is meant for first."""
        first = [word for word in self.by_kind.get(kind, ()) if word in OutputType.values]
        return {word: OutputType(word).label for word in dict.fromkeys([*first, *self.channels])}

    def usual(self, kind: str) -> str:
        """The way the document means, in words."""
        words = {TOPIC: "协商议题", DEPARTMENT: "有关部门办理", **{one.value: one.label for one in OutputType}}
        return "、".join(words[word] for word in self.by_kind.get(kind, ()) if word in words)

    def to_department(self, kind: str) -> bool:
        return DEPARTMENT in self.by_kind.get(kind, ())

    def to_topic(self, kind: str) -> bool:
        return TOPIC in self.by_kind.get(kind, ())


def routes_on(day: date) -> Routes:
    """The route table in force on a day; the usual one where the document says nothing or none is adopted."""
    try:
        policy = policy_on(day)
    except NoPolicy:
        return Routes(by_kind=SILENT, channels=tuple(OutputType.values), clauses=(), days=None)
    table = _value(policy, "voice_triage", day)
    by_kind = {
        kind: _words(table.get(kind) if isinstance(table, Mapping) else None)
        or _words(_value(policy, f"voice_triage_{kind}", day))
        or SILENT[kind]
        for kind in VoiceKind.values
    }
    named = _words(_value(policy, "voice_conversion", day)) or _words(_value(policy, "voice_channels", day))
    channels = tuple(word for word in named if word in OutputType.values) or tuple(OutputType.values)
    days = _value(policy, "voice_days", day) or _value(policy, "voice_reply_days", day)
    names = ("voice_triage", *(f"voice_triage_{kind}" for kind in VoiceKind.values), "voice_feedback")
    clauses = [id for name in names if (one := policy.elements.get(f"setting.{name}")) for id in one.clauses]
    return Routes(
        by_kind=by_kind,
        channels=channels,
        clauses=tuple(dict.fromkeys(clauses)),
        days=days if isinstance(days, int) else None,
    )


def _value(policy: Policy, name: str, day: date) -> Any:
    element = policy.elements.get(f"setting.{name}")
    return element.value("value", day) if element is not None else None


def _words(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, Sequence):
        return ()
    return tuple(_ALSO.get(word, word) for word in value if isinstance(word, str))
