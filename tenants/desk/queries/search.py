"""搜索: one box for members, records, activities, topics, outputs, voices, clauses, documents and sectors, within the person's reach.

Every kind asks the app it belongs to, with that app's own notion of what the person may see, takes a bounded number of
statements and gives at most `SHOWN` lines; the rest is a click away in the app's own list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q

from accounts.access import may
from accounts.permissions import Permission as P
from core import pinyin
from tenants.activities import queries as activities
from tenants.desk.queries.places import PLACES
from tenants.liaison import queries as liaison
from tenants.members import queries as members
from tenants.members.models import Sector
from tenants.policy.queries import documents, has_policy, policy_on
from tenants.policy.queries.reading import duties_in_order, duty_url
from tenants.policy.queries.words import reference
from tenants.policy.queries.words import rule as rule_of
from tenants.voices import queries as voices

SHOWN = 6  # of each kind
PEOPLE = 40  # whose records are looked up by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was typed: `text` without superfluous blanks, `sound` as pinyin is stored, `people` the members it means."""

    text: str
    user: Any
    day: dt.date
    people: tuple[UUID, ...] = ()

    @property
    def sound(self) -> str:
        return "".join(self.text.lower().split()).replace("ü", "v").replace("'", "")

    @property
    def is_sound(self) -> bool:
        """Typed by sound, and somebody is called so: no text is looked through for the letters."""
        return self.sound.isascii() and self.sound.isalpha() and bool(self.people)

    def sounds_in(self, name: str) -> bool:
        return self.sound.isascii() and self.sound in pinyin.of(name)


@dataclass(frozen=True, slots=True)
class Hit:
    """One line. `title` and `detail` as (piece, whether it is what was typed)."""

    title: tuple[tuple[str, bool], ...]
    detail: tuple[tuple[str, bool], ...]
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one kind; `more_url` is empty where everything is shown."""

    name: str
    title: str
    hits: tuple[Hit, ...]
    more_url: str


Line = tuple[str, str, str]  # title, detail, address


def search(user: Any, text: str, *, day: dt.date) -> list[Found]:
    """By kind, kinds without a line left out; nothing for less than one character. At most two dozen statements."""
    text = " ".join(text.split())[:60]
    if not text:
        return []
    question = Question(text=text, user=user, day=day)
    people = list(_people(question)) if may(user, P.MEMBERS_READ) else []
    question = Question(text=text, user=user, day=day, people=tuple(one.pk for one in people))
    found = []
    for name, title, look, more in KINDS:
        lines = list(look(question)) if name != "members" else [_person(one) for one in people[: SHOWN + 1]]
        if lines:
            hits = tuple(_hit(line, text) for line in lines[:SHOWN])
            found.append(
                Found(name, title, hits, f"{more}?{urlencode({'q': text})}" if more and len(lines) > SHOWN else "")
            )
    return found


def _people(question: Question) -> Iterable[Any]:
    """Members within reach whom the text means, those in office first."""
    within = members.reach_of(question.user, P.MEMBERS_READ).q()
    found = members.roster(question.day, members.Filters(q=question.text, status="all"), within=within)
    return sorted(found[:PEOPLE], key=lambda one: one.left_on is not None and one.left_on <= question.day)


def _person(member: Any) -> Line:
    (row,) = members.rows_of([member])
    left = f"{member.left_on:%Y-%m-%d} 离任" if member.left_on else ""
    detail = " · ".join(part for part in (row.sector, row.special_committees, row.posts, row.number, left) if part)
    return row.name, detail, row.url


def _sectors(question: Question) -> Iterator[Line]:
    if not may(question.user, P.MEMBERS_READ):
        return
    seen = members.reach_of(question.user, P.MEMBERS_READ).sector_ids()
    for one in Sector.objects.all():
        if (seen is None or one.pk in seen) and (question.text in one.name or question.sounds_in(one.name)):
            yield one.name, "看这个界别的委员", f"/members/?{urlencode({'sector': str(one.pk)})}"


def _contacts(question: Question) -> Iterator[Line]:
    user = question.user
    if not (may(user, P.RECORDS_READ) or may(user, P.RECORDS_OWN)):
        return
    named = Q(member__in=question.people)
    said = Q() if question.is_sound else Q(place__icontains=question.text) | Q(summary__icontains=question.text)
    found = liaison.visible_contacts(user).filter(named | said if said else named, withdrawn_at=None)
    for one in found.order_by("-held_on", "-id")[: SHOWN + 1]:
        about = "，".join(part for part in (one.place, one.summary) if part)
        yield (
            f"{one.member.name} {one.get_kind_display()}",
            f"{one.held_on:%Y-%m-%d} · {_around(about, question.text)}",
            f"/contacts/{one.pk}/",
        )


def _activities(question: Question) -> Iterator[Line]:
    if not (may(question.user, P.RECORDS_READ) or may(question.user, P.RECORDS_OWN)):
        return
    titles = activities.kind_titles(question.day)
    for one in activities.activities(question.user, activities.ActivityFilters(q=question.text))[: SHOWN + 1]:
        detail = " · ".join(
            part for part in (f"{one.held_on:%Y-%m-%d}", titles.get(one.kind, one.kind), one.place) if part
        )
        yield one.title, detail, f"/activities/{one.pk}/"


def _topics(question: Question) -> Iterator[Line]:
    """What is consulted on: everybody who sees records may read all of them."""
    if not (may(question.user, P.RECORDS_READ) or may(question.user, P.RECORDS_OWN)):
        return
    for one in activities.topics(q=question.text)[: SHOWN + 1]:
        detail = f"{one.year} 年 · {one.get_form_display()} · {one.get_state_display()}"
        yield one.title, detail, f"/activities/topics/{one.pk}/"


def _outputs(question: Question) -> Iterator[Line]:
    if not (may(question.user, P.RECORDS_READ) or may(question.user, P.RECORDS_OWN)):
        return
    for one in voices.outputs(question.user, voices.OutputFilters(q=question.text))[: SHOWN + 1]:
        detail = " · ".join((f"{one.submitted_on:%Y-%m-%d}", one.get_type_display(), voices.names(one)))
        yield one.title, detail, f"/outputs/{one.pk}/"


def _voices(question: Question) -> Iterator[Line]:
    """What people said; a citizen's name is never looked through."""
    if not (may(question.user, P.RECORDS_READ) or may(question.user, P.RECORDS_OWN)):
        return
    for one in voices.voices(question.user, voices.VoiceFilters(q=question.text), today=question.day)[: SHOWN + 1]:
        detail = f"{one.received_on:%Y-%m-%d} · {one.get_state_display()} · {_around(one.content, question.text)}"
        yield str(one), detail, f"/voices/{one.pk}/"


