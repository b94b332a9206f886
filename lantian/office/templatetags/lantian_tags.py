"""Words and small parts that every page shares: days, pills, due dates, marked passages, where one is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Protocol

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

register = template.Library()

COLOURS = 6
WEEKDAYS_EN = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SOON = 5

# Which tone a state wears; a state that is not here is neutral. Words always stand beside the colour.
TONES = {
    "pending": "info", "lead": "ok", "dismissed": "neutral", "more": "warn",  # finding
    "not_cleared": "warn", "presumed_lawful": "neutral", "cleared": "ok",  # clearing
    "strong": "danger", "medium": "warn", "weak": "neutral",  # strength
    "waiting": "neutral", "running": "info", "done": "ok", "cancelled": "neutral", "failed": "danger",  # job
    "not_run": "warn",  # run
    "received": "info", "verifying": "warn", "verified": "ok",  # lead
    "split": "info", "forwarded": "warn", "answered": "ok", "void": "neutral",  # dispatch
    "waiting_answer": "info", "submitted": "warn", "sent_back": "danger", "accepted": "ok",  # return sheet
    "reading": "info", "ready": "warn", "merging": "info", "merged": "ok", "late": "danger", "unreadable": "danger",
    "planned": "info", "held": "warn", "called_off": "neutral",  # interview
    "open": "warn", "not_done": "danger", "withdrawn": "neutral",  # rectification
    "prepared": "info", "sent": "warn",  # report or transfer
    "draft": "info", "approved": "warn", "issued": "ok", "dropped": "neutral",  # paper
    "new": "info", "changed": "warn", "missing": "danger",  # difference of a directory
    "proposed": "info", "reviewed": "warn", "listed": "danger", "rejected": "neutral",  # list
    "removed": "ok", "expired": "neutral",
    "due": "warn", "published": "ok", "correcting": "info", "corrected": "warn", "withdrawing": "danger",  # notice
    "improved": "ok", "unimproved": "danger",  # guidance plan
    "asked": "info", "granted": "ok", "refused": "danger",  # repair
    "raised": "info", "event_upheld": "neutral", "event_annulled": "ok",  # objection
    "active": "ok", "suspended": "warn", "revoked": "danger", "closed": "neutral",  # agency
}  # fmt: skip


class Due(Protocol):
    """What a due date must tell: the day and the working days left (negative when overdue)."""

    due: date
    days_left: int


class Passage(Protocol):
    """A marked stretch of a text, in Python string offsets; equal numbers mark equal passages."""

    start: int
    end: int
    number: int


@register.filter
def day(value: date | None) -> SafeString | str:
    """Write a day with its weekday: 2026年12月3日 周四, or Thu 3 Dec 2026."""
    if value is None:
        return "—"
    day_only = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', day_only.isoformat(), _day_words(day_only))


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """Write a moment in the local time zone, to the minute."""
    if value is None:
        return "—"
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(timespec="seconds"), f"{local:%Y-%m-%d %H:%M}"
    )


@register.filter
def grouped(value: int | None) -> str:
    """Write a count as 100,200 in both languages; Django's Chinese locale would write 100200."""
    return "—" if value is None else f"{int(value):,}"


@register.filter
def percent(value: float | None) -> str:
    """Write a ratio in [0, 1] as a percentage with one decimal."""
    return "—" if value is None else f"{100 * float(value):.1f}%"


@register.filter
def aside(value: object) -> str:
    """Put a remark in brackets of the screen's language; nothing when there is none."""
    if not value:
        return ""
    return f" ({value})" if _in_english() else f"（{value}）"


@register.filter
def listed(values: Iterable[object]) -> str:
    """Join names with the comma of the screen's language."""
    return (", " if _in_english() else "、").join(str(value) for value in values)


@register.simple_tag
def pill(state: object, label: object) -> SafeString:
    """Write a state as a pill with a dot: `{% pill lead.state lead.state_label %}`."""
    return format_html('<span class="pill tone-{}">{}</span>', TONES.get(str(state), "neutral"), label)


@register.filter
def due_tone(due: Due) -> str:
    """Say how pressing a due date is: danger when overdue, warn within five working days, else neutral."""
    if due.days_left < 0:
        return "danger"
    return "warn" if due.days_left <= SOON else "neutral"


@register.filter
def due_words(due: Due) -> str:
    """Say in words how many working days are left or gone by."""
    days = due.days_left
    if days == 0:
        return _("今天到期")
    if days < 0:
        return ngettext("已逾期 %(days)s 个工作日", "已逾期 %(days)s 个工作日", -days) % {"days": -days}
    return ngettext("还剩 %(days)s 个工作日", "还剩 %(days)s 个工作日", days) % {"days": days}


@register.simple_tag(takes_context=True)
def here(context: Context, *names: str) -> str | SafeString:
    """Mark a navigation link as the current page when the route is one of `names`."""
    match = getattr(context.get("request"), "resolver_match", None)
    return format_html(' aria-current="{}"', "page") if match and match.url_name in names else ""


@register.simple_tag(takes_context=True)
def marked_text(context: Context, text: str, marks: Iterable[Passage], side: str) -> SafeString:
    """Write a text with its shared passages marked and numbered; each number leads to its twin.

    `side` is "a" or "b". Overlaps are cut at the earlier passage's end; offsets beyond the text are ignored.
    """
    store: Any = context.render_context
    anchored: set[tuple[str, int]] = store.setdefault("marked_passages", set())
    return format_html_join("", "{}", ((_piece(*cut, side, anchored),) for cut in _cut(text or "", marks)))


def _cut(text: str, marks: Iterable[Passage]) -> Iterator[tuple[str, int | None]]:
    at = 0
    for mark in sorted(marks or (), key=lambda one: (one.start, one.end)):
        start, end = max(mark.start, at), min(mark.end, len(text))
        if end <= start:
            continue
        yield text[at:start], None
        yield text[start:end], mark.number
        at = end
    yield text[at:], None


def _piece(words: str, number: int | None, side: str, anchored: set[tuple[str, int]]) -> SafeString:
    if number is None:
        return format_html("{}", words)
    place: dict[str, Any] = {"number": number, "side": side, "twin": "b" if side == "a" else "a"}
    first = (side, number) not in anchored
    anchored.add((side, number))
    anchor = format_html(' id="{side}-{number}"', **place) if first else ""
    return format_html(
        '<mark class="passage passage-{colour}"{anchor} data-passage="{number}">'
        '<a href="#{twin}-{number}" aria-label="{name}">{number}</a>{words}</mark>',
        **place, colour=number % COLOURS, anchor=anchor, words=words,
        name=_("第 %(number)s 处相同，看另一篇") % {"number": number},
    )  # fmt: skip


def _day_words(value: date) -> str:
    if _in_english():
        return f"{WEEKDAYS_EN[value.weekday()]} {value.day} {MONTHS_EN[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日 周{'一二三四五六日'[value.weekday()]}"


def _in_english() -> bool:
    return (get_language() or "").startswith("en")
