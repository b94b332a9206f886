"""Measures as papers see them: their values by binding, and which kinds of paper belong to which record."""

from __future__ import annotations

from lantian.casework import measures_queries as queries
from lantian.casework import measures_states as states
from lantian.casework.models import AlertRound, Interview, Onward, Recheck, Rectification
from lantian.core.competence import Act, Field
from lantian.office.papers.actions import Record
from lantian.office.papers.content import day_words

KINDS = {
    "interview": ("talk_notice", "sign_in_sheet", "talk_record", "commitment"),
    "rectification": ("supervision_opinion", "rectification_order", "recheck_record"),
    "onward": ("request_up", "report_up", "transfer_letter"),
}
OWN_KINDS = frozenset(kind for kinds in KINDS.values() for kind in kinds)
ALERT = "risk_alert"
# Room to write by hand: four blanks in two lines for everybody called.
SIGN = "　姓名：　　　　　　　职务：\n　签名：　　　　　　　时间："


def kinds_for(measure: Interview | Rectification | Onward | AlertRound) -> tuple[str, ...]:
    """Papers that fit a measure as it is: an order has no opinion, what goes up has no transfer letter."""
    if isinstance(measure, AlertRound):
        return (ALERT,)
    if isinstance(measure, Interview):
        return KINDS["interview"]
    if isinstance(measure, Rectification):
        own = {states.Root.OPINION: ("supervision_opinion",), states.Root.ORDER: ("rectification_order",)}
        return (*own.get(states.Root(measure.root), ()), "recheck_record")
    return ("request_up", "report_up") if measure.way == states.Way.UP else ("transfer_letter",)


def record_of(measure: Interview | Rectification | Onward | AlertRound) -> Record:
    """What a paper about a measure may say, as the record stands now."""
    values = {"measure.number": measure.number}
    if isinstance(measure, Interview):
        values |= _interview(measure)
    elif isinstance(measure, Rectification):
        values |= _rectification(measure)
    elif isinstance(measure, AlertRound):
        values |= {"measure.subjects": measure.agency_name}
    else:
        values |= _onward(measure)
    about = (type(measure).__name__.lower(), measure.key)
    return Record(about, Field(measure.field), values, tuple(measure.seen_by), _instead(measure))


def _instead(measure: Interview | Rectification | Onward | AlertRound) -> dict[Act, Act]:
    """Papers of a warning talk are papers of that act, whose row of the matrix is another than an interview's."""
    warning = isinstance(measure, Interview) and measure.kind == states.Talk.WARNING
    return {Act.INTERVIEW: Act.WARNING_TALK} if warning else {}


def _interview(row: Interview) -> dict[str, str]:
    lines = queries.called(row)
    names = [line.participant.subject_name for line in lines]
    collective = row.collective and row.kind == states.Talk.INTERVIEW
    asked = dict.fromkeys(one.what for line in lines for one in line.rectifications)
    return {
        "measure.subjects": "、".join(names),
        "measure.word": "集中约谈" if collective else states.TALK_TEXTS[states.Talk(row.kind)].zh,
        "measure.ground": row.ground,
        "measure.on": day_words(row.held_on or row.on),
        "measure.hour": row.hour,
        "measure.place": row.place,
        "measure.who": row.who,
        "measure.contact": row.contact,
        "measure.officers": "、".join(row.officers),
        "measure.record": row.record,
        "measure.lines": "\n".join(map(_line, lines)),
        "measure.signs": "\n".join(f"{place}. {name}\n{SIGN}" for place, name in enumerate(names, start=1)),
        "measure.what": "\n".join(asked),
    }


def _line(line: queries.Called) -> str:
    came, name = line.attendance, line.participant.subject_name
    if came is None:
        return f"{name}：未登记"
    if not came.came:
        return f"{name}：未到，{came.reason}"
    return f"{name}：{came.person}{f'（{came.role}）' if came.role else ''}"


def _rectification(row: Rectification) -> dict[str, str]:
    return {
        "measure.subjects": row.subject_name or row.subject_no,
        "measure.facts": row.facts,
        "measure.clause": row.clause,
        "measure.what": row.what,
        "measure.due": day_words(row.due),
        "measure.checks": "\n".join(map(_check, queries.rechecks(row))),
    }


def _check(row: Recheck) -> str:
    words = states.RESULT_TEXTS[states.Result(row.result)].zh
    return f"{day_words(row.on)}　{words}。{row.note}（{'、'.join(row.officers)}）"


def _onward(row: Onward) -> dict[str, str]:
    return {
        "measure.subjects": row.subject_name or row.subject_no,
        "measure.subject_no": row.subject_no,
        "measure.body": row.body,
        "measure.matter": row.matter,
        "measure.basis": row.basis,
        "measure.enclosed": "\n".join(row.enclosed),
    }
