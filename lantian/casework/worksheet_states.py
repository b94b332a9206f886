"""The road of a worksheet: drafted, reviewed by a second person, finished; opened again as a new draft."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class WorksheetState(StrEnum):
    """Where a worksheet stands."""

    DRAFT = "draft"
    REVIEW = "review"
    FINISHED = "finished"


class WorksheetAct(StrEnum):
    """What may be done with it; `open` begins it, `save` writes a version."""

    OPEN = "open"
    SAVE = "save"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    FINISH = "finish"
    REOPEN = "reopen"


STATE_TEXTS: dict[WorksheetState, Text] = {
    WorksheetState.DRAFT: Text("草稿", "draft"),
    WorksheetState.REVIEW: Text("审核中", "under review"),
    WorksheetState.FINISHED: Text("已审定", "settled"),
}
ACT_TEXTS: dict[WorksheetAct, Text] = {
    WorksheetAct.OPEN: Text("建表", "begin a worksheet"),
    WorksheetAct.SAVE: Text("计算并保存", "work out and save"),
    WorksheetAct.SUBMIT: Text("提交审核", "submit for review"),
    WorksheetAct.SEND_BACK: Text("退回修改", "send back"),
    WorksheetAct.FINISH: Text("审定", "settle"),
    WorksheetAct.REOPEN: Text("重新开启", "open again"),
}
MOVES: dict[tuple[WorksheetState, WorksheetAct], WorksheetState] = {
    (WorksheetState.DRAFT, WorksheetAct.SAVE): WorksheetState.DRAFT,
    (WorksheetState.DRAFT, WorksheetAct.SUBMIT): WorksheetState.REVIEW,
    (WorksheetState.REVIEW, WorksheetAct.SEND_BACK): WorksheetState.DRAFT,
    (WorksheetState.REVIEW, WorksheetAct.FINISH): WorksheetState.FINISHED,
    (WorksheetState.FINISHED, WorksheetAct.REOPEN): WorksheetState.DRAFT,
}
