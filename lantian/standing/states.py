"""The roads of list entries, repairs and objections."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class ListState(StrEnum):
    """Where a proposal to enter somebody in a list stands."""

    PROPOSED = "proposed"
    REVIEWED = "reviewed"
    LISTED = "listed"
    REJECTED = "rejected"
    REMOVED = "removed"
    EXPIRED = "expired"


class ListAct(StrEnum):
    """What may be done with it; `step` records a step that the rule asks for before the decision."""

    STEP = "step"
    REVIEW = "review"
    ENTER = "enter"
    REJECT = "reject"
    REMOVE = "remove"
    EXPIRE = "expire"
    SEND = "send"


class RepairState(StrEnum):
    """Where a repair stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RepairAct(StrEnum):
    """What may be done with it."""

    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class ObjectionState(StrEnum):
    """Where an objection stands: the event is under review, upheld as recorded, or annulled."""

    RAISED = "raised"
    UPHELD = "event_upheld"
    ANNULLED = "event_annulled"


class ObjectionAct(StrEnum):
    """What may be decided."""

    UPHOLD = "uphold"
    ANNUL = "annul"


LIST_STATE_TEXTS: dict[ListState, Text] = {
    ListState.PROPOSED: Text("待复核", "proposed"),
    ListState.REVIEWED: Text("待决定", "reviewed"),
    ListState.LISTED: Text("在列", "listed"),
    ListState.REJECTED: Text("未列入", "not listed"),
    ListState.REMOVED: Text("已移出", "removed"),
    ListState.EXPIRED: Text("期满移出", "expired"),
}
LIST_ACT_TEXTS: dict[ListAct, Text] = {
    ListAct.STEP: Text("登记程序步骤", "record a step"),
    ListAct.REVIEW: Text("复核同意", "reviewed, agreed"),
    ListAct.ENTER: Text("登记列入决定", "record the decision to list"),
    ListAct.REJECT: Text("不予列入", "do not list"),
    ListAct.REMOVE: Text("移出", "removal"),
    ListAct.EXPIRE: Text("期满移出", "expired"),
    ListAct.SEND: Text("上报材料包", "package sent up"),
}
REPAIR_STATE_TEXTS: dict[RepairState, Text] = {
    RepairState.ASKED: Text("审核中", "under review"),
    RepairState.GRANTED: Text("已修复", "repaired"),
    RepairState.REFUSED: Text("未予修复", "repair refused"),
    RepairState.WITHDRAWN: Text("已撤回", "withdrawn"),
}
OBJECTION_STATE_TEXTS: dict[ObjectionState, Text] = {
    ObjectionState.RAISED: Text("审核中", "under review"),
    ObjectionState.UPHELD: Text("记录已维持", "record upheld"),
    ObjectionState.ANNULLED: Text("记录已撤销", "record annulled"),
}
LIST_MOVES: dict[tuple[ListState, ListAct], ListState] = {
    (ListState.PROPOSED, ListAct.STEP): ListState.PROPOSED,
    (ListState.PROPOSED, ListAct.SEND): ListState.PROPOSED,
    (ListState.PROPOSED, ListAct.REVIEW): ListState.REVIEWED,
    (ListState.PROPOSED, ListAct.REJECT): ListState.REJECTED,
    (ListState.REVIEWED, ListAct.STEP): ListState.REVIEWED,
    (ListState.REVIEWED, ListAct.SEND): ListState.REVIEWED,
    (ListState.REVIEWED, ListAct.ENTER): ListState.LISTED,
    (ListState.REVIEWED, ListAct.REJECT): ListState.REJECTED,
    (ListState.LISTED, ListAct.STEP): ListState.LISTED,
    (ListState.LISTED, ListAct.REMOVE): ListState.REMOVED,
    (ListState.LISTED, ListAct.EXPIRE): ListState.EXPIRED,
}
REPAIR_MOVES: dict[tuple[RepairState, RepairAct], RepairState] = {
    (RepairState.ASKED, RepairAct.GRANT): RepairState.GRANTED,
    (RepairState.ASKED, RepairAct.REFUSE): RepairState.REFUSED,
    (RepairState.ASKED, RepairAct.WITHDRAW): RepairState.WITHDRAWN,
}
OBJECTION_MOVES: dict[tuple[ObjectionState, ObjectionAct], ObjectionState] = {
    (ObjectionState.RAISED, ObjectionAct.UPHOLD): ObjectionState.UPHELD,
    (ObjectionState.RAISED, ObjectionAct.ANNUL): ObjectionState.ANNULLED,
}
