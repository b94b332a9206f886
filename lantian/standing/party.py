"""What of our reckoning may be handed to the party that it scores: only what the official record has confirmed.

Our score alone is internal. Once a round of official grades was taken in and our statement of its day agrees with it
in the score and line by line, that statement explains the official grade and may be handed over. A grade alone, without
its score and its items, confirms none of our lines.
"""

from __future__ import annotations

from lantian.core.credit.reconciling import Reconciled
from lantian.core.credit.statement import Statement
from lantian.registry.models import Subject
from lantian.standing import queries
from lantian.standing.errors import StandingRefused
from lantian.standing.queries import Grade


def sheet_for(subject: Subject) -> tuple[Grade, Statement]:
    """The official grade and our statement of its day, for the party.

    Raises `StandingRefused` before a round was taken in, while the two differ and where the record has too little to
    compare our lines with; `NoScore` where no book scores.
    """
    queries.book_of(subject)
    found = queries.reconciled(subject)
    if found is None:
        raise StandingRefused(
            "尚未导入官方等级，内部测算没有经过核对，不能交给当事人；请先导入官方评价结果。",
            "No official grade was taken in, so our reckoning is not reconciled and not handed over; take the round in"
            " first.",
        )
    grade, statement, result = found
    if not result.agrees:
        raise StandingRefused(
            f"内部测算与{grade.since}的官方记录尚不一致（{_differs(result, grade, statement)[0]}），不能交给当事人；"
            "请按信用档案中的逐项差异核对更正。",
            f"Our reckoning differs from the official record of {grade.since} ({_differs(result, grade, statement)[1]})"
            " and is not handed over; correct the differences listed in the credit file first.",
        )
    if not result.items_agree:
        raise StandingRefused(
            f"{grade.since}的官方记录没有{_lacking(result)[0]}，逐项计分没有经过核对，不能交给当事人；请将官方的“分数”"
            "和“计分明细”两列与等级一并导入后再核对。",
            f"The official record of {grade.since} has no {_lacking(result)[1]}, so our lines are not compared with it"
            " and not handed over; take its official columns of the score and of the items in"
            " with the grade first.",
        )
    return grade, statement


def _lacking(result: Reconciled) -> tuple[str, str]:
    """What the official record came without."""
    if result.difference is not None:
        return "计分明细", "items"
    return ("分数和计分明细", "score and no items") if result.alone else ("分数", "score")


def _differs(result: Reconciled, grade: Grade, statement: Statement) -> tuple[str, str]:
    lines = sum(pair.why is not None for pair in result.pairs)
    return (
        f"官方{grade.grade}，测算{statement.grade}，{lines}项不同",
        f"officially {grade.grade}, ours {statement.grade}, {lines} items differ",
    )
