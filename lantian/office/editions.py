"""Editions of rule books by upload: read strictly, laid beside the book in use, approved by a second person.

An edition is never edited: a fault is mended by the next one. Law is the same for the whole city, so the city
office keeps it. What is approved is served through the core's door from its day on (`office.serving`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Q

from lantian.core import editions as core
from lantian.core import shelf
from lantian.core.door import on_trial, text_in_use
from lantian.core.messages import NotAllowed, Refused, Unreadable
from lantian.core.rulebook import BadRulebook, Rulebook, shipped
from lantian.office import audit, clock, redating, scope, serving
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Post, RulebookDecision, RulebookEdition, RulebookText, Unit
from lantian.office.permissions import Permission, check_permission

LARGEST = 1024 * 1024
LONGEST_REASON, LONGEST_LINE = 500, 2_000
TABLES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX and other packed files; old Excel
APPROVE, WITHDRAW = RulebookDecision.Act.APPROVE, RulebookDecision.Act.WITHDRAW


class EditionRefused(Refused):
    """An edition cannot be loaded, approved or withdrawn as asked."""


@dataclass(frozen=True)
class Draft:
    """A file that was read without fault."""

    text: str
    rules: Rulebook


@dataclass(frozen=True)
class Upload:
    """A file as it came, the day from which its edition shall be in use, and why it is needed."""

    file_name: str
    content: bytes
    valid_from: date
    reason: str


def may_keep(by: Actor) -> bool:
    """Whether somebody may load, rehearse and approve editions."""
    city = by.unit is not None and Unit.objects.filter(pk=by.unit, kind=Unit.Kind.CITY).exists()
    return city and Permission.KEEP_RULES in by.permissions


def check_may_keep(by: Actor) -> None:
    """Raise `NotAllowed` for everybody else."""
    check_permission(by.permissions, Permission.KEEP_RULES)
    if not may_keep(by):
        raise NotAllowed(
            "规则库全市统一，只有市局可以录入、试算和核准。",
            "Rule books are the same for the whole city; only the city office loads, rehearses and approves them.",
        )


def last_approved(book: str) -> RulebookEdition | None:
    """The edition of a book that was approved last, in use already or from a later day on."""
    rows = RulebookEdition.objects.filter(book=book, decision__act=APPROVE)
    return rows.select_related("text").order_by("-number").first()


def base_text(book: str) -> str:
    """What the next edition is laid beside: the edition approved last, else what comes with the program."""
    last = last_approved(book)
    return last.text.text if last else shipped(shelf.file_of(book))


def read(file_name: str, content: bytes) -> Draft:
    """Read a file as an edition; raises `Unreadable`, or `BadRulebook` naming file, table and line."""
    text = _decoded(file_name, content)
    id = shelf.check(text, file=file_name)
    rules = shelf.opened(id, text, file=file_name)
    _check_nothing_lost(rules, shelf.opened(id, base_text(id), file=shelf.file_of(id)), file_name)
    _check_others(id, text, file_name)
    return Draft(text, rules)


@transaction.atomic
def load(upload: Upload, *, by: OfficerActor) -> RulebookEdition:
    """Store an edition as a draft, which nothing reads yet; raises what is wrong with it or with its day."""
    check_may_keep(by)
    draft = read(upload.file_name, upload.content)
    book = draft.rules.id
    _lock(book)
    follows, base = last_approved(book), base_text(book)
    _check_wanted(upload, follows)
    _check_name(draft, base, upload.file_name)
    edition = RulebookEdition.objects.create(
        book=book,
        number=RulebookEdition.objects.filter(book=book).count() + 1,
        text=_kept(draft.text, ours=False),
        base=_kept(base, ours=follows is None),
        follows=follows,
        file_name=upload.file_name[:200],
        valid_from=upload.valid_from,
        reason=upload.reason.strip(),
        post_id=by.post_id,
        at=clock.now(),
    )
    _record(audit.Kind.RULEBOOK_LOADED, edition, by)
    return edition


@transaction.atomic
def approve(*, key: str, by: OfficerActor) -> RulebookDecision:
    """Approve a draft as a second person of the city office; from its day on, and from now at the earliest, it is used.

    Refused when another edition was approved after the draft was laid beside its forerunner.
    """
    check_may_keep(by)
    edition = _open(key)
    if Post.objects.get(pk=by.post_id).account_id == edition.post.account_id:
        raise EditionRefused(
            "录入人不能核准自己录入的规则库，请由另一人核准。",
            "Whoever loaded a rule book cannot approve it; another person has to.",
        )
    if edition.base_id != serving.digest_of(base_text(edition.book)):
        raise EditionRefused(
            "录入之后现行版本已经变了：请撤回这一版，对照现行版本重新录入。",
            "The book in use has changed since this was loaded: withdraw it and load it again beside that one.",
        )
    _check_others(edition.book, edition.text.text, edition.file_name)
    decision = _decide(edition, APPROVE, by)
    notes = scope.notes()
    if notes is not None:
        notes.pop(serving.NOTE, None)
    _record(audit.Kind.RULEBOOK_APPROVED, edition, by)
    if edition.book == redating.CALENDAR and edition.valid_from <= clock.today():
        redating.begin(mandate=f"edition:{edition.key}")
    return decision


@transaction.atomic
def withdraw(*, key: str, by: OfficerActor) -> RulebookDecision:
    """Withdraw a draft; it stays to be read. What was approved is not withdrawn but followed by another edition."""
    check_may_keep(by)
    edition = _open(key)
    decision = _decide(edition, WITHDRAW, by)
    _record(audit.Kind.RULEBOOK_WITHDRAWN, edition, by)
    return decision


def find(key: str) -> RulebookEdition | None:
    """One edition."""
    related = ("text", "base", "post__account", "post__unit", "decision__post__account")
    return RulebookEdition.objects.select_related(*related).filter(key=key).first()


def editions_of(*books: str) -> list[RulebookEdition]:
    """Every edition of some books, the newest of each first."""
    rows = RulebookEdition.objects.filter(book__in=books).defer("text__text")
    return list(rows.select_related("text", "post__account", "decision__post__account").order_by("-number"))


def drafts() -> list[RulebookEdition]:
    """Editions of every book that wait for a decision, the oldest first."""
    rows = RulebookEdition.objects.filter(decision=None).defer("text__text")
    return list(rows.select_related("text", "post__account").order_by("id"))


def state_of(edition: RulebookEdition) -> str:
    """`draft`, `approved` or `withdrawn`."""
    decision = getattr(edition, "decision", None)
    if decision is None:
        return "draft"
    return "approved" if decision.act == APPROVE else "withdrawn"


def changes(edition: RulebookEdition) -> tuple[core.Change, ...]:
    """What an edition changes against the text it was laid beside, seen from the day it was loaded."""
    before, after = serving.book_of(edition.base_id), serving.book_of(edition.text_id)
    return core.compare(before, after, clock.day_of(edition.at))


def _decoded(file_name: str, content: bytes) -> str:
    if len(content) > LARGEST:
        raise Unreadable(
            f"“{file_name}”超过1 MB，不像是规则库。",
            f"'{file_name}' is larger than 1 MB; it is no rule book.",
        )
    if content.startswith(TABLES):
        raise Unreadable(
            f"“{file_name}”是电子表格或者压缩文件。规则库是TOML文本：请下载现行版本，在文本编辑器中修改后上传。",
            f"'{file_name}' is a spreadsheet or a packed file. A rule book is TOML text: download the one in use,"
            " change it in a text editor and upload that.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise Unreadable(
            f"“{file_name}”第{line}行不是UTF-8编码，请在编辑器中另存为UTF-8后再传。",
            f"'{file_name}', line {line}, is not UTF-8; save the file as UTF-8 in your editor.",
        ) from None
    # Keys of thousands of parts take the reader time that grows with the square of their number.
    for place, row in enumerate(text.splitlines(), start=1):
        if len(row) > LONGEST_LINE:
            raise Unreadable(
                f"“{file_name}”第{place}行超过{LONGEST_LINE}字，请分行书写。",
                f"'{file_name}', line {place}, has more than {LONGEST_LINE} signs; write it in several lines.",
            )
    return text


def _check_nothing_lost(rules: Rulebook, base: Rulebook, file: str) -> None:
    """A rule that ends is given its last day; one that is gone would leave records without their rule."""
    lost = sorted(base.versions.keys() - rules.versions.keys())
    if lost:
        raise BadRulebook(
            f"{file}，rule.{lost[0]}：现行版本有这条规则，不能删去（共缺{len(lost)}条）。不再适用的，请写valid_to。",
            f"{file}, rule.{lost[0]}: the book in use has this rule, so it cannot be left out (missing:"
            f" {', '.join(lost[:5])}). Give one that ends its valid_to.",
        )


def _check_others(id: str, text: str, file: str) -> None:
    """The other books name rules of this one: they must still read with it."""
    with on_trial({shelf.file_of(id): text}):
        for other, reader in shelf.READERS.items():
            try:
                if other != id:
                    reader(text_in_use(shelf.file_of(other)), shelf.file_of(other))
            except BadRulebook as fault:
                raise BadRulebook(
                    f"{file}：与其他规则库不合。{fault.text.zh}",
                    f"{file}: it does not go with another rule book. {fault.text.en}",
                ) from None


def _check_wanted(upload: Upload, follows: RulebookEdition | None) -> None:
    reason = upload.reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise EditionRefused(
            f"请写明依据（{LONGEST_REASON}字以内），如公布附件的文号。",
            f"Say on what it rests in up to {LONGEST_REASON} signs, such as the document that gives the annex.",
        )
    if upload.valid_from < clock.today():
        raise EditionRefused("启用日期不能早于今天。", "It cannot be in use from a day before today.")
    if follows is not None and upload.valid_from < follows.valid_from:
        raise EditionRefused(
            f"第{follows.number}版自{follows.valid_from}起启用，新版不能更早。",
            f"Edition {follows.number} is in use from {follows.valid_from}; this one cannot begin before it.",
        )


def _check_name(draft: Draft, base: str, file: str) -> None:
    """Another text is another version, and the same text needs no second edition."""
    rules, digest = draft.rules, serving.digest_of(base)
    waiting = RulebookEdition.objects.filter(book=rules.id, text_id=rules.digest, decision=None).first()
    if rules.digest == digest:
        raise EditionRefused("与现行版本完全相同，无需录入。", "It is the same text as the one in use.")
    if waiting is not None:
        raise EditionRefused(
            f"同一文本已录入为第{waiting.number}版，待核准。",
            f"The same text is loaded already as edition {waiting.number} and waits for approval.",
        )
    named = (
        Q(shipped=True)
        | Q(editions__decision=None, editions__isnull=False)
        | Q(editions__decision__act=APPROVE)
    )
    others = RulebookText.objects.filter(named, book=rules.id, version=rules.version).exclude(pk=rules.digest)
    if others.exists() or serving.book_of(digest).version == rules.version:
        raise rules.reading.bad(
            rules.reading.line_of(("book", "version")),
            "book.version",
            f"“{rules.version}”已是另一文本的版本号，请改用新的版本号。",
            f"'{rules.version}' names another text already; give this one a version of its own.",
        )


def _kept(text: str, *, ours: bool) -> RulebookText:
    row = serving.row_of(text, ours=ours)
    RulebookText.objects.bulk_create([row], ignore_conflicts=True)
    return RulebookText.objects.get(pk=row.digest)


def _open(key: str) -> RulebookEdition:
    """A draft that nobody decided yet, held against everybody else who decides on its book."""
    edition = find(key)
    if edition is None:
        raise EditionRefused("没有这一版规则库。", "There is no such edition of a rule book.")
    _lock(edition.book)
    if RulebookDecision.objects.filter(edition=edition).exists():
        raise EditionRefused("这一版已经核准或者撤回。", "This edition is approved or withdrawn already.")
    return edition


def _lock(book: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"rulebook:{book}"])


def _decide(edition: RulebookEdition, act: str, by: OfficerActor) -> RulebookDecision:
    return RulebookDecision.objects.create(
        edition=edition,
        act=act,
        book=edition.book,
        follows_id=edition.follows_id,
        post_id=by.post_id,
        at=clock.now(),
    )


def _record(kind: audit.Kind, edition: RulebookEdition, by: Actor) -> None:
    detail = {"book": edition.book, "number": edition.number, "digest": edition.text_id}
    audit.record(kind, by=by, about=("edition", edition.key), detail=detail)
