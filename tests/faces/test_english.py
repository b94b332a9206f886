"""English is a full second language: nothing missing, nothing left in Chinese, one English word per term.

What is data on a page, and may stay Chinese: values the database stores whole (names of people, subjects,
applicants and agencies, titles, numbers, names of files), also where a list cuts them short or joins several; the texts
of applications, which stand in `.prose`; elements that say by `lang` that they are Chinese (the button 中文).
Everything else that an element or an attribute for readers says must be English.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from html.parser import HTMLParser
from typing import Any, NamedTuple

import pytest
from babel.messages.catalog import Message
from django.test import Client
from django.urls import reverse

from lantian.casework.models import Lead
from lantian.filings import grants
from lantian.filings.captures import actions as captures
from lantian.filings.captures.actions import Saved
from lantian.filings.models import Patent, UnpublishedGrant
from lantian.office import clock
from lantian.office.models import Account, IntakeBatch, StoredFile
from lantian.registry.models import Subject
from lantian.screening import actions as screening
from lantian.screening import queries as findings
from lantian.screening.models import Finding, Run
from lantian.screening.states import Outcome
from tests import messages
from tests.personas import NANKAI, XIQING, acting, browser
from tests.rooms.test_registry import B, take_in, two_agencies, whole_directory

CHINESE = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")
# Words that the cells of a file carry: a message about them must quote them as they are.
WORDS_IN_FILES = re.compile("是 or 否")


# The catalogue


def _english(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(map(str, message.string or ("",)))


def _chinese(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def _catalogue() -> list[Message]:
    return [message for message in messages.read() if message.id]


def test_every_message_of_code_and_templates_stands_in_the_catalogue() -> None:
    known = {(_chinese(message), message.context) for message in _catalogue()}
    used = {(_chinese(message), message.context) for message in messages.update() if message.id}
    assert used - known == set(), "run `python -m tests.messages`, then translate"


def test_every_message_is_translated_and_none_is_a_guess() -> None:
    assert [_chinese(one) for one in _catalogue() if not all(text.strip() for text in _english(one))] == []
    assert [_chinese(one) for one in _catalogue() if one.fuzzy] == []


def test_a_translation_keeps_the_placeholders_of_its_message() -> None:
    differing = [
        _chinese(one)
        for one in _catalogue()
        if any(_placeholders(text) != _placeholders(_chinese(one)) for text in _english(one))
    ]
    assert differing == []


def test_no_chinese_is_left_in_a_translation() -> None:
    assert [text for one in _catalogue() for text in _english(one) if CHINESE.search(text)] == []


def test_no_translation_says_the_same_thing_twice() -> None:
    doubled = re.compile(r"(.{20,}?)\s*\1")
    assert [text for one in _catalogue() for text in _english(one) if doubled.fullmatch(text)] == []


# Pairs in code and rule books


class Pair(NamedTuple):
    """A text in both languages as written in code, each joined from its literal parts."""

    place: str
    zh: str
    en: str
    whole: bool  # both sides are plain literals
    computed: bool  # the English one is, at least in part, a value


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(messages.ROOT.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path.relative_to(messages.ROOT.parent).as_posix(), ast.parse(path.read_text("utf-8"))


def _speakers() -> set[str]:
    """Names whose call takes (zh, en): Text, Refused with all that descend from it, and their constructors."""
    bases: dict[str, set[str]] = defaultdict(set)
    for _, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases[node.name] |= {base.id for base in node.bases if isinstance(base, ast.Name)}
    found = {"Refused"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found | {"Text", "__init__"}


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _literals(node: ast.expr) -> str:
    parts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return " ".join(part for part in parts if isinstance(part, str))


def _both(call: ast.Call) -> list[ast.expr]:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    return [named["zh"], named["en"]] if {"zh", "en"} <= set(named) else call.args[:2]


def _pair(place: str, zh: ast.expr, en: ast.expr) -> Pair:
    values = any(isinstance(part, ast.Name | ast.Attribute) for part in ast.walk(en))
    whole = isinstance(zh, ast.Constant) and isinstance(en, ast.Constant)
    return Pair(place, _literals(zh), _literals(en), whole, values)


def _pairs() -> list[Pair]:
    speakers, found = _speakers(), []
    for place, tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or _called(node) not in speakers or len(_both(node)) < 2:
                continue
            zh, en = _both(node)
            found.append(_pair(f"{place}:{node.lineno}", zh, en))
    return [pair for pair in found if CHINESE.search(pair.zh)]


def test_every_chinese_text_in_code_has_an_english_one() -> None:
    pairs = _pairs()
    assert len(pairs) > 100, "the walk finds the pairs"
    assert [pair for pair in pairs if not pair.computed and not re.search("[A-Za-z]", pair.en)] == []
    assert [pair for pair in pairs if CHINESE.search(WORDS_IN_FILES.sub("", pair.en))] == []


SMALL = {
    "the",
    "a",
    "an",
    "of",
    "to",
    "by",
    "on",
    "in",
    "for",
    "be",
    "is",
    "it",
    "up",
    "with",
    "into",
    "from",
    "as",
    "at",
}


def _stems(words: str) -> set[str]:
    return {word[:4] for word in re.findall("[a-z]+", words) if word not in SMALL}


def _one_word(said: set[str]) -> bool:
    """Whether texts are forms of one word: interview, interviews; close, closed; due, due date."""
    stems = [_stems(words) for words in said]
    return len(said) == 1 or bool(set.intersection(*stems))


def test_one_chinese_word_has_one_english_word() -> None:
    """In whatever form. The kinds of the audit are left out: they tell what was done, each in a word of its own."""
    said: dict[str, set[str]] = defaultdict(set)
    for pair in _pairs():
        if pair.whole and not pair.place.startswith("lantian/office/audit"):
            said[pair.zh].add(pair.en.casefold())
    for message in _catalogue():
        said[_chinese(message)].add(_english(message)[0].casefold())
    assert {zh: sorted(en) for zh, en in said.items() if not _one_word(en)} == {}


def _tables(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _tables(inner)


@pytest.mark.parametrize(
    "book", sorted((messages.ROOT / "rulebooks").glob("*.toml")), ids=lambda path: path.stem
)
def test_a_rule_book_says_in_english_what_it_says_in_chinese(book: Any) -> None:
    for table in _tables(tomllib.loads(book.read_text("utf-8"))):
        chinese = {key.removesuffix("_zh") for key in table if key.endswith("_zh")}
        english = {key.removesuffix("_en"): table[key] for key in table if key.endswith("_en")}
        assert chinese == set(english)
        assert [text for text in english.values() if not text.strip() or CHINESE.search(text)] == []


# Pages


VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
FOR_READERS = {"aria-label", "title", "placeholder", "alt", "data-label", "data-words"}
CUT = 15  # letters that lists leave of a title, before the ellipsis


class Reader(HTMLParser):
    """Collects what a page says to its reader, outside scripts, texts of applications and Chinese elements."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.language = ""
        self._passed: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = named.get("lang", "")
        else:
            passed = self._passes or tag in ("script", "style") or named.get("lang", "").startswith("zh")
            passed = passed or "prose" in named.get("class", "").split()
            if tag not in VOID:
                self._passed.append((tag, passed))
        self.said += [text for name, text in named.items() if name in FOR_READERS]

    def handle_endtag(self, tag: str) -> None:
        while self._passed and self._passed.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._passes:
            self.said.append(data)

    @property
    def _passes(self) -> bool:
        return bool(self._passed) and self._passed[-1][1]


