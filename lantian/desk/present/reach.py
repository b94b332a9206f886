"""How far the directories held go, in a sentence: nobody is outside of a directory that was never loaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from lantian.desk.present.tables import table_label
from lantian.desk.present.words import language, said
from lantian.detect.contract import Reads
from lantian.filings.captures import queries as captures
from lantian.office import clock
from lantian.registry.reach import Reach, reach_of
from lantian.registry.routing import district_name

NAMED = 6


def reaches(reads: Iterable[Reads]) -> list[dict[str, Any]]:
    """Registers and captures among the tables read: what is held of each, in words.

    `decides`: findings say of somebody that he is not in it; `empty`: nothing of it is held.
    """
    found = ((one, _told(one.table)) for one in reads)
    return [
        {"table": one.table, "name": table_label(one.table), "decides": one.directory, **told}
        for one, told in found
        if told is not None
    ]


def _told(table: str) -> dict[str, Any] | None:
    if table == "captures":
        rows = captures.captures(captures.Filter()).count()
        return {"text": _("本单位可见 %(rows)s 件") % {"rows": f"{rows:,}"}, "empty": not rows}
    reach = reach_of(table)
    return None if reach is None else {"text": _held(reach), "empty": not reach.rows}


def _held(reach: Reach) -> str:
    if not reach.rows:
        return _("本系统没有导入，一家也没有")
    parts = [_("本系统现有 %(rows)s 家") % {"rows": f"{reach.rows:,}"}]
    if reach.districts:
        words = {"districts": len(reach.districts), "names": _named(reach)}
        parts.append(_("覆盖本市 %(districts)s 个区（%(names)s）") % words)
    else:
        parts.append(_("没有一家在本市"))
    if reach.elsewhere:
        parts.append(_("登记在外地的 %(rows)s 家") % {"rows": f"{reach.elsewhere:,}"})
    if reach.unplaced:
        parts.append(_("不能确定所在区的 %(rows)s 家") % {"rows": f"{reach.unplaced:,}"})
    return (", " if language().startswith("en") else "，").join(parts)


def _named(reach: Reach) -> str:
    """The districts with the most rows and how many each has; how many more there are."""
    today, between = clock.today(), ", " if language().startswith("en") else "、"
    shown = [
        f"{said(district_name(code, today))} {rows:,}" for code, rows in list(reach.districts.items())[:NAMED]
    ]
    named = between.join(shown)
    return named if len(reach.districts) <= NAMED else _("%(names)s等") % {"names": named}
