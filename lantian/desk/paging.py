"""One page of a list, its rows as the template shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from lantian.desk.requests import OfficerRequest

PAGE = 25


def paged(
    request: OfficerRequest,
    rows: QuerySet[Any] | Sequence[Any],
    show: Callable[[Any], Any],
    size: int = PAGE,
) -> Page[Any]:
    """The page that is asked for (`?page=`, else the first), each of its rows as `show` tells it."""
    page = Paginator(rows, size).get_page(request.GET.get("page"))
    page.object_list = [show(row) for row in page.object_list]
    return page
