"""robots.txt as RFC 9309 has it: asked once a host, kept beside the capture, obeyed.

A host that has none (4xx) allows everything; one whose rules cannot be had (5xx, silence) allows nothing, and neither
does one that says we ask too often (429).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from protego import Protego

from lantian.core.messages import NotAllowed, Refused
from lantian.filings.captures.fetching import REDIRECTS, Clock, Reply, fetch
from lantian.filings.captures.policy import AGENT, Pace, Policy, checked

TOO_MANY = 429
MOST = 500 * 2**10
"""Bytes of rules that must be read at least (RFC 9309 section 2.5); we read no more."""


@dataclass(frozen=True)
class Rules:
    """The rules of one host: their bytes as they came, how long to wait between two requests."""

    url: str
    status: int
    body: bytes
    parsed: Protego | None
    delay: float


class Robots:
    """The rules of the hosts of one taking, each asked for once."""

    def __init__(self, policy: Policy, pace: Pace, now: Clock) -> None:
        self._policy, self._pace, self._now = policy, pace, now
        self._known: dict[str, Rules] = {}

    def check(self, parts: SplitResult) -> Rules:
        """The rules over an address; raises `NotAllowed` when they close it to us."""
        place = urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
        rules = self._known.get(place)
        if rules is None:
            rules = self._known[place] = self._read(urlsplit(place))
        if rules.parsed is not None and not rules.parsed.can_fetch(urlunsplit(parts), AGENT):
            raise NotAllowed(
                f"{parts.hostname} 的 robots.txt 不允许采集这个地址；请由执法人员在浏览器中查看、保存后上传。",
                f"robots.txt of {parts.hostname} closes this address; let an officer look at it in a browser, save "
                "it and upload it.",
            )
        return rules

    def _read(self, place: SplitResult) -> Rules:
        reply = self._reply(place)
        if reply.status >= 500 or reply.status == TOO_MANY:
            raise _unknown(place.hostname or "")
        body = reply.body if reply.status < 300 else b""
        parsed = Protego.parse(body[:MOST].decode("utf-8", "replace")) if body else None
        delay = self._delay(parsed)
        if delay > self._policy.longest_delay:
            raise NotAllowed(
                f"{place.hostname} 要求每次请求间隔 {delay:.0f} 秒，超过本系统的上限；请由执法人员保存网页后上传。",
                f"{place.hostname} asks for {delay:.0f} seconds between requests, longer than we wait; save the page "
                "and upload it.",
            )
        return Rules(reply.url, reply.status, body, parsed, delay)

    def _reply(self, place: SplitResult) -> Reply:
        for _ in range(self._policy.redirects + 1):
            self._pace(place.netloc, self._policy.gap)
            try:
                reply = fetch(place, self._policy, self._now, most=4 * MOST)
            except NotAllowed:
                raise
            except Refused as fault:
                raise _unknown(place.hostname or "") from fault
            if reply.status not in REDIRECTS or not reply.header("location"):
                return reply
            place = checked(joined(reply), self._policy)
        raise _unknown(place.hostname or "")

    def _delay(self, parsed: Protego | None) -> float:
        if parsed is None:
            return self._policy.gap
        rate = parsed.request_rate(AGENT)
        asked = (parsed.crawl_delay(AGENT) or 0.0, rate.seconds / rate.requests if rate else 0.0)
        return max(self._policy.gap, *asked)


def joined(reply: Reply) -> str:
    """Where a redirect leads."""
    return urljoin(reply.url, reply.header("location"))


def _unknown(host: str) -> NotAllowed:
    return NotAllowed(
        f"读不到 {host} 的 robots.txt，按规则视为不允许采集；请稍后再试，或者保存网页后上传。",
        f"robots.txt of {host} cannot be had, which by its rules means no; try later, or save the page and upload it.",
    )
