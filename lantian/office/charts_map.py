"""The district map: five shades, every district a link to its rows, the numbers in a ranked table beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantian.office.charts import RED, Mark, late_words
from lantian.office.maps import INSET, Area, Land, Point

BLANK = "#f6f7f9"  # paler than nought, and without a number
SHADES = ("#eef2f8", "#cfdef0", "#9dbde0", "#3f70ad", "#163d70")
LIGHT_INK_FROM = 3  # from this shade on, white words are read better than dark ones
STEPS = len(SHADES) - 1
LATIN_WIDTH, HAN_WIDTH, LINE, GAP = (
    10.5,
    21.0,
    24.0,
    12.0,
)  # of letters and lines on the map, and between words
MOVES = 8


def district_map(
    marks: Mapping[str, Mark], others: Sequence[Mark], *, label: str, unit: str, land: Land
) -> SafeString:
    """Draw the districts by `marks` (keyed by district code), and rank them with `others`, which lie on no map.

    A district without a mark is left blank: nothing is known of it to this reader. Ranking: most first, then most
    overdue.
    """
    size = step_size([mark.value for mark in marks.values()])
    drawing = format_html(
        '<svg class="chart map" role="group" aria-label="{}" viewBox="0 0 {} {}">{}{}</svg>',
        *(label, land.width, land.height, _areas(marks, size, unit, land), _inset(marks, size, unit, land)),
    )
    ranked = sorted([*marks.values(), *others], key=lambda mark: (-mark.value, -mark.alert))
    return format_html(
        '<figure class="chart-figure chart-map"><div>{}{}{}</div>{}</figure>',
        *(drawing, _legend(marks, size), _source(land), _ranking(ranked, label, unit)),
    )


def step_size(values: Sequence[int]) -> int:
    """How many units one shade spans, so that four shades above nought reach the largest value."""
    return ceil(max(values, default=0) / STEPS) or 1


def shade(value: int, size: int) -> int:
    """The shade of a value: 0 for nought, else 1 to 4."""
    return min(ceil(value / size), STEPS)


def _areas(marks: Mapping[str, Mark], size: int, unit: str, land: Land) -> SafeString:
    shapes = ((_area(area, marks.get(area.code), size, unit, area.path),) for area in land.areas)
    words = (
        (_words(area, marks.get(area.code), size, area.at),) for area in land.areas if not area.inset_path
    )
    return format_html_join("", "{}", shapes) + format_html_join("", "{}", words)


def _inset(marks: Mapping[str, Mark], size: int, unit: str, land: Land) -> SafeString:
    """The small districts once more, large enough for a finger, in a frame of their own."""
    small = [area for area in land.areas if area.inset_path]
    if not small:
        return SafeString("")
    left, top, width, height = INSET
    frame = format_html(
        '<rect class="map-frame" x="{}" y="{}" width="{}" height="{}" rx="6" fill="none" stroke="{}"/>'
        '<text class="map-note" x="{}" y="{}" text-anchor="middle" aria-hidden="true">{}</text>',
        *(left, top, width, height, "#b4bfcc", left + width / 2, top + height + 26, _("中心城区（放大）")),
    )
    shapes = ((_area(area, marks.get(area.code), size, unit, area.inset_path),) for area in small)
    places = spread([(area.inset_at, _box(area, marks)) for area in small])
    words = ((_words(area, marks.get(area.code), size, at),) for area, at in zip(small, places, strict=True))
    return frame + format_html_join("", "{}", shapes) + format_html_join("", "{}", words)


def _box(area: Area, marks: Mapping[str, Mark]) -> Point:
    """Width and height of a district's words, about: Latin letters are half as wide as they are high."""
    name = _short(area)
    wide = sum(LATIN_WIDTH if letter.isascii() else HAN_WIDTH for letter in name)
    return wide + GAP, LINE * (2 if area.code in marks else 1)


def spread(labels: Sequence[tuple[Point, Point]]) -> list[Point]:
    """Places for labels (middle, size) so that none covers one before it, each moved as little as it takes."""
    placed: list[tuple[Point, Point]] = []
    for at, size in labels:
        for _step in range(MOVES):
            cover = next((one for one in placed if _overlap(at, size, *one)), None)
            if cover is None:
                break
            at = _beside(at, size, *cover)
        placed.append((at, size))
    return [at for at, _size in placed]


def _overlap(a: Point, a_size: Point, b: Point, b_size: Point) -> bool:
    return all(abs(a[axis] - b[axis]) < (a_size[axis] + b_size[axis]) / 2 for axis in (0, 1))


def _beside(a: Point, a_size: Point, b: Point, b_size: Point) -> Point:
    """The nearest place to `a` beside, above or below `b`."""
    x, y = ((a_size[axis] + b_size[axis]) / 2 for axis in (0, 1))
    found = [(b[0] - x, a[1]), (b[0] + x, a[1]), (a[0], b[1] - y), (a[0], b[1] + y)]
    return min(found, key=lambda one: abs(one[0] - a[0]) + abs(one[1] - a[1]))


