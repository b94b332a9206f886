"""The one door through which files leave: always an attachment, with which the browser may do nothing."""

from __future__ import annotations

from typing import BinaryIO

from django.http import FileResponse, Http404

from lantian.office import files
from lantian.office.models import StoredFile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def attached(file: StoredFile | None, kind: str = "") -> FileResponse:
    """A stored file that the reader was found to see; a file that is not there is not found."""
    if file is None:
        raise Http404
    return sent(files.path_of(file).open("rb"), file.name, kind or file.content_type)


def sent(content: BinaryIO, name: str, kind: str) -> FileResponse:
    """Bytes under a name: what strangers wrote is never shown in place."""
    response = FileResponse(content, as_attachment=True, filename=name, content_type=kind)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
