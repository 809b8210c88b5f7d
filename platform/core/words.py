"""What apps, actions, rows and fields are called on a page or in a file."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models

ROWS: Mapping[str, str] = {
    "core.auditevent": "操作记录", "core.auditwords": "操作记录的文字", "core.erasure": "匿名登记",
    "accounts.user": "账号", "accounts.rolegrant": "角色", "accounts.invitation": "一次性链接", "accounts.session": "登录的设备",
    "proceedings.decision": "会议决定", "policy.policydocument": "办法文件",
    "policy.draft": "办法调整草稿", "policy.withdrawal": "撤回的办法文件",
    "members.sector": "界别", "members.specialcommittee": "专委会", "members.sectorcommitteelink": "专委会联系界别",
    "members.member": "委员", "members.seat": "专委会、小组任职", "members.post": "职务", "members.convener": "界别召集人",
    "members.term": "届次", "members.houserule": "本会设定",
    "members.madefile": "生成的文件", "members.rosterimport": "名册导入", "members.spell": "以前的任期", "members.unit": "机构、小组",
    "members.nomination": "召集人推选", "members.nominee": "推选的召集人",
    "proceedings.process": "办理事项", "proceedings.step": "办理步骤", "liaison.constituent": "群众、网格员", "liaison.constituentlink": "结对",
    "liaison.linkassignment": "联系安排", "liaison.contactrecord": "联系记录", "liaison.contactconstituent": "联系到的群众",
    "liaison.contactparticipant": "参加联系的委员", "activities.activity": "活动", "activities.participation": "参加活动",
    "liaison.attachment": "照片和文件", "activities.invitation": "活动邀请", "activities.guest": "来宾", "activities.topic": "协商议题", "activities.occasion": "会议日程",
    "voices.speaker": "来信来访人", "voices.voice": "民意", "voices.handling": "民意办理", "voices.conversion": "民意转化", "voices.output": "履职成果", "voices.outputauthor": "成果署名", "assessment.waiver": "豁免", "reports.return": "报表",
    "reports.filledform": "登记表", "reports.formanswer": "登记表内容",
    "reports.formstep": "登记表办理", "assessment.objection": "异议",
    "reports.signingkey": "报表签名密钥", "desk.notice": "收件", "desk.reminder": "提醒", "exchange.delivery": "报送件", "exchange.signingkey": "公开的签名公钥", "exchange.publication": "发布的办法", "exchange.position": "采用情况", "registry.committee": "委员会",
}  # fmt: skip
FIELDS: Mapping[str, str] = {
    "name": "姓名", "name_pinyin": "拼音", "number": "委员编号", "sector": "界别", "posts": "职务", "special_committees": "专委会",
    "work_unit": "工作单位", "unit_post": "单位职务", "phone": "联系电话", "joined_on": "任职日期", "left_on": "离任日期",
    "user": "账号", "username": "账号", "display_name": "显示名", "password": "密码", "last_login": "上次登录", "is_active": "可以登录",
    "roles": "角色", "scope": "范围", "is_invented": "演示人物", "continues": "连任下届", "conveners": "召集人", "since": "起始", "until": "截止",
    "special_committee": "专委会", "kind": "类别", "counts": "人数", "effective_on": "变动起算", "sectors": "新建界别", "new": "新增",
    "changed": "变更", "unchanged": "不变", "state": "状态", "period": "期间", "revision": "第几稿", "member": "委员",
    "held_on": "日期", "reason": "理由", "summary": "内容", "opinions": "意见建议", "title": "题目", "order": "次序", "meeting": "会议",
    "body": "会议类别", "decided_on": "决定日期", "document_number": "文号", "subject": "事由", "uploaded_by": "上传人",
    "file_name": "文件名", "content": "内容", "makes_groups": "同时新建", "profession": "职业", "area": "地域", "note": "备注",
    "constituent": "群众", "choice_basis": "选择方式", "level": "层次", "from_member": "联系人", "to_member": "联系的委员",
    "to_sector": "联系的界别", "to_special_committee": "联系的专委会", "basis": "依据", "entered_by": "录入人", "decided_by": "确认人",
    "decided_at": "确认时间", "rejected_reason": "退回理由", "withdrawn": "已撤回", "withdrawn_at": "撤回时间", "withdrawn_reason": "撤回理由",
    "mode": "方式", "place": "地点", "place_level": "地点层级", "target": "联系对象", "headcount": "人数", "content_type": "内容类别",
    "record": "联系记录", "role": "角色", "organiser": "组织者", "organiser_type": "组织者类别", "organiser_sector": "组织界别",
    "organiser_special_committee": "组织专委会", "organiser_member": "组织委员", "venue_name": "站点", "destination": "去向",
    "activity": "活动", "participants": "参加人", "replaced": "替换的记录", "answer": "答复", "answered_at": "答复时间", "unit": "单位", "year": "年度", "source": "来源",
    "result": "结果", "beneficiary": "受益对象", "is_planned": "还没有举办", "received_on": "收到日期", "receipt": "回执号", "channel": "渠道", "contact": "联系记录",
    "speaker": "来信来访人", "told_on": "反馈日期", "told": "反馈内容", "closed_on": "办结日期", "solved": "解决了没有", "closed_reason": "办结理由",
    "voice": "民意", "handler": "承办单位", "handed_on": "转办日期", "added_by": "添加人", "size": "大小", "thumbnail": "小图", "topic": "协商议题",
    "invited": "邀请", "attendance": "到会情况", "guests": "来宾", "type": "类别", "submitted_on": "提交日期",
    "authorship": "署名方式", "authors": "署名人", "lead": "领衔人", "based_on": "依托活动", "based_on_contact": "依托联系", "based_on_topic": "依托议题", "output": "成果", "duty": "要求", "decision": "会议决定",
    "as_of": "截至", "policies": "所依办法", "digest": "校验值", "fingerprint": "公钥指纹", "signature": "签名", "public_key": "签名公钥", "closed_by": "结账人", "closed_at": "结账时间", "signed_by": "签署人",
    "signed_at": "签署时间", "submitted_at": "报送时间", "identifier": "文件标识", "in_force_from": "起施行", "layer": "层次",
    "recipient": "送达单位", "committee": "委员会", "what": "项目", "amount": "数量", "job": "任务编号", "task": "任务", "actor": "操作人",
    "action": "做了什么", "why": "理由", "old": "原来", "at": "时间", "years": "年数", "ends_on": "届满日", "persons": "人数", "erased": "抹去",
    "scrubbed": "去名", "dropped": "删除", "words": "操作记录", "accounts": "账号", "ended": "结束", "continuing": "连任", "export": "导出编号",
    "asked_by": "申请人", "ready_at": "完成时间", "district": "所在区", "purpose": "用途", "expires_at": "有效到", "used_at": "用过的时间",
    "revoked_at": "撤销时间", "session_key": "会话", "session_data": "会话内容", "expire_date": "最晚到",
    "seen_at": "最近使用", "device": "设备", "is_remembered": "记住这部手机", "text": "内容", "url": "网址",
    "method": "请求方法", "address": "接口地址", "written": "写入的记录", "status": "应答", "token": "令牌", "about": "事项", "due_on": "期限", "clauses": "依据", "key": "事项编号", "sent_at": "收到时间", "read_at": "读过的时间", "settled_at": "办结时间",
    "figure": "当时的数", "outcome": "结果", "raised_by": "提出人", "form": "表", "of": "所属", "field": "栏目", "workflow": "流程", "step": "步骤", "done_on": "办理日期",
    "ending": "格式", "stored": "存放名", "fields": "改动的栏目", "is_new": "首次填写",
    "leads": "提前天数", "is_on": "开启", "whom": "提醒谁", "stage": "第几天的提醒", "owed": "还差", "sent_on": "提醒日期", "notice": "收件",
    "first": "第一召集人", "aliases": "别名", "holder": "任职者", "holder_post": "任职者职务",
    "side": "哪一方", "venue": "活动场所", "funds": "经费渠道", "exception_reason": "多参加的理由", "opinion": "意见", "on_paper": "纸质签字人",
    "subject_type": "对象类别", "subject_id": "对象编号", "started_on": "开始", "ended_on": "办结日期", "started_by": "提出人", "process": "办理事项",
    "by": "由谁办", "after": "在哪些步骤之后", "optional": "可以不办", "days": "几天内", "in_working_days": "按工作日", "opened_on": "轮到的日期", "signed_on": "办理日期",
    "nominated_on": "推选日期", "nomination": "推选", "confirmed_at": "确认导入的时间", "added": "新增", "before": "导入前", "undone_at": "撤销时间",
    "grid": "网格", "value": "设定的内容", "version": "第几版",
}  # fmt: skip
APPS: Mapping[str, str] = {
    "accounts": "账号", "members": "委员", "liaison": "联系", "activities": "活动", "voices": "民意与成果", "policy": "办法",
    "proceedings": "会议决定", "assessment": "履职情况", "reports": "报送", "exchange": "上下级", "desk": "首页",
    "registry": "平台", "dispatch": "后台任务",
}  # fmt: skip
ACTIONS: Mapping[str, str] = {
    "accounts.create_user": "开通账号", "accounts.create_users": "批量开通账号", "accounts.set_password": "改密码",
    "accounts.change_roles": "改角色", "accounts.deactivate": "停用账号", "accounts.reactivate": "恢复账号",
    "accounts.issue_join": "发邀请链接", "accounts.issue_reset": "发重设密码链接", "accounts.issue_links": "批量发邀请链接",
    "accounts.revoke_link": "撤销链接", "accounts.accept_join": "本人开通账号", "accounts.accept_reset": "本人重设密码",
    "accounts.sign_in": "登录", "accounts.sign_in_refused": "登录时密码输错", "accounts.end_session": "退出一台设备",
    "accounts.end_other_sessions": "退出其他设备", "api.write": "通过接口写入", "accounts.issue_token": "生成接口令牌", "accounts.revoke_token": "撤销接口令牌", "members.invite_members": "批量邀请委员",
    "members.add_member": "添加委员", "members.update_member": "修改委员信息", "members.end_membership": "登记离任",
    "members.assign_post": "登记任职", "members.end_post": "登记免职", "members.give_account": "为委员开通账号",
    "members.set_conveners": "确定召集人", "members.add_sector": "新建界别", "members.add_special_committee": "新建专委会",
    "members.link_sector": "专委会联系界别", "members.import_roster": "导入名册", "members.anonymise": "匿名处理委员",
    "members.ask_export": "申请导出个人信息", "members.export": "准备个人信息导出", "members.hand_over": "下载个人信息", "members.sweep_files": "清除过期文件", "members.close_term": "办理届满",
    "members.change_member": "变动职务、界别", "members.rejoin": "重新任职", "members.add_unit": "新建机构、小组", "members.update_unit": "修改机构、小组",
    "members.appoint": "任命", "members.end_appointment": "免去任命", "members.join_unit": "编入小组", "members.leave_unit": "退出小组",
    "members.nominate_conveners": "推选召集人", "members.settle_nomination": "推选办结", "members.update_sector": "修改界别", "members.rename_special_committee": "专委会改名",
    "members.unlink_sector": "专委会不再联系界别", "members.set_seat_role": "专委会任职变动", "members.undo_import": "撤销名册导入", "members.import": "提交名册导入",
    "proceedings.start_process": "提交办理", "proceedings.sign_step": "同意", "proceedings.return_step": "退回",
    "members.set_retention": "设定保存年限", "members.anonymise_due": "批量匿名处理",
    "liaison.register_contact": "记录联系", "liaison.confirm_contact": "确认联系", "liaison.reject_contact": "退回联系记录",
    "liaison.withdraw_contact": "撤回联系记录", "liaison.change_contact": "修改联系记录", "liaison.add_file": "添加照片或文件", "liaison.remove_file": "去掉照片或文件", "liaison.move_files": "照片和文件随记录改归", "liaison.reopen_contact": "撤销确认联系", "liaison.pair_constituent": "结对群众", "liaison.end_pairing": "结束结对",
    "liaison.assign_link": "安排联系对象", "liaison.anonymise": "匿名处理群众",
    "activities.register_activity": "登记活动", "activities.record_participation": "登记参加人", "activities.withdraw_activity": "撤回活动", "activities.change_activity": "修改活动", "activities.reopen_participation": "撤销确认参加", "activities.reopen_activity": "撤销确认活动",
    "liaison.assign_links": "批量安排联系对象", "liaison.end_link": "结束联系安排",
    "liaison.add_grid_worker": "登记网格员", "liaison.pair_grid": "网格结对", "liaison.end_grid": "结束网格结对",
    "activities.confirm_activity": "确认活动", "activities.confirm_participation": "确认参加", "activities.reject_participation": "退回参加记录",
    "voices.register_output": "登记履职成果", "voices.confirm_output": "确认履职成果", "voices.reject_output": "退回履职成果",
    "voices.withdraw_output": "撤回履职成果", "voices.change_output": "修改履职成果", "voices.reopen_output": "撤销确认成果", "voices.receive": "登记民意", "voices.triage": "民意分办", "voices.hand_over": "转办民意",
    "voices.answer": "登记办理结果", "voices.give_feedback": "反馈民意", "voices.close": "不予办理",
    "voices.convert": "民意转化", "voices.anonymise": "匿名处理来信来访人", "voices.erase_due": "抹去到期的反映人信息",
    "activities.invite": "邀请参加活动", "activities.answer_invitation": "答复邀请", "activities.take_attendance": "登记到会情况",
    "activities.add_guest": "登记来宾", "activities.remove_guest": "去掉来宾", "activities.withdraw_participation": "撤回参加记录",
    "activities.propose_topic": "提出协商议题", "activities.move_topic": "协商议题进展", "activities.set_occasion": "登记会议日程", "activities.remove_occasion": "去掉会议日程",
    "policy.adopt_template": "采用办法", "policy.adopt_overlay": "调整办法",
    "policy.keep_draft": "保存办法调整草稿", "policy.propose": "送请会议决定", "policy.reopen_draft": "退回办法调整草稿",
    "policy.drop_draft": "放弃办法调整草稿", "policy.adopt_draft": "登记会议对办法调整的决定", "policy.withdraw": "撤回未施行的办法", "policy.begin_case": "着手办理办法换新版", "policy.keep_case": "保存办法换新版的逐项决定",
    "policy.adopt_case": "登记会议对办法换新版的决定",
    "proceedings.record_decision": "记录会议决定",
    "reports.close_period": "结账", "reports.sign": "签署报表", "reports.withdraw_signature": "撤回签署", "reports.submit": "报送报表", "reports.change_key": "更换签名密钥", "reports.reseal_keys": "重新封存签名密钥",
    "reports.fill_form": "填写登记表", "reports.take_form_step": "登记表办理一步", "reports.undo_form_step": "登记表撤回一步",
    "assessment.remind": "提醒委员", "assessment.waive": "登记豁免", "assessment.what_if": "试算办法调整", "assessment.end_waiver": "撤销豁免", "assessment.object_to": "提异议",
    "assessment.answer_objection": "答复异议", "assessment.withdraw_objection": "收回异议",
    "reports.ask_bundle": "申请生成全体文件", "reports.fetch_bundle": "下载全体文件", "reports.make_bundle": "生成全体文件",
    "exchange.deliver": "送达上级", "exchange.accepted": "接收报表", "exchange.returned": "退回报表", "exchange.publish_key": "公布签名公钥", "exchange.publish": "发布办法", "exchange.take_position": "报告办法采用情况",
    "dispatch.cancel": "取消任务", "dispatch.start_again": "重新办理任务", "desk.export_trail": "导出操作记录", "desk.set_reminders": "设定提醒", "desk.remind": "发出提醒",
    "registry.set_state": "改变使用状态", "registry.archive": "归档", "registry.order": "开通委员会", "registry.move": "改归上级",
}  # fmt: skip
_ACTS: Mapping[str, str] = {"demo": "写入演示数据"}  # whatever the verb
SPECIAL: Mapping[str, str] = {
    "sector.name": "名称", "houserule.name": "哪一项", "unit.name": "名称", "post.unit": "机构、小组", "seat.unit": "小组", "nominee.is_first": "第一召集人", "sector.base": "组织依托",
    "process.state": "办理情况", "post.role": "任什么", "seat.role": "任什么", "unit.body": "按文件属于", "nominee.nomination": "推选", "specialcommittee.name": "名称", "term.name": "届次", "contactrecord.member": "组织委员",
    "convener.is_first": "第一召集人", "activity.until": "最后一天", "contactparticipant.role": "怎样参加", "participation.role": "怎样参加",
    "session.place": "所属", "outputauthor.role": "署名身份", "post.kind": "职务",
    "madefile.number": "份数", "madefile.kind": "文件种类", "voice.state": "办到哪一步", "voice.number": "编号",
    "guest.level": "哪一级", "handling.due_on": "办理期限", "handling.done_on": "办结日期", "topic.form": "协商形式", "invitation.reason": "请假原因",
    "draft.number": "处数", "draft.document": "成为的文件", "draft.state": "进度",
    "attachment.name": "文件名", "attachment.kind": "属于", "attachment.content_type": "格式", "attachment.record_id": "记录编号",
}  # fmt: skip


def field_name(key: str, model: type[models.Model] | None = None) -> str:
    """What the field is called; its own name where nobody has named it (a test looks for those)."""
    special = f"{model._meta.model_name}.{key}" if model is not None else ""
    return SPECIAL.get(special) or FIELDS.get(key, key)


def row_name(label: str) -> str:
    """What a row of the model `app.model` is called."""
    return ROWS.get(label, label)


def act(action: str) -> str:
    """What was done, e.g. 送达上级."""
    app = action.partition(".")[0]
    return ACTIONS.get(action) or _ACTS.get(app) or f"{APPS.get(app, '')} {action.removeprefix(f'{app}.')}".strip()
