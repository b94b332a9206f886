"""A rule book is believed only when every value is dated, cited and in its place."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from lantian.core.messages import Text, Unreadable
from lantian.core.rulebook import (
    AtLeast,
    BadRulebook,
    Confidence,
    Many,
    NotInForce,
    OneOf,
    Rulebook,
    Shape,
    UnknownRule,
)

SHAPES = {
    "*": Shape(
        {"limit": AtLeast(1), "unit": OneOf(("days", "months"))},
        {"days": Many(date), "steps": Many(Shape({"name_zh": str, "name_en": str}, {"weight": int}))},
    )
}

GOOD = """\
[book]
id = "sample"
version = "3"
title_zh = "示例"
title_en = "Sample"

[[rule.reply]]  # newest first, to show that order in the file does not matter
valid_from = 2024-01-01
text_zh = "答复"
text_en = "reply"
limit = 10
unit = "days"
basis = { instrument_zh = "规定", instrument_en = "Some Rules", article_zh = "第3条", article_en = "art. 3" }
confidence = "text"
source = "the instrument"

[[rule.reply]]
valid_from = 2020-01-01
valid_to = 2023-12-31
text_zh = "答复"
text_en = "reply"
limit = 20
unit = "days"
days = [2020-05-01]
steps = [
  { name_zh = "受理", name_en = "accept", weight = 2 },
]
note_zh = "旧"
note_en = "old"
confidence = "memory"
source = "memory"

