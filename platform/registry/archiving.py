"""The end of a committee: kept untouched until a day, then deleted with a certificate of what was there.

Deleting is the only step that cannot be taken back, so it asks for three things: archived before, the day past, nobody
below. Schema, role and public rows go in one transaction, which also writes the certificate into the trail.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import connections, transaction
from django.db.models import QuerySet

from core import audit, clock, storage, tenancy
from core.db.router import OWNER
from core.errors import DomainError
from core.models import AuditEvent
from registry import interrupt, queries
from registry.alone import alone
from registry.models import Committee, State
from registry.provisioning import WrongState

PUBLIC_ROWS: Mapping[str, str] = {
    "dispatch_cancellation": "committee",
    "dispatch_job": "committee",
    "dispatch_turn": "committee",
    "billing_free_meter": "committee",
    "billing_free_balance": "committee",
    "billing_free_quota": "committee",
    "exchange_delivery": "recipient",
    "exchange_position": "recipient",
    "exchange_publication": "publisher",
}
"""Table and column of what is the committee's own in public, in the order it is deleted. What it sent upwards
(exchange_delivery.sender) belongs to whoever received it, and so do its public keys, by which that is checked; the
deployment's trail (core_auditevent) stays."""


class KeptUntilPast(DomainError):
    code = "kept_until_past"

    def __init__(self, until: dt.date) -> None:
        super().__init__(f"保存到 {until:%Y-%m-%d} 已经过去。请写一个今天以后的日期。", fields={"until": "要晚于今天"})


class NotArchived(DomainError):
    code = "not_archived"

    def __init__(self, row: Committee) -> None:
        super().__init__(
            f"{row.name}现在是“{State(row.state).label}”，没有写明保存日期，不能删除。"
            f"先用 `lianxin committee archive {row.code} --until 日期` 归档。"
        )


class StillKept(DomainError):
    code = "still_kept"

    def __init__(self, row: Committee) -> None:
        super().__init__(f"{row.name}的数据要保存到 {row.kept_until:%Y-%m-%d}（含），这一天之后才能删除。")


class HasChildren(DomainError):
    code = "has_children"

    def __init__(self, row: Committee, codes: list[str]) -> None:
        super().__init__(f"{row.name}还有下级 {'、'.join(codes)}，不能删除。先处理下级。")


class CertificateUnwritable(DomainError):
    code = "certificate_unwritable"

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            f"证明不能写到 {path}（{error.strerror}），未删除任何数据。请用 --certificate 指定一个可写的新文件。"
        )


class ByMissing(DomainError):
    code = "by_missing"

    def __init__(self) -> None:
        super().__init__("请写明由谁决定删除，它会写进证明。", fields={"by": "请写明"})


def archive(*, code: str, until: dt.date, today: dt.date, why: str = "", by: audit.Actor = audit.SYSTEM) -> None:
    """Close the committee and keep its data through `until`; again, with another day, moves the day. As the operator.

    Raises KeptUntilPast, UnknownCommittee, WrongState (one half made).
    """
    if until < today:
        raise KeptUntilPast(until)
    with tenancy.as_operator(), transaction.atomic():
        row = Committee.objects.select_for_update().filter(code=code).first()
        if row is None:
            raise tenancy.UnknownCommittee(code)
        if row.state == State.MAKING:
            raise WrongState(row.state)
        old = {"state": row.state, "kept_until": row.kept_until}
        row.state, row.kept_until, row.epoch = State.ARCHIVED, until, row.epoch + 1
        row.save(update_fields=["state", "kept_until", "epoch"])
        new = {"state": row.state, "kept_until": until}
        audit.record(by=by, action="registry.archive", subject=row, old=old, new=new, why=why)
    queries.forget_routes()


