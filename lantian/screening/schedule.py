"""Runs that nobody starts by hand: after an intake, and every night by an officer's decision."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app as queue

from lantian.office import actors, audit, clock
from lantian.office.actors import Actor, OfficerActor
from lantian.office.intake import following
from lantian.office.models import IntakeBatch
from lantian.office.permissions import Permission, check_permission
from lantian.office.scope import scoped
from lantian.screening import actions
from lantian.screening.errors import RunRefused
from lantian.screening.models import NightlyOrder, Run
from lantian.screening.run import DETECTORS

TWO_IN_CHINA = "0 18 * * *"  # the queue counts in UTC; Asia/Shanghai is eight hours ahead all year
READS = "patents"


@following.after(READS)
def after_intake(batch: IntakeBatch, by: OfficerActor, acting: Actor) -> None:
    """Screen what came in. A run that still waits will read it anyway; one at work may have read before."""
    if Permission.SCREEN not in by.permissions:
        return
    mandate = f"intake:{batch.key}"
    for detector in DETECTORS:
        if actions.open_run(detector, at_work=False) is None:
            actions.start_run(detector=detector, by=by, mandate=mandate, acting=acting, behind=True)


@transaction.atomic
def switch_nightly(*, detector: str, active: bool, by: OfficerActor) -> NightlyOrder:
    """Decide that a detector runs every night on the authority of this post, or no longer."""
    check_permission(by.permissions, Permission.SCREEN)
    known = nightly_order(detector)
    if (known is not None and known.active) == active and not (active and lapsed(known)):
        raise RunRefused("已经是这样了，请刷新页面。", "It is so already; open the page again.")
    order = NightlyOrder.objects.create(detector=detector, active=active, post_id=by.post_id, at=clock.now())
    detail = {"detector": detector, "active": active}
    audit.record(audit.Kind.NIGHTLY_SWITCHED, by=by, about=("nightly", order.key), detail=detail)
    return order


def nightly_order(detector: str) -> NightlyOrder | None:
    """The decision that counts for a detector."""
    orders = NightlyOrder.objects.select_related("post__account", "post__unit")
    return orders.filter(detector=detector).order_by("-id").first()


def lapsed(order: NightlyOrder | None) -> bool:
    """Whether the post that decided no longer carries the decision: it has ended, or may not screen."""
    if order is None:
        return False
    may = Permission.SCREEN in actors.officer(order.post).permissions
    return not (order.post.held_on(clock.today()) and may)


def run_nightly() -> list[Run]:
    """Schedule the runs of this night; a detector whose run is still open is passed over."""
    orders = [order for detector in DETECTORS if (order := nightly_order(detector))]
    started = [_start(order) for order in orders if order.active and not lapsed(order)]
    return [run for run in started if run is not None]


@queue.periodic(cron=TWO_IN_CHINA)
@queue.task(name="lantian.nightly")
def nightly(timestamp: int) -> None:
    """At two in the morning in Asia/Shanghai."""
    run_nightly()


def _start(order: NightlyOrder) -> Run | None:
    by, mandate = actors.officer(order.post), f"nightly:{order.key}"
    with scoped(by):
        if actions.open_run(order.detector):
            return None
        acting = actors.job("nightly", mandate=mandate, on_behalf=by)
        return actions.start_run(detector=order.detector, by=by, mandate=mandate, acting=acting)
