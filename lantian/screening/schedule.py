"""Runs that nobody starts by hand: when something new came in, and every night by an officer's decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db import transaction
from procrastinate.contrib.django import app as queue

from lantian.detect.detectors import DETECTORS
from lantian.office import actors, audit, clock, following
from lantian.office.actors import Actor, OfficerActor
from lantian.office.following import News
from lantian.office.models import Job, Post
from lantian.office.permissions import Permission, check_permission
from lantian.office.scope import scoped
from lantian.screening import actions, switches
from lantian.screening.errors import RunRefused
from lantian.screening.models import NightlyOrder, Run
from lantian.screening.tables import SOURCES

TWO_IN_CHINA = "0 18 * * *"  # the queue counts in UTC; Asia/Shanghai is eight hours ahead all year


def after_news(news: News, by: OfficerActor, acting: Actor) -> None:
    """Screen what came in: taken in from a file, a page kept or read anew, a new version of a lexicon.

    A run that still waits will read it anyway; one at work may have read before, and another goes behind it.
    """
    if Permission.SCREEN not in by.permissions:
        return
    on = switches.on_anywhere()
    wanted = [name for name, one in DETECTORS.items() if news.table in one.tables and name in on]
    if not wanted:
        return
    actions.one_start_at_a_time()
    free = [name for name in wanted if not _awaited(name)]
    if free:
        actions.start_runs(detectors=free, by=by, mandate=news.mandate, acting=acting, behind=True)


for _table in SOURCES:
    following.after(_table)(after_news)


def _awaited(detector: str) -> bool:
    """Whether a run waits that will read what the open transaction brings: held, it begins after its end."""
    run = actions.open_run(detector, at_work=False)
    if run is None or run.job is None:
        return False
    held = Job.objects.select_for_update().filter(pk=run.job.pk)
    waiting = held.filter(state=Job.State.WAITING, cancelled=False)
    return waiting.first() is not None


@transaction.atomic
def switch_nightly(*, detector: str, active: bool, by: OfficerActor) -> NightlyOrder:
    """Decide that a detector runs every night on the authority of this post, or no longer."""
    check_permission(by.permissions, Permission.SCREEN)
    known = nightly_order(detector)
    if (known is not None and known.active) == active and not (active and lapsed(known)):
        raise RunRefused("已经是这样了，请刷新页面。", "It is so already; open the page again.")
    return _order(detector, active, by)


@transaction.atomic
def switch_all_nightly(*, active: bool, by: OfficerActor) -> list[NightlyOrder]:
    """Decide so for every detector of which it is not decided already; each gets a decision of its own."""
    check_permission(by.permissions, Permission.SCREEN)
    known = nightly_orders()
    stands = {name for name, order in known.items() if order.active and not lapsed(order)}
    return [_order(name, active, by) for name in DETECTORS if (name in stands) != active]


def _order(detector: str, active: bool, by: OfficerActor) -> NightlyOrder:
    order = NightlyOrder.objects.create(detector=detector, active=active, post_id=by.post_id, at=clock.now())
    detail = {"detector": detector, "active": active}
    audit.record(audit.Kind.NIGHTLY_SWITCHED, by=by, about=("nightly", order.key), detail=detail)
    return order


def nightly_order(detector: str) -> NightlyOrder | None:
    """The decision that counts for a detector."""
    return nightly_orders(detector).get(detector)


def nightly_orders(detector: str = "") -> Mapping[str, NightlyOrder]:
    """The decision that counts, for one detector or for each of which anything was decided."""
    orders = NightlyOrder.objects.select_related("post__account", "post__unit").order_by("id")
    return {order.detector: order for order in (orders.filter(detector=detector) if detector else orders)}


def lapsed(order: NightlyOrder | None) -> bool:
    """Whether the post that decided no longer carries the decision: it has ended, or may not screen."""
    if order is None:
        return False
    may = Permission.SCREEN in actors.officer(order.post).permissions
    return not (order.post.held_on(clock.today()) and may)


def run_nightly() -> list[Run]:
    """Schedule the runs of this night, one job for each deciding post; detectors still at work are passed over."""
    by_post: dict[int, list[NightlyOrder]] = defaultdict(list)
    known = nightly_orders()
    for name in DETECTORS:
        order = known.get(name)
        if order is not None and order.active and not lapsed(order):
            by_post[order.post_id].append(order)
    return [run for orders in by_post.values() for run in _start(orders[0].post, orders)]


@queue.periodic(cron=TWO_IN_CHINA)
@queue.task(name="lantian.nightly")
def nightly(timestamp: int) -> None:
    """At two in the morning in Asia/Shanghai; a day that is set has no night."""
    if not clock.day_is_set():
        run_nightly()


def _start(post: Post, orders: list[NightlyOrder]) -> list[Run]:
    by, mandate = actors.officer(post), f"nightly:{max(orders, key=lambda one: one.pk).key}"
    with scoped(by):
        actions.one_start_at_a_time()
        free = [order.detector for order in orders if actions.open_run(order.detector) is None]
        if not free:
            return []
        acting = actors.job("nightly", mandate=mandate, on_behalf=by)
        return actions.start_runs(detectors=free, by=by, mandate=mandate, acting=acting)
