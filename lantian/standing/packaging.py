"""An upward proposal as a package of documents that a stranger can check with nothing but SHA-256.

It holds the issued proposal paper (PDF, DOCX), every file of evidence and procedure with its digest, the record of the
steps taken and what is officially known of the party. The same records give the same bytes: names are sorted, moments
are fixed, and the days are those of the paper. What was sent is kept. Our own reckoning of a score and the class an
officer signed are internal and never travel (docs/adr/0006, point 10).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from mimetypes import guess_extension
from typing import Any

from django.db import transaction

from lantian.core import lists
from lantian.core.competence import Act as LegalAct
from lantian.core.competence import Grant
from lantian.office import audit, clock, competence, files
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Paper, StoredFile, Unit
from lantian.office.papers import queries as papers
from lantian.office.papers.actions import Record
from lantian.office.papers.states import State as PaperState
from lantian.office.permissions import Permission, check_permission
from lantian.standing import queries
from lantian.standing.citing import cited
from lantian.standing.deciders import FIELDS, may_act, refuse_other
from lantian.standing.drawing import rested
from lantian.standing.errors import StandingRefused
from lantian.standing.listing import Done, hand_up, rule_of, taken
from lantian.standing.models import ListEntry, ListPaper
from lantian.standing.states import LIST_ACT_TEXTS, ListAct

SCHEMA, PAPER = "proposal-package/1", "listing_proposal"
MOMENT = (2000, 1, 1, 0, 0, 0)  # of every file in the package: the clock is no part of it
MANIFEST, SUMS, README = "MANIFEST.json", "SHA256SUMS", "README.txt"
LARGEST = 100 * 1024 * 1024  # bytes of a package: it is built in memory, and post and mail carry no more
SPARE = 10 * 1024 * 1024  # bytes of it left for the paper itself
FEW = 3  # documents named when it is too large
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Names of bodies as papers address them; the city bears its own.
BODIES = {"cnipa": "国家知识产权局", "centre": "天津市知识产权保护中心"}
PARTIES = {
    "patent_agency": "专利代理机构", "trademark_agency": "商标代理机构", "practitioner": "专利代理师",
    "enterprise": "企业", "applicant": "申请人",
}  # fmt: skip
HOW_TO_CHECK = (
    "本材料包的每个文件都列在 SHA256SUMS 和 MANIFEST.json 中。核对：在本文件夹内运行 sha256sum -c SHA256SUMS，"
    "或者用任何能计算 SHA-256 的软件逐个比对。\n"
    "Every file of this package is listed in SHA256SUMS and MANIFEST.json. To check it, run sha256sum -c SHA256SUMS"
    " in this folder, or compare with any program that computes SHA-256.\n"
    "standing.json 只含官方公布的等级、在列名单和经文书确认的事实，不含任何内部测算。\n"
    "standing.json holds official grades, listings and facts confirmed by documents only, no internal reckoning.\n"
)


@dataclass(frozen=True)
class Given:
    """A file that is put to an entry: what it is, its title, the file."""

    kind: ListPaper.Kind
    title: str
    file: StoredFile


def goes_up(row: ListEntry) -> bool:
    """Whether another body than the proposing office's level decides, so that the proposal is handed up."""
    decider = rule_of(row).values["decider"]
    return bool(decider in BODIES or (decider == "city" and row.unit.kind != Unit.Kind.CITY))


def record_of(row: ListEntry, *, by: Actor) -> Record:
    """What the proposal paper says, as the entry stands now; a district writes to the city, the city further up."""
    rule = rule_of(row)
    ground = next(one for one in rule.values["grounds"] if one["code"] == row.ground)
    decider, clause = rule.values["decider"], cited(rule, ground)
    city = Unit.objects.get(pk=queries.city_id())
    facts = [lists.FACTS[one].zh for one in row.facts if one in lists.FACTS]
    enclosed = [f"{place}. {one.title}" for place, one in enumerate(enclosures(row), start=1)]
    values = {
        "listing.list": rule.text.zh,
        "listing.party": PARTIES[row.party],
        "listing.subject": row.subject.name,
        "listing.subject_no": row.subject.number,
        "listing.ground": f"{ground['text_zh']}{f'（{clause}）' if clause else ''}",
        "listing.facts": "；".join(facts) or "见理由",
        "listing.reason": row.reason,
        "listing.steps": "\n".join(_step_line(one) for one in _steps(row)),
        "listing.body": BODIES.get(decider, city.name_zh) if by.unit == city.pk else city.name_zh,
        "listing.enclosed": "\n".join(enclosed),
    }
    return Record(("listing", row.key), FIELDS[row.party], values, tuple(row.seen_by))


