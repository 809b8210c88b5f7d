"""The repository keeps its own rules: the map, the import directions, nothing that must not be there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("core", "accounts", "registry", "dispatch", "exchange", "billing_free", "tenants")


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def _our_models():
    return [m for m in apps.get_models() if m.__module__.split(".")[0] in OURS]


def test_platform_never_shadows_the_standard_library():
    assert not (ROOT / "platform" / "__init__.py").exists()
    import platform

    assert platform.python_version().startswith("3.")


def test_the_import_directions_hold():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_root_holds_only_what_the_map_names():
    allowed = {
        "pyproject.toml", "uv.lock", "README.md", "Makefile", "LICENSE", "CHANGELOG.md", "platform", "tenants",
        "policy_templates", "api", "billing_free", "infra", "tests",
    }  # fmt: skip
    found = {path.relative_to(ROOT).parts[0] for path in _tracked()}
    assert {name for name in found if not name.startswith(".")} <= allowed


def test_no_catch_all_module_exists():
    names = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert [path for path in _tracked() if path.name in names] == []


def test_no_second_postgresql_driver_is_locked():
    assert '\nname = "psycopg"\n' not in (ROOT / "uv.lock").read_text(encoding="utf-8")


def test_every_dependency_says_why():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = re.findall(r'^  "[a-z0-9-]+[>=<].*$', text, flags=re.MULTILINE)
    assert len(lines) > 20
    assert [line for line in lines if "#" not in line] == []


def test_no_committee_is_named_in_code_outside_demo_and_tests():
    names = re.compile("东城|益阳|广州|鄂尔多斯|安化|南县|天河|东胜|dongcheng|yiyang|guangzhou|ordos|anhua|nanxian")
    code = [
        p for p in _tracked() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in {"platform", "tenants", "api"}
    ]
    guilty = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in code
        if "platform/demo" not in str(path)
        for line in path.read_text(encoding="utf-8").splitlines()
        if names.search(line.split("#")[0]) and not line.lstrip().startswith(("#", '"', "'", ">>>"))
    ]
    assert guilty == []


def test_every_primary_key_is_a_uuid_and_nothing_needs_a_sequence():
    assert [m._meta.label for m in _our_models() if m._meta.pk.get_internal_type() != "UUIDField"] == []


def test_a_committees_schema_stays_small_and_free_of_triggers(db):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'c_430923'::regnamespace AND relkind = 'r'")
        assert cursor.fetchone()[0] <= 57  # decision 0008: on loan until the merges named there
        cursor.execute(
            "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE c.relnamespace = 'c_430923'::regnamespace AND NOT t.tgisinternal"
        )
        assert cursor.fetchone()[0] == 0
