"""The operator's site on the bare host: what it shows, what it changes, and what it cannot read."""

from __future__ import annotations

import datetime as dt
import re
from unittest.mock import patch

import pytest
from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection, connections, transaction
from django.test import Client

from accounts.actions import create_user
from accounts.roles import Role
from billing_free import actions as billing
from billing_free.quotas import What
from config.routes import routes
from core import tenancy
from core.audit import SYSTEM
from core.models import AuditEvent
from dispatch import work
from dispatch.actions import enqueue
from dispatch.models import Job, JobState
from registry import archiving, ending, lifecycle, onboarding, provisioning, queries, runs, schema_script
from registry.alone import alone
from registry.lifecycle import NoReason
from registry.models import Committee, State
from registry.onboarding import OrderedAlready
from registry.places import navigation
from tenants.members.actions import add_member, add_sector
from tenants.reports.actions import CLOSE_PERIOD

ANHUA = "430923"
PUBLIC_ROUTES = [one for one in routes() if one["host"] == "public" and one["path"].startswith("/operate/")]
NOBODYS_ID = "0192f0c0-0000-7000-8000-000000000000"
TAOJIANG = {
    "code": "430922", "name": "政协桃江县委员会", "slug": "taojiang", "level": "county", "parent": "430900",
    "template": "yiyang-2021",
}  # fmt: skip


def _client(role: str | None = "operator") -> Client:
    client = Client(headers={"host": settings.BASE_DOMAIN})
    if role:
        with tenancy.as_operator():
            client.force_login(create_user(username=role, display_name=role, password=None, roles=[role], by=SYSTEM))
    return client


def _text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[-600:]
    return answer.content.decode()


def _address(path: str) -> str:
    path = path.replace("<slug:what>", "members").replace("<slug:code>", ANHUA)
    return re.sub(r"<uuid:\w+>", NOBODYS_ID, path)


@pytest.fixture(autouse=True)
def _fresh_routes():
    yield
    queries.forget_routes()


# --- who ------------------------------------------------------------------------------------------


def test_the_operators_site_has_its_pages():
    assert len(PUBLIC_ROUTES) >= 9
    assert {one["permission"] for one in PUBLIC_ROUTES} == {"operate"}


@pytest.mark.parametrize("role", sorted(Role.by_name))
def test_only_operators_open_it(db, role):
    client = _client(role)
    for route in PUBLIC_ROUTES:
        status = client.get(_address(route["path"])).status_code
        assert status in ({200, 404, 405} if role == "operator" else {403}), (route["path"], status)


def test_the_signed_out_are_sent_to_sign_in(db):
    for route in PUBLIC_ROUTES:
        answer = _client(None).get(_address(route["path"]))
        assert (answer.status_code, answer["location"][:9]) == (302, "/sign-in/")


def test_a_committees_host_does_not_serve_it(anhua, account, browser_of):
    assert browser_of(anhua, account("office")).get("/operate/").status_code == 404


def test_a_phones_bar_holds_five_places():
    with patch("registry.places.may", return_value=True):
        shown = navigation(user=None, path="/operate/trail/")
    assert [one["label"] for one in shown if one["current"]] == ["操作记录"]
    assert sum(one["bar"] for one in shown) == 5


def test_an_operator_arrives_at_the_committees(db):
    assert _client().get("/")["location"] == "/operate/"
    assert "平台运维登录" in _text(_client(None).get("/"))


# --- committees -----------------------------------------------------------------------------------


def test_the_tree_stands_parents_before_children_and_can_be_filtered(db):
    client = _client()
    page = _text(client.get("/operate/"))
    assert page.index("政协湖南省委员会") < page.index("政协益阳市委员会") < page.index("政协安化县委员会")
    assert "政协益阳市委员会" not in _text(client.get("/operate/?q=安化"))
    below = _text(client.get("/operate/?below=430900"))
    assert "政协安化县委员会" in below
    assert "政协广州市委员会" not in below
    assert "没有符合条件的委员会" in _text(client.get("/operate/?state=archived"))


def test_one_committees_page_and_an_unknown_one(db):
    page = _text(_client().get(f"/operate/committees/{ANHUA}/"))
    assert "政协益阳市委员会" in page
    assert "暂停使用…" in page
    _text(_client("office").get("/operate/committees/999999/"), 403)


