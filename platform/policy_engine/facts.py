"""A fact sheet → subjects, deed rows and waivers; what is wrong with it is said with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from typing import Any

from policy_engine import schema
from policy_engine.almanac import Event
from policy_engine.bench import Person, Post
from policy_engine.errors import TemplateError, TemplateErrors
from policy_engine.model import Policy, date_of
from policy_engine.reader import Document, Way, mapping
from policy_engine.rhythms import looks_like_key
from policy_engine.tally import Row
from policy_engine.vocabulary import Words, away_roles, group_of, words_with
from policy_engine.waivers import ALWAYS, Waiver

SELF = Person("committee", "self")
SIGNERS = ("lead", "co_signer")
NOBODY = ("", "", "")
"""In the place of a subject where a record names nobody who did it: a letter that came in, a meeting without a list of names."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the engine needs of a fact sheet. Every sheet belongs to one committee, `self` where it names none."""

    subjects: tuple[Person, ...]
    rows: tuple[Row, ...]
    waivers: tuple[Waiver, ...]
    events: tuple[Event, ...] = ()


def normalised(document: Document, policy: Policy) -> Facts:
    """Check and normalise. Raises TemplateErrors."""
    words = words_with(policy.header.get("local"))
    faults = schema.faults(document, schema.FACTS, words)
    if not faults:
        document = replace(document, data=in_full(document.data))
        faults = list(_inconsistent(document, policy))
    if faults:
        raise TemplateErrors(faults)
    data = document.data
    persons = [_person(entry) for entry in data["subjects"]]
    persons += [] if any(person.type == "committee" for person in persons) else [SELF]
    waivers = (
        Waiver(entry["subject"], entry["duty"], entry["period"], entry.get("reason", ""))
        for entry in data.get("waivers", ())
    )
    return Facts(tuple(persons), tuple(rows(data, words)), tuple(waivers), events_of(data))


def in_full(data: Mapping[str, Any]) -> dict[str, Any]:
    """A fact sheet of sound shape without its short forms: bare participants, a year that is a number."""
    full = dict(data)
    for name in ("records", "checks", "waivers"):
        if name in full:
            full[name] = [_full(entry) if _is_short(entry) else entry for entry in full[name]]
    return full


def _is_short(entry: Mapping[str, Any]) -> bool:
    if "period" in entry and isinstance(entry["period"], int):
        return True
    for one in entry.get("participants", ()):  # noqa: SIM110  (any() takes twice as long over a big sheet)
        if one.__class__ is str:
            return True
    return False


def _full(entry: Mapping[str, Any]) -> dict[str, Any]:
    full = dict(entry)
    if "participants" in entry:
        full["participants"] = [{"subject": one} if isinstance(one, str) else one for one in entry["participants"]]
    if isinstance(entry.get("period"), int):
        full["period"] = str(entry["period"])
    return full


def rows(data: Mapping[str, Any], words: Words | None = None) -> Iterator[Row]:
    """The deed rows of a checked fact sheet, the same as the SQL view gives."""
    words = words or words_with({})
    known, outputs, away = _Known(data, words), _outputs(words), frozenset(away_roles(words))
    for record in data.get("records", ()):
        yield from _record_rows(record, known, outputs, away)
    for link in data.get("links", ()):
        yield _link_row(link, known)
    for check in data.get("checks", ()):
        yield _check_row(check, known)


