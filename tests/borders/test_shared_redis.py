"""S3: nothing in Redis is found by another committee or another deployment, whatever keys are chosen."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest
import redis
from celery import Celery
from django.conf import settings as ours
from django.core.cache import cache
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from config.celery_app import app
from core import tenancy
from core.cache import ForeignValue, OwnedSerializer, make_key
from core.tenancy import Context
from tests.dispatch.test_redis import URL

NAMES = st.text("ab:/0123456789-_.", min_size=1, max_size=6)
CODES = st.none() | st.text("ab01", min_size=1, max_size=4)


class _As:
    """Stand in a committee without a database: keys need nothing but the context."""

    def __init__(self, deployment: str, code: str | None) -> None:
        self.deployment, self.code = deployment, code

    def __enter__(self) -> None:
        self.kept, ours.DEPLOYMENT = ours.DEPLOYMENT, self.deployment
        committee = tenancy.Committee(self.code, "", "", "county", None, "active", 1) if self.code else None
        self.token = tenancy._context.set(Context(role=None, committee=committee))

    def __exit__(self, *_: object) -> None:
        tenancy._context.reset(self.token)
        ours.DEPLOYMENT = self.kept


@given(st.tuples(NAMES, CODES, NAMES, st.sampled_from([1, 2, 11]), st.text(max_size=8)), st.data())
@how(max_examples=300)
def test_two_keys_are_equal_only_when_deployment_committee_and_all_they_are_made_of_are(one, data):
    """The other is drawn near the first, where collisions would be."""
    deployment, code, key, version, key_prefix = one
    near = st.tuples(
        st.just(deployment) | NAMES,
        st.just(code) | CODES,
        st.just(key) | NAMES | st.just(f"{version}:{key}") | st.just(f"{key_prefix}:{key}"),
        st.sampled_from([1, 2, 11]),
        st.just(key_prefix) | st.text(max_size=8) | st.just(f"{key_prefix}:"),
    )
    other = data.draw(near)

    def spelled(parts: tuple) -> str:
        with _As(parts[0], parts[1]):
            return make_key(parts[2], parts[4], parts[3])

    assert (spelled(one) == spelled(other)) == (one == other)


@given(NAMES, CODES, NAMES, CODES)
def test_a_value_says_whose_it_is_and_is_refused_by_anybody_else(deployment, code, other_deployment, other_code):
    with _As(deployment, code):
        written = OwnedSerializer().dumps({"figure": "x"})
    with _As(other_deployment, other_code):
        if (deployment, code) == (other_deployment, other_code):
            assert OwnedSerializer().loads(written) == {"figure": "x"}
        else:
            with pytest.raises(ForeignValue):
                OwnedSerializer().loads(written)


def test_a_foreign_value_is_never_unpickled():
    class Trap:
        def __reduce__(self) -> tuple:
            return pytest.fail, ("unpickled",)

    with pytest.raises(ForeignValue):
        OwnedSerializer().loads(b"elsewhere/430923\n" + pickle.dumps(Trap()))
    with pytest.raises(ForeignValue):
        OwnedSerializer().loads(pickle.dumps(Trap()))  # of before values had owners


@pytest.fixture
def two_places(place) -> Iterator[tuple]:
    yield place("anhua"), place("nanxian")
    for one in ("anhua", "nanxian"):
        with place(one).inside():
            cache.clear()


def test_what_one_committee_caches_the_sibling_and_the_deployment_do_not_find(two_places):
    anhua, nanxian = two_places
    with anhua.inside():
        cache.set_many({"a": "安化", "b": [1, 2]}, 60)
        assert cache.get_many(["a", "b"]) == {"a": "安化", "b": [1, 2]}
    for elsewhere in (nanxian.inside(), tenancy.nowhere(), tenancy.as_operator()):
        with elsewhere:
            assert cache.get("a") is None
            assert cache.get_many(["a", "b"]) == {}


def test_a_value_copied_under_anothers_key_is_a_miss(two_places):
    anhua, nanxian = two_places
    raw = redis.Redis.from_url(ours.REDIS_URL)
    with anhua.inside():
        cache.set("a", "安化", 60)
        source = cache.make_key("a")
    with nanxian.inside():
        raw.copy(source, cache.make_key("a"), replace=True)
        assert cache.get("a", "nothing") == "nothing"
        assert cache.get_many(["a"]) == {}


def test_clearing_one_committees_cache_leaves_everybody_elses_and_the_queue(two_places):
    anhua, nanxian = two_places
    raw = redis.Redis.from_url(ours.REDIS_URL)
    raw.set("lx:somebody:queue", "1", ex=60)
    for one in two_places:
        with one.inside():
            cache.set("a", one.slug, 60)
            cache.set("many", 7, 60)
    with anhua.inside():
        assert cache.clear()
        assert cache.get("a") is cache.get("many") is None
    with nanxian.inside():
        assert (cache.get("a"), cache.get("many")) == ("nanxian", 7)
    assert raw.get("lx:somebody:queue") == b"1"


def _sender(deployment: str) -> Celery:
    made = Celery("test", broker=URL)
    options = app.conf.broker_transport_options["global_keyprefix"].replace(ours.DEPLOYMENT, deployment)
    made.conf.update(task_default_queue="default", broker_transport_options={"global_keyprefix": options})
    return made


def test_two_deployments_on_one_redis_have_queues_of_their_own():
    client = redis.Redis.from_url(URL)
    client.flushdb()
    assert ours.DEPLOYMENT in app.conf.broker_transport_options["global_keyprefix"]
    for deployment in ("east", "west"):
        sender = _sender(deployment)
        sender.send_task("dispatch.tick", ignore_result=True, retry=False)
        sender.close()
    try:
        assert client.llen("lx:east:default") == client.llen("lx:west:default") == 1
        assert {key.split(b":")[1] for key in client.keys("*")} == {b"east", b"west"}
    finally:
        client.flushdb()