def _area(area: Area, mark: Mark | None, size: int, unit: str, path: str) -> SafeString:
    """One district by one of its outlines; a small one is a link in the enlargement only."""
    fill = SHADES[shade(mark.value, size)] if mark else BLANK
    shape = format_html(
        '<path class="{}" d="{}" fill="{}" stroke="{}" stroke-width="2" stroke-linejoin="round"/>',
        *("area" if mark else "area area-blank", path, fill, "#fff" if mark else "#d5dbe3"),
    )
    if mark is None:
        return format_html("<g><title>{}</title>{}</g>", _("%(name)s：不在本页范围") % _named(area), shape)
    title = _title(mark, unit)
    if not mark.href or path != (area.inset_path or area.path):
        return format_html("<g><title>{}</title>{}</g>", title, shape)
    return format_html(
        '<a class="mark" href="{}" aria-label="{}"><title>{}</title>{}</a>', mark.href, title, title, shape
    )


def _words(area: Area, mark: Mark | None, size: int, at: Point) -> SafeString:
    if mark is None:
        return format_html(
            '<text class="map-word map-blank" x="{}" y="{}" text-anchor="middle" aria-hidden="true">{}</text>',
            *(round(at[0]), round(at[1]) + 8, _short(area)),
        )
    ink = "map-light" if shade(mark.value, size) >= LIGHT_INK_FROM else "map-dark"
    late = format_html('<circle cx="{}" cy="{}" r="7" fill="{}" stroke="#fff"/>', round(at[0]) + 30,
                       round(at[1]) + 16, RED) if mark.alert else SafeString("")  # fmt: skip
    return format_html(
        '<g class="map-word {}" text-anchor="middle" aria-hidden="true"><text x="{}" y="{}">{}</text>'
        '<text class="map-count" x="{}" y="{}">{}</text>{}</g>',
        *(ink, round(at[0]), round(at[1]) - 4, _short(area)),
        *(round(at[0]), round(at[1]) + 24, mark.value, late),
    )


def _short(area: Area) -> str:
    """A name as drawings write it: 南开 for 南开区."""
    name = area.name(get_language() or "")
    return name.removesuffix("区") if len(name) == 3 else name


def _title(mark: Mark, unit: str) -> str:
    words = f"{mark.label} {mark.value} {unit}".strip()
    return f"{words}, {late_words(mark)}" if mark.alert else words


def _named(area: Area) -> dict[str, str]:
    return {"name": area.name(get_language() or "")}


def _legend(marks: Mapping[str, Mark], size: int) -> SafeString:
    largest = max((mark.value for mark in marks.values()), default=0)
    steps = [(SHADES[0], "0")]
    for step in range(1, shade(largest, size) + 1):
        low, high = (step - 1) * size + 1, step * size
        steps.append((SHADES[step], str(low) if low == high else f"{low}–{high}"))
    rows = format_html_join(
        "",
        '<li><svg width="18" height="12" aria-hidden="true"><rect width="18" height="12" rx="2" fill="{}" '
        'stroke="#b4bfcc"/></svg>{}</li>',
        steps,
    )
    late = format_html(
        '<li><svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill="{}"/></svg>{}</li>',
        *(RED, _("有逾期")),
    )
    return format_html('<ul class="chart-legend">{}{}</ul>', rows, late)


def _source(land: Land) -> SafeString:
    return format_html('<p class="hint">{}</p>', _("示意图") if land.approved else _("示意图，未标审图号"))


def _ranking(ranked: Sequence[Mark], label: str, unit: str) -> SafeString:
    longest = max((mark.value for mark in ranked), default=0) or 1
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td class="rank-bar">{}</td><td class="num">{}</td><td class="num{}">{}</td></tr>',
        (
            (
                _name(mark),
                _line(mark, longest),
                mark.value,
                " text-tone-danger" if mark.alert else "",
                mark.alert,
            )
            for mark in ranked
        ),
    )
    return format_html(
        '<table class="table ranked"><caption class="visually-hidden">{}</caption><thead><tr>'
        '<th scope="col">{}</th><td></td><th scope="col" class="num">{}</th><th scope="col" class="num">{}</th>'
        "</tr></thead><tbody>{}</tbody></table>",
        *(f"{label} ({unit})" if unit else label, _("区"), _("在办"), _("逾期"), rows),
    )


def _name(mark: Mark) -> SafeString:
    if not mark.href:
        return format_html("{}", mark.label)
    return format_html('<a href="{}">{}</a>', mark.href, mark.label)


def _line(mark: Mark, longest: int) -> SafeString:
    """A bar as long as the value, its red part the overdue share."""
    return format_html(
        '<svg class="rank-line" width="100%" height="8" aria-hidden="true"><rect width="{}%" height="8" rx="2" '
        'fill="#1d4f91"/><rect width="{}%" height="8" rx="2" fill="{}"/></svg>',
        *(round(100 * mark.value / longest), round(100 * mark.alert / longest), RED),
    )
