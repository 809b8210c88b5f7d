"""Ordering a new committee on the web. A job on queue `provision` makes it: its worker alone may act as the owner."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from core import audit, tenancy
from core.errors import DomainError
from dispatch.actions import enqueue_for_deployment
from dispatch.models import UNDER_WAY, Job
from registry import provisioning
from registry.models import Committee, State

PROVISION = "registry.provision"


class OrderedAlready(DomainError):
    code = "ordered_already"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"代码 {code} 正在开通，不用再交一次。请到“后台任务”看进度。", fields={"code": "正在开通，请看后台任务"}
        )


@transaction.atomic
def order(
    *, code: str, name: str, slug: str, level: str, parent: str | None, template: str | None, by: audit.Actor
) -> Job:
    """Queue the making of a committee; one left half made (state `making`) is finished.

    Refuses at once what the worker would refuse, so that nobody waits for it: CommitteeExists, ParentUnknown, BadCode,
    the template's own errors, OrderedAlready. As the operator.
    """
    values = {"code": code, "name": name, "slug": slug, "level": level, "parent": parent, "template": template}
    provisioning.check_names(code=code, slug=slug, level=level)
    import_string(settings.COMMITTEE_PREPARED).check(template=template)
    _refuse_taken(code=code, slug=slug, parent=parent)
    job = enqueue_for_deployment(PROVISION, by=by, **values)
    audit.record(by=by, action="registry.order", subject=None, new=values)
    return job


def _refuse_taken(*, code: str, slug: str, parent: str | None) -> None:
    committees = Committee.objects.all()
    if committees.filter(code=code).exclude(state=State.MAKING).exists():
        raise provisioning.CommitteeExists(f"代码 {code} ")
    if committees.filter(slug=slug).exclude(code=code).exists():
        raise provisioning.CommitteeExists(f"网址名 {slug} ")
    if parent and not committees.filter(code=parent).exists():
        raise provisioning.ParentUnknown(parent)
    if Job.objects.filter(task=PROVISION, state__in=UNDER_WAY, ids__code=code).exists():
        raise OrderedAlready(code)


def provision(*, code: str, name: str, slug: str, level: str, parent: str | None, template: str | None) -> str:
    """Make what was ordered, with the owner's connection; a second run finds it made. Raises what create_committee raises."""
    with tenancy.nowhere():
        made = Committee.objects.filter(code=code, slug=slug, state=State.ACTIVE).exists()
    if not made:
        provisioning.create_committee(code=code, name=name, slug=slug, level=level, parent=parent, template=template)
    return f"{name}已开通，网址是 {slug}.{settings.BASE_DOMAIN}。"
