"""Reading the roster. Every function's number of statements is bounded, however long the roster is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from core.errors import NotFound
from core.models import Erasure
from tenants.members.models import (
    Convener,
    HouseRule,
    MadeFile,
    Member,
    Post,
    PostKind,
    RosterImport,
    RuleName,
    Seat,
    Sector,
    SpecialCommittee,
    Spell,
    Term,
    Unit,
    UnitKind,
    role_word,
)

KEPT_YEARS = {RuleName.RETENTION: 5, RuleName.SPEAKERS: 2}  # unless the committee settled otherwise; five are one term

SORTS = {
    "name": ("name_pinyin", "number"),
    "number": ("number",),
    "sector": ("sector__order", "sector__name", "name_pinyin", "number"),
    "joined": ("joined_on", "name_pinyin", "number"),
}
POST_ORDER = {kind: place for place, kind in enumerate(PostKind.values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the roster shows: `status` is serving | left | all on the day; `q` a part of name, pinyin, initials or number."""

    q: str = ""
    sector: UUID | None = None
    special_committee: UUID | None = None
    post: str = ""
    status: str = "serving"


EVERYBODY = Filters()
ANYBODY = Q()


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """One line of the roster, plain values."""

    id: UUID
    name: str
    number: str
    sector: str
    special_committees: str
    posts: str
    work_unit: str
    unit_post: str
    phone: str
    district: str
    joined_on: dt.date
    left_on: dt.date | None
    is_invented: bool

    @property
    def unit(self) -> str:
        return f"{self.work_unit} {self.unit_post}".strip()

    @property
    def url(self) -> str:
        return f"/members/{self.id}/"


def on_day(day: dt.date, *, since: str = "since", until: str = "until") -> Q:
    """Rows that hold on a day; `until` is exclusive."""
    return Q(**{f"{since}__lte": day}) & (Q(**{until: None}) | Q(**{f"{until}__gt": day}))


def in_office(day: dt.date) -> Q:
    """A filter on members: in office on that day, in the present spell or in an earlier one."""
    earlier = Spell.objects.filter(on_day(day)).values("member_id")
    return on_day(day, since="joined_on", until="left_on") | Q(pk__in=earlier)


def serving(day: dt.date) -> QuerySet[Member]:
    """Members on that day."""
    return Member.objects.filter(in_office(day))


def member_of(user: Any) -> Member | None:
    """The member behind an account; None for the office and others. One statement."""
    key = getattr(user, "pk", None)
    return Member.objects.select_related("sector").filter(user_id=key).first() if key else None


def member_by_id(id: UUID) -> Member:
    """Raises NotFound; another committee's id is as unknown as any."""
    found = Member.objects.select_related("sector", "user").filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def roster(day: dt.date, filters: Filters = EVERYBODY, *, sort: str = "name", within: Q = ANYBODY) -> QuerySet[Member]:
    """Members matching, in order, ready for `rows_of` or a paginator: three statements for any page.

    `sort` is a key of SORTS, with `-` for descending; another word sorts by name. `within` limits
    to somebody's reach (`Reach.q()`).
    """
    members = Member.objects.all() if filters.status == "all" else serving(day)
    if filters.status == "left":
        members = Member.objects.filter(left_on__lte=day)
    members = members.filter(within)
    if filters.sector:
        members = members.filter(sector_id=filters.sector)
    if filters.special_committee:
        seated = Seat.in_committees.filter(on_day(day), special_committee_id=filters.special_committee)
        members = members.filter(pk__in=seated.values("member_id"))
    if filters.post:
        members = members.filter(pk__in=Post.of_committee.filter(on_day(day), kind=filters.post).values("member_id"))
    return _with_posts(_matching(members, filters.q), day).order_by(*_order(sort))


def _matching(members: QuerySet[Member], q: str) -> QuerySet[Member]:
    text = "".join(q.split())
    if not text:
        return members
    sound = text.lower().replace("ü", "v").replace("'", "")
    return members.filter(Q(name__icontains=text) | Q(name_pinyin__contains=sound) | Q(number__icontains=text))


def _order(sort: str) -> list[str]:
    fields = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    return [f"-{name}" for name in fields] if sort.startswith("-") else list(fields)


def _with_posts(members: QuerySet[Member], day: dt.date) -> QuerySet[Member]:
    posts = Post.of_committee.filter(on_day(day))
    seats = Seat.in_committees.filter(on_day(day)).select_related("special_committee")
    return members.select_related("sector").prefetch_related(
        Prefetch("posts", posts, to_attr="held_posts"), Prefetch("seats", seats, to_attr="held_seats")
    )


