"""How a rule is said: whom it binds, what counts, how many, in the words a secretary would use. No English word leaves here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from policy_engine.model import Duty, Filter, Subject
from policy_engine.rhythms import month_day
from policy_engine.shares import Share, shown
from policy_engine.vocabulary import Words, group_of, title

Names = Callable[[str], str]
"""A duty's title by its id."""

AWAY = "away"
DOING = ("lead", "co_signer", "participant", "host", "organiser")
"""Roles that read as verbs before what is done."""
OWN = {"sector": "本界别", "special_committee": "本专委会", "group": "本小组", "committee": "本会"}
ROUNDED = {"up": "不足一份的按一份算", "down": "不足一份的不算", "nearest": "四舍五入"}
PRO_RATA = {"day": "按天", "month": "按月", "quarter": "按季"}
PRO_RATA_ROUNDED = {"up": "向上取整", "down": "去掉尾数", "nearest": "四舍五入"}


def away_said(longer: Iterable[tuple[str, int]]) -> str:
    """，扣除请假的日子（满 3 个月的才扣）."""
    units = {"days": "天", "months": "个月"}
    only = "、".join(f"满 {size} {units[unit]}" for unit, size in sorted(longer, reverse=True))
    return "，扣除请假的日子" + (f"（{only}的才扣）" if only else "")


DIGITS = "零一二三四五六七八九"
PLAIN_PERCENT = (1, 2, 4, 5, 10, 20, 25, 50, 100)


def number(value: Any) -> str:
    """2, 7.5, 1000000: never 1e+06."""
    return str(shown(value))


def numeral(value: int) -> str:
    """1 to 99 in Chinese."""
    tens, ones = divmod(value, 10)
    return ("" if tens == 0 else ("" if tens == 1 else DIGITS[tens]) + "十") + (
        DIGITS[ones] if ones or not tens else ""
    )


def part_of(share: Fraction) -> str:
    """80%, 66.5%, 三分之二: a fraction that per cent cannot say exactly stays a fraction."""
    percent = share * 100
    if percent.denominator in PLAIN_PERCENT:
        return f"{number(percent)}%"
    if share.denominator < 100:
        return f"{numeral(share.denominator)}分之{numeral(share.numerator)}"
    return f"{number(round(percent, 2))}%"


def points(value: Any, *, gain: str = "得", loss: str = "扣") -> str:
    """得 5 分, 扣 5 分."""
    return f"{loss} {number(-value)} 分" if value < 0 else f"{gain} {number(value)} 分"


def all_of(names: Iterable[str]) -> str:
    """“甲”“乙”, as Chinese prints several titles; quotation marks within become the inner ones."""
    return "".join(f"“{name.replace('“', '‘').replace('”', '’')}”" for name in names)


def named(words: Words, category: str, values: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(title(words, category, one) for one in values))


def whom(subject: Subject, words: Words, *, every: bool = True, owner: str = "") -> str:
    """每位委员（主席除外）; `every` False: 委员（…）; `owner`: whose, for those who belong to the subject."""
    if subject.links:
        handed = "（接手以前由前任做的也算）" if subject.handover else ""
        return ("每一个" if every else "") + "自己联系的" + all_of([named(words, "links", subject.links)]) + handed
    noun = named(words, "posts", subject.posts) or title(words, "subjects", subject.type)
    noun = named(words, "venue_kinds", subject.kinds) or noun
    if subject.type == "committee":
        return "本会"
    measure = "位" if subject.type == "member" else "个"
    head = (f"每{measure}" if every else "") + (f"{owner}的" if owner and subject.of_subject else "") + noun
    conditions = "；".join(_narrowed(subject, words))
    return f"{head}（{conditions}）" if conditions else head