def test_an_unknown_committee_is_404(db):
    client = _client()
    for path in ("", "use/", "use/members/", "suspend/"):
        assert client.get(f"/operate/committees/999999/{path}").status_code == 404
    assert client.get(f"/operate/committees/{ANHUA}/use/gold/").status_code == 404


def test_suspending_from_the_web_needs_a_reason_and_closes_the_site(db):
    client = _client()
    address = f"/operate/committees/{ANHUA}/suspend/"
    assert "下级照常使用" in _text(client.get(address))
    assert "请填写原因" in _text(client.post(address, {"why": " "}), 422)
    assert client.post(address, {"why": "合并机构"}).status_code == 302
    assert Client(headers={"host": "anhua.localhost"}).get("/sign-in/").status_code == 503
    with tenancy.as_operator():
        trail = AuditEvent.objects.filter(action="registry.set_state").latest("created_at")
        assert (trail.actor_name, trail.why, trail.old, trail.new) == (
            "operator", "合并机构", {"state": "active"}, {"state": "suspended"},
        )  # fmt: skip
    assert client.post(f"/operate/committees/{ANHUA}/resume/", {"why": "合并完成"}).status_code == 302
    assert Client(headers={"host": "anhua.localhost"}).get("/sign-in/").status_code == 200


def test_the_action_itself_wants_a_reason(db):
    with pytest.raises(NoReason):
        lifecycle.change(code=ANHUA, to=State.SUSPENDED, why=" ", by=SYSTEM)
    with pytest.raises(tenancy.UnknownCommittee):
        lifecycle.change(code="999999", to=State.SUSPENDED, why="试", by=SYSTEM)


def test_a_step_from_the_wrong_state_is_refused_and_changes_nothing(db):
    client = _client()
    assert "不能这样变更" in _text(client.post(f"/operate/committees/{ANHUA}/resume/", {"why": "试"}), 422)
    with tenancy.as_operator():
        assert Committee.objects.get(code=ANHUA).epoch == 1
        assert not AuditEvent.objects.filter(action="registry.set_state").exists()


def test_the_state_is_changed_without_the_owners_connection(db):
    with pytest.raises(AssertionError, match="not allowed"):  # what the suite forbids here, a web process does not have
        connections["owner"].cursor()
    provisioning.set_state(code=ANHUA, state=State.SUSPENDED)
    with tenancy.as_operator():
        assert Committee.objects.get(code=ANHUA).state == State.SUSPENDED


def _row(**values) -> None:
    """As the owner in this test's transaction: what no web process may write."""
    with tenancy.as_operator():
        assert Committee.objects.filter(code=ANHUA).update(**values)


def test_archiving_from_the_web_asks_for_a_day_and_a_reason_and_can_be_taken_back(db):
    client, address = _client(), f"/operate/committees/{ANHUA}/archive/"
    assert "数据原样保存" in _text(client.get(address))
    assert "请填写原因" in _text(client.post(address, {"until": "2032-12-31", "why": ""}), 422)
    assert client.post(address, {"until": "2032-12-31", "why": "撤并"}).status_code == 302
    page = _text(client.get(f"/operate/committees/{ANHUA}/"))
    assert "2032-12-31" in page
    assert "取消归档…" in page
    assert "彻底删除…" not in page
    assert Client(headers={"host": "anhua.localhost"}).get("/sign-in/").status_code == 503
    assert client.post(f"/operate/committees/{ANHUA}/unarchive/", {"why": ""}).status_code == 422
    assert client.post(f"/operate/committees/{ANHUA}/unarchive/", {"why": "不撤了"}).status_code == 302
    queries.forget_routes()
    assert Client(headers={"host": "anhua.localhost"}).get("/sign-in/").status_code == 200
    trail = _text(client.get("/operate/trail/?q=撤"))
    assert trail.index("不撤了") < trail.index("撤并")
    assert "已归档" in trail


def test_a_day_gone_by_is_refused_on_the_form(db):
    address = f"/operate/committees/{ANHUA}/archive/"
    assert "要晚于今天" in _text(_client().post(address, {"until": "2022-11-29", "why": "撤并"}), 422)


