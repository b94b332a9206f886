"""Names, numbers and addresses made by rule, so that no real person or firm is meant.

Coined words join two characters; no such pair occurs in the registers of real firms the tests look at.
Credit codes carry the body prefix YY, application serials start at 9,000,000, agency serials at 800, licence
serials at 90,000, marks at 990,000,000; phone numbers begin with a 0 after the area code, mail and web
addresses end in `.example`: no such number or address is given out. A person's name may still be borne by
somebody; it is joined from two lists.
"""

from __future__ import annotations

from random import Random
from typing import Final

from lantian.core.identifiers import code_check_character

_FIRST: Final = "阆滹洺溟沚沄淙澍浔嵊崤岫峤垣埏棹桷楗枞箬箐篁缃缂绛绡璆珣琇瑄砚筠钤铎"
_SECOND: Final = "屹砺砥矩钧铄钺锷镕骞骧翮翊翚颀颢颉劭勖晔暾曜晟烨熠煊熵阈闳闿隽雱霁霂霈"
WORDS: Final = len(_FIRST) * len(_SECOND)
_SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹窦章苏潘葛范彭"
_GIVEN_FIRST: Final = "予亦以汀沐知若景望屿澄昀砚禾时远泊棠芷栩"
_GIVEN_SECOND: Final = "舟野白川青榆岑宁朔蘅溪遥秋竹言渡陌原鸣桐"
# Body of an organisation code (GB 11714): eight signs and a check sign.
_BODY_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BODY_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_COMPANY: Final = "91"
_UNIVERSITY: Final = "12"


def coined(number: int) -> str:
    """Return the coined word of this number; a word comes back after `WORDS` numbers."""
    # 577 is coprime to the count, so neighbours look unlike and none comes twice in a round.
    place = number * 577 % WORDS
    return _FIRST[place // len(_SECOND)] + _SECOND[place % len(_SECOND)]


def word(serial: int) -> str:
    """Return a coined word; later rounds add a second one, so that names stay apart."""
    lap, place = divmod(serial, WORDS)
    return coined(place) + (coined(place + lap * 31) if lap else "")


def coined_words() -> frozenset[str]:
    """Return every coined word."""
    return frozenset(first + second for first in _FIRST for second in _SECOND)


def person(rng: Random) -> str:
    """Join a surname with one or two given characters."""
    given = rng.choice(_GIVEN_FIRST) + (rng.choice(_GIVEN_SECOND) if rng.random() < 0.85 else "")
    return rng.choice(_SURNAMES) + given


def credit_code(serial: int, district: str, authority: str = _COMPANY) -> str:
    """Return the credit code (GB 32100-2015) of a serial from 0 to 923,520 in a district."""
    signs = ""
    for _ in range(4):
        serial, place = divmod(serial, len(_BODY_SIGNS))
        signs = _BODY_SIGNS[place] + signs
    body = "YY00" + signs
    organisation = body + _organisation_check(body)
    code = authority + district + organisation
    return code + code_check_character(code)


def university_code(serial: int, district: str) -> str:
    """Return the credit code of a public institution."""
    return credit_code(serial, district, _UNIVERSITY)


def _organisation_check(body: str) -> str:
    values = [int(sign) if sign.isdigit() else ord(sign) - ord("A") + 10 for sign in body]
    rest = 11 - sum(value * weight for value, weight in zip(values, _BODY_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def phone(serial: int, area: str = "022") -> str:
    """Return a number that cannot exist: subscriber numbers do not begin with 0."""
    return f"{area}-0{serial % 10_000_000:07d}"


def mail(box: str, serial: int) -> str:
    """Return a mail address under the reserved top-level domain `.example` (RFC 2606)."""
    return f"{box}@firm{serial:05d}.example"


def licence(province: str, serial: int) -> str:
    """Return a certificate number: 2 digits of the place, 5 of the national serial (province, then serial)."""
    return f"{province}{serial:05d}"


def practice_code(agency_code: str, licence_no: str) -> str:
    """Return the 11 digits of a practice filing: agency code, certificate digits 3 to 7, check digit.

    The rule of the check digit is not published; here it is the sum of the others modulo 10.
    """
    base = agency_code + licence_no[2:]
    return f"{base}{sum(map(int, base)) % 10}"


def address(district_name: str, number: int, rng: Random, city: str = "天津市") -> str:
    """Return an address on a coined road of a district."""
    return f"{city}{district_name}{coined(number * 7 + 3)}路{rng.randint(1, 260)}号{rng.randint(101, 1809)}室"