def rows_of(members: Any) -> list[RosterRow]:
    """Plain rows of what `roster` gave (a queryset, a slice or a page)."""
    return [_row(member) for member in members]


def _row(member: Any) -> RosterRow:
    kinds = sorted({post.kind for post in member.held_posts}, key=lambda kind: POST_ORDER.get(kind, 99))
    return RosterRow(
        id=member.pk,
        name=member.name,
        number=member.number,
        sector=member.sector.name,
        special_committees="、".join(sorted(seat.special_committee.name for seat in member.held_seats)),
        posts="、".join(str(PostKind(kind).label) for kind in kinds) or str(PostKind.MEMBER.label),
        work_unit=member.work_unit,
        unit_post=member.unit_post,
        phone=member.phone,
        district=member.district,
        joined_on=member.joined_on,
        left_on=member.left_on,
        is_invented=member.is_invented,
    )


def retention_years(of: RuleName = RuleName.RETENTION) -> int:
    """For how many years personal data are kept: members' after leaving, speakers' after the matter was closed."""
    return int(house_rule(of).get("years", KEPT_YEARS[of]))


def house_rule(name: RuleName) -> dict[str, Any]:
    """What the committee settled under a name last; empty where it never did. One statement."""
    newest = HouseRule.objects.filter(name=name).order_by("-created_at", "-pk").values_list("value", flat=True).first()
    return newest or {}


def due(today: dt.date) -> QuerySet[Member]:
    """Members who left so long ago that their personal data are to go; those who sit on in the next term are not."""
    last = years_before(today, retention_years())
    gone = Erasure.objects.values("subject_id")
    return (
        Member.objects.filter(left_on__lte=last, continues=False)
        .exclude(pk__in=gone)
        .order_by("left_on", "name_pinyin")
    )


