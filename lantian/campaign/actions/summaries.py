"""The yearly summary: begun, revised with figures of the day, approved, sent, sent back, acknowledged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from lantian.campaign.actions.checks import changed, fresh, not_future, said, seen_by
from lantian.campaign.errors import CampaignRefused
from lantian.campaign.evaluating import EVALUATED
from lantian.campaign.figures import book
from lantian.campaign.models import Summary, SummaryFigure, SummaryStep, SummaryVersion
from lantian.campaign.summary import counting, drafting, queries, rules
from lantian.campaign.summary.content import Said
from lantian.campaign.summary.doing import Did, on_screen, outside
from lantian.campaign.summary.drafting import Typed, cleaned
from lantian.campaign.summary.states import MOVES, Act, State
from lantian.casework.queries import city
from lantian.core.chain import digest_of
from lantian.core.moves import check_move
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import StoredFile, Unit
from lantian.office.papers.approving import Elsewhere, another_person, approver_elsewhere
from lantian.office.permissions import Permission, check_permission

ABOUT = "summary"
FIRST_YEAR = 2024  # the first campaign


@dataclass(frozen=True)
class Draft:
    """What the officer gives: words by section, reasons by figure, sentences left out, keys of typical cases."""

    words: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[str] = ()
    stories: Sequence[str] = ()


@transaction.atomic
def start(*, year: int, by: OfficerActor) -> Summary:
    """Begin the summary of a year with the figures of today."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    unit = Unit.objects.get(pk=by.unit)
    if unit.kind not in (*EVALUATED, Unit.Kind.CITY):
        raise CampaignRefused("本单位不报送年度总结。", "Your office sends no yearly summary.")
    if not FIRST_YEAR <= year <= clock.today().year:
        raise CampaignRefused(
            f"年度应在{FIRST_YEAR}年至今年之间。", f"The year lies between {FIRST_YEAR} and this year."
        )
    if Summary.objects.filter(unit=unit, year=year).exists():
        raise CampaignRefused("该年度的总结已经开始起草。", "The summary of this year was begun already.")
    due = rules.due(year, for_city=unit.kind == Unit.Kind.CITY)
    row = Summary.objects.create(
        unit=unit,
        year=year,
        due=due.on,
        receiver=due.receiver.zh,
        changed_at=clock.now(),
        changed_by_id=by.post_id,
        seen_by=[unit.pk],
    )
    return _version(row, Draft(), 1, by)


@transaction.atomic
def revise(*, key: str, version: int, given: Draft, by: OfficerActor) -> Summary:
    """Write a new version with the figures of today; an approval lapses."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    row = _own(key, version, by)
    row.state = check_move(MOVES, State(row.state), Act.REVISE)
    changed(row, by)
    return _version(row, given, counting.standing(row).number + 1, by)


@transaction.atomic
def approve(*, key: str, version: int, by: OfficerActor) -> Summary:
    """Approve the version that stands with its figures; whoever wrote any version cannot."""
    check_permission(by.permissions, Permission.APPROVE_PAPERS)
    row = _own(key, version, by)
    approver = another_person(row.versions.all(), by)
    return _approve(row, on_screen(approver), by)


@transaction.atomic
def record_approval(*, key: str, version: int, given: Elsewhere, by: OfficerActor) -> Summary:
    """Record an approval that was given on paper or in the OA."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    row = _own(key, version, by)
    approver = approver_elsewhere(given, row.versions.all())
    return _approve(row, outside(given, approver), by)


