"""A committee's own domain: claimed, proven in DNS, reached, lost, released, claimed by another."""

from __future__ import annotations

import datetime as dt
import socketserver
import struct
import threading

import pytest
from django.test import Client

from core import clock, tenancy
from core.audit import SYSTEM
from core.errors import NotFound
from core.models import AuditEvent
from registry import dns, domains, queries
from registry.domains import ClaimLapsed, DnsAway, DomainTaken, NotADomain, NotProven, PlatformsDomain
from registry.models import Domain, DomainClaim

ANHUA, NANXIAN = "430923", "430921"
NAME = "zhengxie.anhua.gov.cn"
RECORDS: dict[str, list[str]] = {}


def look_up(name: str) -> list[str]:
    """Stands for DNS."""
    if name.endswith("silent.gov.cn"):
        raise dns.DnsSilent
    return RECORDS.get(name, [])


@pytest.fixture(autouse=True)
def _no_real_dns(settings):
    settings.DOMAIN_TXT = "tests.registry.test_domains.look_up"
    RECORDS.clear()
    queries.forget_routes()
    yield
    queries.forget_routes()


def _claim(code: str = ANHUA, name: str = NAME, now: dt.datetime | None = None) -> DomainClaim:
    return domains.claim(code=code, domain=name, now=now or clock.now(), by=SYSTEM)


def _prove(code: str = ANHUA, name: str = NAME, now: dt.datetime | None = None) -> None:
    domains.prove(code=code, domain=name, now=now or clock.now(), by=SYSTEM)


def _publish(made: DomainClaim) -> None:
    RECORDS.setdefault(domains.record_name(made.domain), []).append(domains.record_value(made.token))


def _status(host: str = NAME) -> int:
    queries.forget_routes()
    return Client(headers={"host": host}).get("/sign-in/").status_code


def test_a_domain_answers_for_its_committee_once_proven_and_not_before(db):
    made = _claim()
    assert _status() == 400
    with pytest.raises(NotProven) as refused:
        _prove()
    assert domains.record_name(NAME) in refused.value.message
    assert made.token in refused.value.message
    _publish(made)
    _prove()
    assert _status() == 200
    assert "政协安化县委员会" in Client(headers={"host": NAME.upper()}).get("/sign-in/").content.decode()
    with tenancy.as_operator():
        trail = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"registry.claim_domain", "registry.prove_domain"} <= trail


def test_a_domains_committee_that_is_suspended_shows_the_maintenance_page(db):
    from registry.provisioning import set_state

    _publish(_claim())
    _prove()
    set_state(code=ANHUA, state="suspended")
    assert _status() == 503


@pytest.mark.parametrize(
    "text",
    ["", "anhua", "http://anhua.gov.cn", "anhua.gov.cn:8000", "anhua.gov.cn/x", "10.0.0.1", "[::1]", "*.gov.cn", "a b.cn",
     "anhua..cn", "-x.cn", "a.local", "a.internal", "a.test", "1.0.0.127.in-addr.arpa", "x." + "a" * 64 + ".cn"],
)  # fmt: skip
def test_what_can_be_no_domain_is_refused(db, text):
    with pytest.raises(NotADomain):
        _claim(name=text)


@pytest.mark.parametrize(
    "text", ["lianxin.gov.cn", "ANHUA.lianxin.gov.cn.", "www.lianxin.gov.cn", "x.y.lianxin.gov.cn", "gov.cn"]
)
def test_the_platforms_names_and_those_above_them_are_refused(db, settings, text):
    settings.BASE_DOMAIN = "lianxin.gov.cn"
    with pytest.raises(PlatformsDomain):
        _claim(name=text)


def test_other_alphabets_are_kept_as_dns_writes_them(db):
    made = _claim(name="安化政协.政务.cn")
    assert made.domain.startswith("xn--")
    _publish(made)
    _prove(name=made.domain)
    assert _status(made.domain) == 200


def test_an_unknown_committee_claims_nothing(db):
    with pytest.raises(tenancy.UnknownCommittee):
        _claim(code="999999")


def test_anothers_domain_cannot_be_claimed(db):
    _publish(_claim())
    _prove()
    with pytest.raises(DomainTaken):
        _claim(code=NANXIAN)


def test_of_two_who_claim_the_one_who_proves_has_it_and_the_others_token_proves_nothing(db):
    theirs, mine = _claim(code=NANXIAN), _claim()
    assert theirs.token != mine.token
    _publish(mine)
    with pytest.raises(NotProven):
        _prove(code=NANXIAN)
    _prove()
    _publish(theirs)
    with pytest.raises(DomainTaken):
        _prove(code=NANXIAN)
    assert "安化" in Client(headers={"host": NAME}).get("/sign-in/").content.decode()


