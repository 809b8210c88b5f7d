"""The document clause by clause, and beside each clause what carries it here: duties, forms, workflows, settings, readings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from policy_engine import Element, Policy
from tenants.policy.queries import words
from tenants.policy.queries.reading import HEADING, Parameter, decision_days, duty_url, parameters_of
from tenants.policy.queries.stack import parent_policy_on, policy_on
from tenants.policy.queries.telling import SORTS, Teller, sort_of, teller

STATES = {"operative": "有具体做法", "declarative": "原则性要求", "planned": "待落实"}


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing of the policy in words: what sort, its title, what it says, and its values with where they come from."""

    id: str
    sort: str
    word: str
    title: str
    text: str
    url: str
    parameters: tuple[Parameter, ...]
    is_added: bool  # not in the parent's policy at all
    note: str = ""  # how the document was written as data

    @property
    def is_own(self) -> bool:
        return self.is_added or any(one.source.is_own for one in self.parameters)


@dataclass(frozen=True, slots=True)
class Reading:
    """How an unclear place is read, and which things carry the reading."""

    id: str
    question: str
    answer: str
    clauses: tuple[tuple[str, str], ...]  # (clause id, place)
    carriers: tuple[tuple[str, str], ...]  # (title, url)


@dataclass(frozen=True, slots=True)
class Passage:
    """A clause beside what it means here."""

    id: str
    ref: str
    summary: str
    who: str
    force: str
    force_word: str
    state: str
    reason: str
    meanings: tuple[Meaning, ...]
    readings: tuple[Reading, ...]

    @property
    def state_word(self) -> str:
        return STATES[self.state]

    @property
    def is_own(self) -> bool:
        return any(one.is_own for one in self.meanings)

    def mentions(self, text: str) -> bool:
        said = [self.ref, self.summary, self.who, *(f"{one.title}{one.text}" for one in self.meanings)]
        return any(text.casefold() in one.casefold() for one in said)


@dataclass(frozen=True, slots=True)
class Chapter:
    """Clauses under one heading or article; `anchor` is its place on the page."""

    anchor: str
    title: str
    passages: tuple[Passage, ...]

    @property
    def is_own(self) -> bool:
        return any(one.is_own for one in self.passages)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole policy on a day, as its pages show it."""

    policy: Policy
    chapters: tuple[Chapter, ...]
    loose: tuple[Meaning, ...]  # of no clause: our own additions, technical settings

    @property
    def passages(self) -> list[Passage]:
        return [one for chapter in self.chapters for one in chapter.passages]

    @property
    def number_own(self) -> int:
        """How many things this committee decided differently."""
        found = {one.id for passage in self.passages for one in passage.meanings if one.is_own}
        return len(found | {one.id for one in self.loose if one.is_own})


def document_on(day: date) -> Document:
    """Everything the policy in force on `day` says, clause by clause. Raises NoPolicy."""
    policy, parent = policy_on(day), parent_policy_on(day)
    tell, decided = teller(policy, day), decision_days()
    meanings = {
        element.id: meaning(tell, parent, element, decided)
        for element in _standing(policy, day)
        if sort_of(element) in SORTS
    }
    found = _by_clause(policy, meanings.values())
    said = readings(tell)
    unclear: dict[str, list[Reading]] = defaultdict(list)
    for one in said:
        for clause_id, _ in one.clauses:
            unclear[clause_id].append(one)
    placed = {one.id for carried in found.values() for one in carried}
    return Document(
        policy=policy,
        chapters=tuple(_chapters(policy, found, unclear)),
        loose=tuple(one for one in _in_order(meanings.values()) if one.id not in placed),
    )


def filtered(
    document: Document, *, q: str = "", state: str = "", force: str = "", own: bool = False, duties: bool = False
) -> Document:
    """The same with the clauses that match only."""

    def wanted(one: Passage) -> bool:
        fits = (not state or one.state == state) and (not force or one.force == force)
        fits = fits and (not duties or any(meaning.sort == "duty" for meaning in one.meanings))
        return fits and (not own or one.is_own) and (not q or one.mentions(q))

    kept = [
        replace(chapter, passages=tuple(one for one in chapter.passages if wanted(one)))
        for chapter in document.chapters
    ]
    is_plain = not (q or state or force or own or duties)
    loose = [one for one in document.loose if (not q or q in f"{one.title}{one.text}") and (not own or one.is_own)]
    loose = [one for one in loose if not duties or one.sort == "duty"]
    return replace(
        document,
        chapters=tuple(one for one in kept if one.passages),
        loose=tuple(loose if is_plain or q or own or duties else ()),
    )


def meaning(tell: Teller, parent: Policy, element: Element, decided: Mapping[str, date]) -> Meaning:
    """One element in words, with its values."""
    sort = sort_of(element)
    return Meaning(
        id=element.id,
        sort=sort,
        word=SORTS[sort],
        title=tell.title(element),
        text=tell.line(element),
        url=duty_url(element.id.removeprefix("duty.")) if sort == "duty" else f"/policy/more/#{element.id}",
        parameters=tuple(parameters_of(tell.policy, parent, tell.day, prefix=element.id, decided=decided)),
        is_added=element.id not in parent.elements,
        note=str(element.read("note", tell.day) or ""),
    )


def readings(tell: Teller) -> list[Reading]:
    """How unclear places are read, in the order of the document."""
    places = {clause_id: place for place, clause_id in enumerate(tell.policy.clauses)}
    found = [one for one in _standing(tell.policy, tell.day) if sort_of(one) == "reading"]
    last = len(places)
    found.sort(key=lambda one: (min((places.get(clause, last) for clause in one.clauses), default=last), one.id))
    return [
        Reading(
            id=one.id.partition(".")[2],
            question=tell.title(one),
            answer=str(one.read("reading", tell.day) or ""),
            clauses=_named_once(tell, one.clauses),
            carriers=tuple(_carriers(tell, one.read("carried_by", tell.day, ()))),
        )
        for one in found
    ]


def _named_once(tell: Teller, clauses: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(id, reference) of each place once: three sentences of 第 16 条 are one place to read."""
    found: dict[str, str] = {}
    for clause in clauses:
        if clause in tell.policy.clauses:
            found.setdefault(words.reference(tell.policy.clauses[clause].ref), clause)
    return tuple((clause, ref) for ref, clause in found.items())


