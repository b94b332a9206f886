"""How large a city is: the tests' small one, the demonstration's, and the full one, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lantian.city.divisions import CHOSEN

# Invented shares: patent agencies cluster in few districts, companies spread further. GB/T 2260 codes.
_AGENCY_COUNTS: Final = {
    "120101": 14,
    "120102": 5,
    "120103": 13,
    "120104": 26,
    "120105": 4,
    "120106": 4,
    "120110": 7,
    "120111": 14,
    "120112": 5,
    "120113": 5,
    "120114": 5,
    "120115": 2,
    "120116": 22,
    "120117": 1,
    "120118": 2,
    "120119": 1,
}
_APPLICANT_SHARES: Final = {
    "120101": 4,
    "120102": 4,
    "120103": 6,
    "120104": 7,
    "120105": 4,
    "120106": 3,
    "120110": 8,
    "120111": 11,
    "120112": 7,
    "120113": 8,
    "120114": 11,
    "120115": 5,
    "120116": 24,
    "120117": 3,
    "120118": 6,
    "120119": 3,
}


@dataclass(frozen=True)
class Size:
    """What a city holds.

    `agency_places` has the district of each patent agency; `places` the districts applicants and trademark
    agencies are drawn from, each as often as it weighs. `headcount` is the number of practitioners to spread
    over the agencies (0: each draws its own). `mills` agencies file the planted batches. `offences` is the
    number of practitioners of each kind planted for P10, `lapsed` of agencies planted for T07, `schemes` of plants
    of each kind for the other detectors of patents and registers.
    """

    name: str
    filings: int
    agency_places: tuple[str, ...]
    places: tuple[str, ...]
    first_agency_code: int = 12800
    headcount: int = 2000
    out_of_town: int = 36
    trademark_agencies: int = 1500
    marks: int = 3000
    mills: int = 8
    offences: int = 3
    lapsed: int = 15
    schemes: int = 0


def _evenly(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Lay each code out as often as it counts, evenly over the whole row."""
    spots = [((number + 0.5) / count, code) for code, count in counts.items() for number in range(count)]
    return tuple(code for _, code in sorted(spots))


_AGENCY_PLACES: Final = _evenly(_AGENCY_COUNTS)
_PLACES: Final = _evenly(_APPLICANT_SHARES)

TINY: Final = Size(
    "tiny",
    filings=2000,
    agency_places=CHOSEN * 8,
    places=CHOSEN,
    first_agency_code=12900,
    headcount=0,
    out_of_town=0,
    trademark_agencies=0,
    marks=100,
    mills=4,
    offences=0,
    lapsed=0,
)
DEMO: Final = Size("demo", filings=10_000, agency_places=_AGENCY_PLACES, places=_PLACES)
FULL: Final = Size(
    "full",
    filings=60_000,
    agency_places=_AGENCY_PLACES,
    places=_PLACES,
    marks=12_000,
    mills=12,
    offences=6,
    schemes=6,
)
# A year of the city's filings: what the detectors are measured on.
YEAR: Final = Size(
    "year",
    filings=100_000,
    agency_places=_AGENCY_PLACES,
    places=_PLACES,
    marks=100_000,
    mills=16,
    offences=10,
    schemes=10,
)
SIZES: Final[Mapping[str, Size]] = {size.name: size for size in (TINY, DEMO, FULL, YEAR)}
