"""Every refusal speaks both languages and knows its exit code."""

from __future__ import annotations

import pytest

from lantian.core.messages import NotAllowed, Refused, Text, Unreadable, WrongUse


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "lead"), ("en-GB", "lead"), ("EN", "lead"), ("zh-hans", "线索"), ("fr", "线索")],
)
def test_a_text_is_chinese_unless_english_is_asked_for(language: str, word: str) -> None:
    assert Text("线索", "lead").pick(language) == word


@pytest.mark.parametrize(("kind", "code"), [(Refused, 1), (WrongUse, 2), (Unreadable, 3), (NotAllowed, 4)])
def test_a_refusal_carries_both_texts_and_the_promised_exit_code(kind: type[Refused], code: int) -> None:
    refusal = kind("不行", "no")
    assert (refusal.text, str(refusal), refusal.exit_code) == (Text("不行", "no"), "no", code)
    assert isinstance(refusal, Refused)
