"""Captures in words: lists, one capture with its marked phrases, chain of custody, records of evidence, lexicons."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from lantian.core.messages import Text
from lantian.desk.present.detectors import told
from lantian.desk.present.jobs import job as shown_job
from lantian.desk.present.reach import directories
from lantian.desk.present.subjects import WORDS
from lantian.desk.present.tables import in_words
from lantian.desk.present.words import either, label, language, said
from lantian.detect.detectors import DETECTORS
from lantian.detect.marked import Place
from lantian.detect.pages import Signs
from lantian.detect.phrases import Kind
from lantian.filings.captures.comparing import Compared
from lantian.filings.captures.models import (
    LEXICONS,
    PARTS,
    PLATFORMS,
    RESULTS,
    WAYS,
    Capture,
    CapturePart,
    CaptureReading,
    CaptureRecord,
    CaptureRequest,
    Lexicon,
)
from lantian.office.models import Job
from lantian.registry import queries as registry

AROUND, MOST_EXCERPTS, MOST_SHOWN = 60, 12, 20_000
SIGN_TEXTS: Mapping[str, Text] = {
    "firms": Text("名称", "name"),
    "credit_codes": Text("统一社会信用代码", "credit code"),
    "licence_nos": Text("代理机构代码", "agency codes"),
    "phones": Text("电话", "telephone"),
    "wechats": Text("微信", "WeChat name"),
    "qqs": Text("QQ", "QQ"),
    "icps": Text("ICP备案", "website filing (ICP)"),
}
USED_BY: Mapping[str, tuple[str, ...]] = {
    "state_body": ("W01", "T04"),
    "person": ("T04",),
    "place": ("T04",),
    "event": ("T04",),
    "well_known_mark": ("T08",),
}
"""Detectors that look for the words of a lexicon."""
FETCHED = Text(
    "按允许的网站清单自动读取，遵守 robots.txt，不带 Cookie；原始字节、响应头和跳转一并保存。",
    "Read by the system from the list of hosts, robots.txt heard, without cookies; bytes, headers and redirects kept.",
)
PICTURED = ("body", "picture", "drawing")
FORMERLY = Text("曾持证，现状态：{state}", "formerly licensed, now: {state}")
SINCE = Text("（{day}起）", " (since {day})")
STILL = Text("；存证时仍在执业", "; still in practice when the page was kept")
OURS = Text(
    "本系统按保存的文件绘制：不联网、不运行脚本，只画网页上部。不是原始截图，可能与当时所见不同。",
    "Drawn by the system from the kept file, without network and scripts, the upper part of the page only. Not the "
    "original; it may differ from what was seen.",
)
UPLOADED = Text("上传的原始图片。", "The picture as it was uploaded.")
DRAWING = Text("正在绘制网页图片，稍后刷新本页。", "The picture is being drawn; load the page again shortly.")
NOT_DRAWN = Text(
    "没有绘制网页图片：服务器没有浏览器，或者这个文件画不出来。请下载原始文件，在断网的电脑上查看。",
    "No picture was drawn: the server has no browser, or the file cannot be drawn. Download the file and look at it on "
    "a computer without a network.",
)
NEVER_DRAWN = Text("PDF 不绘制图片，请下载原始文件查看。", "No picture is drawn of a PDF; download the file.")
EXTRACTED = Text("系统从文件提取", "extracted from the file by the system")


def choices(texts: Mapping[str, Text]) -> list[tuple[str, str]]:
    """Words to choose from."""
    return [(name, label(text)) for name, text in texts.items()]


def listed(row: Any) -> dict[str, Any]:
    """A capture in a list; `row` carries `title` and `advertiser` of its newest reading."""
    return {
        "key": row.key,
        "title": row.title or row.url or label(PLATFORMS[row.platform]),
        "url": row.url,
        "advertiser": row.advertiser or "",
        "platform": label(PLATFORMS[row.platform]),
        "way": label(WAYS[row.way]),
        "captured_at": row.captured_at,
        "office": row.unit.name(language()),
        "typed": row.title is not None,
    }


def request(row: CaptureRequest) -> dict[str, Any]:
    """A request that has no capture yet."""
    return {
        "key": row.key, "url": row.url, "purpose": row.purpose, "at": row.at, "office": row.unit.name(language()),
        "job": shown_job(row.job),
    }  # fmt: skip


def capture(row: Capture, reading: CaptureReading | None) -> dict[str, Any]:
    """The head of a capture's page."""
    return {
        "key": row.key,
        "title": (reading.title if reading else "") or row.url or label(PLATFORMS[row.platform]),
        "url": row.url,
        "final_url": row.final_url if row.final_url != row.url else "",
        "status": row.status,
        "platform": label(PLATFORMS[row.platform]),
        "way": label(WAYS[row.way]),
        "how": row.how or said(FETCHED),
        "captured_at": row.captured_at,
        "recorded_at": row.recorded_at,
        "office": row.unit.name(language()),
        "by": row.post.account.name,
        "sha256": row.sha256,
        "purpose": row.request.purpose if row.request else "",
    }


def part(row: CapturePart) -> dict[str, Any]:
    """One kept file."""
    return {
        "role": row.role,
        "name": label(PARTS[row.role]),
        "sha256": row.file.sha256,
        "size": row.file.size,
    }


def pictures(row: Capture, roles: Sequence[str]) -> list[dict[str, Any]]:
    """Pictures of a capture, originals first, each with words on whose it is; ours are long and begin folded."""
    place = reverse("capture_picture", args=[row.key])
    known = {
        "body": UPLOADED,
        "picture": OURS if row.way == "fetched" else UPLOADED,
        "drawing": OURS,
    }
    there = [role for role in PICTURED if role in roles and (role != "body" or row.way == "picture")]
    return [
        {"src": f"{place}?part={role}", "words": said(known[role]), "ours": known[role] is OURS}
        for role in there
    ]


