"""What may follow what: instructions of leaders, and tasks of the programme."""

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
