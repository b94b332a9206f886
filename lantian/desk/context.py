"""What every page shows around its content: who is here, in which post, on a demo or not."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context for `base.html`."""
    return {"demo": settings.MODE == "demo"}
