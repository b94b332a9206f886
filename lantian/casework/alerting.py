"""Risk alerts (风险提示) to the clients of an agency: whom a round tells, its papers in a batch, their approval.

Clients are taken from published applications only. The act itself drafts the first paper, so that matrix, template
and plate are tried while the officer waits; a job drafts the others alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from lantian.casework.errors import MeasureRefused
from lantian.casework.measure_papers import record_of
from lantian.casework.measuring import ALONE, Origin, change, common, filled, note, refuse_stale, right, take
from lantian.casework.models import Alert, AlertRound
from lantian.core.chain import digest_of
from lantian.core.competence import Act, Field
from lantian.filings import queries as filings
from lantian.filings.queries import Client
from lantian.office import actors, audit, jobs, purposes
from lantian.office.actors import OfficerActor
from lantian.office.models import Job, Paper, Post, PurposeStatement
from lantian.office.papers import actions as papers
from lantian.office.papers import approving
from lantian.office.papers.actions import Right, Wording
from lantian.office.papers.content import Content
from lantian.office.papers.states import State
from lantian.office.permissions import Permission, check_permission
from lantian.registry import queries as registry
from lantian.registry.models import Subject

NUMBER_KIND, NUMBER_CODE = "alerts", "提示"
PAPER = "risk_alert"
LARGEST = 1_000  # clients of a round; more are told in parts, by day of filing
AT_ONCE = 100  # papers that are issued while the officer waits
STEP = 20


@dataclass(frozen=True)
class Telling:
    """What is told to the clients of which agency (`agency` is a key), by whom they may ask, and whom it leaves out.

    `since` narrows the clients to applications filed from a day on; `seen` is the digest of the list that was
    looked at; `plate` the one chosen where the office has several.
    """

    agency: str
    field: Field
    matter: str
    advice: str
    contact: str
    since: date | None = None
    left_out: frozenset[str] = frozenset()
    seen: str = ""
    plate: int | None = None
    origin: Origin = ALONE


def clients(agency: Subject, since: date | None) -> list[Client]:
    """Whom an agency filed for, by published applications."""
    return filings.clients_of(registry.numbers_of(agency), since=since)


def digest(found: list[Client]) -> str:
    """What a list of clients is recognised by, when the round is started from it."""
    return digest_of({"clients": [[one.name, one.filings] for one in found]})


@transaction.atomic
def may_look(agency: Subject, since: date | None, *, by: OfficerActor) -> bool:
    """Whether the list may be shown now: a purpose is stated for every list of clients, however short.

    A list with more natural persons than the book's limit leaves its event, as every long list does.
    """
    check_permission(by.permissions, Permission.TAKE_MEASURES)
    scope = purposes.of_clients(agency.key)
    if purposes.in_force(scope=scope, by=by) is None:
        return False
    persons = sum(one.person for one in clients(agency, since))
    return purposes.may_list(persons=persons, scope=scope, query={"agency": agency.key}, by=by)


def preview(telling: Telling, client: str, *, by: OfficerActor) -> tuple[Right, Content]:
    """What the paper to one client would say, in whose name; stores nothing."""
    agency = _agency(telling.agency)
    wanted = AlertRound(
        number="", key="preview", field=str(telling.field), agency_name=agency.name, seen_by=[by.unit]
    )
    return papers.preview(
        kind=PAPER,
        record=record_of(wanted),
        wording=_wording(client, telling.matter, telling.advice, telling.contact),
        by=by,
        plate=telling.plate,
    )


@transaction.atomic
def start_alerts(telling: Telling, *, by: OfficerActor) -> AlertRound:
    """Begin a round: one line a client, the first paper drafted, the others left to a job.

    Raises `MeasureRefused` without a purpose, for an empty or too long list, and when the list is no longer the one
    that was looked at; `NoCompetence`, `ChoosePlate` or `MissingFields` as any paper does.
    """
    grant = right(Act.RISK_ALERT, telling.field, by)
    agency = _agency(telling.agency)
    purpose = _purpose(agency, by)
    told = _told(agency, telling)
    row = AlertRound.objects.create(
        **common(NUMBER_KIND, NUMBER_CODE, telling.field, telling.origin, by),
        agency_no=agency.number[:120],
        agency_name=agency.name[:200],
        matter=filled(telling.matter, "提示事项", "what to beware of"),
        advice=filled(telling.advice, "建议", "the advice"),
        contact=filled(telling.contact, "联系人及电话", "contact and telephone")[:80],
        purpose=purpose,
        clients=len(told),
    )
    Alert.objects.bulk_create(
        Alert(
            round=row,
            client=one.name[:200],
            client_no=one.number[:120],
            filings=one.filings,
            seen_by=row.seen_by,
        )
        for one in told
    )
    first = row.alerts.order_by("id")[0]
    _draft(row, first, telling.plate, by)
    if len(told) > 1:
        _defer(row, by)
    detail = {"clients": len(told), "list": digest(told), "purpose": purpose.key, "row": grant.row}
    note(audit.Kind.ALERTS_STARTED, row, by, **detail)
    return row


def _agency(key: str) -> Subject:
    agency = registry.by_key(key)
    if agency is None or agency.kind != Subject.Kind.AGENCY:
        raise MeasureRefused("请先选择登记库中的代理机构。", "Choose an agency of the register first.")
    return agency


def _purpose(agency: Subject, by: OfficerActor) -> PurposeStatement:
    purpose = purposes.in_force(scope=purposes.of_clients(agency.key), by=by)
    if purpose is None:
        raise MeasureRefused(
            "请先说明查看客户名单的用途。", "First say what the list of clients is wanted for."
        )
    return purpose


def _told(agency: Subject, telling: Telling) -> list[Client]:
    found = clients(agency, telling.since)
    if digest(found) != telling.seen:
        raise MeasureRefused(
            "客户名单与您核对的不同，请重新核对后再开始。",
            "The list of clients is no longer the one you looked at; look at it again.",
        )
    told = [one for one in found if one.name not in telling.left_out]
    if not told:
        raise MeasureRefused("没有要提示的客户。", "There is no client to be told.")
    if len(told) > LARGEST:
        raise MeasureRefused(
            f"一批最多提示 {LARGEST} 家，请按申请日分批。",
            f"A round tells {LARGEST} clients at most; part them by the day of filing.",
        )
    return told


def _wording(client: str, matter: str, advice: str, contact: str) -> Wording:
    return Wording({"receiver": client, "matter": matter, "advice": advice, "contact": contact})


def _draft(row: AlertRound, alert: Alert, plate: int | None, by: OfficerActor) -> None:
    """The paper to one client, seen by whoever sees the round once it is issued."""
    wording = _wording(alert.client, row.matter, row.advice, row.contact)
    alert.paper = papers.draft(kind=PAPER, record=record_of(row), wording=wording, by=by, plate=plate)
    alert.save(update_fields=["paper"])


def _defer(row: AlertRound, by: OfficerActor) -> None:
    mandate = f"alerts:{row.key}"
    row.job = jobs.defer("alerts", lock=mandate, arguments={"round": row.key}, mandate=mandate, by=by)
    row.save(update_fields=["job"])


@jobs.job("alerts")
def draft_alerts(running: jobs.Running, *, round: str) -> None:
    """Draft what is missing, step by step; run again it goes on with the clients that have no paper yet."""
    with running.step():
        row = AlertRound.objects.get(key=round)
        by = _drafter(running)
        drafted = row.alerts.exclude(paper=None).select_related("paper").first()
        plate = drafted.paper.plate_id if drafted and drafted.paper else None
        waiting = list(row.alerts.filter(paper=None).order_by("id").values_list("pk", flat=True))
        total = row.alerts.count()
    for start in range(0, len(waiting), STEP):
        with running.step():
            block = waiting[start : start + STEP]
            for alert in Alert.objects.select_for_update().filter(pk__in=block, paper=None).order_by("id"):
                _draft(row, alert, plate, by)
            running.advance("alerts", total - len(waiting) + start + len(block), total)


def _drafter(running: jobs.Running) -> OfficerActor:
    """The post on whose authority the job drafts; the events name the job."""
    post = Post.objects.get(pk=running.post_id)
    return replace(actors.officer(post), audit_name=running.actor.audit_name)


@transaction.atomic
def go_on(*, key: str, version: int, by: OfficerActor) -> AlertRound:
    """Draft the papers that are still missing, after the job was stopped or failed."""
    row = take(AlertRound, key, version, by)
    right(Act.RISK_ALERT, Field(row.field), by)
    if row.job_id is not None and Job.objects.get(pk=row.job_id).open:
        raise MeasureRefused("文书正在起草。", "The papers are being drafted.")
    if not row.alerts.filter(paper=None).exists():
        raise MeasureRefused("每家客户都已有文书。", "Every client has his paper.")
    _defer(row, by)
    change(row, by)
    note(audit.Kind.ALERTS_STARTED, row, by, again=True)
    return row


@transaction.atomic
def approve_all(*, key: str, version: int, by: OfficerActor) -> int:
    """Approve every paper of the round that still says what the round says; returns how many.

    A paper that was revised by itself is read and approved by itself; nobody who wrote one of them approves any.
    """
    check_permission(by.permissions, Permission.APPROVE_PAPERS)
    row = _locked(key, version, by)
    drafts = [paper for paper in _papers(row, State.DRAFT) if paper.versions.count() == 1]
    for paper in drafts:
        approving.approve(key=paper.key, version=paper.version, by=by)
    _acted(row, by, "approve", len(drafts))
    return len(drafts)


@transaction.atomic
def issue_all(*, key: str, version: int, by: OfficerActor) -> int:
    """Issue approved papers of the round, `AT_ONCE` at a time; returns how many."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    row = _locked(key, version, by)
    approved = _papers(row, State.APPROVED)[:AT_ONCE]
    for paper in approved:
        papers.issue(key=paper.key, version=paper.version, by=by, seen_by=row.seen_by)
    _acted(row, by, "issue", len(approved))
    return len(approved)


def _locked(key: str, version: int, by: OfficerActor) -> AlertRound:
    row = AlertRound.objects.select_for_update(of=("self",)).get(key=key)
    if row.unit_id != by.unit:
        raise MeasureRefused("由作出该措施的单位办理。", "Only the office that took the measure acts on it.")
    refuse_stale(row, version)
    return row


def _papers(row: AlertRound, state: State) -> list[Paper]:
    return list(Paper.objects.filter(alert__round=row, state=state).order_by("id"))


def _acted(row: AlertRound, by: OfficerActor, act: str, count: int) -> None:
    if not count:
        raise MeasureRefused("没有可以办理的文书。", "There is no paper for this.")
    change(row, by)
    note(audit.Kind.ALERTS_MOVED, row, by, act=act, count=count)
