"""Typical cases: written out of a record after the decision was served, masked by rule, approved, published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from lantian.campaign.actions.checks import changed, fresh, not_future, said, seen_by
from lantian.campaign.actions.entries import Publicity, add_publicity
from lantian.campaign.errors import CampaignRefused
from lantian.campaign.models import Story, StoryStep, StoryVersion
from lantian.campaign.summary import masking, rules, sources
from lantian.campaign.summary.doing import Did, on_screen, outside
from lantian.campaign.summary.drafting import cleaned
from lantian.campaign.summary.sources import Source
from lantian.campaign.summary.states import STORY_MOVES, Pending, StoryAct, StoryState
from lantian.core.chain import digest_of
from lantian.core.moves import check_move
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.papers.approving import Elsewhere, another_person, approver_elsewhere
from lantian.office.permissions import Permission, check_permission

ABOUT = "story"


@dataclass(frozen=True)
class Told:
    """What the officer gives: title, facts with names, the decision served on a day, words to mask further."""

    title: str
    facts: str
    decision: str
    served_on: date | None
    pending: str = Pending.NONE
    more: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Outlet:
    """Where a case was published."""

    outlet: str
    on: date | None
    link: str = ""


@transaction.atomic
def write(*, source: Source, given: Told, by: OfficerActor) -> Story:
    """Write a typical case about a record of one's own office."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    if source.unit != by.unit:
        raise CampaignRefused(
            "典型案例由办理单位编写。", "A typical case is written by the office that handled the matter."
        )
    if Story.objects.filter(source_kind=source.kind, source_key=source.key).exclude(state="dropped").exists():
        raise CampaignRefused("该事项已有典型案例。", "There is a case about this record already.")
    row = Story(unit_id=by.unit, source_kind=source.kind, source_key=source.key, seen_by=[by.unit])
    row.changed_at, row.changed_by_id = clock.now(), by.post_id
    _fill(row, source, given)
    row.save(force_insert=True)
    return _version(row, source, given, 1, by)


@transaction.atomic
def revise(*, key: str, version: int, given: Told, by: OfficerActor) -> Story:
    """Write a new version; an approval lapses."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    row = _own(key, version, by)
    row.state = check_move(STORY_MOVES, StoryState(row.state), StoryAct.REVISE)
    source = _source(row)
    _fill(row, source, given)
    changed(row, by, "title", "decision", "served_on", "pending")
    return _version(row, source, given, standing(row).number + 1, by)


@transaction.atomic
def approve(*, key: str, version: int, by: OfficerActor) -> Story:
    """Approve the version that stands; whoever wrote any version cannot."""
    check_permission(by.permissions, Permission.APPROVE_PAPERS)
    row = _own(key, version, by)
    approver = another_person(row.versions.all(), by)
    return _approve(row, on_screen(approver), by)


@transaction.atomic
def record_approval(*, key: str, version: int, given: Elsewhere, by: OfficerActor) -> Story:
    """Record an approval that was given on paper or in the OA."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    row = _own(key, version, by)
    approver = approver_elsewhere(given, row.versions.all())
    return _approve(row, outside(given, approver), by)


@transaction.atomic
def publish(*, key: str, version: int, given: Outlet, by: OfficerActor) -> Story:
    """Enter in the ledger of publicity that the case was published, under its masked title."""
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    row = _own(key, version, by)
    row.state = check_move(STORY_MOVES, StoryState(row.state), StoryAct.PUBLISH)
    entry = Publicity("campaign", f"典型案例：{row.title}", given.outlet, given.on, given.link)
    row.publicity = add_publicity(given=entry, by=by)
    changed(row, by, "publicity")
    return _step(row, StoryAct.PUBLISH, audit.Kind.STORY_PUBLISHED, Did(row.publicity.on), by)


