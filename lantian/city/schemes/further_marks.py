"""Further kinds with marks: never enrolled (T07), repeated and refiled petitions (T01), disguised names (T04), one
address through two agencies (T02), marks of an agency's leaders (T06), a known name in another class (T08).

Planted last, with numbers and firms of their own: none of the plants before depends on these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from lantian.city import names
from lantian.city.drafts import SEEN_ON
from lantian.city.parties import Applicant
from lantian.city.schemes.marks import LOOKS, SOUNDS, Desk
from lantian.city.schemes.pool import Pool, Rows, Scheme
from lantian.city.trademark import TrademarkAgency

_WORDS_FROM: Final = 20_000
_NEVER: Final = "never"
_DAY: Final = date(2025, 4, 1)
_KINDS: Final = (("person", 2), ("place", 3), ("event", 4), ("state_body", 4))


def plant(pool: Pool, rows: Rows, agencies: Sequence[TrademarkAgency]) -> Iterator[Scheme]:
    """Plant every kind as often as the size asks; lawful look-alikes as often."""
    desk = Desk(pool, rows, agencies, _WORDS_FROM)
    # Who petitions or files anew has been enrolled for some time.
    desk.enrolled = [one for one in desk.enrolled if one.first <= _DAY]
    if not desk.enrolled:
        return
    for number in range(pool.size.schemes):
        for make in (
            _never_enrolled, _unnumbered, _repeats, _refiles, _blocked, _homophone, _look_alike, _sounds_alike,
            _linked, _coincides, _led, _namesake, _across,
        ):  # fmt: skip
            yield make(desk, pool.stream(make.__name__, number), number)


def _references(marks: Sequence[str], cases: Sequence[str] = ()) -> list[str]:
    return [*(f"trademark_proceedings:{one}" for one in cases), *(f"trademarks:{one}" for one in marks)]


def _day(rng: Random, first: date = date(2024, 1, 8)) -> date:
    return first + timedelta(days=rng.randint(0, (SEEN_ON - first).days))


def _bare_agency(desk: Desk, *, listed: bool) -> TrademarkAgency:
    """An agency of marks that never filed with CNIPA; `listed`: it is in the directory all the same."""
    made = desk.pool.unlisted()
    assert made.row is not None
    name = made.name.replace("商贸", "商标代理").replace("科技咨询", "商标代理")
    columns = ("credit_code", "district_code", "address", "phone", "email")
    row: dict[str, Any] = {key: made.row[key] for key in columns}
    row |= {"name": name, "kinds": ["trademark"], "form": "company", "status": "active"}
    if listed:
        desk.rows["agencies"].append(row)
    return TrademarkAgency(row, (), _NEVER, date(2023, 1, 9), SEEN_ON)


def _never_enrolled(desk: Desk, rng: Random, number: int) -> Scheme:
    """An agency files marks for its clients and never was on the list of those that may."""
    agency = _bare_agency(desk, listed=number % 2 == 0)
    numbers = [
        desk.mark(desk.word(4), desk.pool.firm(front=False), agency, filed_on=_day(rng))
        for _ in range(rng.randint(1, 5))
    ]
    return Scheme(
        ("T07",), "never_enrolled", "agency", (), agency.row["credit_code"], (), _references(numbers)
    )


def _unnumbered(desk: Desk, rng: Random, number: int) -> Scheme:
    """Lawful: an enrolled agency whose marks give its name alone, written with a blank, and no code."""
    agency = desk.agency(rng)
    written = {"agency_name": agency.row["name"].replace("天津", "天津 ", 1), "agency_id": None}
    numbers = [desk.mark(desk.word(4), desk.pool.firm(front=False), agency, **written) for _ in range(2)]
    return Scheme((), "lawful_unnumbered", "agency", (), agency.row["credit_code"], (), _references(numbers))


def _target(desk: Desk, rng: Random, agency: TrademarkAgency) -> dict[str, Any]:
    """A registered mark of somebody, which the agency did not file."""
    code = agency.row["credit_code"]
    return rng.choice(
        [
            row
            for row in desk.rows["trademarks"]
            if row.get("status") in ("registered", "published") and row["agency_id"] != code
        ]
    )


def _petitions(
    desk: Desk, mark: dict[str, Any], by: Applicant, agency: TrademarkAgency, days: Sequence[date]
) -> list[str]:
    """Attack a mark on these days; all but the last petition have failed."""
    answers: list[dict[str, Any]] = [
        {"outcome": "refused", "outcome_on": day + timedelta(days=80)} for day in days[:-1]
    ]
    return [
        desk.case(mark, by, agency, kind="non_use_cancellation", filed_on=day, **answer)
        for day, answer in zip(days, [*answers, {}], strict=True)
    ]


def _repeats(desk: Desk, rng: Random, number: int) -> Scheme:
    """One mark is attacked again and again, by a person or by a firm that employs nobody."""
    agency = desk.agency(rng)
    front = desk.pool.person() if rng.random() < 0.5 else desk.pool.firm(insured_staff=0)
    days = [_DAY + timedelta(days=130 * place + rng.randint(0, 40)) for place in range(rng.randint(3, 5))]
    cases = _petitions(desk, _target(desk, rng, agency), front, agency, days)
    who = front.number or front.name
    return Scheme(("T01",), "repeated_petitions", "applicant", (), who, (), _references((), cases))


def _refiles(desk: Desk, rng: Random, number: int) -> Scheme:
    """A front attacks a mark, and its agency files that mark for somebody else soon after."""
    agency, front = desk.agency(rng), desk.pool.firm(insured_staff=0)
    target, day = _target(desk, rng, agency), _DAY + timedelta(days=rng.randint(0, 200))
    cases = _petitions(desk, target, front, agency, [day])
    client = desk.pool.firm(front=False)
    filed = desk.mark(
        target["mark"], client, agency, classes=target["classes"],
        filed_on=day + timedelta(days=rng.randint(20, 150)),
    )  # fmt: skip
    return Scheme(("T01",), "refiled_mark", "applicant", (), front.number, (), _references([filed], cases))


def _blocked(desk: Desk, rng: Random, number: int) -> Scheme:
    """Lawful: a firm at work attacks the mark in its way, once more when that failed, and files its own."""
    agency, firm = desk.agency(rng), desk.pool.firm(front=False, insured_staff=rng.randint(20, 200))
    target, day = _target(desk, rng, agency), _DAY + timedelta(days=rng.randint(0, 100))
    cases = _petitions(desk, target, firm, agency, [day, day + timedelta(days=300)])
    filed = desk.mark(
        target["mark"], firm, agency, classes=target["classes"], filed_on=day + timedelta(days=30)
    )
    return Scheme((), "lawful_blocked", "applicant", (), firm.number, (), _references([filed], cases))


def _listed(desk: Desk, rng: Random, kind: str, length: int, others: Mapping[str, str]) -> str:
    """List a name of a kind; return what only sounds, or only looks, like it: another last character.

    The listed one ends in a character that no coined word has: no ordinary mark holds it by chance.
    """
    sign = rng.choice(list(others))
    first = "".join(names.coined(rng.randrange(names.WORDS))[0] for _ in range(length - 1))
    desk.rows["protected_names"].append({"name": first + others[sign], "kind": kind})
    return first + sign


def _homophone(desk: Desk, rng: Random, number: int) -> Scheme:
    """A listed name in characters that sound like its own."""
    return _disguised(desk, rng, number, SOUNDS, "homophone")


def _look_alike(desk: Desk, rng: Random, number: int) -> Scheme:
    """A listed name in characters that look like its own, to us: a detector's table may not have them all."""
    return _disguised(desk, rng, number, LOOKS, "look_alike")


