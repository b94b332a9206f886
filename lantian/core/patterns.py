"""Expressions that come with an uploaded rule book: read so that none of them can hold up the house.

An expression that fails late tries every way in which its repeats and choices could have gone, and the ways multiply.
So the steps are counted before it is used: a repeat has a last number, and all steps from one place in a text together
stay below `MOST_STEPS`. A `+` behind a repeat, such as `{1,64}+`, forbids trying it again, and costs one way only.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, NoReturn

from lantian.core.messages import Unreadable

LONGEST = 500  # signs of one expression
MOST_TIMES = 1_000  # of one repeat
MOST_STEPS = 2_000  # from one place in a text: twenty thousand signs take well under a second
DEEPEST = 20  # brackets within brackets
_TIMES = re.compile(r"[?*+]|\{(\d{0,9})(,?)(\d{0,9})\}")
_OPENS = re.compile(r"\((?:\?(?:P<\w{1,40}>|:|>|<?[=!]))?")
_ONCE = ("(?=", "(?!", "(?<=", "(?<!")


class BadPattern(Unreadable):
    """An expression that is none, or one that could take too long; the text says what to write instead."""


class Cost(NamedTuple):
    """What a part of an expression can cost: ways in which it may match, steps to try all, signs it takes at least."""

    ways: int
    steps: int
    width: int


_SIGN, _NOTHING = Cost(1, 1, 1), Cost(1, 0, 0)


@lru_cache(maxsize=256)
def bounded(written: str) -> re.Pattern[str]:
    """Compile an expression over ASCII classes; raises `BadPattern` for one whose time has no bound.

    >>> bounded(r"1[3-9]\\d[ -]?\\d{4}").sub("…", "电话138 0013")
    '电话…'
    >>> bounded("(a+)+b")
    Traceback (most recent call last):
    lantian.core.patterns.BadPattern: after 'a': a repeat without end; write how often at most, such as {1,64}
    """
    if len(written) > LONGEST:
        raise BadPattern(f"超过{LONGEST}字", f"it has more than {LONGEST} signs")
    try:
        compiled = re.compile(written, re.ASCII)
    except (re.error, OverflowError, RecursionError, FutureWarning) as error:
        raise BadPattern(f"不是正则表达式（{error}）", f"it is no regular expression ({error})") from None
    cost = _Reading(written).whole()
    if cost.steps > MOST_STEPS:
        raise BadPattern(
            f"从一处起最多要试{MOST_STEPS}步以上，可能卡住；请减少重复和选择，或者在重复后加“+”，如{{1,64}}+",
            f"from one place it may take more than {MOST_STEPS} steps; use fewer repeats and choices, or write a '+'"
            " behind a repeat, such as {1,64}+",
        )
    if not cost.width:
        raise BadPattern(
            "什么都没有也算匹配；请至少要求一个字", "it fits no text at all; ask for one sign at least"
        )
    return compiled


class _Reading:
    """One pass over an expression that compiles already; what could not be counted is refused."""

    def __init__(self, written: str) -> None:
        self.written, self.place, self.depth = written, 0, 0

    def whole(self) -> Cost:
        return self.choice()

    @property
    def rest(self) -> str:
        return self.written[self.place : self.place + 1]

    def choice(self) -> Cost:
        """Branches one after another: their ways and steps add up."""
        found = self.row()
        while self.rest == "|":
            self.place += 1
            other = self.row()
            found = Cost(
                found.ways + other.ways, found.steps + other.steps + 1, min(found.width, other.width)
            )
        return found

    def row(self) -> Cost:
        """Parts in a row: each is tried again for every way of the parts before it."""
        found = _NOTHING
        while self.rest and self.rest not in "|)":
            part = self.repeated()
            ways = min(found.ways * part.ways, MOST_STEPS + 1)
            steps = min(found.steps + found.ways * part.steps, MOST_STEPS + 1)
            found = Cost(ways, steps, found.width + part.width)
        return found

    def repeated(self) -> Cost:
        begun = self.place
        part = self.part()
        times = _TIMES.match(self.written, self.place)
        if times is None:
            if self.rest == "{":
                self.refuse("“{”请写作“\\{”", "write '{' as '\\{'")
            return part
        least, most = self.counted(times, begun)
        self.place = times.end()
        mode = self.rest if self.rest in ("?", "+") else ""
        self.place += len(mode)
        found = _times(part, least, most)
        return found._replace(ways=1) if mode == "+" else found

    def counted(self, times: re.Match[str], begun: int) -> tuple[int, int]:
        """How often at least and at most; a repeat without a last number is refused."""
        if times[0] == "?":
            return 0, 1
        if times[0] in ("*", "+") or (times[2] and not times[3]):
            before = self.written[begun : self.place][-40:]
            raise BadPattern(
                f"“{before}”之后的重复没有上限，请写明最多几次，如{{1,64}}",
                f"after '{before}': a repeat without end; write how often at most, such as {{1,64}}",
            )
        most = int(times[3] or times[1] or 0)
        if most > MOST_TIMES:
            self.refuse(f"重复不得超过{MOST_TIMES}次", f"no repeat of more than {MOST_TIMES} times")
        return int(times[1] or 0), most

    def part(self) -> Cost:
        """One sign, one set of signs, or what stands in brackets."""
        sign = self.rest
        if sign == "(":
            return self.group()
        if sign == "[":
            self.skip_set()
            return _SIGN
        if sign == "\\":
            return self.escaped()
        self.place += 1
        return Cost(1, 1, 0) if sign in "^$" else _SIGN

    def escaped(self) -> Cost:
        sign = self.written[self.place + 1]
        if sign.isdigit() or sign == "N":
            self.refuse("不支持“\\1”“\\N”这类写法", "nothing such as '\\1' or '\\N' is supported")
        self.place += 2
        return Cost(1, 1, 0) if sign in "AbBZ" else _SIGN

    def group(self) -> Cost:
        opens = _OPENS.match(self.written, self.place)
        assert opens is not None
        self.depth += 1
        if self.depth > DEEPEST or self.written[opens.end() :].startswith("?"):
            self.refuse(
                f"只能用 (…)、(?:…)、(?>…) 和前后查看，且不超过{DEEPEST}层",
                f"only (…), (?:…), (?>…) and looks ahead or behind, at most {DEEPEST} deep",
            )
        self.place = opens.end()
        inner = self.choice()
        self.place += 1
        self.depth -= 1
        if opens[0] in _ONCE:
            return Cost(1, inner.steps + 1, 0)
        return inner._replace(ways=1) if opens[0] == "(?>" else inner

    def skip_set(self) -> None:
        """Move behind a set; a bracket that closes stands for itself in first place."""
        self.place += 2 if self.written[self.place + 1] == "^" else 1
        self.place += 1 if self.rest == "]" else 0
        while self.rest != "]":
            self.place += 2 if self.rest == "\\" else 1
        self.place += 1

    def refuse(self, zh: str, en: str) -> NoReturn:
        place = self.place + 1
        raise BadPattern(f"第{place}字处：{zh}", f"at sign {place}: {en}")


def _times(part: Cost, least: int, most: int) -> Cost:
    """A part `least` to `most` times: every number of times is a way of its own, times the ways of each."""
    ways, steps, power = 0, 1, 1
    for number in range(most + 1):
        ways += power if number >= least else 0
        steps += power * part.steps if number < most else 0
        power = min(power * part.ways, MOST_STEPS + 1)
        if steps > MOST_STEPS:
            break
    return Cost(min(max(ways, 1), MOST_STEPS + 1), min(steps, MOST_STEPS + 1), least * part.width)
