"""What forms of the campaign send: days, whole numbers, offices, and files that are proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from django.core.exceptions import BadRequest
from django.http import HttpRequest

from lantian.core.messages import Refused
from lantian.desk.papers import LARGEST_SCAN, SCANS
from lantian.desk.requests import OfficerRequest
from lantian.office import files
from lantian.office.models import StoredFile, Unit


def day(request: HttpRequest, name: str) -> date | None:
    """A day as a date field sends it; None when it is none."""
    try:
        return date.fromisoformat(request.POST.get(name, "").strip())
    except ValueError:
        return None


def whole(request: HttpRequest, name: str) -> int | None:
    """A whole number of at most nine digits; None when it is none."""
    typed = request.POST.get(name, "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 9 else None


def version(request: HttpRequest) -> int:
    """The version of the record that the page showed."""
    found = whole(request, "version")
    if found is None:
        raise BadRequest("version comes from the record's own page")
    return found


def units(request: HttpRequest, name: str) -> list[Unit]:
    """The offices chosen; those that are none are left out."""
    typed = [one for one in request.POST.getlist(name) if one.isascii() and one.isdigit() and len(one) <= 12]
    return list(Unit.objects.filter(pk__in=[int(one) for one in typed]).order_by("id"))


@contextmanager
def proof(request: OfficerRequest, name: str, seen_by: Iterable[int]) -> Iterator[StoredFile | None]:
    """The file of a field, kept while the block succeeds; None without one. PDF, PNG or JPEG up to 20 MB."""
    upload = request.FILES.get(name)
    if upload is None:
        yield None
        return
    if (upload.size or 0) > LARGEST_SCAN:
        raise Refused("文件不得超过20 MB。", "The file may have 20 MB at most.")
    by = request.actor
    with files.kept(name=upload.name or name, chunks=upload.chunks(), seen_by=seen_by, by=by) as kept:
        if kept.content_type not in SCANS:
            raise Refused("文件应为 PDF、PNG 或 JPEG。", "The file has to be PDF, PNG or JPEG.")
        yield kept
