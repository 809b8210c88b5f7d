"""Ports stay the same between runs while they are free."""

from __future__ import annotations

import socket

from infra.machine import ports


def test_a_remembered_port_is_used_again_while_it_is_free() -> None:
    assert ports.choose("postgres", {"postgres": 5001}, free=lambda port: True, new=lambda: 6001) == 5001


def test_a_remembered_port_that_is_taken_gives_way_to_a_new_one() -> None:
    assert ports.choose("postgres", {"postgres": 5001}, free=lambda port: False, new=lambda: 6001) == 6001


def test_a_new_port_is_never_one_remembered_for_another_server() -> None:
    offers = iter([7001, 7002])
    assert ports.choose("redis", {"postgres": 7001}, free=lambda port: True, new=lambda: next(offers)) == 7002


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not ports.is_free(taken.getsockname()[1])
    assert ports.is_free(ports.any_free())