def _disguised(desk: Desk, rng: Random, number: int, others: Mapping[str, str], planted: str) -> Scheme:
    """The disguise stands alone, or inside a longer mark where the name is long itself."""
    kind, length = _KINDS[number % len(_KINDS)]
    mark = _listed(desk, rng, kind, length, others)
    front = desk.pool.firm()
    longer = length >= 4 and rng.random() < 0.5
    numbers = [desk.mark(f"{mark}坊" if longer else mark, front, desk.agency(rng), classes=[30])]
    return Scheme(("T04",), planted, "applicant", (), front.number, (), _references(numbers))


def _sounds_alike(desk: Desk, rng: Random, number: int) -> Scheme:
    """Lawful: a part of a longer mark sounds or looks like a short name, as many words do."""
    part = _listed(desk, rng, "person", 2, rng.choice((SOUNDS, LOOKS)))
    owner = desk.pool.firm(front=False)
    numbers = [desk.mark(desk.word(2) + part, owner, desk.agency(rng), classes=[43])]
    return Scheme((), "lawful_sounds_alike", "applicant", (), owner.number, (), _references(numbers))


def _same_word(desk: Desk, rng: Random, day: date, *, one_address: bool) -> tuple[list[str], list[str]]:
    """File one word for two firms on one day through two agencies; return numbers of marks and of firms."""
    word, first = desk.word(4), desk.pool.firm()
    shared: dict[str, Any] = {"address": first.address} if one_address else {}
    firms = [first, desk.pool.firm(**shared)]
    numbers = [desk.mark(word, firm, desk.agency(rng), filed_on=day) for firm in firms]
    return numbers, [str(firm.number) for firm in firms]