class _Known:
    """What a sheet says of its subjects."""

    def __init__(self, data: Mapping[str, Any], words: Words) -> None:
        self.types = _types(data)
        self._data = data
        self._targets = {kind: found for kind in words["links"] if (found := _led_to(words, kind))}
        self.modes = {entry["id"]: _mode(entry) for entry in data["subjects"] if entry["type"] == "venue"}
        self.sectors = {
            entry["id"]: entry["id"] if entry["type"] == "sector" else entry.get("sector") for entry in data["subjects"]
        }
        self._posts = {entry["id"]: _posts(entry) for entry in data["subjects"] if entry.get("posts")}
        self.always = {  # most hold what they hold throughout
            subject: self._held(subject, date.min)
            for subject in self.types
            if not any(post.since or post.until for post in self._posts.get(subject, ()))
        }

    def target(self, value: Any) -> tuple[str | None, str | None]:
        """A target that is no subject of the sheet is of the type that is stated elsewhere, or that the link to it names."""
        kind, name = _reference(value, self.types)
        return (kind, name) if kind or not name else (self._others.get(name), name)

    @cached_property
    def _others(self) -> dict[str, str]:
        links = ((link["to"], link["kind"]) for link in self._data.get("links", ()))
        found = {one: self._targets[kind] for one, kind in links if kind in self._targets}
        stated = (record["target"] for record in self._data.get("records", ()) if record.get("target"))
        return found | {one["id"]: one["type"] for one in stated if isinstance(one, Mapping)}

    def sector(self, subject: str) -> str | None:
        return self.sectors.get(subject)

    def posts(self, subject: str, on: date) -> tuple[str, ...]:
        """What the subject was on a day; every member is a member whatever other post they hold."""
        return self.always[subject] if subject in self.always else self._held(subject, on)

    def _held(self, subject: str, on: date) -> tuple[str, ...]:
        always = ("member",) if self.types.get(subject) == "member" else ()
        return always + tuple(post.kind for post in self._posts.get(subject, ()) if _holds(post, on))


def _led_to(words: Words, link: str) -> str | None:
    """The type of target a link is named after: a `constituent` leads to a constituent. A local link leads where its shared word does."""
    seen: set[str] = set()
    while link not in seen:
        if link in words["target_types"]:
            return link
        seen.add(link)
        link = str(mapping(words["links"].get(link)).get("is_a", link))
    return None


def _holds(post: Post, on: date) -> bool:
    return (post.since or date.min) <= on < (post.until or date.max)


def events_of(data: Mapping[str, Any]) -> tuple[Event, ...]:
    """The meetings of a checked fact sheet."""
    return tuple(
        Event(
            id=entry["id"], kind=entry["kind"], on=date.fromisoformat(entry["on"]), title=str(entry.get("title") or "")
        )
        for entry in data.get("events", ())
    )


def usual_role(words: Words, kind: Any) -> str:
    """Who is named without a role has written an output, and taken part in anything else."""
    return _usual_role(group_of(words, str(kind)) == "output")


def _usual_role(output: bool) -> str:
    return "lead" if output else "participant"


def _outputs(words: Words) -> frozenset[str]:
    return frozenset(kind for kind in words["kinds"] if group_of(words, kind) == "output")


def _types(data: Mapping[str, Any]) -> dict[str, str]:
    """The type of every subject, `self` among them where the sheet names no committee."""
    types = {entry["id"]: entry["type"] for entry in data["subjects"]}
    return types if "committee" in types.values() else {SELF.id: SELF.type} | types


RARE = frozenset({"amounts", "tags", "results", "based_on", "period"})


def _record_rows(
    record: Mapping[str, Any], known: _Known, outputs: Collection[str], away: Collection[str]
) -> Iterator[Row]:
    """One row per participant, and one for the organiser as such. Most records are plain, so what is rare is added after."""
    types, always, sectors, get = known.types, known.always, known.sectors, record.get
    usual = "lead" if record["kind"] in outputs else "participant"
    organiser, target = _reference(get("organiser"), types), known.target(get("target"))
    part = get("participants", ())
    authors = [(types[one["subject"]], one["subject"], one.get("role") or usual) for one in part]
    authorship = get("authorship") or (_usual_authorship(authors) if usual == "lead" else None)
    on, place_level, mode, destination = (
        date.fromisoformat(record["on"]),
        get("place_level"),
        get("mode"),
        get("destination"),
    )
    absent = [one for one in authors if one[2] in away]
    authors = [one for one in authors if one[2] not in away] if absent else authors
    present, crews = (authors, None) if len(authors) == 1 else (list(dict.fromkeys(authors)), _crews(authors))
    number = len(present)
    if not present and not (organiser[0] and organiser[1]):
        present = [NOBODY]
    if organiser[0] and organiser[1] and (organiser[0], organiser[1], "organiser") not in present:
        present = [*present, (organiser[0], organiser[1], "organiser")]
    if absent:  # they share nothing with those who were there
        present = [*present, *dict.fromkeys(absent)]
    rare = (
        not RARE.isdisjoint(record)
        or (number and "amounts" in part[0])
        or (number > 1 and any("amounts" in one for one in part))
    )
    for place, (subject_type, subject_id, role) in enumerate(present, 1):
        row = Row(
            family="record",
            record_id=record["id"],
            kind=record["kind"],
            on_date=on,
            subject_type=subject_type,
            subject_id=subject_id,
            role=role or None,
            authorship=authorship,
            organiser_type=organiser[0],
            organiser_id=organiser[1],
            target_type=target[0],
            target_id=target[1],
            venue_id=get("venue"),
            place_level=place_level,
            mode=mode,
            destination=destination,
            confirmed=get("confirmed", True),
            posts=always.get(subject_id) or known.posts(subject_id, on),
            sector_id=sectors.get(subject_id),
            place=place if place <= number else None,
            crew=None if place > number else crews[subject_type] if crews else _alone(role),
        )
        if rare:
            _add_rare(row, record)
        yield row


