"""The shelf: every rule book that an office may replace by upload, with the reader that checks it.

Books of the core stand here from the start; a room above puts its own on by `add`. What comes with the program for good
stands in `KEPT`, with the reason. A file of `lantian/rulebooks` that is in neither is a fault, and a test says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping

from lantian.core import (
    competence,
    completeness,
    deadlines,
    gain,
    lists,
    publicity,
    service,
    supervision,
    workdays,
)
from lantian.core.credit import book as credit
from lantian.core.messages import Text
from lantian.core.rulebook import BadRulebook, Rulebook, RuleVersion, Shape

Reader = Callable[[str, str], object]

READERS: dict[str, Reader] = {
    "workdays": lambda text, file: workdays.Calendar.from_text(text, file=file),
    "deadlines": lambda text, file: deadlines.read_book(text, file=file),
    "service": lambda text, file: service.read_book(text, file=file),
    "competence": lambda text, file: competence.read_matrix(text, file=file),
    "credit_agency": lambda text, file: credit.read_book(text, file=file),
    "credit_practitioner": lambda text, file: credit.read_book(text, file=file),
    "discretion": lambda text, file: gain.read_book(text, file=file),
    "lists": lambda text, file: lists.read_book(text, file=file),
    "supervision": lambda text, file: supervision.read_book(text, file=file),
    "publicity": lambda text, file: publicity.read_book(text, file=file),
    "instruments": lambda text, file: completeness.read_book(text, file=file),
}
PRINTED: dict[str, Mapping[str, Shape]] = {
    "deadlines": deadlines.SHAPES,
    "service": service.SHAPES,
    "credit_agency": credit.SHAPES,
    "credit_practitioner": credit.SHAPES,
    "discretion": gain.SHAPES,
    "lists": lists.SHAPES,
    "supervision": supervision.SHAPES,
    "publicity": publicity.SHAPES,
}
SHAPES: dict[str, Mapping[str, Shape]] = {
    **PRINTED,
    "workdays": workdays.SHAPES,
    "competence": competence.SHAPES,
    "instruments": completeness.SHAPES,
}
KEPT: Mapping[str, Text] = {
    "detectors": Text(
        "每个筛查模型的准确度是按随程序的阈值测量的（见模型卡片）；换了阈值，公布的准确度就不再成立。",
        "How right each detector is was measured with these thresholds (see its card); others would make that untrue.",
    ),
    "phrases": Text(
        "网页用语的准确度与筛查模型一并测量；换了用语须重新测量。",
        "How right these phrases are was measured with the detectors; others have to be measured first.",
    ),
    "normaliser": Text(
        "查重索引按这张表建立，换表会使全部索引作废；它不是法律规定，也没有生效日期。",
        "Indexes are built with this table and void with another; it is no law and has no first day.",
    ),
    "headers": Text(
        "列名对应程序能读的数据列，不是法律规定；新列名随程序升级增加。",
        "Names of the columns that the program reads; no law. New names come with the program.",
    ),
    "intake": Text(
        "文件大小的上限保护服务器，由运维人员随机器设定，不由业务人员上传。",
        "Limits of files protect the server; whoever runs the machine sets them, not an officer.",
    ),
    "secrecy": Text(
        "涉密标记决定哪些申请绝不导入，不得由使用数据的人放宽。",
        "Marks of secrecy decide what is never taken in; whoever uses the data cannot loosen them.",
    ),
}


def add(
    id: str, reader: Callable[..., Rulebook], shapes: Mapping[str, Shape], *, printed: bool = False
) -> None:
    """Put a room's book on the shelf; `reader(text, file=…)` refuses what is wrong with it.

    A rule whose shape is declared by its name is one that the program asks for: it must be there, and may not end
    without a successor.
    """

    def read(text: str, file: str) -> Rulebook:
        rules = reader(text, file=file)
        for name in shapes.keys() - {"*"}:
            _check_lasting(rules, name)
        return rules

    READERS[id], SHAPES[id] = read, shapes
    if printed:
        PRINTED[id] = shapes


def _check_lasting(rules: Rulebook, name: str) -> None:
    versions: tuple[RuleVersion, ...] = rules.versions.get(name, ())
    if not versions:
        raise rules.reading.bad(None, f"rule.{name}", "缺少这条规则。", "this rule is missing.")
    if versions[-1].valid_to is not None:
        raise rules.fault(
            versions[-1],
            "valid_to",
            "程序需要这条规则，不能终止而没有后续版本。",
            "the program asks for this rule, so it cannot end without a successor.",
        )


def file_of(id: str) -> str:
    """The name of a book's file, by which the door knows it.

    >>> file_of("lists")
    'lists.toml'
    """
    return f"{id}.toml"


def check(text: str, *, file: str) -> str:
    """Check a book by the reader for its id and return the id; raises `BadRulebook` with file, place and line."""
    try:
        id = tomllib.loads(text)["book"]["id"]
        reader = READERS[id]
    except (ValueError, RecursionError):
        # The strict reader says at which table and line.
        Rulebook.from_text(text, file=file, shapes={})
        raise
    except (KeyError, TypeError):
        known = ", ".join(READERS)
        kept = KEPT.get(str(_id_of(text)))
        if kept is not None:
            raise BadRulebook(
                f"{file}，book.id：这个规则库随程序提供，不能上传。{kept.zh}",
                f"{file}, book.id: this book comes with the program and is not uploaded. {kept.en}",
            ) from None
        raise BadRulebook(
            f"{file}，book.id：不认识的规则库；可用：{known}。",
            f"{file}, book.id: unknown book; known: {known}.",
        ) from None
    reader(text, file)
    return str(id)


def _id_of(text: str) -> object:
    head = tomllib.loads(text).get("book")
    return head.get("id") if isinstance(head, dict) else None


def opened(id: str, text: str, *, file: str) -> Rulebook:
    """Read a book of the shelf as rules and versions, for browsing, comparing and printing."""
    return Rulebook.from_text(text, file=file, shapes=SHAPES[id])


def opened_any(text: str) -> Rulebook:
    """The same for a text that was checked before, whichever book of the shelf it is."""
    id = str(tomllib.loads(text)["book"]["id"])
    return opened(id, text, file=file_of(id))
