"""The roads of a letter, of an office's return sheet and of a sheet sent back: tables of what may follow what."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class State(StrEnum):
    """Where a dispatch stands."""

    RECEIVED = "received"
    SPLIT = "split"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    CLOSED = "closed"
    VOID = "void"


class Act(StrEnum):
    """What is done with a dispatch as a whole. Assigning, pressing and transferring have records of their own."""

    SPLIT = "split"
    FORWARD = "forward"
    REFER_UP = "refer_up"
    CLOSE = "close"
    VOID = "void"


class SheetState(StrEnum):
    """Where the answer of one office stands."""

    WAITING = "waiting_answer"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    ACCEPTED = "accepted"


class SheetAct(StrEnum):
    """What is done with the answer of one office."""

    FORWARD = "forward"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    ACCEPT = "accept"


class UploadState(StrEnum):
    """Where a return sheet that came back as a file stands."""

    READING = "reading"
    READY = "ready"
    MERGING = "merging"
    MERGED = "merged"
    DISCARDED = "discarded"
    UNREADABLE = "unreadable"
    LATE = "late"


class UploadAct(StrEnum):
    """What happens to a return sheet that came back as a file."""

    READ = "read"
    REFUSE = "refuse"
    ACCEPT = "accept"
    MERGE = "merge"
    DISCARD = "discard"


class Step(StrEnum):
    """What the history of a dispatch tells, each under its own word."""

    RECEIVE = "receive"
    SPLIT = "split"
    ASSIGN = "assign"
    DECLINE = "decline"
    FORWARD = "forward"
    LETTER = "letter"
    PRESS = "press"
    RETURN = "return"
    MERGE = "merge"
    LATE = "late"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    ACCEPT = "accept"
    LEAD = "lead"
    REFER_UP = "refer_up"
    CLOSE = "close"
    VOID = "void"


STATE_TEXTS: dict[State, Text] = {
    State.RECEIVED: Text("正在拆分", "being split"),
    State.SPLIT: Text("待转办", "to be forwarded"),
    State.FORWARDED: Text("已转办", "forwarded"),
    State.ANSWERED: Text("已答复", "answered"),
    State.CLOSED: Text("已办结", "closed"),
    State.VOID: Text("已作废", "dropped"),
}
SHEET_TEXTS: dict[SheetState, Text] = {
    SheetState.WAITING: Text("待反馈", "awaiting the answer"),
    SheetState.SUBMITTED: Text("已反馈，待接收", "answered, to be accepted"),
    SheetState.SENT_BACK: Text("退回补正", "sent back"),
    SheetState.ACCEPTED: Text("已接收", "accepted"),
}
UPLOAD_TEXTS: dict[UploadState, Text] = {
    UploadState.READING: Text("正在核对", "being read"),
    UploadState.READY: Text("待确认合并", "waiting to be merged"),
    UploadState.MERGING: Text("正在合并", "being merged"),
    UploadState.MERGED: Text("已合并", "merged"),
    UploadState.DISCARDED: Text("已放弃", "left out"),
    UploadState.UNREADABLE: Text("读不出", "unreadable"),
    UploadState.LATE: Text("逾期补充，未并入", "late supplement, not merged"),
}
STEP_TEXTS: dict[Step, Text] = {
    Step.RECEIVE: Text("收文登记", "letter recorded"),
    Step.SPLIT: Text("按单位拆分", "split by office"),
    Step.ASSIGN: Text("交办（人工指定单位）", "assigned by hand"),
    Step.DECLINE: Text("单位退回，不属本单位管辖", "returned by the office: not its own"),
    Step.FORWARD: Text("转办到承办单位", "forwarded"),
    Step.LETTER: Text("登记转办函文号", "number of the forwarding letter recorded"),
    Step.PRESS: Text("督办", "pressed"),
    Step.RETURN: Text("收到反馈表", "return sheet came back"),
    Step.MERGE: Text("合并反馈表", "return sheet merged"),
    Step.LATE: Text(
        "办结后收到反馈表，留存为逾期补充", "return sheet came after closing, kept as a late supplement"
    ),
    Step.SUBMIT: Text("反馈", "answer submitted"),
    Step.SEND_BACK: Text("退回补正", "sent back"),
    Step.ACCEPT: Text("接收反馈", "answer accepted"),
    Step.LEAD: Text("转为线索", "turned into a lead"),
    Step.REFER_UP: Text("上报答复", "answered to the sender"),
    Step.CLOSE: Text("办结", "closed"),
    Step.VOID: Text("作废", "dropped"),
}
MOVES: dict[tuple[State, Act], State] = {
    (State.RECEIVED, Act.SPLIT): State.SPLIT,
    (State.RECEIVED, Act.VOID): State.VOID,
    (State.SPLIT, Act.FORWARD): State.FORWARDED,
    (State.SPLIT, Act.REFER_UP): State.ANSWERED,
    (State.SPLIT, Act.VOID): State.VOID,
    (State.FORWARDED, Act.FORWARD): State.FORWARDED,
    (State.FORWARDED, Act.REFER_UP): State.ANSWERED,
    (State.ANSWERED, Act.FORWARD): State.FORWARDED,
    (State.ANSWERED, Act.REFER_UP): State.ANSWERED,
    (State.ANSWERED, Act.CLOSE): State.CLOSED,
}
# More rows for an office open its answer again.
SHEET_MOVES: dict[tuple[SheetState, SheetAct], SheetState] = {
    (SheetState.WAITING, SheetAct.FORWARD): SheetState.WAITING,
    (SheetState.WAITING, SheetAct.SUBMIT): SheetState.SUBMITTED,
    (SheetState.SUBMITTED, SheetAct.FORWARD): SheetState.WAITING,
    (SheetState.SUBMITTED, SheetAct.SEND_BACK): SheetState.SENT_BACK,
    (SheetState.SUBMITTED, SheetAct.ACCEPT): SheetState.ACCEPTED,
    (SheetState.SENT_BACK, SheetAct.FORWARD): SheetState.WAITING,
    (SheetState.SENT_BACK, SheetAct.SUBMIT): SheetState.SUBMITTED,
    (SheetState.ACCEPTED, SheetAct.FORWARD): SheetState.WAITING,
    (SheetState.ACCEPTED, SheetAct.SEND_BACK): SheetState.SENT_BACK,
}
UPLOAD_MOVES: dict[tuple[UploadState, UploadAct], UploadState] = {
    (UploadState.READING, UploadAct.READ): UploadState.READY,
    (UploadState.READING, UploadAct.REFUSE): UploadState.UNREADABLE,
    (UploadState.READY, UploadAct.ACCEPT): UploadState.MERGING,
    (UploadState.READY, UploadAct.DISCARD): UploadState.DISCARDED,
    (UploadState.MERGING, UploadAct.MERGE): UploadState.MERGED,
}
OPEN_STATES = (State.RECEIVED, State.SPLIT, State.FORWARDED)  # the sender still waits
LIVE_STATES = (State.SPLIT, State.FORWARDED, State.ANSWERED)  # rows may still be answered
OPEN_SHEETS = (SheetState.WAITING, SheetState.SENT_BACK)  # the office still owes its answer
