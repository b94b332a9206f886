"""The kinds of acts that the audit knows, and their words."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class Kind(StrEnum):
    """Every kind of act that leaves an event."""

    UNIT_CREATED = "unit_created"
    PROGRAMME_SET = "programme_set"
    TASK_SET = "task_set"
    TASK_REPORTED = "task_reported"
    INSTRUCTION_RECORDED = "instruction_recorded"
    INSTRUCTION_READ = "instruction_read"
    INSTRUCTION_MOVED = "instruction_moved"
    ENTRY_ADDED = "entry_added"
    ENTRY_STRUCK = "entry_struck"
    SWEEP_TAKEN = "sweep_taken"
    EVALUATION_STATED = "evaluation_stated"
    LEDGER_EXPORTED = "ledger_exported"
    SUMMARY_WRITTEN = "summary_written"
    SUMMARY_APPROVED = "summary_approved"
    SUMMARY_SENT = "summary_sent"
    SUMMARY_SENT_BACK = "summary_sent_back"
    SUMMARY_RECEIVED = "summary_received"
    SUMMARY_EXPORTED = "summary_exported"
    STORY_WRITTEN = "story_written"
    STORY_READ = "story_read"
    STORY_APPROVED = "story_approved"
    STORY_PUBLISHED = "story_published"
    STORY_DROPPED = "story_dropped"
    MONTH_CLOSED = "month_closed"
    MONTH_REOPENED = "month_reopened"
    RETURN_TEMPLATE_KEPT = "return_template_kept"
    RETURN_MADE = "return_made"
    RETURN_SENT = "return_sent"
    RETURN_SENT_BACK = "return_sent_back"
    RETURN_ACCEPTED = "return_accepted"
    UNIT_RENAMED = "unit_renamed"
    UNIT_CLOSED = "unit_closed"
    PLATE_ADDED = "plate_added"
    PLATE_ENDED = "plate_ended"
    PLATE_CORRECTED = "plate_corrected"
    ACCOUNT_CREATED = "account_created"
    POST_OPENED = "post_opened"
    POST_CLOSED = "post_closed"
    POST_CHOSEN = "post_chosen"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REOPENED = "account_reopened"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of an act
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    LOGIN_LOCKED = "login_locked"
    AUDIT_VERIFIED = "audit_verified"
    FILE_KEPT = "file_kept"
    JOB_SCHEDULED = "job_scheduled"
    JOB_ADVANCED = "job_advanced"
    JOB_CANCELLED = "job_cancelled"
    JOB_ENDED = "job_ended"
    INTAKE_STARTED = "intake_started"
    ROWS_TAKEN_IN = "rows_taken_in"
    ROWS_PREVIEWED = "rows_previewed"
    PREVIEW_DECIDED = "preview_decided"
    UNPUBLISHED_READ = "unpublished_read"
    SUBJECTS_MERGED = "subjects_merged"
    SUBJECTS_PARTED = "subjects_parted"
    DIRECTORY_DECIDED = "directory_decided"
    SUBJECT_PLACED = "subject_placed"
    UNPUBLISHED_GRANTED = "unpublished_granted"
    UNPUBLISHED_GRANT_ENDED = "unpublished_grant_ended"
    SCREENING_STARTED = "screening_started"
    CASE_MATERIAL_BROUGHT = "case_material_brought"
    CASE_SCREENED = "case_screened"
    NIGHTLY_SWITCHED = "nightly_switched"
    DETECTOR_SWITCHED = "detector_switched"
    IDENTITIES_RESOLVED = "identities_resolved"
    FINDINGS_STORED = "findings_stored"
    FINDING_READ = "finding_read"
    FINDING_JUDGED = "finding_judged"
    LEAD_OPENED = "lead_opened"
    LEAD_READ = "lead_read"
    LEAD_HANDED_OVER = "lead_handed_over"
    LEAD_MOVED = "lead_moved"
    INTERVIEW_PLANNED = "interview_planned"
    INTERVIEW_READ = "interview_read"
    INTERVIEW_CHANGED = "interview_changed"
    WORKSHEET_BEGUN = "worksheet_begun"
    WORKSHEET_READ = "worksheet_read"
    WORKSHEET_SAVED = "worksheet_saved"
    WORKSHEET_MOVED = "worksheet_moved"
    RECTIFICATION_ASKED = "rectification_asked"
    RECTIFICATION_READ = "rectification_read"
    RECTIFICATION_CHECKED = "rectification_checked"
    ONWARD_PREPARED = "onward_prepared"
    ONWARD_READ = "onward_read"
    ONWARD_MOVED = "onward_moved"
    ALERTS_STARTED = "alerts_started"
    ALERTS_READ = "alerts_read"
    ALERTS_MOVED = "alerts_moved"
    PAPER_REVIEW_ASKED = "paper_review_asked"
    PAPER_REVIEW_RETURNED = "paper_review_returned"
    MANDATES_LOADED = "mandates_loaded"
    MANDATES_APPROVED = "mandates_approved"
    RULEBOOK_LOADED = "rulebook_loaded"
    RULEBOOK_APPROVED = "rulebook_approved"
    RULEBOOK_WITHDRAWN = "rulebook_withdrawn"
    REHEARSAL_STARTED = "rehearsal_started"
    REHEARSED = "rehearsed"
    REHEARSAL_READ = "rehearsal_read"
    TEMPLATE_REPLACED = "template_replaced"
    PAPER_DRAFTED = "paper_drafted"
    PAPER_REVISED = "paper_revised"
    PAPER_READ = "paper_read"
    PAPER_APPROVED = "paper_approved"
    PAPER_ISSUED = "paper_issued"
    PAPER_SET = "paper_set"
    PAPER_DROPPED = "paper_dropped"
    PAPER_SHARED = "paper_shared"
    DISPATCH_RECEIVED = "dispatch_received"
    DISPATCH_SPLIT = "dispatch_split"
    DISPATCH_READ = "dispatch_read"
    DISPATCH_ASSIGNED = "dispatch_assigned"
    DISPATCH_FORWARDED = "dispatch_forwarded"
    DISPATCH_PRESSED = "dispatch_pressed"
    DISPATCH_ANSWERED = "dispatch_answered"
    DISPATCH_CLOSED = "dispatch_closed"
    DISPATCH_VOIDED = "dispatch_voided"
    ROW_ANSWERED = "row_answered"
    ROW_DECLINED = "row_declined"
    SHEET_WRITTEN = "sheet_written"
    SHEET_MOVED = "sheet_moved"
    SHEET_RETURNED = "sheet_returned"
    SHEET_MERGED = "sheet_merged"
    MODE_SET = "mode_set"
    CAPTURE_KEPT = "capture_kept"
    CAPTURE_DRAWN = "capture_drawn"
    CAPTURE_ASKED = "capture_asked"
    CAPTURE_READ = "capture_read"
    CAPTURE_TYPED = "capture_typed"
    EVIDENCE_RECORDED = "evidence_recorded"
    LEXICON_UPLOADED = "lexicon_uploaded"
    OUTSIDE_NOTED = "outside_noted"
    OUTSIDE_READ = "outside_read"
    OUTSIDE_CHANGED = "outside_changed"
    OUTSIDE_TAKEN_IN = "outside_taken_in"
    OUTSIDE_EXPORTED = "outside_exported"
    PURPOSE_STATED = "purpose_stated"
    PERSONS_LISTED = "persons_listed"
    NOTICE_OWED = "notice_owed"
    NOTICE_READ = "notice_read"
    NOTICE_MOVED = "notice_moved"
    NOTICES_EXPORTED = "notices_exported"
    CREDIT_EVENT_RECORDED = "credit_event_recorded"
    CREDIT_EVENTS_TAKEN = "credit_events_taken"
    CREDIT_EVENT_CHANGED = "credit_event_changed"
    FACT_CONFIRMED = "fact_confirmed"
    FACT_TAKEN_BACK = "fact_taken_back"
    RECKONED = "reckoned"
    CREDIT_READ = "credit_read"
    CLASS_SIGNED = "class_signed"
    LIST_PROPOSED = "list_proposed"
    LIST_MOVED = "list_moved"
    LIST_READ = "list_read"
    LIST_PAPER_KEPT = "list_paper_kept"
    STANDING_FOLLOWED = "standing_followed"
    DUE_REANNOUNCED = "due_reannounced"
    PLAN_STARTED = "plan_started"
    PLAN_MOVED = "plan_moved"
    PLAN_READ = "plan_read"
    REPAIR_ASKED = "repair_asked"
    REPAIR_DECIDED = "repair_decided"
    OBJECTION_RAISED = "objection_raised"
    OBJECTION_DECIDED = "objection_decided"


KIND_TEXTS: dict[Kind, Text] = {
    Kind.UNIT_CREATED: Text("登记单位", "unit registered"),
    Kind.PROGRAMME_SET: Text("部署专项行动", "programme set up"),
    Kind.TASK_SET: Text("部署任务", "task set"),
    Kind.TASK_REPORTED: Text("任务进展", "progress of a task"),
    Kind.INSTRUCTION_RECORDED: Text("登记批示", "instruction recorded"),
    Kind.INSTRUCTION_READ: Text("查看批示", "instruction read"),
    Kind.INSTRUCTION_MOVED: Text("批示办理", "instruction carried on"),
    Kind.ENTRY_ADDED: Text("登记台账条目", "ledger entry added"),
    Kind.ENTRY_STRUCK: Text("撤销台账条目", "ledger entry struck"),
    Kind.SWEEP_TAKEN: Text("批量登记排查", "sweep entered in bulk"),
    Kind.EVALUATION_STATED: Text("评价说明、异议或答复", "evaluation explained, objected to or answered"),
    Kind.LEDGER_EXPORTED: Text("导出台账", "ledger exported"),
    Kind.SUMMARY_WRITTEN: Text("起草年度总结", "yearly summary written"),
    Kind.SUMMARY_APPROVED: Text("核准年度总结", "yearly summary approved"),
    Kind.SUMMARY_SENT: Text("报送年度总结", "yearly summary sent"),
    Kind.SUMMARY_SENT_BACK: Text("退回年度总结", "yearly summary sent back"),
    Kind.SUMMARY_RECEIVED: Text("签收年度总结", "yearly summary acknowledged"),
    Kind.SUMMARY_EXPORTED: Text("导出年度总结", "yearly summary exported"),
    Kind.STORY_WRITTEN: Text("编写典型案例", "typical case written"),
    Kind.STORY_READ: Text("查看典型案例", "typical case read"),
    Kind.STORY_APPROVED: Text("核准典型案例", "typical case approved"),
    Kind.STORY_PUBLISHED: Text("登记典型案例宣传", "typical case entered as published"),
    Kind.STORY_DROPPED: Text("撤下典型案例", "typical case dropped"),
    Kind.MONTH_CLOSED: Text("月度结账", "month closed"),
    Kind.MONTH_REOPENED: Text("撤销月度结账", "month reopened"),
    Kind.RETURN_TEMPLATE_KEPT: Text("上传报表模板", "template of a return uploaded"),
    Kind.RETURN_MADE: Text("生成报表", "return made"),
    Kind.RETURN_SENT: Text("报送报表", "return sent"),
    Kind.RETURN_SENT_BACK: Text("退回报表", "return sent back"),
    Kind.RETURN_ACCEPTED: Text("接收报表", "return accepted"),
    Kind.UNIT_RENAMED: Text("单位更名", "unit renamed"),
    Kind.UNIT_CLOSED: Text("撤销单位", "unit closed"),
    Kind.PLATE_ADDED: Text("增加牌子", "plate added"),
    Kind.PLATE_ENDED: Text("结束牌子", "plate ended"),
    Kind.PLATE_CORRECTED: Text("更正牌子", "plate corrected"),
    Kind.ACCOUNT_CREATED: Text("开设账号", "account created"),
    Kind.POST_OPENED: Text("设置岗位", "post opened"),
    Kind.POST_CLOSED: Text("结束岗位", "post ended"),
    Kind.POST_CHOSEN: Text("选择岗位", "post chosen"),
    Kind.ACCOUNT_CLOSED: Text("停用账号", "account closed"),
    Kind.ACCOUNT_REOPENED: Text("重新启用账号", "account reopened"),
    Kind.PASSWORD_RESET: Text("重置密码", "password reset"),
    Kind.PASSWORD_CHANGED: Text("修改密码", "password changed"),
    Kind.FACTOR_ADDED: Text("启用第二步验证", "second step added"),
    Kind.FACTOR_REMOVED: Text("停用第二步验证", "second step removed"),
    Kind.RECOVERY_CODES_MADE: Text("生成恢复码", "recovery codes made"),
    Kind.LOGGED_IN: Text("登录", "logged in"),
    Kind.LOGGED_OUT: Text("退出", "logged out"),
    Kind.LOGIN_LOCKED: Text("登录暂时锁定", "login locked for a while"),
    Kind.AUDIT_VERIFIED: Text("核验审计记录", "audit verified"),
    Kind.FILE_KEPT: Text("保存文件", "file stored"),
    Kind.JOB_SCHEDULED: Text("安排任务", "job scheduled"),
    Kind.JOB_ADVANCED: Text("任务推进", "job advanced"),
    Kind.JOB_CANCELLED: Text("取消任务", "job cancelled"),
    Kind.JOB_ENDED: Text("任务结束", "job ended"),
    Kind.INTAKE_STARTED: Text("开始导入", "intake started"),
    Kind.ROWS_TAKEN_IN: Text("导入数据行", "rows taken in"),
    Kind.ROWS_PREVIEWED: Text("预览数据行", "rows previewed"),
    Kind.PREVIEW_DECIDED: Text("确认或放弃导入", "intake confirmed or discarded"),
    Kind.UNPUBLISHED_READ: Text("查看未公开申请", "unpublished application read"),
    Kind.SUBJECTS_MERGED: Text("合并监管对象", "subjects merged"),
    Kind.SUBJECTS_PARTED: Text("撤销合并", "merge undone"),
    Kind.DIRECTORY_DECIDED: Text("处理名录差异", "differences of a directory decided"),
    Kind.SUBJECT_PLACED: Text("人工确定承办单位", "office of a subject placed by hand"),
    Kind.UNPUBLISHED_GRANTED: Text("授权查看未公开申请", "reading of unpublished applications granted"),
    Kind.UNPUBLISHED_GRANT_ENDED: Text("结束未公开申请授权", "grant for unpublished applications ended"),
    Kind.SCREENING_STARTED: Text("开始筛查", "screening started"),
    Kind.CASE_MATERIAL_BROUGHT: Text("导入本案材料", "case material taken in"),
    Kind.CASE_SCREENED: Text("筛查本案材料", "case material screened"),
    Kind.DETECTOR_SWITCHED: Text("启用或停用筛查模型", "detector switched on or off"),
    Kind.NIGHTLY_SWITCHED: Text("开启或停止每夜筛查", "nightly screening switched"),
    Kind.IDENTITIES_RESOLVED: Text("辨认申请人", "applicants resolved"),
    Kind.FINDINGS_STORED: Text("保存比对提示", "findings stored"),
    Kind.FINDING_READ: Text("查看比对提示", "finding read"),
    Kind.FINDING_JUDGED: Text("研判", "finding judged"),
    Kind.LEAD_OPENED: Text("转为线索", "turned into a lead"),
    Kind.LEAD_READ: Text("查看线索", "lead read"),
    Kind.LEAD_HANDED_OVER: Text("转办线索", "lead handed over"),
    Kind.LEAD_MOVED: Text("线索状态变更", "state of the lead changed"),
    Kind.INTERVIEW_PLANNED: Text("安排约谈", "interview planned"),
    Kind.INTERVIEW_READ: Text("查看约谈", "interview read"),
    Kind.INTERVIEW_CHANGED: Text("登记约谈情况", "interview recorded"),
    Kind.WORKSHEET_BEGUN: Text("建立裁量计算表", "worksheet begun"),
    Kind.WORKSHEET_READ: Text("查看裁量计算表", "worksheet read"),
    Kind.WORKSHEET_SAVED: Text("保存裁量计算表", "worksheet saved"),
    Kind.WORKSHEET_MOVED: Text("审核裁量计算表", "worksheet moved"),
    Kind.RECTIFICATION_ASKED: Text("提出整改要求", "correction asked for"),
    Kind.RECTIFICATION_READ: Text("查看整改", "rectification read"),
    Kind.RECTIFICATION_CHECKED: Text("整改复查", "rectification re-checked"),
    Kind.ONWARD_PREPARED: Text("准备上报或者移送", "report or transfer prepared"),
    Kind.ONWARD_READ: Text("查看上报或者移送", "report or transfer read"),
    Kind.ONWARD_MOVED: Text("登记上报或者移送的进展", "progress of a report or transfer recorded"),
    Kind.ALERTS_STARTED: Text("安排批量风险提示", "risk alerts scheduled"),
    Kind.ALERTS_READ: Text("查看批量风险提示", "risk alerts read"),
    Kind.PAPER_REVIEW_ASKED: Text("请市局核准文书", "city asked to approve a paper"),
    Kind.PAPER_REVIEW_RETURNED: Text("市局退回文书", "paper returned by the city's reviewer"),
    Kind.ALERTS_MOVED: Text("成批核准或者印发风险提示", "risk alerts approved or issued in a batch"),
    Kind.MANDATES_LOADED: Text("录入权责清单", "mandates loaded"),
    Kind.MANDATES_APPROVED: Text("核准权责清单", "mandates approved"),
    Kind.RULEBOOK_LOADED: Text("录入规则库新版", "edition of a rule book loaded"),
    Kind.RULEBOOK_APPROVED: Text("核准规则库新版", "edition of a rule book approved"),
    Kind.RULEBOOK_WITHDRAWN: Text("撤回规则库新版", "edition of a rule book withdrawn"),
    Kind.REHEARSAL_STARTED: Text("开始试算规则库草案", "draft of a rule book being rehearsed"),
    Kind.REHEARSED: Text("试算规则库草案", "histories reckoned under a draft of a rule book"),
    Kind.REHEARSAL_READ: Text("查看规则库试算", "rehearsal of a rule book read"),
    Kind.TEMPLATE_REPLACED: Text("更换文书模板", "template of a paper replaced"),
    Kind.PAPER_DRAFTED: Text("起草文书", "paper drafted"),
    Kind.PAPER_REVISED: Text("修改文书", "paper revised"),
    Kind.PAPER_READ: Text("查看文书", "paper read"),
    Kind.PAPER_APPROVED: Text("核准文书", "paper approved"),
    Kind.PAPER_ISSUED: Text("印发文书", "paper issued"),
    Kind.PAPER_SET: Text("生成文书文件", "files of the paper made"),
    Kind.PAPER_DROPPED: Text("作废文书", "paper dropped"),
    Kind.PAPER_SHARED: Text("共享文书", "paper shared"),
    Kind.DISPATCH_RECEIVED: Text("收文登记", "letter with a list received"),
    Kind.DISPATCH_SPLIT: Text("拆分清单", "list split by office"),
    Kind.DISPATCH_READ: Text("查看来文", "dispatch read"),
    Kind.DISPATCH_ASSIGNED: Text("交办", "rows assigned by hand"),
    Kind.DISPATCH_FORWARDED: Text("转办来文", "dispatch forwarded"),
    Kind.DISPATCH_PRESSED: Text("督办", "offices pressed"),
    Kind.DISPATCH_ANSWERED: Text("上报答复", "dispatch answered"),
    Kind.DISPATCH_CLOSED: Text("来文办结", "dispatch closed"),
    Kind.DISPATCH_VOIDED: Text("来文作废", "dispatch made void"),
    Kind.ROW_ANSWERED: Text("填写反馈", "row of a dispatch answered"),
    Kind.ROW_DECLINED: Text("退回不属本单位的行", "row of a dispatch returned"),
    Kind.SHEET_WRITTEN: Text("生成反馈表", "return sheet written"),
    Kind.SHEET_MOVED: Text("反馈表办理", "return sheet carried on"),
    Kind.SHEET_RETURNED: Text("收到反馈表", "return sheet came back"),
    Kind.SHEET_MERGED: Text("合并反馈表", "return sheet merged"),
    Kind.MODE_SET: Text("设置模块方式", "mode of a module set"),
    Kind.CAPTURE_KEPT: Text("网页存证", "capture kept"),
    Kind.CAPTURE_DRAWN: Text("绘制网页图片", "picture of a capture drawn"),
    Kind.CAPTURE_ASKED: Text("要求采集网页", "capture asked for"),
    Kind.CAPTURE_READ: Text("查看网页存证", "capture read"),
    Kind.CAPTURE_TYPED: Text("录入存证文字", "words of a capture typed"),
    Kind.EVIDENCE_RECORDED: Text("登记电子数据提取", "taking of evidence recorded"),
    Kind.LEXICON_UPLOADED: Text("上传词库", "lexicon uploaded"),
    Kind.OUTSIDE_NOTED: Text("登记外部系统事项", "outside matter noted"),
    Kind.OUTSIDE_READ: Text("查看外部系统事项", "outside matter read"),
    Kind.OUTSIDE_CHANGED: Text("更新外部系统事项", "outside matter changed"),
    Kind.OUTSIDE_TAKEN_IN: Text("导入外部系统事项", "outside matters taken in"),
    Kind.OUTSIDE_EXPORTED: Text("导出外部系统事项", "outside matters sent out"),
    Kind.PURPOSE_STATED: Text("说明查询用途", "purpose of a list stated"),
    Kind.PERSONS_LISTED: Text("批量查看自然人", "list of natural persons read"),
    Kind.NOTICE_OWED: Text("产生公示义务", "duty to publish"),
    Kind.NOTICE_READ: Text("查看公示事项", "public notice read"),
    Kind.NOTICE_MOVED: Text("公示办理", "public notice carried on"),
    Kind.NOTICES_EXPORTED: Text("导出公示台账", "ledger of public notices exported"),
    Kind.CREDIT_EVENT_RECORDED: Text("登记信用事件", "credit event recorded"),
    Kind.CREDIT_EVENTS_TAKEN: Text("按文件登记信用事件", "credit events recorded from a file"),
    Kind.CREDIT_EVENT_CHANGED: Text("信用事件后续变化", "something befell a credit event"),
    Kind.FACT_CONFIRMED: Text("登记已确认事实", "confirmed fact recorded"),
    Kind.FACT_TAKEN_BACK: Text("撤回已确认事实", "confirmed fact taken back"),
    Kind.RECKONED: Text("信用测算", "credit reckoned"),
    Kind.CREDIT_READ: Text("查看信用档案", "credit file read"),
    Kind.CLASS_SIGNED: Text("签署分类监管等级", "supervision class signed"),
    Kind.LIST_PROPOSED: Text("提议列入名单", "listing proposed"),
    Kind.LIST_MOVED: Text("名单办理", "list entry carried on"),
    Kind.LIST_READ: Text("查看名单事项", "list entry read"),
    Kind.STANDING_FOLLOWED: Text("信用和名单随对象转区", "standing followed a subject to its district"),
    Kind.LIST_PAPER_KEPT: Text("名单材料登记", "file put to a list entry"),
    Kind.DUE_REANNOUNCED: Text("暂定期限重新计算", "provisional day reckoned again"),
    Kind.PLAN_STARTED: Text("制定引导培育计划", "guidance plan started"),
    Kind.PLAN_MOVED: Text("引导培育计划办理", "guidance plan carried on"),
    Kind.PLAN_READ: Text("查看引导培育计划", "guidance plan read"),
    Kind.REPAIR_ASKED: Text("登记修复申请", "repair asked for"),
    Kind.REPAIR_DECIDED: Text("决定信用修复", "repair decided"),
    Kind.OBJECTION_RAISED: Text("登记信用异议", "objection raised"),
    Kind.OBJECTION_DECIDED: Text("决定信用异议", "objection decided"),
}
