"""Template tags over `lantian.office.charts`; they take the view's rows, each with label, value, href."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lantian.office import charts, charts_map, maps

register = template.Library()


@register.simple_tag
def bar_chart(marks: Iterable[charts.Mark], label: str, unit: str = "") -> SafeString:
    """Draw `charts.bars`: `{% bar_chart open_by_office label=title unit=word %}`."""
    return charts.bars(list(marks or ()), label=label, unit=unit)


@register.simple_tag
def share_chart(marks: Iterable[charts.Mark], label: str) -> SafeString:
    """Draw `charts.share_bar`: `{% share_chart findings_by_state label=title %}`."""
    return charts.share_bar(list(marks or ()), label=label)


@register.simple_tag
def district_map(
    marks: Mapping[str, charts.Mark],
    others: Iterable[charts.Mark],
    land: maps.Land,
    label: str,
    unit: str = "",
) -> SafeString:
    """Draw `charts_map.district_map`: `{% district_map by_district elsewhere land label=title unit=word %}`."""
    return charts_map.district_map(marks, list(others), label=label, unit=unit, land=land)


@register.simple_tag
def meter(value: float | None) -> SafeString:
    """Draw a ratio in [0, 1] as a small bar; nothing when the ratio is unknown."""
    if value is None:
        return SafeString("")
    return charts.meter(
        float(value), label=_("相似度 %(percent)s%%") % {"percent": round(100 * float(value))}
    )
