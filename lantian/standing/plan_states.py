"""The roads of guidance plans and of their steps."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class PlanState(StrEnum):
    """Where a plan stands; the three ends are its outcome."""

    RUNNING = "running"
    IMPROVED = "improved"
    UNIMPROVED = "unimproved"
    STOPPED = "stopped"


class PlanAct(StrEnum):
    """What may be done with a running plan; the last three end it."""

    ADD = "add"
    ENTRUST = "entrust"
    LEAD = "lead"
    IMPROVE = "improve"
    FAIL = "fail"
    STOP = "stop"


class StepState(StrEnum):
    """Where a step of a plan stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class StepAct(StrEnum):
    """What may be done with a step."""

    DO = "do"
    PUT_OFF = "put_off"
    DROP = "drop"


PLAN_STATE_TEXTS: dict[PlanState, Text] = {
    PlanState.RUNNING: Text("培育中", "under guidance"),
    PlanState.IMPROVED: Text("已改善", "improved"),
    PlanState.UNIMPROVED: Text("未见改善", "not improved"),
    PlanState.STOPPED: Text("已中止", "stopped early"),
}
PLAN_ACT_TEXTS: dict[PlanAct, Text] = {
    PlanAct.ADD: Text("增加步骤", "a step added"),
    PlanAct.ENTRUST: Text("更换责任人", "another officer answers for it"),
    PlanAct.LEAD: Text("发现问题转为线索", "what was found became a lead"),
    PlanAct.IMPROVE: Text("办结：已改善", "ended: improved"),
    PlanAct.FAIL: Text("办结：未见改善", "ended: not improved"),
    PlanAct.STOP: Text("中止培育", "guidance stopped early"),
}
STEP_STATE_TEXTS: dict[StepState, Text] = {
    StepState.OPEN: Text("待完成", "to be done"),
    StepState.DONE: Text("做完", "carried out"),
    StepState.DROPPED: Text("不再进行", "dropped"),
}
STEP_ACT_TEXTS: dict[StepAct, Text] = {
    StepAct.DO: Text("登记完成情况", "record what came of it"),
    StepAct.PUT_OFF: Text("改期", "put off"),
    StepAct.DROP: Text("取消步骤", "drop the step"),
}
PLAN_MOVES: dict[tuple[PlanState, PlanAct], PlanState] = {
    (PlanState.RUNNING, PlanAct.ADD): PlanState.RUNNING,
    (PlanState.RUNNING, PlanAct.ENTRUST): PlanState.RUNNING,
    (PlanState.RUNNING, PlanAct.LEAD): PlanState.RUNNING,
    (PlanState.RUNNING, PlanAct.IMPROVE): PlanState.IMPROVED,
    (PlanState.RUNNING, PlanAct.FAIL): PlanState.UNIMPROVED,
    (PlanState.RUNNING, PlanAct.STOP): PlanState.STOPPED,
}
STEP_MOVES: dict[tuple[StepState, StepAct], StepState] = {
    (StepState.OPEN, StepAct.DO): StepState.DONE,
    (StepState.OPEN, StepAct.PUT_OFF): StepState.OPEN,
    (StepState.OPEN, StepAct.DROP): StepState.DROPPED,
}
END_ACTS = (PlanAct.IMPROVE, PlanAct.FAIL, PlanAct.STOP)
