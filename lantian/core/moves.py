"""Transition tables: what may follow what, and the diagram printed from the table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from lantian.core.messages import Refused

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)

Moves = Mapping[tuple[S, A], S]


class MoveRefused(Refused):
    """The table has no such move from this state."""


def check_move(moves: Moves[S, A], state: S, act: A) -> S:
    """Return the state that `act` leads to; raise `MoveRefused` naming the acts that are open."""
    try:
        return moves[state, act]
    except KeyError:
        possible = "、".join(open_acts(moves, state)) or "—"
        raise MoveRefused(
            f"当前状态“{state}”不能进行“{act}”；可以进行：{possible}。",
            f"'{act}' is not possible in state '{state}'; possible now: {possible}.",
        ) from None


def open_acts(moves: Moves[S, A], state: S) -> list[A]:
    """List the acts that the table allows in a state, in table order."""
    return [act for (source, act) in moves if source == state]


def diagram(moves: Moves[S, A]) -> str:
    """Print the table as a Mermaid state diagram, one line a move."""
    lines = [f"    {source} --> {target}: {act}" for (source, act), target in moves.items()]
    return "\n".join(["stateDiagram-v2", *lines]) + "\n"
