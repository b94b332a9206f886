"""Tables that can be taken in, with their columns explained."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from lantian.core.messages import Text
from lantian.core.rulebook import shipped
from lantian.desk.present.words import language, said
from lantian.office.intake import spec
from lantian.office.intake.spec import Cell, Column, TableSpec

CELL_TEXTS: dict[Cell, Text] = {
    Cell.DATE: Text("日期", "a day"),
    Cell.LIST: Text("可有多个，用“；”分隔", "one or more, separated by ；"),
    Cell.FLAG: Text("是或否", "yes or no"),
}
PLACED = Text(
    "与申请人逐一对应，用“；”分隔，没有的留空",
    "one for each applicant, separated by ；, left empty where unknown",
)
ONE_OF = Text("下列之一：{words}", "one of: {words}")
BESIDE: Mapping[str, Text] = {
    "captures": Text("网页存证", "Captured pages"),
    "identities": Text("同一人对照", "Who is one and the same person"),
    "insurance": Text("社会保险缴纳记录", "Social insurance records"),
}
"""Tables that detectors read and no intake takes in by itself."""
HELD_BESIDE: Mapping[str, Mapping[str, str]] = {
    "captures": {
        "capture_id": "存证编号",
        "url": "网址",
        "platform": "平台",
        "captured_at": "采集时间",
        "advertiser": "发布者",
        "advertiser_id": "发布者统一社会信用代码",
        "phone": "电话",
        "title": "页面标题",
        "text": "页面文字",
        "sha256": "内容摘要",
    },
    "identities": {"id": "人员编号", "name": "姓名", "address": "地址", "phone": "电话"},
}
"""Their columns in Chinese."""
BROUGHT: Mapping[str, str] = {"patents": "case_filings", "trademarks": "case_filings"}
"""Where the headers of columns stand that only a case brings."""
CODES: Mapping[tuple[str, str], Mapping[str, Text]] = {
    ("trademark_proceedings", "kind"): {
        "opposition": Text("商标异议", "opposition"),
        "invalidation": Text("无效宣告", "invalidation"),
        "non_use_cancellation": Text("撤销连续三年不使用", "cancellation for non-use"),
        "review": Text("复审", "review"),
    },
    ("trademark_proceedings", "outcome"): {
        "granted": Text("成立", "granted"),
        "partly": Text("部分成立", "granted in part"),
        "refused": Text("不成立", "refused"),
        "withdrawn": Text("撤回", "withdrawn"),
        "pending": Text("审理中", "pending"),
    },
    ("protected_names", "kind"): {
        "well_known_mark": Text("知名商标", "well-known mark"),
        "state_body": Text("国家机关", "state body"),
        "person": Text("人物", "person"),
        "place": Text("地名", "place"),
        "event": Text("事件", "event"),
    },
    ("patent_changes", "field"): {
        "applicants": Text("申请人", "applicants"),
        "inventors": Text("发明人", "inventors"),
        "agency": Text("代理机构", "agency"),
        "address": Text("地址", "address"),
    },
    ("abnormal_notices", "outcome"): {
        "withdrawn": Text("撤回", "withdrawn"),
        "explained": Text("已说明", "explained"),
        "rejected": Text("驳回", "rejected"),
        "pending": Text("办理中", "pending"),
    },
}
"""Words of the canonical tables that a file may bring as they are; what is not here is shown as it came."""


def tables() -> list[dict[str, Any]]:
    """Every table with its columns, as the page of intake explains them."""
    return [
        {
            "id": table.name,
            "label": said(table.title),
            "columns": [_column(table, column) for column in table.columns],
        }
        for table in spec.tables()
    ]


def _column(table: TableSpec, column: Column) -> dict[str, Any]:
    meaning = said(CELL_TEXTS[column.cell]) if column.cell in CELL_TEXTS else ""
    if column.placed:
        meaning = said(PLACED)
    if column.choices:
        meaning = said(ONE_OF).format(words=", ".join(column.choices))
    return {
        "name": column.name,
        "label": column_label(table.headers or table.name, column.name),
        "required": column.required,
        "meaning": meaning,
    }


def table_label(table: str) -> str:
    """A canonical table by its title, those included that no intake takes in."""
    if table in BESIDE:
        return said(BESIDE[table])
    return next((said(one.title) for one in spec.tables() if one.name == table), table)


def column_label(table: str, column: str) -> str:
    """The column's first Chinese header; in English its own name, which is English already."""
    if language().startswith("en"):
        return column.replace("_", " ").replace(" cny", " (CNY)")
    known = _headers()
    aliases = known.get(table, {}).get(column) or known.get(BROUGHT.get(table, ""), {}).get(column)
    own = HELD_BESIDE.get(table, {}).get(column, column.replace("_", " "))
    return aliases[0] if aliases else own


def code_label(table: str, column: str, value: str) -> str:
    """A code of a canonical table in words; anything else as it came."""
    known = CODES.get((table, column), {})
    return said(known[value]) if value in known else value


def in_words(message: str) -> str:
    """A message about canonical tables with the words for its tables and columns, where they are known.

    Each clause names its table first, as messages of detectors do; in English the names are words already.
    """
    if language().startswith("en"):
        return message
    return "；".join(_clause(one) for one in message.split("；"))


def _clause(clause: str) -> str:
    found = re.search(r"([a-z_]+) 表", clause)
    if found is None or table_label(found[1]) == found[1]:
        return clause
    table, head, rest = found[1], clause[: found.start()].rstrip(), clause[found.end() :]
    named = re.sub(r"(?<![（a-z_])[a-z_]+", lambda word: column_label(table, word[0]), rest)
    return f"{head}“{table_label(table)}”表{named}"


@cache
def _headers() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return tomllib.loads(shipped("headers.toml"))
