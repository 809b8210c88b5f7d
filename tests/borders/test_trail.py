"""Every write leaves a row of the trail in its own transaction, or does not happen: asked of every action there is.

Actions are found by walking the packages. One without a worked example below fails the first test: declare an example.
Each example runs twice: with a trail that cannot be written (nothing may stay), and normally (whatever table of the
committee changed must be covered by a row of the trail).
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from accounts.roles import Assignment
from core import tenancy
from core.audit import SYSTEM
from core.models import AuditEvent
from tests.tenants.members.conftest import TODAY, Life, a_life, told_once  # noqa: F401  # the fixture `life`

HOMES = (
    "accounts.actions", "accounts.invitations", "accounts.tokens", "dispatch.actions", "exchange.actions", "exchange.downward", "billing_free.actions", "registry.onboarding", "registry.lifecycle",
    "tenants.proceedings.actions", "tenants.policy.actions", "tenants.members.actions", "tenants.liaison.actions",
    "tenants.activities.actions", "tenants.voices.actions", "tenants.reports.actions", "tenants.assessment.actions", "tenants.desk.actions",
)  # fmt: skip
NO_ACTION = {  # takes `by`, and writes nothing of its own: why
    "desk.read_notice": "what one has read is told nobody", "desk.read_all": "as read_notice",
    "members.preview": "reads an upload", "activities.may_change": "only asks", "voices.may_change": "only asks", "liaison.may_change": "only asks", "members.what_would_end": "undoes what it does",
    "members.keep_wrong_draft": "as keep_draft", "members.marked_copy": "reads an upload",
    "members.confirmed": "part of proceedings.sign_step", "members.returned": "part of proceedings.return_step",
    "members.nameless": "part of the two anonymising actions", "billing_free.claim": "the ledger is its own trail",
    "billing_free.release": "the ledger is its own trail", "billing_free.allow_job": "only refuses",
    "dispatch.enqueue": "the job row says who asked; the action that queues writes the trail",
    "dispatch.enqueue_for_deployment": "as enqueue", "members.keep_draft": "an upload before its confirmation, gone in a day",
}  # fmt: skip
ITS_OWN_TRAIL = {  # tables a write may change without a row of the trail: why
    "accounts_session": "sign-ins", "core_auditevent": "the trail", "core_auditwords": "the trail",
    "core_erasure": "insert-only, written with the trail", "members_rosterimport": "what import_roster's row tells of",
    "desk_notice": "told with the action it tells of, whose row of the trail says what happened",
    "members_madefile": "passing: filled by the job that ask_export's row tells of",
    "public.dispatch_job": "a job says itself who asked and what came of it", "public.dispatch_cancellation": "names who asked",
    "public.billing_free_meter": "an insert-only ledger with who claimed", "public.registry_committee": "the operator's, see its own tests",
}  # fmt: skip
PUBLIC = (
    "dispatch_job",
    "dispatch_cancellation",
    "billing_free_meter",
    "exchange_delivery",
    "exchange_publication",
    "exchange_position",
    "exchange_signingkey",
)
DAY = dt.date(2022, 10, 1)


class TrailBroken(Exception):
    """What the test's database says to every insert into the trail."""


def actions() -> dict[str, Callable[..., Any]]:
    """`app.name` → every public function of the homes that takes `by`."""
    found = {}
    for home in HOMES:
        app = home.split(".")[-2]
        module = importlib.import_module(home)
        names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
        for name in names:
            one = getattr(module, name)
            if (
                inspect.isfunction(one)
                and one.__module__.startswith(home)
                and "by" in inspect.signature(one).parameters
            ):
                found[f"{app}.{name}"] = one
    return found


EXAMPLES: dict[str, Callable[[Life], dict[str, Any] | None]] = {}


def simple(**arguments: Any) -> Callable[[Life], dict[str, Any]]:
    return lambda life: {key: value(life) if callable(value) else value for key, value in arguments.items()}


def _contact(life: Life) -> dict[str, Any]:
    return {"member": life.other.pk, "kind": "visit", "held_on": DAY, "summary": "走访", "today": TODAY}


def _claimed(life: Life, what: str) -> Any:
    """A record a member entered and nobody has decided on."""
    from tenants.activities.actions import register_activity
    from tenants.activities.models import Activity, Participation
    from tenants.liaison.actions import register_contact
    from tenants.voices.actions import register_output
    from tenants.voices.models import Output

    if what == "contact":
        made: Any = register_contact(**_contact(life), by=life.office)
        type(made).objects.filter(pk=made.pk).update(state="claimed")
    elif what == "output":
        made = register_output(type="proposal", title="建议", submitted_on=DAY, authorship="individual", lead=life.other.pk, today=TODAY, by=life.office)  # fmt: skip
        Output.objects.filter(pk=made.pk).update(state="claimed")
    else:
        made = register_activity(title="调研", kind="research", organiser_type="committee", held_on=DAY, today=TODAY, participants=[life.other.pk], by=life.office)  # fmt: skip
        Activity.objects.filter(pk=made.pk).update(state="claimed")
        Participation.objects.filter(activity=made).update(state="claimed")
    return made