def test_deleting_from_the_web_wants_it_archived_past_its_day_and_its_name_by_hand(db):
    client, address = _client(), f"/operate/committees/{ANHUA}/delete/"
    good = {"name": "政协安化县委员会", "why": "撤销"}
    assert "不能恢复" in _text(client.get(address))
    assert "不能删除" in _text(client.post(address, good), 422)
    _row(state="archived", kept_until=dt.date(2032, 12, 31))
    assert "之后才能删除" in _text(client.post(address, good), 422)
    _row(kept_until=dt.date(2022, 11, 29))
    assert "彻底删除…" in _text(client.get(f"/operate/committees/{ANHUA}/"))
    assert "与全称不一致" in _text(client.post(address, good | {"name": "安化"}), 422)
    assert "请填写原因" in _text(client.post(address, good | {"why": ""}), 422)
    with tenancy.as_operator():
        assert not Job.objects.filter(task=ending.DELETE).exists()
    assert client.post(address, good).status_code == 302
    assert "已经交办" in _text(client.post(address, good), 422)


def test_one_with_others_below_cannot_be_deleted(db):
    with tenancy.as_operator():
        Committee.objects.filter(code="430900").update(state="archived", kept_until=dt.date(2022, 11, 29))
    answer = _client().post("/operate/committees/430900/delete/", {"name": "政协益阳市委员会", "why": "撤"})
    assert "还有下级" in _text(answer, 422)


def test_an_ordered_deletion_is_done_by_the_worker_and_its_certificate_can_be_fetched(operator, settings, tmp_path):
    settings.CERTIFICATES = str(tmp_path / "certificates")
    provisioning.create_committee(**TAOJIANG)
    with tenancy.as_operator():
        Committee.objects.filter(code="430922").update(state="archived", kept_until=dt.date(2022, 11, 29))
    queries.forget_routes()
    answer = operator.post("/operate/committees/430922/delete/", {"name": TAOJIANG["name"], "why": "撤销"})
    (message,) = _messages()
    assert message["queue"] == "provision"
    assert work.run(message) == JobState.DONE
    assert "已删除" in _text(operator.get(answer["location"]))
    assert operator.get("/operate/committees/430922/").status_code == 404
    trail = _text(operator.get("/operate/trail/?action=registry.delete"))
    address = re.search(r'/operate/trail/[^"]+/certificate.json', trail)[0]
    proof = operator.get(address)
    assert "deletion-430922.json" in proof["Content-Disposition"]
    assert proof.json()["sha256"] == archiving.digest(proof.json())
    assert [path.name[:15] for path in (tmp_path / "certificates").iterdir()] == ["deletion-430922"]
    with tenancy.as_operator():
        by = AuditEvent.objects.filter(action="registry.delete").latest("created_at").actor_name
    assert by == "operator"
    assert "已删除" in ending.delete(code="430922", name="桃江", by=SYSTEM)  # again, without harm


def test_one_half_made_shows_its_step_its_problem_and_a_way_to_go_on(committed, operator):
    provisioning._make(**TAOJIANG)
    Committee.objects.using("owner").filter(code="430922").update(problem="磁盘满了")
    page = _text(operator.get("/operate/committees/430922/"))
    for words in ("库已建成", "磁盘满了", "template=yiyang-2021", "parent=430900"):
        assert words in page
    assert "归档…" not in page


def test_a_domain_is_asked_for_proven_and_given_back(db, settings):
    from tests.registry import test_domains

    settings.DOMAIN_TXT = "tests.registry.test_domains.look_up"
    test_domains.RECORDS.clear()
    client, address = _client(), f"/operate/committees/{ANHUA}/domains/"
    assert "只用平台给的网址" in _text(client.get(address))
    assert "请写完整域名" in _text(client.post(address, {"domain": "anhua"}), 422)
    name = {"domain": "zhengxie.anhua.gov.cn"}
    assert client.post(address, name).status_code == 302
    page = _text(client.get(address))
    value = re.search(r"lianxin=\w+", page)[0]
    assert "还没有查到证明" in _text(client.post(f"{address}prove/", name, follow=True))
    test_domains.RECORDS["_lianxin.zhengxie.anhua.gov.cn"] = [value]
    assert "已证明" in _text(client.post(f"{address}prove/", name, follow=True))
    assert "可以访问" in _text(client.get(address))
    assert "zhengxie.anhua.gov.cn" in _text(client.get(f"/operate/committees/{ANHUA}/"))
    assert "已释放" in _text(client.post(f"{address}release/", name, follow=True))
    assert "没有这个域名" in _text(client.post(f"{address}release/", name, follow=True))


# --- use and limits -------------------------------------------------------------------------------


