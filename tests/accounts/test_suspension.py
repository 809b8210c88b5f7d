"""A session is of one epoch; written for real, for a suspension is the operator's and another connection's."""

from __future__ import annotations

from django.db import connections
from django.test import Client

from accounts import actions
from core import tenancy
from core.audit import SYSTEM
from registry.models import Committee, State
from registry.provisioning import set_state
from registry.queries import forget_routes

SECRET = "correct horse battery"


def test_a_session_does_not_survive_suspension(committed):
    place_host = "anhua.localhost"
    try:
        with tenancy.inside("430923"):
            actions.create_user(username="epoch", display_name="某", password=SECRET, roles=["leader"], by=SYSTEM)
        client = Client(headers={"host": place_host})
        client.post("/sign-in/", {"username": "epoch", "password": SECRET})
        assert client.get("/policy/").status_code == 200
        set_state(code="430923", state=State.SUSPENDED)
        assert client.get("/policy/").status_code == 503
        set_state(code="430923", state=State.ACTIVE)
        assert client.get("/policy/").status_code == 302
    finally:
        Committee.objects.using("owner").filter(code="430923").update(state=State.ACTIVE)
        forget_routes()
        with connections["owner"].cursor() as cursor:
            for table in (
                "accounts_session",
                "accounts_rolegrant",
                "accounts_user",
                "core_auditwords",
                "core_auditevent",
            ):
                cursor.execute(f"DELETE FROM c_430923.{table}")
            cursor.execute("DELETE FROM public.core_auditevent WHERE action = 'registry.set_state'")