def no_drawing(row: Capture, roles: Sequence[str], job: Job | None) -> str:
    """Why a saved page has no picture of ours, if it has none."""
    if row.way != "saved" or "drawing" in roles:
        return ""
    if job is None:
        return said(NEVER_DRAWN)
    return said(DRAWING if job.open else NOT_DRAWN)


def headers(content: bytes) -> list[dict[str, Any]]:
    """Every answer on the way, as kept."""
    found: list[dict[str, Any]] = json.loads(content)
    return found


def reading(row: CaptureReading) -> dict[str, Any]:
    """One reading in the history."""
    return {"number": row.number, "by": row.post.account.name if row.post else said(EXTRACTED), "at": row.at}


def signs(found: Signs) -> list[dict[str, Any]]:
    """What the page says of who stands behind it."""
    told = ((name, getattr(found, name)) for name in SIGN_TEXTS)
    return [{"label": label(SIGN_TEXTS[name]), "values": values} for name, values in told if values]


def comparison(found: Compared, captured_on: date) -> dict[str, Any]:
    """What the rules say of a capture today, and the agency behind it that is licensed, or was."""
    agency = found.agency or found.former
    subject = registry.find(agency["credit_code"]) if agency and agency["credit_code"] else None
    return {
        "says": [_says(one) for one in found.says],
        "not_run": [in_words(said(one)) for one in found.not_run],
        "directories": [] if agency else directories(DETECTORS["W02"].reads),
        "agency": agency["name"] if agency else "",
        "agency_url": reverse("subject", args=[subject.key]) if subject else "",
        "formerly": _formerly(found.former, captured_on) if found.former and not found.agency else "",
    }


def _formerly(agency: Mapping[str, Any], captured_on: date) -> str:
    """What became of the licence, and whether that was after the page was kept."""
    state, day = agency["status"], agency["status_date"]
    words = said(FORMERLY).format(state=label(WORDS[state]) if state in WORDS else state)
    since = said(SINCE).format(day=day) if day else ""
    return words + since + (said(STILL) if day and captured_on < day else "")


def _says(one: Mapping[str, Any]) -> dict[str, str]:
    rule = told(one["detector"], one["on"])
    return {
        "detector": one["detector"],
        "name": rule.name,
        "reason": either(one["reason_zh"], one["reason_en"]),
        "rule": said(rule.rule.basis.cite()),
        "innocent": said(rule.text("innocent")),
    }


def marked(text: str, places: Sequence[Place], kinds: Mapping[str, Kind]) -> list[dict[str, str]]:
    """A text cut where its marks begin and end: words, and of which kind they are (empty: none)."""
    pieces, at = [], 0
    for place in places:
        pieces.append({"words": text[at : place.begin], "kind": ""})
        pieces.append({"words": text[place.begin : place.end], "kind": label(kinds[place.kind].name)})
        at = place.end
    return [piece for piece in [*pieces, {"words": text[at:], "kind": ""}] if piece["words"]]


def excerpts(text: str, places: Sequence[Place], kinds: Mapping[str, Kind]) -> list[list[dict[str, str]]]:
    """The marks with the words around them, neighbours together."""
    groups: list[list[Place]] = []
    for place in places:
        if groups and place.begin - groups[-1][-1].end <= AROUND:
            groups[-1].append(place)
        else:
            groups.append([place])
    told = []
    for group in groups[:MOST_EXCERPTS]:
        low, high = max(group[0].begin - AROUND, 0), group[-1].end + AROUND
        moved = [Place(one.begin - low, one.end - low, one.kind) for one in group]
        told.append(marked(text[low:high], moved, kinds))
    return told


def shown(text: str, places: Sequence[Place], kinds: Mapping[str, Kind]) -> list[dict[str, str]]:
    """The whole text with its marks, as far as a page goes."""
    within = [place for place in places if place.end <= MOST_SHOWN]
    return marked(text[:MOST_SHOWN], within, kinds)


def record(row: CaptureRecord) -> dict[str, Any]:
    """One record of evidence."""
    people = zip(row.officers, row.certificates, strict=True)
    return {
        "number": row.number,
        "taken_at": row.taken_at,
        "place": row.place,
        "officers": [f"{name} {card}" for name, card in people],
        "surroundings": row.surroundings,
        "steps": row.steps,
        "result": label(RESULTS[row.result]),
        "sha256": row.sha256,
        "trusted_time": row.trusted_time,
        "has_file": row.file_id is not None,
        "by": row.post.account.name,
        "at": row.at,
    }


def lexicon(row: Any) -> dict[str, Any]:
    """One version of a lexicon; `row` carries `count`."""
    return {
        "key": row.key,
        "kind": row.kind,
        "kind_label": label(LEXICONS[row.kind]),
        "number": row.number,
        "count": row.count,
        "source": row.source,
        "by": row.post.account.name,
        "at": row.at,
        "used_by": USED_BY[row.kind],
    }


def kinds_of_lexicons(newest: Sequence[Lexicon]) -> list[dict[str, Any]]:
    """Every kind with the version that counts, if there is one."""
    known = {row.kind: row for row in newest}
    return [
        {"kind": kind, "kind_label": label(text), "used_by": USED_BY[kind], "number": 0, "count": 0}
        | (lexicon(known[kind]) if kind in known else {})
        for kind, text in LEXICONS.items()
    ]
