"""What may follow what: a summary, and a typical case."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class State(StrEnum):
    """Where a summary stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    RECEIVED = "received"


class Act(StrEnum):
    """What is done with a summary."""

    REVISE = "revise"
    APPROVE = "approve"
    SEND = "send"
    RETURN = "return"
    RECEIVE = "receive"


class StoryState(StrEnum):
    """Where a typical case stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    PUBLISHED = "published"
    DROPPED = "dropped"


class StoryAct(StrEnum):
    """What is done with a typical case."""

    REVISE = "revise"
    APPROVE = "approve"
    PUBLISH = "publish"
    DROP = "drop"


class Pending(StrEnum):
    """Whether a decision is being reviewed or sued over."""

    NONE = "none"
    REVIEW = "review"
    SUIT = "suit"


STATE_TEXTS: dict[State, Text] = {
    State.DRAFT: Text("草稿", "draft"),
    State.APPROVED: Text("已核准", "approved"),
    State.SENT: Text("已报送", "sent"),
    State.RECEIVED: Text("已签收", "received"),
}
ACT_TEXTS: dict[Act, Text] = {
    Act.REVISE: Text("修改", "revise"),
    Act.APPROVE: Text("核准", "approve"),
    Act.SEND: Text("报送", "send"),
    Act.RETURN: Text("退回补充", "send back"),
    Act.RECEIVE: Text("签收", "received"),
}
STORY_STATE_TEXTS: dict[StoryState, Text] = {
    StoryState.DRAFT: Text("草稿", "draft"),
    StoryState.APPROVED: Text("已核准", "approved"),
    StoryState.PUBLISHED: Text("已宣传", "published"),
    StoryState.DROPPED: Text("已撤下", "dropped"),
}
STORY_ACT_TEXTS: dict[StoryAct, Text] = {
    StoryAct.REVISE: Text("修改", "revise"),
    StoryAct.APPROVE: Text("核准", "approve"),
    StoryAct.PUBLISH: Text("登记宣传", "enter as published"),
    StoryAct.DROP: Text("撤下", "drop"),
}
PENDING_TEXTS: dict[Pending, Text] = {
    Pending.NONE: Text("没有复议、诉讼", "neither review nor suit"),
    Pending.REVIEW: Text("行政复议期间", "under administrative review"),
    Pending.SUIT: Text("行政诉讼期间", "sued over"),
}
# A new version lets an approval lapse: what was approved is what is sent.
MOVES: dict[tuple[State, Act], State] = {
    (State.DRAFT, Act.REVISE): State.DRAFT,
    (State.DRAFT, Act.APPROVE): State.APPROVED,
    (State.APPROVED, Act.REVISE): State.DRAFT,
    (State.APPROVED, Act.SEND): State.SENT,
    (State.SENT, Act.RETURN): State.DRAFT,
    (State.SENT, Act.RECEIVE): State.RECEIVED,
}
STORY_MOVES: dict[tuple[StoryState, StoryAct], StoryState] = {
    (StoryState.DRAFT, StoryAct.REVISE): StoryState.DRAFT,
    (StoryState.DRAFT, StoryAct.APPROVE): StoryState.APPROVED,
    (StoryState.DRAFT, StoryAct.DROP): StoryState.DROPPED,
    (StoryState.APPROVED, StoryAct.REVISE): StoryState.DRAFT,
    (StoryState.APPROVED, StoryAct.PUBLISH): StoryState.PUBLISHED,
    (StoryState.APPROVED, StoryAct.DROP): StoryState.DROPPED,
    (StoryState.PUBLISHED, StoryAct.DROP): StoryState.DROPPED,
}
COUNTED = (State.APPROVED, State.SENT, State.RECEIVED)
USABLE = (StoryState.APPROVED, StoryState.PUBLISHED)
