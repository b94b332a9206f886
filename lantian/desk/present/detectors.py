"""Detectors in words: what the rule book says of one, how right it was, what its runs came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lantian.core.messages import Text
from lantian.core.rulebook import NotInForce, RuleVersion
from lantian.desk.present import jobs
from lantian.desk.present.leads import doubt
from lantian.desk.present.reach import reaches
from lantian.desk.present.tables import column_label, table_label
from lantian.desk.present.units import unit_words
from lantian.desk.present.words import Offices, label, language, said
from lantian.detect import p01
from lantian.detect.contract import Reads
from lantian.detect.detectors import DETECTORS
from lantian.detect.parameters import limits, shipped_book
from lantian.detect.rules import Parameter
from lantian.office import charts_net, clock
from lantian.screening import switches
from lantian.screening.cards import Card, Share, card_of
from lantian.screening.models import NightlyOrder, Run, Switch
from lantian.screening.queries import Counts
from lantian.screening.ranking import Basis, Precision, half_life, weights

GROUPS: tuple[tuple[str, Text], ...] = (
    ("P", Text("专利申请与代理", "Patents and patent agency")),
    ("T", Text("商标", "Trademarks")),
    ("W", Text("网页和广告", "Web pages and advertising")),
    ("R", Text("资质和登记", "Licences and registers")),
)
BASES: dict[Basis, Text] = {
    Basis.JUDGED: Text("按研判结果", "by officers' judgements"),
    Basis.CARD: Text("按模拟城市的测量，研判尚少", "as measured on the synthetic city; few judgements yet"),
    Basis.ASSUMED: Text("尚未测量，按假定值排序", "not measured; an assumed value orders its findings"),
}
BANDS: dict[str, Text] = {
    "strong": Text("记为强", "strong"),
    "many": Text("件数众多，也记为强", "very many, strong as well"),
    "medium": Text("记为中", "medium"),
    "percent": Text("组内相似度中位数至少", "median likeness of the group, at least"),
    "applications": Text("组内件数至少", "applications in the group, at least"),
}
"""Parts of the numbers of P01, whose rule book gives a sentence for each rule and none for a part of it."""
SHARE = Text("{share}（95%区间 {low} 至 {high}）", "{share} (95% interval {low} to {high})")
INTERVAL = Text("准确率 {share}，95%区间 {low} 至 {high}", "precision {share}, 95% interval {low} to {high}")


@dataclass(frozen=True)
class Told:
    """One detector's rule on a day."""

    id: str
    rule: RuleVersion

    def text(self, key: str) -> Text:
        """Return one of its texts: name, innocent, refuted."""
        return Text(self.rule.values[f"{key}_zh"], self.rule.values[f"{key}_en"])

    @property
    def name(self) -> str:
        """Its name in the language of the screen."""
        return said(self.text("name"))


def told(detector: str, on: date | None = None) -> Told:
    """The rule of a detector on a day (default: today); of a day before its first version, today's."""
    book = shipped_book()
    try:
        return Told(detector, book.rule(detector, on or clock.today()))
    except NotInForce:
        return Told(detector, book.rule(detector, clock.today()))


def offered(detector: str) -> dict[str, str]:
    """A detector as pages offer it."""
    one = told(detector)
    return {
        "id": detector,
        "name": one.name,
        "sentence": said(one.rule.text),
        "basis": said(one.rule.basis.cite()),
    }


def listed(
    name: str,
    *,
    precision: Precision,
    counts: Counts,
    run: Run | None,
    on: bool,
    order: NightlyOrder | None,
) -> dict[str, Any]:
    """A detector in the list."""
    return {
        "id": name,
        "name": told(name).name,
        "on": on,
        "nightly": jobs.nightly(name, order)["active"],
        "run": jobs.run(run) if run else None,
        "open": counts.open,
        "waiting": counts.waiting,
        "judged": precision.figures.judged,
        "precision": _precision(precision),
    }


