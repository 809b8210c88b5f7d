"""Making a committee, in steps that stand in public: one transaction for row, role, schema and rights; then its first
policy as the committee's own role; then it is open. A process that dies anywhere leaves nothing, or a row in state
`making` whose `step` says where the next call goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.db import connections, transaction
from django.utils.module_loading import import_string

from core import audit, clock, tenancy
from core.db.router import OWNER
from core.errors import DomainError
from core.tenancy import Committee as Entry
from registry import hosts, interrupt, queries
from registry.alone import alone
from registry.models import Committee, Level, SchemaScript, State, Step
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


class OtherOrder(DomainError):
    """A committee half made is finished as it was ordered, or its schema and its policy could belong to two orders."""

    code = "other_order"

    def __init__(self, row: Committee, differing: Sequence[str]) -> None:
        above = row.parent.code if row.parent else "无"
        super().__init__(
            f"代码 {row.code} 已按另一份内容开通到一半（{row.name}，网址名 {row.slug}，上级 {above}，"
            f"模板 {row.template or '无'}）。请按原内容再运行一次，完成后再改。",
            fields=dict.fromkeys(differing, "与已开通到一半的不一致"),
        )


def create_committee(*, code: str, name: str, slug: str, level: str, parent: str | None, template: str | None) -> Entry:
    """Make the committee, or finish one left half made (state `making`), which must have been ordered alike.

    `template` names a folder of policy_templates to adopt, or None. Raises CommitteeExists, ParentUnknown, BadCode,
    ScriptMissing, OtherOrder, alone.Busy, or the template's own errors; then nothing, or a resumable `making` row, is left.
    """
    check_names(code=code, slug=slug, level=level)
    prepare = import_string(settings.COMMITTEE_PREPARED)
    prepare.check(template=template)
    with alone(f"committee {code}", what=f"开通 {code}"):
        row = Committee.objects.using(OWNER).select_related("parent").filter(code=code, state=State.MAKING).first()
        if row is None:
            row = _make(code=code, name=name, slug=slug, level=level, parent=parent, template=template)
        else:
            _refuse_other(
                row, {"name": name, "slug": slug, "level": level, "parent": parent, "template": template or ""}
            )
        _finish(row, prepare)
    found = queries.committee_by_code(code)
    assert found is not None
    return found


def _refuse_other(row: Committee, ordered: Mapping[str, str | None]) -> None:
    begun = {name: getattr(row, name) for name in ordered} | {"parent": row.parent.code if row.parent else None}
    if differing := [name for name, value in ordered.items() if begun[name] != value]:
        raise OtherOrder(row, differing)


def _finish(row: Committee, prepare: Callable[..., None]) -> None:
    """Every step after the schema; each may run twice."""
    queries.forget_routes()
    if row.step == Step.MADE:
        try:
            with tenancy.inside_while_making(queries.entry_of(row)):
                prepare(template=row.template or None, by=audit.SYSTEM)
        except Exception as error:
            _note(row, problem=f"{type(error).__name__}: {error}"[:500])
            raise
        interrupt.reached("policy adopted")
        _note(row, step=Step.PREPARED, problem="")
        interrupt.reached("policy noted")
    _note(row, step=Step.DONE, state=State.ACTIVE, problem="")
    interrupt.reached("active")
    queries.forget_routes()


def _note(row: Committee, **values: str) -> None:
    Committee.objects.using(OWNER).filter(pk=row.pk).update(step_at=clock.now(), **values)


class BadSlug(DomainError):
    code = "bad_slug"

    def __init__(self, slug: str, *, reserved: bool = False) -> None:
        why = "留给平台自己用" if reserved else "不合规：2 到 40 位小写字母、数字，中间可用连字符"
        super().__init__(f"网址名“{slug}”{why}。请换一个，例如 mouxian。", fields={"slug": why})


def check_names(*, code: str, slug: str, level: str) -> None:
    """Raises BadCode, BadSlug, or a DomainError for a level that cannot be."""
    if not tenancy.CODE.match(code):
        raise BadCode(code)
    try:
        tenancy.role_of(code)
    except ValueError as error:  # with this database's name in front, PostgreSQL would cut it off
        raise BadCode(code) from error
    if not hosts.is_slug(slug):
        raise BadSlug(slug)
    if slug in hosts.RESERVED:
        raise BadSlug(slug, reserved=True)
    if level not in Level.values:
        raise DomainError(f"没有“{level}”这一级别。可选：{'、'.join(Level.values)}。", code="bad_level")


def _make(*, code: str, name: str, slug: str, level: str, parent: str | None, template: str | None = None) -> Committee:
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
        row.step, row.template = Step.MADE, template or ""
        row.save(using=OWNER, force_insert=True)
        interrupt.reached("row")
        _make_schema(code, script.sql)
        interrupt.reached("schema")
    interrupt.reached("made")
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
    """Suspend, resume or archive. Jobs queued before carry the old epoch and are refused; sessions of before are refused as well.

    As the operator, whose right it is: web processes hold no owner's connection. Raises UnknownCommittee, WrongState.
    """
    with tenancy.as_operator(), transaction.atomic():
        row = Committee.objects.select_for_update().filter(code=code).first()
        if row is None:
            raise tenancy.UnknownCommittee(code)
        if row.state == State.MAKING or (only_from is not None and row.state != only_from):
            raise WrongState(row.state)
        old, row.state, row.epoch = row.state, state, row.epoch + 1
        row.kept_until = None  # a date counts for the archiving it was given with
        row.save(update_fields=["state", "epoch", "kept_until"])
        audit.record(by=by, action="registry.set_state", subject=row, old={"state": old}, new={"state": state}, why=why)
    queries.forget_routes()
