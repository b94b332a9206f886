"""Districts as outlines for a small drawing: equirectangular, simplified, whole numbers, a few kilobytes.

A schematic picture for officers, not a map in the sense of the 地图管理条例: the approval number (审图号) of the
polygons we ship is unverified, and whoever shows a drawing says so. An office with a reviewed map puts it at
`LANTIAN_HOME/map/districts.geojson` (features with `code`, `name` and, if it likes, `name_en`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

from lantian.core.messages import Unreadable

Point = tuple[float, float]
Ring = list[Point]
HEIGHT = 840  # of the drawing, in its own units; coordinates are whole numbers of them
MARGIN = 4
TOLERANCE = 1.4  # no simplified border runs further than this from the true one
SMALL = 70  # a district whose longer side is shorter than this is drawn again in the enlargement
GRID = 24  # points a side, among which the place of a label is chosen
INSET = (424, 8, 296, 290)  # left, top, width, height: where Tianjin leaves the sheet empty


@dataclass(frozen=True)
class Area:
    """One district: outline and label point on the sheet, and again in the enlargement if it is small."""

    code: str
    name_zh: str
    name_en: str
    path: str
    at: Point
    inset_path: str = ""
    inset_at: Point = (0, 0)

    def name(self, language: str) -> str:
        """The short name for a screen language."""
        return self.name_en if language.startswith("en") else self.name_zh


@dataclass(frozen=True)
class Land:
    """All districts of a file, and the size of the sheet they are drawn on."""

    areas: tuple[Area, ...]
    width: int
    height: int
    approved: bool


def land(home: Path) -> Land:
    """The operator's districts if he has put a file there, else ours; `Unreadable` says what is wrong with his."""
    own = home / "map" / "districts.geojson"
    if not own.is_file():
        return _shipped()
    try:
        return _read(own, own.stat().st_mtime_ns)
    except (ValueError, KeyError, TypeError, IndexError) as fault:
        raise Unreadable(
            f"无法读取区划图 {own.name}：{fault}。每个要素须有 code、name 和面状 geometry。",
            f"The map {own.name} cannot be read: {fault}. Features need code, name and a polygon geometry.",
        ) from fault


@lru_cache(maxsize=1)
def _shipped() -> Land:
    return draw(files("lantian").joinpath("rulebooks/tianjin_districts.geojson").read_text("utf-8"))


@lru_cache(maxsize=2)
def _read(path: Path, changed: int) -> Land:
    return draw(path.read_text("utf-8"), approved=True)


def draw(text: str, *, approved: bool = False) -> Land:
    """Turn GeoJSON (WGS 84 or CGCS 2000 degrees, Polygon or MultiPolygon) into outlines; y grows downward."""
    features: Sequence[dict[str, Any]] = json.loads(text)["features"]
    rings = [_rings(feature["geometry"]) for feature in features]
    fit, width = _sheet([point for each in rings for ring in each for point in ring])
    placed = [[[fit(point) for point in ring] for ring in each] for each in rings]
    small = [max(_size(each)) < SMALL for each in placed]
    within = _enlargement([each for each, is_small in zip(placed, small, strict=True) if is_small])
    areas = (
        _area(feature["properties"], each, within if is_small else None)
        for feature, each, is_small in zip(features, placed, small, strict=True)
    )
    return Land(tuple(areas), max(width, INSET[0] + INSET[2] + MARGIN), HEIGHT, approved)


def _area(named: dict[str, str], rings: list[Ring], within: Callable[[Point], Point] | None) -> Area:
    large = simplified(max(rings, key=_surface))
    names = (str(named["code"]), named["name"], named.get("name_en") or named["name"])
    if within is None:
        return Area(*names, _path(rings), _middle(large))
    enlarged = [[within(point) for point in ring] for ring in rings]
    return Area(
        *names,
        _path(rings),
        _middle(large),
        _path(enlarged),
        _middle(simplified(max(enlarged, key=_surface))),
    )


def _rings(geometry: dict[str, Any]) -> list[Ring]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [[(float(x), float(y)) for x, y, *_ in ring] for polygon in polygons for ring in polygon]


