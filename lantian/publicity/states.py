"""The road of a public notice."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class State(StrEnum):
    """Where a notice stands. What is out at the moment, its steps say: a text may stand while its correction waits."""

    DUE = "due"
    PREPARED = "prepared"
    APPROVED = "approved"
    PUBLISHED = "published"
    CORRECTING = "correcting"
    CORRECTED = "corrected"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    SPARED = "spared"
    DROPPED = "dropped"


class Act(StrEnum):
    """What may be done. `withdraw`, `finish` and `end` are one act: they differ in what is left and why it ends.

    `doubt` (the record below it changed) and `ask` (an officer asks that its ground be taken as gone) leave it where it
    stands until a second person lets it `fall_away` or `keep`s it. `choose` says the field of law.
    """

    OWE = "owe"
    CHOOSE = "choose"
    PREPARE = "prepare"
    RETURN = "return"
    APPROVE = "approve"
    SPARE = "spare"
    FORWARD = "forward"
    PUBLISH = "publish"
    CORRECT = "correct"
    REPLACE = "replace"
    SETTLE = "settle"
    DOUBT = "doubt"
    ASK = "ask"
    KEEP = "keep"
    FALL_AWAY = "fall_away"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"
    FINISH = "finish"
    END = "end"


class Cause(StrEnum):
    """Why something is withdrawn."""

    REMOVED = "removed"
    REPAIRED = "repaired"
    ANNULLED = "annulled"
    CHANGED = "changed"
    LAPSED = "lapsed"


STATE_TEXTS: dict[State, Text] = {
    State.DUE: Text("应公示", "to be published"),
    State.PREPARED: Text("公示待核准", "publication to be approved"),
    State.APPROVED: Text("已核准，待公示", "approved, not yet published"),
    State.PUBLISHED: Text("公示中", "published"),
    State.CORRECTING: Text("更正待核准", "correction to be approved"),
    State.CORRECTED: Text("更正已核准，待替换", "correction approved, not yet replaced"),
    State.WITHDRAWING: Text("应撤回", "to be taken down"),
    State.WITHDRAWN: Text("公示已撤回", "taken down"),
    State.ENDED: Text("公示期满", "publication ended"),
    State.SPARED: Text("不予公示", "not to be published"),
    State.DROPPED: Text("未公示，依据已消失", "never published, its ground is gone"),
}
ACT_TEXTS: dict[Act, Text] = {
    Act.OWE: Text("产生公示义务", "duty to publish"),
    Act.CHOOSE: Text("确定领域", "field of law chosen"),
    Act.PREPARE: Text("拟定公示内容", "text prepared"),
    Act.RETURN: Text("退回重拟", "sent back for another text"),
    Act.APPROVE: Text("核准公示", "publication approved"),
    Act.SPARE: Text("核准不予公示", "sparing approved"),
    Act.FORWARD: Text("登记已推送登记地", "forwarding to the home province recorded"),
    Act.PUBLISH: Text("登记已公示", "publication recorded"),
    Act.CORRECT: Text("拟定更正", "correction prepared"),
    Act.REPLACE: Text("登记已更正", "correction recorded"),
    Act.SETTLE: Text("登记已更正", "correction recorded"),
    Act.DOUBT: Text("公示依据更改，待核实", "ground changed, to be reviewed"),
    Act.ASK: Text("提出撤回", "taking down asked for"),
    Act.KEEP: Text("核实后维持公示", "kept after review"),
    Act.FALL_AWAY: Text("公示依据消失", "ground of publication gone"),
    Act.LAPSE: Text("公示期届满", "period of publication over"),
    Act.WITHDRAW: Text("登记已撤回", "taking down recorded"),
    Act.FINISH: Text("登记已撤回", "taking down recorded"),
    Act.END: Text("登记已停止公示", "end of publication recorded"),
}
CAUSE_TEXTS: dict[Cause, Text] = {
    Cause.REMOVED: Text("已移出名单", "taken off the list"),
    Cause.REPAIRED: Text("信用修复", "credit repair"),
    Cause.ANNULLED: Text("决定被撤销、确认违法或者无效", "the decision was annulled"),
    Cause.CHANGED: Text("决定被变更", "the decision was changed"),
    Cause.LAPSED: Text("公示期届满", "period of publication over"),
}
FORWARDED = Text("已推送，待登记地公示", "forwarded, to be published there")
CLOSED = (State.WITHDRAWN, State.ENDED, State.SPARED, State.DROPPED)
# Something of it may be out.
OUT = (State.PUBLISHED, State.CORRECTING, State.CORRECTED, State.WITHDRAWING)
OPEN = (State.DUE, State.PREPARED, State.APPROVED, State.CORRECTING, State.CORRECTED, State.WITHDRAWING)
MOVES: dict[tuple[State, Act], State] = {
    (State.DUE, Act.CHOOSE): State.DUE,
    (State.DUE, Act.PREPARE): State.PREPARED,
    (State.DUE, Act.FALL_AWAY): State.DROPPED,
    (State.PREPARED, Act.RETURN): State.DUE,
    (State.PREPARED, Act.APPROVE): State.APPROVED,
    (State.PREPARED, Act.SPARE): State.SPARED,
    (State.PREPARED, Act.FALL_AWAY): State.DROPPED,
    (State.APPROVED, Act.PREPARE): State.PREPARED,
    (State.APPROVED, Act.FORWARD): State.PUBLISHED,
    (State.APPROVED, Act.PUBLISH): State.PUBLISHED,
    (State.APPROVED, Act.FALL_AWAY): State.DROPPED,
    (State.PUBLISHED, Act.FORWARD): State.PUBLISHED,
    (State.PUBLISHED, Act.PUBLISH): State.PUBLISHED,
    (State.PUBLISHED, Act.CORRECT): State.CORRECTING,
    (State.PUBLISHED, Act.FALL_AWAY): State.WITHDRAWING,
    (State.PUBLISHED, Act.LAPSE): State.WITHDRAWING,
    (State.CORRECTING, Act.RETURN): State.PUBLISHED,
    (State.CORRECTING, Act.APPROVE): State.CORRECTED,
    (State.CORRECTING, Act.FALL_AWAY): State.WITHDRAWING,
    (State.CORRECTING, Act.LAPSE): State.WITHDRAWING,
    (State.CORRECTED, Act.REPLACE): State.CORRECTED,
    (State.CORRECTED, Act.SETTLE): State.PUBLISHED,
    (State.CORRECTED, Act.FALL_AWAY): State.WITHDRAWING,
    (State.CORRECTED, Act.LAPSE): State.WITHDRAWING,
    (State.WITHDRAWING, Act.WITHDRAW): State.WITHDRAWING,
    (State.WITHDRAWING, Act.FINISH): State.WITHDRAWN,
    (State.WITHDRAWING, Act.END): State.ENDED,
}
FALLING = tuple(state for state, act in MOVES if act is Act.FALL_AWAY)
MOVES |= {(state, act): state for state in FALLING for act in (Act.DOUBT, Act.ASK, Act.KEEP)}
