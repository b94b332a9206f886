"""The road of a paper, and what may follow what."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class State(StrEnum):
    """Where a paper stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    DROPPED = "dropped"


class Act(StrEnum):
    """What an officer may do with a paper."""

    REVISE = "revise"
    APPROVE = "approve"
    ISSUE = "issue"
    DROP = "drop"


STATE_TEXTS: dict[State, Text] = {
    State.DRAFT: Text("草稿", "draft"),
    State.APPROVED: Text("已核准", "approved"),
    State.ISSUED: Text("已印发", "issued"),
    State.DROPPED: Text("已作废", "dropped"),
}
ACT_TEXTS: dict[Act, Text] = {
    Act.REVISE: Text("修改", "revise"),
    Act.APPROVE: Text("核准", "approve"),
    Act.ISSUE: Text("印发", "issue"),
    Act.DROP: Text("作废", "drop"),
}
# A new version lets an approval lapse: what was approved is what is issued.
MOVES: dict[tuple[State, Act], State] = {
    (State.DRAFT, Act.REVISE): State.DRAFT,
    (State.DRAFT, Act.APPROVE): State.APPROVED,
    (State.DRAFT, Act.DROP): State.DROPPED,
    (State.APPROVED, Act.REVISE): State.DRAFT,
    (State.APPROVED, Act.ISSUE): State.ISSUED,
    (State.APPROVED, Act.DROP): State.DROPPED,
}
