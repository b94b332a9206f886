"""Kinds of letters, columns of return sheets, outcomes and measures: `rulebooks/dispatch.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lantian.core.competence import Field as LegalField
from lantian.core.door import in_use
from lantian.core.messages import Text
from lantian.core.rulebook import Many, OneOf, Rulebook, RuleVersion, Shape
from lantian.dispatch.errors import DispatchRefused
from lantian.dispatch.sheets import Field

FILE = "dispatch.toml"
KIND = "kind_"
FIELDS: dict[str, Text] = {
    "outcome": Text("核查结论", "outcome"),
    "facts": Text("核查情况", "what was found"),
    "measures": Text("采取措施", "measures"),
    "filed": Text("是否立案", "case or not"),
    "proof": Text("佐证材料", "proof"),
}
LONGEST = 2_000
_NAMED = {"id": str, "name_zh": str, "name_en": str}
_OUTCOMES = Many(Shape({**_NAMED, "needs": Many(OneOf(tuple(FIELDS)))}))
_KIND = Shape({"subject": OneOf(("agency", "applicant")), "field": OneOf(tuple(LegalField))})
_CHOICES = Shape({"members": Many(Shape(_NAMED))})
SHAPES = {
    "outcomes": Shape({"members": _OUTCOMES}),
    "measures": _CHOICES,
    "filed": _CHOICES,
    "*": _KIND,
}


@dataclass(frozen=True)
class Outcome:
    """One word for how a row ended; `needs` are the columns that must be filled with it."""

    id: str
    name: Text
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """A kind of letter: whom its rows concern first, and which field of law that is."""

    id: str
    name: Text
    subject: str
    field: LegalField
    rule: RuleVersion


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of letters; raises `BadRulebook`, also for a rule that is no kind of letter."""
    rules = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    for id, versions in rules.versions.items():
        if id not in SHAPES and not id.startswith(KIND):
            raise rules.fault(
                versions[0],
                "text_zh",
                f"来文种类的规则名以“{KIND}”开头。",
                f"a kind of letter is named '{KIND}…'.",
            )
    return rules


@in_use(FILE)
def book(text: str) -> Rulebook:
    """The book in use."""
    return read_book(text)


def kinds(on: date) -> list[Kind]:
    """The kinds of letters on a day, in the order of the book."""
    known = [id for id in book().versions if id.startswith(KIND)]
    in_force = [id for id in known if any(version.in_force(on) for version in book().versions[id])]
    return [kind(id.removeprefix(KIND), on) for id in in_force]


def kind(id: str, on: date) -> Kind:
    """One kind of letter; raises `DispatchRefused` for one that the book does not have."""
    if KIND + id not in book().versions:
        raise DispatchRefused("请选择来文种类。", "Choose the kind of the letter.")
    rule = book().rule(KIND + id, on)
    return Kind(id, rule.text, rule.values["subject"], LegalField(rule.values["field"]), rule)


def outcomes(on: date) -> tuple[Outcome, ...]:
    """The outcomes of a row on a day."""
    members = book().rule("outcomes", on).values["members"]
    return tuple(Outcome(one["id"], _name(one), tuple(one["needs"])) for one in members)


def choices(field: str, on: date) -> tuple[Text, ...]:
    """The words to choose from in a column; none where anything may be written."""
    if field == "outcome":
        return tuple(one.name for one in outcomes(on))
    if field in ("measures", "filed"):
        return tuple(_name(one) for one in book().rule(field, on).values["members"])
    return ()


def fields(on: date) -> tuple[Field, ...]:
    """The columns of a return sheet."""
    return tuple(
        Field(name, title, tuple(word.zh for word in choices(name, on)) or None, name == "outcome")
        for name, title in FIELDS.items()
    )


def outcome_of(values: Mapping[str, str], on: date) -> Outcome:
    """The outcome that filled columns say, once they are complete; raises `DispatchRefused` with what is missing."""
    said = {one.name.zh: one for one in outcomes(on)}
    word = values.get("outcome", "").strip()
    if word not in said:
        raise DispatchRefused("请选择核查结论。", "Choose the outcome.")
    for name in ("measures", "filed"):
        known = [one.zh for one in choices(name, on)]
        if values.get(name, "") not in ("", *known):
            raise DispatchRefused(
                f"“{FIELDS[name].zh}”应为：{'、'.join(known)}。",
                f"'{FIELDS[name].en}' has to be one of the words offered.",
            )
    found = said[word]
    missing = [FIELDS[name] for name in found.needs if not values.get(name, "").strip()]
    if missing:
        raise DispatchRefused(
            f"结论为“{found.name.zh}”时还须填写：{'、'.join(one.zh for one in missing)}。",
            f"'{found.name.en}' also needs: {', '.join(one.en for one in missing)}.",
        )
    return found


def _name(member: Mapping[str, str]) -> Text:
    return Text(member["name_zh"], member["name_en"])
