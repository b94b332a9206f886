"""The only place that asks what time it is."""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from django.conf import settings

CHINA = ZoneInfo("Asia/Shanghai")
NINE = time_of_day(9)


def now() -> datetime:
    """The present moment with zone; in demo and tests the day can be set by LANTIAN_TODAY.

    A set day keeps the real time of day, so it begins again at midnight. LANTIAN_NINE gives the real moment at
    which it is nine o'clock of that day: counted from there, no moment comes before an earlier one.
    """
    moment = datetime.now(CHINA)  # noqa: TID251 - this is the clock
    if settings.TODAY is None:
        return moment
    if settings.NINE is None:
        return datetime.combine(settings.TODAY, moment.time(), CHINA)
    return datetime.combine(settings.TODAY, NINE, CHINA) + (moment - settings.NINE)


def today() -> date:
    """The present day in Asia/Shanghai, where legal days are counted."""
    return now().date()


def day_is_set() -> bool:
    """Whether the day was set: then it does not end, and what is done by itself every night is not done."""
    return settings.TODAY is not None


def day_of(moment: datetime) -> date:
    """The day in Asia/Shanghai on which a moment falls."""
    return moment.astimezone(CHINA).date()