def _read(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode())
    return reader


def _stored() -> list[str]:
    """Every value that pages may show as it is stored, the longest first."""
    with acting("city"):
        columns: Iterable[Iterable[Any]] = (
            Account.objects.values_list("name", flat=True),
            Subject.objects.values_list("name", flat=True),
            StoredFile.objects.values_list("name", flat=True),
            UnpublishedGrant.objects.values_list("purpose", flat=True),
            ADDRESSES,
            Finding.objects.values_list("subject_name", flat=True),
            Lead.objects.values_list("number", flat=True),
            Patent.objects.values_list("title", flat=True),
            Patent.objects.values_list("agency_name", flat=True),
            (name for names in Patent.objects.values_list("applicants", flat=True) for name in names or ()),
            (name for names in Patent.objects.values_list("inventors", flat=True) for name in names or ()),
        )
        whole = {value for column in columns for value in column if value and CHINESE.search(value)}
    cut = {f"{value[:CUT]}…" for value in whole if len(value) > CUT + 1}
    return sorted(whole | cut, key=len, reverse=True)


def _left_in_chinese(reader: Reader, stored: Sequence[str]) -> list[str]:
    left = []
    for said in reader.said:
        rest = said
        for value in stored if CHINESE.search(said) else ():
            rest = rest.replace(value, "")
        if CHINESE.search(rest):
            left.append(" ".join(said.split()))
    return left


def _a_finding(district: int) -> Finding:
    found = findings.waiting().filter(district_code=str(district)).first()
    assert found is not None
    return found