def _linked(desk: Desk, rng: Random, number: int) -> Scheme:
    """Two fronts at one address file one word on one day, each through another agency."""
    numbers, firms = _same_word(desk, rng, date(2025, 9, 1) + timedelta(days=number * 9), one_address=True)
    return Scheme(("T02",), "same_day_linked", "network", (), numbers[0], firms, _references(numbers))


def _coincides(desk: Desk, rng: Random, number: int) -> Scheme:
    """Lawful: two firms without a tie hit upon one word on one day."""
    numbers, firms = _same_word(desk, rng, date(2026, 2, 2) + timedelta(days=number * 9), one_address=False)
    return Scheme((), "lawful_coincidence", "network", (), numbers[0], firms, _references(numbers))


def _leader(desk: Desk, agency: TrademarkAgency) -> Applicant:
    """Make an applicant of the name of somebody who leads an agency."""
    code = agency.row["credit_code"]
    leads = next(row for row in desk.rows["agency_members"] if row["credit_code"] == code)
    return desk.pool.person(name=leads["name"])


def _led(desk: Desk, rng: Random, number: int) -> Scheme:
    """An agency files marks for goods in the name of the one who leads it."""
    agency = desk.agency(rng)
    leader = _leader(desk, agency)
    numbers = [
        desk.mark(desk.word(4), leader, agency, classes=[rng.randint(1, 34)])
        for _ in range(rng.randint(1, 3))
    ]
    code = agency.row["credit_code"]
    return Scheme(("T06",), "led_marks", "agency", (), code, (), _references(numbers))


def _namesake(desk: Desk, rng: Random, number: int) -> Scheme:
    """Lawful: the leader of one agency, or his namesake, files through another."""
    leader = _leader(desk, desk.agency(rng))
    agency = next(
        one
        for one in rng.sample(desk.enrolled, len(desk.enrolled))
        if leader.name not in _people(desk, one.row["credit_code"])
    )
    numbers = [desk.mark(desk.word(4), leader, agency, classes=[25])]
    return Scheme((), "lawful_namesake", "applicant", (), leader.name, (), _references(numbers))


def _people(desk: Desk, code: str) -> set[str]:
    return {row["name"] for row in desk.rows["agency_members"] if row["credit_code"] == code}


def _across(desk: Desk, rng: Random, number: int) -> Scheme:
    """A known name, for goods far from those it is known for."""
    known = [row["name"] for row in desk.rows["protected_names"] if row["kind"] == "well_known_mark"]
    front = desk.pool.firm()
    numbers = [desk.mark(known[number], front, desk.agency(rng), classes=[30])]
    return Scheme(("T08",), "other_class", "applicant", (), front.number, (), _references(numbers))
