"""What schemes are made from: filings that nothing is planted in, new parties, and the written truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from lantian.city import names, parties
from lantian.city.agencies import Agency
from lantian.city.chance import stream
from lantian.city.drafts import Draft
from lantian.city.parties import Applicant
from lantian.city.practitioners import Practitioner
from lantian.city.sizes import Size

# Serials of parties that belong to schemes, beyond those of applicants and fronts.
_SERIALS_FROM: Final = 600_000
# Those of further schemes: of filings, then of marks.
FURTHER_FILINGS: Final = 700_000
FURTHER_MARKS: Final = 750_000
Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Scheme:
    """One plant: the detectors that must find it (none: it is lawful), its subject and its filings.

    `subject` is None where the subject is a network: then it is the first filing. `evidence` are further
    references, `members` numbers, else names.
    """

    detectors: tuple[str, ...]
    planted: str
    kind: str
    drafts: Sequence[Draft] = ()
    subject: str | None = None
    members: Sequence[str] = ()
    evidence: Sequence[str] = ()

    def rows(self) -> Iterable[dict[str, Any]]:
        """Write it down for `truth`, once for each detector; drafts must have their numbers."""
        numbers = sorted(draft.number for draft in self.drafts)
        evidence = [*(f"patents:{number}" for number in numbers), *self.evidence]
        for detector in self.detectors or (None,):
            yield {
                "detector": detector,
                "subject_kind": self.kind,
                "subject_no": self.subject or numbers[0],
                "planted": self.planted,
                "evidence": evidence,
                "members": sorted(self.members),
            }


@dataclass
class Pool:
    """Filings free for planting, the houses of the city, and the parties that schemes bring in."""

    seed: int
    size: Size
    free: list[Draft]
    agencies: Sequence[Agency]
    staff: Sequence[Practitioner]
    newcomers: list[Applicant] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    serials_from: int = _SERIALS_FROM

    def apart(self, serials_from: int) -> Pool:
        """Return the same pool with serials of its own, so that further schemes rename nobody of the earlier ones."""
        return replace(self, serials_from=serials_from)

    def stream(self, *name: object) -> Random:
        """Return the random stream of a scheme."""
        return stream(self.seed, "scheme", *name)

    def take(
        self, rng: Random, count: int, fits: Callable[[Draft], bool] = lambda draft: True
    ) -> list[Draft]:
        """Take so many free filings that fit, or none if there are not enough."""
        fitting = [draft for draft in self.free if fits(draft)]
        if len(fitting) < count:
            return []
        taken = rng.sample(fitting, count)
        gone = {id(draft) for draft in taken}
        self.free = [draft for draft in self.free if id(draft) not in gone]
        return sorted(taken, key=lambda draft: draft.filed_on)

    def agency(self, rng: Random, least: int = 0) -> Agency:
        """Pick an agency that no scheme points at yet, of so many practitioners at least."""
        free = [one for one in self.agencies if one.code not in self.used and one.headcount >= least]
        chosen = rng.choice(free or list(self.agencies))
        self.used.add(chosen.code)
        return chosen

    def firm(self, front: bool = True, **columns: Any) -> Applicant:
        """Make a company; `columns` replace those of its row, and of its address and phone."""
        made = self.unlisted(front)
        assert made.row is not None
        row = made.row | columns
        made = replace(made, row=row, address=row["address"], phone=row["phone"], email=row["email"])
        self.newcomers.append(made)
        return made

    def unlisted(self, front: bool = True) -> Applicant:
        """Make a company that no register will list."""
        return parties.company(self.seed, self._serial(), self.size.places, front=front)

    def person(self, **values: Any) -> Applicant:
        """Make a natural person who files."""
        return self._keep(replace(parties.person(self.seed, self._serial(), self.size.places), **values))

    def phone(self) -> str:
        """Give a phone that nobody has yet."""
        return names.phone(self._serial())

    def mail(self, box: str) -> str:
        """Give a mail address that nobody has yet."""
        return names.mail(box, self._serial())

    def _keep(self, made: Applicant) -> Applicant:
        self.newcomers.append(made)
        return made

    def _serial(self) -> int:
        self._count = getattr(self, "_count", -1) + 1
        return self.serials_from + self._count


def name_anew(draft: Draft, applicant: Applicant) -> None:
    """File a draft in another name, with that one's inventors and contact."""
    draft.applicants = (applicant,)
    draft.inventors = tuple(applicant.people[:1])
    draft.contact_of_agency = False


def move(draft: Draft, day: date) -> None:
    """File a draft on another day, a weekday."""
    draft.filed_on = draft.sent_on = day - timedelta(days=max(0, day.weekday() - 4))
