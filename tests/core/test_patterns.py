"""Expressions of uploaded books: every accepted one has a bound on its time, and a refusal says what to write."""

from __future__ import annotations

import pytest

from lantian.core.messages import Unreadable
from lantian.core.patterns import LONGEST, BadPattern, bounded

EMAIL = r"[A-Za-z0-9._%+-]{1,64}+@[A-Za-z0-9-]{1,63}+(?:\.[A-Za-z0-9-]{1,63}+){1,8}+"


@pytest.mark.parametrize(
    ("written", "text", "found"),
    [
        (EMAIL, "请写信到li.na@example.com.cn，谢谢", "li.na@example.com.cn"),
        (r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)", "电话138-0013-8000。", "138-0013-8000"),
        (r"[]x]{2}", "a]x", "]x"),
        (r"[^]\]x]{,3}y", "xaby", "aby"),
        (r"(?P<no>GF|ZL)\d{3,5}?", "GF12345", "GF123"),
        (r"(?>ab|a)c", "abc", "abc"),
        (r"\{\d\}|x{2}", "{7}", "{7}"),
    ],
)
def test_a_bounded_expression_finds_what_it_should(written: str, text: str, found: str) -> None:
    match = bounded(written).search(text)
    assert match is not None and match[0] == found


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("(a+)+b", "without end"),
        ("a*b", "without end"),
        ("a{3,}", "without end"),
        (r"\d+?x", "without end"),
        ("(a{1,20}){1,20}b", "steps"),
        ("(a|a){1,30}b", "steps"),
        (r"\d{1,40}\d{1,40}\d{1,40}x", "steps"),
        ("a{2000}", "no repeat of more than"),
        ("(?i)abc", "at sign 1"),
        ("(a)\\1", "supported"),
        ("(?P<a>x)(?P=a)", "looks ahead"),
        ("(?P<a>x)(?(a)y|z)", "looks ahead"),
        ("(" * 21 + "a" + ")" * 21, "deep"),
        ("a{", "write '{'"),
        ("a{1,2", "write '{'"),
        ("(", "no regular expression"),
        ("(?<=a{1,2})b", "no regular expression"),
        ("", "no text"),
        ("a?", "no text"),
        ("(?=a)", "no text"),
        ("a" * (LONGEST + 1), "signs"),
    ],
)
def test_an_expression_without_a_bound_is_refused_with_what_to_do(written: str, said: str) -> None:
    with pytest.raises(BadPattern, match=said) as caught:
        bounded(written)
    assert isinstance(caught.value, Unreadable) and caught.value.text.zh.strip()
