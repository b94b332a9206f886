"""Numbers that name applications, bodies and agencies: normal forms, check digits, kinds.

A reading never raises: it says whether a number is valid, invalid, or of a form that nobody can verify.
Weights and check digits: credit code GB 32100-2015; application number, CNIPA standard ZC 0006-2003.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from operator import mul

from lantian.core.messages import Text


class Status(StrEnum):
    """What a check could say about a number."""

    VALID = "valid"
    INVALID = "invalid"
    UNVERIFIABLE = "unverifiable"


class PatentKind(StrEnum):
    """The three kinds of patent application (专利法 第二条), as canonical tables write them."""

    INVENTION = "invention"
    UTILITY_MODEL = "utility_model"
    DESIGN = "design"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One number as read: its normal form, the verdict, and a reason unless it is valid."""

    normal: str
    status: Status
    reason: Text | None = None

    @property
    def valid(self) -> bool:
        """Whether the number passed every check there is."""
        return self.status is Status.VALID

    @property
    def invalid(self) -> bool:
        """Whether the number is certainly wrong; an unverifiable one is not."""
        return self.status is Status.INVALID


_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_VALUES = {character: value for value, character in enumerate(_CODE_ALPHABET)}
_CODE_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_CODE = re.compile(rf"[{_CODE_ALPHABET}]{{2}}[0-9]{{6}}[{_CODE_ALPHABET}]{{10}}")
_OLD_REGISTRATION = re.compile(r"[0-9]{13}|[0-9]{15}")

_APPLICATION = re.compile(r"(?:CN|ZL)?([0-9]{12}|[0-9]{8})\.?([0-9X])")
_BASE_ONLY = re.compile(r"(?:CN|ZL)?([0-9]{12}|[0-9]{8})\.?")
_FIFTEEN = re.compile(r"(?:CN)?((?:[12][01]|30)[0-9]{13})")
_OTHER_NUMBER = re.compile(r"(?=(?:.*[0-9]){5})[0-9A-Z][0-9A-Z./-]*")
_SPREADSHEET = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]+")
_APPLICATION_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_CHECK_DIGITS = "0123456789X"
_KINDS = {
    "1": PatentKind.INVENTION,
    "8": PatentKind.INVENTION,
    "2": PatentKind.UTILITY_MODEL,
    "9": PatentKind.UTILITY_MODEL,
    "3": PatentKind.DESIGN,
}
_FIRST_NEW_YEAR = 2003
_AGENCY = re.compile(r"[1-9][0-9]{4}")
_LICENCE = re.compile(r"[0-9]{7}")
_PRACTICE = re.compile(r"[1-9][0-9]{10}")
_PERSONAL = re.compile(r"[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9X]")

_FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_FOLDS = {**_FULL_WIDTH, **_INVISIBLE}

_EMPTY = Text("没有号码。", "There is no number.")
_ROUNDED = Text(
    "号码被表格软件改成了科学计数法，后几位已丢失；请把该列设为文本后重新导出。",
    "A spreadsheet turned the number into scientific notation and lost its end; export the column as text.",
)
_NO_CHECK_DIGIT = Text("缺校验位，无法核对。", "The check digit is missing, so it cannot be checked.")
_FIFTEEN_DIGITS = Text("15位检索库号码没有校验位，无法核对。", "Numbers of 15 digits carry no check digit.")
_OTHER_FORM = Text(
    "不是国家申请号的格式，无法核对。", "Not the form of a national number; it cannot be checked."
)
_NOT_A_NUMBER = Text("不是申请号。", "This is not an application number.")
_BEFORE_CODES = Text(
    "是2015年以前的注册号，不是统一社会信用代码，无法核对。",
    "A registration number from before 2015, not a credit code; it cannot be checked.",
)
_LICENCE_FORM = Text(
    "不是7位资格证号的格式，无法核对。", "Not the form of a licence number (7 digits); it cannot be checked."
)
_PRACTICE_FORM = Text(
    "不是11位执业备案号的格式，无法核对。",
    "Not the form of a practice number (11 digits); it cannot be checked.",
)
_IDENTITY_CARD = Text(
    "像居民身份证号；本系统不收身份证号，请改填证书或备案编号。",
    "This looks like an identity card number, which is never kept here; give the number of the certificate.",
)
_AGENCY_FORM = Text("代理机构代码应为5位数字。", "An agency code has 5 digits.")