@transaction.atomic
def drop(*, key: str, version: int, reason: str, by: OfficerActor) -> Story:
    """Take a case down, with the reason; it is chosen no more."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    row = _own(key, version, by)
    words = said(reason, "请写明撤下的理由。", "Give the reason.")
    row.state = check_move(STORY_MOVES, StoryState(row.state), StoryAct.DROP)
    changed(row, by)
    return _step(row, StoryAct.DROP, audit.Kind.STORY_DROPPED, Did(clock.today(), words), by)


def standing(story: Story) -> StoryVersion:
    """The version that stands."""
    return story.versions.select_related("post__account").order_by("-number")[0]


def _fill(row: Story, source: Source, given: Told) -> None:
    served = not_future(given.served_on) if given.served_on else None
    if served is None or (source.opened_on and served < source.opened_on):
        raise CampaignRefused(
            "典型案例须在决定送达后编写；请填写送达日期，且不早于立案（登记）日期。",
            "A case is written after its decision was served; give the day of service, not before the matter began.",
        )
    if given.pending not in list(Pending):
        raise CampaignRefused("请选择有无复议、诉讼。", "Say whether there is a review or a suit.")
    title = said(given.title, "请填写标题。", "Give the title.")
    row.title = masking.mask(title, _rule(), sources.names_of(source), given.more).text[:120]
    row.decision = said(given.decision, "请填写决定文书的文号。", "Give the number of the decision.")[:80]
    row.served_on, row.pending = served, given.pending


def _version(row: Story, source: Source, given: Told, number: int, by: OfficerActor) -> Story:
    facts = said(cleaned(given.facts), "请填写案情。", "Tell the facts.")
    names = sorted(sources.names_of(source))
    more = [word.strip()[:80] for word in given.more if word.strip()]
    text = masking.mask(facts, _rule(), names, more).text + _pending_words(row)
    made = StoryVersion.objects.create(
        story=row, number=number, facts=facts, more=more, names=[name[:40] for name in names], text=text,
        rule=rules.rule("masking", clock.today()).version, digest=digest_of({"title": row.title, "text": text}),
        post_id=by.post_id, at=clock.now(),
    )  # fmt: skip
    detail = {"version": number, "digest": made.digest}
    audit.record(audit.Kind.STORY_WRITTEN, by=by, about=(ABOUT, row.key), detail=detail)
    return row


def _pending_words(row: Story) -> str:
    words = rules.rule("cases", clock.today()).values
    return str(words[row.pending]) if row.pending != Pending.NONE else ""


def _approve(row: Story, did: Did, by: OfficerActor) -> Story:
    row.state = check_move(STORY_MOVES, StoryState(row.state), StoryAct.APPROVE)
    version = standing(row)
    if masking.holds(version.text, _rule(), version.names):
        raise CampaignRefused(
            "脱敏规则已更新，正文还有应当隐去的内容；请重新保存后再核准。",
            "The rule has changed and the text still holds what it masks; save it again before it is approved.",
        )
    row.seen_by = seen_by(row.unit_id)
    changed(row, by, "seen_by")
    return _step(row, StoryAct.APPROVE, audit.Kind.STORY_APPROVED, did, by)


def _step(row: Story, act: StoryAct, kind: audit.Kind, did: Did, by: OfficerActor) -> Story:
    version = standing(row)
    StoryStep.objects.create(
        story=row, act=str(act), number=version.number, **vars(did), post_id=by.post_id, at=clock.now()
    )
    detail = {"version": version.number, "digest": version.digest}
    audit.record(kind, by=by, about=(ABOUT, row.key), detail=detail)
    return row


def _own(key: str, version: int, by: OfficerActor) -> Story:
    row = fresh(Story.objects.select_for_update(of=("self",)).get(key=key), version)
    if row.unit_id != by.unit:
        raise CampaignRefused("典型案例由办理单位处理。", "A case is handled by the office that wrote it.")
    return row


def _source(row: Story) -> Source:
    found = sources.find(row.source_kind, row.source_key)
    if found is None:
        raise CampaignRefused(
            "来源事项的状态已变化，不能再作为典型案例；请撤下。",
            "The record is no longer one that a case may be written about; drop the case.",
        )
    return found


def _rule() -> dict[str, object]:
    return dict(rules.rule("masking", clock.today()).values)
