"""Marks near each other in three alphabets: characters, sounds, look-alikes; without order."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from lantian.detect.marks.alphabets import look_alikes, plain, sounds
from lantian.detect.marks.index import MarkIndex

STORED = pl.Series(["澍翮茶业", "溟岚", "云乐坊", "未央", "NORTHSTAR", "行知书院", "", None, "己亥", "日新"])


def kinds(mark: str | None) -> dict[int, tuple[str, float]]:
    found = MarkIndex.of(STORED).near(pl.Series([mark], dtype=pl.String))
    return {row: (kind, round(like, 2)) for _, row, kind, like in found.iter_rows()}


@pytest.mark.parametrize(
    ("mark", "row", "kind", "likeness"),
    [
        ("澍翮茶业", 0, "same", 1.0),
        ("澍翮茶業", 0, "same", 1.0),
        ("Ｎorthstar", 4, "same", 1.0),
        ("茶业澍翮", 0, "turned", 0.95),
        ("名岚", 1, "sound", 0.9),
        ("云月坊", 2, "sound", 0.9),
        ("形支书院", 5, "sound", 0.9),
        ("末央", 3, "look", 0.9),
        ("已亥", 8, "look", 0.9),
        ("曰新", 9, "look", 0.9),
        ("澍翮好茶业", 0, "shared", 0.8),
        ("澍翮茶", 0, "shared", 0.75),
        ("云乐房子", 2, "shared", None),
        ("澍翮酒业", 0, "shared", 0.75),
    ],
)
def test_an_imitation_meets_its_original(mark: str, row: int, kind: str, likeness: float | None) -> None:
    found = kinds(mark)
    if likeness is None:
        assert row not in found
    else:
        assert found[row] == (kind, likeness)


def test_of_two_characters_one_alike_is_no_evidence() -> None:
    assert kinds("溟海") == {}


@pytest.mark.parametrize("mark", ["", None, "·—。", "🙂", "𠀀𠀁𠀂", "澍" * 5000])
def test_odd_marks_are_near_nothing_and_no_fault(mark: str | None) -> None:
    assert kinds(mark) == {}


def test_a_picture_is_no_word_and_a_picture_beside_the_words_changes_nothing() -> None:
    index = MarkIndex.of(pl.Series(["图形", "溟岚及图"]))
    assert index.near(pl.Series(["图形", "設計圖"])).height == 0
    assert index.near(pl.Series(["溟岚"])).rows() == [(0, 1, "same", 1.0)]


def test_an_empty_store_and_an_empty_question_give_no_pair() -> None:
    none = pl.Series([], dtype=pl.String)
    assert MarkIndex.of(none).near(STORED).height == 0
    assert MarkIndex.of(STORED).near(none).columns == ["new", "row", "kind", "likeness"]


def test_marks_of_different_groups_never_meet() -> None:
    groups = np.array([1, 1, 2], np.uint64)
    index = MarkIndex.of(pl.Series(["澍翮茶业", "澍翮茶叶", "澍翮茶业"]), groups)
    found = index.near(pl.Series(["澍翮茶业", "末央"]), np.array([2, 1], np.uint64))
    assert found.select("new", "row").rows() == [(0, 2)]


def test_the_answer_does_not_hang_on_the_order_of_what_is_stored() -> None:
    marks = pl.Series([f"{a}{b}{c}" for a in "澍翮茶" for b in "业溟岚" for c in "未末"])
    mixed = marks.sample(fraction=1, shuffle=True, seed=4)
    said = [
        {
            (marks[new], stored[row], kind)
            for new, row, kind, _ in MarkIndex.of(stored).near(marks).iter_rows()
        }
        for stored in (marks, mixed)
    ]
    assert said[0] == said[1] and len(said[0]) > len(marks)


def test_look_alikes_hold_both_ways_and_nobody_is_like_himself() -> None:
    table = look_alikes()
    assert "末" in table["未"] and "未" in table["末"] and "入" in table["人"]
    assert not any(sign in others for sign, others in table.items())


def test_a_character_sounds_in_all_its_readings_and_syllables_that_fall_together_are_one() -> None:
    assert {"le", "yue"} <= set(sounds("乐"))
    assert sounds("张") == sounds("赞") == ("zan",)
    assert plain("ä") == "a" and plain("★") == ""


def test_homophones_and_look_alikes_are_found_at_the_rate_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from benchmarks import marks as benchmark

    assert benchmark.main(["--stored", "20000", "--new", "2000"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rates = {line.split("  ")[0]: float(line.rpartition(": ")[2]) for line in lines if " of " in line}
    assert len(rates) == 5 and min(rates.values()) >= 0.98