def grouped(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The list in its groups, by the first letter of the id."""
    return [
        {"id": letter, "label": said(text), "rows": [row for row in rows if row["id"].startswith(letter)]}
        for letter, text in GROUPS
    ]


def precision(one: Precision, name: str) -> dict[str, Any]:
    """How right a detector is taken to be, with its card beside."""
    card = card_of(name)
    return _precision(one) | {
        "confirmed": one.figures.confirmed,
        "judged": one.figures.judged,
        "needed": one.figures.needed,
        "enough": one.figures.enough,
        "card": _card(card) if card else None,
        "points": weights()[name],
        "half_life": half_life(),
    }


def _precision(one: Precision) -> dict[str, Any]:
    words = {
        "share": "—" if one.share is None else f"{one.share:.0%}",
        "low": f"{one.low:.0%}",
        "high": f"{one.high:.0%}",
    }
    drawing = charts_net.interval(
        one.share, one.low, one.high, label=said(INTERVAL).format(**words), mark=one.threshold
    )
    return {
        **words,
        "drawing": drawing,
        "basis": label(BASES[one.basis]),
        "measured": one.basis is not Basis.ASSUMED,
        "review_only": one.review_only,
        "declared": one.declared,
        "threshold": f"{one.threshold:.0%}",
    }


def _card(card: Card) -> dict[str, Any]:
    """Measured on public data alone; without findings there is no precision, and where it cannot run no count."""
    return {"findings": card.findings, "precision": _share(card.precision), "recall": _share(card.recall)}


def _share(share: Share | None) -> str:
    if share is None:
        return ""
    return said(SHARE).format(share=f"{share.share:.0%}", low=f"{share.low:.0%}", high=f"{share.high:.0%}")


def counts(held: Counts, name: str) -> list[dict[str, Any]]:
    """Every number with the list that it counts."""
    ways = (
        (_("未见合法情形"), held.open, "clearing=not_cleared"),
        (_("待研判"), held.waiting, "clearing=not_cleared&state=pending"),
        (_("已转线索"), held.leads, "clearing=not_cleared&state=lead"),
        (_("已排除"), held.dismissed, "clearing=not_cleared&state=dismissed"),
    )
    return [
        {"label": text, "count": count, "query": f"{way}&detector={name}&shelf=all"}
        for text, count, way in ways
    ]


def opened(name: str) -> dict[str, Any]:
    """What a detector's own page says of it: rule, limits with their citations, tables it reads."""
    one, declared = told(name), DETECTORS[name]
    return offered(name) | {
        "confidence": doubt(one.rule.confidence),
        "source": one.rule.source,
        "innocent": said(one.text("innocent")),
        "refute": said(one.text("refuted")),
        "public": said(p01.PUBLIC if name == p01.ID else one.text("public")),
        "limits": [_limit(limit, name) for limit in limits(name, clock.today())],
        "reads": [_reads(reads) for reads in declared.reads],
        "reaches": reaches(declared.reads),
        "case_bound": [_column_of(name) for name in declared.case_bound],
        "version": declared.version,
        "from_the_start": name in switches.FROM_THE_START,
    }


def _limit(limit: Parameter, detector: str) -> dict[str, Any]:
    words = isinstance(limit.value, str)
    return {
        "name": _in_words(limit) if detector == p01.ID else said(limit.means),
        "id": limit.name,
        "value": limit.value,
        "words": words,
        "unit": unit_words(limit.unit),
        "basis": said(limit.origin),
        "since": limit.rule.version,
    }


def _in_words(limit: Parameter) -> str:
    """What a number of P01 is for: the sentence of its rule, and of a band which one and which end."""
    parts = [said(BANDS[part]) for part in limit.name.split(".") if part in BANDS]
    return " · ".join([said(limit.rule.text), *parts])


def _reads(reads: Reads) -> dict[str, Any]:
    columns = {
        "columns": reads.columns,
        "one_of": reads.one_of,
        "also": [name for name in reads.also if name not in (*reads.columns, *reads.one_of)],
    }
    named = {part: [column_label(reads.table, name) for name in names] for part, names in columns.items()}
    return {"table": reads.table, "name": table_label(reads.table), "needed": reads.needed, **named}


def _column_of(name: str) -> str:
    """A `table.column` in words."""
    table, _, column = name.partition(".")
    return column_label(table, column)


def decision(row: Switch, houses: Offices) -> dict[str, Any]:
    """A decision of an office to take a detector, or no longer."""
    return {
        "active": row.active,
        "unit": houses.by_id[row.unit_id].name(language()),
        "by": row.post.account.name,
        "at": row.at,
        "reason": row.reason,
        "waiting": row.waiting,
        "monthly": row.monthly,
        "budget": row.budget,
    }
