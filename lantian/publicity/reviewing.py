"""What ends before its time: what stands against a notice is said by one person and decided by another.

A record below that changed puts its notices up for review (`doubt`): corrected, kept, or taken down. That the decision
was annulled or changed, or that the publication ends early by repair, one officer says (`ask`) and a second person
confirms; until then the notice stands, and the period for taking it down runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.db import transaction

from lantian.core import publicity
from lantian.core.deadlines import Deadline
from lantian.core.moves import check_move
from lantian.office import clock
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission, check_permission
from lantian.publicity import queries
from lantian.publicity.actions import Fallen, bind, fall, moved, not_later, taken
from lantian.publicity.deciding import demand_competence, refuse_raiser
from lantian.publicity.errors import PublicityRefused
from lantian.publicity.models import Notice
from lantian.publicity.queries import Question
from lantian.publicity.states import MOVES, Act, Cause, State

BY_HAND = (Cause.ANNULLED, Cause.CHANGED, Cause.REPAIRED)
LONGEST = 200


@transaction.atomic
def doubt(*, about: tuple[str, str], note: str, by: OfficerActor) -> list[Notice]:
    """The record of these notices says something else now: each is reviewed, within the period of a withdrawal.

    For rooms above. The period runs from today, on which the house learns of it; an earlier doubt keeps its day, and
    what somebody asks stays asked with the doubt beside it.
    """
    rows = Notice.objects.select_for_update(of=("self",)).filter(about_kind=about[0], about_key=about[1])
    return [_doubt(row, note, by) for row in rows.order_by("id") if (State(row.state), Act.DOUBT) in MOVES]


def _doubt(row: Notice, note: str, by: OfficerActor) -> Notice:
    asked, open_ = _standing(row)
    since = open_.on if open_ else clock.today()
    found = Question(Cause.CHANGED, since, by.post_id, clock.now(), note=note, texts=row.texts.count())
    found = replace(found, earlier=open_.posts if open_ else ())
    _put(row, replace(asked, doubt=found) if asked else found)
    return moved(row, Act.DOUBT, clock.today(), by, note=note)


@transaction.atomic
def ask(
    *, key: str, fallen: Fallen, met: Mapping[str, str] | None = None, version: int, by: OfficerActor
) -> Notice:
    """Say that the decision was annulled or changed, or that the publication ends early; another person confirms it.

    `met` names for an early end the document that shows each condition. Raises `PublicityRefused`, `NoCompetence`.
    """
    check_permission(by.permissions, Permission.PUBLISH)
    row = taken(key, version, by)
    demand_competence(row, by)
    check_move(MOVES, State(row.state), Act.ASK)
    asked, open_ = _standing(row)
    if asked is not None:
        raise PublicityRefused("已提出撤回，待另一人核准。", "This was asked for; another person decides.")
    _check(row, fallen)
    shown = _shown(row, fallen, met or {}) if fallen.cause is Cause.REPAIRED else {}
    document = fallen.document.strip()[:LONGEST]
    found = Question(fallen.cause, fallen.on, by.post_id, clock.now(), document=document, met=shown)
    _put(row, replace(found, doubt=open_))
    return moved(row, Act.ASK, fallen.on, by, document=document, note=str(fallen.cause), met=shown)


@transaction.atomic
def confirm(*, key: str, version: int, by: OfficerActor) -> Notice:
    """Confirm as a second person that its ground is gone: it is taken down, or never goes out."""
    check_permission(by.permissions, Permission.APPROVE_PAPERS)
    row = taken(key, version, by)
    demand_competence(row, by)
    question = _decided(row, by)
    if not question.asked:
        raise PublicityRefused(
            "还没有人提出撤回；请先由承办人写明事由和文书。",
            "Nobody has asked for it; first an officer names the cause and its document.",
        )
    return fall(row, Fallen(question.cause, question.since, question.document), by)


@transaction.atomic
def keep(*, key: str, note: str, version: int, by: OfficerActor) -> Notice:
    """Decide as a second person that the notice stands as it is, with the reason.

    Of something asked: that it is not taken down; a doubt that was open besides is open again, with its days.
    """
    check_permission(by.permissions, Permission.APPROVE_PAPERS)
    row = taken(key, version, by)
    demand_competence(row, by)
    decided = _decided(row, by)
    check_move(MOVES, State(row.state), Act.KEEP)
    if not note.strip():
        raise PublicityRefused("请写明维持公示的理由。", "Say why the notice stands as it is.")
    _put(row, decided.doubt)
    return moved(row, Act.KEEP, clock.today(), by, note=note)


def early_from(row: Notice) -> Deadline | None:
    """The first day on which a publication may end early by repair; None where the rule knows no such day."""
    if not row.term or row.published_on is None:
        return None
    return publicity.early(publicity.term(row.matter, row.event_on, row.term), row.published_on)


def _standing(row: Notice) -> tuple[Question | None, Question | None]:
    """What somebody asks of a notice, and what is in doubt about it."""
    found = queries.question_of(row)
    if found is None or found.asked:
        return found, found.doubt if found else None
    return None, found


def _put(row: Notice, question: Question | None) -> None:
    row.question = question.stored() if question else None
    bind(row, queries.places(row))


def _decided(row: Notice, by: OfficerActor) -> Question:
    """The question, decided by another person than whoever asked it and whoever changed the record besides."""
    question = queries.question_of(row)
    if question is None:
        raise PublicityRefused("这项公示没有待核实的事项。", "Nothing stands against this notice.")
    refuse_raiser(row, by)
    return question


def _check(row: Notice, fallen: Fallen) -> None:
    if fallen.cause not in BY_HAND:
        raise PublicityRefused("请选择撤回的事由。", "Choose why it is taken down.")
    if not fallen.document.strip():
        raise PublicityRefused(
            "撤回应说明理由，请写明文书。", "Taking down needs its reason: name the document."
        )
    if not_later(fallen.on) < row.event_on:
        raise PublicityRefused("日期早于原决定。", "The day lies before the decision itself.")


def _shown(row: Notice, fallen: Fallen, met: Mapping[str, str]) -> dict[str, str]:
    """The documents that show the conditions of an early end; raises for a day too early and for one not shown."""
    _refuse_too_early(row, fallen.on)
    asked = publicity.conditions(fallen.on).values["conditions"]
    shown = {one["code"]: met.get(one["code"], "").strip()[:LONGEST] for one in asked}
    missing = [one for one in asked if not shown[one["code"]]]
    if missing:
        zh = "、".join(one["text_zh"] for one in missing)
        en = "; ".join(one["text_en"] for one in missing)
        raise PublicityRefused(
            f"提前停止公示须逐项写明证明文书，还缺：{zh}。",
            f"An early end needs a document for each condition; missing: {en}.",
        )
    return shown


def _refuse_too_early(row: Notice, on: date) -> None:
    first = early_from(row)
    if first is None:
        raise PublicityRefused(
            "按规则不得提前停止公示。", "By its rule this publication is not ended before its time."
        )
    if on < first.due:
        raise PublicityRefused(
            f"{first.due}起才可以提前停止公示。", f"It may be ended before its time from {first.due} only."
        )
