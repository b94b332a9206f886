"""Offences with marks (T01–T06, T08), and what looks alike and is lawful; more in `further_marks`.

T07 is planted with the agencies. Plants take new numbers after those of the ordinary marks. Names on the list of
protected ones are coined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from lantian.city import names
from lantian.city.chance import stream
from lantian.city.parties import Applicant
from lantian.city.schemes.pool import Pool, Rows, Scheme
from lantian.city.trademark import FRESH, TrademarkAgency

TABLES: Final = ("protected_names", "trademark_proceedings", "trademark_transfers")
_FIRST_NUMBER: Final = 995_000_001
_FIRST_CASE: Final = 880_001
_DAY: Final = date(2025, 1, 6)
_WORD_FROM: Final = 40_000
SOUNDS: Final = {
    "屹": "义",
    "晔": "业",
    "烨": "页",
    "曜": "耀",
    "翊": "亿",
    "翚": "灰",
    "熠": "亦",
    "颢": "浩",
}
LOOKS: Final = {
    "钧": "钓",
    "晔": "哗",
    "煊": "渲",
    "勖": "勋",
    "劭": "邵",
    "闳": "闶",
    "镕": "榕",
    "铄": "砾",
}


class Desk:
    """Gives numbers and writes rows of marks and cases."""

    def __init__(
        self, pool: Pool, rows: Rows, agencies: Sequence[TrademarkAgency], words_from: int = 0
    ) -> None:
        self.pool, self.rows = pool, rows
        self.enrolled = [one for one in agencies if one.case == FRESH and "patent" not in one.row["kinds"]]
        self.words = words_from
        self.used: set[str] = set()

    def agency(self, rng: Random) -> TrademarkAgency:
        """Pick an enrolled agency that no scheme has yet."""
        free = [one for one in self.enrolled if one.row["credit_code"] not in self.used]
        chosen = rng.choice(free or self.enrolled)
        self.used.add(chosen.row["credit_code"])
        return chosen

    def word(self, length: int = 2) -> str:
        """Coin a mark of four characters or of two that no other plant has."""
        self.words += 1
        serial = _WORD_FROM + self.words * 7
        mark = names.coined(serial) + names.coined(serial // names.WORDS + serial * 17 + 5)
        return mark[:length] if length < 4 else mark

    def mark(self, mark: str, party: Applicant, agency: TrademarkAgency, **columns: Any) -> str:
        """File a mark; return its number."""
        number = str(_FIRST_NUMBER + len(self.rows["trademarks"]))
        row = {
            "number": number,
            "mark": mark,
            "classes": [9],
            "goods": "计算机软件（已录制）",
            "applicant": party.name,
            "applicant_id": party.number,
            "applicant_address": party.address,
            "agency_name": agency.row["name"],
            "agency_id": agency.row["credit_code"],
            "contact_phone": party.phone,
            "status": "pending",
        }
        # Nobody files before the agency is enrolled.
        day = max(agency.first, columns.pop("filed_on", _DAY))
        self.rows["trademarks"].append(row | columns | {"filed_on": day})
        return number

    def case(
        self, mark: dict[str, Any], petitioner: Applicant, agency: TrademarkAgency, **columns: Any
    ) -> str:
        """Start a case against a mark; return its number."""
        number = f"S{_FIRST_CASE + len(self.rows['trademark_proceedings'])}"
        row = {
            "number": number,
            "kind": "opposition",
            "filed_on": date(2026, 3, 2),
            "mark_number": mark["number"],
            "petitioner": petitioner.name,
            "petitioner_id": petitioner.number,
            "petitioner_agency": agency.row["name"],
            "petitioner_agency_id": agency.row["credit_code"],
            "respondent": mark["applicant"],
            "respondent_id": mark["applicant_id"],
            "outcome": "pending",
        }
        self.rows["trademark_proceedings"].append(row | columns)
        return number


def plant(pool: Pool, rows: Rows, agencies: Sequence[TrademarkAgency]) -> Iterator[Scheme]:
    """Plant every kind as often as the size asks; lawful look-alikes as often."""
    for table in TABLES:
        rows.setdefault(table, [])
    rows["protected_names"] = _listed(pool)
    desk = Desk(pool, rows, agencies)
    if not desk.enrolled:
        return
    for number in range(pool.size.schemes):
        for make in (
            _cancels, _clears, _same_day, _many_classes, _hoards, _platform, _bad_name, _part_of_a_word,
            _both_sides, _turned, _consented, _own_marks, _own_services, _imitates, _owner,
        ):  # fmt: skip
            yield make(desk, pool.stream(make.__name__, number), number)


def _listed(pool: Pool) -> list[dict[str, Any]]:
    """The lists an office might upload: known marks, and names of places, persons and events, all coined."""
    listed = []
    for number in range(pool.size.schemes):
        owner = pool.firm(front=False)
        listed.append(
            {"name": _known(number), "owner": owner.name, "owner_id": owner.number, "kind": "well_known_mark",
             "classes": [9, 42]}
        )  # fmt: skip
        for kind, length in (("place", 3), ("person", 2), ("event", 4)):
            listed.append({"name": _name(kind, number, length), "kind": kind})
    return listed


def _known(number: int) -> str:
    sounding = list(SOUNDS)[number % len(SOUNDS)]
    looking = list(LOOKS)[(number * 3 + 1) % len(LOOKS)]
    return f"{names.coined(900 + number)[0]}{sounding}{looking}"


def _name(kind: str, number: int, length: int) -> str:
    rng = stream(0, "protected name", kind, number)
    return "".join(names.coined(rng.randrange(names.WORDS))[0] for _ in range(length))


def _row(desk: Desk, number: str) -> dict[str, Any]:
    return next(row for row in reversed(desk.rows["trademarks"]) if row["number"] == number)


def _marks(numbers: Sequence[str]) -> list[str]:
    return [f"trademarks:{number}" for number in numbers]


def _targets(desk: Desk, rng: Random, count: int) -> list[dict[str, Any]]:
    """Ordinary registered marks of different owners."""
    free = [row for row in desk.rows["trademarks"] if row.get("status") in ("registered", "published")]
    return rng.sample(free, min(count, len(free)))


def _cancels(desk: Desk, rng: Random, number: int) -> Scheme:
    front, agency = desk.pool.firm(insured_staff=0), desk.agency(rng)
    cases = [
        desk.case(mark, front, agency, kind="non_use_cancellation",
                  filed_on=date(2025, 4, 1) + timedelta(days=rng.randint(0, 200)))
        for mark in _targets(desk, rng, rng.randint(12, 20))
    ]  # fmt: skip
    evidence = [f"trademark_proceedings:{case}" for case in cases]
    return Scheme(("T01",), "malicious_cancellations", "applicant", (), front.number, (), evidence)


def _clears(desk: Desk, rng: Random, number: int) -> Scheme:
    """Lawful: a brand owner clears two marks near its own."""
    owner, agency, word = desk.pool.firm(front=False), desk.agency(rng), desk.word(4)
    desk.mark(word, owner, agency)
    near = [desk.mark(word[:3] + names.coined(number + place)[0], desk.pool.firm(front=False), desk.agency(rng),
                      filed_on=_DAY + timedelta(days=40 + place)) for place in range(2)]  # fmt: skip
    cases = [
        desk.case(_row(desk, one), owner, agency, kind="non_use_cancellation", filed_on=date(2026, 5, 4))
        for one in near
    ]
    evidence = [f"trademark_proceedings:{case}" for case in cases]
    return Scheme((), "lawful_clearing", "applicant", (), owner.number, (), [*evidence, *_marks(near)])


def _same_day(desk: Desk, rng: Random, number: int) -> Scheme:
    word, agency, day = desk.word(4), desk.agency(rng), date(2025, 2, 3) + timedelta(days=number * 9)
    first = desk.pool.firm()
    shared = {"contact_phone": first.phone} if rng.random() < 0.6 else {}
    fronts = [first, *(desk.pool.firm() for _ in range(rng.randint(1, 3)))]
    numbers = [
        desk.mark(word if place % 2 == 0 else word[2:] + word[:2], one, agency,
                  filed_on=day, **shared)
        for place, one in enumerate(fronts)
    ]  # fmt: skip
    members = [agency.row["credit_code"], *(str(one.number) for one in fronts)]
    return Scheme(("T02",), "same_day", "network", (), numbers[0], members, _marks(numbers))


def _many_classes(desk: Desk, rng: Random, number: int) -> Scheme:
    """Lawful: one applicant files its mark in many classes on one day."""
    owner, agency, word = desk.pool.firm(front=False), desk.agency(rng), desk.word(4)
    numbers = [desk.mark(word, owner, agency, classes=[one]) for one in (9, 35, 42, 9, 11)]
    return Scheme((), "lawful_many_classes", "applicant", (), owner.number, (), _marks(numbers))


def _hoards(desk: Desk, rng: Random, number: int) -> Scheme:
    front, agency = desk.pool.firm(insured_staff=rng.randint(0, 3)), desk.agency(rng)
    numbers = [
        desk.mark(desk.word(4), front, agency, classes=[rng.randint(1, 34)],
                  filed_on=_DAY + timedelta(days=rng.randint(0, 200)))
        for _ in range(rng.randint(30, 60))
    ]  # fmt: skip
    for sold in numbers[: rng.choice((0, 4, 9))]:
        buyer = desk.pool.firm(front=False)
        desk.rows["trademark_transfers"].append(
            {"number": sold, "transferred_on": date(2026, 6, 1), "from_name": front.name, "from_id": front.number,
             "to_name": buyer.name, "to_id": buyer.number, "price_cny": rng.randint(8, 60) * 1000}
        )  # fmt: skip
    return Scheme(("T03",), "hoarding", "applicant", (), front.number, (), _marks(numbers))


def _platform(desk: Desk, rng: Random, number: int) -> Scheme:
    """Lawful: a large firm files many marks; and files one sign in every class against squatters."""
    owner, agency = desk.pool.firm(front=False, insured_staff=rng.randint(300, 900)), desk.agency(rng)
    words = [desk.word(4) for _ in range(25)]
    numbers = [desk.mark(word, owner, agency, classes=[rng.randint(1, 45)]) for word in words]
    numbers += [desk.mark(words[0], owner, agency, classes=[one]) for one in range(1, 46)]
    return Scheme((), "lawful_platform", "applicant", (), owner.number, (), _marks(numbers))


def _bad_name(desk: Desk, rng: Random, number: int) -> Scheme:
    kind, length = rng.choice((("place", 3), ("event", 4), ("person", 2)))
    front, agency, name = desk.pool.firm(), desk.agency(rng), _name(kind, number, length)
    mark = name if rng.random() < 0.5 else name + "记"
    numbers = [desk.mark(mark, front, agency, classes=[30])]
    return Scheme(("T04",), "bad_influence", "applicant", (), front.number, (), _marks(numbers))


def _part_of_a_word(desk: Desk, rng: Random, number: int) -> Scheme:
    """Lawful: two characters of a name stand inside a long mark."""
    owner, agency = desk.pool.firm(front=False), desk.agency(rng)
    numbers = [desk.mark(desk.word(4) + _name("person", number, 2) + "坊", owner, agency, classes=[43])]
    return Scheme((), "lawful_part_of_a_word", "applicant", (), owner.number, (), _marks(numbers))


def _both_sides(desk: Desk, rng: Random, number: int) -> Scheme:
    agency = desk.agency(rng)
    other = desk.agency(rng)
    if tied := number % 2 == 1:
        other.row["phone"] = agency.row["phone"]
    side = other if tied else agency
    case = desk.case(
        _targets(desk, rng, 1)[0], desk.pool.firm(front=False), agency,
        respondent_agency=side.row["name"], respondent_agency_id=side.row["credit_code"],
    )  # fmt: skip
    code = agency.row["credit_code"]
    return Scheme(("T05",), "both_sides", "agency", (), code, (), [f"trademark_proceedings:{case}"])


def _turned(desk: Desk, rng: Random, number: int) -> Scheme:
    agency = desk.agency(rng)
    filed = desk.mark(desk.word(4), desk.pool.firm(front=False), agency)
    case = desk.case(_row(desk, filed), desk.pool.firm(front=False), agency)
    evidence = [f"trademark_proceedings:{case}", f"trademarks:{filed}"]
    return Scheme(("T05",), "turned_coat", "agency", (), agency.row["credit_code"], (), evidence)


def _consented(desk: Desk, rng: Random, number: int) -> Scheme:
    """Lawful: both sides agreed to one agency."""
    agency = desk.agency(rng)
    case = desk.case(
        _targets(desk, rng, 1)[0], desk.pool.firm(front=False), agency, consent=True,
        respondent_agency=agency.row["name"], respondent_agency_id=agency.row["credit_code"],
    )  # fmt: skip
    code = agency.row["credit_code"]
    return Scheme((), "lawful_consent", "agency", (), code, (), [f"trademark_proceedings:{case}"])


def _own_marks(desk: Desk, rng: Random, number: int) -> Scheme:
    agency = desk.agency(rng)
    own = {"applicant": agency.row["name"], "applicant_id": agency.row["credit_code"]}
    numbers = [
        desk.mark(desk.word(4), desk.pool.firm(), agency, classes=[rng.randint(1, 34)], **own)
        for _ in range(rng.randint(1, 4))
    ]
    return Scheme(("T06",), "own_marks", "agency", (), agency.row["credit_code"], (), _marks(numbers))


def _own_services(desk: Desk, rng: Random, number: int) -> Scheme:
    """Lawful: an agency's own sign for agency services."""
    agency = desk.agency(rng)
    own = {"applicant": agency.row["name"], "applicant_id": agency.row["credit_code"]}
    numbers = [desk.mark(desk.word(4), desk.pool.firm(), agency, classes=[45], **own)]
    return Scheme((), "lawful_own_services", "agency", (), agency.row["credit_code"], (), _marks(numbers))


def _imitates(desk: Desk, rng: Random, number: int) -> Scheme:
    front, agency, known = desk.pool.firm(), desk.agency(rng), _known(number)
    changed = rng.choice(
        (
            known,
            known[0] + SOUNDS[known[1]] + known[2],
            known[0] + known[1] + LOOKS[known[2]],
            known + "王",
            "新" + known,
            known[0] + names.coined(700 + number)[1] + known[2],
        )
    )
    numbers = [desk.mark(changed, front, agency, classes=[rng.choice((9, 42))])]
    return Scheme(("T08",), "near_copy", "applicant", (), front.number, (), _marks(numbers))


def _owner(desk: Desk, rng: Random, number: int) -> Scheme:
    """Lawful: the owner files its own known mark once more."""
    listed = next(row for row in desk.rows["protected_names"] if row["name"] == _known(number))
    own = {"applicant": listed["owner"], "applicant_id": listed["owner_id"]}
    numbers = [desk.mark(_known(number), desk.pool.firm(front=False), desk.agency(rng), **own)]
    return Scheme((), "lawful_owner", "applicant", (), listed["owner_id"], (), _marks(numbers))
