"""What may follow what: instructions of leaders, tasks of the programme, monthly returns."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class State(StrEnum):
    """Where an instruction stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Act(StrEnum):
    """What is done with an instruction: pressing is an act of its own and may be repeated."""

    PRESS = "press"
    ANSWER = "answer"
    RETURN = "return"
    CLOSE = "close"


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"


class TaskAct(StrEnum):
    """What is done with a task."""

    REPORT = "report"
    FINISH = "finish"
    REOPEN = "reopen"


class ReturnState(StrEnum):
    """Where a return of a month stands."""

    DRAFT = "draft"
    SENT = "sent"
    BACK = "back"
    ACCEPTED = "accepted"


class ReturnAct(StrEnum):
    """What is done with a return; `make` counts it anew."""

    MAKE = "make"
    SEND = "send"
    SEND_BACK = "send_back"
    ACCEPT = "accept"


STATE_TEXTS: dict[State, Text] = {
    State.OPEN: Text("落实中", "being carried out"),
    State.ANSWERED: Text("已反馈", "answered"),
    State.CLOSED: Text("已办结", "closed"),
}
ACT_TEXTS: dict[Act, Text] = {
    Act.PRESS: Text("督办", "press"),
    Act.ANSWER: Text("反馈落实情况", "answer"),
    Act.RETURN: Text("退回补充", "send back"),
    Act.CLOSE: Text("办结", "close"),
}
TASK_STATE_TEXTS: dict[TaskState, Text] = {
    TaskState.OPEN: Text("进行中", "under way"),
    TaskState.DONE: Text("已完成", "done"),
}
TASK_ACT_TEXTS: dict[TaskAct, Text] = {
    TaskAct.REPORT: Text("报告进展", "report progress"),
    TaskAct.FINISH: Text("报告完成", "report as done"),
    TaskAct.REOPEN: Text("退回继续", "send back"),
}
MOVES: dict[tuple[State, Act], State] = {
    (State.OPEN, Act.PRESS): State.OPEN,
    (State.OPEN, Act.ANSWER): State.ANSWERED,
    (State.ANSWERED, Act.RETURN): State.OPEN,
    (State.ANSWERED, Act.CLOSE): State.CLOSED,
}
TASK_MOVES: dict[tuple[TaskState, TaskAct], TaskState] = {
    (TaskState.OPEN, TaskAct.REPORT): TaskState.OPEN,
    (TaskState.OPEN, TaskAct.FINISH): TaskState.DONE,
    (TaskState.DONE, TaskAct.REOPEN): TaskState.OPEN,
}
RETURN_STATE_TEXTS: dict[ReturnState, Text] = {
    ReturnState.DRAFT: Text("待报送", "to be sent"),
    ReturnState.SENT: Text("已报送，待审核", "sent, to be checked"),
    ReturnState.BACK: Text("已退回", "sent back"),
    ReturnState.ACCEPTED: Text("已接收", "accepted"),
}
RETURN_ACT_TEXTS: dict[ReturnAct, Text] = {
    ReturnAct.MAKE: Text("生成", "make"),
    ReturnAct.SEND: Text("报送", "send"),
    ReturnAct.SEND_BACK: Text("退回", "send back"),
    ReturnAct.ACCEPT: Text("接收", "accept"),
}
RETURN_MOVES: dict[tuple[ReturnState, ReturnAct], ReturnState] = {
    (ReturnState.DRAFT, ReturnAct.MAKE): ReturnState.DRAFT,
    (ReturnState.DRAFT, ReturnAct.SEND): ReturnState.SENT,
    (ReturnState.SENT, ReturnAct.SEND_BACK): ReturnState.BACK,
    (ReturnState.SENT, ReturnAct.ACCEPT): ReturnState.ACCEPTED,
    (ReturnState.BACK, ReturnAct.MAKE): ReturnState.DRAFT,
    (ReturnState.BACK, ReturnAct.SEND): ReturnState.SENT,
}
