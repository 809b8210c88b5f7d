"""Host → committee, or a clear page."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client, RequestFactory

from core import tenancy
from registry import provisioning, queries
from registry.middleware import CommitteeMiddleware, HostMiddleware
from registry.models import State


def _get(host: str, path: str = "/sign-in/"):
    return Client(headers={"host": host}).get(path)


def test_a_committees_host_shows_its_name(db):
    answer = _get("anhua.localhost")
    assert answer.status_code == 200
    assert "政协安化县委员会" in answer.content.decode()
    assert "政协南县委员会" not in answer.content.decode()


def test_an_unknown_host_below_ours_is_a_page_404(db):
    answer = _get("nobody.localhost")
    assert answer.status_code == 404
    assert "没有" in answer.content.decode()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "anhua.localhost.evil.example",
        "anhua.localhost@evil.example",
        "anhua.localhost,evil.example",  # two Host headers, as a server joins them
        "anhua.localhost evil.example",
        "anhua.localhost:8000:9000",
        "anhua.localhost:port",
        "anhua.localhost..",
        ".localhost",
        "-anhua.localhost",
        "an_hua.localhost",
        "[::1]",
        "[::1]:8000",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "10.0.0.1",
        "安化.localhost",
        "",
        "a" * 300 + ".localhost",
    ],
)
def test_a_host_that_is_not_ours_is_refused(db, host):
    answer = _get(host)
    assert answer.status_code == 400
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("host", ["ANHUA.localhost:8000", "anhua.localhost.", "Anhua.LocalHost.:80"])
def test_upper_case_a_port_and_a_final_dot_mean_the_same_committee_and_are_written_our_way(db, host):
    request = RequestFactory().get("/", headers={"host": host})
    seen = []
    HostMiddleware(lambda given: seen.append(given.get_host()))(request)
    assert seen == [host.lower().replace("localhost.", "localhost")]
    assert "安化" in _get(host).content.decode()


def test_www_is_no_other_name_of_a_committee_and_an_alphabet_in_disguise_is_nobody(db):
    assert _get("www.anhua.localhost").status_code == 404
    assert _get("www.localhost").status_code == 404
    assert _get("xn--fiq.localhost").status_code == 404


def test_a_forwarded_host_is_not_believed(db):
    forwarded = {
        "host": "anhua.localhost",
        "x-forwarded-host": "nanxian.localhost",
        "forwarded": "host=nanxian.localhost",
    }
    text = Client(headers=forwarded).get("/sign-in/").content.decode()
    assert "安化" in text
    assert "南县" not in text


def test_in_production_an_address_is_not_the_operators_host_and_a_strange_port_is_refused(db, settings):
    assert _get("127.0.0.1").status_code == 200
    settings.DEV = False
    for host in ("127.0.0.1", "127.0.0.1:8000", "anhua.localhost:31337"):
        assert _get(host).status_code == 400, host
    for host in ("localhost", "anhua.localhost:443", f"anhua.localhost:{settings.PORT}"):
        assert _get(host).status_code == 200, host


def test_a_flood_of_invented_hosts_does_not_push_real_ones_out(db, monkeypatch):
    monkeypatch.setattr(queries, "_CACHE_LIMIT", 10)
    queries.forget_routes()
    with tenancy.nowhere():
        assert queries.committee_by_host("anhua.localhost") is not None
        for number in range(50):
            assert queries.committee_by_host(f"nobody{number}.localhost") is None
        assert ("host", "anhua.localhost") in queries._cache
        assert len(queries._misses) <= 10


@pytest.fixture(scope="module")
def server(django_db_setup):
    """The product behind gunicorn, spoken to by hand: what a client library would put right is sent as it stands."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    gunicorn = [
        Path(sys.executable).parent / "gunicorn",
        "config.wsgi",
        "-b",
        f"127.0.0.1:{port}",
        "--log-level",
        "error",
    ]
    process = subprocess.Popen(gunicorn, start_new_session=True)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.2)
    yield port
    process.terminate()
    process.wait(20)


def _said(port: int, *lines: str) -> str:
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode("utf-8", "replace")


def test_on_the_wire_two_hosts_are_refused_and_an_absolute_address_does_not_choose_the_committee(server):
    good = _said(server, "GET /sign-in/ HTTP/1.1", "Host: anhua.localhost")
    assert good.startswith("HTTP/1.1 200")
    two = _said(server, "GET /sign-in/ HTTP/1.1", "Host: anhua.localhost", "Host: nanxian.localhost")
    assert two.startswith("HTTP/1.1 400")
    absolute = _said(server, "GET http://nanxian.localhost/sign-in/ HTTP/1.1", "Host: anhua.localhost")
    assert "南县" not in absolute
    evil = _said(server, "GET http://anhua.localhost/sign-in/ HTTP/1.1", "Host: evil.example")
    assert evil.startswith("HTTP/1.1 400")
    assert " 400 " in _said(server, "GET /sign-in/ HTTP/1.0").splitlines()[0]


def test_healthz_answers_on_every_host_and_needs_no_database():
    assert _get("anhua.localhost", "/healthz").json() == {"ok": True}
    assert _get("localhost", "/healthz").json() == {"ok": True}


def test_the_signed_out_are_sent_to_sign_in_and_back(db):
    answer = _get("anhua.localhost", "/standing/?q=1")
    assert answer.status_code == 302
    assert answer["location"] == "/sign-in/?next=%2Fstanding%2F%3Fq%3D1"


def test_an_address_nobody_serves_is_a_page_404(db):
    answer = _get("anhua.localhost", "/no-such-page/")
    assert answer.status_code == 404
    assert "没有" in answer.content.decode()


def test_a_suspended_committee_shows_a_maintenance_page_and_none_of_its_data(committed):
    provisioning.set_state(code="430921", state=State.SUSPENDED)
    try:
        answer = _get("nanxian.localhost")
        assert answer.status_code == 503
        assert "暂停" in answer.content.decode()
    finally:
        provisioning.set_state(code="430921", state=State.ACTIVE)
    assert _get("nanxian.localhost").status_code == 200


def _through_the_middleware(view):
    return CommitteeMiddleware(view)(RequestFactory().get("/", headers={"host": "anhua.localhost"}))


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return cursor.fetchone()[0]


def test_a_streamed_answer_stands_in_its_committee_only_while_a_piece_is_made(committed):
    seen = []

    def view(request):
        def pieces():
            while True:
                seen.append((tenancy.current().code, _schema()))
                yield b"."

        return StreamingHttpResponse(pieces())

    answer = _through_the_middleware(view)
    assert _schema() == "public"
    pieces = iter(answer.streaming_content)
    for _ in range(2):
        next(pieces)
        assert (tenancy.is_inside(), _schema()) == (False, "public")
    answer.close()  # the reader went away half way
    assert seen == [("430923", "c_430923")] * 2
    assert (tenancy.is_inside(), _schema()) == (False, "public")


def test_whatever_a_view_ends_with_nobody_is_left_standing(db):
    class Odd(HttpResponseBase):
        streaming = True

    assert isinstance(_through_the_middleware(lambda request: Odd()), Odd)
    assert (tenancy.is_inside(), _schema()) == (False, "public")

    def killed(request):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _through_the_middleware(killed)
    assert (tenancy.is_inside(), _schema()) == (False, "public")
