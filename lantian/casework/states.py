"""The road of a lead: three states, and what may follow what."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class State(StrEnum):
    """Where a lead stands."""

    RECEIVED = "received"
    VERIFYING = "verifying"
    VERIFIED = "verified"


class Act(StrEnum):
    """What an officer may do with a lead."""

    START = "start"
    CONCLUDE = "conclude"
    HAND_OVER = "hand_over"


STATE_TEXTS: dict[State, Text] = {
    State.RECEIVED: Text("待核查", "to be verified"),
    State.VERIFYING: Text("核查中", "being verified"),
    State.VERIFIED: Text("已核查", "verified"),
}
ACT_TEXTS: dict[Act, Text] = {
    Act.START: Text("开始核查", "start verification"),
    Act.CONCLUDE: Text("核查完毕", "conclude verification"),
    Act.HAND_OVER: Text("转办", "hand over"),
}
MOVES: dict[tuple[State, Act], State] = {
    (State.RECEIVED, Act.START): State.VERIFYING,
    (State.RECEIVED, Act.HAND_OVER): State.RECEIVED,
    (State.VERIFYING, Act.CONCLUDE): State.VERIFIED,
    (State.VERIFYING, Act.HAND_OVER): State.RECEIVED,
}
OPEN_STATES = frozenset(source for source, _ in MOVES)
