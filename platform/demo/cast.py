"""Who plays in the story: committees, offices, and how much each of them did. All people are invented."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

STORY_ENDS = dt.date(2022, 11, 30)
TERM_BEGAN = dt.date(2021, 12, 1)


@dataclass(frozen=True, slots=True)
class Part:
    """One committee's part: its people by number, and how diligent they were (0–1)."""

    code: str
    name: str
    slug: str
    level: str
    parent: str | None
    template: str | None
    members: int
    sectors: int
    diligence: float


PARTS: tuple[Part, ...] = (
    Part("110000", "政协北京市委员会", "beijing", "province", None, None, 60, 12, 0.5),
    Part("430000", "政协湖南省委员会", "hunan", "province", None, None, 60, 12, 0.5),
    Part("440000", "政协广东省委员会", "guangdong", "province", None, None, 60, 12, 0.5),
    Part("150000", "政协内蒙古自治区委员会", "neimenggu", "province", None, None, 60, 12, 0.5),
    Part("110101", "政协北京市东城区委员会", "dongcheng", "district", "110000", "dongcheng-2020", 90, 14, 0.75),
    Part("430900", "政协益阳市委员会", "yiyang", "city", "430000", "yiyang-2021", 300, 20, 0.8),
    Part("440100", "政协广州市委员会", "guangzhou", "city", "440000", "guangzhou-2020", 90, 16, 0.75),
    Part("150600", "政协鄂尔多斯市委员会", "ordos", "city", "150000", "ordos-2021", 80, 14, 0.7),
    Part("430923", "政协安化县委员会", "anhua", "county", "430900", "yiyang-2021", 120, 14, 0.7),
    Part("430921", "政协南县委员会", "nanxian", "county", "430900", "yiyang-2021", 120, 14, 0.6),
    Part("440106", "政协广州市天河区委员会", "tianhe", "district", "440100", "guangzhou-2020", 70, 12, 0.65),
    Part("150602", "政协鄂尔多斯市东胜区委员会", "dongsheng", "district", "150600", "ordos-2021", 60, 12, 0.04),
)

SMALL = ("430000", "440000", "430900", "430923", "430921", "440100")  # two provinces, one of them with counties


def parts(scale: str) -> tuple[Part, ...]:
    """Who plays, parents first: everybody (`full`), or a few committees with a fifth of their people (`small`)."""
    if scale == "full":
        return PARTS
    return tuple(replace(part, members=max(12, part.members // 5)) for part in PARTS if part.code in SMALL)


SECTORS = (
    "中共", "民革", "民盟", "民建", "民进", "农工党", "九三学社", "无党派", "共青团", "工会", "妇联", "工商联", "科协",
    "文化艺术", "科技", "经济", "农业", "教育", "医药卫生", "少数民族和宗教",
)  # fmt: skip
SPECIAL_COMMITTEES = (
    "提案委员会", "经济科技委员会", "农业和农村委员会", "人口资源环境委员会", "教科卫体委员会", "社会和法制委员会",
    "文化文史和学习委员会", "委员学习联络委员会",
)  # fmt: skip

# Offices: name, the word documents use, other names. Places of the groups, and the street's own people in them.
OFFICES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("办公室", "general_office", ("机关办公室",)),
    ("研究室", "research_office", ()),
    ("委员联络室", "member_liaison_office", ("联络室", "工作五室")),
)
PLACES = ("城关片", "东片", "西片", "南片")
SUBDISTRICT_SIDE: tuple[tuple[str, str, str], ...] = (
    ("leader", "街道·胡某", "党工委副书记"),
    ("deputy", "街道·谭某", "统战委员"),
    ("liaison", "街道·龚某", "党政办主任"),
)

# Sign-ins of every committee: user name, role, what the page calls the person.
STAFF: tuple[tuple[str, str, str], ...] = (
    ("bangongshi", "office", "办公室·周某"),
    ("lingdao", "leader", "秘书长·陈某"),
)
# Accounts narrowed to a part of the committee, opened when the roster stands: user name, role, what the page calls the person.
NARROW: tuple[tuple[str, str, str], ...] = (
    ("zhuanweihui", "special_committee_office", "专委会工作室·孙某"),
    ("luruyuan", "district_recorder", "录入员·马某"),  # where members live in districts
    ("zhaojiren", "convener", ""),  # a member
)
DISTRICTS: dict[str, tuple[str, ...]] = {
    "440100": ("天河区", "越秀区", "海珠区", "荔湾区"),
    "430900": ("资阳区", "赫山区", "安化县", "南县", "桃江县", "沅江市"),
    "150600": ("东胜区", "康巴什区", "达拉特旗"),
}
UPPER = ("lianluochu", "upper_liaison", "联络处·吴某")
