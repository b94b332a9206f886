"""The days in which a party to be listed may speak or ask for a hearing, its giving them up, a hearing asked for.

Both rights are given up together or the days run: who gives up the hearing alone may still make a statement. The days
run from the service of the last notice: the day of such a step is the day on which its paper was served.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lantian.core import deadlines, lists
from lantian.core.deadlines import Deadline
from lantian.core.messages import Text
from lantian.core.rulebook import RuleVersion
from lantian.office.actors import OfficerActor
from lantian.standing.errors import StandingRefused
from lantian.standing.models import ListEntry, ListStep
from lantian.standing.persons import refuse_same

TOLD = ("notice", "hearing_offered")
HEARD = (*TOLD, lists.WAIVED, lists.HEARING_ASKED, lists.HEARING_HELD)  # what the right to be heard rests on
RECORDED = Text(
    "登记告知送达、放弃或者听证的人不能据此决定列入，请由另一人办理。",
    "Whoever recorded the service of the notice, the waiver or the hearing does not list the party on it; another"
    " person does.",
)


@dataclass(frozen=True)
class Hearing:
    """The days in which a party may speak or ask for a hearing, and when and by which document it gave them up.

    `told_on` is the day of service, `due` how the last day was reckoned, `asked_on` when a hearing was asked for that
    is not held yet.
    """

    told_on: date
    due: Deadline
    waived_on: date | None
    document: str
    asked_on: date | None = None

    @property
    def until(self) -> date:
        """The last day of the party."""
        return self.due.due

    def over(self, on: date) -> bool:
        """Whether it may be decided on a day: the days are over, or given up by then."""
        return on > self.until or (self.waived_on is not None and on >= self.waived_on)


def hearing_of(row: ListEntry, rule: RuleVersion) -> Hearing | None:
    """The days that a rule gives the party, from the last time it was told; None without such a rule or before that.

    What was told anew after a waiver is not given up by it.
    """
    told = row.steps.filter(step__in=TOLD).order_by("on", "id").last()
    if "heard" not in rule.values or told is None:
        return None
    due, asked = deadlines.due_under(rule.values["heard"], told.on), asked_on(row)
    waived = (
        row.steps.filter(step=lists.WAIVED).order_by("on", "id").last() if "waives" in rule.values else None
    )
    if waived is None or (waived.on, waived.pk) < (told.on, told.pk):
        return Hearing(told.on, due, None, "", asked)
    return Hearing(told.on, due, waived.on, waived.document, asked)


def open_steps(row: ListEntry, rule: RuleVersion) -> list[str]:
    """What the party does of itself once everything was told to it, until it is decided.

    It may ask for a hearing wherever one is offered, and give up its rights where the rule says so.
    """
    steps = rule.values["steps"]
    told = set(row.steps.values_list("step", flat=True))
    if row.decided_on is not None or not told >= {*TOLD} & {*steps}:
        return []
    found = [lists.WAIVED] if "waives" in rule.values else []
    if "hearing_offered" in steps:
        found.append(lists.HEARING_ASKED if asked_on(row) is None else lists.HEARING_HELD)
    return found


def asked_on(row: ListEntry) -> date | None:
    """The day on which the party asked for a hearing that was neither held nor withdrawn yet."""
    last = _last(row)
    return last.on if last is not None and last.step == lists.HEARING_ASKED else None


def _last(row: ListEntry) -> ListStep | None:
    """The last thing done about a hearing: asked for, or held."""
    return row.steps.filter(step__in=(lists.HEARING_ASKED, lists.HEARING_HELD)).order_by("id").last()


def refuse_unheard(row: ListEntry, on: date) -> None:
    """Nothing is decided before the party's days to speak or ask for a hearing are over, unless it gave them up.

    Nor between its asking for a hearing and the hearing, nor on a day before the one on which that was held.
    """
    asked = asked_on(row)
    if asked is not None:
        raise StandingRefused(
            f"当事人已于{asked}要求听证，听证举行以前不能决定；举行或者当事人撤回后，先登记该步骤。",
            f"The party asked for a hearing on {asked}; nothing is decided before it. Record first that it was held or"
            " that the party withdrew its request.",
        )
    held = _last(row)
    if held is not None and on < held.on:
        raise StandingRefused(
            f"听证（或者撤回）在{held.on}，决定日期不能早于该日。",
            f"The hearing was held, or its request withdrawn, on {held.on}; the decision is not dated before that.",
        )
    found = hearing_of(row, lists.book().rule(row.list_id, on))
    if found is None or found.over(on):
        return
    raise StandingRefused(
        f"{found.told_on}告知书送达后，当事人至{found.until}可以陈述、申辩或者要求听证，期满后才能决定；"
        "当事人书面放弃的，先登记放弃的日期和文书。",
        f"Told on {found.told_on} (served), the party may speak or ask for a hearing until {found.until}; it is decided"
        " after that. Where the party gave it up in writing, record the day and the document of that first.",
    )


def refuse_recorder(row: ListEntry, by: OfficerActor) -> None:
    """Whoever recorded that the party was told, gave up its rights or was heard does not decide on it."""
    posts = row.steps.filter(step__in=HEARD, post__isnull=False).values_list("post_id", flat=True)
    refuse_same(posts, by, RECORDED)


def check_step(row: ListEntry, step: str, on: date, document: str) -> None:
    """What the party does of itself names its paper and comes after what it answers."""
    if step == lists.WAIVED:
        check_waiver(row, on, document)
    if step == lists.HEARING_HELD and (asked := asked_on(row)) is not None and on < asked:
        raise StandingRefused(f"听证要求是{asked}提出的。", f"The hearing was asked for on {asked} only.")
    if step in (lists.HEARING_ASKED, lists.HEARING_HELD) and not document.strip():
        raise StandingRefused(
            "请写明听证申请、听证笔录或者撤回申请。",
            "Name the request, the record of the hearing or the withdrawal.",
        )


def check_waiver(row: ListEntry, on: date, document: str) -> None:
    """A waiver is the party's own writing, after everything was told to it and before the decision."""
    told = row.steps.filter(step__in=TOLD).order_by("on", "id").last()
    assert told is not None, "`open_steps` offers the waiver only after the party was told"
    if not document.strip():
        raise StandingRefused(
            "请写明当事人放弃陈述、申辩和听证的文书。",
            "Name the document in which the party gives up its rights.",
        )
    if on < told.on:
        raise StandingRefused(
            f"放弃的日期早于{told.on}的告知；告知以前的放弃无效。",
            f"It is given up before the party was told on {told.on}; that does not count.",
        )
