"""A trail stands or falls with the write it tells of."""

from __future__ import annotations

import pytest
from django.db import transaction

from core import audit, tenancy
from core.models import AuditEvent


def test_a_trail_outside_a_transaction_is_refused(committed):
    with tenancy.inside("430923"):
        before = AuditEvent.objects.count()
        with pytest.raises(RuntimeError, match="inside transaction"):
            audit.record(by=audit.SYSTEM, action="test.write", subject=None)
        assert AuditEvent.objects.count() == before


def test_a_trail_goes_when_its_write_is_undone(committed):
    with tenancy.inside("430923"):
        before = AuditEvent.objects.count()
        with pytest.raises(KeyError), transaction.atomic():
            audit.record(by=audit.SYSTEM, action="test.write", subject=None)
            raise KeyError("halt")
        assert AuditEvent.objects.count() == before
