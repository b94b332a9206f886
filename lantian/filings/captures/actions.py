"""Writes about captures: uploaded, asked for, taken, read by an officer, taken again as evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from lantian.core.messages import Refused
from lantian.detect.pages import Page, read_page, signs
from lantian.filings.captures import archives, kinds, policy, queries
from lantian.filings.captures.errors import UploadRefused
from lantian.filings.captures.folder import headers_of, only
from lantian.filings.captures.kinds import PAGES, PICTURES, Kind
from lantian.filings.captures.models import (
    PLATFORMS,
    RESULTS,
    Capture,
    CapturePart,
    CaptureReading,
    CaptureRecord,
    CaptureRequest,
)
from lantian.filings.captures.rules import retaken
from lantian.filings.captures.taking import Taken
from lantian.office import audit, clock, files, following, jobs, search
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import StoredFile, Unit
from lantian.office.permissions import Permission, check_permission
from lantian.office.plates import check_open

JOB, DRAWING = "capture", "capture_drawing"
MOST_TYPED = 20_000


class CaptureRefused(Refused):
    """Something about a capture cannot be done as asked."""


@dataclass(frozen=True)
class Saved:
    """What an officer says of a file he uploads: where the page was, when, how he made the file."""

    url: str
    platform: str
    captured_at: datetime
    how: str
    transcript: str = ""


@dataclass(frozen=True)
class Words:
    """What a capture says, typed by an officer: title, words, who advertises."""

    title: str = ""
    text: str = ""
    advertiser: str = ""
    advertiser_id: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Retaken:
    """Evidence taken again: as the form asks. `file` is what was retrieved, where it was kept as a file."""

    taken_at: datetime
    place: str
    officers: Sequence[str]
    certificates: Sequence[str]
    surroundings: str
    steps: str
    result: str
    sha256: str = ""
    trusted_time: str = ""
    file: tuple[str, bytes] | None = field(default=None, repr=False)


def upload(
    saved: Saved, body: tuple[str, bytes], picture: tuple[str, bytes] | None, *, by: OfficerActor
) -> Capture:
    """Keep a saved page or a picture of a screen; files are (name, content).

    Raises `UploadRefused` for files that are no such thing, `CaptureRefused` for what is missing or cannot be.
    """
    _check_may(by)
    _check_saved(saved)
    kind = kinds.kind_of(body[1])
    if picture and kinds.kind_of(picture[1]) not in PICTURES:
        raise UploadRefused("页面图片应为 PNG 或 JPEG。", "The picture of the page is PNG or JPEG.")
    typed = bool(saved.transcript.strip())
    page = _page(body[1], kind, saved.transcript.strip())
    seen_by = _seen_by(by)
    with ExitStack() as stack, transaction.atomic():
        parts = {"body": stack.enter_context(_kept(body, seen_by, by))}
        if picture:
            parts["picture"] = stack.enter_context(_kept(picture, seen_by, by))
        capture = Capture.objects.create(
            way="picture" if kind in PICTURES else "saved",
            platform=saved.platform,
            url=saved.url.strip(),
            captured_at=saved.captured_at,
            how=saved.how.strip(),
            sha256=parts["body"].sha256,
            unit_id=by.unit,
            post_id=by.post_id,
            recorded_at=clock.now(),
            seen_by=seen_by,
        )
        _keep_parts(capture, parts)
        reading = _first_reading(capture, page, by.post_id if typed else None)
        _note(audit.Kind.CAPTURE_KEPT, capture, by)
        if kind in PAGES:
            _draw_later(capture, by)
        _tell(capture, None, reading, post_id=by.post_id, acting=by)
    return capture


def _page(body: bytes, kind: Kind, transcript: str) -> Page:
    """What a file says, or what the officer typed of it."""
    page = read_page(archives.opened(body).main) if kind in PAGES else Page(readable=False)
    if not transcript:
        return page
    return Page(page.title, transcript[:MOST_TYPED], page.readable, signs(transcript))


def _draw_later(capture: Capture, by: OfficerActor) -> None:
    """Have the picture drawn; one browser at a time, for pages of strangers may want much of a machine."""
    mandate, keys = queries.drawn_for(capture), {"capture": capture.key}
    jobs.defer(DRAWING, lock=DRAWING, arguments=keys, mandate=mandate, by=by)


def keep_drawing(capture: Capture, picture: bytes, *, by: Actor) -> None:
    """Keep our own picture of a saved page beside the file, in the open transaction; a second run keeps none."""
    if queries.part(capture, "drawing"):
        return
    file = files.keep(name="drawing.png", chunks=[picture], seen_by=capture.seen_by, by=by, sealed=True)
    _keep_parts(capture, {"drawing": file})
    _note(audit.Kind.CAPTURE_DRAWN, capture, by, picture=file.sha256)


@transaction.atomic
def ask(url: str, purpose: str, *, by: OfficerActor) -> CaptureRequest:
    """Have the house capture an address of a configured host; raises `NotAllowed` or `WrongUse` at once."""
    _check_may(by)
    parts = policy.checked(url, settings.CAPTURE)
    if not purpose.strip():
        raise CaptureRefused("请写明采集的目的。", "Please say what the capture is for.")
    request = CaptureRequest(
        url=url.strip(), purpose=purpose.strip()[:200], unit_id=by.unit, post_id=by.post_id, at=clock.now(),
        seen_by=_seen_by(by),
    )  # fmt: skip
    request.job = jobs.defer(
        JOB,
        # One request at a time to a host; the queue is read outside every scope, so it bears no name.
        lock=f"capture:{sha256(parts.netloc.encode()).hexdigest()[:32]}",
        arguments={"request": request.key},
        mandate=f"capture:{request.key}",
        by=by,
    )
    request.save(force_insert=True)
    audit.record(audit.Kind.CAPTURE_ASKED, by=by, about=("capture_request", request.key))
    return request


def keep_taken(request: CaptureRequest, taken: Taken, picture: bytes | None, *, by: Actor) -> Capture:
    """Keep what the house captured for a request, in the open transaction; a second run keeps nothing again."""
    known = Capture.objects.filter(request=request).first()
    if known:
        return known
    contents = {
        "body": taken.body,
        "headers": headers_of(taken),
        "robots": taken.robots.body,
        "picture": picture or b"",
    }
    parts = {
        role: files.keep(
            name=f"{role}.{_SUFFIX[role]}", chunks=[content], seen_by=request.seen_by, by=by, sealed=True
        )
        for role, content in contents.items()
        if content or role == "body"  # that a page was empty is a fact as well
    }
    capture = Capture.objects.create(
        way="fetched",
        platform="website",
        url=request.url,
        final_url=taken.final_url,
        status=taken.status,
        captured_at=taken.at,
        how="",
        sha256=taken.sha256,
        unit_id=request.unit_id,
        post_id=request.post_id,
        recorded_at=clock.now(),
        request=request,
        seen_by=request.seen_by,
    )
    _keep_parts(capture, parts)
    reading = _first_reading(capture, taken.page, None)
    _note(audit.Kind.CAPTURE_KEPT, capture, by)
    _tell(capture, None, reading, post_id=request.post_id, acting=by)
    return capture


@transaction.atomic
def read(key: str, words: Words, *, seen: int, by: OfficerActor) -> CaptureReading:
    """Type what a capture says; `seen` is the reading on the page the officer acted from."""
    capture = _take(key, by)
    last = capture.readings.order_by("-number").first()
    if (last.number if last else 0) != seen:
        raise CaptureRefused(
            "他人已更新文字，请查看后再改。", "Somebody else has typed it; look at it before you act."
        )
    if not words.text.strip():
        raise CaptureRefused("请录入页面上的文字。", "Please type what the page says.")
    reading = _reading(capture, words, seen + 1, by.post_id)
    _note(audit.Kind.CAPTURE_TYPED, capture, by, reading=reading.number)
    _tell(capture, last, reading, post_id=by.post_id, acting=by)
    return reading


def record_evidence(key: str, told: Retaken, *, seen: int, by: OfficerActor) -> CaptureRecord:
    """Record that two officers took the evidence again; `seen` is the number of records on the page acted from."""
    with ExitStack() as stack, transaction.atomic():
        capture = _take(key, by)
        if capture.records.count() != seen:
            raise CaptureRefused(
                "他人已登记提取记录，请查看后再登记。", "Somebody else has recorded it; look first."
            )
        _check_retaken(told, capture)
        file = stack.enter_context(_kept(told.file, capture.seen_by, by)) if told.file else None
        record = CaptureRecord.objects.create(
            capture=capture,
            number=seen + 1,
            taken_at=told.taken_at,
            place=told.place.strip(),
            officers=[one.strip() for one in told.officers],
            certificates=[one.strip() for one in told.certificates],
            surroundings=told.surroundings.strip(),
            steps=told.steps.strip(),
            result=told.result,
            sha256=file.sha256 if file else told.sha256.strip().casefold(),
            trusted_time=told.trusted_time.strip(),
            file=file,
            post_id=by.post_id,
            at=clock.now(),
        )
        _note(audit.Kind.EVIDENCE_RECORDED, capture, by, record=record.number, sha256=record.sha256)
    return record


_SUFFIX: Mapping[str, str] = {"body": "html", "headers": "json", "robots": "txt", "picture": "png"}


def _check_may(by: OfficerActor) -> None:
    check_permission(by.permissions, Permission.VERIFY)
    check_open(Unit.objects.get(pk=by.unit))


def _take(key: str, by: OfficerActor) -> Capture:
    capture = Capture.objects.select_for_update(of=("self",)).filter(key=key).first()
    if capture is None or capture.unit_id != by.unit:
        raise CaptureRefused("只有登记单位可以办理。", "Only the office that kept it may do this.")
    _check_may(by)
    return capture


def _check_saved(saved: Saved) -> None:
    if saved.platform not in PLATFORMS:
        raise CaptureRefused("请选择平台。", "Choose the platform.")
    if not saved.how.strip():
        raise CaptureRefused("请写明怎样得到的。", "Say how the file was made.")
    if saved.captured_at > clock.now() + timedelta(minutes=1):
        raise CaptureRefused("时间不能晚于现在。", "The time lies in the future.")
    url = saved.url.strip()
    if saved.platform == "website" or url:
        try:
            usable = urlsplit(url).scheme in policy.PORTS and bool(urlsplit(url).hostname)
        except ValueError:
            usable = False
        if not usable or len(url) > policy.MOST_ADDRESS:
            raise CaptureRefused(
                "请填写完整网址，以 http:// 或 https:// 开头。",
                "Give the whole address; it begins with http:// or https://.",
            )


def _check_retaken(told: Retaken, capture: Capture) -> None:
    needed = retaken().values["officers"]
    names, numbers = {one.strip() for one in told.officers}, {one.strip() for one in told.certificates}
    if len(names - {""}) < needed or len(numbers - {""}) < needed:
        raise CaptureRefused(
            "提取须由两名执法人员进行；请写明两人的姓名和执法证号，不能是同一人。",
            "Two officers take evidence; name both with the numbers of their cards, not one person twice.",
        )
    if not told.place.strip() or not told.surroundings.strip() or not told.steps.strip():
        raise CaptureRefused(
            "请写明地点、设备和环境检查、提取步骤。",
            "Say where, with what checks of device and clock, and by what steps.",
        )
    if not capture.captured_at <= told.taken_at <= clock.now() + timedelta(minutes=1):
        raise CaptureRefused(
            "提取时间应在存证之后、现在之前。", "Evidence is taken after the capture and not in the future."
        )
    if told.result not in RESULTS:
        raise CaptureRefused("请选择提取结果。", "Choose what came of it.")
    digest = told.sha256.strip().casefold()
    if digest and (len(digest) != 64 or set(digest) - set("0123456789abcdef")):
        raise CaptureRefused(
            "校验值应为64位十六进制的 SHA-256。", "The digest is a SHA-256 of 64 hex digits."
        )
    if told.result != "gone" and not digest and told.file is None:
        raise CaptureRefused(
            "请上传提取到的文件，或者填写其 SHA-256 校验值。",
            "Upload what was retrieved, or give its SHA-256.",
        )


def _kept(file: tuple[str, bytes], seen_by: Sequence[int], by: Actor) -> AbstractContextManager[StoredFile]:
    if len(file[1]) > kinds.MOST_BYTES:
        raise UploadRefused("文件过大。", "The file is too large.")
    return files.kept(name=file[0], chunks=[file[1]], seen_by=seen_by, by=by, sealed=True)


def _keep_parts(capture: Capture, parts: Mapping[str, StoredFile]) -> None:
    CapturePart.objects.bulk_create(
        CapturePart(capture=capture, role=role, file=file) for role, file in parts.items()
    )


def _first_reading(capture: Capture, page: Page, post_id: int | None) -> CaptureReading | None:
    """What the file itself says, if anything; the capture can be found from now on in any case."""
    found = page.signs
    words = Words(
        page.title,
        page.text,
        only(found.firms) or "",
        only(found.credit_codes) or "",
        only(found.phones) or "",
    )
    if page.readable or words.text:
        return _reading(capture, words, 1, post_id)
    search.note([queries.search_record(capture, None)])
    return None


def _reading(capture: Capture, words: Words, number: int, post_id: int | None) -> CaptureReading:
    reading = CaptureReading.objects.create(
        capture=capture,
        number=number,
        title=words.title.strip()[:300],
        text=words.text.replace("\0", ""),
        advertiser=words.advertiser.strip()[:120],
        advertiser_id=words.advertiser_id.strip()[:18],
        phone=words.phone.strip()[:40],
        post_id=post_id,
        at=clock.now(),
    )
    search.note([queries.search_record(capture, reading)])
    return reading


def _tell(
    capture: Capture,
    before: CaptureReading | None,
    now: CaptureReading | None,
    *,
    post_id: int,
    acting: Actor,
) -> None:
    """Have what reads captures follow, where this one says something, or something else than before."""
    if _words(now) != _words(before):
        news = following.News("captures", f"capture:{capture.key}")
        following.follow(news, post_id=post_id, acting=acting)


def _words(said: CaptureReading | None) -> Words | None:
    """What detectors read of a capture; None while it says nothing and is no row of their table."""
    if said is None or not (said.text or said.title):
        return None
    return Words(said.title, said.text, said.advertiser, said.advertiser_id, said.phone)


def _seen_by(by: OfficerActor) -> list[int]:
    return sorted({by.unit, Unit.objects.get(kind=Unit.Kind.CITY).pk})


def _note(kind: audit.Kind, capture: Capture, by: Actor, **detail: object) -> None:
    told = {"sha256": capture.sha256, "way": capture.way} if kind == audit.Kind.CAPTURE_KEPT else {}
    audit.record(kind, by=by, about=("capture", capture.key), detail=told | detail)
