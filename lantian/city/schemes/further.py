"""Further kinds in filings: another's code (P16), open slots (P06), refiled elsewhere (P04); and what looks alike.

Planted last, in filings that no other scheme has taken: so none of the plants before depends on these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from lantian.city import edits
from lantian.city.drafts import Draft
from lantian.city.schemes.pool import Pool, Rows, Scheme, name_anew
from lantian.city.texts import INVENTION, Words

# Subsidies (P15) are planted on the first filings of all: these stay out of their way.
_FROM: Final = date(2024, 1, 8)
# Withdrawn before anybody could have examined them, and early enough for another filing.
_WITHDRAWN_OF: Final = (date(2025, 9, 1), date(2025, 11, 10))
_AGAIN_AFTER: Final = timedelta(days=90)
_SLOTS: Final = (
    "【此处填写技术特征】。",
    "所述××组件与主体相连。",
    "所述主体的长度为____毫米。",
    "（待补充实施效果）。",
    "以下是为您撰写的专利摘要。",
    "还提供一种XX设备。",
)
_GENUINE: Final = (
    "与现有方案相比效率达到{more}%。",
    "适用于XXL号及以下的服装。",
    "储存温度为-{cold}℃至{warm}℃。",
    "各组分的质量分数为：主料50%至62%、辅料25%至31%、助剂9%至20%。",
)


def plant(pool: Pool, rows: Rows) -> Iterator[Scheme]:
    """Plant every kind as often as the size asks; lawful look-alikes as often."""
    for number in range(pool.size.schemes):
        for make in (
            _code_of_another,
            _renamed,
            _open_slots,
            _genuine_figures,
            _refiled_elsewhere,
            _refiled_alone,
            _improved,
        ):
            scheme = make(pool, pool.stream(make.__name__, number), rows)
            if scheme is not None:
                yield scheme


def _later(draft: Draft) -> bool:
    return draft.filed_on >= _FROM


def _code_of_another(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Filings in a name that no register lists, with the credit code of a firm that knows nothing of them."""
    drafts = pool.take(rng, rng.randint(1, 4), _later)
    staffed = [row for row in rows["companies"] if row.get("insured_staff", 0) >= 3]
    if not drafts or not staffed:
        return None
    code = str(rng.choice(staffed)["credit_code"])
    invented = replace(pool.unlisted(), number=code, row=None)
    for draft in drafts:
        name_anew(draft, invented)
    return Scheme(("P16",), "code_of_another", "network", drafts, None, [code, invented.name])


def _renamed(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Lawful: a firm filed in the name it bore before, and the register lists that name as a former one."""
    drafts = pool.take(rng, 3, _later)
    if not drafts:
        return None
    before = pool.unlisted(front=False)
    firm = pool.firm(front=False, former_names=[before.name], insured_staff=rng.randint(20, 90))
    for place, draft in enumerate(drafts):
        name_anew(draft, firm if place == 2 else replace(firm, name=before.name))
    return Scheme((), "lawful_renamed", "network", drafts, None, [str(firm.number)])


def _inventions(draft: Draft) -> bool:
    return _later(draft) and draft.kind == INVENTION


def _with(draft: Draft, said: str) -> None:
    words = draft.words
    draft.words = Words(words.title, f"{words.abstract}{said}", words.claim)


def _open_slots(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """What a template or a drafting programme left in a text."""
    drafts = pool.take(rng, 1, _inventions)
    for draft in drafts:
        _with(draft, rng.choice(_SLOTS))
    return Scheme(("P06",), "open_slots", "applicant", drafts) if drafts else None


def _genuine_figures(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Lawful: growth above the whole, sizes, temperatures below zero, and ranges whose lower ends fit the whole."""
    drafts = pool.take(rng, 1, _inventions)
    for draft in drafts:
        figures = {"more": rng.randint(105, 160), "cold": rng.randint(5, 40), "warm": rng.randint(30, 60)}
        _with(draft, rng.choice(_GENUINE).format(**figures))
    return Scheme((), "lawful_figures", "applicant", drafts) if drafts else None


def _pair(pool: Pool, rng: Random, *, other_agency: bool) -> tuple[Draft, Draft] | None:
    """Take two inventions, the first withdrawn before the second is filed, in time for no examination."""
    first_day, last_day = _WITHDRAWN_OF

    def early(draft: Draft) -> bool:
        return (
            draft.kind == INVENTION and draft.agency is not None and first_day <= draft.filed_on <= last_day
        )

    firsts = pool.take(rng, 1, early)
    if not firsts:
        return None
    first = firsts[0]

    def again(draft: Draft) -> bool:
        fits = draft.kind == INVENTION and draft.filed_on >= first.filed_on + _AGAIN_AFTER
        return fits and (not other_agency or draft.agency not in (None, first.agency))

    seconds = pool.take(rng, 1, again)
    if not seconds:
        pool.free.append(first)
        return None
    withdrawn = first.filed_on + timedelta(days=rng.randint(60, 85))
    first.form |= {"status": "withdrawn", "status_date": withdrawn, "grant_date": None}
    return first, seconds[0]


def _refiled_elsewhere(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Withdrawn, reworded and filed again through another agency in another name, by one hand."""
    pair = _pair(pool, rng, other_agency=True)
    if pair is None:
        return None
    first, second = pair
    second.words = edits.edit(rng.choice(("b", "c10", "d")), first.words, rng)
    second.text = first.text
    front = pool.firm()
    trace: dict[str, Any] = rng.choice(
        ({"contact_phone": pool.phone()}, {"contact_email": pool.mail("contact")})
    )
    # Every other time the two fronts also give one address, which is published.
    shared: dict[str, Any] = {"address": front.address} if rng.random() < 0.5 else {}
    for draft, party in ((first, front), (second, pool.firm(**shared))):
        name_anew(draft, party)
        draft.form |= trace
    codes = [draft.agency.code for draft in pair if draft.agency]
    number = second.applicants[0].number
    return Scheme(("P04", "P01"), "refiled_elsewhere", "applicant", pair, number, codes)


def _refiled_alone(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Withdrawn, and filed again with other figures or words by the same applicant, who claims no priority."""
    pair = _pair(pool, rng, other_agency=False)
    if pair is None:
        return None
    first, second = pair
    second.words = edits.edit(rng.choice(("b", "c10", "d")), first.words, rng)
    second.text = first.text
    name_anew(second, first.applicants[0])
    second.applicants = first.applicants
    number = first.applicants[0].number or first.applicants[0].name
    return Scheme(("P04", "P01"), "refiled_alone", "applicant", pair, number)


def _improved(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Lawful: an applicant withdraws an application and files an improved text of its own."""
    pair = _pair(pool, rng, other_agency=False)
    if pair is None:
        return None
    first, second = pair
    second.words = edits.MERGES["series"](first.words, second.words, rng)
    name_anew(second, first.applicants[0])
    second.applicants = first.applicants
    number = first.applicants[0].number or first.applicants[0].name
    return Scheme((), "lawful_improved", "applicant", pair, number)
