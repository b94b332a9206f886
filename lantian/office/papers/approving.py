"""Approvals of papers: on screen by another person, or given on paper or in the OA and recorded with the scan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from lantian.core.moves import check_move
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import Paper, PaperApproval, Post, StoredFile
from lantian.office.papers import queries
from lantian.office.papers.actions import change, take
from lantian.office.papers.errors import PaperRefused
from lantian.office.papers.states import MOVES, Act, State
from lantian.office.permissions import Permission, check_permission


@dataclass(frozen=True)
class Elsewhere:
    """An approval given outside: how (`paper` or `oa`), by whom, on which day, and the scan of it."""

    how: str
    approver: str
    on: date
    scan: StoredFile


@transaction.atomic
def approve(*, key: str, version: int, by: OfficerActor) -> PaperApproval:
    """Approve the version that stands, on screen; whoever wrote any version of the paper cannot.

    The city's reviewer does so where the office asked (`reviewing`).
    """
    check_permission(by.permissions, Permission.APPROVE_PAPERS)
    paper = take(key, version, by, reviewer=True)
    name = another_person(paper.versions.all(), by)
    return _approve(paper, PaperApproval.How.SCREEN, name, clock.today(), None, by)


@transaction.atomic
def record_approval(*, key: str, version: int, given: Elsewhere, by: OfficerActor) -> PaperApproval:
    """Record an approval that was given on paper or in the OA: approver, day, scan."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    paper = take(key, version, by)
    approver = approver_elsewhere(given, paper.versions.all())
    return _approve(paper, given.how, approver, given.on, given.scan, by)


def another_person(versions: QuerySet[Any], by: OfficerActor) -> str:
    """The name of an approver on screen, who wrote none of the versions (rows with `post`)."""
    account = Post.objects.select_related("account").get(pk=by.post_id).account
    if versions.filter(post__account=account).exists():
        raise PaperRefused(
            "起草人不能核准自己的文书，请由另一人核准；人员不足的，可以登记纸质或者OA核准。",
            "Whoever drafted a paper cannot approve it; another person has to, or record an approval given elsewhere.",
        )
    return account.name


def approver_elsewhere(given: Elsewhere, versions: QuerySet[Any]) -> str:
    """The name of an approver outside, once what is recorded makes sense; nobody who wrote one of the versions."""
    if given.how not in (PaperApproval.How.PAPER, PaperApproval.How.OA):
        raise PaperRefused(
            "请选择纸质核准或者OA核准。", "Choose whether it was approved on paper or in the OA."
        )
    approver = given.approver.strip()
    if not approver:
        raise PaperRefused("请写明核准人。", "Please name the approver.")
    if given.on > clock.today():
        raise PaperRefused("核准日期不能晚于今天。", "The day of approval cannot lie in the future.")
    if approver in set(versions.values_list("post__account__name", flat=True)):
        raise PaperRefused(
            "核准人不能是起草人；请写明实际核准的负责人。",
            "The approver cannot be the drafter; name the head who approved it.",
        )
    return approver


def _approve(
    paper: Paper, how: str, approver: str, on: date, scan: StoredFile | None, by: OfficerActor
) -> PaperApproval:
    paper.state = check_move(MOVES, State(paper.state), Act.APPROVE)
    version = queries.latest(paper)
    approval = PaperApproval.objects.create(
        paper=paper,
        version=version,
        how=how,
        approver=approver[:40],
        approved_on=on,
        scan=scan,
        post_id=by.post_id,
        at=clock.now(),
    )
    change(paper, by)
    detail: dict[str, Any] = {"how": str(how), "version": version.number, "digest": version.digest}
    if paper.unit_id != by.unit:
        detail["for_unit"] = paper.unit_id
    if scan is not None:
        detail["scan"] = scan.sha256
    audit.record(audit.Kind.PAPER_APPROVED, by=by, about=("paper", paper.key), detail=detail)
    return approval