def years_before(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def is_nameless(member: Member) -> bool:
    return Erasure.objects.filter(subject_id=member.pk, person_id=member.pk).exists()


def terms() -> list[Term]:
    """Terms that ended, the latest first."""
    return list(Term.objects.all())


def newest_export(member: Member) -> MadeFile | None:
    """The copy asked for last."""
    return MadeFile.objects.filter(member=member).first()


def last_import() -> RosterImport | None:
    """The newest import that can still be taken back, without what it would be taken back to."""
    return RosterImport.objects.defer("before", "after").filter(before__isnull=False, undone_at=None).first()


def sectors() -> list[Sector]:
    return list(Sector.objects.all())


def special_committees() -> list[SpecialCommittee]:
    return list(SpecialCommittee.objects.all())


@dataclass(frozen=True, slots=True)
class Span:
    """Something held over days, for a member's page."""

    label: str
    since: dt.date
    until: dt.date | None
    note: str = ""


def history_of(member: Member) -> dict[str, list[Span]]:
    """`posts`, `seats`, `convened`: everything held, newest first. Three statements."""
    posts = Post.of_committee.filter(member=member).order_by("-since")
    seats = Seat.in_committees.filter(member=member).select_related("special_committee").order_by("-since")
    convened = member.convened.select_related("sector").order_by("-since")
    return {
        "posts": [Span(post.get_kind_display(), post.since, post.until) for post in posts],
        "seats": [
            Span(
                seat.special_committee.name,
                seat.since,
                seat.until,
                "" if seat.role == "member" else seat.get_role_display(),
            )
            for seat in seats
        ],
        "convened": [
            Span(one.sector.name, one.since, one.until, "第一召集人" if one.is_first else "召集人") for one in convened
        ],
        "units": [
            Span(post.unit.name, post.since, post.until, _word_of(post))
            for post in Post.of_units.filter(member=member).select_related("unit").order_by("-since")
        ]
        + [
            Span(one.unit.name, one.since, one.until, one.exception_reason)
            for one in Seat.in_groups.filter(member=member).select_related("unit").order_by("-since")
        ],
        "spells": [Span("在任", one.since, one.until) for one in member.spells.order_by("-since")],
    }


def _word_of(post: Post) -> str:
    unit: Any = post.unit
    side = post.get_side_display() if unit.kind == UnitKind.AREA_GROUP else ""
    return f"{side}{role_word(unit.kind, post.role)}"


def held_now(member: Member) -> tuple[list[str], list[UUID]]:
    """Kinds of post and ids of special committees that stand, or stood when the member left. Two statements."""
    open_or_last = Q(until=None) | Q(until=member.left_on)
    posts = list(Post.of_committee.filter(open_or_last, member=member).values_list("kind", flat=True))
    seats = Seat.in_committees.filter(open_or_last, member=member)
    return posts, list(seats.values_list("special_committee_id", flat=True))


def conveners_on(day: dt.date) -> dict[UUID, list[Member]]:
    """Per sector id, its conveners on that day, the first one first. One statement."""
    found: dict[UUID, list[Member]] = defaultdict(list)
    for one in Convener.objects.filter(on_day(day)).select_related("member").order_by("-is_first", "since"):
        found[one.sector_id].append(one.member)
    return found


def engine_subjects(day: dt.date) -> list[dict[str, Any]]:
    """Who can owe a duty in the year of `day`, in the shape of the facts' `subjects`. Eight statements.

    Members who served on any day from 1 January to `day`, with posts and belonging as half-open ISO dates; then the
    sectors, the special committees, and the committee itself as `self`. Ids are strings. A member's
    `special_committee` is the seat held on `day` (the earliest where there are several), `groups` are those of the day.
    Who left and came back within the year stands with the first day of it. Venues are added by who owns them.
    """
    year = dt.date(day.year, 1, 1)
    present = Q(joined_on__lte=day) & (Q(left_on=None) | Q(left_on__gt=year))
    spells = {
        key: (since, until)
        for key, since, until in Spell.objects.filter(since__lte=day, until__gt=year)
        .order_by("-since")
        .values_list("member_id", "since", "until")
    }
    served = Member.objects.filter(present | Q(pk__in=spells))
    posts = _grouped(
        Post.of_committee.filter(member__in=served).order_by("since").values_list("member_id", "kind", "since", "until")
    )
    seats = _grouped(
        Seat.in_committees.filter(on_day(day), member__in=served)
        .order_by("since")
        .values_list("member_id", "special_committee_id")
    )
    groups = _grouped(Seat.in_groups.filter(on_day(day)).order_by("since").values_list("member_id", "unit_id"))
    members = served.order_by("name_pinyin", "number").values_list("pk", "sector_id", "joined_on", "left_on")
    subjects = [
        {
            "type": "member",
            "id": str(id),
            "posts": [
                {"kind": kind, "from": since.isoformat(), "until": _iso(until)} for kind, since, until in posts[id]
            ],
            "sector": str(sector),
            "special_committee": str(seats[id][0][0]) if id in seats else None,
            "groups": [str(unit) for (unit,) in groups[id]] if id in groups else [],
            "from": _began(joined, spells.get(id)).isoformat(),
            "until": _iso(spells[id][1] if joined > day else left),
        }
        for id, sector, joined, left in members
    ]
    subjects += [
        {"type": "group", "id": str(id)}
        for id in Unit.objects.filter(on_day(day), kind="area_group").values_list("pk", flat=True)
    ]
    subjects += [{"type": "sector", "id": str(id)} for id in Sector.objects.values_list("pk", flat=True)]
    subjects += [
        {"type": "special_committee", "id": str(id)} for id in SpecialCommittee.objects.values_list("pk", flat=True)
    ]
    return [*subjects, {"type": "committee", "id": "self"}]


def _began(joined: dt.date, spell: tuple[dt.date, dt.date] | None) -> dt.date:
    return spell[0] if spell else joined


def _grouped(rows: Any) -> defaultdict[UUID, list[tuple[Any, ...]]]:
    found: defaultdict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *rest in rows:
        found[key].append(tuple(rest))
    return found


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def members_named(text: str, *, within: Q) -> list[Member]:
    """Members `within` whom the text means: `name（number）`, a number, a whole name, or a whole pinyin or its initials."""
    text = text.strip()
    name, _, rest = text.rstrip("）)").replace("(", "（").rpartition("（")
    if name and (found := list(Member.objects.filter(within, number=rest.strip(), name=name.strip()))):
        return found
    sound = text.lower().replace(" ", "")
    by_sound = Q(name_pinyin__startswith=f"{sound} ") | Q(name_pinyin__endswith=f" {sound}")
    for meaning in (Q(number=text), Q(name=text), by_sound):
        if text and (found := list(Member.objects.filter(within & meaning).select_related("sector")[:9])):
            return found
    return []


def name_choices(day: dt.date, within: Q = ANYBODY) -> list[tuple[str, str]]:
    """What a name field offers: `(张三（001）, 教育界)` for those serving on the day. One statement."""
    rows = serving(day).filter(within).values_list("name", "number", "sector__name")
    return [(f"{name}（{number}）", sector) for name, number, sector in rows]
