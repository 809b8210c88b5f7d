"""The whole story in order. Told again, it finds itself there and changes nothing; told half, it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings

from core import tenancy
from core.errors import DomainError
from core.tenancy import CommitteeNotActive
from demo import (
    adaptation,
    claims,
    contacts,
    deciding,
    gatherings,
    hearing,
    markers,
    monthly,
    paperwork,
    publishing,
    reminding,
    settling,
    signins,
    writings,
)
from demo.cast import Part, parts
from demo.company import assemble
from registry.provisioning import create_committee
from registry.queries import committee_by_code

CLAIMING = "guangzhou-2020"  # its office enters the records; what members enter waits for confirmation


class NotADemo(DomainError):
    code = "not_a_demo"

    def __init__(self) -> None:
        super().__init__("这里不是演示环境，没有写入任何内容。演示故事只在 LIANXIN_DEV=1 时载入。")


@dataclass(slots=True)
class Told:
    """What one loading did: committees created, acts told, seconds per committee."""

    created: list[str] = field(default_factory=list)
    acts: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


def load(*, scale: str, report: Callable[[str], None]) -> Told:
    """Create the committees that are missing and tell what has not been told. Raises NotADemo."""
    if not settings.DEV:
        raise NotADemo
    told, sign_ins, cast = Told(), signins.read(), parts(scale)
    for part in cast:
        began = time.monotonic()
        new = _create(part, told)
        acts = _tell(part, sign_ins)
        sign_ins.write()  # a load cut short leaves the sign-ins of what it finished
        told.acts += acts
        told.seconds[part.code] = round(time.monotonic() - began, 2)
        if new or acts:
            report(f"{part.name}：{part.members} 名委员，{told.seconds[part.code]:.1f} s")
    told.acts += _open_bare_host(sign_ins)
    told.acts += _send_returns(cast, report)
    sign_ins.write()
    return told


def _create(part: Part, told: Told) -> bool:
    entry = committee_by_code(part.code)
    if entry is not None and entry.state != "making":
        return False
    create_committee(
        code=part.code, name=part.name, slug=part.slug, level=part.level, parent=part.parent, template=part.template
    )
    told.created.append(part.code)
    return True


def _tell(part: Part, sign_ins: signins.SignIns) -> int:
    """The acts of one committee. A suspended one is left alone."""
    acts: list[tuple[str, Callable[[], None]]] = [
        ("accounts", lambda: settling.open_accounts(part, sign_ins)),
        ("roster", lambda: settling.import_members(part)),
        ("member_account", lambda: settling.open_member_account(part, sign_ins)),
        ("arrangement", lambda: settling.arrange(part)),
        ("year", lambda: _year(part)),
        ("forms", lambda: paperwork.fill_forms(assemble(part))),
        ("voices", lambda: hearing.hear(assemble(part))),
        ("calling", lambda: hearing.call(assemble(part))),
        ("decisions", lambda: deciding.decide(assemble(part))),
        ("narrow_accounts", lambda: settling.open_narrow_accounts(part, sign_ins)),
        ("reminders", lambda: reminding.remind(assemble(part))),
    ]
    if part.code == adaptation.WHO_ASKS_IN_TIME:
        acts.append(("return_days", lambda: adaptation.set_return_days(assemble(part))))
    if part.code == adaptation.WHO_PREPARES:
        acts.append(("adapting", lambda: adaptation.prepare_draft(assemble(part))))
    try:
        with tenancy.inside(part.code):
            done = markers.acts_done()
            if "member_account" in done:
                settling.keep_passwords(part, sign_ins)
            for name, tell in acts:
                if name not in done:
                    with markers.act(name):
                        tell()
    except CommitteeNotActive:
        return 0
    return len([name for name, _ in acts if name not in done])


def _year(part: Part) -> None:
    """A year of records."""
    company = assemble(part)
    if part.code == adaptation.WHO:
        adaptation.adapt_constituents(company)
    pairs = contacts.pair_up(company) if part.template else {}
    contacts.keep_in_touch(company, pairs)
    gatherings.gather(company)
    writings.write(company)
    if part.template == CLAIMING:
        claims.claim(company)


def _open_bare_host(sign_ins: signins.SignIns) -> int:
    with tenancy.as_operator():
        if "accounts" in markers.acts_done():
            settling.keep_passwords(None, sign_ins)
            return 0
        with markers.act("accounts"):
            settling.open_operator(sign_ins)
    return 1


def _send_returns(cast: tuple[Part, ...], report: Callable[[str], None]) -> int:
    began = time.monotonic()
    codes = frozenset(part.code for part in cast)
    steps = [*monthly.steps(codes), *publishing.steps(codes)]
    number = sum(markers.play(step.code, step.name, step.told) for step in steps)
    if number:
        report(
            f"{monthly.PERIOD} 月报：结账、签署、报送、接收，办法发布，共 {number} 步，{time.monotonic() - began:.1f} s"
        )
    return number
