"""Host → committee, or a clear page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client, RequestFactory

from core import tenancy
from registry import provisioning
from registry.middleware import CommitteeMiddleware
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


@pytest.mark.parametrize("host", ["evil.example", "anhua.localhost.evil.example", "anhua.localhost@evil.example"])
def test_a_host_that_is_not_ours_is_refused(db, host):
    assert _get(host).status_code == 400


def test_upper_case_and_a_port_mean_the_same_committee(db):
    assert "安化" in _get("ANHUA.localhost:8000").content.decode()


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