def _add_rare(row: Row, record: Mapping[str, Any]) -> None:
    """A participant's own amounts stand before the record's."""
    own = next((one.get("amounts") for one in record.get("participants", ()) if one["subject"] == row.subject_id), None)
    row.amounts = {**(record.get("amounts") or {}), **own} if own else record.get("amounts")
    row.tags, row.results = tuple(record.get("tags", ())), tuple(record.get("results", ()))
    row.based_on, row.for_period = record.get("based_on"), record.get("period")


@cache
def _alone(role: str) -> Mapping[str, int]:
    return {role: 1}


def _crews(authors: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, int]]:
    """By type of subject, how many hold each role: members share with members."""
    found: dict[str, dict[str, int]] = {}
    for subject_type, _, role in dict.fromkeys(authors):
        crew = found.setdefault(subject_type, {})
        crew[role] = crew.get(role, 0) + 1
    return found


def _usual_authorship(present: Iterable[tuple[str, str, str]]) -> str:
    """An output that does not say how it was signed: by several together, or by one alone."""
    if isinstance(present, list) and len(present) == 1:
        return "individual"
    return "joint" if len({subject for _, subject, role in present if role in SIGNERS}) > 1 else "individual"


def _mode(venue: Mapping[str, Any]) -> str:
    """A venue is a place one can go to, unless it says otherwise."""
    return str(venue.get("mode") or ("online" if venue.get("kind") == "online_studio" else "offline"))


def _link_row(link: Mapping[str, Any], known: _Known) -> Row:
    """A link that leads to a venue takes the venue's mode where it states none."""
    types, since = known.types, date_of(link.get("since")) or date.min
    return Row(
        family="link",
        record_id=link["id"],
        kind=link["kind"],
        on_date=since,
        until_date=date_of(link.get("until")),
        subject_type=types.get(link["from"], ""),
        subject_id=link["from"],
        target_type=types.get(link["to"]),
        target_id=link["to"],
        mode=link.get("mode") or known.modes.get(link["to"]),
        confirmed=link.get("confirmed", True),
        posts=known.posts(link["from"], since),
        sector_id=known.sector(link["from"]),
    )


def _check_row(check: Mapping[str, Any], known: _Known) -> Row:
    return Row(
        family="check",
        record_id=check["id"],
        kind=check["checklist"],
        on_date=date.fromisoformat(check["met_on"]),
        until_date=date_of(check.get("until")),
        subject_type=known.types[check["subject"]],
        subject_id=check["subject"],
        checklist=check["checklist"],
        item=check["item"],
        confirmed=check.get("confirmed", True),
        for_period=check.get("period"),
    )


def _reference(value: Any, types: Mapping[str, str]) -> tuple[str | None, str | None]:
    if isinstance(value, Mapping):
        return value["type"], value["id"]
    return (types.get(value), value) if value else (None, None)


def _posts(entry: Mapping[str, Any]) -> tuple[Post, ...]:
    return _dated(entry.get("posts", ()))


def _dated(entries: Iterable[Any]) -> tuple[Post, ...]:
    """Posts or tags: a word, or a word with its days."""
    return tuple(
        Post(post)
        if isinstance(post, str)
        else Post(post["kind"], date_of(post.get("from")), date_of(post.get("until")))
        for post in entries
    )


def _person(entry: Mapping[str, Any]) -> Person:
    return Person(
        entry["type"],
        entry["id"],
        _posts(entry),
        date_of(entry.get("from")),
        date_of(entry.get("until")),
        entry.get("kind"),
        entry.get("order"),
        tags=_dated(entry.get("tags", ())),
        sector=entry.get("sector"),
        special_committee=entry.get("special_committee"),
        groups=tuple(entry.get("groups", ())),
        absences=tuple((date_of(one["from"]), date_of(one.get("until"))) for one in entry.get("absences", ())),
    )


