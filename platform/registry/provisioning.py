"""Making a committee: one transaction for row, role, schema and rights; then its first policy."""

from __future__ import annotations

from django.conf import settings
from django.db import connections, transaction
from django.utils.module_loading import import_string

from core import audit, tenancy
from core.db.router import OWNER
from core.errors import DomainError
from core.tenancy import Committee as Entry
from registry import queries
from registry.models import Committee, Level, SchemaScript, State
from registry.schema_script import ROLE_MARK, TEMPLATE_SCHEMA, fingerprint


class CommitteeExists(DomainError):
    code = "committee_exists"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}已被使用，未作任何改动。用 `lianxin committee list` 查看已有委员会。")


class ParentUnknown(DomainError):
    code = "parent_unknown"

    def __init__(self, code: str) -> None:
        super().__init__(f"没有代码为 {code} 的上级委员会，请先开通上级。")


class BadCode(DomainError):
    code = "bad_code"

    def __init__(self, code: str) -> None:
        super().__init__(f"代码“{code}”不合规：只用小写字母和数字，最长 40 位，例如 430923。")


class ScriptMissing(DomainError):
    code = "script_missing"

    def __init__(self) -> None:
        super().__init__("还没有与本版本相符的建库脚本，请先运行 `lianxin migrate`。")


def create_committee(*, code: str, name: str, slug: str, level: str, parent: str | None, template: str | None) -> Entry:
    """Make the committee, or finish one left half made (state `making`).

    `template` names a folder of policy_templates to adopt, or None. Raises CommitteeExists, ParentUnknown,
    BadCode, ScriptMissing, or the template's own errors; then nothing, or a resumable `making` row, is left.
    """
    check_names(code=code, slug=slug, level=level)
    prepare = import_string(settings.COMMITTEE_PREPARED)
    prepare.check(template=template)
    row = Committee.objects.using(OWNER).filter(code=code, state=State.MAKING).first()
    if row is None:
        row = _make(code=code, name=name, slug=slug, level=level, parent=parent)
    queries.forget_routes()
    entry = queries.entry_of(row)
    with tenancy.inside_while_making(entry):
        prepare(template=template, by=audit.SYSTEM)
    Committee.objects.using(OWNER).filter(pk=row.pk).update(state=State.ACTIVE)
    queries.forget_routes()
    found = queries.committee_by_code(code)
    assert found is not None
    return found


def check_names(*, code: str, slug: str, level: str) -> None:
    """Raises BadCode or a DomainError for a slug or level that cannot be."""
    if not tenancy.CODE.match(code):
        raise BadCode(code)
    if not tenancy.CODE.match(slug.replace("-", "")) or slug.startswith("-"):
        raise DomainError(f"网址名“{slug}”不合规：只用小写字母、数字和连字符。", code="bad_slug")
    if level not in Level.values:
        raise DomainError(f"没有“{level}”这一级别。可选：{'、'.join(Level.values)}。", code="bad_level")


def _make(*, code: str, name: str, slug: str, level: str, parent: str | None) -> Committee:
    committees = Committee.objects.using(OWNER)
    if tenancy.schema_of(code) == TEMPLATE_SCHEMA or committees.filter(code=code).exists():
        raise CommitteeExists(f"代码 {code}")
    if committees.filter(slug=slug).exists():
        raise CommitteeExists(f"网址名 {slug}")
    above = committees.filter(code=parent).first() if parent else None
    if parent and above is None:
        raise ParentUnknown(parent)
    version = fingerprint()
    script = SchemaScript.objects.using(OWNER).filter(fingerprint=version).first()
    if script is None:
        raise ScriptMissing
    with transaction.atomic(using=OWNER):
        row = Committee(code=code, name=name, slug=slug, level=level, parent=above, schema_version=version)
        row.schema_name = tenancy.schema_of(code)
        row.save(using=OWNER, force_insert=True)
        _make_schema(code, script.sql)
    return row


def _make_schema(code: str, script: str) -> None:
    schema, role = tenancy.schema_of(code), tenancy.role_of(code)
    with connections[OWNER].cursor() as cursor:
        # A role outlives a database dropped and made again under the same name; it is taken over, without powers.
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        cursor.execute(
            f'{verb} ROLE "{role}" NOLOGIN NOCREATEROLE NOCREATEDB;'
            f'GRANT "{role}" TO "{settings.ROLE_APP}"; GRANT "{settings.ROLE_COMMITTEE}" TO "{role}";'
            f'CREATE SCHEMA "{schema}"; GRANT USAGE ON SCHEMA "{schema}" TO "{role}";'
            f'SET LOCAL search_path TO "{schema}";'
            + script.replace(ROLE_MARK, role)
            + ";SET LOCAL search_path TO public"
        )


class WrongState(DomainError):
    """The committee is not in the state the step starts from."""

    code = "wrong_state"

    def __init__(self, now: str) -> None:
        super().__init__(f"这个委员会现在是“{State(now).label}”，不能这样变更。请看过它的状态再办。")


def set_state(
    *, code: str, state: State, by: audit.Actor = audit.SYSTEM, why: str = "", only_from: State | None = None
) -> None:
    """Suspend, resume or archive. Jobs queued before carry the old epoch and are refused; sessions outlive a suspension.

    As the operator, whose right it is: web processes hold no owner's connection. Raises UnknownCommittee, WrongState.
    """
    with tenancy.as_operator(), transaction.atomic():
        row = Committee.objects.select_for_update().filter(code=code).first()
        if row is None:
            raise tenancy.UnknownCommittee(code)
        if only_from is not None and row.state != only_from:
            raise WrongState(row.state)
        old, row.state, row.epoch = row.state, state, row.epoch + 1
        row.save(update_fields=["state", "epoch"])
        audit.record(by=by, action="registry.set_state", subject=row, old={"state": old}, new={"state": state}, why=why)
    queries.forget_routes()
