"""The roads of measures: an interview, a rectification, what is sent up or to another authority."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class Talk(StrEnum):
    """What an interview is in law; the words are not synonyms."""

    INTERVIEW = "interview"
    WARNING = "warning_talk"


class InterviewState(StrEnum):
    """Where an interview stands."""

    PLANNED = "planned"
    HELD = "held"
    CLOSED = "closed"
    CALLED_OFF = "called_off"


class InterviewAct(StrEnum):
    """What an officer may do with an interview."""

    POSTPONE = "postpone"
    HOLD = "hold"
    CLOSE = "close"
    CALL_OFF = "call_off"


class Root(StrEnum):
    """What a rectification rests on."""

    INTERVIEW = "interview"
    OPINION = "supervision_opinion"
    ORDER = "order_correction"


class RectificationState(StrEnum):
    """Where a rectification stands."""

    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"
    WITHDRAWN = "withdrawn"


class Result(StrEnum):
    """What a re-check found or decided."""

    DONE = "done"
    NOT_DONE = "not_done"
    EXTEND = "extend"
    WITHDRAW = "withdraw"


class Way(StrEnum):
    """Where a matter goes: up in the own line, or out to another authority; two words, two records."""

    UP = "up"
    OUT = "out"


class OnwardState(StrEnum):
    """Where a matter stands that was reported up or transferred."""

    PREPARED = "prepared"
    SENT = "sent"
    RECEIVED = "received"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class OnwardAct(StrEnum):
    """What may be done with it."""

    SEND = "send"
    RECEIVE = "receive"
    ANSWER = "answer"
    WITHDRAW = "withdraw"


TALK_TEXTS: dict[Talk, Text] = {
    Talk.INTERVIEW: Text("约谈", "interview"),
    Talk.WARNING: Text("警示谈话", "warning talk"),
}
INTERVIEW_STATE_TEXTS: dict[InterviewState, Text] = {
    InterviewState.PLANNED: Text("待约谈", "interview planned"),
    InterviewState.HELD: Text("已约谈", "held"),
    InterviewState.CLOSED: Text("已了结", "closed"),
    InterviewState.CALLED_OFF: Text("已取消", "called off"),
}
INTERVIEW_ACT_TEXTS: dict[InterviewAct, Text] = {
    InterviewAct.POSTPONE: Text("改期", "put off"),
    InterviewAct.HOLD: Text("登记约谈情况", "record the interview"),
    InterviewAct.CLOSE: Text("了结", "close"),
    InterviewAct.CALL_OFF: Text("取消", "call off"),
}
ROOT_TEXTS: dict[Root, Text] = {
    Root.INTERVIEW: Text("约谈", "interview"),
    Root.OPINION: Text("监督意见", "supervision opinion"),
    Root.ORDER: Text("责令改正", "order to correct"),
}
RECTIFICATION_STATE_TEXTS: dict[RectificationState, Text] = {
    RectificationState.OPEN: Text("整改中", "being corrected"),
    RectificationState.DONE: Text("已整改", "corrected"),
    RectificationState.NOT_DONE: Text("未整改到位", "not corrected"),
    RectificationState.WITHDRAWN: Text("已撤回", "withdrawn"),
}
RESULT_TEXTS: dict[Result, Text] = {
    Result.DONE: Text("复查：已整改", "re-check: corrected"),
    Result.NOT_DONE: Text("复查：未整改到位", "re-check: not corrected"),
    Result.EXTEND: Text("延长期限", "period extended"),
    Result.WITHDRAW: Text("撤回要求", "demand withdrawn"),
}
WAY_TEXTS: dict[Way, Text] = {Way.UP: Text("上报", "report up"), Way.OUT: Text("移送", "transfer")}
ONWARD_STATE_TEXTS: dict[OnwardState, Text] = {
    OnwardState.PREPARED: Text("待发出", "prepared"),
    OnwardState.SENT: Text("已发出", "sent"),
    OnwardState.RECEIVED: Text("已签收", "received"),
    OnwardState.ANSWERED: Text("已反馈", "answered"),
    OnwardState.WITHDRAWN: Text("已撤回", "withdrawn"),
}
ONWARD_ACT_TEXTS: dict[OnwardAct, Text] = {
    OnwardAct.SEND: Text("登记发出", "record as sent"),
    OnwardAct.RECEIVE: Text("登记签收", "record the receipt"),
    OnwardAct.ANSWER: Text("登记结果", "record the outcome"),
    OnwardAct.WITHDRAW: Text("撤回", "withdraw"),
}
INTERVIEW_MOVES: dict[tuple[InterviewState, InterviewAct], InterviewState] = {
    (InterviewState.PLANNED, InterviewAct.POSTPONE): InterviewState.PLANNED,
    (InterviewState.PLANNED, InterviewAct.HOLD): InterviewState.HELD,
    (InterviewState.PLANNED, InterviewAct.CALL_OFF): InterviewState.CALLED_OFF,
    (InterviewState.HELD, InterviewAct.CLOSE): InterviewState.CLOSED,
}
# What was not corrected may be corrected later; an order that failed is no end of the matter.
RECTIFICATION_MOVES: dict[tuple[RectificationState, Result], RectificationState] = {
    (RectificationState.OPEN, Result.DONE): RectificationState.DONE,
    (RectificationState.OPEN, Result.NOT_DONE): RectificationState.NOT_DONE,
    (RectificationState.OPEN, Result.EXTEND): RectificationState.OPEN,
    (RectificationState.OPEN, Result.WITHDRAW): RectificationState.WITHDRAWN,
    (RectificationState.NOT_DONE, Result.DONE): RectificationState.DONE,
    (RectificationState.NOT_DONE, Result.EXTEND): RectificationState.OPEN,
}
ONWARD_MOVES: dict[tuple[OnwardState, OnwardAct], OnwardState] = {
    (OnwardState.PREPARED, OnwardAct.SEND): OnwardState.SENT,
    (OnwardState.PREPARED, OnwardAct.WITHDRAW): OnwardState.WITHDRAWN,
    (OnwardState.SENT, OnwardAct.RECEIVE): OnwardState.RECEIVED,
    (OnwardState.RECEIVED, OnwardAct.ANSWER): OnwardState.ANSWERED,
}