def enclosures(row: ListEntry) -> list[ListPaper]:
    """Files of evidence and procedure, in the order in which they were put to the entry."""
    return list(row.papers.exclude(kind=ListPaper.Kind.PACKAGE).select_related("file").order_by("id"))


def sent(row: ListEntry) -> list[ListPaper]:
    """Packages that were sent, the oldest first."""
    return list(row.papers.filter(kind=ListPaper.Kind.PACKAGE).select_related("file").order_by("id"))


@transaction.atomic
def enclose(*, key: str, given: Given, version: int, by: OfficerActor) -> ListPaper:
    """Put a file to an entry that is not decided yet."""
    check_permission(by.permissions, Permission.KEEP_STANDING)
    row, title = taken(key, version), given.title.strip()[:120]
    refuse_other(row, by)
    if not title or given.kind == ListPaper.Kind.PACKAGE:
        raise StandingRefused("请写明材料名称和种类。", "Give the title and the kind of the file.")
    if row.decided_on is not None:
        raise StandingRefused("已作出决定，不能再补充材料。", "It is decided; nothing is added any more.")
    if goes_up(row):
        held = [(one.title, one.file.size) for one in enclosures(row)]
        refuse_too_large([*held, (title, given.file.size)], LARGEST - SPARE)
    return _kept(row, given.kind, title, given.file, by)


def paper_of(row: ListEntry, by: Actor) -> Paper | None:
    """The proposal paper that was issued last and has been set, if any."""
    found = [
        one
        for one in papers.about("listing", row.key, by)
        if one.kind == PAPER and one.state == PaperState.ISSUED and one.pdf_id and one.docx_id
        if may_act(row, one.unit_id)
    ]
    return max(found, key=lambda one: one.pk) if found else None


def right_to(row: ListEntry, *, by: OfficerActor) -> Grant:
    """The row of the matrix by which an office hands a proposal up; raises `NoCompetence`, or for another office."""
    refuse_other(row, by)
    return competence.may(by, LegalAct.REPORT_UP, FIELDS[row.party])


def refuse_too_large(documents: Sequence[tuple[str, int]], most: int) -> None:
    """Raise `StandingRefused` naming the largest of documents (title, bytes) that together exceed a limit in bytes."""
    total = sum(size for _, size in documents)
    if total <= most:
        return
    largest = sorted(documents, key=lambda one: (-one[1], one[0]))[:FEW]
    zh = "；".join(f"《{name}》{_mb(size)}" for name, size in largest)
    en = "; ".join(f"{name} ({_mb(size)})" for name, size in largest)
    raise StandingRefused(
        f"材料合计{_mb(total)}，超过{_mb(most)}的上限。最大的是：{zh}。请压缩或者降低扫描精度后再上传；"
        "过大的材料已经登记的，不予列入后以压缩的材料重新提议。",
        f"The documents come to {_mb(total)}, above the limit of {_mb(most)}. The largest are: {en}. Make them smaller"
        " and upload them again; where one is on record already, drop this proposal and propose anew.",
    )


def package(row: ListEntry, *, by: OfficerActor) -> bytes:
    """The package as it stands, a ZIP.

    Raises `NoCompetence` without a row of the matrix, `StandingRefused` without an issued paper, for another office
    and above the limit of size.
    """
    right_to(row, by=by)
    paper = paper_of(row, by)
    if paper is None or paper.dated is None:
        raise StandingRefused(
            "还没有已印发的提请列入名单的文书；请先起草、核准并印发，再生成材料包。",
            "No proposal paper is issued yet; draft, approve and issue it first.",
        )
    held = _documents(row, paper)
    held["record.csv"] = _csv(("日期", "步骤", "文书", "情况"), map(_told, _steps(row)))
    held["standing.json"] = _json(_standing(row, paper))
    held[README] = HOW_TO_CHECK.encode()
    head = {
        "schema": SCHEMA,
        "entry": row.key,
        "list": row.list_id,
        "number": paper.number,
        "dated": str(paper.dated),
        "office": row.unit.name_zh,
    }
    held[MANIFEST] = _json(head | {"files": [_listed(name, held[name]) for name in sorted(held)]})
    sums = "".join(f"{_digest(held[name])}  {name}\n" for name in sorted(held))
    return _zip(held | {SUMS: sums.encode()})


