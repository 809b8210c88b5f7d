"""C9: what a process remembers is free of committees or keyed by one, and nothing of a person outlives their request."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.template import engines
from django.urls import get_resolver

from accounts.models import User
from core import tenancy
from registry import queries

ROOT = Path(__file__).resolve().parent.parent.parent
CACHING = {"cache", "lru_cache"}
# Every function that remembers across calls, and why no committee can meet another in it. A new one is added here
# with its reason, or it does not remember.
REMEMBERED = {
    "api/views.py:operations": "of the code alone: the OpenAPI file",
    "platform/dispatch/registry.py:_load": "of the code alone: which tasks exist",
    "platform/registry/operate/queries.py:templates": "of the code alone: the templates on disk",
    "platform/registry/schema_script.py:fingerprint": "of the code alone: migrations and grants on disk",
    "platform/core/templatetags/ui.py:mark": "of the code alone: the drawings and their address",
    "platform/core/pinyin.py:of": "a pure function of its text",
    "tenants/policy/queries/stack.py:_digest": "keyed by the committee",
    "tenants/policy/queries/stack.py:_loaded": "keyed by the committee",
    "tenants/policy/queries/stack.py:_resolved": "keyed by the committee",
    "tenants/assessment/queries/standing.py:_docket": "keyed by the committee",
    "tenants/policy/queries/shipped.py:names": "of the code alone: the templates on disk",
    "tenants/policy/queries/shipped.py:shipped": "of the code alone: the templates on disk",
    "tenants/policy/queries/shipped.py:template": "of the code alone: the templates on disk",
    "tenants/desk/queries/places.py:_served": "of the code alone: the URLconf",
    "tenants/reports/queries/figures.py:shared_indicators": "of the code alone: the vocabulary",
    "tenants/reports/queries/breakdowns.py:_known_sectors": "of the code alone: attributes.yaml",
}
# Every module's own changeable thing, likewise.
CHANGEABLE = {
    "platform/dispatch/registry.py:_registered": "of the code alone: which tasks exist",
    "platform/registry/queries.py:_cache": "the routing table, which is public; keyed by code or host",
    "platform/registry/queries.py:_misses": "hosts nobody has, of the routing table; keyed by code or host",
    "platform/core/db/postgres/pooler.py:_looked": "which servers were looked at",
    "platform/core/waiting.py:_sources": "of the code alone: which apps have matters that wait",
    "tenants/liaison/queries/offshoots.py:_asked": "of the code alone: which apps say what came of a record",
    "tenants/members/queries/panels.py:_panels": "of the code alone: which apps have something on a member's page",
    "tenants/proceedings/queries/signing.py:_subjects": "of the code alone: which apps have processes",
    "tenants/proceedings/queries/signing.py:_holders": "of the code alone: which apps know who holds a post",
    "tenants/liaison/queries/claims.py:_sources": "of the code alone: which apps have claims",
    "tenants/liaison/queries/files.py:_keepers": "of the code alone: which apps keep files",
}
# Kept on one object: a user lives for a request, an assessment, a case and a roll-up for a page.
KEPT_ON_OBJECTS = {
    "platform/accounts/models.py",
    "tenants/assessment/queries/standing.py",
    "tenants/policy/queries/cases.py",
}


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for root in ("platform", "tenants", "api", "billing_free"):
        for path in sorted((ROOT / root).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if "/migrations/" not in name and "policy_engine" not in name and "platform/demo" not in name:
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def _name_of(decorator: ast.expr) -> str:
    inner = decorator.func if isinstance(decorator, ast.Call) else decorator
    return inner.attr if isinstance(inner, ast.Attribute) else getattr(inner, "id", "")


def _is_changeable(value: ast.expr | None) -> bool:
    makers = {
        "dict",
        "list",
        "set",
        "defaultdict",
        "deque",
        "WeakSet",
        "WeakKeyDictionary",
        "WeakValueDictionary",
        "local",
    }
    if isinstance(value, ast.Call):
        return _name_of(value) in makers
    empty = isinstance(value, ast.Dict) and not value.keys
    return empty or (isinstance(value, ast.List | ast.Set) and not value.elts)


def test_every_function_that_remembers_is_free_of_committees_or_keyed_by_one():
    found = {
        f"{name}:{node.name}"
        for name, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any(_name_of(one) in CACHING for one in node.decorator_list)
    }
    assert found == set(REMEMBERED), "say why no committee can meet another in it"


def test_every_changeable_thing_of_a_module_is_free_of_committees_or_keyed_by_one():
    found = set()
    for name, tree in _sources():
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if isinstance(node, ast.Assign | ast.AnnAssign) and _is_changeable(node.value):
                found |= {
                    f"{name}:{one.id}" for one in targets if isinstance(one, ast.Name) and one.id != "urlpatterns"
                }
    assert found == set(CHANGEABLE), "say why no committee can meet another in it"
    assert [name for name, tree in _sources() for node in ast.walk(tree) if isinstance(node, ast.Global)] == []


def test_only_objects_of_one_request_remember_on_themselves():
    found = {
        name
        for name, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any(_name_of(one) == "cached_property" for one in node.decorator_list)
    }
    assert found == KEPT_ON_OBJECTS
    assert type(User.__dict__["permissions"]).__name__ == "cached_property"


def test_what_is_keyed_by_a_committee_really_is(place):
    from tenants.policy.queries import stack

    for function in (stack._loaded, stack._resolved):
        assert function.__wrapped__.__annotations__["committee"] == "str"
        assert next(iter(function.__wrapped__.__annotations__)) == "committee"


def test_the_same_key_asked_by_two_committees_is_two_questions(place):
    """Two committees may have adopted documents under one id: an archive restored beside its original, say."""
    from tenants.policy.models import PolicyDocument
    from tenants.policy.queries import stack

    with place("anhua").inside():
        row = PolicyDocument.objects.filter(kind="template").first()
        ours = stack._loaded("430923", (row.pk,)).template
        content = dict(row.content)
    with place("guangzhou").inside():
        other = PolicyDocument.objects.filter(kind="template").first()
        theirs = dict(other.content)
        other.pk, other.order, other._state.adding = row.pk, 999, True
        other.digest = f"{other.digest[:-1]}x" if getattr(other, "digest", "") else ""
        other.save(force_insert=True)
        found = stack._loaded("440100", (row.pk,)).template
    assert content != theirs
    assert found.to_json() != ours.to_json()


def test_content_types_permissions_and_groups_are_used_by_no_committee(place):
    """Their caches are of the process; so committees hold no right on their tables and no model points at them."""
    from django.apps import apps
    from django.db import ProgrammingError, transaction

    from registry import privileges

    for table in ("django_content_type", "auth_permission", "auth_group", "auth_group_permissions"):
        assert privileges.PUBLIC[table] == {}
    ContentType.objects.clear_cache()
    with place("anhua").inside(), pytest.raises(ProgrammingError), transaction.atomic():
        ContentType.objects.get_for_model(User)
    pointing = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is ContentType
        and model._meta.app_label not in {"auth", "contenttypes"}
    ]  # fmt: skip
    assert pointing == []


def test_templates_and_addresses_are_compiled_once_without_a_committee_in_them(place, browser_of):
    resolver, engine = get_resolver("config.urls_tenant"), engines["django"]
    names = []
    for slug in ("anhua", "nanxian", "anhua"):
        page = browser_of(place(slug)).get("/sign-in/").content.decode()
        names.append([name for name in ("安化", "南县") if name in page])
    assert names == [["安化"], ["南县"], ["安化"]]
    assert get_resolver("config.urls_tenant") is resolver
    assert engines["django"] is engine


def test_a_user_object_of_one_request_says_nothing_about_the_next(place, account, browser_of):
    """Rights are read anew per request: a role taken away is gone at once."""
    from accounts.models import RoleGrant

    with place("anhua").inside():
        user = account("office")
        client = browser_of(place("anhua"), user)
        assert client.get("/members/").status_code == 200
        RoleGrant.objects.filter(user=user).delete()
        assert client.get("/members/").status_code == 403


def test_the_routing_cache_answers_a_host_and_a_code_of_the_same_spelling_apart(place):
    queries.forget_routes()
    with tenancy.nowhere():
        assert queries.committee_by_host("430923") is None
        assert queries.committee_by_code("430923") is not None
        assert queries.committee_by_host("430923") is None
