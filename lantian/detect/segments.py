"""The files of a stored index: segments of screened rows, written once, and the page that names them.

A segment holds the ids of its rows (text), their normalised texts with the end of each, the sampled grams as sorted
numbers (hash above, row below) and how many each row has. Sizes and times of files that were found whole are
remembered in `verified.json`; a file that has changed since is read and compared with its SHA-256 again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lantian.core.messages import Refused, Unreadable
from lantian.detect import normalise
from lantian.detect.candidates import ROW_BITS, Rows, distinct, posted
from lantian.detect.grams import Keys
from lantian.detect.near import PARAMETERS
from lantian.detect.normalise import Folded, Units
from lantian.detect.sketch import Sketch

SCHEMA = "near-index/1"
PAGE = "index.json"
VERIFIED = "verified.json"
MOST = 1 << ROW_BITS
_ARRAYS = ("units", "ends", "postings", "sizes")
_LOW = np.uint64(MOST - 1)
_BITS = np.uint64(ROW_BITS)


@dataclass(frozen=True)
class Segment:
    """Screened rows in the order taken in; arrays may lie in a file."""

    ids: pl.Series
    units: Units
    ends: Rows
    postings: Keys
    sizes: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, ids: pl.Series, folded: Folded, sketched: Sketch) -> Segment:
        """Rows that were just read. Raises `Refused` above 16,777,216 rows."""
        if len(ids) > MOST:
            raise Refused(
                f"一段索引最多{MOST}行；请分成几个文件。",
                f"A segment holds {MOST} rows at most; divide the file.",
            )
        postings = distinct(posted(sketched.hashes, sketched.rows, ROW_BITS))
        sizes = np.bincount((postings & _LOW).astype(np.int64), minlength=len(ids)).astype(np.uint32)
        return cls(ids.cast(pl.String).alias("id"), folded.units, folded.ends, postings, sizes)

    @classmethod
    def joined(cls, parts: Sequence[Segment]) -> Segment:
        """Several segments as one, their rows one after another."""
        rows = np.cumsum([0, *(len(part.ids) for part in parts)])
        units = np.cumsum([0, *(len(part.units) for part in parts)])
        postings = [part.postings + np.uint64(before) for part, before in zip(parts, rows, strict=False)]
        return cls(
            pl.concat([pl.Series("id", [], dtype=pl.String), *(part.ids for part in parts)]),
            np.concatenate([np.zeros(0, np.uint16), *(part.units for part in parts)]),
            _together([part.ends + before for part, before in zip(parts, units, strict=False)]),
            np.sort(np.concatenate([np.zeros(0, np.uint64), *postings])),
            np.concatenate([np.zeros(0, np.uint32), *(part.sizes for part in parts)]),
        )

    @property
    def height(self) -> int:
        """Rows in it."""
        return len(self.ids)

    @property
    def hashes(self) -> Keys:
        """Hash of every posting, sorted."""
        return self.postings >> _BITS

    def rows_at(self, places: Rows) -> Rows:
        """Rows of some postings."""
        return (self.postings[places] & _LOW).astype(np.int64)

    def span(self, hashes: Keys) -> tuple[Rows, Rows]:
        """Where the postings of each hash begin and end."""
        low = np.searchsorted(self.postings, hashes << _BITS, side="left")
        high = np.searchsorted(self.postings, hashes << _BITS | _LOW, side="right")
        return low, high

    def texts_of(self, rows: Rows) -> tuple[list[Units], Rows]:
        """Normalised texts of some rows, and their lengths."""
        ends = np.asarray(self.ends[rows])
        starts = np.where(rows > 0, self.ends[np.maximum(rows - 1, 0)], 0)
        spans = [self.units[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        return spans, ends - starts


def _together(parts: Sequence[Rows]) -> Rows:
    return np.concatenate([np.zeros(0, np.int64), *parts])


@dataclass(frozen=True)
class Store:
    """An index on disk: its folder, its text columns, its segments by name with the files of each."""

    path: Path
    texts: tuple[str, ...]
    named: tuple[dict[str, Any], ...] = ()

    @classmethod
    def new(cls, path: Path, texts: Sequence[str]) -> Store:
        """Begin an index in a folder that holds none. Raises `Refused` if one stands there."""
        if (path / PAGE).exists():
            raise Refused(
                f"{path} 已有索引；请换一个文件夹，或者用 query --add 追加。",
                f"{path} holds an index already; name another folder, or append with query --add.",
            )
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refused(f"无法写入 {path}（{error}）。", f"Cannot write to {path} ({error}).") from error
        return cls(path, tuple(texts))

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open an index. Raises `Unreadable` (none, or damaged), `Refused` for other parameters."""
        try:
            page = json.loads((path / PAGE).read_text(encoding="utf-8"))
            store = cls(path, tuple(page["texts"]), tuple(page["segments"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unreadable(
                f"{path} 不是索引或者已损坏（{error}）；请重新建立（index build）。",
                f"{path} is no index or is damaged ({error}); build it again (index build).",
            ) from error
        if page.get("schema") != SCHEMA or page.get("made_with") != made_with():
            raise Refused(
                f"{path} 是用另一版参数或者规范化表建立的；请重新建立（index build）。",
                f"{path} was built with other parameters or another normaliser; build it again (index build).",
            )
        store._verify()
        return store

    def check_texts(self, texts: Sequence[str]) -> None:
        """Refuse text columns other than those of the index."""
        if tuple(texts) != self.texts:
            held = "、".join(self.texts)
            raise Refused(f"索引的文本列是：{held}。", f"The text columns of the index are: {held}.")

    def segments(self) -> list[Segment]:
        """Its segments in the order written; arrays stay in their files until read."""
        return [self._segment(self.path / one["name"]) for one in self.named]

    def with_segment(self, segment: Segment) -> Store:
        """Write one more segment: the page that names it is replaced last, so that a kill leaves the old index."""
        name = f"segment-{len(self.named) + 1:04}"
        folder, unfinished = self.path / name, self.path / f".{name}"
        for left_over in (folder, unfinished):
            shutil.rmtree(left_over, ignore_errors=True)
        unfinished.mkdir()
        for array in _ARRAYS:
            np.save(unfinished / f"{array}.npy", getattr(segment, array))
        segment.ids.to_frame().write_parquet(unfinished / "ids.parquet", compression="zstd")
        unfinished.rename(folder)
        files = {file.name: _digest(file) for file in sorted(folder.iterdir())}
        grown = Store(
            self.path, self.texts, (*self.named, {"name": name, "rows": segment.height, "files": files})
        )
        grown._write_page()
        grown._remember()
        return grown

    def _segment(self, folder: Path) -> Segment:
        arrays = [np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS]
        ids = pl.read_parquet(folder / "ids.parquet")["id"]
        return Segment(ids, *(np.asarray(array) for array in arrays))

    def _write_page(self) -> None:
        page = {
            "schema": SCHEMA,
            "made_with": made_with(),
            "texts": list(self.texts),
            "segments": list(self.named),
        }
        _replace(self.path / PAGE, page)

    def _files(self) -> Iterable[tuple[Path, str]]:
        for one in self.named:
            for name, digest in one["files"].items():
                yield self.path / one["name"] / name, digest

    def _verify(self) -> None:
        """Compare files that changed since they were last found whole with their digests."""
        known = _known(self.path / VERIFIED)
        for file, digest in self._files():
            try:
                whole = known.get(str(file.relative_to(self.path))) == _stamp(file) or _digest(file) == digest
            except OSError:
                whole = False
            if not whole:
                raise Unreadable(
                    f"索引文件 {file} 缺失或者已损坏；请重新建立（index build）。",
                    f"The index file {file} is missing or damaged; build the index again (index build).",
                )
        self._remember()

    def _remember(self) -> None:
        stamps = {str(file.relative_to(self.path)): _stamp(file) for file, _ in self._files()}
        if stamps != _known(self.path / VERIFIED):
            _replace(self.path / VERIFIED, stamps)


def made_with() -> dict[str, Any]:
    """What an index depends on: parameters and the normaliser's digest."""
    return {"parameters": PARAMETERS, "normaliser": normalise.digest(), "row_bits": ROW_BITS}


def _digest(file: Path) -> str:
    with file.open("rb") as open_file:
        return hashlib.file_digest(open_file, "sha256").hexdigest()


def _stamp(file: Path) -> list[int]:
    state = file.stat()
    return [state.st_size, state.st_mtime_ns]


def _known(path: Path) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known


def _replace(path: Path, content: dict[str, Any]) -> None:
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    unfinished.replace(path)
