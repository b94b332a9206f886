"""Synthetic Chinese patent texts from a compositional grammar: title, abstract, first claim, classes.

A text is a function of (seed, index, kind). The words are our own (`lexicon.toml`). Unrelated texts stay
apart: most of a text is names of parts composed from a qualifier and a noun, so two share few 4-grams.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Final

from lantian.city.chance import stream

INVENTION: Final = "invention"
UTILITY_MODEL: Final = "utility_model"
DESIGN: Final = "design"
SELF_NAMES: Final = {INVENTION: "本发明", UTILITY_MODEL: "本实用新型", DESIGN: "本外观设计"}
THEN: Final = ("随后", "接着", "进而", "继而", "然后", "紧接着", "随即", "再", "此后", "其后")
CLAUSE_STYLES: Final = ("（{0}）", "S{0}、", "{0}）", "")


@dataclass(frozen=True)
class Words:
    """The text columns of one filing; a design has no claim."""

    title: str
    abstract: str
    claim: str | None


@dataclass(frozen=True)
class Text:
    """One synthetic filing's words and classes. `field` names the technical field of the grammar."""

    kind: str
    words: Words
    field: str
    main_ipc: str
    ipc: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """One technical field with the vocabulary of its grammar."""

    id: str
    grammar: str
    ipc: tuple[str, ...]
    area: tuple[str, ...]
    problems: tuple[str, ...]
    subjects: tuple[str, ...]
    parts: tuple[str, ...]
    vocabulary: Mapping[str, tuple[str, ...]]
    wording: Mapping[str, Sequence[str]]


def groups(entry: str) -> list[list[str]]:
    """Split one line of the lexicon into its groups of variants."""
    return [group.split("/") for group in entry.split()]


@cache
def lexicon() -> dict[str, Any]:
    """Return the lexicon as read from its file."""
    return tomllib.loads((files("lantian.city") / "lexicon.toml").read_text(encoding="utf-8"))


def _heads(entry: str) -> tuple[str, ...]:
    return tuple(group[0] for group in groups(entry))


def _field(entry: Mapping[str, Any]) -> Field:
    grammar = lexicon()[entry["grammar"]]
    vocabulary = {name: _heads(words) for name, words in grammar.items() if isinstance(words, str)}
    vocabulary["units"] = tuple(group[1] for group in groups(grammar.get("measures", "")))
    return Field(
        id=entry["id"],
        grammar=entry["grammar"],
        ipc=tuple(entry["ipc"]),
        area=tuple(entry["area"]),
        problems=tuple(entry["problems"]),
        subjects=_heads(entry["subjects"]),
        # Half of a device is ordinary mechanics; the other half belongs to its field.
        parts=_heads(entry["parts"]) + vocabulary.get("parts", ()),
        vocabulary={**vocabulary, "benefits": _heads(grammar["wording"]["benefits"])},
        wording=grammar["wording"],
    )


@cache
def fields() -> tuple[Field, ...]:
    """Return the technical fields, in the order of the lexicon."""
    return tuple(_field(entry) for entry in lexicon()["field"])