def _clauses(question: Question) -> Iterator[Line]:
    """Requirements first, then clauses of the policy in force. No statement: the policy is in memory."""
    if not (may(question.user, P.POLICY_READ) and has_policy(question.day)):
        return
    policy, left = policy_on(question.day), SHOWN + 1
    for duty in duties_in_order(policy, question.day):
        if left and (question.text in duty.title or question.sounds_in(duty.title)):
            left -= 1
            yield duty.title, rule_of(duty), duty_url(duty.id)
    for clause in policy.clauses.values():
        if left and (question.text in clause.summary or question.text in clause.ref or question.text == clause.id):
            left -= 1
            yield reference(clause.ref), _around(clause.summary, question.text), f"/policy/#{clause.id}"


def _documents(question: Question) -> Iterator[Line]:
    if not (may(question.user, P.POLICY_READ) and has_policy(question.day)):
        return
    for one in documents():
        if question.text in one.title or question.text in (one.decision.document_number if one.decision else ""):
            yield one.title, one.get_kind_display(), "/policy/"


def _places(question: Question) -> Iterator[Line]:
    for one in PLACES:
        if any(may(question.user, p) for p in one.permissions) and (
            question.text in one.label or question.sounds_in(one.label)
        ):
            yield one.label, one.group, one.url


KINDS: tuple[tuple[str, str, Callable[[Question], Iterable[Line]], str], ...] = (
    ("members", "委员", lambda question: (), "/members/"),
    ("sectors", "界别", _sectors, ""),
    ("contacts", "联系记录", _contacts, "/contacts/"),
    ("activities", "活动", _activities, "/activities/"),
    ("topics", "协商议题", _topics, "/activities/topics/"),
    ("outputs", "履职成果", _outputs, "/outputs/"),
    ("voices", "民意", _voices, "/voices/"),
    ("clauses", "办法里的要求和条款", _clauses, ""),
    ("documents", "文件", _documents, ""),
    ("places", "页面", _places, ""),
)


def _hit(line: Line, text: str) -> Hit:
    title, detail, url = line
    return Hit(pieces(title, text), pieces(detail, text), url)


def pieces(said: str, text: str) -> tuple[tuple[str, bool], ...]:
    """The text cut where it holds what was typed, in whatever case: `("到站", False), ("履职", True)`."""
    found, low, rest = [], said.lower(), 0
    wanted = text.lower()
    while len(low) == len(said) and (at := low.find(wanted, rest)) >= 0:
        found += [(said[rest:at], False), (said[at : at + len(wanted)], True)]
        rest = at + len(wanted)
    return tuple(piece for piece in (*found, (said[rest:], False)) if piece[0])


def _around(said: str, text: str, width: int = 60) -> str:
    """The words around what was typed."""
    at = max(said.lower().find(text.lower()) - width // 3, 0)
    return f"{'…' if at else ''}{said[at : at + width]}{'…' if len(said) > at + width else ''}"
