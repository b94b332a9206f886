"""Taking a page: rules heard, redirects followed one checked step at a time, everything kept as it came."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult

from lantian.core.messages import Unreadable
from lantian.detect.pages import Page, read_page
from lantian.filings.captures.fetching import REDIRECTS, Clock, Headers, Reply, fetch
from lantian.filings.captures.policy import Pace, Policy, checked
from lantian.filings.captures.robots import Robots, Rules, joined


@dataclass(frozen=True)
class Hop:
    """One answer on the way: who was asked, what came."""

    url: str
    address: str
    at: datetime
    status: int
    headers: Headers


@dataclass(frozen=True)
class Taken:
    """A page as it was taken: `hops` in order, the last one gave `body`; `robots` the rules that let us."""

    url: str
    hops: tuple[Hop, ...]
    body: bytes
    robots: Rules
    page: Page

    @property
    def final_url(self) -> str:
        """The address that answered."""
        return self.hops[-1].url

    @property
    def at(self) -> datetime:
        """When the page itself was asked for."""
        return self.hops[-1].at

    @property
    def status(self) -> int:
        """The answer's number."""
        return self.hops[-1].status

    @property
    def sha256(self) -> str:
        """Digest of the bytes as they came."""
        return hashlib.sha256(self.body).hexdigest()


class Taker:
    """Takes pages within a policy: hosts keep their rules for one run, and are asked one at a time."""

    def __init__(self, policy: Policy, now: Clock, pace: Pace | None = None) -> None:
        self._policy, self._now = policy, now
        self._pace = pace or paced(time.monotonic, time.sleep)
        self._robots = Robots(policy, self._pace, now)

    def take(self, url: str) -> Taken:
        """Take one page.

        Raises `WrongUse` for an address that is none, `NotAllowed` for one that may not be read, `Unreadable`
        when no whole page came.
        """
        parts, hops = checked(url, self._policy), list[Hop]()
        for _ in range(self._policy.redirects + 1):
            rules, reply = self._asked(parts)
            hops.append(Hop(reply.url, reply.address, reply.at, reply.status, reply.headers))
            if reply.status not in REDIRECTS or not reply.header("location"):
                kind, packed = reply.header("content-type"), reply.header("content-encoding")
                page = read_page(reply.body, kind=kind, packed=packed)
                return Taken(url.strip(), tuple(hops), reply.body, rules, page)
            parts = checked(joined(reply), self._policy)
        raise Unreadable(
            f"{parts.hostname} 反复跳转，没有给出网页。",
            f"{parts.hostname} redirects again and again and gives no page.",
        )

    def _asked(self, parts: SplitResult) -> tuple[Rules, Reply]:
        rules = self._robots.check(parts)
        self._pace(parts.netloc, rules.delay)
        return rules, fetch(parts, self._policy, self._now)


def paced(clock: Callable[[], float], wait: Callable[[float], None]) -> Pace:
    """A pace within one process: the first request to a host goes at once, every later one after its delay."""
    last: dict[str, float] = {}

    def pace(host: str, delay: float) -> None:
        if host in last and (left := last[host] + delay - clock()) > 0:
            wait(left)
        last[host] = clock()

    return pace
