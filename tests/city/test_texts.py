"""The texts: unrelated ones stay apart, edited ones stay near, and each kind of edit does what it says."""

from __future__ import annotations

import random
import re
import unicodedata
from itertools import pairwise
from statistics import median

import pytest

from lantian.city import edits
from lantian.city.chance import stream
from lantian.city.texts import DESIGN, INVENTION, UTILITY_MODEL, Text, Words, compose

SIZE = 400
TRADITIONAL = str.maketrans(
    "裝與結構連進動開設兩側滑輪電機熱轉軸壓緩衝氣體盤數據圖識別測監終塊組鉸鏈導軌驅",
    "装与结构连进动开设两侧滑轮电机热转轴压缓冲气体盘数据图识别测监终块组铰链导轨驱",
)


def _grams(words: Words) -> set[str]:
    """4-grams of each column after the folding that screening promises: width, figures, punctuation."""
    grams: set[str] = set()
    for text in (words.title, words.abstract, words.claim or ""):
        folded = unicodedata.normalize("NFKC", text).lower().translate(TRADITIONAL)
        folded = re.sub(r"\W", "", re.sub(r"\d+(\.\d+)?", "0", folded))
        grams |= {folded[place : place + 4] for place in range(len(folded) - 3)}
    return grams


def _jaccard(one: Words, other: Words) -> float:
    first, second = _grams(one), _grams(other)
    return len(first & second) / len(first | second)


@pytest.fixture(scope="module")
def texts() -> list[Text]:
    return [compose(1, index, INVENTION if index % 2 else UTILITY_MODEL) for index in range(SIZE)]


def _similarities(texts: list[Text], kind: str) -> list[float]:
    return [
        _jaccard(text.words, edits.edit(kind, text.words, stream(1, kind, place)))
        for place, text in enumerate(texts)
    ]


def test_a_text_depends_on_seed_and_index_alone() -> None:
    assert compose(5, 9, INVENTION) == compose(5, 9, INVENTION)
    assert compose(5, 9, INVENTION).words != compose(5, 10, INVENTION).words
    assert compose(5, 9, INVENTION).words != compose(6, 9, INVENTION).words


def test_unrelated_texts_are_dissimilar(texts: list[Text]) -> None:
    rng = random.Random(1)
    grams = [_grams(text.words) for text in texts]
    pairs = [rng.sample(range(SIZE), 2) for _ in range(20_000)]
    found = sorted(len(grams[a] & grams[b]) / len(grams[a] | grams[b]) for a, b in pairs)
    assert sum(found) / len(found) < 0.03
    assert found[int(len(found) * 0.999)] < 0.15
    assert found[-1] < 0.2


def test_the_vocabulary_is_wide(texts: list[Text]) -> None:
    assert len({text.words.title for text in texts}) > 0.98 * SIZE
    assert len(set().union(*(_grams(text.words) for text in texts))) > 60_000
    assert len({text.field for text in texts}) == 11
    assert len({text.main_ipc[:4] for text in texts}) > 30


def test_lengths_are_those_of_real_filings(texts: list[Text]) -> None:
    assert 180 < median(len(text.words.abstract) for text in texts) < 300
    assert 200 < median(len(text.words.claim or "") for text in texts) < 500


def test_a_utility_model_is_always_a_product(texts: list[Text]) -> None:
    processes = {"materials", "foodchem", "data", "sensing"}
    assert {text.field for text in texts if text.kind == INVENTION} & processes
    assert not {text.field for text in texts if text.kind == UTILITY_MODEL} & processes


def test_designs_share_a_near_identical_note_and_have_no_claim() -> None:
    designs = [compose(1, index, DESIGN) for index in range(60)]
    assert all(text.words.claim is None for text in designs)
    pairs = [_jaccard(one.words, other.words) for one, other in pairwise(designs)]
    assert median(pairs) > 0.5


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("a", 1.0, 1.0),
        ("b", 0.99, 1.0),
        ("c10", 0.82, 0.95),
        ("c20", 0.72, 0.88),
        ("c30", 0.64, 0.82),
        ("d", 0.76, 0.9),
        ("m", 0.64, 0.8),
        ("n", 0.98, 1.0),
        ("family", 0.8, 0.95),
    ],
)
def test_an_edit_keeps_its_distance(texts: list[Text], kind: str, low: float, high: float) -> None:
    found = sorted(_similarities(texts, kind))
    assert low <= median(found) <= high
    assert found[SIZE // 100] >= 0.5


def test_a_double_filing_differs_in_the_word_for_its_kind_alone(texts: list[Text]) -> None:
    first = texts[1].words
    second = edits.edit("dual", first, random.Random(1))
    assert "本发明" in first.abstract and "本发明" not in second.abstract
    assert second.abstract.replace("本实用新型", "本发明") == first.abstract


def test_a_series_of_improvements_is_no_pair(texts: list[Text]) -> None:
    for place in range(0, SIZE, 4):
        text = texts[place]
        fresh = compose(2, place, text.kind, text.field)
        later = edits.MERGES["series"](text.words, fresh.words, random.Random(place))
        assert 0.05 < _jaccard(text.words, later) < 0.4


@pytest.mark.parametrize("kind", ["b", "c10", "c20", "c30", "d", "m", "n"])
def test_an_edited_text_is_never_the_same_text(texts: list[Text], kind: str) -> None:
    changed = [edits.edit(kind, text.words, stream(2, kind)) != text.words for text in texts]
    assert all(changed)


def test_replaced_figures_leave_every_other_character(texts: list[Text]) -> None:
    for text in texts[:100]:
        claim, edited = text.words.claim, edits.edit("b", text.words, random.Random(3)).claim
        assert claim and edited
        assert re.sub(r"\d+(\.\d+)?", "#", claim) == re.sub(r"\d+(\.\d+)?", "#", edited)
        ranges = [(float(low), float(high)) for low, high in re.findall(r"(\d+)~(\d+)(?=mm|cm)", edited)]
        assert all(low <= high for low, high in ranges)


def test_reordered_clauses_are_the_same_clauses_numbered_anew(texts: list[Text]) -> None:
    for text in texts[:100]:
        edited = edits.edit("d", text.words, random.Random(4))
        assert text.words.claim and edited.claim
        head, clauses, style = edits.split_claim(text.words.claim)
        new_head, new_clauses, new_style = edits.split_claim(edited.claim)
        assert (head, style, sorted(clauses)) == (new_head, new_style, sorted(new_clauses))
        numbers = [int(number) for number in re.findall(r"(?:S|（)(\d+)(?:、|）)", edited.claim)]
        assert numbers == sorted(numbers)


def test_every_synonym_leads_back_to_its_own_group() -> None:
    table = edits.synonyms()
    for term, others in table.items():
        assert term not in others
        assert all(term in table[other] for other in others), term
