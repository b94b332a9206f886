"""The rule browser: every book with its editions, one edition, two side by side, a file of it, completeness."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lantian.core import completeness as core
from lantian.core import shelf
from lantian.core.door import text_in_use
from lantian.core.editions import compare
from lantian.core.rulebook import Rulebook, shipped
from lantian.desk import downloads
from lantian.desk.present import rulebooks as shown
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock, editions, serving
from lantian.office.models import RulebookEdition, RulebookText
from lantian.standing import trials

TOML = "application/toml; charset=utf-8"


@dataclass(frozen=True)
class Known:
    """A text of a book that the house holds: which edition it is (None: it came with a program), and its state."""

    digest: str
    version: str
    state: str
    edition: RulebookEdition | None

    @property
    def name(self) -> str:
        """The text as a list of choices names it."""
        which = shown.SHIPPED if self.edition is None else shown.EDITION
        number = self.edition.number if self.edition else 0
        words = said(which).format(number=number)
        return f"{words} · {self.version} · {said(shown.STATE_TEXTS[self.state])}"


def in_use(id: str) -> str:
    """The digest of the text by which everybody goes now."""
    return serving.digest_of(text_in_use(shelf.file_of(id)))


def state_of(edition: RulebookEdition, used: str, today: date) -> str:
    """What an edition is now: a draft, coming, in use, superseded or withdrawn."""
    state = editions.state_of(edition)
    if state != "approved":
        return state
    if edition.text_id == used:
        return "in_use"
    return "coming" if edition.valid_from > today else "superseded"


def known(id: str) -> list[Known]:
    """Every text of a book: uploaded editions, the newest first, then what came with this program and earlier ones."""
    return known_of([id])[id]


def known_of(ids: Collection[str]) -> dict[str, list[Known]]:
    """The same for several books, in two queries whatever their number."""
    found: dict[str, list[Known]] = {id: [] for id in ids}
    used, today = {id: in_use(id) for id in ids}, clock.today()
    for one in editions.editions_of(*ids):
        state = state_of(one, used[one.book], today)
        found[one.book].append(Known(one.text_id, one.text.version, state, one))
    kept = RulebookText.objects.filter(book__in=ids, shipped=True).order_by("-at")
    ours = [(id, serving.digest_of(shipped(shelf.file_of(id)))) for id in ids]
    for id, digest in dict.fromkeys((*ours, *kept.values_list("book", "digest"))):
        state = "in_use" if digest == used[id] else "superseded"
        found[id].append(Known(digest, serving.book_of(digest).version, state, None))
    return found


@require_safe
def rulebooks(request: OfficerRequest) -> HttpResponse:
    """Every book: what is in use since when, how much of it is not verified, which drafts wait."""
    context = {
        "books": [_line(id, texts) for id, texts in known_of(shelf.READERS).items()],
        "kept": [{"id": id, "why": said(why)} for id, why in shelf.KEPT.items()],
        "may_keep": editions.may_keep(request.actor),
        "drafts": [
            shown.edition(one, "draft") | {"title": label(serving.book_of(one.text_id).title)}
            for one in editions.drafts()
        ],
    }
    return render(request, "desk/rulebooks.html", context)


def _line(id: str, texts: list[Known]) -> dict[str, Any]:
    used = next(one for one in texts if one.state == "in_use")
    book = serving.book_of(used.digest)
    coming = [one.edition for one in texts if one.state == "coming" and one.edition]
    return {
        "id": id,
        "title": label(book.title),
        "version": book.version,
        "edition": shown.edition(used.edition, "in_use") if used.edition else None,
        "coming": [{"number": one.number, "key": one.key, "valid_from": one.valid_from} for one in coming],
        "texts": len(texts),
        "rehearsed": trials.why_none(id) is None,
        "digest": used.digest,
        **shown.sureness(book),
    }


@require_safe
def rulebook(request: OfficerRequest) -> HttpResponse:
    """One text of a book: each rule with its versions side by side, citation, how sure each value is."""
    id = _asked_book(request)
    texts = known(id)
    one = _asked_text(texts, request.GET.get("text", ""), in_use(id))
    book = serving.book_of(one.digest)
    context = {
        "id": id,
        "book": {"name": label(book.title), "version": book.version, "digest": book.digest},
        "edition": shown.edition(one.edition, one.state) if one.edition else None,
        "state": shown.state_of(one.state),
        "texts": [(each.digest, each.name) for each in texts],
        "sure": shown.sureness(book),
        "rules": _found(shown.rules(book), request.GET.get("q", "").strip()),
        "q": request.GET.get("q", "").strip(),
    }
    return render(request, "desk/rulebook.html", context)


def _found(rules: list[dict[str, Any]], words: str) -> list[dict[str, Any]]:
    """Rules in whose name, text, citation or note the words stand."""
    if not words:
        return rules
    told = ("text", "basis", "note", "source")
    return [
        rule
        for rule in rules
        if words.casefold()
        in " ".join(
            [rule["id"], rule["text"], *(one[key] for one in rule["versions"] for key in told)]
        ).casefold()
    ]


@require_safe
def rulebook_compare(request: OfficerRequest) -> HttpResponse:
    """Two texts of a book side by side: every version that differs, value by value."""
    id = _asked_book(request)
    texts = known(id)
    newest = texts[0]
    before = _asked_text(texts, request.GET.get("before", ""), in_use(id))
    after = _asked_text(texts, request.GET.get("after", ""), newest.digest)
    found = compare(serving.book_of(before.digest), serving.book_of(after.digest), clock.today())
    context = {
        "id": id,
        "name": label(serving.book_of(after.digest).title),
        "texts": [(each.digest, each.name) for each in texts],
        "before": before,
        "after": after,
        "summary": shown.summary(found),
        "changes": shown.changes(found),
    }
    return render(request, "desk/rulebook_compare.html", context)


@require_safe
def rulebook_file(request: OfficerRequest) -> HttpResponse:
    """The text of a book as it was shipped or uploaded, to the byte."""
    id = _asked_book(request)
    one = _asked_text(known(id), request.GET.get("text", ""), in_use(id))
    name = f"{id}-{one.version}-{one.digest[:8]}.toml"
    return downloads.sent(io.BytesIO(serving.text_of(one.digest).encode()), name, TOML)  # type: ignore[return-value]


@require_safe
def completeness(request: OfficerRequest) -> HttpResponse:
    """Which article of which instrument has a rule in use, and which rule names no article."""
    texts = {id: text_in_use(shelf.file_of(id)) for id in shelf.READERS}
    titles = {id: label(serving.book_of(serving.digest_of(text)).title) for id, text in texts.items()}
    cited = [one for id, text in texts.items() for one in _citations(id, text)]
    instruments: Rulebook = core.instruments()
    report = core.completeness(cited, instruments)
    context = {
        "coverage": [_coverage(one, instruments, titles) for one in report.coverage],
        "unplaced": [_citation(one, titles) for one in report.unplaced],
        "foreign": [_citation(one, titles) for one in report.foreign],
        "rules": len({(one.book, one.rule) for one in cited}),
        "articles": sum(len(one.rules) for one in report.coverage),
    }
    return render(request, "desk/rulebook_completeness.html", context)


@lru_cache(maxsize=64)
def _citations(id: str, text: str) -> tuple[core.Citation, ...]:
    return tuple(core.citations(text, file=id))


def _coverage(one: core.Coverage, instruments: Rulebook, titles: dict[str, str]) -> dict[str, Any]:
    held = [
        {"article": article, "rules": [_named_rule(name, titles) for name in names]}
        for article, names in one.rules.items()
    ]
    total = one.articles
    return {
        "title": label(instruments.versions[one.instrument][-1].text),
        "total": total,
        "held": held,
        "count": len(held),
        "missing": _spans(one.missing),
        "missing_count": len(one.missing),
    }


def _named_rule(name: str, titles: dict[str, str]) -> dict[str, str]:
    """A rule as the report names it, with its words and its book's."""
    book, rule = name.split(":", 1)
    versions = serving.book_of(in_use(book)).versions.get(rule, ())
    words = label(versions[-1].text) if versions else rule
    return {"book": book, "rule": rule, "text": words, "title": titles[book]}


def _spans(numbers: tuple[int, ...]) -> list[str]:
    """Numbers in a row written together: 1–4, 6."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return [str(first) if first == last else f"{first}–{last}" for first, last in spans]


def _citation(one: core.Citation, titles: dict[str, str]) -> dict[str, str]:
    cited = one.instrument if one.instrument == one.article else f"{one.instrument} {one.article}"
    return {"book": one.book, "title": titles[one.book], "rule": one.rule, "cited": cited}


def _asked_book(request: OfficerRequest) -> str:
    id = request.GET.get("book", "credit_agency")
    if id not in shelf.READERS:
        raise Http404
    return id


def _asked_text(texts: list[Known], digest: str, default: str) -> Known:
    """The text asked for, among those that the house holds of the book."""
    wanted = digest or default
    found = next((one for one in texts if one.digest == wanted), None)
    if found is None:
        raise Http404
    return found
