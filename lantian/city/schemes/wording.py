"""Refiled after withdrawal (P04), and data that cannot be (P06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from lantian.city import edits
from lantian.city.drafts import Draft
from lantian.city.schemes.pool import Pool, Rows, Scheme, name_anew
from lantian.city.texts import INVENTION, Words

_IMPOSSIBLE = (
    "所述主料的质量占比为{a}%",
    "加热温度为{b}℃至{c}℃",
    "各组分的质量分数为：主料62%、辅料{d}%、助剂9%",
    "设备的能量转换效率达到{a}%",
    "处理温度为-{e}℃",
)


def plant(pool: Pool, rows: Rows) -> Iterator[Scheme]:
    """Plant both kinds as often as the size asks."""
    for number in range(pool.size.schemes):
        for make in (_refiled, _impossible):
            scheme = make(pool, pool.stream(make.__name__, number))
            if scheme is not None:
                yield scheme


def _refiled(pool: Pool, rng: Random) -> Scheme | None:
    """Withdrawn after a notice, filed again by the same agency in another name, reworded."""
    agency = pool.agency(rng, 5)

    def fits(one: Draft) -> bool:
        return one.agency is agency and one.kind == INVENTION

    drafts = pool.take(rng, 2, fits)
    if not drafts:
        return None
    first, second = drafts
    if (second.filed_on - first.filed_on).days < 120:
        return None
    withdrawn = first.filed_on + timedelta(days=rng.randint(70, 110))
    first.form |= {"status": "withdrawn", "status_date": withdrawn, "grant_date": None}
    second.words = edits.edit(rng.choice(("b", "c10", "d")), first.words, rng)
    second.text = first.text
    front = pool.firm()
    name_anew(second, front)
    return Scheme(("P04", "P01"), "refiled", "applicant", drafts, front.number, [agency.code])


def _impossible(pool: Pool, rng: Random) -> Scheme | None:
    """Data that no experiment gives."""
    drafts = pool.take(rng, 1, lambda one: one.kind == INVENTION)
    for draft in drafts:
        high = rng.randint(80, 200)
        said = rng.choice(_IMPOSSIBLE).format(
            a=rng.randint(105, 160),
            b=high,
            c=high - rng.randint(20, 60),
            d=rng.randint(31, 60),
            e=rng.randint(280, 400),
        )
        words = draft.words
        draft.words = Words(words.title, f"{words.abstract}{said}。", words.claim)
    return Scheme(("P06",), "impossible_data", "applicant", drafts, None) if drafts else None
