"""The history of a dispatch: one line an act, seen by the keeper and by the office that it concerns."""

from __future__ import annotations

from lantian.dispatch.models import Dispatch, DispatchStep
from lantian.dispatch.states import Step
from lantian.office import clock


def note(
    dispatch: Dispatch, act: Step, *, post: int, unit: int | None = None, count: int = 0, reason: str = ""
) -> DispatchStep:
    """Append one step in the open transaction; one about no single office is seen by whoever sees the letter."""
    seen = {dispatch.unit_id, unit} if unit is not None else set(dispatch.seen_by)
    return DispatchStep.objects.create(
        dispatch=dispatch,
        act=str(act),
        unit_id=unit,
        count=count,
        reason=reason.strip(),
        post_id=post,
        at=clock.now(),
        seen_by=sorted(seen),
    )
