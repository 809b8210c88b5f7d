"""后台任务: what the office and the leader see of their committee's jobs, and the office stops or starts again."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from dispatch import work
from dispatch.models import JobState
from tests.dispatch.conftest import change, messages, now, queue

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _note(job_of):
    job_of("test.note", lambda *, by, **ids: "记下了", title="记录 {period}")


@pytest.fixture
def office(place, account, browser_of):
    with place("anhua").inside():
        return browser_of(place("anhua"), account("office", display_name="办公室甲"))


@pytest.fixture
def leader(place, account, browser_of):
    with place("anhua").inside():
        return browser_of(place("anhua"), account("leader"))


def _text(name: str, response, status: int = 200) -> str:
    assert response.status_code == status
    if folder := os.environ.get("LX_KEEP_PAGES"):
        Path(folder, f"{name}.html").write_bytes(response.content)
    return response.content.decode()


def test_the_list_shows_the_latest_fifty_of_the_own_committee_newest_first(office, place):
    queue("yiyang", period="别会")
    for n in range(52):
        queue("anhua", period=f"第{n:02}批")
    text = _text("jobs", office.get("/jobs/"))
    assert re.findall(r"记录 第(\d\d)批", text) == [f"{n:02}" for n in range(51, 1, -1)]
    assert "别会" not in text
    assert "50 项正在办理或排队" in text


def test_without_a_job_the_list_says_what_will_stand_there(office):
    assert "还没有后台任务" in _text("jobs-empty", office.get("/jobs/"))


def test_a_running_job_polls_with_htmx_and_has_a_refresh_link_without(office, leader):
    row = queue("anhua", period="2022-11")
    change(row, state=JobState.RUNNING, attempts=1, done=40, total=120, note="正在算履职情况")
    address = f"/jobs/{row.pk}/"
    text = _text("job-running", office.get(address))
    assert 'hx-trigger="every 2s"' in text
    assert '<progress class="lx-progress__bar" aria-label="进度" value="40" max="120">' in text
    assert "40 / 120 · 正在算履职情况" in text
    assert f'href="{address}">刷新' in text
    part = _text("job-part", office.get(address, headers=HTMX))
    assert "<html" not in part
    assert "取消任务" in part
    assert "取消任务" not in leader.get(address).content.decode()


def test_a_job_that_has_ended_is_not_asked_for_again(office):
    row = queue("anhua", period="2022-11")
    work.run(messages()[0])
    text = _text("job-done", office.get(f"/jobs/{row.pk}/"))
    assert "hx-trigger" not in text
    assert "htmx" not in text
    assert "记下了" in text
    assert office.get(f"/jobs/{row.pk}/cancel/")["location"] == f"/jobs/{row.pk}/"
    assert office.post(f"/jobs/{row.pk}/cancel/").status_code == 409


def test_the_office_cancels_after_being_asked_and_the_leader_cannot(office, leader):
    row = queue("anhua", period="2022-11")
    asked = _text("job-cancel", office.get(f"/jobs/{row.pk}/cancel/"))
    assert "取消任务？" in asked
    assert now(row).state == JobState.QUEUED
    assert leader.post(f"/jobs/{row.pk}/cancel/").status_code == 403
    assert leader.post(f"/jobs/{row.pk}/again/").status_code == 403
    assert "已取消：记录 2022-11" in _text("job-cancelled", office.post(f"/jobs/{row.pk}/cancel/", follow=True))
    assert now(row).state == JobState.CANCELLED


def test_a_running_job_is_asked_to_stop_and_the_page_says_so(office):
    row = queue("anhua", period="2022-11")
    change(row, state=JobState.RUNNING, attempts=1)
    text = _text("job-stopping", office.post(f"/jobs/{row.pk}/cancel/", follow=True))
    assert "已要求停止" in text
    assert "取消任务…" not in text


def test_a_failed_job_says_why_and_is_started_again_once(office):
    row = queue("anhua", period="2022-11")
    change(row, state=JobState.FAILED, message="办理时出错，已记录；请稍后重试或联系平台运维。", attempts=5)
    assert "重新办理</button>" in _text("job-failed", office.get(f"/jobs/{row.pk}/"))
    answer = office.post(f"/jobs/{row.pk}/again/")
    assert answer.status_code == 302
    assert answer["location"] not in (f"/jobs/{row.pk}/", "/jobs/")
    text = _text("job-again", office.get(f"/jobs/{row.pk}/"))
    assert answer["location"] in text
    assert "重新办理</button>" not in text
    assert office.post(f"/jobs/{row.pk}/again/").status_code == 409


def test_another_committees_job_is_a_404_like_one_that_never_existed(office):
    row = queue("yiyang", period="2022-11")
    for address in (f"/jobs/{row.pk}/", f"/jobs/{row.pk}/cancel/"):
        assert office.get(address).status_code == 404
    for address in (f"/jobs/{row.pk}/cancel/", f"/jobs/{row.pk}/again/"):
        assert office.post(address).status_code == 404
    assert now(row).state == JobState.QUEUED


@pytest.mark.parametrize(
    "role", ["member", "convener", "district_recorder", "upper_liaison", "special_committee_office"]
)
def test_other_roles_do_not_see_jobs(place, account, browser_of, role):
    row = queue("anhua")
    with place("anhua").inside():
        client = browser_of(place("anhua"), account(role))
    assert client.get("/jobs/").status_code == 403
    assert client.get(f"/jobs/{row.pk}/").status_code == 403


def test_the_list_asks_the_database_as_often_for_fifty_jobs_as_for_one(office, django_assert_max_num_queries):
    for n in range(30):
        queue("anhua", period=str(n))
    with django_assert_max_num_queries(20):
        office.get("/jobs/")
