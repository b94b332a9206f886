"""Mandates: rows of the competence matrix that an office loads for itself, read strictly from TOML or CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import date

from lantian.core import competence
from lantian.core.competence import BadMatrix, Capacity, Issuer, Row
from lantian.core.rulebook import AtLeast, BadRulebook, Many, Rulebook, Shape

SHAPES = {
    "*": Shape(
        {**competence.ROW, "offices": Many(AtLeast(1)), "mandate_zh": str, "mandate_en": str},
        {**competence.MAY_SAY, "principal": AtLeast(1)},
    )
}
# Columns of the CSV form and the keys they fill; several values in a cell are parted by a semicolon.
COLUMNS = {
    "起始日": "valid_from", "终止日": "valid_to", "事项": "text_zh", "事项（英文）": "text_en", "行为": "acts",
    "领域": "fields", "单位编号": "offices", "权限性质": "capacity", "名义": "issuer", "委托机关编号": "principal",
    "委托书": "mandate_zh", "委托书（英文）": "mandate_en", "救济告知": "remedy_zh", "救济告知（英文）": "remedy_en",
    "依据文件": "instrument_zh", "依据文件（英文）": "instrument_en",
    "条款": "article_zh", "条款（英文）": "article_en",
    "可信度": "confidence", "来源": "source",
}  # fmt: skip
_LISTS, _NUMBERS, _DAYS = {"acts", "fields", "offices"}, {"offices", "principal"}, {"valid_from", "valid_to"}
_BASIS = ("instrument_zh", "instrument_en", "article_zh", "article_en")
_LINE = re.compile(r"第\d+行，|line \d+, ")


def read_mandates(text: str, *, file: str, offices: Sequence[int]) -> tuple[Rulebook, tuple[Row, ...]]:
    """Read rows that an office loads for itself and the offices below it (`offices`); a `.csv` file is a table.

    Raises `BadRulebook`, or `BadMatrix` for a row of a strange office, an entrusted row without its principal,
    a decision without remedy clause, and two rows that answer one question.
    """
    book = read_book(text, file=file)
    rows = tuple(competence.rows_of(book, loaded=True))
    for row in rows:
        _check_offices(row, file, frozenset(offices))
        _check_name(row, file)
        _check_remedy(row, file)
    competence.refuse_twice(rows, file)
    return book, rows


def read_book(text: str, *, file: str) -> Rulebook:
    """Read the form of a file of mandates, without asking whose offices it names; raises `BadRulebook`."""
    if not file.lower().endswith(".csv"):
        return Rulebook.from_text(text, file=file, shapes=SHAPES)
    try:
        return Rulebook.from_text(_toml_of(text, file), file=file, shapes=SHAPES)
    except BadRulebook as refusal:  # the rule's name says the row; lines of the rewritten text mean nothing
        raise BadRulebook(_LINE.sub("", refusal.text.zh), _LINE.sub("", refusal.text.en)) from None


def _toml_of(text: str, file: str) -> str:
    """Write a table as a rule book whose rules are named after the rows (`row_2` is the first below the head)."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if unknown := [name for name in reader.fieldnames or [""] if name not in COLUMNS]:
        raise BadMatrix(
            f"{file}：不认识的列“{unknown[0]}”；可用的列：{'、'.join(COLUMNS)}。",
            f"{file}: unknown column '{unknown[0]}'; known: {', '.join(COLUMNS)}.",
        )
    head = '[book]\nid = "mandates"\nversion = "1"\ntitle_zh = "权责清单"\ntitle_en = "Mandates"\n'
    return head + "".join(_table(number, row) for number, row in enumerate(reader, start=2))


def _table(number: int, row: dict[str, str]) -> str:
    cells = {COLUMNS[name]: (value or "").strip() for name, value in row.items() if name in COLUMNS}
    said = {key: _value(key, value) for key, value in cells.items() if value}
    basis = ", ".join(f"{key} = {said.pop(key)}" for key in _BASIS if key in said)
    lines = [f"{key} = {value}" for key, value in said.items()]
    return "\n".join([f"\n[[rule.row_{number}]]", *lines, f"basis = {{ {basis} }}", ""])


def _value(key: str, cell: str) -> str:
    parts = [part.strip() for part in re.split("[;；]", cell)] if key in _LISTS else [cell]
    written = [_written(key, part) for part in parts]
    return f"[{', '.join(written)}]" if key in _LISTS else written[0]


def _written(key: str, part: str) -> str:
    """A number or a day as it stands where it is one; anything else as text, which the shape then refuses."""
    if key in _NUMBERS and part.isascii() and part.isdigit():
        return part
    if key in _DAYS:
        try:
            return date.fromisoformat(part).isoformat()
        except ValueError:
            pass
    return json.dumps(part, ensure_ascii=False)


def _check_offices(row: Row, file: str, offices: frozenset[int]) -> None:
    if strangers := sorted(row.offices - offices):
        where = f"rule.{row.version.id}.offices"
        raise BadMatrix(
            f"{file}，{where}：{strangers[0]}不是本单位或其下级单位；只能录入本单位的权限。",
            f"{file}, {where}: {strangers[0]} is neither your office nor below it; load your own rows only.",
        )


def _check_name(row: Row, file: str) -> None:
    """An entrusted office acts in the principal's name (市场监督管理行政处罚程序规定 第9条), nobody else does."""
    entrusted = row.capacity is Capacity.ENTRUSTED
    if entrusted != (row.issuer is Issuer.PRINCIPAL) or entrusted != (row.principal is not None):
        where = f"rule.{row.version.id}"
        raise BadMatrix(
            f"{file}，{where}：受委托的以委托机关名义行事，须同时写 issuer = principal 和委托机关的单位编号；"
            "其他情形都不写。",
            f"{file}, {where}: an entrusted office acts in the principal's name: give issuer = principal and the"
            " principal's unit id together, and neither otherwise.",
        )


def _check_remedy(row: Row, file: str) -> None:
    matrix = competence.matrix()
    if row.remedy is None and any(matrix.needs_remedy(act, row.version.valid_from) for act in row.acts):
        where = f"rule.{row.version.id}"
        raise BadMatrix(
            f"{file}，{where}：含有须告知救济途径的行为，缺少 remedy_zh、remedy_en。",
            f"{file}, {where}: an act in it must tell the remedies; remedy_zh and remedy_en are missing.",
        )
