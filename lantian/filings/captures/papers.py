"""A record of evidence as papers see it: its values by binding. The newest record of a capture counts."""

from __future__ import annotations

from datetime import datetime

from lantian.core.competence import Field
from lantian.filings.captures import queries
from lantian.filings.captures.models import PLATFORMS, RESULTS, Capture, CaptureRecord
from lantian.office import clock
from lantian.office.papers.actions import Record
from lantian.office.papers.content import day_words
from lantian.registry import queries as registry

ABOUT, PAPER = "capture", "evidence_record"


def newest(capture: Capture) -> CaptureRecord | None:
    """The record of evidence that a paper is made of, once there is one."""
    return capture.records.order_by("-number").first()


def record_of(capture: Capture, taken: CaptureRecord) -> Record:
    """What a paper about a record of evidence may say, as the record stands."""
    said = queries.reading(capture)
    people = zip(taken.officers, taken.certificates, strict=True)
    named = [said.title if said else "", capture.url]
    values = {
        "capture.taken_at": _moment(taken.taken_at),
        "capture.place": taken.place,
        "capture.officers": "；".join(f"{name}（{card}）" for name, card in people),
        "capture.object": "\n".join(filter(None, named)) or PLATFORMS[capture.platform].zh,
        "capture.kept": f"{_moment(capture.captured_at)}　SHA-256：{_grouped(capture.sha256)}",
        "capture.surroundings": taken.surroundings,
        "capture.steps": taken.steps,
        "capture.result": RESULTS[taken.result].zh,
        "capture.sha256": _grouped(taken.sha256),
        "capture.trusted_time": taken.trusted_time,
    }
    field = field_of(capture) or Field.PATENT_AGENCY  # asked for before anything is drafted
    return Record((ABOUT, capture.key), field, values, tuple(capture.seen_by))


def _moment(at: datetime) -> str:
    here = at.astimezone(clock.CHINA)
    return f"{day_words(here.date())}{here:%H}时{here:%M}分"


def _grouped(digest: str) -> str:
    """A digest in groups of eight: nobody compares 64 signs in a row, and a line of a paper cannot hold them."""
    return " ".join(digest[place : place + 8] for place in range(0, len(digest), 8))


def field_of(capture: Capture) -> Field | None:
    """What is supervised here: the register's kind of the advertiser, else practice without a licence.

    None for an agency of both kinds: the officer says which, for it decides whose paper it is.
    """
    said = queries.reading(capture)
    number = said.advertiser_id if said else ""
    return registry.agency_field(number) if registry.agency_kinds(number) else Field.UNLICENSED