def _decided(what: str, **more: Any) -> Callable[[Life], dict[str, Any]]:
    from core import clock

    def made(life: Life) -> dict[str, Any]:
        row = _claimed(life, what)
        given: dict[str, Any] = {"id": row.pk, "at": clock.now()} | more
        return given

    return made


def _member(life: Life) -> Any:
    return life.other.pk


def _update(life: Life) -> dict[str, Any]:
    return {
        "id": life.other.pk, "name": "张丽华", "number": "ZLH-02", "phone": "1", "sector": life.other.sector, "joined_on": dt.date(2017, 1, 1),
        "left_on": None, "posts": ["member"], "special_committees": [], "effective_on": DAY,
    }  # fmt: skip


def _import(life: Life) -> dict[str, Any]:
    import io

    from openpyxl import Workbook

    from tenants.members import actions

    book = Workbook()
    book.active.append(["委员编号", "姓名", "界别", "任职日期"])
    book.active.append(["N77", "新委员", "教育界", "2022-01-01"])
    buffer = io.BytesIO()
    book.save(buffer)
    draft = actions.keep_draft(
        content=buffer.getvalue(), file_name="x.xlsx", effective_on=DAY, makes_groups=False, by=life.office
    )
    return {
        "draft_id": draft.pk,
        "digest": actions.preview(draft_id=draft.pk, by=life.office)[1].digest,
        "by": life.office,
    }


def _imported(life: Life) -> dict[str, Any]:
    from tenants.members.actions import import_roster
    from tenants.members.models import RosterImport

    import_roster(**_import(life))
    return {"id": RosterImport.objects.first().pk, "by": life.office}


def _period(*steps: str) -> Callable[[Life], dict[str, Any]]:
    """A return of October, taken so far."""
    from accounts.actions import create_user
    from core import clock
    from tenants.reports import actions

    def made(life: Life) -> dict[str, Any]:
        leader = create_user(username="leader", display_name="李主席", password=None, roles=["leader"], by=SYSTEM)
        if "closed" in steps:
            actions.close_period(period="2022-10", today=TODAY, at=clock.now(), by=life.office)
        if "signed" in steps:
            actions.sign(period="2022-10", at=clock.now(), by=leader)
        given: dict[str, Any] = {"period": "2022-10", "at": clock.now(), "today": TODAY, "why": "改数", "by": leader}
        return given

    return made


def _waived(life: Life, *, done: bool = False) -> dict[str, Any]:
    """The year's people of the other member, which the committee lets be waived; `done`: waived already."""
    from tenants.assessment import actions
    from tenants.policy.actions import adapt

    said = {
        "body": "chairpersons_council",
        "meeting": "第3次会议",
        "decided_on": DAY,
        "document_number": "1号",
        "today": TODAY,
    }
    change = {"op": "set", "path": "duty.constituents.waivable", "value": True}
    adapt(operations=[change], reason="试", in_force_from=DAY, by=life.office, **said)
    period = "2022"
    given = said | {"member": life.other.pk, "duty": "constituents", "period": period, "reason": "产假", "as_of": TODAY}
    if done:
        return {"id": actions.waive(**given, by=life.office).pk, "why": "已返岗"}
    return given


def _objection(life: Life, *, raised: bool = True) -> dict[str, Any]:
    from core import clock
    from tenants.assessment import actions

    given = {"member": life.other.pk, "duty": "constituents", "text": "少记一人", "as_of": TODAY, "by": life.other.user}
    if not raised:
        return given
    made = actions.object_to(**given)
    return {"id": made.pk, "outcome": "kept", "answer": "已核对", "at": clock.now(), "by": life.other.user}


def _form(life: Life | None = None, step: str = "") -> dict[str, Any]:
    """A registration form of the other member, filled where a step is to be taken or taken back."""
    from tenants.members.models import Member
    from tenants.reports import actions

    answers = dict.fromkeys(("member_name", "sector", "work_unit_post", "contact_service_facts"), "某")
    given = {
        "form": "registration", "member": life.other.pk if life else Member.objects.get(number="ZLH-02").pk, "period": "2022",
        "values": answers | {"filled_on": "2022-10-01"}, "today": TODAY,
    }  # fmt: skip
    if life is not None:
        actions.fill_form(**given, by=life.office)
    return given | {"step": step, "done_on": TODAY, "why": "写错了"}


def _swept(life: Life) -> dict[str, Any]:
    from core import clock

    return {"at": clock.now() + dt.timedelta(days=9), "by": life.office}


def _bundle(life: Life) -> dict[str, Any]:
    from core import clock
    from tenants.members.models import MadeFile

    made = MadeFile.objects.create(kind="duty_file", ending="pdf", as_of=DAY, stored="x.zip", ready_at=clock.now())
    return {"id": made.pk, "at": clock.now(), "by": life.office}


def _delivered(life: Life) -> dict[str, Any]:
    from core import clock
    from tenants.reports import actions

    given = _period("closed", "signed")(life)
    sent = actions.submit(period="2022-10", at=clock.now(), by=life.office)
    return {"delivery_id": sent.pk, "at": given["at"], "reason": "口径不对", "_inside": "430900"}


