"""Real PostgreSQL for every test that asks for it: one database per worker, made the way a deployment makes it.

The database is bootstrapped, migrated and provisioned once per session (schemas from the script, not by
migrations per committee); each test runs in a transaction that is rolled back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import settings

from core import loaded
from tests.cheap import passwords_cost_little
from tests.environment import ADMIN_URL, DATABASE, PASSWORD
from tests.removal import drop, forget_jobs

# No test asserts a time: machines are busy. Fewer examples than usual, anew at every run; `LIANXIN_EXAMPLES=1000` digs deeper.
settings.register_profile("suite", deadline=None, max_examples=int(os.environ.get("LIANXIN_EXAMPLES", "40")))
settings.load_profile("suite")

COMMITTEES = [  # code, name, slug, level, parent, template: two provinces with look-alike children
    ("430000", "政协湖南省委员会", "hunan", "province", None, None),
    ("440000", "政协广东省委员会", "guangdong", "province", None, None),
    ("430900", "政协益阳市委员会", "yiyang", "city", "430000", "yiyang-2021"),
    ("430923", "政协安化县委员会", "anhua", "county", "430900", "yiyang-2021"),
    ("430921", "政协南县委员会", "nanxian", "county", "430900", "yiyang-2021"),
    ("440100", "政协广州市委员会", "guangzhou", "city", "440000", "guangzhou-2020"),
    ("150600", "政协鄂尔多斯市委员会", "ordos", "city", None, "ordos-2021"),  # a document without numbers
]


LONGEST = (  # files of more than ten seconds on a quiet machine, in the order of their length
    "test_told", "test_one_year", "test_first_light", "test_the_sum", "test_reach", "test_trail", "test_access", "test_fuzz", "test_operate", "test_batches",
    "test_crossing_hosts", "test_context_machine", "test_catalog", "test_interruption", "test_migration", "test_importing",
    "test_commands", "test_openapi", "test_redis", "test_down", "test_counters_agree", "test_foreign_ids", "test_exclusive", "test_archiving",
    "test_cli", "test_judge", "test_isolation", "test_home", "test_load", "test_resolve",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: begun last, one of them would leave the other process idle."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONGEST)))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What stands now, Django and four thousand tests, stands to the end: looking through it for garbage was a tenth of the run."""
    loaded.stays()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files stay whole, as `loadfile` has it, and all journeys stay together: they share one deployment."""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "tests/journeys" if nodeid.startswith("tests/journeys/") else super()._split_scope(nodeid)

    return Together(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What the journeys measured, for people to read; nothing fails by it."""
    told = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "figure" and report.when == "call"
    ]
    for line in told:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session", autouse=True)
def _passwords_cost_little() -> None:
    passwords_cost_little()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: object) -> Iterator[None]:
    """Replaces pytest-django's: the database is made by our own bootstrap, as users without superuser rights."""
    from django.conf import settings
    from django.db import connections

    from core.bootstrap import Names, bootstrap
    from registry.migration import migrate
    from registry.provisioning import create_committee

    assert settings.DATABASE_NAME == DATABASE, "settings were read before tests.environment; run pytest from the root"
    drop(DATABASE)
    bootstrap(
        admin_url=ADMIN_URL,
        names=Names(DATABASE, *(f"{DATABASE}_{who}" for who in ("owner", "app", "operator", "committee"))),
        owner_password=PASSWORD,
        app_password=PASSWORD,
    )
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        migrate()
        for code, name, slug, level, parent, template in COMMITTEES:
            create_committee(code=code, name=name, slug=slug, level=level, parent=parent, template=template)
    yield
    for connection in connections.all():
        connection.close()
    drop(DATABASE)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """Access outside any transaction, as in production. Nothing is rolled back; jobs are removed, the test tidies the rest."""
    from django.db import connections

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        for connection in connections.all():
            connection.close()
    forget_jobs(DATABASE)


@dataclass(frozen=True)
class Place:
    """A committee in tests: `with place:` enters it; `place.host` serves it."""

    code: str
    slug: str

    @property
    def host(self) -> str:
        return f"{self.slug}.localhost"

    def inside(self) -> AbstractContextManager[object]:
        from core import tenancy

        return tenancy.inside(self.code)


PLACES = {slug: Place(code, slug) for code, _, slug, *_ in COMMITTEES}


@pytest.fixture
def place(db: None) -> Callable[[str], Place]:
    """`place("anhua").inside()` enters a committee; `.host` is its host name."""
    return PLACES.__getitem__


@pytest.fixture
def anhua(db: None) -> Iterator[Place]:
    """The test runs inside Anhua (Yiyang's policy, data entered by members themselves)."""
    with PLACES["anhua"].inside():
        yield PLACES["anhua"]


@pytest.fixture
def yiyang(db: None) -> Iterator[Place]:
    with PLACES["yiyang"].inside():
        yield PLACES["yiyang"]


@pytest.fixture
def guangzhou(db: None) -> Iterator[Place]:
    """The test runs inside Guangzhou (members' entries are claims until the office confirms)."""
    with PLACES["guangzhou"].inside():
        yield PLACES["guangzhou"]


@pytest.fixture(scope="module")
def for_the_file(django_db_setup: None, django_db_blocker: object) -> Iterator[Callable[..., object]]:
    """`for_the_file("anhua", make)` is what `make()` builds there, once for a file: what is costly to build and only looked at.

    It lies in a transaction around the file's tests, so each undoes its own changes alone; all tests of the file must
    expect it, and none may commit. Hand out copies of model instances: a test may change them.
    """
    from django.db import transaction

    with ExitStack() as afterwards:

        def undo(block: transaction.Atomic) -> None:
            with django_db_blocker.unblock():  # type: ignore[attr-defined]
                transaction.set_rollback(True)
                block.__exit__(None, None, None)

        def built(slug: str, make: Callable[[], object]) -> object:
            with django_db_blocker.unblock():  # type: ignore[attr-defined]
                block = transaction.atomic()
                block._from_testcase = True
                block.__enter__()
                afterwards.callback(undo, block)
                with PLACES[slug].inside():
                    return make()

        yield built


@pytest.fixture
def account(db: None) -> Callable[..., object]:
    """`account("office")` makes a user with that role, narrowed to `scope`, in the committee the test stands in."""
    return make_account


def make_account(
    role: str,
    username: str | None = None,
    display_name: str | None = None,
    *,
    scope: object = "",
    password: str | None = None,
) -> object:
    from accounts.actions import create_user
    from accounts.roles import Assignment
    from core.audit import SYSTEM

    name = username or role
    roles = [Assignment(role, str(scope))]
    return create_user(username=name, display_name=display_name or name, password=password, roles=roles, by=SYSTEM)


@pytest.fixture
def browser_of(client: object) -> Callable[..., object]:
    """`browser_of(place, user)` is a Django test client on the committee's host, signed in as the user.

    Call it while standing inside the committee: the session row is written there.
    """
    from django.test import Client

    def make(place: Place, user: object | None = None) -> Client:
        made = Client(headers={"host": place.host})
        if user is not None:
            made.force_login(user)
        return made

    return make
