"""A committee's own domain beside `<slug>.<base domain>`: claimed, proven by a DNS record, proven again every day.

The proof is a TXT record at `_lianxin.<domain>` with a token made for this claim. Released or lapsed, the domain answers
no more, and whoever claims it next gets another token: an old record, or one of another committee, proves nothing.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from core import audit, tenancy
from core.errors import DomainError, NotFound
from registry import hosts, queries
from registry.dns import DnsSilent
from registry.models import Committee, Domain, DomainClaim

PROVE_WITHIN = dt.timedelta(days=7)
KEPT_WITHOUT_PROOF = dt.timedelta(days=14)  # after the last day the record was seen


class NotADomain(DomainError):
    code = "not_a_domain"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{text}”不能作为网址。请写完整域名，例如 zhengxie.example.gov.cn，不带 http 和端口。",
            fields={"domain": "请写完整域名，例如 zhengxie.example.gov.cn"},
        )


class PlatformsDomain(DomainError):
    code = "platforms_domain"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} 属于本平台，不能归某个委员会。", fields={"domain": "属于本平台"})


class DomainTaken(DomainError):
    code = "domain_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} 已由一个委员会使用。先请它释放。", fields={"domain": "已由一个委员会使用"})


class NotProven(DomainError):
    code = "not_proven"

    def __init__(self, claim: DomainClaim) -> None:
        super().__init__(
            f"还没有查到证明。请在域名服务商处加一条 TXT 记录，主机 {record_name(claim.domain)}，"
            f"值 {record_value(claim.token)}，生效后再查一次。"
        )


class ClaimLapsed(DomainError):
    code = "claim_lapsed"

    def __init__(self) -> None:
        super().__init__("这次申请已过期，请重新申请，会给出新的证明记录。")


class DnsAway(DomainError):
    code = "dns_away"

    def __init__(self) -> None:
        super().__init__("域名服务器没有应答，什么也没有改变。请稍后再查一次。")


@dataclass(frozen=True, slots=True)
class Checked:
    """What one round of `check_again` found."""

    seen: int = 0
    missing: int = 0
    silent: int = 0


def record_name(domain: str) -> str:
    return f"_lianxin.{domain}"


def record_value(token: str) -> str:
    return f"lianxin={token}"


def claim(*, code: str, domain: str, now: dt.datetime, by: audit.Actor) -> DomainClaim:
    """Ask for a domain; again gives a new token and a new term. As the operator.

    Raises NotADomain, PlatformsDomain, DomainTaken, UnknownCommittee.
    """
    name = hosts.as_domain(domain)
    if name is None:
        raise NotADomain(domain)
    if hosts.is_platforms(name):
        raise PlatformsDomain(name)
    with tenancy.as_operator(), transaction.atomic():
        row = _committee(code)
        if Domain.objects.filter(domain=name, proven_until__gt=now).exists():
            raise DomainTaken(name)
        DomainClaim.objects.filter(committee=row, domain=name).delete()
        made = DomainClaim.objects.create(
            committee=row, domain=name, token=secrets.token_hex(20), until=now + PROVE_WITHIN
        )
        audit.record(by=by, action="registry.claim_domain", subject=row, new={"domain": name})
    return made


def prove(*, code: str, domain: str, now: dt.datetime, by: audit.Actor) -> None:
    """Look for the record; found, the domain answers within a second. Raises NotFound, ClaimLapsed, NotProven, DnsAway, DomainTaken."""
    with tenancy.as_operator():
        asked = DomainClaim.objects.filter(committee__code=code, domain=domain).first()
    if asked is None:
        raise NotFound("没有这次申请。请从委员会的页面进入。")
    if asked.until < now:
        raise ClaimLapsed
    if not _stands(asked.domain, asked.token):  # outside any transaction: DNS may take its time
        raise NotProven(asked)
    try:
        with tenancy.as_operator(), transaction.atomic():
            row = _committee(code)
            Domain.objects.filter(domain=domain, proven_until__lte=now).delete()  # whoever had it lost it
            Domain.objects.create(
                tenant=row, domain=domain, is_primary=False, token=asked.token, proven_until=now + KEPT_WITHOUT_PROOF
            )
            if not DomainClaim.objects.filter(pk=asked.pk).delete()[0]:
                raise ClaimLapsed  # released meanwhile: its token proves nothing any more
            audit.record(by=by, action="registry.prove_domain", subject=row, new={"domain": domain})
    except IntegrityError as error:
        raise DomainTaken(domain) from error
    queries.forget_routes()


def release(*, code: str, domain: str, why: str, by: audit.Actor) -> None:
    """Give a domain or a claim back; it answers no more within a second. Raises NotFound."""
    with tenancy.as_operator(), transaction.atomic():
        row = _committee(code)
        gone = DomainClaim.objects.filter(committee=row, domain=domain).delete()[0]
        gone += Domain.objects.filter(tenant=row, domain=domain).delete()[0]
        if not gone:
            raise NotFound("这个委员会没有这个域名。")
        audit.record(by=by, action="registry.release_domain", subject=row, old={"domain": domain}, why=why)
    queries.forget_routes()


def check_again(*, now: dt.datetime) -> Checked:
    """Once a day: extend every domain whose record still stands. A silent resolver changes nothing but the time left."""
    seen = missing = silent = 0
    with tenancy.as_operator():
        rows = list(Domain.objects.filter(proven_until__gt=now).only("pk", "domain", "token"))
    for row in rows:
        try:
            stands = _stands(row.domain, row.token)
        except DnsAway:
            silent += 1
            continue
        seen, missing = seen + stands, missing + (not stands)
        if stands:
            with tenancy.as_operator():
                Domain.objects.filter(pk=row.pk).update(proven_until=now + KEPT_WITHOUT_PROOF)
    return Checked(seen, missing, silent)


def _stands(domain: str, token: str) -> bool:
    try:
        return record_value(token) in import_string(settings.DOMAIN_TXT)(record_name(domain))
    except DnsSilent as error:
        raise DnsAway from error


def _committee(code: str) -> Committee:
    row = Committee.objects.filter(code=code).first()
    if row is None:
        raise tenancy.UnknownCommittee(code)
    return row
