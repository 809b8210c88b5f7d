"""The whole matrix of who may do what to which object, in one place (role × object × right).

`app` is the login of web and workers, `operator` the role of the bare host and the dispatcher,
`committee` the group every committee's role belongs to. In a committee's own schema its role holds
`TENANT_DEFAULT` on each table but for the exceptions. Nobody but the owner holds TRUNCATE, REFERENCES,
TRIGGER or CREATE anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.conf import settings

READ, APPEND, EDIT, FULL = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE, DELETE"

TENANT_DEFAULT = FULL
TENANT_EXCEPTIONS: Mapping[str, str] = {
    "deed": READ,
    "core_auditevent": APPEND,
    "core_auditwords": f"{APPEND}, DELETE",  # row-level security: only where an erasure stands
    "core_erasure": APPEND,
    **dict.fromkeys(  # a record is taken back, never deleted; its files name it by kind and id
        ("liaison_contactrecord", "activities_activity", "voices_output"), EDIT
    ),
    "policy_policydocument": APPEND,  # an adopted document is never edited, only followed by another
    "policy_withdrawal": APPEND,
    "django_migrations": "",
}

PUBLIC: Mapping[str, Mapping[str, str]] = {
    "registry_committee": {  # the parent decides whom returns go to: the owner alone writes the tree
        "app": READ,
        "committee": READ,
        "operator": f"{READ}, UPDATE (state, epoch, kept_until)",
    },
    "registry_formerparent": {"app": READ, "committee": READ, "operator": READ},
    "registry_domain": {"app": READ, "operator": FULL},
    "registry_domainclaim": {"operator": FULL},
    "registry_schemascript": {},
    "registry_migrationrun": {"operator": READ},
    "registry_batchcursor": {"operator": READ},
    "accounts_user": {"operator": EDIT},
    "accounts_rolegrant": {"operator": FULL},
    "accounts_invitation": {"operator": EDIT},
    "accounts_session": {"operator": FULL},
    "core_auditevent": {"operator": APPEND},
    "core_auditwords": {"operator": APPEND},
    "core_erasure": {},
    "dispatch_job": {"committee": APPEND, "operator": FULL},
    "dispatch_cancellation": {"committee": APPEND, "operator": "SELECT, DELETE"},
    "dispatch_turn": {"operator": FULL},
    "exchange_signingkey": {
        "app": READ,
        "committee": f"{APPEND}, UPDATE (until)",
    },  # a key is never swapped for another
    "exchange_delivery": {"committee": f"{APPEND}, UPDATE (state, reason, decided_at)"},  # a body never changes
    "exchange_publication": {"committee": APPEND},  # published once
    "exchange_position": {"committee": APPEND},
    "billing_free_meter": {  # a ledger: nobody rewrites it; who claimed is the committee's own affair
        "committee": APPEND,
        "operator": "SELECT (id, created_at, committee, what, amount, month)",
    },
    "billing_free_balance": {"committee": READ, "operator": APPEND},
    "billing_free_quota": {"committee": READ, "operator": FULL},
    "auth_group": {},
    "auth_group_permissions": {},
    "auth_permission": {},
    "django_content_type": {},
    "django_migrations": {},
}


def public_statements() -> Iterator[str]:
    """GRANT and REVOKE for every public table, explicit by name."""
    names = {"app": settings.ROLE_APP, "operator": settings.ROLE_OPERATOR, "committee": settings.ROLE_COMMITTEE}
    for table, rights in PUBLIC.items():
        yield f'REVOKE ALL ON public."{table}" FROM PUBLIC, {", ".join(_quoted(name) for name in names.values())}'
        for who, right in rights.items():
            yield f'GRANT {right} ON public."{table}" TO {_quoted(names[who])}'


def tenant_statements(objects: Iterable[str], role: str) -> Iterator[str]:
    """GRANTs of a committee's role on the tables and views of its schema, which leads the search path."""
    for name in objects:
        right = TENANT_EXCEPTIONS.get(name, TENANT_DEFAULT)
        if right:
            yield f'GRANT {right} ON "{name}" TO {_quoted(role)}'


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
