"""Refusals a person can act on. Everything else is a bug and stays loud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """An expected refusal: nothing was changed.

    `message` is Chinese and says what to do; `fields` maps form field names to messages;
    `clause` is the clause id the refusal rests on. Web and API translate it in one place.
    """

    code = "refused"
    status = 409

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fields: Mapping[str, str] | None = None,
        clause: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = dict(fields or {})
        self.clause = clause

    def to_json(self) -> dict[str, Any]:
        """As a machine reads it."""
        return {"code": self.code, "message": self.message, "fields": self.fields, "clause": self.clause}


class NotFound(DomainError):
    """Unknown here; a foreign committee's id must look exactly like one that never existed."""

    code = "not_found"
    status = 404

    def __init__(self, message: str = "没有找到这一条。它可能已被删除，或不属于本会。") -> None:
        super().__init__(message)


class NotAllowed(DomainError):
    """The signed-in user lacks the permission."""

    code = "not_allowed"
    status = 403

    def __init__(self, message: str = "您的账号没有这项权限。如需办理，请联系本会办公室。") -> None:
        super().__init__(message)
