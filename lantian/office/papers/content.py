"""A filled template: every stretch of text with where it comes from, so that nothing typed passes as a record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from lantian.core.messages import Refused
from lantian.office.papers.template import BUILT_IN, FREE, ROWS, Template, parts

TEMPLATE, RECORD, TYPED, UNBOUND = "template", "record", "typed", "free"
# What GB/T 9704 sets in another face: first level 黑体, second level 楷体.
_LEVELS = (
    (re.compile(r"[一二三四五六七八九十]+、.{0,30}$"), "h1"),
    (re.compile(r"（[一二三四五六七八九十]+）.{0,30}$"), "h2"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


class MissingFields(Refused):
    """Fields that must be filled are empty; `names` lists them for the form."""

    def __init__(self, zh: str, en: str, names: tuple[str, ...]) -> None:
        super().__init__(zh, en)
        self.names = names


@dataclass(frozen=True)
class Span:
    """A stretch of text and its source: the template, a record, a typed field, or nothing at all (free)."""

    text: str
    source: str


@dataclass(frozen=True)
class Block:
    """A paragraph (`para`), a heading (`h1`, `h2`), or a paragraph after the table (`after`)."""

    kind: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Content:
    """What a paper says, without number, date and name of the issuer."""

    form: str
    code: str
    title: tuple[Span, ...]
    addressee: tuple[Span, ...]
    blocks: tuple[Block, ...]
    rows: tuple[tuple[str, tuple[Span, ...]], ...]
    copies: tuple[Span, ...]
    attachments: tuple[str, ...]

    def stored(self) -> dict[str, Any]:
        """As JSON for the record."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Content:
        """Back from the record."""
        return cls(
            form=stored["form"],
            code=stored["code"],
            title=_spans(stored["title"]),
            addressee=_spans(stored["addressee"]),
            blocks=tuple(Block(block["kind"], _spans(block["spans"])) for block in stored["blocks"]),
            rows=tuple((label, _spans(spans)) for label, spans in stored["rows"]),
            copies=_spans(stored["copies"]),
            attachments=tuple(stored["attachments"]),
        )

    @property
    def unbound(self) -> int:
        """How many paragraphs the officer wrote freely."""
        return sum(any(span.source == UNBOUND for span in block.spans) for block in self.blocks)


def fill(template: Template, *, record: Mapping[str, str], typed: Mapping[str, str], free: str) -> Content:
    """Fill a template from a record (by binding, and `BUILT_IN`), from typed fields, and from free sentences.

    Raises `MissingFields` for every required field without a value, and `Refused` for free sentences where the
    template has no place for them.
    """
    values = _values(template, record, typed)
    sentences = _lines(free)
    if sentences and not template.open_to_free_text:
        raise Refused(
            "这种文书的模板不允许另加语句；请删去附加内容，或更换模板。",
            "The template of this paper has no place for your own sentences; remove them or replace the template.",
        )
    return Content(
        form=template.form,
        code=template.code,
        title=_filled(template.title, values),
        addressee=_filled(template.addressee, values),
        blocks=tuple(_blocks(template, values, sentences)),
        rows=tuple((label, _filled(text, values)) for label, text in template.rows),
        copies=_filled(template.copies, values),
        attachments=tuple(_lines(plain(_filled(template.attachments, values)))),
    )


def plain(spans: Iterable[Span]) -> str:
    """The text of spans without their sources."""
    return "".join(span.text for span in spans)


def day_words(day: date) -> str:
    """A day as papers write it.

    >>> day_words(date(2026, 11, 2))
    '2026年11月2日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


def _values(template: Template, record: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, Span]:
    values = {name: Span(_clean(record.get(name, "")), RECORD) for name in BUILT_IN}
    missing = []
    for field in template.fields:
        text = _clean(typed.get(field.name, "") if field.typed else record.get(field.source, ""))
        if field.typed and field.input == "day":
            text = _day(text)
        values[field.name] = Span(text, TYPED if field.typed else RECORD)
        if field.required and not text:
            missing.append(field)
    if missing:
        typed_zh = [field.label.zh for field in missing if field.typed]
        bound_zh = [field.label.zh for field in missing if not field.typed]
        zh = [f"请填写：{'、'.join(typed_zh)}。"] * bool(typed_zh) + [
            f"记录中还没有：{'、'.join(bound_zh)}。"
        ] * bool(bound_zh)
        raise MissingFields(
            "".join(zh),
            f"Missing: {', '.join(field.label.en for field in missing)}.",
            tuple(field.name for field in missing),
        )
    return values


def _blocks(template: Template, values: Mapping[str, Span], sentences: list[str]) -> Iterable[Block]:
    after = False
    for text in template.body:
        if text == ROWS:
            after = True
        elif text == FREE:
            yield from (Block("para", (Span(sentence, UNBOUND),)) for sentence in sentences)
        else:
            for spans in _paragraphs(_filled(text, values)):
                kind = next((kind for form, kind in _LEVELS if form.match(plain(spans))), "para")
                yield Block("after" if after else kind, spans)


def _filled(text: str, values: Mapping[str, Span]) -> tuple[Span, ...]:
    spans = [values[part] if is_field else Span(part, TEMPLATE) for part, is_field in parts(text)]
    return tuple(span for span in spans if span.text)


def _paragraphs(spans: tuple[Span, ...]) -> Iterable[tuple[Span, ...]]:
    """Cut at line ends inside a value: each line is a paragraph; an empty one is none."""
    present: list[Span] = []
    for span in spans:
        first, *rest = span.text.split("\n")
        present.append(Span(first, span.source))
        for line in rest:
            yield tuple(present)
            present = [Span(line, span.source)]
    if plain(present):
        yield tuple(present)


def _day(text: str) -> str:
    """A day typed as 2026-12-01 in words; whatever else was typed stays."""
    try:
        return day_words(date.fromisoformat(text))
    except ValueError:
        return text


def _clean(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in _clean(text).split("\n") if line.strip()]


def _spans(stored: Iterable[Mapping[str, str]]) -> tuple[Span, ...]:
    return tuple(Span(span["text"], span["source"]) for span in stored)
