"""Official grades that can be taken in: CNIPA's credit grades and its rounds of quality evaluation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from lantian.core.messages import Text
from lantian.office import clock
from lantian.office.actors import Actor
from lantian.office.facts import Change, supersede
from lantian.office.intake.spec import Cell, Column, Fault, Moved, TableSpec
from lantian.office.models import IntakeBatch
from lantian.registry import entries
from lantian.registry.models import Agency
from lantian.standing.models import OfficialGrade, QualityGrade

CREDIT_GRADES = ("A+", "A", "B", "C", "D")
KINDS = ("agency", "practitioner")
_ITEM = re.compile(r"([^|]+)\|(\d{4}-\d\d-\d\d)\|(-?\d+(?:\.\d+)?)(?:\|(.*))?")
_INDICATOR = re.compile(r"([^=＝:：]+)[=＝:：]\s*(-?\d+(?:\.\d+)?)%?")
_UNKNOWN = Text(
    "登记库中没有这个对象；请先导入名录，或核对编号。",
    "The register does not know this subject; take the directory in first, or check the number.",
)
_NO_SCORE = Text("不是分数。", "Not a score.")
_FUTURE = Text("日期在今天之后。", "The day lies in the future.")
_NO_ITEM = Text("计分明细应写作“指标|日期|分值|文书”。", "Write an item as 'indicator|day|points|document'.")
_NO_INDICATOR = Text("指标应写作“名称=数值”。", "Write an indicator as 'name=number'.")


def subjects(numbers: Sequence[str]) -> dict[str, int]:
    """Subjects by the numbers that files give: agency code, credit code or licence number."""
    coded = Agency.objects.filter(agency_code__in=numbers).values_list("agency_code", "subject__pk")
    return {code: pk for code, pk in coded if code} | entries.ids_of(list(numbers))


def _checked(
    frame: pl.DataFrame, day: str, also: Callable[[Mapping[str, Any]], Iterator[Fault]]
) -> tuple[pl.DataFrame, list[Fault]]:
    known, today = subjects(frame["subject_no"].to_list()), clock.today()
    faults: list[Fault] = []
    for row in frame.iter_rows(named=True):
        if row["subject_no"] not in known:
            faults.append(Fault(row["row"], "subject_no", row["subject_no"][:60], _UNKNOWN))
        elif row[day] > today:
            faults.append(Fault(row["row"], day, str(row[day]), _FUTURE))
        else:
            faults += also(row)
    return frame.filter(~pl.col("row").is_in([fault.row for fault in faults])), faults


def check_grades(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Refuse rows about nobody known, of the future, with a score or an item that cannot be read."""
    return _checked(frame, "on", _grade_faults)


def _grade_faults(row: Mapping[str, Any]) -> Iterator[Fault]:
    score = row.get("score")
    if score is not None and not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", score):
        yield Fault(row["row"], "score", score[:60], _NO_SCORE)
    for item in row.get("items") or ():
        if not _ITEM.fullmatch(item):
            yield Fault(row["row"], "items", item[:60], _NO_ITEM)
            return


def check_rounds(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Refuse rows about nobody known, of the future, or with an indicator that cannot be read."""
    return _checked(frame, "published_on", _round_faults)


def _round_faults(row: Mapping[str, Any]) -> Iterator[Fault]:
    for one in row.get("indicators") or ():
        if not _INDICATOR.fullmatch(one):
            yield Fault(row["row"], "indicators", one[:60], _NO_INDICATOR)
            return


def move_grades(frame: pl.DataFrame, batch: IntakeBatch, by: Actor) -> Moved:
    """Hold the grades, each from its day until the next one; in the open transaction."""
    known = subjects(frame["subject_no"].to_list())
    days: dict[int, set[date]] = {}
    held = OfficialGrade.objects.held().filter(subject_id__in=known.values())
    before = {(one.subject_id, one.valid.lower) for one in held}
    for subject, day in [
        *before,
        *((known[row["subject_no"]], row["on"]) for row in frame.iter_rows(named=True)),
    ]:
        days.setdefault(subject, set()).add(day)
    changes = [_grade(row, known[row["subject_no"]], days, batch, by) for row in frame.iter_rows(named=True)]
    news = supersede(OfficialGrade, changes, at=clock.now())
    again = sum((change.key[0], change.begin) in before for change in changes)
    return _moved(frame.height, news, again)


def move_rounds(frame: pl.DataFrame, batch: IntakeBatch, by: Actor) -> Moved:
    """Hold the grades of a round, in the open transaction."""
    known = subjects(frame["subject_no"].to_list())
    held = set(
        QualityGrade.objects.held().filter(subject_id__in=known.values()).values_list("subject_id", "round")
    )
    changes = [_round(row, known[row["subject_no"]], batch, by) for row in frame.iter_rows(named=True)]
    news = supersede(QualityGrade, changes, at=clock.now(), spells=True)
    return _moved(frame.height, news, sum(change.key in held for change in changes))


def _moved(rows: int, news: int, again: int) -> Moved:
    same = rows - news
    changed = max(again - same, 0)
    return Moved(new=news - changed, changed=changed, same=same)


def _grade(
    row: Mapping[str, Any], subject: int, days: Mapping[int, set[date]], batch: IntakeBatch, by: Actor
) -> Change:
    value: dict[str, Any] = {"grade": row["grade"], "source": row.get("source") or ""}
    if row.get("score") is not None:
        value["score"] = str(Decimal(row["score"]).quantize(Decimal("0.01")))
    if row.get("items"):
        value["items"] = [list(_item(text)) for text in row["items"]]
    end = min((day for day in days[subject] if day > row["on"]), default=None)
    return Change((subject,), value, row["on"], end, (batch.pk, row["row"], by.audit_name))


def _item(text: str) -> tuple[str, str, str, str]:
    found = _ITEM.fullmatch(text)
    assert found is not None
    indicator, day, points, document = found.groups()
    return indicator.strip(), day, points, (document or "").strip()


def _round(row: Mapping[str, Any], subject: int, batch: IntakeBatch, by: Actor) -> Change:
    pairs = (_INDICATOR.fullmatch(one) for one in row.get("indicators") or ())
    indicators = {pair[1].strip(): pair[2] for pair in pairs if pair}
    value = {"grade": row["grade"], "indicators": indicators}
    source = (batch.pk, row["row"], by.audit_name)
    return Change((subject, row["round"]), value, row["published_on"], None, source)


OFFICIAL_GRADES = TableSpec(
    name="official_grades",
    title=Text("国家知识产权局公布的信用等级", "Credit grades published by CNIPA"),
    key="subject_no",
    also=("on",),
    columns=(
        Column("subject_no", required=True),
        Column("grade", Cell.CHOICE, required=True, choices=CREDIT_GRADES, words="credit_grade"),
        Column("on", Cell.DATE, required=True),
        Column("score"),
        Column("items", Cell.LIST),
        Column("source"),
    ),
    check=check_grades,
    move=move_grades,
)
QUALITY_ROUNDS = TableSpec(
    name="quality_rounds",
    title=Text("国家知识产权局质量评价结果", "Rounds of CNIPA's quality evaluation"),
    key="subject_no",
    also=("round",),
    columns=(
        Column("round", required=True),
        Column("published_on", Cell.DATE, required=True),
        Column("subject_kind", Cell.CHOICE, choices=KINDS, words="graded_kind"),
        Column("subject_no", required=True),
        Column("grade", required=True),
        Column("indicators", Cell.LIST),
    ),
    check=check_rounds,
    move=move_rounds,
)
