"""The mark in every kind of measure, and in what hangs on it."""

from __future__ import annotations

from collections.abc import Sequence

from lantian.casework import interviewing, rectifying, sending_on
from lantian.casework.interviewing import Came, Held, Meeting, Plan, Promised
from lantian.casework.measures_states import Result, Root, Talk
from lantian.casework.measuring import Subject, common
from lantian.casework.models import Alert, AlertRound, Interview, Measure, Onward, Rectification
from lantian.casework.rectifying import Check, Demand
from lantian.casework.sending_on import Approved, Sending
from lantian.core.competence import Field
from lantian.office import audit, clock, files, purposes
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import StoredFile
from lantian.office.scope import scoped
from tests.personas import officer

FIELD = Field.PATENT_AGENCY
PROOF = "planted-proof.pdf"


def plant_measures(mark: str, units: Sequence[int], everybody: Actor) -> dict[str, str]:
    """Plant an interview, a rectification, a report and a round of alerts; their keys by the first word of a route."""
    by = officer("city")
    with scoped(by):
        planted: dict[str, Measure] = {
            "interview": _interview(mark, by),
            "rectification": _rectification(mark, by),
            "onward": _onward(mark, by),
            "alerts": _alerts(mark, by),
        }
    with scoped(everybody):
        for row in planted.values():
            assert type(row).objects.filter(pk=row.pk).update(seen_by=sorted(units)) == 1
        assert Alert.objects.filter(client__contains=mark).update(seen_by=sorted(units)) == 1
        assert StoredFile.objects.filter(name=PROOF).update(seen_by=sorted(units)) == 1
    return {word: row.key for word, row in planted.items()}


def _proof(by: OfficerActor) -> StoredFile:
    """The one file that hangs on every planted measure."""
    kept = StoredFile.objects.filter(name=PROOF).first()
    return kept or files.keep(name=PROOF, chunks=[b"%PDF-proof"], seen_by=by.units, by=by)


def _subject(mark: str) -> Subject:
    return Subject("agency", f"91{mark}", f"甲{mark}乙")


def _interview(mark: str, by: OfficerActor) -> Interview:
    today = clock.today()
    plan = Plan(Talk.INTERVIEW, FIELD, (_subject(mark),), mark, Meeting(today, mark, mark), mark, mark)
    talk = interviewing.plan_interview(plan, by=by)
    interviewing.sign_in(key=talk.key, rows={1: Came(mark)}, version=1, by=by)
    interviewing.hold(key=talk.key, held=Held(today, (mark, "乙"), mark, _proof(by)), version=2, by=by)
    promised = Promised(today, _proof(by), mark)
    interviewing.receive_commitment(key=talk.key, place=1, promised=promised, version=3, by=by)
    interviewing._step(talk, "note", mark, by)
    return talk


def _rectification(mark: str, by: OfficerActor) -> Rectification:
    demand = rectifying.ask_correction(Demand(Root.OPINION, FIELD, _subject(mark), mark), by=by)
    check = Check(Result.NOT_DONE, clock.today(), (mark,), mark, file=_proof(by))
    rectifying.recheck(key=demand.key, check=check, version=1, by=by)
    return demand


def _onward(mark: str, by: OfficerActor) -> Onward:
    approved, papers = Approved(mark, clock.today()), ("情况报告", "证据目录")
    up = sending_on.send_on(Sending("cnipa", mark, FIELD, _subject(mark), mark, papers, approved), by=by)
    sending_on._step(up, "note", sending_on.Event(clock.today(), mark, _proof(by)), by)
    return up


def _alerts(mark: str, by: OfficerActor) -> AlertRound:
    purpose = purposes.state(scope=purposes.SUBJECTS, purpose="lead", text="", by=by)
    round = AlertRound.objects.create(
        **common("alerts", "提示", FIELD, ("", ""), by),
        agency_no=f"91{mark}", agency_name=mark, matter=mark, advice=mark, contact=mark, purpose=purpose,
    )  # fmt: skip
    Alert.objects.create(round=round, client=mark, filings=1, seen_by=[by.unit])
    audit.record(audit.Kind.ALERTS_STARTED, by=by, about=("alertround", round.key))
    return round