def _sheet(points: Sequence[Point]) -> tuple[Callable[[Point], Point], int]:
    """The projection of the sheet: degrees east shrink by the cosine of the middle latitude."""
    west, north = min(x for x, _ in points), max(y for _, y in points)
    south, east = min(y for _, y in points), max(x for x, _ in points)
    shrink = cos(radians((north + south) / 2))
    scale = (HEIGHT - 2 * MARGIN) / (north - south)

    def fit(point: Point) -> Point:
        return MARGIN + (point[0] - west) * shrink * scale, MARGIN + (north - point[1]) * scale

    return fit, round((east - west) * shrink * scale) + 2 * MARGIN


def _enlargement(small: Iterable[list[Ring]]) -> Callable[[Point], Point]:
    points = [point for rings in small for ring in rings for point in ring] or [(0.0, 0.0), (1.0, 1.0)]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    wide, high = max(x for x, _ in points) - left, max(y for _, y in points) - top
    scale = min((INSET[2] - 20) / wide, (INSET[3] - 20) / high)
    x0, y0 = INSET[0] + (INSET[2] - wide * scale) / 2, INSET[1] + (INSET[3] - high * scale) / 2

    def within(point: Point) -> Point:
        return x0 + (point[0] - left) * scale, y0 + (point[1] - top) * scale

    return within


def _size(rings: list[Ring]) -> Point:
    xs, ys = zip(*(point for ring in rings for point in ring), strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)


def _path(rings: Iterable[Ring]) -> str:
    return "".join(_outline(ring) for ring in rings)


def _outline(ring: Ring) -> str:
    """One closed ring in whole numbers, relative steps."""
    points = [(round(x), round(y)) for x, y in simplified(ring)]
    steps = [
        f"{x - left} {y - top}" for (left, top), (x, y) in pairwise(points)
        if (x, y) != (left, top)
    ]  # fmt: skip
    return f"M{points[0][0]} {points[0][1]}l{' '.join(steps)}z" if len(steps) > 2 else ""


def simplified(line: Ring, tolerance: float = TOLERANCE) -> Ring:
    """Leave out points nearer than `tolerance` to the line without them (Douglas and Peucker 1973).

    >>> simplified([(0, 0), (5, 0.1), (10, 0), (10, 10), (0, 0)], 1)
    [(0, 0), (10, 0), (10, 10), (0, 0)]
    """
    if len(line) < 3:
        return line
    gaps = [_gap(point, line[0], line[-1]) for point in line[1:-1]]
    widest = max(range(len(gaps)), key=gaps.__getitem__)
    if gaps[widest] <= tolerance:
        return [line[0], line[-1]]
    return simplified(line[: widest + 2], tolerance)[:-1] + simplified(line[widest + 1 :], tolerance)


def _gap(point: Point, begin: Point, end: Point) -> float:
    """Distance of a point from the line through two others; from the first one where they are the same."""
    (x, y), (x1, y1), (x2, y2) = point, begin, end
    length = hypot(x2 - x1, y2 - y1)
    if not length:
        return hypot(x - x1, y - y1)
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length


def _surface(ring: Ring) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))) / 2


def _middle(ring: Ring) -> Point:
    """Where a label goes: the point of a grid over the ring that lies inside and furthest from its border.

    The centre of gravity would do for round districts only; that of a crescent lies on its edge.
    """
    (left, right), (top, bottom) = ((min(axis), max(axis)) for axis in zip(*ring, strict=True))
    steps = [(place + 0.5) / GRID for place in range(GRID)]
    inside = [
        point
        for point in ((left + (right - left) * i, top + (bottom - top) * j) for i in steps for j in steps)
        if _holds(ring, point)
    ] or [ring[0]]
    x, y = max(inside, key=lambda point: min(_away(point, *side) for side in pairwise(ring)))
    return round(x), round(y)


def _holds(ring: Ring, point: Point) -> bool:
    """Whether a point lies inside a ring: a ray to its right crosses the border an odd number of times."""
    x, y = point
    crossed = (
        (x1 + (y - y1) / (y2 - y1) * (x2 - x1) > x)
        for (x1, y1), (x2, y2) in pairwise(ring)
        if (y1 > y) != (y2 > y)
    )
    return sum(crossed) % 2 == 1


def _away(point: Point, begin: Point, end: Point) -> float:
    """Distance of a point from a side."""
    wide, high = end[0] - begin[0], end[1] - begin[1]
    along = ((point[0] - begin[0]) * wide + (point[1] - begin[1]) * high) / ((wide**2 + high**2) or 1)
    along = min(max(along, 0.0), 1.0)
    return hypot(point[0] - begin[0] - along * wide, point[1] - begin[1] - along * high)
