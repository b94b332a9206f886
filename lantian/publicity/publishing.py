"""Where it stands: publication, correction and withdrawal recorded channel by channel, statutory channels first."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import date

from django.db import transaction

from lantian.core import publicity
from lantian.core.moves import check_move
from lantian.office import clock
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission, check_permission
from lantian.publicity import queries
from lantian.publicity.actions import bind, derivation, moved, not_later, taken
from lantian.publicity.deciding import refuse_in_doubt
from lantian.publicity.errors import PublicityRefused
from lantian.publicity.models import Notice, NoticeText
from lantian.publicity.queries import Place
from lantian.publicity.states import MOVES, Act, Cause, State


@dataclass(frozen=True)
class Placed:
    """Something done on a channel on a day, on the page of a version; `address` is where it can be read.

    `document` is the letter or receipt by which it was forwarded.
    """

    channel: str
    on: date
    version: int
    address: str = ""
    note: str = ""
    document: str = ""


@transaction.atomic
def forward(*, key: str, placed: Placed, by: OfficerActor) -> Notice:
    """Record that the approved text was forwarded to the province that registered the party, which publishes it.

    The province's own period runs from the receipt. Raises `PublicityRefused`.
    """
    check_permission(by.permissions, Permission.PUBLISH)
    row = taken(key, placed.version, by)
    state = check_move(MOVES, State(row.state), Act.FORWARD)
    text, found = _text(row), queries.places(row)
    place = _place(found, placed.channel)
    if not place.receives or place.met:
        raise PublicityRefused(
            "该渠道不需要推送或者已经推送。", "Nothing is to be forwarded for this channel."
        )
    if not placed.document.strip():
        raise PublicityRefused("请写明推送的文书或者回执。", "Name the letter or receipt of the forwarding.")
    refuse_in_doubt(row, text)
    _refuse_day(row, text, placed.on)
    row.state, row.forwarded_on = state, row.forwarded_on or placed.on
    bind(row, [changed(one, forwarded_on=placed.on) if one is place else one for one in found])
    where = {"channel": placed.channel, "document": placed.document, "text_number": text.number}
    return moved(row, Act.FORWARD, placed.on, by, **where, note=placed.note)


@transaction.atomic
def publish(*, key: str, placed: Placed, by: OfficerActor) -> Notice:
    """Record that the approved text stands on a channel; the first publication sets the last day.

    Raises `PublicityRefused` for ours before a statutory channel, a day before the approval, or what is out already.
    """
    check_permission(by.permissions, Permission.PUBLISH)
    row = taken(key, placed.version, by)
    state = check_move(MOVES, State(row.state), Act.PUBLISH)
    text, found = _text(row), queries.places(row)
    place = _place(found, placed.channel)
    if place.out:
        raise PublicityRefused("该渠道已经公示。", "It stands on this channel already.")
    refuse_in_doubt(row, text)
    _refuse_mirror_first(place, found)
    _refuse_day(row, text, placed.on)
    row.state = state
    _settle(row, place, text, placed.on, found)
    return _recorded(row, Act.PUBLISH, placed, text, by)


@transaction.atomic
def replace(*, key: str, placed: Placed, by: OfficerActor) -> Notice:
    """Record that the corrected text stands on a channel where the older one was out."""
    check_permission(by.permissions, Permission.PUBLISH)
    row = taken(key, placed.version, by)
    check_move(MOVES, State(row.state), Act.REPLACE)
    text, found = _text(row), queries.places(row)
    place = _place(found, placed.channel)
    if not place.left or place.text_number == text.number:
        raise PublicityRefused("该渠道没有需要替换的内容。", "Nothing has to be replaced on this channel.")
    _refuse_day(row, text, placed.on)
    older = [one for one in found if one.left and one is not place and one.text_number != text.number]
    act = Act.REPLACE if older else Act.SETTLE
    row.state = check_move(MOVES, State(row.state), act)
    question = queries.question_of(row)
    if act is Act.SETTLE and question is not None and question.answered(text):
        row.question = None  # the corrected text, approved by a second person, stands everywhere
    _settle(row, place, text, place.published_on, found)
    return _recorded(row, act, placed, text, by)


@transaction.atomic
def withdraw(*, key: str, placed: Placed, by: OfficerActor) -> Notice:
    """Record that a channel was cleared; with the last one the publication has ended."""
    check_permission(by.permissions, Permission.PUBLISH)
    row = taken(key, placed.version, by)
    check_move(MOVES, State(row.state), Act.WITHDRAW)
    found = queries.places(row)
    place = _place(found, placed.channel)
    first = place.published_on or place.forwarded_on
    if not place.left or first is None:
        raise PublicityRefused("该渠道没有公示。", "It does not stand on this channel.")
    if not_later(placed.on) < first:
        raise PublicityRefused("撤回日期早于公示日期。", "It was taken down before it was published.")
    act = Act.WITHDRAW
    if not [one for one in found if one.left and one is not place]:
        act = Act.END if row.cause == Cause.LAPSED else Act.FINISH
        row.due, row.due_provisional = None, False
    row.state = check_move(MOVES, State(row.state), act)
    return moved(row, act, placed.on, by, channel=place.channel, note=placed.note)


def _text(row: Notice) -> NoticeText:
    """The text approved last: a correction that was sent back leaves the one before it in force."""
    approved = row.steps.filter(act=Act.APPROVE).order_by("-id").first()
    assert approved is not None and approved.text_number, "the road leads through an approval"
    return row.texts.get(number=approved.text_number)


def _place(found: list[Place], channel: str) -> Place:
    for place in found:
        if place.channel == channel:
            return place
    raise PublicityRefused("该事项不在这个渠道公示。", "This matter is not published on that channel.")


def _refuse_mirror_first(place: Place, found: list[Place]) -> None:
    if not place.statutory and not any(one.statutory and one.out for one in found):
        raise PublicityRefused(
            "先在法定渠道公示，本系统只作镜像。", "The statutory channels come first; ours only mirrors them."
        )


def _refuse_day(row: Notice, text: NoticeText, on: date) -> None:
    """Nothing of ours leaves before it is approved; what was out before it came into this ledger is told as it was."""
    not_later(on)
    approved = row.steps.filter(act=Act.APPROVE, text_number=text.number).order_by("-id").first()
    assert approved is not None, "the road leads through an approval"
    ours = publicity.matter(row.matter, row.event_on).values["publisher"] == "own"
    earlier = not ours or on < clock.day_of(row.at)
    if on < (row.event_on if earlier else approved.on):
        raise PublicityRefused(
            "公示日期早于核准日期或者决定日期，请核对。",
            "It was published before it was approved or decided; check.",
        )


def _settle(row: Notice, place: Place, text: NoticeText, since: date | None, found: list[Place]) -> None:
    """Reckon anew which day binds and which is the last, with the text standing on one more channel.

    What was forwarded only stands nowhere yet that we know of: it has no last day.
    """
    there = changed(place, published_on=since, withdrawn_on=None, text_number=text.number)
    now = [there if one is place else one for one in found]
    row.published_on = min((one.published_on for one in now if one.published_on), default=None)
    if row.published_on is not None:
        chosen = publicity.term(row.matter, row.event_on, row.term)
        until = publicity.until(chosen, row.published_on, row.longest)
        row.until = until.last
        row.until_derivation = derivation(until.reckoned) if until.reckoned else None
    bind(row, now)


def _recorded(row: Notice, act: Act, placed: Placed, text: NoticeText, by: OfficerActor) -> Notice:
    where = {"channel": placed.channel, "address": placed.address, "text_number": text.number}
    return moved(row, act, placed.on, by, **where, note=placed.note)