[rule.reply.basis]
instrument_zh = "规定"
instrument_en = "Some Rules"
article_zh = "第2条"
article_en = "art. 2"
"""


def read(text: str = GOOD) -> Rulebook:
    return Rulebook.from_text(text, file="sample.toml", shapes=SHAPES)


def replaced(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("on", "limit"),
    [(date(2020, 1, 1), 20), (date(2023, 12, 31), 20), (date(2024, 1, 1), 10), (date(2099, 1, 1), 10)],
)
def test_the_version_in_force_on_the_day_is_applied(on: date, limit: int) -> None:
    assert read().rule("reply", on).values["limit"] == limit


def test_a_version_says_what_it_rests_on_and_how_sure_it_is() -> None:
    version = read().rule("reply", date(2021, 6, 1))
    assert version.id == "reply"
    assert (version.valid_from, version.valid_to) == (date(2020, 1, 1), date(2023, 12, 31))
    assert version.basis.cite() == Text("规定 第2条", "Some Rules, art. 2")
    assert version.confidence is Confidence.MEMORY
    assert version.confidence.told.en == "from memory, not verified"
    assert (version.source, version.unit) == ("memory", "days")
    assert (version.text, version.note) == (Text("答复", "reply"), Text("旧", "old"))
    assert version.values.keys() == {"limit", "days", "steps"}
    assert read().rule("reply", date(2024, 6, 1)).note is None


def test_every_confidence_has_words() -> None:
    assert all(each.told.zh and each.told.en for each in Confidence)


def test_a_digest_is_the_checksum_of_the_file_and_a_version_changes_with_its_content() -> None:
    book, other = read(), read(replaced("limit = 10", "limit = 11"))
    day, before = date(2024, 6, 1), date(2021, 6, 1)
    assert book.digest == hashlib.sha256(GOOD.encode()).hexdigest()
    assert book.digest != other.digest
    assert book.rule("reply", day).version.startswith("2024-01-01.")
    assert book.rule("reply", day).version != other.rule("reply", day).version
    assert book.rule("reply", before).version == other.rule("reply", before).version
    assert (book.id, book.version, book.title) == ("sample", "3", Text("示例", "Sample"))


def test_an_unknown_rule_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownRule, match="There is no rule 'repply'; near: reply"):
        read().rule("repply", date(2024, 1, 1))


def test_a_day_before_the_rule_is_refused_with_the_days_it_covers() -> None:
    with pytest.raises(NotInForce) as refusal:
        read().rule("reply", date(2019, 12, 31))
    assert "2020-01-01 – 2023-12-31; 2024-01-01 – …" in refusal.value.text.en
    assert "2019-12-31" in refusal.value.text.zh


BAD = {
    "unknown key": (
        replaced("limit = 10", "limit = 10\nlimmit = 10"),
        "line 12, rule.reply[1].limmit: unknown key",
    ),
    "unknown table": (GOOD + "[rules]\n", "line 38, rules: unknown table"),
    "unknown key in a citation": (
        GOOD + 'page = "7"\n',
        "line 33, rule.reply[2].basis.page: unknown key",
    ),
    "key twice": (replaced("limit = 10", "limit = 10\nlimit = 11"), "line 12, rule.reply: said twice"),
    "table twice": (GOOD + "[book]\n", "book: said twice"),
    "not TOML": (replaced("limit = 10", "limit = ten"), "line 11, rule.reply: not valid TOML"),
    "not even a table": ("limit = \n", "line 1, —: not valid TOML"),
    "cut short": ('a = "x', "line 1, —: not valid TOML"),
    "no citation": (
        GOOD[: GOOD.index("[rule.reply.basis]")],
        "line 17, rule.reply[2].basis: this key is missing",
    ),
    "half a citation": (
        replaced('article_zh = "第2条"\n', ""),
        "rule.reply[2].basis.article_zh: this key is missing",
    ),
    "blank citation": (
        replaced('"第3条"', '" "'),
        "line 13, rule.reply[1].basis.article_zh: must be a text, not empty",
    ),
    "no source": (replaced('source = "memory"\n', ""), "line 17, rule.reply[2].source: this key is missing"),
    "no confidence": (replaced('confidence = "text"\n', ""), "rule.reply[1].confidence: this key is missing"),
    "no first day": (
        replaced("valid_from = 2024-01-01\n", ""),
        "rule.reply[1].valid_from: this key is missing",
    ),
    "invented confidence": (
        replaced('"memory"\nsource', '"sure"\nsource'),
        "rule.reply[2].confidence: must be one of text | text-secondary | memory",
    ),
    "overlap": (
        replaced("valid_to = 2023-12-31", "valid_to = 2024-01-01"),
        "line 8, rule.reply[1].valid_from: overlaps the version valid from 2020-01-01",
    ),
    "open end before another": (
        replaced("valid_to = 2023-12-31\n", ""),
        "rule.reply[1].valid_from: overlaps the version valid from 2020-01-01",
    ),
    "reversed span": (
        replaced("valid_to = 2023-12-31", "valid_to = 2019-12-31"),
        "line 19, rule.reply[2].valid_to: ends before it begins",
    ),
    "date as text": (
        replaced("valid_from = 2024-01-01", 'valid_from = "2024-01-01"'),
        "line 8, rule.reply[1].valid_from: must be a date without a time",
    ),
    "date with a time": (
        replaced("valid_from = 2024-01-01", "valid_from = 2024-01-01T08:00:00"),
        "rule.reply[1].valid_from: must be a date without a time",
    ),
    "number as text": (replaced("limit = 10", 'limit = "10"'), "rule.reply[1].limit: must be a whole number"),
    "yes as a number": (
        replaced("limit = 10", "limit = true"),
        "rule.reply[1].limit: must be a whole number",
    ),
    "fraction": (replaced("limit = 10", "limit = 10.5"), "rule.reply[1].limit: must be a whole number"),
    "nothing to wait for": (
        replaced("limit = 10", "limit = 0"),
        "line 11, rule.reply[1].limit: must be at least 1",
    ),
    "unknown unit": (
        replaced('10\nunit = "days"', '10\nunit = "moons"'),
        "unit: must be one of days | months",
    ),
    "a unit that is no text": (
        replaced('10\nunit = "days"', "10\nunit = [1]"),
        "unit: must be one of days | months",
    ),
    "no list": (replaced("[2020-05-01]", "2020-05-01"), "line 24, rule.reply[2].days: must be a list"),
    "stranger in a list": (
        replaced("[2020-05-01]", "[2020-05-01, 3]"),
        "rule.reply[2].days[2]: must be a date",
    ),
    "stranger in a list of tables": (
        replaced("weight = 2", 'weight = "2"'),
        "line 25, rule.reply[2].steps[1].weight: must be a whole number",
    ),
    "one language only": (replaced('note_en = "old"\n', ""), "rule.reply[2].note_en: this key is missing"),
    "no head": (GOOD[GOOD.index("[[rule") :], "book.id: this key is missing"),
    "head is no table": ("book = 1\n", "book: must be a table"),
    "rules are no table": (
        GOOD[: GOOD.index("[[rule")].replace("[book]", "rule = 1\n[book]"),
        "rule: must be a table",
    ),
    "rule is no list": (
        GOOD[: GOOD.index("[[rule")] + "[rule.reply]\n",
        "line 7, rule.reply: must be a list",
    ),
    "rule without version": (
        GOOD[: GOOD.index("[[rule")] + "[rule]\nreply = []\n",
        "rule.reply: it has no version",
    ),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD.keys())
def test_a_bad_book_is_refused_at_the_place_of_its_fault(text: str, words: str) -> None:
    with pytest.raises(BadRulebook) as refusal:
        read(text)
    assert words in refusal.value.text.en
    assert refusal.value.text.en.startswith("sample.toml, ")
    assert refusal.value.text.zh.startswith("sample.toml，")


def test_a_bad_book_counts_as_unreadable_input() -> None:
    assert issubclass(BadRulebook, Unreadable)


def test_a_book_that_names_its_rules_refuses_any_other() -> None:
    with pytest.raises(BadRulebook, match=r"rule\.reply: this book has no such rule"):
        Rulebook.from_text(GOOD, file="sample.toml", shapes={"appeal": SHAPES["*"]})
