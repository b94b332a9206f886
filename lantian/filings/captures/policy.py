"""Which hosts may be read, and within which limits. Nothing is read that is not configured."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from lantian.core.messages import NotAllowed, WrongUse

AGENT = "Lantian-capture"
PORTS = {"http": 80, "https": 443}
MOST_ADDRESS = 2000
# Below these, anybody registers a name of his own.
_WHOLE = re.compile(r"(com|net|org|gov|edu|ac|mil|[a-z]{2})\.[a-z]{2}")
Pace = Callable[[str, float], None]
"""Waits until a host may be asked again: called with the host and the least seconds between two requests."""


@dataclass(frozen=True)
class Policy:
    """`hosts`: `www.example.cn`, `*.example.cn` (everything below it), with a port where it is not the usual one.

    `private` lets loopback and private addresses be read; it is for tests and is never set in production.
    Sizes are bytes, times seconds; `gap` lies between two requests to one host.
    """

    hosts: tuple[str, ...] = ()
    private: bool = False
    most_bytes: int = 8 * 2**20
    seconds: float = 20.0
    redirects: int = 5
    gap: float = 3.0
    longest_delay: float = 60.0


def read_hosts(text: str) -> tuple[str, ...]:
    """Read a comma-separated list of hosts; raises `WrongUse` naming the entry that is none."""
    hosts = [entry.strip().casefold() for entry in text.replace("，", ",").split(",") if entry.strip()]
    for entry in hosts:
        name = entry.removeprefix("*.")
        if not name or any(sign in name for sign in "/*@ ?#") or "." not in name:
            raise WrongUse(
                f"“{entry}”不是网站域名；请写作 www.example.cn 或 *.example.cn，多个用逗号分开。",
                f"'{entry}' is no host; write www.example.cn or *.example.cn, separated by commas.",
            )
        if entry != name and _WHOLE.fullmatch(name):
            raise WrongUse(
                f"“{entry}”包括许多人的网站；请写明具体的域名，如 *.example.com.cn。",
                f"'{entry}' covers the sites of many; name whose they are, such as *.example.com.cn.",
            )
    return tuple(dict.fromkeys(_ascii(entry) for entry in hosts))


def checked(url: str, policy: Policy) -> SplitResult:
    """The parts of an address that may be read, its host in ASCII; raises `WrongUse` or `NotAllowed`."""
    parts = _parts(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    name = _ascii(host.rstrip(".").casefold())
    usual = port == PORTS[parts.scheme]
    if not any(_fits(name, port, usual, entry) for entry in policy.hosts):
        raise NotAllowed(
            f"{host} 不在允许采集的网站清单中；请系统管理员加入 LANTIAN_CAPTURE_HOSTS，或者保存网页后上传。",
            f"{host} is not on the list of hosts that may be captured; ask the administrator to add it to "
            "LANTIAN_CAPTURE_HOSTS, or save the page and upload it.",
        )
    place = f"[{name}]" if ":" in name else name
    netloc = place if usual else f"{place}:{port}"
    path = _quoted(parts.path or "/")
    return urlsplit(urlunsplit((parts.scheme, netloc, path, _quoted(parts.query), "")))


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in PORTS and parts.hostname and parts.port != 0
        usable = usable and parts.username is None and parts.password is None and len(url) <= MOST_ADDRESS
    except ValueError:
        usable = False
    if not usable or any(sign <= " " or sign == "\x7f" for sign in url.strip()):
        raise WrongUse(
            f"“{url[:80]}”不是可以采集的网址；应以 http:// 或 https:// 开头，不含用户名和密码。",
            f"'{url[:80]}' is no address that can be captured; it begins with http:// or https:// and holds no "
            "user name or password.",
        )
    return parts


def _fits(host: str, port: int, usual: bool, entry: str) -> bool:
    name, _, wanted = entry.partition(":")
    if (wanted and wanted != str(port)) or (not wanted and not usual):
        return False
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def _ascii(host: str) -> str:
    """A host as the network knows it; one that cannot be written so stays as it is, and fits no entry."""
    try:
        return host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return host


def _quoted(text: str) -> str:
    """Text of an address with everything outside ASCII percent-encoded; what is encoded already stays."""
    return "".join(one if one.isascii() else "".join(f"%{byte:02X}" for byte in one.encode()) for one in text)
