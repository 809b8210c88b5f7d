"""Celery and the whole timetable as one table."""

from __future__ import annotations

import os

import django
from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

from core import loaded
from core.db.starting import refuse_unsafe_pooler

app = Celery("lianxin")
app.conf.update(
    broker_url=settings.REDIS_URL,
    # Before every key, also the queues': two deployments may share a Redis and never take each other's messages.
    broker_transport_options={"global_keyprefix": f"lx:{settings.DEPLOYMENT}:"},
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
    task_default_queue="default",  # a job names its queue (dispatch.registry); a worker without -Q takes this one
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_max_memory_per_child=400_000,  # KiB; WeasyPrint keeps what it took
    timezone="Asia/Shanghai",
    beat_schedule={
        "balance-use": {"task": "billing_free.balance", "schedule": 24 * 3600.0},
        "send-due-jobs": {"task": "dispatch.tick", "schedule": 2.0},
        "check-domains": {"task": "registry.check_domains", "schedule": crontab(hour=4, minute=40)},
        "remind": {"task": "desk.remind_all", "schedule": crontab(hour=7, minute=10)},
        "sweep-files": {"task": "members.sweep_all", "schedule": crontab(hour=3, minute=50)},
        "clean-old-jobs": {"task": "dispatch.clean", "schedule": crontab(hour=3, minute=20)},
    },
)
app.autodiscover_tasks()


@worker_init.connect
def _make_sure(**_: object) -> None:
    """A worker starts only where committees cannot be mixed; the timetable (beat) asks no database."""
    django.setup()
    refuse_unsafe_pooler()
    loaded.stays()  # before it forks
