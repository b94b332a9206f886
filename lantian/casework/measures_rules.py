"""What the book of measures asks for: officers who sit in, receivers with their conditions."""

from __future__ import annotations

from collections.abc import Mapping

from lantian.casework.errors import MeasureRefused
from lantian.core.door import in_use
from lantian.core.messages import Text
from lantian.core.rulebook import AtLeast, Many, OneOf, Rulebook, RuleVersion, Shape
from lantian.office import clock

FILE = "measures.toml"
RECEIVERS = ("city", "cnipa", "police", "discipline", "office", "home", "other")
_OFFICERS = Shape({"least": AtLeast(2)})  # the law's own floor: no uploaded book lowers it
_RECHECK = Shape({"least": AtLeast(1)})  # our own default, no law asks for more
_RECEIVER = Shape(
    {
        "way": OneOf(("up", "out")),
        "asks": Many(str),
        "approval": OneOf(("required", "none")),
        "units": Many(str),
    }
)
SHAPES: Mapping[str, Shape] = {
    **{f"officers_{act}": _OFFICERS for act in ("interview", "warning_talk")},
    "officers_recheck": _RECHECK,
    **{f"receiver_{name}": _RECEIVER for name in RECEIVERS},
    "provinces": Shape({"members": Many(Shape({"code": str, "name_zh": str, "name_en": str}))}),
}


def check_officers(act: str, officers: tuple[str, ...]) -> None:
    """Raise `MeasureRefused` when fewer officers are named than the book asks for."""
    rule = _book().rule(f"officers_{act}", clock.today())
    least = rule.values["least"]
    if len(set(officers)) < least:
        cited = rule.basis.cite()
        raise MeasureRefused(
            f"{rule.text.zh}，请写明每一人的姓名（{cited.zh}）。",
            f"{rule.text.en.capitalize()}; name every one of them ({cited.en}).",
        )


def receiver(name: str) -> RuleVersion:
    """The rule of a receiver in force today; raises `MeasureRefused` for one that the book does not know."""
    if name not in RECEIVERS:
        raise MeasureRefused("请选择接收单位的类别。", "Choose who is to receive it.")
    return _book().rule(f"receiver_{name}", clock.today())


def receivers_for(way: str, unit_kind: str) -> list[tuple[str, RuleVersion]]:
    """Receivers that an office of a kind may turn to by one way, in the order of the book."""
    rules = ((name, receiver(name)) for name in RECEIVERS)
    return [
        (name, rule)
        for name, rule in rules
        if rule.values["way"] == way and unit_kind in rule.values["units"]
    ]


def provinces() -> Mapping[str, Text]:
    """Other provinces by the two digits of GB/T 2260."""
    members = _book().rule("provinces", clock.today()).values["members"]
    return {one["code"]: Text(one["name_zh"], one["name_en"]) for one in members}


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of measures; raises `BadRulebook`."""
    return Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)


@in_use(FILE)
def _book(text: str) -> Rulebook:
    return read_book(text)
