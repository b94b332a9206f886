"""Reads of captures. Every query runs under the reader's scope; the database hides what is not his."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import polars as pl
from django.db.models import OuterRef, Q, QuerySet, Subquery

from lantian.filings.captures.folder import COLUMNS
from lantian.filings.captures.models import Capture, CapturePart, CaptureReading, CaptureRequest
from lantian.office import files, search
from lantian.office.models import Job
from lantian.office.search import Record


@dataclass(frozen=True)
class Filter:
    """What a list of captures shows; empty fields do not filter."""

    text: str = ""
    platform: str = ""
    way: str = ""


def captures(wanted: Filter) -> QuerySet[Capture]:
    """Captures, the newest first, each with `title` and `advertiser` of its newest reading."""
    found = _told()
    if wanted.text:
        text = Q(url__icontains=wanted.text) | Q(title__icontains=wanted.text)
        found = found.filter(text | Q(advertiser__icontains=wanted.text))
    named = {"platform": wanted.platform, "way": wanted.way}
    return found.filter(**{name: value for name, value in named.items() if value}).order_by(
        "-captured_at", "-id"
    )


def _told() -> QuerySet[Capture]:
    """Captures with `title` and `advertiser` of their newest reading."""
    newest = CaptureReading.objects.filter(capture=OuterRef("pk")).order_by("-number")
    found: QuerySet[Capture] = Capture.objects.select_related("unit", "post__account").annotate(
        title=Subquery(newest.values("title")[:1]), advertiser=Subquery(newest.values("advertiser")[:1])
    )
    return found


def search_record(capture: Capture, said: CaptureReading | None) -> Record:
    """A capture as global search finds it: by title, advertiser and host; by credit code, telephone and digest.

    The words of the page itself are not searched: they are read on its page, where reading is recorded.
    """
    host = urlsplit(capture.url).hostname or ""
    names = (said.title, said.advertiser, host) if said else (host,)
    numbers = (said.advertiser_id, _digits(said.phone)) if said else ()
    return Record("capture", capture.key, names, (*numbers, capture.sha256, capture.url[: search.LONGEST]))


def _digits(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isdigit())


def by_keys(keys: Sequence[str]) -> list[Capture]:
    """Captures with these keys that the reader may see, in the order asked, as `captures` tells them."""
    found = {row.key: row for row in _told().filter(key__in=keys)}
    return [found[key] for key in keys if key in found]


def find(key: str) -> Capture | None:
    """One capture, if the reader may see it."""
    return Capture.objects.select_related("unit", "post__account", "request").filter(key=key).first()


def reading(capture: Capture) -> CaptureReading | None:
    """The reading that counts; none while nobody has typed a picture."""
    return capture.readings.select_related("post__account").order_by("-number").first()


def part(capture: Capture, role: str) -> CapturePart | None:
    """One file of a capture."""
    return capture.parts.select_related("file").filter(role=role).first()


def content(found: CapturePart) -> bytes:
    """The plain content of a file of a capture."""
    return b"".join(files.content(found.file))


def drawn_for(capture: Capture) -> str:
    """What a job that draws a capture works for, as jobs say it."""
    return f"drawing:{capture.key}"


def drawing_job(capture: Capture) -> Job | None:
    """The job that draws the picture of a saved page, if it is to have one."""
    return Job.objects.filter(name="capture_drawing", mandate=drawn_for(capture)).first()


def requests() -> QuerySet[CaptureRequest]:
    """Requests whose capture is not there yet: waiting, at work, or ended without one; the newest first."""
    related = ("job__progress", "post__account", "unit")
    return CaptureRequest.objects.select_related(*related).filter(capture=None).order_by("-id")


def find_request(key: str) -> CaptureRequest | None:
    """One request, if the reader may see it."""
    return CaptureRequest.objects.select_related("job__progress", "unit").filter(key=key).first()


def waiting() -> int:
    """How many requests wait or are at work."""
    return requests().filter(job__state__in=(Job.State.WAITING, Job.State.RUNNING)).count()


def captures_frame() -> pl.DataFrame:
    """The canonical table `captures`, one row a capture that says something, by its newest reading."""
    newest = CaptureReading.objects.order_by("capture_id", "-number").distinct("capture_id")
    rows = newest.exclude(text="", title="").values_list(
        "capture__key", "capture__url", "capture__platform", "capture__captured_at", "advertiser", "advertiser_id",
        "phone", "title", "text", "capture__sha256",
    )  # fmt: skip
    return frame_of(rows)


def row_of(capture: Capture, said: CaptureReading) -> pl.DataFrame:
    """One capture as the canonical table has it."""
    return frame_of([(
        capture.key, capture.url, capture.platform, capture.captured_at, said.advertiser, said.advertiser_id,
        said.phone, said.title, said.text, capture.sha256,
    )])  # fmt: skip


def frame_of(rows: object) -> pl.DataFrame:
    """Rows in the order of the canonical columns; what is empty is unknown."""
    known = [tuple(value if value != "" else None for value in row) for row in rows]  # type: ignore[attr-defined]
    return pl.DataFrame(known, schema=dict(COLUMNS), orient="row").sort("capture_id")
