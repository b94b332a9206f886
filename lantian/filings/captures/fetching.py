"""One guarded request: the address is resolved, checked and then used as it was checked; nothing is remembered.

The host's addresses must all be public (RFC 6890: no loopback, private, link-local, shared or reserved range, nor one
that hides such an address inside: mapped, 6to4, Teredo, NAT64, ISATAP), and none may be a cloud's service for its own
machines. The connection goes to the very address that was checked, so that a name cannot change its mind in between.
There are no cookies, no credentials, no proxies and no compressed answers asked for.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult, urlunsplit

from lantian.core.messages import NotAllowed, Unreadable
from lantian.filings.captures.policy import AGENT, PORTS, Policy

BLOCK = 1 << 16
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = (bytes.fromhex("00005efe"), bytes.fromhex("02005efe"))
# Ranges for special purposes (IANA) that not every Python knows, and an address that looks public and is answered by
# the machine's own cloud (Azure's WireServer).
_SERVICES = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16",
         "3fff::/20", "5f00::/16", "fec0::/10"),
    )
)  # fmt: skip
REDIRECTS = (301, 302, 303, 307, 308)
Headers = tuple[tuple[str, str], ...]
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Reply:
    """What a host answered: `body` is the bytes as they came, `address` the one that was asked."""

    url: str
    address: str
    at: datetime
    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """The first header of a name, or nothing."""
        return next((value for key, value in self.headers if key.casefold() == name.casefold()), "")


def fetch(parts: SplitResult, policy: Policy, now: Clock, *, most: int | None = None) -> Reply:
    """Ask for one address, already checked against the list of hosts.

    Raises `NotAllowed` for an address that is not public, `Unreadable` when nothing whole came in time and size.
    """
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    address = public_address(host, port, policy)
    at = now()
    asked = parts.path + (f"?{parts.query}" if parts.query else "")
    with _connected(parts.scheme, host, (address, port), policy) as connection:
        connection.request("GET", asked, headers=_asked(parts))
        response = connection.getresponse()
        body = b"" if response.status in REDIRECTS else _body(response, most or policy.most_bytes, host)
        headers = tuple((str(name), str(value)) for name, value in response.getheaders())
        return Reply(urlunsplit(parts), address, at, response.status, headers, body)


def public_address(host: str, port: int, policy: Policy) -> str:
    """The address of a host; raises `NotAllowed` unless every address it has is public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise Unreadable(
            f"找不到网站 {host}；请核对网址，或者检查服务器的网络。",
            f"There is no host {host}; check the address, or the server's network.",
        ) from fault
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not policy.private and not all(map(_is_public, addresses)):
        raise NotAllowed(
            f"{host} 指向内部网络地址，不予采集。",
            f"{host} points into a private network; it is not captured.",
        )
    return addresses[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return all(map(_only_public, (address, *_hidden(address))))


def _hidden(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to: RFC 4291, 3056, 4380, 6052 and 5214."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    yield from (one for one in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())) if one)
    packed = address.packed
    if address in _NAT64 or packed[8:12] in _ISATAP:
        yield ipaddress.IPv4Address(packed[12:])


def _only_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    known = address.is_multicast or address.is_reserved or getattr(address, "is_site_local", False)
    return address.is_global and not known and not any(address in one for one in _SERVICES)


@contextmanager
def _connected(
    scheme: str, host: str, place: tuple[str, int], policy: Policy
) -> Iterator[http.client.HTTPConnection]:
    """A connection to one address for as long as the policy gives; then it is cut, whatever it is doing."""
    connection = http.client.HTTPConnection(host, place[1], timeout=policy.seconds)
    opened: list[socket.socket] = []
    cut = threading.Event()

    def stop() -> None:
        cut.set()
        for one in opened:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(policy.seconds, stop)
    watch.daemon = True
    watch.start()
    try:
        opened.append(socket.create_connection(place, timeout=policy.seconds))
        if scheme == "https":
            opened.append(ssl.create_default_context().wrap_socket(opened[0], server_hostname=host))
        connection.sock = opened[-1]
        yield connection
        if cut.is_set():
            raise _broken(host, "too slow")
    except (OSError, http.client.HTTPException) as fault:
        raise _broken(host, "too slow" if cut.is_set() else str(fault) or type(fault).__name__) from fault
    finally:
        watch.cancel()
        connection.close()
        for one in opened:
            one.close()


def _asked(parts: SplitResult) -> dict[str, str]:
    return {
        "Host": parts.netloc,
        "User-Agent": f"{AGENT}/1 (market supervision; robots.txt is heard)",
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.5",
        "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


def _body(response: http.client.HTTPResponse, most: int, host: str) -> bytes:
    """The whole body; one that is larger, or shorter than it said, is refused: a part of a page proves little."""
    pieces, size = [], 0
    while piece := response.read(BLOCK):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise Unreadable(
                f"{host} 的网页超过 {most / 2**20:.1f} MB，未采集；请截取有关部分后上传。",
                f"The page of {host} is larger than {most / 2**20:.1f} MB and was not captured; upload a picture of "
                "the part that matters.",
            )
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(pieces)


def _broken(host: str, why: str) -> Unreadable:
    return Unreadable(
        f"{host} 没有在规定时间内给出完整的网页（{why}）；请稍后再试。",
        f"{host} gave no whole page in time ({why}); try again later.",
    )
