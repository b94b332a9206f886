"""The book of figures: dated definitions, each naming a flow and what it picks from it, and who answers for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lantian.campaign.figures.flows import FLOWS
from lantian.core.door import in_use
from lantian.core.messages import Text
from lantian.core.rulebook import Many, OneOf, Rulebook, RuleVersion, Shape

FILE = "figures.toml"
_PICK = Shape({"part": str, "values": Many(str)})
SHAPES = {
    "*": Shape(
        {
            "flow": OneOf(tuple(FLOWS)),
            "definition_zh": str,
            "definition_en": str,
            "owner_zh": str,
            "owner_en": str,
        },
        {"picks": Many(_PICK)},
    )
}


@dataclass(frozen=True)
class Figure:
    """A figure as defined on a day: what it counts, in words and as flow and picked values."""

    id: str
    title: Text
    definition: Text
    owner: Text
    flow: str
    picks: Mapping[str, Sequence[str]]
    rule: RuleVersion

    def takes(self, parts: Mapping[str, str]) -> bool:
        """Whether records with these values are counted."""
        return all(parts.get(part) in values for part, values in self.picks.items())


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of figures; raises `BadRulebook`, also where a figure picks by what its flow does not know."""
    book = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    for versions in book.versions.values():
        for version in versions:
            known = FLOWS[version.values["flow"]].parts
            for pick in version.values.get("picks", ()):
                if pick["part"] not in known:
                    has = "、".join(known) or "—"
                    raise book.fault(
                        version,
                        "picks",
                        f"“{pick['part']}”不是该数据源的分项；可用：{has}",
                        f"'{pick['part']}' is no part of this flow; it has: {has}",
                    )
    return book


@in_use(FILE)
def book(text: str) -> Rulebook:
    """The book in use."""
    return read_book(text)


def figures(on: date) -> dict[str, Figure]:
    """Every figure in force on a day, by id."""
    found = {}
    for id, versions in book().versions.items():
        version = next((one for one in versions if one.in_force(on)), None)
        if version is not None:
            found[id] = _figure(id, version)
    return found


def changes(id: str) -> Sequence[RuleVersion]:
    """All versions of a figure's definition, oldest first."""
    return book().versions.get(id, ())


def _figure(id: str, version: RuleVersion) -> Figure:
    values = version.values
    return Figure(
        id,
        version.text,
        Text(values["definition_zh"], values["definition_en"]),
        Text(values["owner_zh"], values["owner_en"]),
        values["flow"],
        {pick["part"]: tuple(pick["values"]) for pick in values.get("picks", ())},
        version,
    )