def _job(life: Life) -> dict[str, Any]:
    from dispatch.models import Job
    from tenants.reports import actions

    job = actions.request_close(period="2022-10", today=TODAY, by=life.office)
    return {"job_id": Job.objects.get(pk=job.pk).pk}


def _failed(life: Life) -> dict[str, Any]:
    from dispatch.models import Job

    given = _job(life)
    with tenancy.as_operator():
        Job.objects.filter(pk=given["job_id"]).update(state="failed")
    return given


def _export(life: Life) -> dict[str, Any]:
    from tenants.members import actions

    asked = actions.ask_export(id=life.other.pk, by=life.office)
    actions.make_export(id=asked.pk, at=asked.created_at)
    return {"id": asked.pk, "may_fetch": lambda _: True}


def _ended_pair(life: Life) -> dict[str, Any]:
    from tenants.liaison.models import ConstituentLink

    return {"link": ConstituentLink.objects.get(constituent=life.constituent).pk, "why": "本人申请"}


def _pair(life: Life) -> Any:
    from tenants.liaison.models import ConstituentLink

    return ConstituentLink.pairs.get(member=life.other).pk


def _unit(life: Life) -> Any:
    from tenants.members.models import Unit

    return Unit.objects.get().pk


def _another_unit(life: Life) -> Any:
    from tenants.members.actions import add_unit

    return add_unit(kind="area_group", name="清塘小组", place="清塘铺镇", since=DAY, by=life.office).pk


def _row(model: str, **which: Any) -> Callable[[Life], Any]:
    """The id of the other member's row of a model of members."""

    def found(life: Life) -> Any:
        from django.apps import apps

        rows = apps.get_model(model)._default_manager.filter(**which)
        return (rows.filter(member=life.other) if not which else rows).get().pk

    return found


def _council(life: Life) -> Any:
    from tenants.members.actions import assign_post

    assign_post(id=life.other.pk, kind="vice_chairperson", since=dt.date(2022, 1, 1), by=life.office)
    return life.other.pk


def _sector_link(life: Life) -> dict[str, Any]:
    from tenants.liaison.actions import assign_link

    given = {"from_member": life.other.pk, "to_sector": life.other.sector_id, "since": DAY, "by": life.office}
    return {"id": assign_link(level="council_to_sector", **given).pk, "on": TODAY}


def _nominated(life: Life) -> dict[str, Any]:
    from tenants.members.models import Nomination

    Nomination.objects.update(state="returned")
    return {"sector_id": life.other.sector_id, "members": [life.other.pk], "first": life.other.pk, "today": TODAY}


def _linked_sector(life: Life) -> dict[str, Any]:
    from tenants.members.actions import link_sector

    group = life.other.special_committees.get()
    return {
        "id": link_sector(sector=life.other.sector, special_committee=group, since=DAY, by=life.office).pk,
        "on": TODAY,
    }


def _process(life: Life) -> dict[str, Any]:
    from tenants.members.models import Nomination
    from tenants.proceedings.models import Process

    Process.objects.update(state="returned")
    steps = [{"id": "office", "title": "审核", "by": ""}]
    return {"workflow": "w", "steps": steps, "title": "某事", "subject": Nomination.objects.get(), "today": TODAY}


def _participation(life: Life) -> dict[str, Any]:
    from core import clock
    from tenants.activities.models import Participation

    activity = _claimed(life, "activity")
    one = Participation.objects.get(activity=activity).pk
    return {"id": one, "ids": [one], "at": clock.now(), "reason": "没有到场"}


def _ids(what: str) -> Callable[[Life], dict[str, Any]]:
    from core import clock

    return lambda life: {"ids": [_claimed(life, what).pk], "at": clock.now()}


def _template(life: Life) -> dict[str, Any]:
    from pathlib import Path

    from policy_engine import load_template

    return {
        "template": load_template(Path(__file__).resolve().parent.parent.parent / "policy_templates" / "guangzhou-2020")
    }


def _draft(life: Life, *, proposed: bool = False) -> dict[str, Any]:
    """A draft the office prepared, laid before the meeting or not."""
    from core import clock
    from tenants.policy import actions

    said = {"reason": "群众多", "body": "chairpersons_council", "in_force_from": DAY}
    operations = [{"op": "set", "path": "duty.constituents.max", "value": 8}]
    made = actions.keep_draft(typed={}, operations=operations, at=clock.now(), by=life.office)
    if proposed:
        actions.propose(id=made.pk, at=clock.now(), by=life.office, **said)
    return {"id": made.pk, **said}


def _policy_case(life: Life, *, proposed: bool = False) -> dict[str, Any]:
    """Another document being settled against the committee's deviations, decided thing by thing."""
    from core import clock
    from tenants.policy import actions

    made = actions.begin_case(origin="shipped:guangzhou-2020", at=clock.now(), by=life.office)
    actions.keep_case(id=made.pk, typed={}, operations=[], at=clock.now(), by=life.office)
    if proposed:
        actions.propose_case(id=made.pk, reason="换届", at=clock.now(), by=life.office)
    return {"id": made.pk}


