"""Every field of every model says whether it is personal, and if so what becomes of it; nothing is left to chance."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from django.apps import apps
from django.conf import settings

from core import words
from core.personal import Rule, rules

OURS = ("core", "accounts", "registry", "dispatch", "exchange", "billing_free", "tenants")
MODELS = [
    one for one in apps.get_models() if one.__module__.split(".")[0] in OURS and one._meta.app_label != "registry"
]
TENANT = [one for one in MODELS if one._meta.app_config.name in settings.TENANT_APPS]
PERSONS = [one for one in TENANT if rules.is_person(one)]


def faults(model: Any, declaration: Any = None) -> list[str]:
    """What is wrong with a model's declaration; empty where nothing is."""
    declared = declaration or getattr(model, "Personal", None)
    if declared is None:
        return ["no declaration"]
    fields = {field.name: field for field in model._meta.concrete_fields if field.name not in ("id", "created_at")}
    personal, safe = declared.personal or {}, set(declared.safe)
    found = [f"{name}: neither personal nor safe" for name in sorted(fields.keys() - set(personal) - safe)]
    found += [f"{name}: no such field" for name in sorted((set(personal) | safe) - fields.keys())]
    found += [f"{name}: both" for name in sorted(set(personal) & safe)]
    if personal and not isinstance(personal, dict):
        return [*found, "personal fields without rules: write {field: Rule}"]
    for name, rule in personal.items():
        field = fields.get(name)
        allowed = rules.REFERENCE_RULES if field is not None and field.is_relation else rules.VALUE_RULES
        if rule not in allowed:
            found.append(f"{name}: {rule!r} is no rule for it")
        elif rule == Rule.PSEUDONYM and not hasattr(declared, "identifiers"):
            found.append(f"{name}: a pseudonym, but the model is no person")
    found += [
        f"{name}: leads to a person and is declared safe" for name in sorted(safe) if _leads_to_person(fields.get(name))
    ]
    spans = {"since", "until"} <= fields.keys() and any(_leads_to_person(fields.get(name)) for name in personal)
    if spans and not hasattr(declared, "ends"):
        found.append("holds until a day, but does not say what the end of a term does: ends = 'until'")
    found += [
        f"{getattr(declared, key)}: no such field"
        for key in ("ends",)
        if getattr(declared, key, None) not in {None, *fields}
    ]
    found += [f"withheld: {name} is no field" for name in getattr(declared, "withheld", ()) if name not in fields]
    found += [
        f"identifiers: {name} is not personal" for name in getattr(declared, "identifiers", ()) if name not in personal
    ]
    return found


def _leads_to_person(field: Any) -> bool:
    return field is not None and field.is_relation and field.related_model in PERSONS


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one._meta.label)
def test_every_field_is_declared_and_every_personal_one_has_a_rule(model):
    assert faults(model) == []


def test_every_rule_is_used_by_some_model():
    used = {rule for model in TENANT for rule in dict(model.Personal.personal or {}).values()}
    assert used == set(Rule)
    assert {one._meta.label for one in PERSONS} == {
        "members.Member",
        "liaison.Constituent",
        "accounts.User",
        "voices.Speaker",
    }


MEMBER = next(one for one in TENANT if one._meta.label == "members.Member")
CONVENER = next(one for one in TENANT if one._meta.label == "members.Convener")


class Undeclared:
    personal: ClassVar = {"member": Rule.OWNS}
    safe = ("sector", "is_first", "since")
    ends = "since"


class Ruleless:
    personal = ("member",)
    safe = ("sector", "is_first", "since", "until")
    ends = "until"


class WrongRule:
    personal: ClassVar = {"member": Rule.BLANK}
    safe = ("sector", "is_first", "since", "until")
    ends = "until"


class Endless:
    personal: ClassVar = {"member": Rule.OWNS}
    safe = ("sector", "is_first", "since", "until")


class PersonCalledSafe:
    personal: ClassVar = {}
    safe = ("member", "sector", "is_first", "since", "until")


@pytest.mark.parametrize(
    ("declaration", "fault"),
    [
        (Undeclared, "until: neither personal nor safe"),
        (Ruleless, "personal fields without rules: write {field: Rule}"),
        (WrongRule, "member: <Rule.BLANK: 'blank'> is no rule for it"),
        (Endless, "holds until a day, but does not say what the end of a term does: ends = 'until'"),
        (PersonCalledSafe, "member: leads to a person and is declared safe"),
    ],
)
def test_a_careless_declaration_is_found(declaration, fault):
    assert fault in faults(CONVENER, declaration)


def test_what_can_be_exported_has_a_word():
    missing = [
        f"{model._meta.label}.{field.name}"
        for model in TENANT
        for field in model._meta.concrete_fields
        if model._meta.label_lower not in words.ROWS or (field.name not in ("id", "created_at") and field.name not in words.FIELDS and f"{model._meta.model_name}.{field.name}" not in words.SPECIAL)
    ]  # fmt: skip
    assert [one for one in missing if not one.startswith(("core.", "reports.SigningKey", "policy."))] == []
