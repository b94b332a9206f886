"""Hidden hands (P07) and their kinds: no licence (P11), a lent one (P12), invented applicants (P16), no name (P17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from lantian.city import names
from lantian.city.agencies import Agency
from lantian.city.drafts import Draft
from lantian.city.parties import Applicant
from lantian.city.schemes.pool import Pool, Rows, Scheme, name_anew


def plant(pool: Pool, rows: Rows) -> Iterator[Scheme]:
    """Plant every kind as often as the size asks; lawful look-alikes as often."""
    for number in range(pool.size.schemes):
        for make in (
            _dispersed,
            _unlicensed,
            _lent,
            _invented,
            _nameless,
            _colleague,
            _incubator,
            _subsidiaries,
            _family,
        ):
            scheme = make(pool, pool.stream(make.__name__, number), rows)
            if scheme is not None:
                yield scheme
    _pay(pool)


def _hand(pool: Pool, rng: Random, fronts: list[Applicant], drafts: list[Draft]) -> dict[str, Any]:
    """File drafts in the fronts' names with contacts of one hand, here and there."""
    hand = {
        "contact_name": names.person(rng),
        "contact_phone": pool.phone(),
        "contact_email": pool.mail("contact"),
        "account": f"A{rng.randint(10**7, 10**8 - 1)}",
        "payer": names.person(rng),
    }
    # Some hands are careless, some show little, some give every front a phone of its own.
    share, own_phones = rng.choice(((0.55, False), (0.55, False), (0.3, False), (0.3, True)))
    for place, draft in enumerate(drafts):
        name_anew(draft, fronts[place % len(fronts)])
        shown = [key for key in hand if rng.random() < share and not (own_phones and key == "contact_phone")]
        draft.form |= {key: hand[key] for key in shown}
    return hand


def _fronts(pool: Pool, rng: Random, count: int, *, one_address: bool) -> list[Applicant]:
    first = pool.firm()
    columns: dict[str, Any] = {"address": first.address} if one_address else {}
    return [first, *(pool.firm(**columns) for _ in range(count - 1))]


def _numbers(parties: list[Applicant]) -> list[str]:
    return [one.number or one.name for one in parties]