class _Writer:
    """Writes the sentences of one text, with the names of parts it has made up."""

    def __init__(self, rng: Random, field: Field) -> None:
        self.rng = rng
        self.field = field
        qualifiers = field.vocabulary["qualifiers"]
        nouns = rng.sample(field.parts, 8)
        if field.grammar == "system":
            nouns = [
                noun + rng.choice(field.vocabulary["objects"]) if rng.random() < 0.6 else noun
                for noun in nouns
            ]
        self.parts = [rng.choice(qualifiers) + noun for noun in nouns]
        self.subject = rng.choice(field.subjects)
        self.features = rng.sample(qualifiers, 2)

    def sentence(self, pattern: str) -> str:
        """Fill one pattern with parts, joints and figures."""
        rng = self.rng
        a, b, c = rng.sample(self.parts, 3)
        values: dict[str, object] = {"a": a, "b": b, "c": c, **self._figures(), **self._joints()}
        values |= {"area": rng.choice(self.field.area), "subject": self.subject}
        values["problem"] = rng.choice(self.field.problems)
        values["benefit"], values["benefit2"] = rng.sample(self.field.vocabulary["benefits"], 2)
        return pattern.format(**values)

    def _figures(self) -> dict[str, object]:
        rng = self.rng
        low = rng.randint(2, 180)
        values: dict[str, object] = {
            "low": low,
            "high": low + rng.randint(1, 90),
            "count": rng.choice("二三四五六八"),
        }
        values |= {"n1": rng.randint(2, 99), "n2": round(rng.uniform(1, 40), 1), "n3": rng.randint(1, 60)}
        values |= {"then": rng.choice(THEN), "ph": rng.randint(3, 7), "ph2": rng.randint(8, 12)}
        return values | {
            "t": rng.randint(5, 90),
            "temp": rng.randint(30, 900),
            "rate": rng.randint(6, 300) * 10,
        }

    def _joints(self) -> dict[str, object]:
        rng, words = self.rng, self.field.vocabulary
        values: dict[str, object] = {}
        for slot, name in (("join", "joins"), ("side", "sides"), ("motion", "motions")):
            if name in words:
                values[slot], values[slot + "2"] = rng.sample(words[name], 2)
        for slot in ("set", "opening", "vessel", "state", "module"):
            if slot + "s" in words:
                values[slot] = rng.choice(words[slot + "s"])
        if "measures" in words:
            first, second = rng.sample(range(len(words["measures"])), 2)
            values |= {"measure": words["measures"][first], "unit": words["units"][first]}
            values |= {"measure2": words["measures"][second], "unit2": words["units"][second]}
        return values

    def title(self) -> str:
        """Write the title: features, purpose, thing."""
        rng = self.rng
        feature = "".join(self.features) if rng.random() < 0.4 else self.features[0]
        shapes = ("一种{f}{s}", "{f}{s}", "一种用于{area}的{f}{s}", "一种具有{part}的{s}", "{area}用{f}{s}")
        part, area = rng.choice(self.parts), rng.choice(self.field.area)
        return rng.choice(shapes).format(f=feature, s=self.subject, area=area, part=part)

    def abstract(self, title: str, self_name: str) -> str:
        """Write the abstract, about 200 to 300 characters."""
        rng, wording = self.rng, self.field.wording
        opener = self.sentence(rng.choice(wording["openers"]))
        patterns = rng.sample(wording["abstracts"], rng.randint(5, min(7, len(wording["abstracts"]))))
        middle = "；".join(self.sentence(pattern) for pattern in patterns)
        closer = self.sentence(rng.choice(wording["closers"]))
        return f"{self_name}公开了{title}，{opener}。{middle}。{self_name}{closer}。"

    def claim(self, title: str) -> str:
        """Write the first claim: a head and numbered clauses."""
        rng, wording = self.rng, self.field.wording
        patterns = rng.sample(wording["clauses"], rng.randint(8, 13))
        style = rng.choice(CLAUSE_STYLES)
        clauses = [
            style.format(number) + self.sentence(pattern) for number, pattern in enumerate(patterns, 1)
        ]
        return f"1.{title}，其特征在于：{'；'.join(clauses)}。"


def _symbol(rng: Random, subclass: str) -> str:
    return f"{subclass} {rng.randint(1, 99)}/{rng.randint(0, 99):02d}"


def compose(seed: int, index: int, kind: str, field: str | None = None) -> Text:
    """Write text `index` of this seed as an invention, a utility model or a design.

    `field` fixes the technical field (an id of `fields()`); else chance decides. A text depends on
    nothing but its arguments. Raises KeyError for an unknown field.
    """
    rng = stream(seed, "text", index)
    if kind == DESIGN:
        return _design(rng)
    # A utility model protects the shape of a product (Patent Law art. 2): no process, no data method.
    open_to = [one for one in fields() if kind == INVENTION or one.grammar == "device"]
    chosen = rng.choice(open_to) if field is None else {one.id: one for one in fields()}[field]
    writer = _Writer(rng, chosen)
    title = writer.title()
    words = Words(title, writer.abstract(title, SELF_NAMES[kind]), writer.claim(title))
    classes = [_symbol(rng, subclass) for subclass in rng.sample(chosen.ipc, rng.randint(1, 3))]
    return Text(kind, words, chosen.id, classes[0], tuple(classes))


def _design(rng: Random) -> Text:
    """Write a design: its official short note is near-identical everywhere."""
    words = {name: _heads(entry) for name, entry in lexicon()["design"].items()}
    thing, style = rng.choice(words["things"]), rng.choice(words["styles"])
    title = f"{thing}（{style}）" if rng.random() < 0.5 else thing
    note = (
        f"1.本外观设计产品的名称：{title}。2.本外观设计产品的用途：用于{rng.choice(words['uses'])}。"
        f"3.本外观设计产品的设计要点：在于{rng.choice(words['points'])}。"
        f"4.最能表明设计要点的图片或照片：{rng.choice(words['pictures'])}。"
        "5.各视图的比例以实物为准。"
    )
    locarno = f"{words['things'].index(thing) % 32 + 1:02d}-{rng.randint(1, 9):02d}"
    return Text(DESIGN, Words(title, note, None), "design", locarno, (locarno,))
