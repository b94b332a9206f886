"""`lantian capture`: configured hosts only, rules heard, nothing private, everything kept and checkable."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import polars as pl
import pytest

from lantian.config.commands import main
from lantian.core.messages import NotAllowed, Refused, Unreadable, WrongUse
from lantian.filings.captures import archives, folder
from lantian.filings.captures.fetching import fetch, public_address
from lantian.filings.captures.picture import drawn
from lantian.filings.captures.policy import Policy, checked, read_hosts
from lantian.filings.captures.taking import Taken, Taker, paced
from tests.running import require_browser
from tests.webhost import TOUT, Answer, Host, page, serving

AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def host() -> Iterator[Host]:
    with serving({"/": page(TOUT, **{"Set-Cookie": "a=1"})}) as host:
        yield host


@pytest.fixture(autouse=True)
def _no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lantian.filings.captures.picture.browser", lambda: None)
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def policy(*hosts: Host) -> Policy:
    return Policy(hosts=tuple(host.place for host in hosts), private=True, gap=0, seconds=5)


def take(host: Host, path: str = "/", **limits: object) -> Taken:
    return Taker(replace(policy(host), **limits), lambda: AT).take(host.url(path))  # type: ignore[arg-type]


def test_a_page_is_kept_with_its_bytes_headers_time_and_digest(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANTIAN_CAPTURE_HOSTS", host.place)
    monkeypatch.setenv("LANTIAN_CAPTURE_PRIVATE", "1")
    assert main(["capture", host.url(), "--out", str(tmp_path / "out")]) == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert next(iter(manifest)) == "schema" and manifest["schema"] == "captures/1"
    (entry,) = manifest["captures"]
    kept = tmp_path / "out" / entry["capture_id"]
    assert (kept / "body").read_bytes() == TOUT.encode()
    (answer,) = json.loads((kept / "headers.json").read_text("utf-8"))
    assert ["Set-Cookie", "a=1"] in answer["headers"] and answer["address"] == "127.0.0.1"
    assert main(["capture", "verify", str(tmp_path / "out")]) == 0


def detected(id: str, data: Path, found: Path) -> list[str]:
    assert main(["detect", "run", id, "--data", str(data), "--on", "2026-11-22", "--out", str(found)]) == 0
    return pl.read_parquet(found)["subject_no"].to_list()


def test_what_was_captured_is_what_the_detectors_read(host: Host, tmp_path: Path) -> None:
    """The folder alone is enough for W01; W02 needs the register beside it."""
    out, found = tmp_path / "out", tmp_path / "found" / "findings.parquet"
    host.answers["/posing"] = page("<p>官方指定代理机构，商标注册请认准本平台</p>")
    into = folder.Folder(out)
    into.keep(take(host), None)
    into.keep(take(host, "/posing"), None)
    assert detected("W01", out, found) == ["W000002"] and detected("W02", out, found) == []
    register = pl.DataFrame({"credit_code": ["91120104MA00000001"], "name": ["别家专利代理有限公司"]})
    register.write_parquet(out / "agencies.parquet")
    assert detected("W02", out, found) == ["W000001"]


def test_no_django_is_needed(host: Host, tmp_path: Path) -> None:
    code = "import sys; from lantian.config.commands import main; main(['capture','verify',sys.argv[1]]); "
    folder.Folder(tmp_path).keep(take(host), None)
    done = subprocess.run(
        [sys.executable, "-c", code + "print('django' in sys.modules)", str(tmp_path)], capture_output=True
    )
    assert done.stdout.split()[-1] == b"False"


@pytest.mark.parametrize(
    "url",
    [
        "http://other.example/",
        "http://127.0.0.1/",
        "https://a.example.cn/",
        "http://evil-example.cn/",
        "http://example.cn:81/",
    ],
)
def test_a_host_that_is_not_configured_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        checked(url, Policy(hosts=("example.cn", "*.b.example.cn")))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.cn",
        "ftp://example.cn/",
        "http://",
        "http://a:b@example.cn/",
        "file:///etc/passwd",
        "http://x y/",
    ],
)
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(WrongUse):
        checked(url, Policy(hosts=("example.cn",)))


def test_hosts_are_names_with_everything_below_them_or_a_port() -> None:
    hosts = read_hosts("Example.cn，*.b.cn , c.cn:8080, 例子.cn")
    within = Policy(hosts=hosts)
    for url in ("https://EXAMPLE.cn", "http://x.y.b.cn/a?b=c#d", "http://c.cn:8080/", "https://例子.cn/专利"):
        assert checked(url, within).netloc.isascii()
    for wrong in (
        "https://example.cn/",
        "localhost",
        "*.cn",
        "*.com.cn",
        "*.gov.cn",
        "*.tj.cn",
        "*",
        "[::1]",
        "a@b.cn",
    ):
        with pytest.raises(WrongUse):
            read_hosts(wrong)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "198.18.0.1", "240.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16", "192.0.0.192", "::1", "::",
     "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::127.0.0.1", "2002:7f00:1::",
     "64:ff9b::169.254.169.254", "64:ff9b:1::a00:1", "2001:0:7f00:1::", "2606:4700::5efe:10.0.0.1"],
)  # fmt: skip
def test_a_name_that_points_inside_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def names(*_: object, **__: object) -> list[object]:
        return [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", (address, 80))]

    monkeypatch.setattr(socket, "getaddrinfo", names)
    with pytest.raises(NotAllowed):
        public_address("www.example.cn", 80, Policy())


def test_a_name_that_changes_its_mind_is_asked_once(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was checked is the one that is used: a second answer, pointing inside, is never asked for."""
    asked, connected = list[str](), list[object]()
    known, connect = socket.getaddrinfo, socket.create_connection

    def names(name: str, port: int, *more: object, **other: object) -> list[object]:
        if name != "www.example.cn":
            return list(known(name, port, *more, **other))  # type: ignore[arg-type]
        asked.append(name)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(2, 1, 6, "", (address, port))]

    def connected_to(place: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(place)
        return connect(("127.0.0.1", int(host.place.partition(":")[2])), timeout)

    monkeypatch.setattr(socket, "getaddrinfo", names)
    monkeypatch.setattr(socket, "create_connection", connected_to)
    within = Policy(hosts=("www.example.cn",), seconds=5)
    reply = fetch(checked("http://www.example.cn/", within), within, lambda: AT)
    assert (reply.status, reply.address) == (200, "93.184.216.34")
    assert asked == ["www.example.cn"] and connected == [("93.184.216.34", 80)]
    with pytest.raises(NotAllowed):
        fetch(checked("http://www.example.cn/", within), within, lambda: AT)
    assert len(connected) == 1


@pytest.mark.parametrize(
    "to",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "//127.0.0.1/", "http://[::1]/", "javascript:1",
     "http://2130706433/", "http://0x7f.1/", "http://a@127.0.0.1/", "http://127.0.0.1:22/",
     "http://evil.example\\@127.0.0.1/"],
)  # fmt: skip
def test_a_redirect_to_anything_else_ends_the_taking(host: Host, to: str) -> None:
    host.answers["/go"] = Answer(status=302, headers={"Location": to})
    with pytest.raises((NotAllowed, WrongUse)):
        take(host, "/go")
    assert host.paths == ["/robots.txt", "/go"]


