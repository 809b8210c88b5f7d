"""The OpenAPI is the code's, is told to whoever asks, and is kept by every answer to what it allows and what it forbids.

`LIANXIN_FUZZ=500` asks that many times per operation instead of a few.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import yaml
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.renderers import OpenApiYamlRenderer
from hypothesis import HealthCheck, given
from hypothesis import settings as tuned
from schemathesis import GenerationMode, checks
from schemathesis.generation.feedback import FeedbackSources

from accounts.tokens import issue_token
from api.told import openapi
from api.views import FILE
from config.routes import routes
from core import clock
from core.audit import SYSTEM
from tenants.activities.actions import register_activity
from tenants.liaison.actions import register_contact
from tenants.reports.actions import close_period
from tenants.voices.actions import register_output
from tests.api.conftest import DAY

pytestmark = pytest.mark.django_db


def test_the_golden_file_is_what_the_code_says():
    now = OpenApiYamlRenderer().render(openapi(), renderer_context={})
    assert FILE.read_bytes() == now, "write it anew: python -m api.told > api/openapi.yaml"


def test_every_route_stands_in_it_with_its_methods():
    told = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["paths"]
    served = [one for one in routes() if one["path"].startswith("/api/v1/") and one["permission"] != "public"]
    mine = {re.sub(r"<\w+:(\w+)>", r"{\1}", one["path"]): {name.lower() for name in one["methods"]} for one in served}
    assert {path: set(methods) for path, methods in told.items()} == mine


def test_schema_and_page_are_open_to_read(anhua, client):
    here = {"host": anhua.host}
    answer = client.get("/api/v1/schema/", headers=here)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/yaml; charset=utf-8")
    body = client.get("/api/v1/docs/", headers=here).content.decode()
    assert "/api/v1/contacts/{id}/withdraw/" in body
    assert "登记联系" in body
    assert "http" not in body.replace(f"http://{anhua.host}", "").replace("http://www.w3.org", "")


CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
TIMES = int(os.environ.get("LIANXIN_FUZZ", "1"))


def _operations(app: Any, host: str) -> list[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", app, headers={"Host": host})
    return [found.ok() for found in schema.get_all_operations()]


def _kinds(operation: Any, known: dict[str, str]) -> Iterator[Any]:
    """What is asked of an operation: what is allowed, about rows there are; what is forbidden; deeper, anything allowed."""
    there = {"id": known.get(operation.path.split("/")[3]), "period": "2022-11", "source": "contacts"}
    there = {name: value for name, value in there.items() if value and f"{{{name}}}" in operation.path}
    own = FeedbackSources()  # its words are the schema's; reading our sources for more costs seconds

    def fit(case: Any) -> Any:
        if isinstance(case.body, dict):
            case.body |= {name: value for name, value in known.items() if name in case.body}
        return case

    yield operation.as_strategy(GenerationMode.POSITIVE, feedback=own, path_parameters=there or None).map(fit)
    yield operation.as_strategy(GenerationMode.NEGATIVE, feedback=own)
    if TIMES > 1:
        yield operation.as_strategy(GenerationMode.POSITIVE, feedback=own)


def _known(people: Any, user: Any) -> dict[str, str]:
    """Resource → the id of a row there is."""
    town, today = people(), clock.today()
    member = town.near.pk
    contact = register_contact(member=member, kind="visit", held_on=DAY, summary="走访", today=today, by=SYSTEM)
    activity = register_activity(
        title="调研",
        kind="research",
        organiser_type="committee",
        held_on=DAY,
        participants=[member],
        today=today,
        by=SYSTEM,
    )
    output = register_output(
        type="proposal", title="建议", submitted_on=DAY, authorship="individual", lead=member, today=today, by=SYSTEM
    )
    close_period(period="2022-11", today=today, at=clock.now(), by=SYSTEM)
    found = {
        "members": member,
        "contacts": contact.pk,
        "claims": contact.pk,
        "activities": activity.pk,
        "outputs": output.pk,
    }
    named = {"standing": member, "member": member, "lead": member, "sector": town.sectors[0].pk}
    days = {name: DAY.isoformat() for name in ("held_on", "submitted_on", "joined_on")}
    return {name: str(key) for name, key in (found | named).items()} | days


@pytest.fixture
def app() -> Iterator[Any]:
    """The whole site over WSGI; the connection of the test's transaction is kept, as Django's own test client keeps it."""
    ends = (signals.request_started, signals.request_finished)
    for one in ends:
        one.disconnect(close_old_connections)
    yield get_wsgi_application()
    for one in ends:
        one.connect(close_old_connections)


def test_what_the_schema_allows_and_forbids_finds_no_fault(anhua, app, account, people, settings):
    settings.API_PER_MINUTE = 10**9
    user = account("office")
    known = _known(people, user)
    told = {
        "Host": anhua.host,
        "Authorization": f"Bearer {issue_token(name='x', scope='write', days=1, by=user).secret}",
    }

    def asked(case: Any) -> None:
        with transaction.atomic():
            response = case.call(headers=told)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    few = tuned(
        max_examples=TIMES,
        deadline=None,
        database=None,
        derandomize=TIMES == 1,
        suppress_health_check=list(HealthCheck),
    )
    for operation in _operations(app, anhua.host):
        for kind in _kinds(operation, known):
            few(given(case=kind)(asked))()