def _future_document(life: Life) -> dict[str, Any]:
    from tenants.policy.actions import adapt

    made = adapt(
        operations=[{"op": "set", "path": "duty.constituents.max", "value": 8}], reason="群众多", body="chairpersons_council",
        meeting="第3次会议", decided_on=DAY, document_number="1号", in_force_from=dt.date(2023, 1, 1), today=TODAY, by=life.office,
    )  # fmt: skip
    return {"id": made.pk, "reason": "会议改期", "today": TODAY}


def _body(life: Life) -> dict[str, Any]:
    from core import clock
    from exchange import signing
    from tests.exchange.conftest import key_of_here

    body = {"committee": {"code": "430923"}, "period": "2022-10", "revision": 1}
    private, public = key_of_here()
    signed = {"signature": signing.sign(private, body), "public_key": public}
    return {"period": "2022-10", "revision": 1, "body": body, "at": clock.now()} | signed


def _activity(life: Life) -> Any:
    from tenants.activities.models import Activity

    return Activity.objects.values_list("pk", flat=True).first()


def _confirmed(what: str) -> Callable[[Life], dict[str, Any]]:
    """A claim the office has confirmed a moment ago."""
    from core import clock
    from tenants.activities.actions import confirm_participations
    from tenants.activities.models import Participation
    from tenants.liaison.actions import confirm_contacts
    from tenants.voices.actions import confirm_outputs

    def made(life: Life) -> dict[str, Any]:
        row, at = _claimed(life, what), clock.now()
        ids = [Participation.objects.get(activity=row).pk if what == "activity" else row.pk]
        confirm: Any = {"contact": confirm_contacts, "output": confirm_outputs, "activity": confirm_participations}[
            what
        ]
        confirm(ids=ids, by=life.office, at=at)
        return {"ids": ids, "at": at}

    return made


def _upload() -> Any:
    from core.uploads import Upload

    return Upload(name="a.pdf", content=b"%PDF-1", ending=".pdf", content_type="application/pdf")


def _kept(life: Life) -> dict[str, Any]:
    from tenants.liaison.actions import add_files

    (one,) = add_files(record=_claimed(life, "activity"), files=[_upload()], by=life.office)
    return {"id": one.pk}


def _planned(life: Life) -> Any:
    from tenants.activities.actions import call_activity

    return call_activity(
        title="春季视察", kind="inspection", organiser_type="committee", held_on=dt.date(2022, 12, 20), by=life.office
    ).pk


def _guest(life: Life) -> dict[str, Any]:
    from tenants.activities.actions import add_guest

    return {"id": add_guest(activity=_activity(life), name="来宾", level="city", by=life.office).pk}


def _topic(life: Life) -> dict[str, Any]:
    from tenants.activities.actions import propose_topic

    topic = propose_topic(title="停车难", form="sector", year=2022, source="plan", by=life.office)
    return {"id": topic.pk, "state": "held", "result": "已形成意见"}


def _occasion(life: Life) -> dict[str, Any]:
    from tenants.activities.actions import set_occasion

    return {"id": set_occasion(kind="plenary_session", held_on=DAY, by=life.office).pk}


def _heard(**more: Any) -> Callable[[Life], dict[str, Any]]:
    """A voice of the other member, sorted."""
    from core import clock
    from tenants.voices.actions import receive_voice, triage

    def made(life: Life) -> dict[str, Any]:
        voice = receive_voice(
            content="路灯不亮", channel="phone", received_on=DAY, today=TODAY, member=life.other.pk, name="某某", phone="13511112222",
            by=life.office,
        )  # fmt: skip
        triage(id=voice.pk, kind="general", by=life.office)
        given: dict[str, Any] = {"id": voice.pk, "at": clock.now()} | more
        return given

    return made


def _handled(life: Life) -> dict[str, Any]:
    from tenants.voices.actions import hand_over

    made = hand_over(id=_heard()(life)["id"], handler="城管局", handed_on=DAY, today=TODAY, by=life.office)
    return {"handling": made.pk, "result": "已修好", "done_on": TODAY, "today": TODAY}


def _answered(life: Life) -> dict[str, Any]:
    from core import clock
    from tenants.voices.actions import give_feedback

    given = _heard()(life)
    give_feedback(
        id=given["id"], told="已修好", solved="yes", told_on=TODAY, today=TODAY, by=life.office, at=clock.now()
    )
    return given | {"why": "本人要求"}


def _over(life: Life) -> dict[str, Any]:
    return {"ids": [_answered(life)["id"]], "today": TODAY.replace(year=TODAY.year + 3), "by": life.office}


def _newcomer(life: Life) -> Any:
    from tenants.members.actions import add_member

    return add_member(
        name="新委员", number="N9", sector=life.other.sector, joined_on=dt.date(2021, 1, 1), by=life.office
    )


def _deactivated(life: Life) -> Any:
    return life.other.user