def test_a_redirect_inside_is_not_followed(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both hosts are configured; the second one's name points to a private address."""
    host.answers["/go"] = Answer(status=302, headers={"Location": "http://inside.example.cn/secret"})
    within = replace(policy(host), private=False, hosts=(host.place, "inside.example.cn"))
    names = {"127.0.0.1": "127.0.0.1", "inside.example.cn": "10.1.2.3"}
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda name, port, *_, **__: [(2, 1, 6, "", (names[name], port))]
    )
    monkeypatch.setattr(
        "lantian.filings.captures.fetching._is_public", lambda address: address == "127.0.0.1"
    )
    with pytest.raises(NotAllowed) as refused:
        Taker(within, lambda: AT).take(host.url("/go"))
    assert "inside.example.cn" in refused.value.text.zh and host.paths == ["/robots.txt", "/go"]


def test_a_redirect_to_another_host_needs_that_host_configured(host: Host) -> None:
    with serving({"/": page("<p>那边</p>")}) as other:
        host.answers["/go"] = Answer(status=301, headers={"Location": other.url()})
        with pytest.raises(NotAllowed):
            take(host, "/go")
        taken = Taker(policy(host, other), lambda: AT).take(host.url("/go"))
        assert [hop.status for hop in taken.hops] == [301, 200] and taken.final_url == other.url()
        assert other.paths[0] == "/robots.txt"


def test_redirects_in_a_circle_end(host: Host) -> None:
    host.answers["/a"] = Answer(status=302, headers={"Location": "/a"})
    with pytest.raises(Unreadable):
        take(host, "/a")


