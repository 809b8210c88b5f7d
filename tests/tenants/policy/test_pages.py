"""The pages of the policy, as the office and a member see them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict

from core.sheets import XLSX
from tenants.policy import queries
from tenants.policy.forms import CompareFilter
from tenants.policy.models import Draft, PolicyDocument
from tenants.policy.queries import words

pytestmark = pytest.mark.django_db
TODAY = dt.date(2022, 11, 30)
DECISION = {
    "reason": "本县界别群众较多",
    "body": "chairpersons_council",
    "meeting": "第3次会议",
    "decided_on": "2022-11-03",
    "document_number": "安协发〔2022〕3号",
    "in_force_from": "2022-11-03",
}


@pytest.fixture
def office(anhua, account, browser_of):
    return browser_of(anhua, account("office"))


def filled(office, **changed):
    """What the browser sends when the form is sent as it stands, with some fields typed over."""
    form = office.get("/policy/adapt/").context["form"]
    values = {bound.name: bound.value() for bound in form}
    typed = {name: value for name, value in values.items() if value is not None and value is not False}
    return (
        typed | {"reason": "本县界别群众较多", "body": "chairpersons_council", "in_force_from": "2022-11-03"} | changed
    )


FIVE_TO_EIGHT = {"duty.constituents.min": "5", "duty.constituents.max": "8"}
DECIDED = {name: text for name, text in DECISION.items() if name != "reason"}


@pytest.fixture
def leader(anhua, account, browser_of):
    return browser_of(anhua, account("leader"))


def adopted(office, leader, changes, **decided):
    office.post("/policy/adapt/", filled(office, **changes, step="preview"))
    office.post("/policy/draft/propose/")
    return leader.post("/policy/draft/adopt/", DECIDED | decided)


def test_the_policy_page_shows_document_duties_and_clauses(office):
    text = office.get("/policy/").content.decode()
    assert "益协发〔2021〕6号" in text
    assert "第15条第2款" in text
    assert "/policy/adapt/" in text
    assert "保持 3–5 人" in office.get("/policy/duties/").content.decode()


def test_each_clause_stands_beside_what_carries_it_or_why_nothing_does(office):
    document = office.get("/policy/").context["document"]
    passages = {one.id: one for one in document.passages}
    assert len(passages) == 74
    pairing = passages["YY21-15-5"]
    assert ("duty.constituents", "要求") in [(one.id, one.word) for one in pairing.meanings]
    assert passages["YY21-1-1"].state == "declarative"
    assert passages["YY21-1-1"].reason
    assert [one.answer for one in passages["YY21-14-2"].readings]
    assert all(one.meanings or one.reason for one in passages.values())


@pytest.mark.parametrize(
    ("query", "number"),
    [("q=三至五人", 1), ("state=declarative&force=info", None), ("own=1", 0), ("state=nonsense", 74)],
)
def test_the_document_is_searched_inside(office, query, number):
    shown = office.get(f"/policy/?{query}").context["shown"]
    assert number is None or len(shown.passages) == number
    assert all(one.force == "info" for one in shown.passages) or "info" not in query


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/policy/duties/", "界别召集人"),
        ("/policy/more/", "所属专委会备案 → 上传政协云"),
        ("/policy/calendar/", "年度情况通报"),
        ("/policy/readings/", "一定范围"),
        ("/policy/documents/", "施行中"),
    ],
)
def test_every_page_of_the_policy_is_read_by_members_too(anhua, account, browser_of, path, sentence):
    answer = browser_of(anhua, account("member")).get(path)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()


@pytest.mark.parametrize("path", ["/policy/", "/policy/duties/", "/policy/calendar/"])
def test_the_policy_leaves_as_a_workbook(office, path):
    assert office.get(f"{path}?format=xlsx").headers["Content-Type"] == XLSX


@pytest.mark.parametrize(
    "path", ["/policy/", "/policy/duties/", "/policy/more/", "/policy/calendar/", "/policy/readings/"]
)
def test_a_day_before_any_policy_says_so_and_leads_to_the_documents(office, path):
    assert "这一天没有施行中的办法" in office.get(f"{path}?on=2020-01-01").content.decode()
    assert office.get(f"{path}?on=nonsense").status_code == 200


def test_the_document_costs_a_bounded_number_of_statements(office, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        office.get("/policy/")


def test_a_member_reads_the_policy_but_is_not_offered_to_change_it(anhua, account, browser_of):
    member = browser_of(anhua, account("member"))
    assert "/policy/adapt/" not in member.get("/policy/").content.decode()
    assert member.get("/policy/adapt/").status_code == 403


def test_without_a_policy_the_page_says_so(place, account, browser_of):
    hunan = place("hunan")
    with hunan.inside():
        client = browser_of(hunan, account("office"))
    for url in ("/policy/", "/policy/adapt/"):
        assert "还没有采用办法" in client.get(url).content.decode()


def test_an_adaptation_is_prepared_by_the_office_and_registered_by_a_leader(office, leader):
    assert office.post("/policy/adapt/", filled(office, **FIVE_TO_EIGHT, step="preview")).url == "/policy/draft/"
    (change,) = office.get("/policy/draft/").context["changes"]
    assert [(value.label, value.old, value.new) for value in change.values] == [("最少", "3", "5"), ("最多", "5", "8")]
    assert "3 到 5" in change.before
    assert "5 到 8" in change.after
    assert leader.post("/policy/draft/adopt/", DECIDED).status_code == 422  # not laid before the meeting yet
    assert office.post("/policy/draft/propose/").url == "/policy/draft/"
    assert "会议通过后登记决定" in leader.get("/").content.decode()
    assert office.get("/policy/adapt/").url == "/policy/draft/"
    assert office.post("/policy/draft/adopt/", DECIDED).status_code == 422  # who wrote it does not register it
    assert PolicyDocument.objects.count() == 1
    assert leader.post("/policy/draft/adopt/", DECIDED).url == "/policy/documents/"
    text = office.get("/policy/?own=1").content.decode()
    assert "主席会议 第3次会议" in text
    assert "2022-11-03" in text
    text = office.get("/policy/duties/constituents/").content.decode()
    assert "保持 5–8 人" in text
    assert "安协发〔2022〕3号" in text
    assert "本县界别群众较多" in text
    assert "没有正在准备的调整" in leader.get("/policy/draft/").content.decode()


@pytest.mark.parametrize("step", ["save", "preview", "own"])
def test_nothing_that_was_typed_is_lost_however_wrong_it_is(office, step):
    typed = filled(
        office, **{"duty.constituents.max": "many", "duty.constituents.min": "6", "reason": "", "step": step}
    )
    office.post("/policy/adapt/", typed)
    form = office.get("/policy/adapt/").context["form"]
    assert [form[name].value() for name in ("duty.constituents.min", "duty.constituents.max")] == ["6", "many"]
    assert Draft.objects.get().operations is None
    office.post("/policy/draft/propose/")
    assert Draft.objects.get().state == "editing"


def test_a_draft_sent_back_says_why_and_may_be_given_up(office, leader):
    office.post("/policy/adapt/", filled(office, **FIVE_TO_EIGHT, step="preview"))
    office.post("/policy/draft/propose/")
    assert leader.post("/policy/draft/reopen/", {"remark": ""}).status_code == 422
    leader.post("/policy/draft/reopen/", {"remark": "幅度太大"})
    assert "幅度太大" in office.get("/policy/adapt/").content.decode()
    office.post("/policy/draft/drop/")
    assert not Draft.objects.filter(is_open=True).exists()
    assert office.post("/policy/draft/drop/").status_code == 404
    assert leader.get("/policy/adapt/").status_code == 403


def test_two_who_prepare_at_once_do_not_overwrite_each_other_unseen(office, anhua, account, browser_of):
    colleague = browser_of(anhua, account("office", "colleague"))
    mine = filled(office, seen="", step="save")
    colleague.post("/policy/adapt/", {"reason": "同事写的", "seen": "", "step": "save"})
    answer = office.post("/policy/adapt/", mine)
    assert answer.status_code == 409
    assert "colleague又改过" in answer.content.decode()
    assert answer.context["form"]["reason"].value() == "本县界别群众较多"
    assert Draft.objects.get().typed["reason"] == ["同事写的"]
    assert office.post("/policy/adapt/", mine | {"seen": answer.context["seen"]}).status_code == 302
    assert Draft.objects.get().typed["reason"] == ["本县界别群众较多"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"duty.constituents.max": "2"}, "duty.constituents.max"),
        ({"duty.constituents.max": "many"}, "duty.constituents.max"),
        ({"duty.constituents.max": ""}, "duty.constituents.max"),
        ({"duty.constituents.max": "8", "reason": ""}, "reason"),
        ({"duty.constituents.max": "2", "reason": ""}, "duty.constituents.max"),
        ({"duty.constituents.max": "8", "in_force_from": "someday"}, "in_force_from"),
        ({}, None),
    ],
)
def test_a_refused_form_says_where_and_writes_nothing_but_the_draft(office, changed, field):
    answer = office.post("/policy/adapt/", filled(office, **{"step": "preview"} | changed))
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert errors if field is None else field in errors
    assert PolicyDocument.objects.count() == 1


def test_a_refusal_names_the_clause(office):
    answer = office.post("/policy/adapt/", filled(office, **{"duty.constituents.max": "2", "step": "preview"}))
    assert "依据第15条第2款" in answer.context["form"].errors["duty.constituents.max"][0]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"in_force_from": "2022-11-02"}, "in_force_from"),
        ({"decided_on": "2022-12-02", "in_force_from": "2022-12-03"}, "decided_on"),
        ({"meeting": ""}, "meeting"),
        ({"document_number": ""}, "document_number"),
    ],
)
def test_a_decision_that_is_not_one_is_refused_at_its_field(office, leader, changed, field):
    answer = adopted(office, leader, FIVE_TO_EIGHT, **changed)
    assert answer.status_code == 422
    assert field in answer.context["decision"].errors
    assert PolicyDocument.objects.count() == 1


def test_a_duty_is_dropped_a_list_filled_and_one_of_our_own_added(office, leader):
    own = {
        "title": "走访企业",
        "kind": "count",
        "subject": "member",
        "kinds": ["visit"],
        "period": "year",
        "min": "1",
        "force": "required",
    }
    assert office.post("/policy/adapt/own-duty/", own | {"kinds": []}).status_code == 422
    assert office.post("/policy/adapt/own-duty/", own | {"kind": "range", "min": "3", "max": "2"}).status_code == 422
    for _ in range(2):
        office.post("/policy/adapt/own-duty/", own)
    office.post("/policy/adapt/", filled(office, drop_own="own_2"))
    typed = {"duty.public_benefit": "on", "checklist.ten_haves.items": "牌子\n制度", "setting.voice_days.value": "15"}
    adopted(office, leader, typed)
    policy = queries.policy_on(TODAY)
    assert not policy.duty("public_benefit", TODAY).in_force
    assert [one["title"] for one in policy.elements["checklist.ten_haves"].value("items", TODAY)] == ["牌子", "制度"]
    assert policy.setting("voice_days", TODAY) == 15
    assert policy.duty("own_1", TODAY).min == 1
    assert "duty.own_2" not in policy.elements
    assert "本会增加" in office.get("/policy/").content.decode()


def test_what_the_parent_fixed_cannot_be_typed_over(guangzhou, account, browser_of):
    office = browser_of(guangzhou, account("office"))
    changed = {"setting.data_entry.value": "self", "duty.station_visits": "on", "step": "preview"}
    assert office.post("/policy/adapt/", filled(office, **changed)).status_code == 422
    assert Draft.objects.get().operations == []


def test_an_unknown_duty_is_not_found(office):
    assert office.get("/policy/duties/no_such_duty/").status_code == 404


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("15¶1", "第15条第1款"),
        ("9", "第9条"),
        ("三（二）", "三（二）"),
        ("四（二）¶3", "四（二）第3段"),
        ("文首段", "文首段"),
    ],
)
def test_a_clause_is_named_as_one_says_it(ref, said):
    assert words.reference(ref) == said


def test_our_policy_stands_beside_the_parents_and_beside_another_citys(office, leader):
    adopted(office, leader, FIVE_TO_EIGHT)
    answer = office.get("/policy/compare/")
    (row,) = answer.context["found"].named
    assert (row.title, row.word) == ("每位委员结对几人", "不同")
    assert [cell.word for cell in row.cells] == ["", "不同"]
    assert "至少5" in row.cells[0].text
    assert "至少3" in row.cells[1].text
    context = office.get("/policy/compare/?beside=parent&beside=guangzhou-2020&q=联络站").context
    both = context["found"]
    assert [column.label for column in both.columns][:2] == ["本会", "上级的办法"]
    assert [cell.word for cell in both.named[0].cells] == ["", "", "本会没有规定"]
    assert any(row.title.startswith("要求 ") for row in context["whole"].rest)
    assert office.get("/policy/compare/?format=xlsx&show=all").headers["Content-Type"] == XLSX


def test_a_comparison_with_an_unknown_template_falls_back_to_one_that_is_there():
    form = CompareFilter(QueryDict("beside=no-such&show=odd"), choices=[("parent", "上级"), ("other", "别处")])
    assert form.asked() == {"beside": ["parent"], "q": "", "everything": False}


def test_a_rule_in_few_words_names_the_right_unit_and_lists_read_as_one_says_them():
    from tenants.policy.queries import shipped

    def said(name, duty):
        return words.rule(shipped.template(name).duty(duty))

    assert said("yiyang-2021", "five_haves") == "每年做齐 5 项"
    assert said("yiyang-2021", "registration") == "每年走完 3 步"
    assert said("yiyang-2021", "sector_study") == "每年向 2 处各报一次"
    assert said("yiyang-2021", "conveners") == "保持 1–3 人"
    assert said("dongcheng-2020", "area_groups") == "保持 17 个"


def test_the_note_of_a_setting_is_read_beside_it(office):
    document = office.get("/policy/").context["document"]
    notes = {one.id: one.note for passage in document.passages for one in passage.meanings if one.note}
    assert any(name.startswith("setting.") for name in notes)


def test_a_duty_is_changed_in_whom_it_binds_what_counts_and_by_when(office, leader):
    path = "/policy/adapt/thing/duty.contacts/"
    form = office.get(path).context["form"]
    as_it_is = {bound.name: bound.value() for bound in form if bound.value()}
    assert "和现在一样" in office.post(path, as_it_is, follow=True).content.decode()
    assert Draft.objects.get().details == {}
    changed = as_it_is | {
        "duty.contacts.kinds": ["visit", "talk"], "duty.contacts.modes": ["offline"], "duty.contacts.due": "month_day",
        "duty.contacts.due:much": "11月30日", "duty.contacts.subject": '{"posts": ["standing_member"], "type": "member"}',
        "duty.contacts.waivable": "yes", "why": "冬季封山",
    }  # fmt: skip
    assert office.post(path, changed | {"duty.contacts.kinds": []}).status_code == 422
    refused = office.post(path, changed | {"duty.contacts.due:much": "腊月"})
    assert "例如 11-30" in refused.context["form"].errors["duty.contacts.due:much"][0]
    assert office.post(path, changed).url == path
    (change,) = office.get(path).context["changes"]
    assert ("常委" in change.after, "11 月 30 日" in change.after, "谈心" in change.after) == (True, True, True)
    assert {value.label for value in change.values} >= {"对谁", "计入种类", "期限", "方式"}
    adopted(office, leader, {"duty.contacts.min": "4"})
    duty = queries.policy_on(TODAY).duty("contacts", TODAY)
    assert (duty.min, duty.due, duty.waivable, duty.where.kinds) == (4, {"month_day": "11-30"}, True, ("visit", "talk"))
    assert "冬季封山" in office.get("/policy/?show=own").content.decode()


def test_steps_and_fields_are_changed_added_and_taken_away(office, leader):
    steps, fields = "workflow.registration.steps", "form.registration.fields"
    path = "/policy/adapt/thing/workflow.registration/"
    sent = {bound.name: bound.value() for bound in office.get(path).context["form"] if bound.value()}
    office.post(
        path, sent | {f"{steps}.filed.days": "10", "new1:title": "分管副主席审阅", "new1:by": "chairpersons_council", "new1:before": "uploaded"}
    )  # fmt: skip
    path = "/policy/adapt/thing/form.registration/"
    sent = {bound.name: bound.value() for bound in office.get(path).context["form"] if bound.value()}
    office.post(
        path,
        sent
        | {
            f"drop:{fields}.work_unit_post": "on",
            "new1:title": "群众满意吗",
            "new1:type": "text",
            f"{fields}.sector.required": "no",
        },
    )
    told = {one.id: one for one in office.get("/policy/adapt/").context["draft"].details and _told(office)}
    assert {value.label for value in told["workflow.registration"].values} == {"所属专委会备案：几天内", "加一项"}
    adopted(office, leader, {})
    policy = queries.policy_on(TODAY)
    made = policy.elements["workflow.registration"].value("steps", TODAY)
    assert [(one["title"], one.get("days")) for one in made] == [
        ("委员填写", None), ("所属专委会备案", 10), ("分管副主席审阅", None), ("上传政协云", None),
    ]  # fmt: skip
    titles = [one["title"] for one in policy.elements["form.registration"].value("fields", TODAY)]
    assert (titles[-1], "工作单位及职务" in titles) == ("群众满意吗", False)


def _told(office):
    return office.get("/policy/draft/").context["changes"]


def test_what_a_page_of_its_own_changed_is_undone_there(office):
    path = "/policy/adapt/thing/duty.contacts/"
    sent = {bound.name: bound.value() for bound in office.get(path).context["form"] if bound.value()}
    office.post(path, sent | {"duty.contacts.title": "联系群众"})
    typed = filled(office, **{"duty.contacts.min": "4", "detail": "duty.contacts"})
    assert office.post("/policy/adapt/", typed).url == path  # and nothing that was typed beside it is lost
    assert office.get("/policy/adapt/").context["form"]["duty.contacts.min"].value() == "4"
    assert "草稿里改了细处" in office.get("/policy/adapt/").content.decode()
    office.post(path, {"step": "undo"})
    assert Draft.objects.get().details == {}
    assert office.get("/policy/adapt/thing/duty.nothing/").status_code == 404


def test_the_document_shows_duties_alone_and_where_its_chapters_are(office):
    answer = office.get("/policy/?show=duties")
    assert all(any(one.sort == "duty" for one in passage.meanings) for passage in answer.context["shown"].passages)
    assert 'aria-label="目录"' in answer.content.decode()
