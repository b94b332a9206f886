"""SVG charts drawn on the server: every mark opens the records it counts.

Widths are percentages and heights are pixels, so one drawing fits a phone, a desk and a printed report.
No chart carries a `style` attribute; colours are presentation attributes that the stylesheet may override.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

NAVY, RED, TRACK = "#1d4f91", "#c8102e", "#e9edf3"
SHADES = ("#1d4f91", "#4f86c6", "#1b7034", "#b7791f", "#7a869a", "#c8102e")
METER = 64
LINE, BAR, GAP = 20, 22, 4  # pixels: a line of words, the bar below them, the space after it
ROOM, LABEL = 64, 300  # a bar leaves the rest of the width to its numbers; labels break at this many pixels


@dataclass(frozen=True)
class Mark:
    """One counted thing: `alert` of its `value` units are overdue; `href` opens the rows behind it."""

    label: str
    value: int
    href: str = ""
    alert: int = 0


def bars(marks: Sequence[Mark], *, label: str, unit: str = "") -> SafeString:
    """Draw one labelled bar a row, in the order given, with a table twin; `unit` is a counting word (件)."""
    longest = max((mark.value for mark in marks), default=0) or 1
    lines = [broken(mark.label) for mark in marks]
    tops = [0, *accumulate(LINE * len(words) + BAR + GAP for words in lines)]
    rows = format_html_join(
        "",
        "{}",
        (
            (_bar(mark, words, top, longest, unit),)
            for mark, words, top in zip(marks, lines, tops, strict=False)
        ),
    )
    return _figure("chart-bars", label, _svg(rows, marks, label=label, height=tops[-1]), marks)


def broken(label: str) -> list[str]:
    """Break a label into lines that fit a phone; SVG breaks none itself. Chinese signs are twice as wide.

    >>> broken("Tianjin Municipal Market Supervision Enforcement Corps")
    ['Tianjin Municipal Market Supervision', 'Enforcement Corps']
    """
    lines = [""]
    for word in label.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _pixels(longer) > LABEL:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _pixels(words: str) -> int:
    return sum(13 if ord(sign) > 0x2E80 else 8 for sign in words)


def share_bar(marks: Sequence[Mark], *, label: str) -> SafeString:
    """Draw parts of a whole as one bar with a legend that gives numbers and links, and a table twin."""
    total = sum(mark.value for mark in marks) or 1
    starts = [0, *accumulate(mark.value for mark in marks)]
    parts = (
        (
            _linked(
                mark,
                _part(100 * start / total, 100 * mark.value / total, i),
                title=f"{mark.label} {mark.value}",
            ),
        )
        for i, (mark, start) in enumerate(zip(marks, starts, strict=False))
        if mark.value
    )
    track = format_html('<rect x="0" y="0" width="100%" height="18" rx="3" fill="{}"/>', TRACK)
    body = track + format_html_join("", "{}", parts)
    return _figure("chart-share", label, _svg(body, marks, label=label, height=18) + _legend(marks), marks)


def meter(value: float, *, label: str) -> SafeString:
    """Draw a small bar for a ratio in [0, 1]; `label` says it in words."""
    width = round(METER * min(max(value, 0.0), 1.0), 1)
    return format_html(
        '<svg class="meter" role="img" aria-label="{}" width="{}" height="8">'
        '<rect width="{}" height="8" rx="2" fill="{}"/><rect width="{}" height="8" rx="2" fill="{}"/></svg>',
        *(label, METER, METER, TRACK, width, NAVY),
    )


def _bar(mark: Mark, lines: Sequence[str], top: int, longest: int, unit: str) -> SafeString:
    """The label in lines; below it the bar, and to its right the numbers, where no label can reach them."""
    below = top + LINE * len(lines)
    words = format_html_join(
        "",
        '<text class="chart-label" x="0" y="{}">{}</text>',
        ((top + LINE * place + 15, line) for place, line in enumerate(lines)),
    )
    numbers = format_html(
        '<text x="100%" y="{}" text-anchor="end"><tspan class="chart-late">{}</tspan> &#8194;'
        '<tspan class="chart-value">{} {}</tspan></text>',
        *(below + 11, late_words(mark), mark.value, unit),
    )
    shapes = format_html_join(
        "",
        '<rect class="{}" x="0" y="{}" width="{}%" height="10" rx="2" fill="{}"/>',
        (
            ("track", below + 2, ROOM, TRACK),
            ("bar", below + 2, _percent(ROOM * mark.value, 100 * longest), NAVY),
            ("late", below + 2, _percent(ROOM * mark.alert, 100 * longest), RED),
        ),
    )
    hit = format_html(
        '<rect class="hit" x="0" y="{}" width="100%" height="{}" fill="transparent"/>',
        *(top, LINE * len(lines) + BAR),
    )
    return _linked(mark, hit + words + numbers + shapes)


def _part(start: float, width: float, place: int) -> SafeString:
    return format_html(
        '<rect class="share share-{}" x="{}%" y="0" width="{}%" height="18" fill="{}"/>',
        *(place, round(start, 2), round(width, 2), SHADES[place % len(SHADES)]),
    )


def _linked(mark: Mark, body: SafeString, *, title: str = "") -> SafeString:
    if not mark.href:
        return format_html("<g>{}</g>", body)
    name = format_html(' aria-label="{}"', title) if title else ""
    return format_html('<a class="mark" href="{}"{}>{}</a>', mark.href, name, body)


def _svg(body: SafeString, marks: Sequence[Mark], *, label: str, height: int) -> SafeString:
    # The children of role="img" are hidden from assistive software: a chart whose marks are links is a group.
    role = "group" if any(mark.href for mark in marks) else "img"
    return format_html(
        '<svg class="chart" role="{}" aria-label="{}" width="100%" height="{}">{}</svg>',
        role,
        label,
        height,
        body,
    )


def _legend(marks: Sequence[Mark]) -> SafeString:
    rows = format_html_join(
        "",
        '<li><svg width="10" height="10" aria-hidden="true"><rect width="10" height="10" rx="2" fill="{}"/>'
        "</svg>{} <b>{}</b></li>",
        ((SHADES[i % len(SHADES)], _word(mark), mark.value) for i, mark in enumerate(marks)),
    )
    return format_html('<ul class="chart-legend">{}</ul>', rows)


def _figure(kind: str, label: str, drawing: SafeString, marks: Sequence[Mark]) -> SafeString:
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td>{} {}</td></tr>',
        ((_word(mark), mark.value, late_words(mark)) for mark in marks),
    )
    return format_html(
        '<figure class="chart-figure {}">{}<details class="chart-twin"><summary>{}</summary>'
        '<table class="table"><caption>{}</caption><tbody>{}</tbody></table></details></figure>',
        *(kind, drawing, _("用表格看"), label, rows),
    )


def late_words(mark: Mark) -> str:
    """How many of a mark's units are overdue, in words; nothing when none is."""
    return _("%(count)s 件逾期") % {"count": mark.alert} if mark.alert else ""


def _word(mark: Mark) -> SafeString:
    if not mark.href:
        return format_html("{}", mark.label)
    return format_html('<a href="{}">{}</a>', mark.href, mark.label)


def _percent(value: int, whole: int) -> SafeString:
    return mark_safe(f"{100 * value / whole:.1f}")  # noqa: S308 digits only, unlocalised
