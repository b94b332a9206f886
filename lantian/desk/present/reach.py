"""How far the directories held go, in a sentence: nobody is outside of a directory that was never loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from lantian.core.messages import Text
from lantian.desk.present.tables import table_label
from lantian.desk.present.words import language, said
from lantian.detect.contract import Reads
from lantian.filings.captures import queries as captures
from lantian.office import clock
from lantian.registry.reach import PATENT, TRADEMARK, Reach, reach_of
from lantian.registry.routing import district_name

NAMED = 6
PARTS: Mapping[str, Text] = {
    PATENT: Text("专利代理机构名录", "Directory of patent agencies"),
    TRADEMARK: Text("只代理商标的机构", "Agencies for marks alone"),
}


def reaches(reads: Iterable[Reads]) -> list[dict[str, Any]]:
    """Registers and captures among the tables read: what is held of each, in words.

    `decides`: findings say of somebody that he is not in it (of agencies: not licensed for patents); `empty`: nothing
    of it is held.
    """
    return [told for one in reads for told in _told(one)]


def directories(reads: Iterable[Reads]) -> list[dict[str, Any]]:
    """Of the registers read, those that findings say somebody is not in."""
    return [told for told in reaches(one for one in reads if one.directory) if told["decides"]]


def _told(reads: Reads) -> Iterator[dict[str, Any]]:
    if reads.table == "captures":
        rows = captures.captures(captures.Filter()).count()
        text = _("本单位可见 %(rows)s 件") % {"rows": f"{rows:,}"}
        yield {"name": table_label("captures"), "text": text, "empty": not rows, "decides": False}
    for part, reach in reach_of(reads.table).items():
        name = said(PARTS[part]) if part in PARTS else table_label(reads.table)
        decides = reads.directory and part != TRADEMARK
        yield {"name": name, "text": held(reach), "empty": not reach.rows, "decides": decides}


def held(reach: Reach) -> str:
    """How many rows are held, where they are."""
    if not reach.rows:
        return _("本系统没有导入，一家也没有")
    parts = [_("本系统现有 %(rows)s 家") % {"rows": f"{reach.rows:,}"}]
    if reach.districts:
        words = {"districts": len(reach.districts), "names": _named(reach.districts)}
        parts.append(_("覆盖本市 %(districts)s 个区（%(names)s）") % words)
    else:
        parts.append(_("没有一家在本市"))
    if reach.elsewhere:
        parts.append(_("登记在外地的 %(rows)s 家") % {"rows": f"{reach.elsewhere:,}"})
    if reach.unplaced:
        parts.append(_("不能确定所在区的 %(rows)s 家") % {"rows": f"{reach.unplaced:,}"})
    return (", " if language().startswith("en") else "，").join(parts)


def _named(districts: Mapping[str, int]) -> str:
    """The districts with the most rows and how many each has; whether there are more."""
    today, between = clock.today(), ", " if language().startswith("en") else "、"
    most = sorted(districts.items(), key=lambda one: (-one[1], one[0]))
    shown = [f"{said(district_name(code, today))} {rows:,}" for code, rows in most[:NAMED]]
    named = between.join(shown)
    return named if len(most) <= NAMED else _("%(names)s等") % {"names": named}
