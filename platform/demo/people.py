"""Invented people, always the same ones: long names with ·, a rare ideograph, two people of one name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from demo.cast import DISTRICTS, TERM_BEGAN, Part

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = "明华国建文志立春晓红海燕永平丽芳军伟强勇静敏玉兰秀英超慧宁安清远思齐若水望舒景行怀瑾知行子衿云帆嘉树"
NOTABLE = (  # names that break careless software
    "阿卜杜热合曼·买买提伊明·托合提",
    "乌兰图雅·斯琴高娃",
    "迪丽拜尔·阿布都热依木",
    "赵𠅤",
    "欧阳䶮",
    "王伟",
    "王伟",
)
UNITS = (
    "第一中学",
    "人民医院",
    "农业合作社",
    "律师事务所",
    "建筑设计院",
    "茶业公司",
    "文化馆",
    "职业学院",
    "商会",
    "社区服务中心",
)
POSTS = ("教师", "主任医师", "理事长", "律师", "工程师", "总经理", "馆员", "副教授", "秘书长", "主任")


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the roster the office imports."""

    number: str
    name: str
    sector: str
    special_committee: str
    post: str  # the office's word: 主席 副主席 秘书长 常委 委员
    unit: str
    unit_post: str
    district: str
    joined_on: dt.date
    left_on: dt.date | None


def people(part: Part, sectors: tuple[str, ...], committees: tuple[str, ...]) -> Iterator[Person]:
    """The part's members in roster order; the same for the same part at every run."""
    chance = Random(f"people {part.code}")
    for index in range(part.members):
        late = index % 40 == 39  # some joined during the year, one in a hundred left
        yield Person(
            number=f"{part.code}{index + 1:04d}",
            name=NOTABLE[index - 10] if 10 <= index < 10 + len(NOTABLE) else _name(chance),
            sector=sectors[index % len(sectors)],
            special_committee=committees[index % len(committees)],
            post=_post(index, part.members),
            unit=chance.choice(UNITS),
            unit_post=chance.choice(POSTS),
            district=districts[index % len(districts)] if (districts := DISTRICTS.get(part.code)) else "",
            joined_on=dt.date(2022, 7, 1) if late else TERM_BEGAN,
            left_on=dt.date(2022, 9, 1) if index % 100 == 77 else None,
        )


def _name(chance: Random) -> str:
    return chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2, 2, 2))))


def _post(index: int, total: int) -> str:
    """One chairperson, four vice-chairpersons, a secretary-general, about one member in six on the Standing Committee."""
    if index == 0:
        return "主席"
    if index <= 4:
        return "副主席"
    if index == 5:
        return "秘书长"
    return "常委" if index < 6 + total // 6 else "委员"
