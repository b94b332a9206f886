"""Jobs, batches of intake and runs of detectors as pages show them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lantian.core.messages import Text
from lantian.desk.present.tables import column_label, in_words, table_label
from lantian.desk.present.words import either, label, language, said
from lantian.office.intake.spec import spec_of
from lantian.office.models import IntakeBatch, Job
from lantian.registry.directories import DIRECTORIES
from lantian.registry.models import DirectoryDiff
from lantian.screening import schedule
from lantian.screening.models import NightlyOrder, Run

STATE_TEXTS: dict[str, Text] = {
    Job.State.WAITING: Text("等待中", "waiting"),
    Job.State.RUNNING: Text("进行中", "under way"),
    Job.State.DONE: Text("已完成", "done"),
    Job.State.CANCELLED: Text("已停止", "stopped"),
    Job.State.FAILED: Text("未完成", "failed"),
}
STAGE_TEXTS: dict[str, Text] = {
    "rows": Text("核对并登记各行", "checking and registering rows"),
    "preview": Text("核对各行，暂不登记", "checking rows, registering none"),
    "read": Text("读取文本", "reading texts"),
    "candidates": Text("寻找相近的申请", "looking for similar applications"),
    "compare": Text("逐对核算相似度", "measuring pairs"),
    "detector": Text("运行模型", "running detector"),
    "findings": Text("保存提示", "storing findings"),
    "differences": Text("采纳差异", "accepting differences"),
    "dispatch_split": Text("按单位拆分清单", "splitting the list by office"),
    "dispatch_sheets": Text("生成各单位反馈表", "writing return sheets"),
    "dispatch_read": Text("核对反馈表", "reading the return sheet"),
    "dispatch_merge": Text("合并反馈表", "merging the return sheet"),
    "dispatch_answer": Text("生成答复表", "writing the answer workbook"),
    "alerts": Text("起草风险提示函", "drafting risk alerts"),
    "reckon": Text("逐个测算", "reckoning one by one"),
    "rehearse": Text("逐个试算", "rehearsing one by one"),
    "lists": Text("核对期满的列入", "closing expired entries"),
    "follow": Text("信用和名单随对象转区", "letting standing follow"),
    "reannounce": Text("重新计算暂定期限", "reckoning provisional days again"),
    "ledger": Text("写入台账各行", "writing the rows of the ledger"),
    "capture_page": Text("读取网页", "reading the page"),
    "capture_picture": Text("绘制页面图片", "drawing a picture of the page"),
    "capture_keep": Text("保存存证", "keeping the capture"),
}
BATCH_STAGE_TEXTS: dict[str, Text] = {
    IntakeBatch.Stage.TAKING: Text("", ""),
    IntakeBatch.Stage.PREVIEW: Text("预览", "preview"),
    IntakeBatch.Stage.CONFIRMED: Text("预览，已确认", "preview, confirmed"),
    IntakeBatch.Stage.DISCARDED: Text("预览，已放弃", "preview, discarded"),
}
LEFT_OUT_TEXTS: dict[str, Text] = {
    "unpublished": Text("未公开或公开状态不明", "unpublished, or not known to be published"),
    "no_number": Text("没有申请号", "without an application number"),
    "repeated_number": Text("申请号重复", "with a repeated number"),
    "design": Text("外观设计，不比对文字", "designs, whose text is not compared"),
    "no_member": Text("没有成员记录", "without a known member"),
    "no_form": Text("没有组织形式，或者形式没有法定条件", "of no form that the law gives conditions for"),
    "unlisted_signer": Text("签名人不在任何代理师名册", "with a signer whom no register names"),
}
LEFT_OUT_ELSEWHERE: dict[str, Text] = {
    "no_number": Text("没有编号", "without a number of their own"),
    "repeated_number": Text("编号重复", "with a repeated number"),
}
"""The same of other tables than applications."""
NOT_RUN = Text("没有运行", "not run")
CAUSES: dict[str, Text] = {
    "screening": Text("人工开始", "started by hand"),
    "intake": Text("一次导入带来新数据", "an intake that brought new data"),
    "capture": Text("网页存证有新内容", "a captured page that was kept or read anew"),
    "lexicon": Text("词库有新版本", "a new version of a lexicon"),
    "nightly": Text("每夜比对", "nightly run"),
    "lead": Text("为一件线索的案情", "for the case of a lead"),
}
NIGHTLY = {True: Text("已开启", "on"), False: Text("未开启", "off")}
WATERMARK = Text("审计记录第 {seq} 号", "audit event {seq}")


@dataclass(frozen=True)
class ShownJob:
    """How far a job is, in words."""

    key: str
    state: str
    state_label: str
    open: bool
    cancelled: bool
    stage: str
    done: int
    total: int
    fault: str
    ended_at: datetime | None


def job(row: Job | None) -> ShownJob:
    """A job, or the state of a record that needed none."""
    if row is None:
        return ShownJob(
            "", Job.State.DONE, label(STATE_TEXTS[Job.State.DONE]), False, False, "", 0, 0, "", None
        )
    stage, _, which = row.progress.stage.partition(":")
    words = f"{label(STAGE_TEXTS[stage])} {which}".strip() if stage in STAGE_TEXTS else ""
    return ShownJob(
        key=row.key,
        state=row.state,
        state_label=label(STATE_TEXTS[row.state]),
        open=row.open,
        cancelled=row.cancelled,
        stage=words if row.open else "",
        done=row.progress.done,
        total=row.progress.total,
        fault=either(row.fault_zh, row.fault_en),
        ended_at=row.ended_at,
    )


def batch(row: IntakeBatch) -> dict[str, Any]:
    """A batch as its page and the list of batches show it."""
    shown = job(row.job)
    counts = {name: getattr(row, name) for name in ("read", "new", "same", "changed", "refused")}
    return counts | {
        "key": row.key,
        "file_name": row.file.name,
        "sha256": row.file.sha256,
        "size": row.file.size,
        "compared": row.table in DIRECTORIES,
        "table_label": said(spec_of(row.table).title),
        "by": row.post.account.name,
        "unit": row.post.unit.name(language()),
        "created_at": row.created_at,
        "ended_at": shown.ended_at,
        "notes": either(row.notes_zh, row.notes_en),
        "stage_label": said(BATCH_STAGE_TEXTS[row.stage]),
        "may_decide": row.stage == IntakeBatch.Stage.PREVIEW and shown.state == Job.State.DONE,
        "columns": _columns(row),
        "ignored_columns": row.ignored_columns,
        "job": shown,
    }


def missing(row: IntakeBatch) -> int:
    """How many entries of the register a compared directory leaves out."""
    if row.table not in DIRECTORIES:
        return 0
    return DirectoryDiff.objects.filter(batch=row, kind=DirectoryDiff.Kind.MISSING).count()


def _columns(row: IntakeBatch) -> list[dict[str, str]]:
    table = spec_of(row.table)
    headers = {name: header for header, name in row.columns.items()}
    return [
        {"header": headers[name], "label": column_label(table.headers or table.name, name)}
        for name in table.column_names()
        if name in headers
    ]


def run(row: Run) -> dict[str, Any]:
    """A run as its page, the list of runs and the facts of a run show it; its job may still run others."""
    shown = job(row.job)
    if row.ended_at:
        done = label(STATE_TEXTS[Job.State.DONE])
        shown = replace(shown, state=Job.State.DONE, state_label=done, open=False, ended_at=row.ended_at)
    not_run = in_words(either(row.not_run_zh, row.not_run_en))
    if not_run and shown.state == Job.State.DONE:
        shown = replace(shown, state="not_run", state_label=label(NOT_RUN))
    outcomes = {
        name: int(row.outcomes.get(name, 0)) for name in ("not_cleared", "presumed_lawful", "cleared")
    }
    return outcomes | {
        "key": row.key,
        "detector": row.detector,
        "case_bound": row.case_bound,
        "started_at": row.started_at,
        "ended_at": shown.ended_at,
        "by": row.post.account.name,
        "unit": row.post.unit.name(language()),
        "read": row.read,
        "findings": row.findings,
        "left_out": [
            {"reason": _left_out(reason), "count": count} for reason, count in row.left_out.items() if count
        ],
        "not_run": not_run,
        "detector_version": row.detector_version or "—",
        "parameters": row.parameters or "—",
        "watermark": said(WATERMARK).format(seq=row.audit_seq) if row.audit_seq else "",
        "job": shown,
    }


def _left_out(reason: str) -> str:
    """Why rows were left out, with the table they are of where the reason names one."""
    table, _, why = reason.rpartition(".")
    if table in ("", "patents"):
        return said(LEFT_OUT_TEXTS[why]) if why in LEFT_OUT_TEXTS else why
    known = {**LEFT_OUT_TEXTS, **LEFT_OUT_ELSEWHERE}
    return f"{table_label(table)} · {said(known[why]) if why in known else why}"


def cause(row: Run) -> str:
    """What had the run scheduled: the kind of its mandate."""
    kind = row.job.mandate.partition(":")[0] if row.job else "screening"
    return label(CAUSES.get(kind, CAUSES["screening"]))


def nightly(detector: str, order: NightlyOrder | None) -> dict[str, Any]:
    """The decision on the nightly run as its card shows it."""
    gone = schedule.lapsed(order)
    active = order is not None and order.active and not gone
    shown = {"id": detector, "active": active, "label": label(NIGHTLY[active])}
    if order is None:
        return shown | {"lapsed": False}
    who = {"by": order.post.account.name, "unit": order.post.unit.name(language()), "at": order.at}
    return shown | who | {"lapsed": order.active and gone}
