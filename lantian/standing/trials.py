"""What a draft of a rule book would change for whom on file, asked of the draft at once: one table of books.

A credit book is rehearsed over whole histories by a job (`standing.rehearsing`). Here stand the books whose answer is
quick, and for every other book the reason why it has none. Nothing is stored; what is decided or told stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from lantian.core import lists, shelf, supervision
from lantian.core.messages import Text
from lantian.core.rulebook import Rulebook
from lantian.office import audit, redating
from lantian.office.actors import Actor
from lantian.office.models import RulebookEdition
from lantian.registry.models import Subject
from lantian.standing import drawing
from lantian.standing.models import ConfirmedFact, ListEntry, ListSpell, OfficialGrade, QualityGrade
from lantian.standing.rehearsing import BOOKS as BY_JOB
from lantian.standing.states import ListState

PART = 2_000
_KEPT = Text(
    "已作出的处理和已登记的期限仍按当时的版本，新版只管以后的；", "What was done keeps to its own version; "
)


class Shift(NamedTuple):
    """Something on file that would be otherwise: what, of whom, before and after, why; `about` names its page."""

    what: Text
    about: tuple[str, str]
    name: str
    before: Text
    after: Text
    why: Text


def classes(before: str, after: str, on: date) -> Iterator[Shift]:
    """Whose proposed supervision class would be another one, by what is officially known on a day."""
    old, new = (_supervision(text) for text in (before, after))
    ids = sorted(_known())
    for place in range(0, len(ids), PART):
        part = ids[place : place + PART]
        names = dict(Subject.objects.filter(pk__in=part).values_list("pk", "name"))
        keys = dict(Subject.objects.filter(pk__in=part).values_list("pk", "key"))
        for pk, standing in drawing.standings(sorted(names), on).items():
            was, now = (supervision.propose(standing, on, rules) for rules in (old, new))
            if was.code != now.code:
                what = Text("监管等级", "supervision class")
                yield Shift(what, ("subject", keys[pk]), names[pk], was.text, now.text, now.reasons[0])


def exits(before: str, after: str, on: date) -> Iterator[Shift]:
    """Whose stay on a list, decided already, would end on another day if it were decided by the draft."""
    old, new = (_lists(text) for text in (before, after))
    for row in ListEntry.objects.filter(state=ListState.LISTED).select_related("subject").order_by("id"):
        assert row.decided_on is not None
        terms = _terms(row)
        was, now = (lists.spell(row.list_id, row.decided_on, terms, rules) for rules in (old, new))
        if (was.last, was.early_from) != (now.last, now.early_from):
            rule = new.rule(row.list_id, row.decided_on)
            yield Shift(
                rule.text, ("listing", row.key), row.subject.name, _until(was), _until(now), rule.basis.cite()
            )


def days(before: str, after: str, on: date) -> Iterator[Shift]:
    """Which open due days would be others by the draft of the calendar."""
    for one in redating.shifts(after):
        why = Text("放假安排", "days off")
        yield Shift(one.what, one.about, one.name, _day(one.before), _day(one.after), why)


TABLE: Mapping[str, Callable[[str, str, date], Iterator[Shift]]] = {
    "supervision": classes,
    "lists": exits,
    "workdays": days,
}
NONE: Mapping[str, Text] = {
    "deadlines": Text(
        f"{_KEPT.zh}每个期限按起算日生效的版本计算，所以没有期限变动。",
        f"{_KEPT.en}every period goes by the version in force on its first day, so none of them moves.",
    ),
    "service": Text(f"{_KEPT.zh}送达日期不变。", f"{_KEPT.en}days of service stay."),
    "competence": Text(
        "权限只管以后的行为；哪些行为有变，见差异。", "Competence rules acts to come; see what changes in it."
    ),
    "discretion": Text(f"{_KEPT.zh}已保存的工作表不变。", f"{_KEPT.en}worksheets that are stored stay."),
    "publicity": Text(f"{_KEPT.zh}已开始的公示按原期限。", f"{_KEPT.en}what is published keeps its period."),
    "instruments": Text(
        "只用于条文对照，不据以计算。", "It serves the report on articles; nothing is reckoned by it."
    ),
    "crediting": Text(
        "由人员逐项选择记入，没有自动变动。", "Officers choose what is put on file; nothing moves by itself."
    ),
    "measures": Text("只管以后的措施。", "It rules measures to come."),
    "routing": Text(
        "已在册单位的归属在下次导入名录时重新判断。",
        "Who is on file is routed again when a directory is taken in.",
    ),
    "dispatch": Text(
        "已下发的清单和反馈表保留原用词。", "Lists and return sheets that went out keep their words."
    ),
    "figures": Text(
        "已关账的月份不变，以后的月份按新定义。", "Closed months stay; later ones go by the new definition."
    ),
    "summary": Text("已报送的总结不变。", "Summaries that were sent stay."),
    "campaign": Text("只改变以后的提醒和考核。", "It changes reminders and evaluations to come."),
    "ranking": Text(
        "只改变提示的排列顺序，不增减提示。", "It changes the order of findings, not which there are."
    ),
    "modules": Text("各单位已作的设置不变。", "What offices have set stays."),
    "persons": Text("只管以后的查询。", "It rules queries to come."),
    "captures": Text("只管以后的存证。", "It rules captures to come."),
}


def rehearse(edition: RulebookEdition, on: date, *, by: Actor) -> list[Shift]:
    """Everything that would shift under an edition, as far as the reader sees it; reading leaves an event."""
    found = list(TABLE[edition.book](edition.base.text, edition.text.text, on))
    detail = {"book": edition.book, "shifts": len(found)}
    audit.record(audit.Kind.REHEARSAL_READ, by=by, about=("edition", edition.key), detail=detail)
    return found


def why_none(book: str) -> Text | None:
    """Why a book has no rehearsal; None for one that has."""
    return None if book in TABLE or book in BY_JOB else NONE[book]


def _known() -> set[int]:
    """Ids of everybody of whom something is officially known."""
    tables = (OfficialGrade, QualityGrade, ListSpell, ConfirmedFact)
    return {
        pk
        for table in tables
        for pk in table._default_manager.values_list("subject_id", flat=True).distinct()
    }


def _supervision(text: str) -> Rulebook:
    return supervision.read_book(text, file=shelf.file_of("supervision"))


def _lists(text: str) -> Rulebook:
    return lists.read_book(text, file=shelf.file_of("lists"))


def _terms(row: ListEntry) -> lists.Terms:
    told = row.terms
    longer = date.fromisoformat(told["longer_until"]) if told.get("longer_until") else None
    return lists.Terms(told["months"], told["permanent"], longer, told["repeats"])


def _until(stay: lists.Spell) -> Text:
    if stay.last is None:
        return Text("未定期限", "no fixed end")
    early = f"，{stay.early_from}起可以申请提前移出" if stay.early_from else ""
    sooner = f", earlier on request from {stay.early_from}" if stay.early_from else ""
    return Text(f"至{stay.last}{early}", f"until {stay.last}{sooner}")


def _day(day: date) -> Text:
    return Text(str(day), str(day))
