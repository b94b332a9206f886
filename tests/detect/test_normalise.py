"""The normaliser: what a copyist changes cheaply makes no difference, and every rule of it is published."""

from __future__ import annotations

import tomllib
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.core.rulebook import shipped
from lantian.detect import folding, normalise
from lantian.detect.folding import MARK
from lantian.detect.normalise import examples, fold_rows, trace

BOOK = tomllib.loads(shipped("normaliser.toml"))
TEXTS = st.text(
    st.one_of(
        st.sampled_from(
            "本发明所述其特征在于支架装置0123456789.。，, \u200b㎜½①術語已未αаＡ\U00020bb7\U0001d7cf\U0001f600\uffff"
        ),
        st.characters(codec="utf-8"),
    ),
    max_size=60,
)


def test_fifty_examples_are_published() -> None:
    assert len(examples()) == 50


@pytest.mark.parametrize(("text", "gives"), examples())
def test_each_published_example_holds(text: str, gives: str) -> None:
    assert normalise.normalise(text) == gives


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_a_whole_column_is_normalised_as_each_text_alone(texts: list[str]) -> None:
    folded = fold_rows([texts])
    units = folded.units.tobytes().decode("utf-16-le", "surrogatepass")
    assert units.split(MARK)[:-1] == [normalise.normalise(text) for text in texts]
    assert len(folded.ends) == len(texts)


@given(TEXTS)
def test_every_unit_knows_where_it_came_from(text: str) -> None:
    traced = trace(text)
    assert traced.units.tobytes().decode("utf-16-le", "surrogatepass") == normalise.normalise(text)
    assert (traced.starts < traced.stops).all()
    assert (np.diff(traced.starts) >= 0).all()
    assert traced.stops[-1] <= len(text) if len(traced.stops) else True


def test_no_phrase_reaches_into_another() -> None:
    """Then which phrases go does not depend on where a text begins: passages can be cut anywhere."""
    phrases = normalise.phrases()
    for first, second in product(phrases, phrases):
        for length in range(1, min(len(first), len(second))):
            assert first[-length:] != second[:length], (first, second)


@pytest.mark.parametrize("change", [{"version": "2"}, {"phrases": ["本发明"]}, {"look_alikes": ["未末"]}])
def test_any_change_of_the_rules_changes_the_digest(change: dict[str, object]) -> None:
    assert folding.build({**BOOK, **change}).digest != normalise.digest()


def test_a_field_cannot_break_out_of_its_row() -> None:
    folded = fold_rows([[f"支{MARK}架", "底座"], ["甲", f"{MARK}乙"]])
    assert folded.units.tobytes().decode("utf-16-le") == f"支架{MARK}甲{MARK}底座{MARK}乙{MARK}"
