"""Answers that come in against answers that are known: what is new, the same, changed, or in conflict.

Pure. Nothing is lost by it: an empty cell takes nothing away unless an officer accepts the loss, and a row that two
people answered differently waits for a choice. The order of the answers is no matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lantian.core.messages import Text
from lantian.dispatch.reading import Answer


@dataclass(frozen=True)
class KnownAnswer:
    """An answer as it stands: values by field name, its version (from 1), who gave it and when."""

    values: Mapping[str, str]
    version: int
    by_name: str
    at: datetime


@dataclass(frozen=True)
class Change:
    """A known answer that would become another; `lost` names fields whose value an empty cell would take away."""

    key: str
    row: int
    known: KnownAnswer
    values: Mapping[str, str]
    fields: tuple[str, ...]
    lost: tuple[str, ...]
    text: Text

    def after(self, *, accept_loss: bool = False) -> dict[str, str]:
        """The values after the change; without acceptance what an empty cell would take away stays."""
        incoming = {name: value for name, value in self.values.items() if value or accept_loss}
        return {**self.known.values, **incoming}


@dataclass(frozen=True)
class Conflict:
    """Answers that contradict each other, or an answer that came later than the sheet knows; an officer chooses."""

    key: str
    known: KnownAnswer | None
    answers: tuple[Answer, ...]
    fields: tuple[str, ...]
    text: Text


@dataclass(frozen=True)
class Merge:
    """The outcome, each part by key; `kept` are known answers against which an older sheet had empty cells."""

    new: tuple[Answer, ...] = ()
    same: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    kept: tuple[str, ...] = ()


def merge(known: Mapping[str, KnownAnswer], incoming: Sequence[Answer], *, base: Mapping[str, int]) -> Merge:
    """Compare. `base` is the version of each known answer that the incoming side had seen (none: 0).

    An answer given since then is a conflict where the two differ; the same answer twice is nothing new.
    """
    by_key: dict[str, list[Answer]] = {}
    for answer in incoming:
        by_key.setdefault(answer.key, []).append(answer)
    outcomes = [_compare(key, known.get(key), by_key[key], base.get(key, 0)) for key in sorted(by_key)]
    return Merge(
        tuple(found for found in outcomes if isinstance(found, Answer)),
        tuple(found.key for found in outcomes if isinstance(found, _Same)),
        tuple(found for found in outcomes if isinstance(found, Change)),
        tuple(found for found in outcomes if isinstance(found, Conflict)),
        tuple(found.key for found in outcomes if isinstance(found, _Same) and found.kept),
    )


@dataclass(frozen=True)
class _Same:
    """Nothing to do; `kept` when empty cells of an older sheet stood against the known answer."""

    key: str
    kept: bool


def _compare(
    key: str, known: KnownAnswer | None, answers: Sequence[Answer], seen: int
) -> Answer | _Same | Change | Conflict | None:
    fullest = _fullest(answers)
    if len(fullest) > 1:
        return _quarrel(key, known, fullest)
    answer = fullest[0]
    if known is None:
        return None if answer.blank else answer
    differing = _differing(known.values, answer.values)
    lost = tuple(name for name in differing if not answer.values[name])
    written = tuple(name for name in differing if answer.values[name])
    if seen == known.version and differing:
        values = dict(answer.values)
        return Change(key, answer.row, known, values, differing, lost, _change_text(answer, known, lost))
    if written:
        return Conflict(key, known, (answer,), written, _later_text(answer, known))
    return _Same(key, bool(lost))


def _differing(known: Mapping[str, str], incoming: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in incoming if incoming[name] != known.get(name, "")))


def _written(answer: Answer) -> frozenset[tuple[str, str]]:
    return frozenset((name, value) for name, value in answer.values.items() if value)


def _fullest(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """Answers that say something no other one says, at least one; in an order that does not depend on theirs."""
    ordered = sorted(answers, key=lambda each: (-len(_written(each)), each.row, sorted(each.values.items())))
    kept: list[Answer] = []
    for answer in ordered:
        if not any(_written(answer) <= _written(other) for other in kept):
            kept.append(answer)
    return tuple(kept)


def _quarrel(key: str, known: KnownAnswer | None, answers: tuple[Answer, ...]) -> Conflict:
    names = {name for answer in answers for name in answer.values}
    differing = tuple(
        sorted(name for name in names if len({each.values.get(name, "") for each in answers}) > 1)
    )
    zh = "、".join(_place(answer).zh for answer in answers)
    en = ", ".join(_place(answer).en for answer in answers)
    text = Text(
        f"“{key}”有 {len(answers)} 份不同的答复（{zh}）；请与填报单位核实后选定一份。",
        f"'{key}' was answered in {len(answers)} different ways ({en}); ask the office and choose one.",
    )
    return Conflict(key, known, answers, differing, text)


def _place(answer: Answer) -> Text:
    if not answer.row:
        return Text("在线填报", "on screen")
    return Text(f"第 {answer.row} 行", f"row {answer.row}")


def _change_text(answer: Answer, known: KnownAnswer, lost: Sequence[str]) -> Text:
    where = _place(answer)
    if not lost:
        return Text(
            f"{where.zh}“{answer.key}”改动了 {known.by_name} 的答复；请核对后接受。",
            f"{where.en}: '{answer.key}' alters the answer of {known.by_name}; look and accept.",
        )
    return Text(
        f"{where.zh}“{answer.key}”有 {len(lost)} 格是空的，"
        f"接受后 {known.by_name} 已填的内容将丢失；确需清空请明确勾选。",
        f"{where.en}: '{answer.key}' has {len(lost)} empty cells; what {known.by_name} wrote there would be lost. "
        "Tick it if it shall be emptied.",
    )


def _later_text(answer: Answer, known: KnownAnswer) -> Text:
    where = _place(answer)
    return Text(
        f"{where.zh}“{answer.key}”：此表下发之后 {known.by_name} 已另行答复"
        f"（第 {known.version} 版），两者不同；请选定一份。",
        f"{where.en}: '{answer.key}' was answered by {known.by_name} (version {known.version}) after this sheet "
        "went out, and differs; choose one.",
    )
