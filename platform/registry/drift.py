"""Whether every committee's schema still is what its release made it: the catalog, hashed, against the template's.

Asked of the catalog in one statement for all schemas; only those that differ are then looked at line by line.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import connection

from core import tenancy
from registry.models import Committee
from registry.schema_script import TEMPLATE_SCHEMA, fingerprint

# Every object of a schema as a line of text without the schema's name. Grants of the committee's own role stand apart:
# the template has no role.
_LINES = """
SELECT c.relnamespace AS ns, format('%%s %%s %%s %%s %%s', c.relkind, c.relname, pg_get_userbyid(c.relowner),
       c.relrowsecurity, c.reloptions) AS line
FROM pg_class c WHERE c.relnamespace IN (SELECT oid FROM ours) AND c.relkind <> 'i'
UNION ALL
SELECT c.relnamespace, format('column %%s.%%s %%s %%s %%s %%s %%s', c.relname, a.attname,
       format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attcollation, pg_get_expr(d.adbin, d.adrelid))
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace IN (SELECT oid FROM ours) AND c.relkind IN ('r', 'p', 'v', 'm')
UNION ALL
SELECT k.connamespace, format('constraint %%s %%s %%s %%s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid, true),
       k.convalidated)
FROM pg_constraint k WHERE k.connamespace IN (SELECT oid FROM ours)
UNION ALL
SELECT x.relnamespace, format('index %%s %%s', pg_get_indexdef(i.indexrelid, 0, true), i.indisvalid)
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE x.relnamespace IN (SELECT oid FROM ours)
UNION ALL
SELECT c.relnamespace, format('view %%s %%s', c.relname, pg_get_viewdef(c.oid, true)) FROM pg_class c
WHERE c.relnamespace IN (SELECT oid FROM ours) AND c.relkind IN ('v', 'm')
UNION ALL
SELECT c.relnamespace, format('trigger %%s', pg_get_triggerdef(t.oid, true))
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace IN (SELECT oid FROM ours) AND NOT t.tgisinternal
UNION ALL
SELECT c.relnamespace, format('policy %%s %%s', c.relname, p.polname) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace IN (SELECT oid FROM ours)
UNION ALL
SELECT p.pronamespace, format('function %%s', p.oid::regprocedure) FROM pg_proc p WHERE p.pronamespace IN (SELECT oid FROM ours)
"""
# `ours` within every branch: asked of the whole catalog, the system's own views and functions were most of the time.
_OURS = """
WITH ours AS MATERIALIZED (SELECT oid, nspname FROM pg_namespace WHERE {which})
SELECT n.nspname AS schema, replace(l.line, n.nspname || '.', '') AS line
FROM ({lines}) l JOIN ours n ON n.oid = l.ns
"""
_HASHES = f"""
SELECT schema, md5(string_agg(line, chr(10) ORDER BY line COLLATE "C"))
FROM ({_OURS.format(lines=_LINES, which="nspname ~ '^c_[a-z0-9]+$'")}) ours GROUP BY schema"""
_ONE = f"SELECT line FROM ({_OURS.format(lines=_LINES, which='nspname = %s')}) ours"
MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Drift:
    """A committee whose schema is not what it should be; `lines` begin with `-` (missing) or `+` (beside it)."""

    code: str
    lines: tuple[str, ...]


def drifted() -> list[Drift]:
    """Committees whose schema differs from the template's or, when not yet migrated, from most others of their release."""
    with tenancy.nowhere():
        hashes = _hashes()
        versions = dict(Committee.objects.exclude(state="making").values_list("schema_name", "schema_version"))
    models = {version: _model(version, versions, hashes) for version in set(versions.values())}
    found = []
    for schema, version in sorted(versions.items()):
        if schema not in hashes:
            found.append(Drift(schema.removeprefix("c_"), ("- schema",)))
        elif hashes[schema] != hashes.get(models[version]):
            found.append(Drift(schema.removeprefix("c_"), differences(schema, models[version])))
    return found


def _model(version: str, versions: dict[str, str], hashes: dict[str, str]) -> str:
    """The schema the others of a release must equal: the template or, for an older release, one of the many."""
    if version == fingerprint():
        return TEMPLATE_SCHEMA
    of_version = [schema for schema, theirs in versions.items() if theirs == version and schema in hashes]
    usual = Counter(hashes[schema] for schema in of_version).most_common(1)
    return min((schema for schema in of_version if hashes[schema] == usual[0][0]), default="")


def differences(schema: str, model: str) -> tuple[str, ...]:
    """What `schema` lacks and what it has beside `model`, at most MOST_LINES lines."""
    wanted, found = _lines(model), _lines(schema)
    return tuple([f"- {line}" for line in sorted(wanted - found)] + [f"+ {line}" for line in sorted(found - wanted)])[
        :MOST_LINES
    ]


def _hashes() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_HASHES, [])
        return dict(cursor.fetchall())


def _lines(schema: str) -> set[str]:
    with tenancy.nowhere(), connection.cursor() as cursor:
        cursor.execute(_ONE, [schema])
        return {line for (line,) in cursor.fetchall()}
