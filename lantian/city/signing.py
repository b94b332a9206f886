"""Who signs: licensed practitioners of the agency on the day; and a few, planted, who then might not (P10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lantian.city import practitioners as practice
from lantian.city.chance import stream
from lantian.city.drafts import Draft
from lantian.city.practitioners import Practitioner

SUSPENDED: Final = "signer_suspended"
REVOKED: Final = "signer_revoked"
LEFT: Final = "signer_left"
ELSEWHERE: Final = "signer_elsewhere"
# Lawful: he has moved, and the register catches up within the 30 days it may take.
LATE: Final = "lawful_late_register"
# A planted signature lies this far beyond the last lawful day, so no delay of the register explains it.
_GRACE: Final = timedelta(days=90)
_DAY: Final = timedelta(days=1)
_KINDS: Final = {
    practice.SUSPENDED: SUSPENDED,
    practice.REVOKED: REVOKED,
    practice.LEFT: LEFT,
    practice.MOVED: ELSEWHERE,
}
_MOST: Final = 5


@dataclass(frozen=True)
class Planted:
    """Filings of an agency that one practitioner signed on days that call for a question."""

    kind: str
    signer: Practitioner
    agency_code: str
    drafts: tuple[Draft, ...]


class Signers:
    """Tells who may sign for an agency on a day."""

    def __init__(self, practitioners: Iterable[Practitioner]) -> None:
        self._steady: dict[str, list[str]] = {}
        self._changing: dict[str, list[Practitioner]] = {}
        for code, roster in practice.rosters(one for one in practitioners if one.signs).items():
            self._steady[code] = [one.licence for one in roster if one.fate == practice.STAYED]
            self._changing[code] = [one for one in roster if one.fate != practice.STAYED]

    def on(self, agency_code: str, day: date) -> list[str]:
        """Return licence numbers of all who may sign, always in the same order."""
        changing = [one.licence for one in self._changing[agency_code] if one.may_sign(agency_code, day)]
        return self._steady[agency_code] + changing


def plant(
    seed: int, offences: int, practitioners: Sequence[Practitioner], drafts: Iterable[Draft]
) -> list[Planted]:
    """Have some single filings signed by who may not, up to `offences` practitioners of each kind.

    As many movers as offenders sign lawfully before the register knows. Sets `signers` of those drafts, each
    of one plant only. A city with few filings may have none.
    """
    free: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.agency and draft.disclosure == "published":
            free.setdefault(draft.agency.code, []).append(draft)
    planted: list[Planted] = []
    for kind in (*_KINDS.values(), LATE):
        rng = stream(seed, "signing", kind)
        order = rng.sample(practitioners, len(practitioners))
        wanted = offences * len(_KINDS) if kind == LATE else offences
        planted += _of_one_kind(kind, wanted, order, free, rng.randint(2, _MOST))
    return planted


def _of_one_kind(
    kind: str, wanted: int, order: Iterable[Practitioner], free: dict[str, list[Draft]], most: int
) -> list[Planted]:
    found: list[Planted] = []
    for one in order:
        window = _window(kind, one) if len(found) < wanted else None
        if window is None:
            continue
        code, first, last = window
        drafts = [
            draft for draft in free.get(code, ()) if first <= draft.filed_on <= last and not draft.signers
        ]
        if len(drafts) >= (1 if kind == LATE else 2):
            chosen = tuple(sorted(drafts[:most], key=lambda draft: draft.filed_on))
            for draft in chosen:
                draft.signers = (one.licence,)
            found.append(Planted(kind, one, code, chosen))
    return found


def _window(kind: str, one: Practitioner) -> tuple[str, date, date] | None:
    """Return agency and days on which a signature of his is of this kind; None if there are none."""
    if kind == LATE:
        if one.fate != practice.MOVED:
            return None
        before, after = one.employments
        assert before.until is not None
        return after.of, before.until + _DAY, after.first - _DAY
    if _KINDS.get(one.fate) != kind:
        return None
    if kind == SUSPENDED:
        spell = one.states[1]
        assert spell.until is not None
        return one.employments[-1].of, spell.first + _DAY, spell.until - _DAY
    ended = one.employments[0].until
    assert ended is not None
    return one.employments[0].of, ended + _GRACE, date.max
