"""Months and years counted by the calendar: they end on the day of the same number (民法典 第二百零二条)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=65536)
def add_months(day: date, months: int) -> date:
    """Return the day of the same number `months` later (earlier when negative), else that month's last day.

    >>> add_months(date(2026, 1, 31), 1), add_months(date(2026, 3, 31), -1), add_months(date(2024, 2, 29), 12)
    (datetime.date(2026, 2, 28), datetime.date(2026, 2, 28), datetime.date(2025, 2, 28))
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= years <= 9999:
        raise OverflowError("outside the calendar")
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))
