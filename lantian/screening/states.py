"""What an officer may say of a finding, and what may follow what."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class State(StrEnum):
    """Where a finding stands: derived from its newest judgement."""

    WAITING = "pending"
    LEAD = "lead"
    DISMISSED = "dismissed"
    MORE = "more"


class Outcome(StrEnum):
    """A judgement."""

    LEAD = "lead"
    DISMISS = "dismissed"
    MORE = "more"
    ANSWER = "answered"


STATE_TEXTS: dict[State, Text] = {
    State.WAITING: Text("待研判", "to be judged"),
    State.LEAD: Text("已转线索", "turned into a lead"),
    State.DISMISSED: Text("已排除", "dismissed"),
    State.MORE: Text("待补充", "more needed"),
}
OUTCOME_TEXTS: dict[Outcome, Text] = {
    Outcome.LEAD: Text("转为线索", "turn into a lead"),
    Outcome.DISMISS: Text("排除", "dismiss"),
    Outcome.MORE: Text("需要补充", "ask for more"),
    Outcome.ANSWER: Text("已补充", "answered"),
}
MOVES: dict[tuple[State, Outcome], State] = {
    (State.WAITING, Outcome.LEAD): State.LEAD,
    (State.WAITING, Outcome.DISMISS): State.DISMISSED,
    (State.WAITING, Outcome.MORE): State.MORE,
    (State.MORE, Outcome.ANSWER): State.WAITING,
    (State.MORE, Outcome.LEAD): State.LEAD,
    (State.MORE, Outcome.DISMISS): State.DISMISSED,
    (State.DISMISSED, Outcome.LEAD): State.LEAD,
    (State.DISMISSED, Outcome.MORE): State.MORE,
}
REASON_REQUIRED = frozenset({Outcome.DISMISS, Outcome.MORE, Outcome.ANSWER})