@pytest.mark.parametrize(
    ("rules", "path", "open_"),
    [
        ("User-agent: *\nDisallow: /", "/", False),
        ("User-agent: *\nDisallow: /private", "/", True),
        ("User-agent: *\nDisallow: /*.html$", "/a.html", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a.html", "/a.html", True),
        ("User-agent: Lantian-capture\nDisallow: /\n\nUser-agent: *\nDisallow:", "/", False),
        ("User-agent: *\nCrawl-delay: 600", "/", False),
        ("\xff\x00 no rules at all", "/", True),
    ],
)
def test_the_rules_of_a_host_are_obeyed(host: Host, rules: str, path: str, open_: bool) -> None:
    host.answers |= {"/robots.txt": Answer(rules.encode("latin-1")), "/a.html": page(TOUT)}
    if open_:
        assert take(host, path).status == 200
    else:
        with pytest.raises(NotAllowed):
            take(host, path)
        assert host.paths == ["/robots.txt"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_host_whose_rules_cannot_be_had_is_left_alone(host: Host, status: int) -> None:
    host.answers["/robots.txt"] = Answer(status=status)
    with pytest.raises(NotAllowed):
        take(host)


def test_a_host_is_asked_no_faster_than_it_wants(host: Host) -> None:
    host.answers["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 7")
    now, waited = [0.0], list[float]()

    def wait(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    taker = Taker(replace(policy(host), gap=3), lambda: AT, paced(lambda: now[0], wait))
    taker.take(host.url())
    taker.take(host.url("/?second"))
    assert waited == [7, 7] and host.paths.count("/robots.txt") == 1


def test_no_cookie_and_no_name_of_ours_is_sent(host: Host) -> None:
    taker = Taker(policy(host), lambda: AT)
    taker.take(host.url())
    taker.take(host.url())
    sent = {name.casefold() for _, headers in host.asked for name in headers}
    assert sent == {"host", "user-agent", "accept", "accept-language", "accept-encoding", "connection"}


def test_a_page_that_is_too_large_or_cut_short_is_no_evidence(host: Host) -> None:
    host.answers["/large"] = Answer(b"x" * 5000)
    host.answers["/short"] = Answer(b"half", headers={"Content-Length": "4000"})
    with pytest.raises(Unreadable):
        take(host, "/large", most_bytes=4096)
    with pytest.raises(Unreadable):
        take(host, "/short", seconds=1)


def test_a_host_that_drips_is_cut_off(host: Host) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.connection.settimeout(20)
        request.connection.recv(1)  # until the other side gives up

    host.answers["/slow"] = Answer(act=drip)
    with pytest.raises(Unreadable):
        take(host, "/slow", seconds=0.3)


def test_a_missing_page_is_a_fact_too(host: Host) -> None:
    assert take(host, "/gone").status == 404


def test_a_change_a_removal_or_a_swap_shows(host: Host, tmp_path: Path) -> None:
    into = folder.Folder(tmp_path)
    for _ in range(3):
        into.keep(take(host), None)
    assert folder.verify(tmp_path).ok and folder.verify(tmp_path).captures == 3
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    for spoil in (
        lambda one: one["captures"].pop(1),
        lambda one: one["captures"][0].update(url="http://other.example/"),
        lambda one: one["captures"].reverse(),
        lambda one: one["captures"][2]["row"].update(text="别的话"),
        lambda one: one.update(head="0" * 64),
    ):
        spoiled = json.loads(json.dumps(manifest))
        spoil(spoiled)
        (tmp_path / "manifest.json").write_text(json.dumps(spoiled), "utf-8")
        assert not folder.verify(tmp_path).ok
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (tmp_path / "W000002" / "body").write_bytes(b"<p>nothing</p>")
    (tmp_path / "W000003" / "robots.txt").unlink()
    verdict = folder.verify(tmp_path)
    assert [fault.zh for fault in verdict.faults] == [
        "文件 W000002/body 已被改动。",
        "缺少文件 W000003/robots.txt。",
    ]
    assert main(["capture", "verify", str(tmp_path)]) == 1
    with pytest.raises(Refused):
        folder.Folder(tmp_path)


@pytest.mark.parametrize(
    "content", [None, "", "[]", '{"schema": "other/1"}', '{"schema": "captures/1", "captures": 3}']
)
def test_what_is_no_manifest_is_unreadable(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    assert main(["capture", "verify", str(tmp_path)]) == 3


def test_killed_in_the_middle_the_folder_holds_what_it_names(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = take(host)
    folder.Folder(tmp_path).keep(taken, None)
    for moment in ("_settle", "_write_manifest", "_write_table"):
        with monkeypatch.context() as killed:
            killed.setattr(folder.Folder, moment, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                folder.Folder(tmp_path).keep(replace(taken, body=b"second"), None)
        assert folder.verify(tmp_path, table=False).ok
    assert folder.verify(tmp_path).captures == 2 and not folder.verify(tmp_path).ok  # the table came last
    folder.Folder(tmp_path).keep(taken, b"\x89PNG picture")
    assert folder.verify(tmp_path).ok and folder.verify(tmp_path).captures == 3


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(WrongUse):
        folder.Folder(tmp_path)


def test_one_of_several_addresses_may_fail(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANTIAN_CAPTURE_HOSTS", host.place)
    monkeypatch.setenv("LANTIAN_CAPTURE_PRIVATE", "1")
    monkeypatch.setattr(Policy, "gap", 0)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    urls = ["http://other.example/", host.url()]
    assert main(["capture", *urls, "--out", str(tmp_path / "out"), "--format", "json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "capture/1" and (said["refused"], len(said["captures"])) == (1, 1)
    assert main(["capture", urls[0], "--out", str(tmp_path / "none")]) == 4


def test_private_addresses_are_never_opened_outside_tests(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LANTIAN_MODE", "demo")
    monkeypatch.delenv("LANTIAN_TODAY")
    monkeypatch.setenv("LANTIAN_CAPTURE_PRIVATE", "1")
    assert main(["capture", "http://127.0.0.1/", "--out", str(tmp_path)]) == 2
    assert timedelta(0) < timedelta(seconds=Policy().gap)


GREEDY = """<script>document.write("x"); fetch("{o}fetched")</script><img src="{o}seen.png" width=0 hidden>
<meta http-equiv="refresh" content="0;url={o}led"><link rel="preconnect" href="{o}">
<link rel="prefetch" href="{o}before">
<link rel="stylesheet" href="{o}styles"><style>@import url({o}more); .n {{ background: url({o}behind.png) }}</style>
<i class="n"></i><img src="file:///etc/hostname" width=0 hidden><img src="http://169.254.169.254/" width=0 hidden>"""


def test_a_picture_shows_the_kept_bytes_and_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page asks for files of this machine, for pages elsewhere, for the cloud's own service; it gets none."""
    monkeypatch.undo()
    require_browser()
    with serving({}) as other:
        plain = "<body><h1>专利包授权</h1>{}</body>"
        greedy = plain.format(GREEDY.format(o=other.url()))
        pictures = [drawn(one.encode(), "text/html; charset=utf-8") for one in (plain.format(""), greedy)]
        assert pictures[0] and pictures[0] == pictures[1] and other.asked == []


def test_what_a_saved_page_brought_along_is_led_to_and_nothing_else() -> None:
    """References to other parts of an MHTML file lead to them; those to the network stay what they are."""
    saved = archives.opened(MHTML)
    page = saved.main.decode()
    assert f'src="{archives.HOME}2"' in page and f'href="{archives.HOME}1"' in page
    assert 'src="https://other.example/spy.png"' in page and "charset=gb2312" in saved.files[saved.entry][1]
    assert saved.files["2"] == (b"picture", "image/png")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<p>专利".encode(), "text/html; charset=utf-8"), ("<p>专利".encode("gbk"), "text/html; charset=gb18030"),
        ("<meta charset=big5><p>專利".encode("big5"), "text/html"), ("<p>专利".encode("utf-16"), "text/html"),
    ],
)  # fmt: skip
def test_a_saved_page_is_drawn_in_the_writing_it_has(body: bytes, kind: str) -> None:
    assert archives.opened(body).files[""] == (body, kind)


MHTML = b"""MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="----B"

------B
Content-Type: text/html; charset=gb2312
Content-Location: https://one.example/

<base href="https://one.example/"><link href="https://one.example/a.css?x=1&amp;y=2"><img src="cid:p@one">
<img src="https://other.example/spy.png">
------B
Content-Type: text/css
Content-Location: https://one.example/a.css?x=1&y=2

h1{color:red}
------B
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-ID: <p@one>

cGljdHVyZQ==
------B--
"""