@transaction.atomic
def send(*, key: str, version: int, on: date | None, number: str, by: OfficerActor) -> Summary:
    """Say that the summary was sent, on which day and under which number; the city sees it from now on."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    row = _own(key, version, by)
    row.sent_on, row.sent_number = not_future(on), number.strip()[:60]
    if row.sent_on < _last(row, Act.APPROVE).on:
        raise CampaignRefused("报送日期不能早于核准日期。", "It cannot be sent before it was approved.")
    row.state = check_move(MOVES, State(row.state), Act.SEND)
    row.seen_by = seen_by(row.unit_id)
    changed(row, by, "sent_on", "sent_number", "seen_by")
    return _step(row, Act.SEND, audit.Kind.SUMMARY_SENT, Did(row.sent_on, row.sent_number), by)


@transaction.atomic
def send_back(*, key: str, version: int, reason: str, by: OfficerActor) -> Summary:
    """Send a summary back with what is to be mended."""
    row = _received(key, version, by)
    words = said(reason, "请写明需要修改的内容。", "Say what is to be mended.")
    row.state = check_move(MOVES, State(row.state), Act.RETURN)
    row.sent_on, row.sent_number = None, ""
    changed(row, by, "sent_on", "sent_number")
    return _step(row, Act.RETURN, audit.Kind.SUMMARY_SENT_BACK, Did(clock.today(), words), by)


@transaction.atomic
def receive(
    *, key: str, version: int, on: date | None, note: str, by: OfficerActor, file: StoredFile | None = None
) -> Summary:
    """Acknowledge a district's summary; for the city's own, record the receipt that came from above."""
    row = _received(key, version, by)
    day = not_future(on)
    if row.sent_on is None or day < row.sent_on:
        raise CampaignRefused("签收日期不能早于报送日期。", "It cannot be received before it was sent.")
    row.state, row.received_on = check_move(MOVES, State(row.state), Act.RECEIVE), day
    changed(row, by, "received_on")
    return _step(row, Act.RECEIVE, audit.Kind.SUMMARY_RECEIVED, Did(day, note.strip(), file), by)


def faults(row: Summary, version: SummaryVersion) -> list[CampaignRefused]:
    """Everything that stands in the way of approving a version."""
    return [*_missing_words(version), *_missing_reasons(row, version), *_stories_changed(version)]


def _version(row: Summary, given: Draft, number: int, by: OfficerActor) -> Summary:
    year = counting.count(row.unit_id, row.year, clock.today())
    typed = _typed(given)
    text = drafting.write(row.unit, year, typed)
    made = SummaryVersion.objects.create(
        summary=row, number=number, until=year.until, content=text.stored(), words=dict(typed.words),
        reasons=dict(typed.reasons), left_out=list(typed.left_out), stories=[one.key for one in typed.stories],
        last_source=str(year.last_source), digest=digest_of(text.stored()),
        post_id=by.post_id, at=clock.now(),
    )  # fmt: skip
    SummaryFigure.objects.bulk_create(
        SummaryFigure(
            version=made, figure=one.figure, flow=one.flow, value=one.value, ids=list(one.ids), last=one.last
        )
        for one in year.numbers.values()
    )
    detail = {"version": number, "digest": made.digest}
    audit.record(audit.Kind.SUMMARY_WRITTEN, by=by, about=(ABOUT, row.key), detail=detail)
    return row


def _typed(given: Draft) -> Typed:
    skeleton = rules.rule("skeleton", clock.today()).values
    sections = [one["id"] for one in skeleton["sections"]]
    sentences = [one["id"] for one in skeleton["sentences"]]
    figures = book.figures(clock.today())
    return Typed(
        {id: words for id in sections if (words := cleaned(given.words.get(id, "")))},
        {id: words for id in figures if (words := cleaned(given.reasons.get(id, "")))},
        [id for id in sentences if id in given.left_out],
        [queries.text_of(story) for story in queries.usable(given.stories)],
    )


def _approve(row: Summary, did: Did, by: OfficerActor) -> Summary:
    version = counting.standing(row)
    row.state = check_move(MOVES, State(row.state), Act.APPROVE)
    for fault in faults(row, version):
        raise fault
    changed(row, by)
    return _step(row, Act.APPROVE, audit.Kind.SUMMARY_APPROVED, did, by)


def _missing_words(version: SummaryVersion) -> list[CampaignRefused]:
    sections = rules.rule("skeleton", version.until).values["sections"]
    empty = [one for one in sections if one["words"] == rules.REQUIRED and not version.words.get(one["id"])]
    if not empty:
        return []
    zh, en = "、".join(one["title_zh"] for one in empty), ", ".join(one["title_en"] for one in empty)
    return [CampaignRefused(f"请填写：{zh}。", f"Please write: {en}.")]


def _missing_reasons(row: Summary, version: SummaryVersion) -> list[CampaignRefused]:
    titles = book.figures(version.until)
    year = queries.year_of(row, version)
    open_ = [one.figure for one in drafting.large_changes(year) if not version.reasons.get(one.figure)]
    if not open_:
        return []
    zh = "、".join(titles[id].title.zh for id in open_ if id in titles)
    en = ", ".join(titles[id].title.en for id in open_ if id in titles)
    return [CampaignRefused(f"与上年相比变化较大，请说明原因：{zh}。", f"Large changes need a reason: {en}.")]


def _stories_changed(version: SummaryVersion) -> list[CampaignRefused]:
    said_then = {
        one.story: one.parts[-1].text
        for section in Said.from_stored(version.content).sections
        for one in section.paragraphs
        if one.story
    }
    now = {story.key: queries.text_of(story).text for story in queries.usable(version.stories)}
    if said_then == now:
        return []
    return [
        CampaignRefused(
            "选用的典型案例已修改或者撤下，请重新保存。",
            "A typical case in it was changed or dropped; save the summary again.",
        )
    ]


def _own(key: str, version: int, by: OfficerActor) -> Summary:
    row = fresh(Summary.objects.select_for_update(of=("self",)).get(key=key), version)
    if row.unit_id != by.unit:
        raise CampaignRefused("总结由编写单位办理。", "A summary is handled by the office that writes it.")
    return row


def _received(key: str, version: int, by: OfficerActor) -> Summary:
    check_permission(by.permissions, Permission.DIRECT_CAMPAIGN)
    if by.unit != city().pk:
        raise CampaignRefused("总结由市局签收。", "Summaries are acknowledged by the city.")
    return fresh(Summary.objects.select_for_update(of=("self",)).get(key=key), version)


def _last(row: Summary, act: Act) -> SummaryStep:
    found = row.steps.filter(act=str(act)).order_by("-id").first()
    if found is None:
        raise CampaignRefused("总结尚未核准。", "The summary is not approved yet.")
    return found


def _step(row: Summary, act: Act, kind: audit.Kind, did: Did, by: OfficerActor) -> Summary:
    version = counting.standing(row)
    SummaryStep.objects.create(
        summary=row, act=str(act), number=version.number, **vars(did), post_id=by.post_id, at=clock.now()
    )
    detail = {"version": version.number, "digest": version.digest}
    audit.record(kind, by=by, about=(ABOUT, row.key), detail=detail)
    return row