def _dispersed(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    fronts = _fronts(pool, rng, rng.randint(6, 14), one_address=rng.random() < 0.4)
    drafts = pool.take(rng, len(fronts) + rng.randint(2, 12), lambda one: one.agency is not None)
    _hand(pool, rng, fronts, drafts)
    return Scheme(("P07",), "hidden_hand", "network", drafts, None, _numbers(fronts)) if drafts else None


def _unlicensed(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    drafts = pool.take(rng, rng.randint(8, 18))
    if not drafts:
        return None
    firm = pool.firm(scope="知识产权咨询服务；专利、商标申请代理；企业管理咨询", industry="商务服务业")
    fronts = _fronts(pool, rng, rng.randint(5, 8), one_address=False)
    _hand(pool, rng, fronts, drafts)
    for draft in drafts:
        draft.agency = None
        draft.form |= {"contact_phone": firm.phone} if rng.random() < 0.8 else {"contact_email": firm.email}
    return Scheme(("P11", "P07"), "unlicensed", "company", drafts, firm.number, _numbers(fronts))


def _lent(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """An agency lends its licence: filings in its name whose contacts lie elsewhere, signed by a parked licence."""
    agency = pool.agency(rng, 6)
    drafts = pool.take(rng, rng.randint(18, 30), lambda one: one.agency is agency)
    if not drafts:
        return None
    fronts = _fronts(pool, rng, rng.randint(8, 14), one_address=False)
    hand = _hand(pool, rng, fronts, drafts)
    steady = [one for one in pool.staff if one.fate == "stayed" and one.employments[0].of == agency.code]
    parked, in_a_case = steady[-1], rng.random() < 0.5
    for draft in drafts:
        draft.signers = (parked.licence,)
    firm = pool.firm()
    # Every other time a case has brought the insurance records.
    rows["insurance"] += [
        {"licence_no": parked.licence, "month": date(year, month, 1), "employer": firm.name,
         "employer_id": firm.number}
        for year in (2024, 2025) for month in range(1, 13) if in_a_case
    ]  # fmt: skip
    members = [*_numbers(fronts), hand["contact_phone"]]
    return Scheme(("P12", "P07"), "licence_lent", "agency", drafts, agency.code, members)


def _invented(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    drafts = pool.take(rng, rng.randint(8, 16))
    people = [pool.person() for _ in drafts]
    _hand(pool, rng, people, drafts)
    for draft in drafts:
        if rng.random() < 0.5:
            draft.agency = None
    return (
        Scheme(("P16", "P07"), "invented_applicants", "network", drafts, None, _numbers(people))
        if drafts
        else None
    )


def _nameless(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """A licensed agency prepares filings and does not file them in its name."""
    agency = pool.agency(rng, 5)
    drafts = pool.take(rng, rng.randint(3, 14), lambda one: one.agency is None)
    for draft in drafts:
        trace = {"contact_phone": agency.phone, "contact_email": agency.email}
        key = rng.choice(list(trace))
        draft.form |= {"contact_name": agency.contact, key: trace[key]}
    return Scheme(("P17",), "nameless", "agency", drafts, agency.code) if drafts else None


def _colleague(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """A practitioner of an agency files for clients without it, from a telephone that the agency's filings give too.

    Whoever does so is also one hidden hand behind many applicants, and practises without an agency's licence.
    """
    agency = pool.agency(rng, 5)
    drafts = pool.take(rng, rng.randint(6, 10), lambda one: one.agency is None)
    own = pool.take(rng, 3, lambda one: one.agency is agency) if drafts else []
    if not own:
        return None
    colleague = next(one for one in pool.staff if one.employments[0].of == agency.code)
    phone = pool.phone()
    for draft in [*drafts, *own]:
        draft.form |= {"contact_name": colleague.name, "contact_phone": phone}
    return Scheme(("P17", "P11", "P07"), "colleague", "agency", drafts, agency.code)


def _incubator(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Lawful: many small firms at the address of one incubator, each with its own phone."""
    firms = _fronts(pool, rng, rng.randint(25, 40), one_address=True)
    return _ordinary(pool, rng, firms, "lawful_incubator", {})


def _subsidiaries(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Lawful: a group's own department files for its subsidiaries, without an agency."""
    parent = pool.firm(front=False)
    assert parent.row is not None
    firms = [pool.firm(front=False, shareholders=[parent.name]) for _ in range(rng.randint(5, 8))]
    contact = {"contact_name": parent.people[0], "contact_phone": parent.phone, "contact_email": parent.email}
    scheme = _ordinary(pool, rng, firms, "lawful_group", contact)
    for draft in scheme.drafts if scheme else ():
        draft.agency = None
    return scheme


def _family(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Lawful: three relatives of one household file from one address and phone."""
    first = pool.person()
    people = [first, *(pool.person(name=first.name[0] + names.person(rng)[1:]) for _ in range(2))]
    contact = {"contact_phone": first.phone, "contact_address": first.address}
    return _ordinary(pool, rng, people, "lawful_family", contact)


def _ordinary(
    pool: Pool, rng: Random, parties: list[Applicant], planted: str, contact: dict[str, str]
) -> Scheme | None:
    drafts = pool.take(rng, len(parties))
    for draft, party in zip(drafts, parties, strict=False):
        name_anew(draft, party)
        draft.form |= contact
    return Scheme((), planted, "network", drafts, None, _numbers(parties)) if drafts else None


def _pay(pool: Pool) -> None:
    """Give the filings left over their account and payer; one in seven pays through one of three services."""
    rng = pool.stream("pay")
    services = [f"天津{names.coined(700 + place)}票务代缴服务部" for place in range(3)]
    for draft in pool.free:
        agency: Agency | None = draft.agency
        own = draft.applicants[0]
        draft.form |= {
            "account": f"AG{agency.code}" if agency else f"AP{own.phone[-8:]}",
            "payer": rng.choice(services) if rng.random() < 1 / 7 else agency.name if agency else own.name,
        }


def branch_clients(pool: Pool, branches: list[dict[str, Any]]) -> Iterator[Scheme]:
    """Lawful: clients of a filed branch give the branch's phone as their contact."""
    rng = pool.stream("branch clients")
    filed = [branch for branch in branches if branch["filed_on"]]
    for branch in filed[: pool.size.schemes]:
        drafts = pool.take(
            rng, 4, partial(_after, branch["agency_code"], branch["filed_on"] + timedelta(days=30))
        )
        for draft in drafts:
            draft.form |= {"contact_phone": branch["phone"], "contact_address": branch["address"]}
        if drafts:
            yield Scheme((), "lawful_branch", "agency", drafts, branch["agency_code"])


def _after(agency_code: str, day: date, draft: Draft) -> bool:
    return draft.agency is not None and draft.agency.code == agency_code and draft.filed_on > day
