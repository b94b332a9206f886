"""The only place that asks what time it is."""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from django.conf import settings

CHINA = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment with zone; in demo and tests the day can be set by LANTIAN_TODAY."""
    moment = datetime.now(CHINA)  # noqa: TID251 - this is the clock
    if settings.TODAY is not None:
        return datetime.combine(settings.TODAY, time_of_day(moment.hour, moment.minute, moment.second), CHINA)
    return moment


def today() -> date:
    """The present day in Asia/Shanghai, where legal days are counted."""
    return now().date()


def day_of(moment: datetime) -> date:
    """The day in Asia/Shanghai on which a moment falls."""
    return moment.astimezone(CHINA).date()
