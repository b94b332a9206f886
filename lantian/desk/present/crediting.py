"""Credit events beside the matter that they were taken from, and the matter beside the event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from lantian.casework import crediting, crediting_rules
from lantian.casework.branching import Concerned
from lantian.casework.measures_states import ONWARD_STATE_TEXTS, OnwardState
from lantian.casework.models import Onward
from lantian.core.credit.book import agency, practitioner
from lantian.core.messages import Text
from lantian.core.rulebook import RuleVersion
from lantian.core.supervision import FactKind
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import label, said
from lantian.office.models import IntakeBatch
from lantian.standing import sourcing
from lantian.standing.models import ConfirmedFact, CreditEvent

STATES = {
    "counts": Text("计入", "counts"),
    "contested": Text("待核定", "to be decided"),
    "annulled": Text("已撤销", "annulled"),
}
FACT_TEXTS: dict[FactKind, Text] = {
    FactKind.PENALTY: Text("受到行政处罚", "penalised"),
    FactKind.HEAVY_PENALTY: Text("受到较重行政处罚", "heavily penalised"),
    FactKind.STOP_BUSINESS: Text("被责令停止承接新业务", "ordered to stop new business"),
    FactKind.RECTIFICATION_OVERDUE: Text("逾期未整改到位", "not corrected in time"),
    FactKind.ABNORMAL_FILINGS_CONFIRMED: Text("代理非正常申请经确认", "abnormal filings confirmed"),
    FactKind.REFUSED_INSPECTION: Text("不配合监督检查", "does not cooperate with an inspection"),
}
ORIGIN_TEXTS = {
    crediting.OUTSIDE: Text("外部系统事项", "outside matter"),
    crediting.RECTIFICATION: Text("整改", "correction"),
    crediting.INTERVIEW: Text("约谈", "interview"),
}
ROUTES = {
    crediting.OUTSIDE: "outside_matter",
    crediting.RECTIFICATION: "rectification",
    crediting.INTERVIEW: "interview",
}
FOR_BRANCH = Text("{agency}（分支机构：{branch}）", "{agency} (branch: {branch})")
BY_HAND = Text("人工登记", "recorded by hand")
INTAKE = Text("导入：{file}", "taken in from {file}")
INTAKE_HIDDEN = Text("数据导入", "an intake")
HIDDEN = Text("其他单位的事项", "a matter of another office")
Origin = tuple[str, str]


def words_of(indicator: str) -> str:
    """An indicator in words: of a credit book, or the kind by which a file without a score calls its events."""
    books = (agency().indicators, practitioner().indicators, crediting_rules.book().versions)
    found = next((book[indicator] for book in books if indicator in book), None)
    return label(found[-1].text) if found else indicator


def event(row: CreditEvent) -> dict[str, Any]:
    """An event on the page of its matter."""
    state = "annulled" if sourcing.annulled(row) else "contested" if sourcing.contested(row) else "counts"
    notes = [one.note for one in row.changes.all() if one.note]
    return {
        "key": row.key,
        "text": words_of(row.indicator),
        "subject": row.subject.name,
        "subject_key": row.subject.key,
        "on": row.occurred_on,
        "document": row.document,
        "quantity": row.quantity,
        "state": state,
        "state_label": label(STATES[state]),
        "note": notes[-1] if notes else "",
        "open": state != "annulled",
        "contested": state == "contested",
    }


def fact(row: ConfirmedFact) -> dict[str, Any]:
    """A fact on the page of its matter, when no credit event goes with it."""
    taken = getattr(row, "taken_back", None)
    state = "annulled" if taken else "counts"
    return {
        "key": row.key,
        "text": label(FACT_TEXTS[FactKind(row.kind)]),
        "subject": row.subject.name,
        "subject_key": row.subject.key,
        "on": row.on,
        "document": row.document,
        "state": state,
        "state_label": label(STATES[state]),
        "note": taken.reason if taken else "",
        "open": taken is None,
    }


def concerned(one: Concerned) -> str:
    """On whose file a fact is put, and for which branch."""
    name = one.subject.name if one.subject else one.party.name
    return said(FOR_BRANCH).format(agency=name, branch=one.branch.name) if one.branch else name


def party(one: Concerned) -> dict[str, str]:
    """A party that may be forwarded, with what the register says of its main office."""
    branch = one.branch
    return {
        "id": one.id,
        "name": one.party.name,
        "agency": branch.agency.name if branch else "",
        "province": branch.province if branch else "",
    }


def rule(found: RuleVersion) -> dict[str, str]:
    """The rule that says on whose file a branch counts."""
    return {
        "words": label(found.text),
        "basis": said(found.basis.cite()),
        "doubt": doubt(found.confidence),
    }


def forwarded(row: Onward) -> dict[str, Any]:
    """A transfer to a home province on the page of its matter."""
    return {
        "key": row.key,
        "number": row.number,
        "body": row.body,
        "subject": row.subject_name,
        "state": row.state,
        "state_label": label(ONWARD_STATE_TEXTS[OnwardState(row.state)]),
        "opened_on": row.opened_on,
        "sent_on": row.sent_on,
    }


def facts(rows: Sequence[ConfirmedFact]) -> list[dict[str, Any]]:
    """Confirmed facts in words, each with where it came from."""
    whence = origins((one.origin_kind, one.origin_key) for one in rows)
    return [
        {
            "text": label(FACT_TEXTS[FactKind(one.kind)]),
            "on": one.on,
            "document": one.document,
            "origin": whence[one.origin_kind, one.origin_key],
        }
        for one in rows
    ]


def origins(found: Iterable[Origin]) -> Mapping[Origin, dict[str, str]]:
    """Where events came from, in words, with the way there where the reader may go it; by origin."""
    wanted = set(found)
    told = {origin: {"words": _unseen(origin), "href": ""} for origin in wanted}
    for origin, document in crediting.documents(wanted).items():
        words = f"{label(ORIGIN_TEXTS[origin[0]])} {document}"
        told[origin] = {"words": words, "href": reverse(ROUTES[origin[0]], args=[origin[1]])}
    batches = IntakeBatch.objects.select_related("file").filter(
        key__in=[key for kind, key in wanted if kind == "intake"]
    )
    for batch in batches:
        words = said(INTAKE).format(file=batch.file.name)
        told["intake", batch.key] = {"words": words, "href": reverse("intake_batch", args=[batch.key])}
    return told


def _unseen(origin: Origin) -> str:
    if origin[0] == "intake":
        return label(INTAKE_HIDDEN)
    return label(HIDDEN if origin[0] else BY_HAND)