def _narrowed(subject: Subject, words: Words) -> Iterator[str]:
    if subject.all_posts:
        yield "同时担任" + named(words, "posts", subject.all_posts)
    for sort, length in subject.served:
        held = "任职" if subject.in_all else "这一期任职"
        yield f"{held}满 {length} {'天' if sort == 'days' else '个月'}"
    if subject.joined_before:
        month, day = month_day(subject.joined_before)
        yield f"以前年度或当年 {month} 月 {day} 日以前任职"
    for bound, people in subject.members:
        yield f"委员{'不少于' if bound == 'min' else '不多于'} {people} 人的"
    if subject.tags:
        yield f"有{all_of(title(words, 'tags', tag) for tag in subject.tags)}标签"
    if subject.linked:
        side = "是" if subject.side == "to" else "有"
        links = all_of(title(words, "links", link) for link in subject.linked)
        yield f"{side}{links}联系{'的一方' if subject.side == 'to' else ''}"
    for sort, ids in subject.within:
        yield f"限{_places(ids, title(words, 'subjects', sort))}"
    apart = [named(words, "posts", subject.except_posts), named(words, "tags", subject.except_tags)]
    if any(apart):
        yield "、".join(filter(None, apart)) + "除外"


def _places(ids: Iterable[str], sort: str) -> str:
    """Sectors and the like are known by the facts' ids; one written in Chinese is a name."""
    known = list(ids)
    if all(not one.isascii() for one in known):
        return "、".join(known)
    return f"指定的 {len(known)} 个{sort}"


def counted(where: Filter, words: Words, *, by: str = "subject") -> str:
    """What counts: 领衔提案（个人或联名署名）."""
    what = done(where, words)
    conditions = "，".join(conditions_of(where, words, by=by))
    return f"{what}（{conditions}）" if conditions else what


def done(where: Filter, words: Words) -> str:
    """The kinds, with the roles that read as a verb before them or, of those who were not there, behind."""
    if where.family == "link":
        return all_of([title(words, "links", link) for link in where.kinds]) or "各种联系"
    kinds = named(words, "kinds", where.kinds) or "各种履职记录"
    roles = named(words, "roles", where.roles)
    if _is_doing(where):
        return f"{roles}{kinds}"
    return f"{kinds}{roles}" if _is_away(where, words) else kinds


def _is_doing(where: Filter) -> bool:
    return bool(where.roles) and set(where.roles) <= set(DOING)


def _is_away(where: Filter, words: Words) -> bool:
    return bool(where.roles) and all(_absent(role, words) for role in where.roles)


def _absent(role: str, words: Words) -> bool:
    entry = words.get("roles", {}).get(role) or {}
    return entry.get("group") == AWAY or (entry.get("is_a", role) != role and _absent(str(entry["is_a"]), words))


def conditions_of(where: Filter, words: Words, *, by: str = "subject", whole: bool = False) -> Iterator[str]:
    """All that narrows what counts, one phrase each; `whole`: the roles too, which `counted` says with the kinds."""
    if where.roles and (whole or not (_is_doing(where) or _is_away(where, words))):
        yield f"身份是{_or(words, 'roles', where.roles)}"
    if where.authorship:
        yield f"{_or(words, 'authorship', where.authorship)}署名"
    if where.organisers:
        others = tuple(one for one in where.organisers if one != "subject")
        own = ["本身"] if "subject" in where.organisers else []
        yield f"{'或'.join([*own, *([_or(words, 'organisers', others)] if others else [])])}组织的"
    if where.place_levels:
        yield f"在{_or(words, 'place_levels', where.place_levels)}"
    if where.at_venue:
        yield "在阵地办的"
    if where.modes:
        yield f"以{_or(words, 'modes', where.modes)}的方式"
    if where.target_types:
        yield f"对象是{_or(words, 'target_types', where.target_types)}"
    if where.destinations:
        yield _or(words, "destinations", where.destinations)
    if where.posts:
        yield f"当天任{_or(words, 'posts', where.posts)}"
    if where.sectors:
        yield f"限{_places(where.sectors, '界别')}"
    if where.tags:
        yield f"标明{_or(words, 'tags', where.tags)}"
    if where.results:
        yield f"{_or(words, 'results', where.results)}的才算"
    if where.at_least:
        yield "每次至少 " + "、".join(
            f"{number(least)} {title(words, 'amounts', name)}" for name, least in where.at_least
        )
    if where.without:
        kinds = [named(words, "kinds", where.without.kinds)] if where.without.kinds else []
        yield "、".join([*kinds, *conditions_of(where.without, words, whole=True)]).removesuffix("的才算") + "的除外"
    if where.confirmed == "any":
        yield "待确认的也算"
    if where.share:
        yield shared(where.share, words)
    if by == "target":
        yield "作为被联系的一方" if where.family == "link" else "记在对方名下"
    if by == "members":
        yield "所属委员做的，合起来算"
    if by == "all":
        yield "不论谁做的，全会合起来算"


