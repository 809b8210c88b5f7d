"""The committees of the deployment, their tree and their hosts. Public schema; names of offices, no persons."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.validators import RegexValidator
from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

from core import clock, tenancy
from core.models import Row


class Level(models.TextChoices):
    NATIONAL = "national", "全国"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    DISTRICT = "district", "区级"
    COUNTY = "county", "县级"
    BANNER = "banner", "旗级"
    LIAISON_WORK_COMMITTEE = "liaison_work_committee", "联络工作委员会"


class State(models.TextChoices):
    MAKING = "making", "开通中"
    ACTIVE = "active", "使用中"
    SUSPENDED = "suspended", "已暂停"
    ARCHIVED = "archived", "已归档"


class Step(models.TextChoices):
    """How far the making of a committee is; the next step starts from here, however the last run ended."""

    MADE = "made", "库已建成"
    PREPARED = "prepared", "办法已采用"
    DONE = "done", "完成"


class Committee(TenantMixin, Row):  # type: ignore[misc]
    """One tenant. `epoch` grows whenever jobs queued before must stop being valid."""

    auto_create_schema = False  # schemas come from the script, see registry.provisioning
    auto_drop_schema = False

    schema_name = models.CharField(max_length=42, unique=True, validators=[RegexValidator(tenancy.SCHEMA_NAME)])
    code = models.CharField(max_length=40, unique=True, validators=[RegexValidator(tenancy.CODE)])
    name = models.CharField(max_length=100)
    slug = models.CharField(max_length=40, unique=True)
    level = models.CharField(max_length=30, choices=Level)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    state = models.CharField(max_length=20, choices=State, default=State.MAKING)
    epoch = models.PositiveIntegerField(default=1)
    schema_version = models.CharField(max_length=64, blank=True)
    step = models.CharField(max_length=20, choices=Step, default=Step.DONE)
    step_at = models.DateTimeField(default=clock.now)
    template = models.CharField(max_length=100, blank=True)  # ordered as the first policy
    problem = models.CharField(max_length=500, blank=True)  # why the last making or migration of it ended
    kept_until = models.DateField(null=True)  # archived: its data may be deleted after this day

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Not TenantMixin.save: it reaches for schemas; provisioning does that, in one transaction.
        super(TenantMixin, self).save(*args, **kwargs)

    def __enter__(self) -> NoReturn:
        raise TypeError("`with committee:` leaks across threads; use core.tenancy.inside(code)")

    def activate(self) -> NoReturn:
        raise TypeError("use core.tenancy.inside(code)")


class FormerParent(Row):
    """Whom a committee belonged to before it moved. `until` is the first day under the next parent; the present one stands in `Committee`."""

    committee = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="former_parents")
    parent = models.ForeignKey(Committee, null=True, on_delete=models.SET_NULL, related_name="+")
    until = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["committee", "until"], name="one_former_parent_until")]


class Domain(DomainMixin, Row):  # type: ignore[misc]
    """A further host of a committee, beside `<slug>.<base domain>`; proven to be its own (`registry.domains`)."""

    tenant = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="domains")
    token = models.CharField(max_length=64)  # what its DNS record must say
    proven_until = models.DateTimeField()  # answers no longer than this without being seen again


class DomainClaim(Row):
    """A domain asked for and not yet proven."""

    committee = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="domain_claims")
    domain = models.CharField(max_length=253)
    token = models.CharField(max_length=64)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["committee", "domain"], name="one_claim_per_domain")]


class SchemaScript(Row):
    """The SQL that makes a committee's schema, built from the template schema at each release."""

    fingerprint = models.CharField(max_length=64, unique=True)
    sql = models.TextField()


class RunState(models.TextChoices):
    """Of a run of the migration controller; one killed stays `running` without holding the lock (`registry.runs`)."""

    RUNNING = "running", "升级中"
    DONE = "done", "完成"
    FAILED = "failed", "有委员会没有升级"
    STOPPED = "stopped", "中途停下"


class MigrationRun(Row):
    """One run of `lianxin migrate` that found something to do; `created_at` is its start."""

    version = models.CharField(max_length=64)  # the fingerprint it brings committees to
    state = models.CharField(max_length=20, choices=RunState, default=RunState.RUNNING)
    total = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)  # what it did last, in words
    longest = models.FloatField(default=0)  # seconds of the longest transaction in one committee
    moved_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)


class BatchCursor(Row):
    """How far a migration that goes in batches is in one committee; gone when it is done."""

    committee = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="+")
    migration = models.CharField(max_length=300)  # app.name
    operation = models.PositiveSmallIntegerField(default=0)
    after = models.CharField(max_length=100, blank=True)  # the key of the last row changed
    rows = models.PositiveBigIntegerField(default=0)
    batches = models.PositiveIntegerField(default=0)
    moved_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["committee", "migration"], name="one_cursor_per_migration")]
