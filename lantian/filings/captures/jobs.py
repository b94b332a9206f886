"""The jobs: capture an address, draw a saved page. Killed at any moment each runs again and keeps one."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache

from lantian.filings.captures import actions, archives, queries
from lantian.filings.captures.models import Capture, CaptureRequest
from lantian.filings.captures.picture import drawn, painted
from lantian.filings.captures.policy import Pace
from lantian.filings.captures.taking import Taker
from lantian.office import clock, jobs

STEPS = 3
LOOK_AGAIN = 0.5


@jobs.job(actions.JOB)
def capture(running: jobs.Running, *, request: str) -> None:
    """Read the page outside every transaction, draw it, then keep everything in one step."""
    with running.step():
        row = CaptureRequest.objects.get(key=request)
        done = Capture.objects.filter(request=row).exists()
        running.advance("capture_page", 0, STEPS)
    if done:
        return
    taken = Taker(settings.CAPTURE, clock.now, shared_pace()).take(row.url)
    running.breathe("capture_picture", 1, STEPS)
    kind = next((value for name, value in taken.hops[-1].headers if name.casefold() == "content-type"), "")
    picture = drawn(taken.body, kind) if taken.page.readable else None
    running.breathe("capture_keep", 2, STEPS)
    with running.step():
        actions.keep_taken(row, taken, picture, by=running.actor)
        running.advance("capture_keep", STEPS, STEPS)


@jobs.job(actions.DRAWING)
def draw(running: jobs.Running, *, capture: str) -> None:
    """Draw a saved page outside every transaction, then keep the picture; without a browser there is none."""
    with running.step():
        row = Capture.objects.get(key=capture)
        body, done = queries.part(row, "body"), queries.part(row, "drawing")
        content = queries.content(body) if body and not done else b""
        running.advance("capture_picture", 1, STEPS)
    if not content:
        return
    picture = painted(archives.opened(content))
    with running.step():
        if picture:
            actions.keep_drawing(row, picture, by=running.actor)
        running.advance("capture_keep", STEPS, STEPS)


def shared_pace(wait: Callable[[float], None] = time.sleep) -> Pace:
    """A pace that every worker keeps: who asks a host next waits until the last one's time has passed."""

    def pace(host: str, delay: float) -> None:
        if delay <= 0:
            return
        # The shared state is read outside every scope, so it bears no name.
        place = f"capture:{sha256(host.encode()).hexdigest()[:32]}"
        while not cache.add(place, 1, timeout=math.ceil(delay)):
            wait(LOOK_AGAIN)

    return pace