def _inconsistent(document: Document, policy: Policy) -> Iterator[TemplateError]:
    data = document.data
    known = _types(data)
    yield from _doubles(document, "subjects")
    yield from _doubles(document, "records", "links", "checks")
    yield from _doubles(document, "events")
    for index, record in enumerate(data.get("records", ())):
        for place, one in enumerate(record.get("participants", ())):
            yield from _unknown(document, ("records", index, "participants", place, "subject"), one["subject"], known)
    for name in ("checks", "waivers"):
        for index, entry in enumerate(data.get(name, ())):
            yield from _unknown(document, (name, index, "subject"), entry["subject"], known)
    for index, link in enumerate(data.get("links", ())):
        if link["to"] not in known:
            yield from _unknown(document, ("links", index, "from"), link["from"], known)
    yield from _backwards(document)
    yield from _hollow_waivers(document, policy)
    yield from _odd_periods(document, policy)


def _doubles(document: Document, *names: str) -> Iterator[TemplateError]:
    seen: set[str] = set()
    for name in names:
        for index, entry in enumerate(document.data.get(name, ())):
            if entry["id"] in seen:
                yield document.fault((name, index, "id"), "duplicate_id", f"id“{entry['id']}”重复", "每个 id 只用一次")
            seen.add(entry["id"])


def _unknown(document: Document, way: Way, subject: str, known: Iterable[str]) -> Iterator[TemplateError]:
    if subject not in known:
        yield document.fault(
            way, "unknown_subject", f"subjects 里没有“{subject}”", "先在 subjects 里写明，或改正这里的 id"
        )


def _backwards(document: Document) -> Iterator[TemplateError]:
    for name, start, end in (("subjects", "from", "until"), ("links", "since", "until")):
        for index, entry in enumerate(document.data.get(name, ())):
            if entry.get(start) and entry.get("until") and entry[start] > entry[end]:
                yield document.fault((name, index, end), "backwards", "结束早于开始", "改正其中一个日期")
    for index, entry in enumerate(document.data["subjects"]):
        for place, gone in enumerate(entry.get("absences", ())):
            if gone.get("until") and gone["from"] > gone["until"]:
                way = ("subjects", index, "absences", place, "until")
                yield document.fault(way, "backwards", "结束早于开始", "改正其中一个日期")
        for place, post in enumerate(entry.get("posts", ())):
            if isinstance(post, Mapping) and post.get("from") and post.get("until") and post["from"] > post["until"]:
                way = ("subjects", index, "posts", place, "until")
                yield document.fault(way, "backwards", "卸任早于任职", "改正其中一个日期")


def _hollow_waivers(document: Document, policy: Policy) -> Iterator[TemplateError]:
    for index, entry in enumerate(document.data.get("waivers", ())):
        if entry["duty"] == ALWAYS:
            continue
        if f"duty.{entry['duty']}" not in policy.elements:
            yield document.fault(
                ("waivers", index, "duty"),
                "unknown_duty",
                f"没有职责“{entry['duty']}”",
                '改成本模板里的职责 id，或写 "*"(所有可以豁免的)',
            )
        elif not policy.duty(entry["duty"]).waivable:
            yield document.fault(
                ("waivers", index, "duty"),
                "not_waivable",
                f"“{entry['duty']}”不可豁免",
                "只有“原则上”的和写了 waivable: true 的职责可以豁免",
            )


def _odd_periods(document: Document, policy: Policy) -> Iterator[TemplateError]:
    """Where a period is named, it must look like one: of a word, of a form, or the id of an event."""
    named = {entry["id"] for entry in document.data.get("events", ())}
    windows = {window.id for duty in policy.duties_on(None) for window in duty.rhythm.windows}
    for name in ("waivers", "records", "checks"):
        for index, entry in enumerate(document.data.get(name, ())):
            text = entry.get("period")
            excused = name == "waivers" and text == ALWAYS
            if text is not None and text not in named and not excused and not looks_like_key(text, windows):
                yield document.fault(
                    (name, index, "period"),
                    "bad_period",
                    f"“{text}”不是期间",
                    '写成 2021、2021-H1、2021-Q3、2021-05、2021-W05、2021-2022、2021-时段的 id，或会议的 id；一直豁免写 "*"',
                )