def delete(*, code: str, today: dt.date, by: str, certificate: Path) -> dict[str, Any]:
    """Delete for good; returns the certificate, which also stands in the new file `certificate` and in public's trail.

    `by` is the person or body who decided. As the owner: no web process can. Raises ByMissing, UnknownCommittee,
    NotArchived, StillKept, HasChildren, CertificateUnwritable (nothing is deleted then), alone.Busy.
    """
    if not by.strip():
        raise ByMissing
    with alone(f"committee {code}", what=f"删除 {code}"):
        _refuse(_row(code), today)
        try:
            with certificate.open("x", encoding="utf-8") as file:  # before anything is gone
                os.fsync(file.fileno())
        except OSError as error:
            raise CertificateUnwritable(certificate, error) from error
        try:
            proof = _delete(code, today, by.strip())
        except BaseException:
            certificate.unlink()
            raise
    certificate.write_text(json.dumps(proof, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    queries.forget_routes()
    return proof


def digest(proof: Mapping[str, Any]) -> str:
    """The sha256 a certificate states: of all it says beside the sha256 itself, as canonical JSON."""
    said = {key: value for key, value in proof.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _row(code: str) -> Committee:
    rows = Committee.objects.using(OWNER).select_related("parent")
    row = rows.filter(code=code).first()
    if row is None:
        raise tenancy.UnknownCommittee(code)
    return row


def refuse(row: Committee, today: dt.date, children: QuerySet[Committee]) -> None:
    """Raises NotArchived, StillKept, HasChildren."""
    if row.state != State.ARCHIVED or row.kept_until is None:
        raise NotArchived(row)
    if today <= row.kept_until:
        raise StillKept(row)
    if codes := list(children.order_by("code").values_list("code", flat=True)):
        raise HasChildren(row, codes)


def _refuse(row: Committee, today: dt.date) -> None:
    refuse(row, today, Committee.objects.using(OWNER).filter(parent=row))


def _delete(code: str, today: dt.date, by: str) -> dict[str, Any]:
    with transaction.atomic(using=OWNER):
        Committee.objects.using(OWNER).select_for_update().get(code=code)
        row = _row(code)
        _refuse(row, today)  # again, now that nobody can change it
        proof = _proof(row, by)
        interrupt.reached("counted")
        with connections[OWNER].cursor() as cursor:
            cursor.execute(f'DROP SCHEMA "{row.schema_name}" CASCADE; DROP ROLE "{tenancy.role_of(code)}"')
            for table, column in PUBLIC_ROWS.items():
                cursor.execute(f"DELETE FROM public.{table} WHERE {column} = %s", [code])
        AuditEvent.objects.using(OWNER).create(
            actor_name=by,
            action="registry.delete",
            subject_type=row._meta.label_lower,
            subject_id=row.pk,
            subject_label=row.name,
            new=proof,
        )
        Committee.objects.using(OWNER).filter(pk=row.pk).delete()  # and its domains
        storage.remove_all(code)  # before the commit: killed in between, the same order finds the committee and goes on
        interrupt.reached("deleted")
    interrupt.reached("gone")
    return proof


def _proof(row: Committee, by: str) -> dict[str, Any]:
    proof: dict[str, Any] = {
        "what": "deletion of a committee",
        "committee": {
            "code": row.code,
            "name": row.name,
            "slug": row.slug,
            "level": row.level,
            "parent": row.parent.code if row.parent else None,
            "schema": row.schema_name,
            "role": tenancy.role_of(row.code),
            "schema_version": row.schema_version,
        },
        "kept_until": f"{row.kept_until:%Y-%m-%d}",
        "deleted_at": clock.now().isoformat(timespec="seconds"),
        "by": by,
        "rows": _counts(row),
        "files": storage.stored(row.code),
    }
    return proof | {"sha256": digest(proof)}


def _counts(row: Committee) -> dict[str, int]:
    """Rows per table: every table that is in the schema, whatever this release expects there, and those in public."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p') ORDER BY 1",
            [row.schema_name],
        )
        wanted = {f"{row.schema_name}.{name}": f'"{row.schema_name}"."{name}"' for (name,) in cursor.fetchall()}
        selects = [f"SELECT '{label}', count(*) FROM {table}" for label, table in wanted.items()]
        code = cursor.mogrify("%s", [row.code]).decode()
        selects += [
            f"SELECT 'public.{table}', count(*) FROM public.{table} WHERE {column} = {code}"
            for table, column in PUBLIC_ROWS.items()
        ]
        cursor.execute(" UNION ALL ".join(selects))
        return dict(cursor.fetchall())