def _documents(row: ListEntry, paper: Paper) -> dict[str, bytes]:
    """The paper, the files put to the entry and their table; refused where together they are too large."""
    given, forms = enclosures(row), (("pdf", paper.pdf), ("docx", paper.docx))
    own = [(f"{paper.number}.{form}", file.size) for form, file in forms if file]
    refuse_too_large([*own, *((one.title, one.file.size) for one in given)], LARGEST)
    held = {f"proposal.{form}": _bytes(file) for form, file in forms}
    table = []
    for place, one in enumerate(given, start=1):
        name = f"evidence/{place:02}{guess_extension(one.file.content_type) or ''}"
        held[name] = _bytes(one.file)
        table.append((place, one.get_kind_display(), one.title, name, one.file.sha256, clock.day_of(one.at)))
    held["evidence.csv"] = _csv(("序号", "种类", "名称", "文件", "SHA-256", "登记日期"), table)
    return held


@transaction.atomic
def send(*, key: str, done: Done, by: OfficerActor) -> ListPaper:
    """Record that the proposal was sent up, under its number and on its day; what was sent is kept whole.

    Raises `NoCompetence` without a row of the matrix, `StandingRefused` without an issued paper of this office.
    """
    check_permission(by.permissions, Permission.KEEP_STANDING)
    row = taken(key, done.version)
    grant = right_to(row, by=by)
    if not goes_up(row):
        raise StandingRefused(
            "该名单由本级决定，无需上报。", "This level decides on the list; nothing goes up."
        )
    paper = paper_of(row, by)
    data = package(row, by=by)
    assert paper is not None and paper.number is not None and paper.dated is not None
    if paper.unit_id != by.unit:
        raise StandingRefused("由印发文书的单位报送。", "The office that issued the paper sends it.")
    if done.on < paper.dated:
        raise StandingRefused("报送日期早于文书日期。", "It is sent before the paper is dated.")
    name = f"{paper.number.replace('/', '_')}.zip"
    file = files.keep(name=name, chunks=[data], seen_by=row.seen_by, by=by)
    hand_up(row, Done(done.on, done.version, paper.number, done.note), by, file.sha256, grant.row)
    return _kept(row, ListPaper.Kind.PACKAGE, paper.number, file, by)


def _kept(row: ListEntry, kind: ListPaper.Kind, title: str, file: StoredFile, by: OfficerActor) -> ListPaper:
    paper = ListPaper.objects.create(
        entry=row, kind=kind, title=title, file=file, post_id=by.post_id, at=clock.now()
    )
    detail = {"kind": str(kind), "sha256": file.sha256}
    audit.record(audit.Kind.LIST_PAPER_KEPT, by=by, about=("listing", row.key), detail=detail)
    return paper


def _steps(row: ListEntry) -> list[Any]:
    """The steps taken, without the sending itself: a package does not tell of its own way."""
    return list(row.steps.exclude(act=str(ListAct.SEND)).order_by("id"))


def _words(step: Any) -> str:
    if step.step in lists.STEPS:
        return lists.STEPS[step.step].zh
    return LIST_ACT_TEXTS[ListAct(step.act)].zh if step.act in list(ListAct) else "提议"


def _step_line(step: Any) -> str:
    return f"{step.on}　{_words(step)}{f'（{step.document}）' if step.document else ''}"


def _told(step: Any) -> tuple[object, ...]:
    return (step.on, _words(step), step.document, step.note)


def _standing(row: ListEntry, paper: Paper) -> dict[str, Any]:
    """What is officially known on the day of the paper: grades, lists, facts with their documents, nothing of ours."""
    assert paper.dated is not None
    known = queries.official_standing(row.subject, paper.dated)
    known = known._replace(facts=tuple(one for one in known.facts if one.on <= paper.dated))
    subject = {"number": row.subject.number, "name": row.subject.name}
    return {"subject": subject, "on": str(paper.dated), "official": rested(known)}


def _mb(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB"


def _bytes(file: StoredFile | None) -> bytes:
    assert file is not None
    return b"".join(files.content(file))


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, default=str) + "\n").encode()


def _csv(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_plain(one) for one in row] for row in rows)
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def _plain(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _listed(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "sha256": _digest(data), "bytes": len(data)}


def _zip(held: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as target:
        for name in sorted(held):
            info = zipfile.ZipInfo(name, MOMENT)
            info.compress_type, info.external_attr = zipfile.ZIP_STORED, 0o600 << 16
            target.writestr(info, held[name])
    return written.getvalue()
