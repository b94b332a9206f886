"""Findings, what was said about them, and what turning one into a lead would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lantian.casework import queries as casework
from lantian.core.competence import CAPACITY_TEXTS, FIELD_TEXTS, Row
from lantian.desk.present.detectors import BASES, told
from lantian.desk.present.leads import doubt, reckoned_due
from lantian.desk.present.reach import directories
from lantian.desk.present.words import Offices, either, label, language, said
from lantian.detect.detectors import DETECTORS
from lantian.office import clock
from lantian.office.actors import OfficerActor
from lantian.screening import actions, queries, ranking
from lantian.screening.models import CLEARINGS, STRENGTHS, Finding, Judgement
from lantian.screening.naming import called
from lantian.screening.ranking import Precision
from lantian.screening.states import OUTCOME_TEXTS, STATE_TEXTS, Outcome, State

TABLE = "patents:"


def numbers_of(row: Finding) -> list[str]:
    """Application numbers in the finding's evidence, the most telling first."""
    return [item.removeprefix(TABLE) for item in row.evidence if item.startswith(TABLE)]


def finding(
    row: Finding, state: State, offices: Offices, held: Mapping[str, Precision] | None = None
) -> dict[str, Any]:
    """A finding in a list; `held` tells how right each detector is, asked once for the list."""
    right = held[row.detector] if held else ranking.precision(row.detector)
    return {
        "key": row.key,
        "subject": subject(row),
        "detector": row.detector,
        "detector_name": told(row.detector, row.on).name,
        "review_only": right.review_only,
        "value": _value(row, right),
        "reason": either(row.reason_zh, row.reason_en),
        "score": row.score,
        "strength": row.strength,
        "strength_label": label(STRENGTHS[row.strength]),
        "clearing": row.clearing,
        "clearing_label": label(CLEARINGS[row.clearing]),
        "state": str(state),
        "state_label": label(STATE_TEXTS[state]),
        "members_count": len(row.evidence),
        "office": offices.by_id[row.holder_id].name(language()),
        "on": row.on,
        "expires_on": row.expires_on,
        "gone_on": row.gone_on,
        "lapsed": row.expires_on < clock.today() and state is State.WAITING,
    }


def _value(row: Finding, right: Precision) -> dict[str, Any]:
    """The parts of its expected value, in words for a title and as numbers for the page."""
    value = ranking.value_of(row.detector, row.strength, clock.day_of(row.first_found_at), right)
    return {
        "whole": f"{value.whole:.2f}",
        "probability": f"{value.probability:.2f}",
        "basis": said(BASES[value.basis]),
        "points": f"{value.points:.1f}",
        "freshness": f"{value.freshness:.2f}",
    }


def subject(row: Finding) -> str:
    """Whom a finding is about, in words."""
    return label(called(row))


def opened(row: Finding, said_of_it: Sequence[Judgement]) -> dict[str, Any]:
    """What a finding's own page says beyond the list: its rule, its innocent explanation, what changed."""
    rule = told(row.detector, row.on)
    last = said_of_it[-1] if said_of_it else None
    return {
        "version": len(said_of_it),
        # Why the law permits it is stored in Chinese; the English reason repeats it in English.
        "cleared": row.cleared if not language().startswith("en") else "",
        "detector_version": row.detector_version,
        "rule": said(rule.rule.text),
        "citation": said(rule.rule.basis.cite()),
        "confidence": doubt(rule.rule.confidence),
        "innocent": said(rule.text("innocent")),
        "refute": said(rule.text("refuted")),
        "directories": directories(DETECTORS[row.detector].reads),
        "ground_changed": last is not None and last.ground != actions.ground_of(row),
        "returned": queries.returned(said_of_it),
        "another_fault": queries.another_fault(said_of_it),
        "evidence_then": last.ground_size if last else None,
        "evidence_now": len(row.evidence),
    }


def judgements(row: Finding, said_of_it: Sequence[Judgement]) -> list[dict[str, Any]]:
    """Everything said about a finding, the newest first."""
    ground = actions.ground_of(row)
    newest = said_of_it[-1].pk if said_of_it else None
    return [
        {
            "verdict": one.outcome,
            "verdict_label": label(OUTCOME_TEXTS[Outcome(one.outcome)]),
            "by": one.post.account.name,
            "unit": one.post.unit.name(language()),
            "at": one.at,
            "reason": one.reason,
            "asked": one.asked,
            "superseded": one.pk != newest,
            "ground_changed": one.ground != ground,
        }
        for one in reversed(said_of_it)
    ]


def preview(row: Finding, offices: Offices, by: OfficerActor, today: date) -> dict[str, Any]:
    """What 转为线索 would do: who will hold it, when it is due, who will see it."""
    coming = actions.preview(row, on=today)
    units = {coming.holder.pk, offices.city.pk, *by.units}
    return {
        "office": coming.holder.name(language()),
        "due": reckoned_due(coming.due, today),
        "told": offices.names(units),
        "note": _note(coming, today),
        "field": label(FIELD_TEXTS[coming.field]) if coming.field else "",
        "field_choices": []
        if coming.field
        else [(str(one), label(text)) for one, text in FIELD_TEXTS.items()],
    }


def _note(coming: actions.Preview, today: date) -> str:
    if coming.field is None:
        return _("不能确定属于哪个领域，请选择；承办单位的权限随领域而定。")
    return _capacity(casework.capacity_of(coming.holder, coming.field, today))


def _capacity(row: Row | None) -> str:
    """In which capacity the holder will verify, on what ground, and that the office's own list may say otherwise."""
    if row is None:
        return _("权责清单没有列出承办单位的核查权限，请先核对。")
    words = {"capacity": label(CAPACITY_TEXTS[row.capacity]), "basis": said(row.version.basis.cite())}
    return _("承办单位的权限：%(capacity)s（%(basis)s；本单位权责清单另有规定的，从其规定）") % words
