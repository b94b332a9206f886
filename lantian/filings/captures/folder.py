"""A folder of captures as evidence: one folder a page, a manifest whose entries are chained by digest.

`manifest.json` (schema `captures/1`) names every file with its size and SHA-256; each entry's digest covers the one
before it (`core.chain`), so that a change, a removal or a swap shows. `captures.parquet` is the canonical table
`captures` (tables.md) and is made from the entries. A page is written beside and moved into place whole: killed at
any moment, the folder holds what its manifest names and nothing counts that it does not.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from lantian.core import chain
from lantian.core.messages import Refused, Text, Unreadable, WrongUse
from lantian.filings.captures.taking import Taken

SCHEMA = "captures/1"
MANIFEST, TABLE, INCOMING = "manifest.json", "captures.parquet", ".incoming"
COLUMNS: Mapping[str, Any] = {
    "capture_id": pl.String, "url": pl.String, "platform": pl.String,
    "captured_at": pl.Datetime("us", "UTC"), "advertiser": pl.String, "advertiser_id": pl.String,
    "phone": pl.String, "title": pl.String, "text": pl.String, "sha256": pl.String,
}  # fmt: skip
"""The canonical table `captures` (tables.md)."""
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What a check of a folder found; `faults` name what does not hold."""

    captures: int
    head: str
    faults: tuple[Text, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.faults


class Folder:
    """A folder of captures that grows; opening one that does not hold is refused."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries = self._opened()

    def keep(self, taken: Taken, picture: bytes | None) -> Entry:
        """Write a page with everything that belongs to it, then name it in the manifest."""
        id = f"W{len(self._entries) + 1:06d}"
        beside = self.path / INCOMING
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        files = [self._file(beside, name, content) for name, content in _contents(taken, picture)]
        self._settle(beside, self.path / id)
        event = _event(id, taken, files)
        seq, before = len(self._entries) + 1, self._entries[-1]["digest"] if self._entries else chain.ORIGIN
        digest = chain.link_digest(before, seq, chain.digest_of(event))
        self._entries.append({"seq": seq, "digest": digest, **event})
        self._write_manifest()
        self._write_table()
        return self._entries[-1]

    def _opened(self) -> list[Entry]:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise WrongUse(
                f"无法写入文件夹 {self.path}（{fault.strerror}）。",
                f"Cannot write to {self.path} ({fault.strerror}).",
            ) from fault
        if not (self.path / MANIFEST).exists():
            if any(one for one in self.path.iterdir() if not _unfinished(one)):
                raise WrongUse(
                    f"{self.path} 中已有其他文件；请另选一个空文件夹。",
                    f"{self.path} holds other files; choose an empty folder.",
                )
            return []
        verdict = verify(self.path, table=False)  # the table is made anew with the next page
        if not verdict.ok:
            first = verdict.faults[0]
            raise Refused(
                f"{self.path} 中的存证已不完整，不再写入：{first.zh}",
                f"{self.path} no longer holds; nothing more is written to it: {first.en}",
            )
        return list(_manifest(self.path)["captures"])

    def _file(self, folder: Path, name: str, content: bytes) -> Mapping[str, Any]:
        with (folder / name).open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def _settle(self, beside: Path, place: Path) -> None:
        # A run killed between the move and the manifest left a page that nothing names: it is taken anew.
        shutil.rmtree(place, ignore_errors=True)
        beside.rename(place)

    def _write_table(self) -> None:
        out = BytesIO()
        _frame(self._entries).write_parquet(out, compression="zstd", compression_level=3)
        _replace(self.path / TABLE, out.getvalue())

    def _write_manifest(self) -> None:
        content = {
            "schema": SCHEMA,
            "made_by": f"lantian {version('lantian')}",
            "head": self._entries[-1]["digest"],
            "captures": self._entries,
        }
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        _replace(self.path / MANIFEST, text.encode())


def verify(path: Path, *, table: bool = True) -> Verdict:
    """Check a folder against its manifest: chain, files and `table`. Raises `Unreadable` without a manifest."""
    manifest = _manifest(path)
    entries, faults = manifest["captures"], list[Text]()
    try:
        events = [
            {key: value for key, value in one.items() if key not in ("seq", "digest")} for one in entries
        ]
        links = [
            chain.Link(one["seq"], event, one["digest"]) for one, event in zip(entries, events, strict=True)
        ]
        found = chain.verify(links)
        if not found.ok or found.head != manifest["head"]:
            place = found.first_bad or len(entries)
            faults.append(
                Text(f"第 {place} 条记录的校验链不符。", f"The chain does not hold at entry {place}.")
            )
        for entry in entries:
            faults += _file_faults(path / Path(entry["capture_id"]).name, entry)
        if table and not faults and not _same_table(path / TABLE, _frame(entries)):
            faults.append(Text(f"{TABLE} 与清单不符。", f"{TABLE} differs from the manifest."))
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise _unreadable(path, str(fault)) from fault
    return Verdict(len(entries), str(manifest["head"]), tuple(faults))


def _file_faults(folder: Path, entry: Entry) -> list[Text]:
    faults = []
    for file in entry["files"]:
        place = folder / Path(file["name"]).name
        content = _read(place)
        shown = f"{folder.name}/{place.name}"
        if content is None:
            faults.append(Text(f"缺少文件 {shown}。", f"{shown} is missing."))
        elif hashlib.sha256(content).hexdigest() != file["sha256"]:
            faults.append(Text(f"文件 {shown} 已被改动。", f"{shown} has been changed."))
    return faults


def _contents(taken: Taken, picture: bytes | None) -> list[tuple[str, bytes]]:
    """The files of one page: the bytes as they came, every answer's headers, the rules that let us, a picture."""
    files = [("body", taken.body), ("headers.json", headers_of(taken)), ("robots.txt", taken.robots.body)]
    return files if picture is None else [*files, ("picture.png", picture)]


def headers_of(taken: Taken) -> bytes:
    """Every answer on the way with its address, time, number and headers, as JSON."""
    answers = [
        {
            "url": hop.url,
            "address": hop.address,
            "at": _moment(hop.at),
            "status": hop.status,
            "headers": hop.headers,
        }
        for hop in taken.hops
    ]
    return json.dumps(answers, ensure_ascii=False, indent=1).encode()


def _event(id: str, taken: Taken, files: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "capture_id": id,
        "url": taken.url,
        "final_url": taken.final_url,
        "captured_at": _moment(taken.at),
        "status": taken.status,
        "redirects": [{"url": hop.url, "status": hop.status} for hop in taken.hops[:-1]],
        "robots": {"url": taken.robots.url, "status": taken.robots.status},
        "sha256": taken.sha256,
        "files": files,
        "row": row_of(id, taken),
    }


def row_of(id: str, taken: Taken) -> dict[str, Any]:
    """A page as a row of the table `captures`; nobody is named who is not the only one it can be."""
    signs = taken.page.signs
    return {
        "capture_id": id,
        "url": taken.url,
        "platform": "website",
        "captured_at": _moment(taken.at),
        "advertiser": only(signs.firms),
        "advertiser_id": only(signs.credit_codes),
        "phone": only(signs.phones),
        "title": taken.page.title or None,
        "text": taken.page.text or None,
        "sha256": taken.sha256,
    }


def only(found: tuple[str, ...]) -> str | None:
    """The one sign there is; of several none is chosen."""
    return found[0] if len(found) == 1 else None


def _frame(entries: list[Entry]) -> pl.DataFrame:
    rows = [
        {**one["row"], "captured_at": datetime.fromisoformat(one["row"]["captured_at"])} for one in entries
    ]
    return pl.DataFrame([{name: row[name] for name in COLUMNS} for row in rows], schema=dict(COLUMNS))


def _same_table(path: Path, frame: pl.DataFrame) -> bool:
    try:
        return pl.read_parquet(path).equals(frame)
    except (OSError, pl.exceptions.PolarsError):
        return False


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _manifest(path: Path) -> dict[str, Any]:
    content = _read(path / MANIFEST)
    if content is None:
        raise _unreadable(path, MANIFEST)
    try:
        manifest = json.loads(content)
    except ValueError as fault:
        raise _unreadable(path, str(fault)) from fault
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA or "captures" not in manifest:
        raise _unreadable(path, "schema")
    return manifest


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}")
    with beside.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(path)


def _unfinished(path: Path) -> bool:
    """What a killed run may have left before its first page was named."""
    return path.name.startswith(".") or path.name in ("W000001", TABLE)


def _unreadable(path: Path, why: str) -> Unreadable:
    return Unreadable(f"{path} 不是网页存证文件夹（{why}）。", f"{path} is no folder of captures ({why}).")