def fold(text: str) -> str:
    """Write a number in plain capitals: full-width signs folded, spaces and invisible signs out.

    >>> fold(" ｚｌ ２０１７ １０６０１８６２．３ ")
    'ZL201710601862.3'
    """
    if not text.isascii():
        text = text.translate(_FOLDS)
    return "".join(text.split()).upper()


def credit_code(text: str) -> Identifier:
    """Read a unified social credit code (GB 32100-2015, 18 characters).

    >>> credit_code("91110000600037341l").status
    <Status.VALID: 'valid'>
    >>> credit_code("91110000600037341M").reason.en
    'The check character should be L, not M; look for a mistyped or swapped character.'
    """
    code = fold(text)
    if _CODE.fullmatch(code):
        expected = code_check_character(code[:17])
        return _checked(code, code[17], expected)
    if not code:
        return _invalid(code, _EMPTY)
    if _OLD_REGISTRATION.fullmatch(code):
        return Identifier(code, Status.UNVERIFIABLE, _BEFORE_CODES)
    return _invalid(code, _code_fault(code))


def code_check_character(body: str) -> str:
    """Reckon the 18th character of a credit code from the first 17 (GB 32100-2015, 5.5)."""
    total = sum(map(mul, _CODE_WEIGHTS, map(_CODE_VALUES.__getitem__, body)))
    return _CODE_ALPHABET[-total % 31]


def application_no(text: str) -> Identifier:
    """Read a patent application number; the normal form has no CN or ZL and has the dot.

    New numbers (since 2003-10-01): year 4, kind 1, serial 7, check 1; old ones: year 2, kind 1, serial 5,
    check 1.

    >>> application_no("ZL97101765.4").normal
    '97101765.4'
    >>> application_no("CN200710308494X").normal
    '200710308494.X'
    >>> application_no("102017000006630").status
    <Status.UNVERIFIABLE: 'unverifiable'>
    """
    number = fold(text)
    if match := _APPLICATION.fullmatch(number):
        return _application(*match.groups())
    if match := _BASE_ONLY.fullmatch(number):
        return Identifier(match[1], Status.UNVERIFIABLE, _NO_CHECK_DIGIT)
    if match := _FIFTEEN.fullmatch(number):
        return Identifier(match[1], Status.UNVERIFIABLE, _FIFTEEN_DIGITS)
    return _unknown_form(number)


def application_check_digit(base: str) -> str:
    """Reckon the check digit of a number's first 12 or 8 digits: weighted sum modulo 11, ten is X.

    >>> application_check_digit("201710601862")
    '3'
    """
    return _CHECK_DIGITS[sum(map(mul, _APPLICATION_WEIGHTS, map(int, base))) % 11]


def application_kind(number: str) -> PatentKind | None:
    """Tell the kind of application from its number in normal form; None where the number does not say.

    >>> application_kind("201520787791.7"), application_kind("102017000006630")
    (<PatentKind.UTILITY_MODEL: 'utility_model'>, <PatentKind.INVENTION: 'invention'>)
    """
    base = number.split(".")[0]
    place = {12: 4, 8: 2, 15: 0}.get(len(base))
    return None if place is None or not base.isdigit() else _KINDS.get(base[place])


def agency_code(text: str) -> Identifier:
    """Read a patent agency code: 5 digits, 2 for the place of licensing and 3 serial; it has no check digit.

    >>> agency_code("１２１０４").normal
    '12104'
    """
    code = fold(text)
    if not code:
        return _invalid(code, _EMPTY)
    return Identifier(code, Status.VALID) if _AGENCY.fullmatch(code) else _invalid(code, _AGENCY_FORM)