def test_a_claim_lapses_and_is_then_asked_for_anew(db):
    long_ago = clock.now() - domains.PROVE_WITHIN - dt.timedelta(minutes=1)
    _publish(_claim(now=long_ago))
    with pytest.raises(ClaimLapsed):
        _prove()
    assert _status() == 400
    _publish(_claim())
    _prove()
    assert _status() == 200


def test_released_it_answers_no_more_and_a_new_claim_needs_a_new_proof(db):
    old = _claim()
    _publish(old)
    _prove()
    domains.release(code=ANHUA, domain=NAME, why="改用新网址", by=SYSTEM)
    assert _status() == 400
    for code in (ANHUA, NANXIAN):  # the record still stands in DNS
        assert _claim(code=code).token != old.token
        with pytest.raises(NotProven):
            _prove(code=code)
    with pytest.raises(NotFound):
        domains.release(code="440100", domain=NAME, why="", by=SYSTEM)


def test_released_while_dns_was_asked_it_stays_released(db, settings):
    made = _claim()
    _publish(made)
    RELEASING.append(made)
    settings.DOMAIN_TXT = "tests.registry.test_domains.look_up_and_release"
    with pytest.raises(ClaimLapsed):
        _prove()
    assert _status() == 400


RELEASING: list[DomainClaim] = []


def look_up_and_release(name: str) -> list[str]:
    domains.release(code=ANHUA, domain=RELEASING.pop().domain, why="", by=SYSTEM)
    return look_up(name)


def test_a_domain_whose_record_is_gone_is_lost_after_a_while_and_may_then_be_proven_by_another(db):
    _publish(_claim())
    _prove()
    now = clock.now()
    assert domains.check_again(now=now + dt.timedelta(days=10)) == domains.Checked(1, 0, 0)
    with tenancy.as_operator():
        assert Domain.objects.get(domain=NAME).proven_until == now + dt.timedelta(days=10) + domains.KEPT_WITHOUT_PROOF
        Domain.objects.update(proven_until=now + dt.timedelta(hours=1))
    RECORDS.clear()
    assert domains.check_again(now=now) == domains.Checked(0, 1, 0)
    assert _status() == 200  # there is time to put it right
    with tenancy.as_operator():
        Domain.objects.update(proven_until=now - dt.timedelta(seconds=1))
    assert _status() == 400
    _publish(_claim(code=NANXIAN))
    _prove(code=NANXIAN)
    assert "南县" in Client(headers={"host": NAME}).get("/sign-in/").content.decode()


def test_when_dns_is_silent_nothing_changes(db):
    _claim(name="silent.gov.cn")
    with pytest.raises(DnsAway):
        _prove(name="silent.gov.cn")
    with tenancy.as_operator():
        assert DomainClaim.objects.filter(domain="silent.gov.cn").exists()


def test_proving_what_nobody_asked_for_is_not_found(db):
    with pytest.raises(NotFound):
        _prove()


# --- the question itself --------------------------------------------------------------------------


class Resolver(socketserver.BaseRequestHandler):
    """Answers with two TXT records behind a CNAME, names as pointers; `mode` spoils it."""

    mode = "good"

    def handle(self) -> None:
        (length,) = struct.unpack(">H", self.request.recv(2))
        question = self.request.recv(length)
        if self.mode == "silent":
            return
        number = struct.unpack_from(">H", question)[0] ^ (self.mode == "forged")
        flags = {"failed": 0x8182, "nobody": 0x8183}.get(self.mode, 0x8180)
        answers = (
            [] if self.mode == "nobody" else [(5, b"\x01x\xc0\x0c"), (16, b"\x03one\x05-two-"), (16, b"\x05other")]
        )
        body = b"".join(struct.pack(">3HIH", 0xC00C, kind, 1, 60, len(data)) + data for kind, data in answers)
        answer = struct.pack(">6H", number, flags, 1, len(answers), 0, 0) + question[12:] + body
        self.request.sendall(struct.pack(">H", len(answer)) + answer)


@pytest.fixture
def resolver(settings, monkeypatch):
    with socketserver.TCPServer(("127.0.0.1", 0), Resolver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.DNS_RESOLVER = f"127.0.0.1:{server.server_address[1]}"
        yield lambda mode: monkeypatch.setattr(Resolver, "mode", mode)
        server.shutdown()


def test_txt_records_are_read_from_the_resolver(resolver):
    assert dns.txt("_lianxin.anhua.gov.cn") == ["one-two-", "other"]
    resolver("nobody")
    assert dns.txt("_lianxin.anhua.gov.cn") == []


@pytest.mark.parametrize("mode", ["silent", "failed", "forged"])
def test_an_answer_that_says_nothing_is_silence(resolver, mode):
    resolver(mode)
    with pytest.raises(dns.DnsSilent):
        dns.txt("_lianxin.anhua.gov.cn")


def test_without_a_resolver_it_is_silence(settings):
    settings.DNS_RESOLVER = "127.0.0.1:1"
    with pytest.raises(dns.DnsSilent):
        dns.txt("anhua.gov.cn")
