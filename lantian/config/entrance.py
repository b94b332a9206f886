"""How people reach the house: what follows from LANTIAN_PUBLIC_URL for hosts, cookies and the proxy in front.

Three cases. https: a reverse proxy ends TLS, is the only one in front, and its X-Forwarded headers are believed.
http: the browser comes straight in, in production from this machine only. No URL: like http, from this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lantian.core.messages import WrongUse

if TYPE_CHECKING:
    from lantian.config.environment import Environment

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
YEAR = 31_536_000  # seconds


@dataclass(frozen=True)
class Entrance:
    """What Django is told of the way in."""

    hosts: list[str]
    """Names under which requests are answered; a request for another gets 400."""
    origins: list[str]
    """Where forms may come from beside the address that was asked."""
    tls: bool
    """Whether TLS ends in a proxy before us: then cookies are secure, and its headers are believed."""

    @property
    def proxies(self) -> int:
        """How many proxies write X-Forwarded-For before us."""
        return 1 if self.tls else 0


def entrance(environment: Environment) -> Entrance:
    """The way in for an environment."""
    url = urlsplit(environment.public_url or "")
    hosts = [*LOOPBACK, *([_bracketed(url.hostname)] if url.hostname else [])]
    if environment.mode == "demo":
        hosts.append(_bracketed(environment.bind))
    origins = [environment.public_url] if environment.public_url else []
    return Entrance(list(dict.fromkeys(hosts)), origins, url.scheme == "https")


def checked(text: str | None, *, production: bool) -> str | None:
    """LANTIAN_PUBLIC_URL without its last slash; refuses what is no address of a whole host.

    >>> checked("https://desk.example.gov.cn/", production=True)
    'https://desk.example.gov.cn'
    """
    if not text:
        return None
    url = _split(text)
    if url is None:
        raise WrongUse(
            f"LANTIAN_PUBLIC_URL 应写作 https://desk.example.gov.cn 的样子（不带路径），而不是“{text}”。",
            f"LANTIAN_PUBLIC_URL is written like https://desk.example.gov.cn, without a path, not '{text}'.",
        )
    scheme, host = url
    if production and scheme == "http" and _bracketed(host) not in LOOPBACK:
        raise WrongUse(
            f"LANTIAN_PUBLIC_URL 为 {text}：密码会以明文传输。正式运行请用 https（由反向代理提供），http 只限本机。",
            f"LANTIAN_PUBLIC_URL is {text}: passwords would travel in the clear. In production use https, by a"
            " reverse proxy; http is for this machine only.",
        )
    return text.rstrip("/")


def _split(text: str) -> tuple[str, str] | None:
    """Scheme and host of an address of a whole host; None when it is something else."""
    try:
        url = urlsplit(text.rstrip("/"))
        _ = url.port
    except ValueError:
        return None
    more = url.path or url.query or url.fragment or url.username or url.password
    if url.scheme not in ("http", "https") or not url.hostname or more:
        return None
    return url.scheme, url.hostname


def _bracketed(host: str) -> str:
    """A host as it stands in a Host header: IPv6 in brackets."""
    try:
        return f"[{host}]" if ip_address(host).version == 6 else host
    except ValueError:
        return host
