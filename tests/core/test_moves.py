"""A table says what may follow what, and nothing else may."""

from __future__ import annotations

from enum import StrEnum

import pytest

from lantian.core.moves import MoveRefused, check_move, diagram, open_acts


class State(StrEnum):
    NEW = "new"
    CHECKED = "checked"
    CLOSED = "closed"


class Act(StrEnum):
    CHECK = "check"
    CLOSE = "close"


MOVES = {
    (State.NEW, Act.CHECK): State.CHECKED,
    (State.NEW, Act.CLOSE): State.CLOSED,
    (State.CHECKED, Act.CLOSE): State.CLOSED,
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_a_move_is_allowed_exactly_when_the_table_has_it(state: State, act: Act) -> None:
    if (state, act) in MOVES:
        assert check_move(MOVES, state, act) is MOVES[state, act]
    else:
        with pytest.raises(MoveRefused):
            check_move(MOVES, state, act)


def test_a_refused_move_names_what_is_possible_instead() -> None:
    with pytest.raises(MoveRefused) as refusal:
        check_move(MOVES, State.CHECKED, Act.CHECK)
    assert refusal.value.text.en == "'check' is not possible in state 'checked'; possible now: close."
    assert "可以进行：close" in refusal.value.text.zh


def test_in_a_final_state_nothing_is_possible() -> None:
    assert open_acts(MOVES, State.CLOSED) == []
    with pytest.raises(MoveRefused, match="possible now: —"):
        check_move(MOVES, State.CLOSED, Act.CLOSE)


def test_open_acts_keep_the_order_of_the_table() -> None:
    assert open_acts(MOVES, State.NEW) == [Act.CHECK, Act.CLOSE]


def test_the_diagram_has_one_line_a_move() -> None:
    assert diagram(MOVES).splitlines() == [
        "stateDiagram-v2",
        "    new --> checked: check",
        "    new --> closed: close",
        "    checked --> closed: close",
    ]