def _shut(life: Life) -> dict[str, Any]:
    from accounts.actions import shut

    shut(user=life.other.user, by=life.office)
    return {"id": life.other.user.pk}


def _linked(life: Life) -> dict[str, Any]:
    from accounts.invitations import issue

    issue(id=life.other.user.pk, by=life.office)
    return {"id": life.other.user.pk}


def _issued_token(life: Life) -> dict[str, Any]:
    from accounts.tokens import issue_token

    return {"id": issue_token(name="OA", scope="read", days=30, by=life.office).row.pk}


def _own_token(life: Life) -> dict[str, Any]:
    life.office.set_password("Zhuanyong-2022")
    life.office.save()
    return {"name": "OA", "scope": "write", "days": 30, "password": "Zhuanyong-2022"}


def _account(**more: Any) -> Callable[[Life], dict[str, Any]]:
    return lambda life: {"id": life.other.user.pk} | more


LEADER = (Assignment("leader"),)


EXAMPLES |= {
    "accounts.create_user": simple(username="u", display_name="某某", password=None, roles=["member"]),
    "accounts.create_users": simple(people=[("u", "某某")], role="member"),
    "accounts.change_roles": _account(roles=LEADER), "accounts.deactivate": _account(why="调离"),
    "accounts.shut": simple(user=_deactivated), "accounts.reactivate": _shut,
    "accounts.invite": simple(display_name="某某", username="u", roles=LEADER), "accounts.issue": _account(),
    "accounts.issue_token": simple(name="OA", scope="read", days=30), "accounts.revoke_token": _issued_token, "accounts.issue_own_token": _own_token,
    "accounts.issue_to": lambda life: {"ids": [life.other.user.pk, life.leaver.user.pk]}, "accounts.revoke": _linked,
    "members.invite_member": lambda life: {"id": _newcomer(life).pk, "username": "xin", "roles": LEADER},
    "members.invite_members": lambda life: {"day": TODAY, "again": bool(_newcomer(life))},
    "accounts.set_password": simple(user=_deactivated, password="Zhuanyong-2022"),
    "activities.confirm_participation": _participation, "activities.confirm_participations": _participation,
    "activities.reject_participation": _participation,
    "activities.register_activity": lambda life: {
        "title": "调研", "kind": "research", "organiser_type": "committee", "held_on": DAY, "today": TODAY,
        "participants": [life.other.pk],
    },
    "activities.record_participation": lambda life: {"activity": _activity(life), "members": [_newcomer(life).pk]},
    "activities.withdraw_activity": lambda life: {"id": _activity(life), "reason": "重复"} | _at(),
    "activities.change_activity": lambda life: {
        "id": _activity(life), "reason": "写错", "title": "调研改名", "kind": "research", "organiser_type": "committee",
        "held_on": dt.date(2022, 3, 2), "today": TODAY,
    } | _at(),
    "liaison.change_contact": lambda life: _decided("contact", reason="写错")(life) | _contact(life) | {"summary": "改过的话"},
    "voices.change_output": lambda life: _decided("output", reason="写错")(life) | {
        "type": "proposal", "title": "改过的建议", "submitted_on": DAY, "authorship": "individual", "lead": life.other.pk, "today": TODAY,
    },
    "activities.call_activity": lambda life: {
        "title": "春季视察", "kind": "inspection", "organiser_type": "committee", "held_on": dt.date(2022, 12, 20),
    },
    "activities.invite": lambda life: {"activity": _planned(life), "members": [life.other.pk]} | _at(),
    "activities.answer_invitation": lambda life: {
        "activity": _planned(life), "answer": "declined", "reason": "出差", "today": TODAY, "by": life.other.user,
    } | _at(),
    "activities.take_attendance": lambda life: {
        "activity": _planned(life), "attendance": {life.other.pk: "late"}, "today": dt.date(2022, 12, 20),
    } | _at(),
    "activities.withdraw_participation": _participation,
    "activities.add_guest": lambda life: {"activity": _activity(life), "name": "来宾", "level": "city"},
    "activities.remove_guest": _guest,
    "activities.propose_topic": simple(title="停车难", form="sector", year=2022, source="plan"),
    "activities.move_topic": _topic, "activities.set_occasion": simple(kind="plenary_session", held_on=DAY, title="二次会议"),
    "activities.remove_occasion": _occasion,
    "voices.receive_voice": simple(content="路灯不亮", channel="phone", received_on=DAY, today=TODAY, name="某某", phone="13511112222"),
    "voices.speak": simple(content="路灯不亮", today=TODAY), "voices.take_up": simple(record=lambda life: life.leavers_contact),
    "voices.triage": _heard(kind="specific"), "voices.hand_over": _heard(handler="城管局", handed_on=DAY, today=TODAY),
    "voices.answer": _handled, "voices.give_feedback": _heard(told="已修好", solved="yes", told_on=TODAY, today=TODAY),
    "voices.close": _heard(reason="重复反映"), "voices.convert_to_topic": _heard(title="路灯", form="sector", year=2022),
    "voices.convert_to_output": lambda life: _heard(
        type="opinion_report", title="路灯不亮", submitted_on=DAY, authorship="individual", lead=life.other.pk, today=TODAY
    )(life),
    "voices.anonymise_speaker": _answered, "voices.ask_erase_due": _over, "voices.erase_due": _over,
    "liaison.reopen_contacts": _confirmed("contact"), "voices.reopen_outputs": _confirmed("output"),
    "activities.reopen_participations": _confirmed("activity"),
    "desk.set_reminders": simple(leads=[14, 0], is_on=True),
    "desk.remind": lambda life: {"today": dt.date(2022, 12, 31)} | _at(),
    "liaison.add_files": lambda life: {"record": _claimed(life, "output"), "files": [_upload()]}, "liaison.remove_file": _kept,
    "dispatch.cancel": _job, "dispatch.start_again": _failed,
    "exchange.publish": lambda life: {
        "content": {"id": "x"}, "title": "办法", "note": "", "substance": "s", "in_force_from": DAY,
    } | _at(),
    "exchange.take_position": lambda life: {
        "substance": "s", "since": DAY, "deviations": 1, "parameters": 9, "additions": 0,
    },
    "exchange.deliver": _body, "exchange.accept": _delivered, "exchange.send_back": _delivered,
    "billing_free.set_quota": lambda life: _operator() | {"code": "430923", "what": "members", "amount": 9, "why": "试"},
    "registry.order": lambda life: _operator() | {
        "code": "430922", "name": "政协桃江县委员会", "slug": "taojiang", "level": "county", "parent": "430900", "template": "yiyang-2021",
    },
    "registry.change": lambda life: _operator() | {"code": "430923", "to": "suspended", "why": "试"},
    "liaison.anonymise_constituent": _ended_pair,
    "liaison.assign_link": lambda life: {
        "level": "council_to_sector", "from_member": life.other.pk, "to_sector": life.other.sector_id, "since": DAY,
    },
    "liaison.assign_links": lambda life: {
        "level": "council_to_sector", "pairs": [(_council(life), life.other.sector_id)], "since": DAY,
    },
    "liaison.end_link": _sector_link,
    "liaison.pair_grid": simple(member=_member, name="李网格", place="东坪社区", since=DAY, today=TODAY),
    "liaison.end_grid": simple(id=_row("liaison.constituentlink", kind="grid_worker", until=None), on=TODAY),
    "liaison.confirm_contact": _decided("contact"), "liaison.confirm_contacts": _ids("contact"),
    "liaison.reject_contact": _decided("contact", reason="请补"), "liaison.withdraw_contact": _decided("contact", reason="重复"),
    "liaison.end_pairing": simple(link=_pair, until=TODAY, today=TODAY),
    "liaison.pair_constituent": simple(member=_member, name="群众乙", since=DAY, today=TODAY),
    "liaison.register_contact": _contact,
    "members.add_member": lambda life: {"name": "新", "number": "N8", "sector": life.other.sector, "joined_on": DAY},
    "members.add_sector": simple(name="医卫界"), "members.add_special_committee": simple(name="提案委"),
    "members.add_unit": simple(kind="office", name="研究室", since=DAY),
    "members.update_unit": simple(id=_unit, name="东坪镇小组", until=TODAY),
    "members.appoint": simple(unit=_unit, role="liaison", holder="街道某某", side="subdistrict", since=DAY),
    "members.end_appointment": simple(id=_row("members.post", unit__isnull=False, until=None), on=TODAY),
    "members.join_unit": simple(unit=_another_unit, members=lambda life: [life.other.pk], since=DAY, exception_reason="跨镇履职"),
    "members.leave_unit": simple(id=_row("members.seat", unit__isnull=False, until=None), on=TODAY),
    "members.nominate_conveners": _nominated, "members.unlink_sector": _linked_sector,
    "members.update_sector": simple(id=lambda life: life.other.sector_id, name="教育科技界", base="教育局"),
    "members.rename_special_committee": simple(id=lambda life: life.other.special_committees.get().pk, name="教科委"),
    "members.set_seat_role": simple(id=_row("members.seat", unit=None, until=None), role="director", on=DAY),
    "members.change_member": lambda life: {
        "id": life.other.pk, "sector": life.other.sector, "posts": ["standing_member"], "special_committees": [], "effective_on": DAY,
    },
    "members.rejoin": lambda life: {"id": life.leaver.pk, "on": DAY},
    "proceedings.start_process": _process,
    "proceedings.sign_step": simple(id=_row("proceedings.step", state="open"), meeting="第3次主席会议", today=TODAY, by=lambda life: life.office),
    "proceedings.return_step": simple(id=_row("proceedings.step", state="open"), reason="人选再议", today=TODAY, by=lambda life: life.office),
    "members.anonymise_member": lambda life: {"id": life.leaver.pk, "why": "保存期满", "today": TODAY},
    "members.anonymise_due": lambda life: {"ids": [life.leaver.pk], "today": dt.date(2030, 1, 1)},
    "members.ask_anonymise_due": lambda life: {"ids": [life.leaver.pk], "today": dt.date(2030, 1, 1)},
    "members.sweep_files": _swept, "members.ask_export": simple(id=_member), "members.hand_over": _export,
    "members.assign_post": simple(id=_member, kind="standing_member", since=DAY),
    "members.close_term": simple(name="第十届", ends_on=DAY, continuing=(), today=TODAY),
    "members.end_membership": simple(id=_member, on=DAY), "members.end_post": simple(id=_member, kind="member", on=DAY),
    "members.give_account": lambda life: {"id": _newcomer(life).pk, "username": "xin", "password": None},
    "members.import_roster": _import, "members.ask_import": lambda life: {**_import(life), "right_rows_only": False},
    "members.undo_import": _imported,
    "members.link_sector": lambda life: {
        "sector": life.other.sector, "special_committee": life.other.special_committees.get(), "since": DAY,
    },
    "members.set_conveners": lambda life: {"sector_id": life.other.sector_id, "member_ids": [life.other.pk], "since": DAY},
    "members.set_retention": simple(years=3, why="本会规定"), "members.update_member": _update,
    "assessment.ask_what_if": lambda life: {"draft_id": _draft(life)["id"], "as_of": TODAY},
    "policy.adopt_successor": lambda life: _template(life) | {
        "replaces": True, "reason": "换届", "body": "chairpersons_council", "meeting": "第3次会议", "decided_on": DAY, "document_number": "1号",
        "in_force_from": DAY, "today": TODAY},
    "policy.adopt_template": _template, "policy.withdraw": lambda life: _future_document(life) | _at(),
    "policy.keep_draft": lambda life: {"typed": {"reason": ["群众多"]}, "operations": None} | _at(),
    "policy.propose": lambda life: _draft(life) | _at(), "policy.drop_draft": lambda life: _draft(life) | _at(),
    "policy.reopen": lambda life: _draft(life, proposed=True) | {"remark": "再议"} | _at(),
    "policy.adopt_draft": lambda life: _draft(life, proposed=True) | {
        "meeting": "第3次会议", "decided_on": DAY, "document_number": "1号", "today": TODAY, "by": SYSTEM} | _at(),
    "policy.publish_policy": lambda life: {"note": "改了结对人数", "today": TODAY} | _at(),
    "policy.keep_detail": lambda life: {
        "thing": "duty.contacts", "typed": {}, "operations": [{"op": "set", "path": "duty.contacts.period", "value": "quarter"}],
    } | _at(),
    "policy.begin_case": lambda life: {"origin": "shipped:guangzhou-2020"} | _at(),
    "policy.keep_case": lambda life: _policy_case(life) | {"typed": {}, "operations": []} | _at(),
    "policy.propose_case": lambda life: _policy_case(life) | {"reason": "换届"} | _at(),
    "policy.adopt_case": lambda life: _policy_case(life, proposed=True) | {
        "body": "chairpersons_council", "meeting": "第3次会议", "decided_on": DAY, "document_number": "1号", "in_force_from": DAY,
        "today": TODAY, "by": SYSTEM} | _at(),
    "policy.adapt": simple(
        operations=[{"op": "set", "path": "duty.constituents.min", "value": 5}, {"op": "set", "path": "duty.constituents.max", "value": 8}],
        reason="群众多", body="chairpersons_council", meeting="第3次会议", decided_on=DAY, document_number="1号", in_force_from=DAY, today=TODAY,
    ),
    "proceedings.record_decision": simple(
        body="chairpersons_council", meeting="第3次会议", decided_on=DAY, document_number="1号", subject="某事", today=TODAY
    ),
    "exchange.accept_many": lambda life: {**(sent := _delivered(life)), "delivery_ids": [sent["delivery_id"]]},
    "reports.change_key": lambda life: _at(), "reports.reseal_keys": lambda life: _period("closed", "signed")(life) | {"by": SYSTEM},
    "exchange.publish_key": lambda life: {"public_key": "a" * 43 + "="} | _at(),
    "reports.close_period": _period(), "reports.sign": _period("closed"), "reports.withdraw_signature": _period("closed", "signed"),
    "assessment.remind": lambda life: {"member": life.other.pk, "duty": "constituents", "as_of": TODAY} | _at(),
    "assessment.waive": _waived, "assessment.end_waiver": lambda life: _waived(life, done=True),
    "assessment.object_to": lambda life: _objection(life, raised=False), "assessment.answer_objection": _objection,
    "assessment.withdraw_objection": _objection,
    "reports.ask_bundle": lambda life: {"content": "duty_file", "form": "", "ending": "docx", "as_of": DAY, "by": life.office} | _at(),
    "reports.fetch_bundle": lambda life: _bundle(life), "reports.fill_form": lambda life: _form(),
    "reports.take_form_step": lambda life: _form(life, "filed"), "reports.undo_form_step": lambda life: _form(life, "filled"),
    "reports.submit": _period("closed", "signed"), "reports.request_close": _period(),
    "voices.confirm_output": _decided("output"), "voices.confirm_outputs": _ids("output"),
    "voices.reject_output": _decided("output", reason="请补"), "voices.withdraw_output": _decided("output", reason="重复"),
    "voices.register_output": lambda life: {
        "type": "proposal", "title": "新建议", "submitted_on": DAY, "authorship": "individual", "lead": life.other.pk, "today": TODAY,
    },
}  # fmt: skip


