"""The card of worksheets on the page of a lead or an outside matter."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from lantian.casework import worksheets
from lantian.desk.present import worksheets as shown
from lantian.desk.requests import OfficerRequest
from lantian.office.permissions import Permission


def card(request: OfficerRequest, kind: str, key: str) -> dict[str, Any]:
    """Worksheets of a case that the reader may see, and the way to a new one."""
    rows = worksheets.of_origin(kind, key).select_related("unit")
    may = Permission.TAKE_MEASURES in request.actor.permissions
    url = f"{reverse('worksheets_new')}?{kind}={key}" if may else ""
    return {"sheets": {"rows": [shown.worksheet(row) for row in rows], "new_url": url}}