def more(document: Document) -> list[tuple[str, list[Meaning]]]:
    """What comes with the document besides duties: workflows, forms, … by sort, each once."""
    found = {one.id: one for passage in document.passages for one in passage.meanings}
    found |= {one.id: one for one in document.loose}
    by_sort = [(word, [one for one in found.values() if one.sort == sort]) for sort, word in SORTS.items()]
    return [(word, some) for word, some in by_sort if some and word != SORTS["duty"]]


def _standing(policy: Policy, day: date) -> Iterator[Element]:
    """Whole things in force; the parts of a duty are told with it."""
    for name in sorted(policy.elements):
        element = policy.elements[name]
        if (name.count(".") == 1 or sort_of(element) != "duty") and element.stands(day):
            yield element


def _by_clause(policy: Policy, meanings: Iterable[Meaning]) -> Mapping[str, list[Meaning]]:
    found: dict[str, list[Meaning]] = defaultdict(list)
    for one in _in_order(meanings):
        for clause in policy.elements[one.id].clauses:
            found[clause].append(one)
    return {clause: some for clause, some in found.items() if clause in policy.clauses}


def _in_order(meanings: Iterable[Meaning]) -> list[Meaning]:
    order = {sort: place for place, sort in enumerate(SORTS)}
    return sorted(meanings, key=lambda one: (order[one.sort], one.id))


def _chapters(
    policy: Policy, found: Mapping[str, list[Meaning]], unclear: Mapping[str, list[Reading]]
) -> Iterator[Chapter]:
    headings: dict[str, list[Passage]] = {}
    for clause_id, clause in policy.clauses.items():
        heading = HEADING.match(clause.ref)
        carried = tuple(found.get(clause_id, ()))
        passage = Passage(
            id=clause_id,
            ref=words.reference(clause.ref),
            summary=clause.summary,
            who=clause.who,
            force=clause.force,
            force_word=words.word("forces", clause.force),
            state="operative" if carried else "declarative" if clause.declarative else "planned",
            reason=clause.declarative or "",
            meanings=carried,
            readings=tuple(unclear.get(clause_id, ())),
        )
        headings.setdefault(words.reference(heading.group().strip() if heading else clause.ref), []).append(passage)
    for number, (heading_title, passages) in enumerate(headings.items(), 1):
        yield Chapter(f"part-{number}", heading_title, tuple(passages))


def _carriers(tell: Teller, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        element = tell.policy.elements.get(path) or tell.policy.elements.get(path.rpartition(".")[0])
        if element is None:
            continue
        name = element.id.partition(".")[2]
        is_duty = sort_of(element) == "duty"
        yield tell.title(element), duty_url(name.partition(".")[0]) if is_duty else f"/policy/more/#{element.id}"