def _operator() -> dict[str, Any]:
    return {"_inside": ""}


def _at() -> dict[str, Any]:
    from core import clock

    return {"at": clock.now()}


@contextmanager
def place_of(given: dict[str, Any]) -> Iterator[None]:
    """Where the example's action runs: the story's committee, another one, or the bare host."""
    inside = given.pop("_inside", None)
    with tenancy.as_operator() if inside == "" else tenancy.inside(inside or "430923"):
        yield


def called(action: Callable[..., Any], given: dict[str, Any], by: Any) -> Callable[[], Any]:
    """The action with those of the arguments it takes."""
    wanted = inspect.signature(action).parameters
    values = {"by": by} | {key: value for key, value in given.items() if key in wanted}
    return lambda: action(**values)


def digests() -> dict[str, str]:
    """Every table of the committee the test stands in, and the public ones a committee or the operator writes, as digests."""
    with connection.cursor() as cursor:
        schema = tenancy.current().schema if tenancy.is_inside() else None
        own: list[str] = []
        if schema:
            cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname <> 'django_migrations'")  # fmt: skip
            own = [name for (name,) in cursor.fetchall()]
        public = (
            PUBLIC
            if schema
            else ("dispatch_job", "billing_free_quota", "registry_committee", "core_auditevent", "core_auditwords")
        )
        tables = [*((one, f'"{one}"') for one in own), *((f"public.{one}", f"public.{one}") for one in public)]
        digest = "SELECT '{}', md5(coalesce(string_agg(x::text, '' ORDER BY x::text), '')) FROM {} x"
        cursor.execute(" UNION ALL ".join(digest.format(name, table) for name, table in tables))
        return dict(cursor.fetchall())