def _a_lead() -> str:
    with acting("city") as by:
        key = _a_finding(XIQING).key
        _, lead = screening.judge(finding_key=key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
    assert lead is not None
    return lead.key


def _finding() -> str:
    with acting("xiqing"):
        return reverse("finding", args=[_a_finding(XIQING).key])


def _judged() -> str:
    with acting("city") as by:
        key = _a_finding(XIQING).key
        screening.judge(
            finding_key=key, outcome=Outcome.MORE, reason="more, please", asked="the agency", seen=0, by=by
        )
    return reverse("finding", args=[key])


def _batch() -> str:
    with acting("city"):
        return reverse("intake_batch", args=[IntakeBatch.objects.latest("id").key])


def _run() -> str:
    with acting("city"):
        return reverse("screening_run", args=[Run.objects.latest("id").key])


def _docket() -> str:
    _a_lead()
    return reverse("docket")


def _home() -> str:
    _a_lead()
    return reverse("home")


def _lead() -> str:
    return reverse("lead", args=[_a_lead()])


def _hand_over() -> str:
    return f"{reverse('lead_hand_over', args=[_a_lead()])}?to={NANKAI}"


def _paper() -> str:
    return f"{reverse('lead_paper', args=[_a_lead()])}?kind=interview_notice&field=patent_agency"


ADDRESSES = ("天津市南开区甲路1号", "天津市西青区丙路3号")


def _differences() -> str:
    two_agencies()
    batch = take_in("agencies_directory", *whole_directory(B, address=ADDRESSES[1]))
    return reverse("differences", args=[batch.key])


def _intake_without_a_grant() -> str:
    with acting("admin") as by:
        for given in UnpublishedGrant.objects.filter(ended_at=None):
            grants.end(key=given.key, by=by)
    return reverse("intake")


def _capture() -> str:
    with acting("nankai") as by:
        told = Saved("https://page.example/", "website", clock.now(), "saved in the browser")
        kept = captures.upload(
            told, ("page.html", b"<title>A page</title><p>Tel. 13800138000</p>"), None, by=by
        )
    return reverse("capture", args=[kept.key])


PAGES: dict[str, tuple[str, Callable[[], str], int]] = {
    "capture": ("nankai", _capture, 200),
    "captures": ("nankai", lambda: reverse("captures"), 200),
    "lexicons": ("city", lambda: reverse("lexicons"), 200),
    "home": ("city", _home, 200),
    "home of a district": ("nankai", lambda: reverse("home"), 200),
    "intake": ("city", lambda: reverse("intake"), 200),
    "intake batch": ("city", _batch, 200),
    "screening": ("city", lambda: reverse("screening"), 200),
    "screening of a district": ("nankai", lambda: reverse("screening"), 200),
    "screening run": ("city", _run, 200),
    "findings": ("city", lambda: reverse("findings"), 200),
    "finding": ("xiqing", _finding, 200),
    "finding judged": ("city", _judged, 200),
    "docket": ("city", _docket, 200),
    "lead": ("xiqing", _lead, 200),
    "hand-over": ("xiqing", _hand_over, 200),
    "accounts": ("admin", lambda: reverse("admin_accounts"), 200),
    "units": ("admin", lambda: reverse("admin_units"), 200),
    "unit": ("admin", lambda: reverse("unit", args=[NANKAI]), 200),
    "modes of a unit": ("admin", lambda: reverse("unit_modes", args=[NANKAI]), 200),
    "grants": ("admin", lambda: reverse("secrecy_grants"), 200),
    "intake without a grant": ("city", _intake_without_a_grant, 200),
    "unpublished": ("city", lambda: reverse("unpublished"), 200),
    "choice of a paper": ("xiqing", lambda: reverse("lead_paper", args=[_a_lead()]), 200),
    "form of a paper": ("xiqing", _paper, 200),
    "papers": ("leader", lambda: reverse("papers"), 200),
    "mandates": ("leader", lambda: reverse("mandates"), 200),
    "templates": ("leader", lambda: reverse("paper_templates"), 200),
    "subjects": ("city", lambda: reverse("subjects"), 200),
    "differences": ("city", _differences, 200),
    "login": ("", lambda: reverse("account_login"), 200),
    "forbidden": ("nankai", lambda: reverse("intake"), 403),
    "not found": ("city", lambda: reverse("lead", args=["NONE"]), 404),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_english_leaves_nothing_but_data_in_chinese(name: str) -> None:
    login, address, status = PAGES[name]
    client = browser(login) if login else Client(raise_request_exception=False)
    client.cookies["django_language"] = "en"
    answer = client.get(address())
    assert answer.status_code == status
    reader = _read(answer.content)
    assert reader.language == "en"
    assert _left_in_chinese(reader, _stored()) == []


@pytest.mark.django_db
def test_the_same_eye_sees_chinese_where_it_stands() -> None:
    reader = _read(browser("city").get(reverse("findings")).content)
    left = _left_in_chinese(reader, _stored())
    assert {"数据比对提示", "筛选", "得分"} <= set(left)
