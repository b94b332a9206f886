"""A network drawn on the server: who stands on the left, what they share on the right, a line for each tie.

Everything has its place by its order in the lists, so that the same network gives the same drawing. Places across
are percentages and places down are pixels, as in `charts`; the table beside it says the same in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lantian.office.charts import NAVY, TRACK

ROW, RADIUS = 30, 6  # pixels from one name to the next, and of a node
LEFT, RIGHT = 46, 70  # percent of the width at which the nodes stand
FAINT = "#7a869a"


@dataclass(frozen=True)
class Node:
    """A name on one side, with the address of what it names; a `faint` one does not count."""

    words: str
    href: str = ""
    faint: bool = False


@dataclass(frozen=True)
class Line:
    """A tie between the left node and the right one with these places; `weight` from 0 to 1 makes it thick."""

    left: int
    right: int
    weight: float


def network(left: Sequence[Node], right: Sequence[Node], lines: Sequence[Line], *, label: str) -> SafeString:
    """Draw both sides and their lines; `label` says in words what is seen."""
    height = ROW * max(len(left), len(right), 1)
    at_left, at_right = _places(len(left), height), _places(len(right), height)
    drawn = format_html_join(
        "",
        '<line x1="{}%" y1="{}" x2="{}%" y2="{}" stroke="{}" stroke-width="{}" stroke-dasharray="{}"/>',
        (
            (
                LEFT,
                at_left[line.left],
                RIGHT,
                at_right[line.right],
                NAVY if line.weight else FAINT,
                round(1 + 2.5 * line.weight, 1),
                "none" if line.weight else "2 4",
            )
            for line in lines
        ),
    )
    nodes = [*_nodes(left, at_left, LEFT, "end"), *_nodes(right, at_right, RIGHT, "start")]
    role = "group" if any(node.href for node in (*left, *right)) else "img"
    return format_html(
        '<svg class="chart net" role="{}" aria-label="{}" width="100%" height="{}">{}{}</svg>',
        *(role, label, height, drawn, format_html_join("", "{}", ((node,) for node in nodes))),
    )


def interval(
    share: float | None, low: float, high: float, *, label: str, mark: float | None = None
) -> SafeString:
    """Draw a share with its interval on a small scale from 0 to 1, and where the threshold lies."""
    width = 96
    body = format_html(
        '<rect width="{}" height="10" rx="2" fill="{}"/><rect x="{}" y="3" width="{}" height="4" fill="{}"/>',
        *(width, TRACK, round(width * low, 1), max(round(width * (high - low), 1), 1), "#4f86c6"),
    )
    if mark is not None:
        body += format_html('<rect x="{}" width="1" height="10" fill="#c8102e"/>', round(width * mark, 1))
    if share is not None:
        body += format_html('<circle cx="{}" cy="5" r="4" fill="{}"/>', round(width * share, 1), NAVY)
    return format_html(
        '<svg class="meter interval" role="img" aria-label="{}" width="{}" height="10">{}</svg>',
        label,
        width,
        body,
    )


def _places(count: int, height: int) -> list[float]:
    """Spread nodes evenly down the drawing, in their order."""
    step = height / max(count, 1)
    return [round(step * place + step / 2, 1) for place in range(count)]


def _nodes(nodes: Sequence[Node], places: Sequence[float], x: int, anchor: str) -> list[SafeString]:
    offset = -12 if anchor == "end" else 12
    return [
        _linked(
            node,
            format_html(
                '<circle cx="{}%" cy="{}" r="{}" fill="{}"/><text x="{}%" y="{}" dx="{}" text-anchor="{}">{}</text>',
                *(x, y, RADIUS, FAINT if node.faint else NAVY, x, y + 5, offset, anchor, node.words),
            ),
        )
        for node, y in zip(nodes, places, strict=True)
    ]


def _linked(node: Node, body: SafeString) -> SafeString:
    return format_html('<a class="mark" href="{}">{}</a>', node.href, body) if node.href else body