def _refuse_trail(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    if 'INSERT INTO "core_auditevent"' in str(sql):
        raise TrailBroken
    return execute(sql, params, many, context)


def test_every_action_has_a_worked_example():
    found = set(actions())
    assert len(found) > 40
    assert sorted(found - set(EXAMPLES) - set(NO_ACTION)) == [], "declare an example for the new action in EXAMPLES"
    assert sorted(set(NO_ACTION) - found) == []


WRITING = sorted((set(EXAMPLES) & set(actions())) - set(NO_ACTION))
QUEUE_ONLY = {"reports.request_close", "assessment.ask_what_if"}  # the job row is what it writes, and says who asked


@pytest.mark.parametrize("name", [one for one in WRITING if one not in QUEUE_ONLY])
def test_an_action_whose_trail_cannot_be_written_writes_nothing(life: Life, name: str) -> None:
    given = EXAMPLES[name](life) or {}
    by = given.pop("by", life.office)
    with place_of(given):
        act = called(actions()[name], given, by)
        before = digests()
        with pytest.raises(TrailBroken), connection.execute_wrapper(_refuse_trail):
            act()
        assert digests() == before


@pytest.mark.parametrize("name", WRITING)
def test_whatever_an_action_changes_is_covered_by_the_trail(life: Life, name: str) -> None:
    given = EXAMPLES[name](life) or {}
    by = given.pop("by", life.office)
    with place_of(given):
        act = called(actions()[name], given, by)
        before, known = digests(), set(AuditEvent.objects.values_list("pk", flat=True))
        act()
        after = digests()
        changed = {table for table in after if after[table] != before[table]} - set(ITS_OWN_TRAIL)
        assert not changed or not tenancy.is_inside() or uncovered(changed, known) == []
        assert name in QUEUE_ONLY or AuditEvent.objects.exclude(pk__in=known).exists()


def uncovered(changed: set[str], known: set[Any]) -> list[str]:
    """Changed tables that no new row of the trail is about, of an app none of whose actions stands there."""
    new = list(AuditEvent.objects.exclude(pk__in=known))
    told, about = {one.action.partition(".")[0] for one in new}, {one.subject_type.replace(".", "_") for one in new}
    ending = {"members.close_term", "members.end_membership", "members.anonymise", "liaison.anonymise"}
    if ending & {one.action for one in new}:
        return []  # these walk every app by the declarations; the row counts what they changed
    return sorted(table for table in changed - about if table.removeprefix("public.").partition("_")[0] not in told)


def test_a_write_without_a_row_is_found(life: Life) -> None:
    before, known = digests(), set(AuditEvent.objects.values_list("pk", flat=True))
    type(life.other).objects.filter(pk=life.other.pk).update(phone="0")
    after = digests()
    changed = {table for table in after if after[table] != before[table]}
    assert changed == {"members_member"}
    assert uncovered(changed, known) == ["members_member"]


def test_every_home_of_actions_is_walked() -> None:
    import tenants

    apps = {one.name for one in pkgutil.iter_modules(tenants.__path__)}
    with_actions = {f"tenants.{app}.actions" for app in apps if importlib.util.find_spec(f"tenants.{app}.actions")}
    assert with_actions <= set(HOMES)
