"""`lianxin` as a person and as a program call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from django.db import connections

from tests.children import Done, lianxin

ROOT = Path(__file__).resolve().parent.parent.parent
LIANXIN = Path(sys.executable).parent / "lianxin"


def _run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LIANXIN, *words], env=os.environ | environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def _create(*more: str) -> Done:
    return lianxin("committee", "create", "--name", "政协沅江市委员会", "--parent", "430900", "--json", *more)


def test_a_committee_is_created_listed_suspended_and_resumed_from_the_command_line(committed):
    made = _create("--code", "430981", "--slug", "yuanjiang", "--template", "yiyang-2021")
    try:
        assert made.returncode == 0, made.stderr
        assert json.loads(made.stdout)["committee"]["state"] == "active"
        listed = json.loads(lianxin("committee", "list", "--json").stdout)["committees"]
        assert {"code": "430981", "parent": "430900"}.items() <= next(
            c for c in listed if c["slug"] == "yuanjiang"
        ).items()
        for command, state in (("suspend", "suspended"), ("resume", "active")):
            assert json.loads(lianxin("committee", command, "430981", "--json").stdout)["state"] == state
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("DROP SCHEMA IF EXISTS c_430981 CASCADE")
            cursor.execute(f'DROP ROLE IF EXISTS "{connections["owner"].settings_dict["NAME"]}_c_430981"')
            cursor.execute("DELETE FROM registry_committee WHERE code = '430981'")


def test_a_refusal_is_exit_code_2_with_the_error_as_json_on_stderr(committed):
    refused = _create("--code", "430923", "--slug", "anhua-again", "--template", "yiyang-2021")
    assert refused.returncode == 2
    assert refused.stdout == ""
    error = json.loads(refused.stderr)
    assert error["ok"] is False
    assert error["errors"][0]["code"] == "committee_exists"
    assert set(error["errors"][0]) == {"file", "line", "key", "code", "message", "remedy"}


def test_an_unknown_template_is_refused_and_nothing_is_made(committed):
    refused = _create("--code", "430981", "--slug", "yuanjiang", "--template", "atlantis-1999")
    assert refused.returncode == 2
    assert "430981" not in lianxin("committee", "list").stdout


def test_policy_commands_need_neither_settings_nor_database():
    answer = _run("policy", "explain", "yiyang-2021", "constituents", DATABASE_URL="", DJANGO_SETTINGS_MODULE="")
    assert answer.returncode == 0, answer.stderr
    assert "3" in answer.stdout
    assert "YY21-15-5" in answer.stdout


def test_routes_are_listed_with_host_permission_and_roles():
    found = json.loads(lianxin("routes", "--json").stdout)
    assert {"host", "path", "name", "methods", "permission", "roles"} <= set(found[0])
    assert {"public", "tenant"} == {one["host"] for one in found}


def test_the_doctor_says_what_stands_and_what_does_not(committed):
    answer = _run("doctor", "--json")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    sick = _run("doctor", "--json", REDIS_URL="redis://127.0.0.1:1/0")
    assert sick.returncode == 1
    assert json.loads(sick.stdout)["ok"] is False


def test_the_set_clock_is_refused_outside_demo_and_tests():
    refused = _run("routes", LIANXIN_DEV="", LIANXIN_TODAY="2022-11-30", LIANXIN_SECRET_KEY="x" * 50)
    assert refused.returncode != 0
    assert "LIANXIN_TODAY" in refused.stderr