def test_use_stands_beside_its_limit_and_the_limit_can_be_changed(place):
    with place("anhua").inside(), transaction.atomic():
        billing.claim(what=What.MEMBERS, amount=1500, by=SYSTEM)
    client = _client()
    page = _text(client.get(f"/operate/committees/{ANHUA}/use/"))
    assert "1,500 名" in page
    assert "75%" in page
    address = f"/operate/committees/{ANHUA}/use/members/"
    assert "请填写原因" in _text(client.post(address, {"amount": "3000", "why": ""}), 422)
    assert client.post(address, {"amount": "3000", "why": "人多"}).status_code == 302
    assert "单独设定：人多" in _text(client.get(f"/operate/committees/{ANHUA}/use/"))
    assert client.post(f"/operate/committees/{ANHUA}/use/storage/", {"amount": "5", "why": "试"}).status_code == 302
    assert "5 MB" in _text(client.get(f"/operate/committees/{ANHUA}/use/"))


# --- opening a committee --------------------------------------------------------------------------


def test_the_form_offers_every_document_with_its_description(db):
    page = _text(_client().get("/operate/new/?parent=430900"))
    assert "益协发〔2021〕6号" in page
    assert "yiyang-2021" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": ANHUA}, "已被使用"),
        ({"slug": "anhua"}, "已被使用"),
        ({"code": "43-09"}, "不合规"),
        ({"slug": "-x"}, "不合规"),
        ({"parent": "999999"}, "999999"),
        ({"template": "nothing"}, "nothing"),
        ({"name": ""}, "请填写名称"),
        ({"level": ""}, "请选择级别"),
    ],
)
def test_a_wrong_order_is_refused_at_once_and_queues_nothing(db, changes, said):
    assert said in _text(_client().post("/operate/new/", TAOJIANG | changes), 422)
    with tenancy.as_operator():
        assert not Job.objects.filter(task=onboarding.PROVISION).exists()


def test_the_same_order_twice_is_one(db):
    client = _client()
    assert client.post("/operate/new/", TAOJIANG).status_code == 302
    assert "正在开通" in _text(client.post("/operate/new/", TAOJIANG), 422)
    with tenancy.as_operator(), pytest.raises(OrderedAlready):
        onboarding.order(**TAOJIANG, by=SYSTEM)


def _remove(code: str) -> None:
    with connections["owner"].cursor() as cursor:
        role, schema = tenancy.role_of(code), tenancy.schema_of(code)
        cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE; DROP ROLE IF EXISTS "{role}"')
        for table in ("billing_free_meter", "billing_free_balance"):
            cursor.execute(f"DELETE FROM {table} WHERE committee = %s", [code])
        cursor.execute("DELETE FROM registry_committee WHERE code = %s", [code])


@pytest.fixture
def operator(committed):
    """A signed-in operator whose rows are committed; tidied up."""
    yield _client()
    with connections["owner"].cursor() as cursor:
        for table in ("accounts_rolegrant", "accounts_session", "accounts_user", "core_auditevent", "dispatch_job"):
            cursor.execute(f"DELETE FROM public.{table}")
    if queries.committee_by_code("430922"):
        _remove("430922")


def _messages() -> list[dict]:
    sent: list[dict] = []
    work.send_due(sent.append)
    return sent


def test_an_order_is_made_by_the_worker_of_its_queue_and_the_page_shows_how_far_it_is(operator):
    address = operator.post("/operate/new/", TAOJIANG)["location"]
    waiting = _text(operator.get(address))
    assert 'hx-trigger="every 2s"' in waiting
    assert "刷新" in waiting
    assert "430922" not in _text(operator.get("/operate/committees/430900/"))
    (message,) = _messages()
    assert message["queue"] == "provision"
    assert work.run(message) == JobState.DONE
    done = _text(operator.get(address, headers={"HX-Request": "true"}))
    assert done.lstrip().startswith("<section")
    assert "hx-trigger" not in done
    assert "政协桃江县委员会已开通，网址是 taojiang.localhost" in done
    assert "430922" in _text(operator.get("/operate/committees/430900/"))
    assert onboarding.provision(**TAOJIANG).startswith("政协桃江县委员会已开通")  # again, without harm


def test_an_order_that_fails_says_why_and_can_be_mended(operator, monkeypatch):
    address = operator.post("/operate/new/", TAOJIANG)["location"]
    monkeypatch.setattr(provisioning, "create_committee", _refuse)
    (message,) = _messages()
    assert work.run(message) == JobState.FAILED
    page = _text(operator.get(address))
    assert "还没有与本版本相符的建库脚本" in page
    assert "code=430922" in page