def _or(words: Words, category: str, values: Iterable[str]) -> str:
    titles = list(dict.fromkeys(title(words, category, one) for one in values))
    return "、".join(titles[:-1]) + ("或" if titles[1:] else "") + titles[-1]


def shared(share: Share, words: Words) -> str:
    roles = "、".join(f"{title(words, 'roles', role)}{_portion(part)}" for role, part in share.roles)
    places = "、".join(f"第 {place} 位{_portion(part)}" for place, part in enumerate(share.places, 1))
    return {
        "equal": "几人合作的平分",
        "portions": f"几人合作的按份额分：{roles}，同一身份的平分",
        "each": f"按身份折算：{roles}",
        "order": f"按署名次序折算：{places}，再往后的同末位",
    }[share.by]


def _portion(part: Fraction) -> str:
    """全算, 不算, 五分之三."""
    if part in (0, 1):
        return "全算" if part else "不算"
    if part < 1 and part.denominator < 100:
        return f"算{numeral(part.denominator)}分之{numeral(part.numerator)}"
    return f"算 {number(part)} 件"


def unit(where: Filter | None, distinct: str, words: Words) -> str:
    """件 of what is handed in, 次 of what is done, 个 of people and links, else what is counted."""
    if where is None:
        return "项"
    if where.sum:
        return title(words, "amounts", where.sum)
    if where.family == "link" and distinct in ("target", "record"):
        return "个"
    named_units = {
        "day": "天", "target": "个不同对象", "venue": "处不同阵地", "subject": "人", "destination": "种去向", "item": "项",
    }  # fmt: skip
    if distinct in named_units:
        return named_units[distinct]
    return "件" if where.kinds and all(group_of(words, kind) == "output" for kind in where.kinds) else "次"


def how_many(least: Any, most: Any, unit: str) -> str:
    """至少 2 次, 3 到 5 个, 至多 5 件, 没有规定数字."""
    if least is None and most is None:
        return ""
    if most is None:
        return f"至少 {number(least)} {unit}"
    if not least:
        return f"至多 {number(most)} {unit}"
    return f"{number(least)} {unit}" if least == most else f"{number(least)} 到 {number(most)} {unit}"


def together(where: Filter | None) -> str:
    """Several kinds, or amounts, are added up."""
    return "合计" if where and (where.sum or len(where.kinds) > 1) else ""


def quota(duty: Duty, words: Words) -> str:
    """每 10 位本专委会的委员: what the number grows with."""
    if not duty.per or not duty.population:
        return ""
    measure = "位" if duty.population.type == "member" else "个"
    people = whom(duty.population, words, every=False, owner=OWN.get(duty.subject.type, ""))
    return f"每 {duty.per} {measure}{people}"


def limit(within: Mapping[str, Any] | None) -> str:
    """15 个工作日内."""
    units = {"days": "天", "working_days": "个工作日", "months": "个月"}
    return "".join(f" {number(value)} {units[one]}内" for one, value in (within or {}).items() if one in units)