def licence_no(text: str) -> Identifier:
    """Read a patent practitioner's licence number (资格证号): 7 digits, 2 for the place and 5 serial.

    There is no check digit and newer certificates may differ, so that another form is unverifiable, not invalid.

    >>> licence_no("1 2 3 4 5 6 7").normal, licence_no("A2024-118").status
    ('1234567', <Status.UNVERIFIABLE: 'unverifiable'>)
    """
    return _personal(text, _LICENCE, _LICENCE_FORM)


def practice_no(text: str) -> Identifier:
    """Read a practice number (执业备案号): 11 digits, agency code, licence digits 3 to 7, a check digit unknown.

    >>> practice_no("12209034567").valid
    True
    """
    return _personal(text, _PRACTICE, _PRACTICE_FORM)


def _personal(text: str, form: re.Pattern[str], other: Text) -> Identifier:
    """Judge a person's number by its form; an identity card number is refused wherever it turns up."""
    number = fold(text)
    if not number:
        return _invalid(number, _EMPTY)
    if _PERSONAL.fullmatch(number):
        return _invalid("", _IDENTITY_CARD)
    return (
        Identifier(number, Status.VALID)
        if form.fullmatch(number)
        else Identifier(number, Status.UNVERIFIABLE, other)
    )


def _application(base: str, check: str) -> Identifier:
    """Judge a number of the national form by kind, year and check digit."""
    number = f"{base}.{check}"
    kind = base[4] if len(base) == 12 else base[2]
    if kind not in _KINDS:
        reason = Text(
            f"种类位“{kind}”不存在，应为1、2、3、8或9。", f"Kind {kind} does not exist: 1, 2, 3, 8 or 9."
        )
        return _invalid(number, reason)
    if not _year_fits(base):
        return _invalid(number, Text("年份与号码格式不符。", "The year does not fit this form of number."))
    return _checked(number, check, application_check_digit(base))


def _year_fits(base: str) -> bool:
    """New numbers began in 2003; old ones ran from 1985 into 2003."""
    if len(base) == 12:
        return int(base[:4]) >= _FIRST_NEW_YEAR
    return not 3 < int(base[:2]) < 85


def _unknown_form(number: str) -> Identifier:
    """Judge what has no national form: other numbers cannot be verified, the rest is no number."""
    if not number:
        return _invalid(number, _EMPTY)
    if _SPREADSHEET.fullmatch(number):
        return _invalid(number, _ROUNDED)
    if _OTHER_NUMBER.fullmatch(number):
        return Identifier(number, Status.UNVERIFIABLE, _OTHER_FORM)
    return _invalid(number, _NOT_A_NUMBER)


def _checked(normal: str, check: str, expected: str) -> Identifier:
    """Compare the check sign given with the one expected."""
    if check == expected:
        return Identifier(normal, Status.VALID)
    reason = Text(
        f"校验位应为{expected}，现为{check}；请核对是否输错或调换了字符。",
        f"The check character should be {expected}, not {check}; look for a mistyped or swapped character.",
    )
    return _invalid(normal, reason)


def _code_fault(code: str) -> Text:
    """Say why a text cannot be a credit code."""
    if len(code) != 18:
        zh = f"统一社会信用代码应为18位，现为{len(code)}位。"
        return Text(zh, f"A credit code has 18 characters, this has {len(code)}.")
    strange = next((character for character in code if character not in _CODE_VALUES), None)
    if strange is not None:
        zh = f"统一社会信用代码不用字符“{strange}”（字母I、O、S、V、Z不出现）。"
        return Text(zh, f"A credit code never contains '{strange}' (nor I, O, S, V, Z).")
    return Text(
        "第3至8位是行政区划码，应为数字。", "Characters 3 to 8 are a division code and must be digits."
    )


def _invalid(normal: str, reason: Text) -> Identifier:
    return Identifier(normal, Status.INVALID, reason)