def _refuse(**_: object) -> None:
    raise provisioning.ScriptMissing


# --- jobs and health ------------------------------------------------------------------------------


def _job(place, slug: str = "anhua") -> Job:
    with place(slug).inside(), transaction.atomic():
        return enqueue(CLOSE_PERIOD, by=SYSTEM, period="1999-12")


def test_jobs_of_all_committees_are_numbers_and_states_without_content(place):
    row = _job(place)
    with tenancy.as_operator():
        Job.objects.filter(pk=row.pk).update(message="张丽华的月报", state=JobState.FAILED)
    _job(place, "guangzhou")
    client = _client()
    page = _text(client.get("/operate/jobs/"))
    assert "政协安化县委员会" in page
    assert "政协广州市委员会" in page
    only = _text(client.get(f"/operate/jobs/?state=failed&committee={ANHUA}"))
    assert "政协广州市委员会" not in only
    one = _text(client.get(f"/operate/jobs/{row.pk}/"))
    for text in (page, only, one):
        assert "张丽华" not in text
        assert "1999-12" not in text


def test_health_says_what_is_missing_in_words(db):
    page = _text(_client().get("/operate/health/"))
    for word in (
        "PostgreSQL",
        "Redis",
        "队列 provision",
        "provision 待取",
        "Django",
        "Celery",
        "定时安排",
        "数据库连接",
    ):
        assert word in page


def test_health_says_so_when_nothing_answers(db, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    page = _text(_client().get("/operate/health/"))
    assert "没有应答" in page


def test_the_page_of_the_migration_shows_how_far_it_is_and_asks_again_while_it_goes(operator):
    assert "各委员会均已是最新" in _text(operator.get("/operate/migration/"))
    runs.MigrationRun.objects.using("owner").create(version="x", total=7, changed=3, note="政协南县委员会已升级")
    Committee.objects.using("owner").filter(code=ANHUA).update(schema_version="old", problem="磁盘满了")
    try:
        with alone("migrate", what="升级数据库"):
            page = _text(operator.get("/operate/migration/"))
        assert 'hx-trigger="every 2s"' in page
        assert "3 / 7" in page
        stopped = _text(operator.get("/operate/migration/", headers={"HX-Request": "true"}))
        assert stopped.lstrip().startswith("<div")
        assert "hx-trigger" not in stopped
        assert "中断" in stopped
        assert "磁盘满了" in stopped
        assert "磁盘满了" in _text(operator.get(f"/operate/committees/{ANHUA}/"))
    finally:
        runs.MigrationRun.objects.using("owner").all().delete()
        Committee.objects.using("owner").filter(code=ANHUA).update(
            schema_version=schema_script.fingerprint(), problem=""
        )


# --- what it cannot read --------------------------------------------------------------------------


def _denied(statement: str) -> None:
    with pytest.raises(ProgrammingError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert "permission denied" in str(caught.value), statement


def test_the_operators_role_is_denied_every_table_of_every_committee_and_every_body_in_the_letterbox(committed):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname LIKE 'c\\_%%' AND c.relkind IN ('r', 'v')"
        )
        objects = cursor.fetchall()
    assert len(objects) > 6 * 20
    with tenancy.as_operator():
        for schema, name in objects:
            _denied(f'SELECT 1 FROM "{schema}"."{name}"')
        _denied("SELECT body FROM public.exchange_delivery")
        _denied("SELECT count(*) FROM public.exchange_delivery")


def test_a_canary_in_a_committee_is_on_none_of_the_operators_pages(place):
    with place("anhua").inside():
        sector = add_sector(name="金丝雀界", by=SYSTEM)
        add_member(name="金丝雀", number="JSQ1", sector=sector, joined_on=dt.date(2021, 1, 1), by=SYSTEM)
    client = _client()
    for route in PUBLIC_ROUTES:
        text = client.get(_address(route["path"])).content.decode()
        assert "金丝雀" not in text
        assert "JSQ1" not in text


def test_no_model_of_a_committee_answers_on_the_bare_host(db):
    labels = {name.rsplit(".", 1)[-1] for name in settings.TENANT_APPS if name not in settings.SHARED_APPS}
    models = [model for model in apps.get_models() if model._meta.app_label in labels]
    assert len(models) > 15
    with tenancy.as_operator():
        for model in models:
            with pytest.raises(ProgrammingError), transaction.atomic():
                model.objects.exists()
