"""A stored index on disk, whatever it holds: segments written once, and the page that names them.

A segment is a folder with the ids of its rows (text) and some arrays. Sizes and times of files that were found whole
are remembered in `verified.json`; a file that has changed since is read and compared with its SHA-256 again. Rot on the
disk changes neither, so a merge, which writes new digests, and `index verify` read every file again whatever they say.
The page is replaced last, so that a kill leaves the index as it was.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lantian.core.messages import Refused, Unreadable

PAGE = "index.json"
VERIFIED = "verified.json"
Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Shelf:
    """The files of one index: its folder, what sort it is, what it was made with, facts of its own, segments."""

    path: Path
    schema: str
    made_with: Mapping[str, Any]
    facts: Mapping[str, Any]
    named: tuple[dict[str, Any], ...] = ()

    @classmethod
    def new(cls, path: Path, schema: str, made_with: Mapping[str, Any], facts: Mapping[str, Any]) -> Shelf:
        """Begin an index in a folder that holds none. Raises `Refused` if one stands there."""
        if (path / PAGE).exists():
            raise Refused(
                f"{path} 已有索引；请换一个文件夹，用 query --add 追加，或者用 build --again 重建。",
                f"{path} holds an index already; name another folder, append with query --add, or build --again.",
            )
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refused(f"无法写入 {path}（{error}）。", f"Cannot write to {path} ({error}).") from error
        return cls(path, schema, made_with, facts)

    @classmethod
    def open(cls, path: Path, schema: str, made_with: Mapping[str, Any], *, whole: bool = False) -> Shelf:
        """Open an index; `whole`: read every file and compare it with its digest, whatever its size and time say.

        Raises `Unreadable` (none, or damaged), `Refused` for another sort or other parameters.
        """
        page = page_of(path)
        try:
            facts = {name: page[name] for name in sorted(set(page) - {"schema", "made_with", "segments"})}
            shelf = cls(path, schema, made_with, facts, tuple(page["segments"]))
            if page["schema"] != schema or page["made_with"] != made_with:
                raise Refused(
                    f"{path} 不是所需的索引，或者是用另一版参数、规范化表建立的；请重新建立（index build --again）。",
                    f"{path} is another sort of index, or was built with other parameters or another normaliser; "
                    "build it again (index build --again).",
                )
            shelf._verify({} if whole else _known(path / VERIFIED))
        except (KeyError, TypeError, AttributeError) as error:
            raise _damaged(path, error) from error
        return shelf

    def arrays(self, number: int) -> tuple[pl.Series, dict[str, npt.NDArray[Any]]]:
        """Ids and arrays of one segment; arrays stay in their files until read."""
        folder = self.path / self.named[number]["name"]
        names = [Path(file).stem for file in self.named[number]["files"] if file.endswith(".npy")]
        arrays = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in names}
        return pl.read_parquet(folder / "ids.parquet")["id"], arrays

    def with_segment(self, ids: pl.Series, arrays: Arrays) -> Shelf:
        """Write one more segment; leavings of a killed write are swept first."""
        name = f"segment-{len(self.named) + 1:04}"
        folder, unfinished = self.path / name, self.path / f".{name}"
        for left_over in (folder, unfinished):
            shutil.rmtree(left_over, ignore_errors=True)
        unfinished.mkdir()
        for array, values in arrays.items():
            np.save(unfinished / f"{array}.npy", values)
        ids.cast(pl.String).alias("id").to_frame().write_parquet(
            unfinished / "ids.parquet", compression="zstd"
        )
        unfinished.rename(folder)
        files = {file.name: _digest(file) for file in sorted(folder.iterdir())}
        grown = replace(self, named=(*self.named, {"name": name, "rows": len(ids), "files": files}))
        grown._write_page()
        grown._remember()
        return grown

    def _write_page(self) -> None:
        page = {"schema": self.schema, "made_with": self.made_with, **self.facts}
        _replace(self.path / PAGE, page | {"segments": list(self.named)})

    def _files(self) -> Iterable[tuple[Path, str]]:
        for one in self.named:
            for name, digest in one["files"].items():
                yield self.path / one["name"] / name, digest

    def _verify(self, known: Mapping[str, Any]) -> None:
        """Compare files with their digests, but for those that are as they were when they were last found whole."""
        for file, digest in self._files():
            try:
                whole = known.get(str(file.relative_to(self.path))) == _stamp(file) or _digest(file) == digest
            except OSError:
                whole = False
            if not whole:
                raise Unreadable(
                    f"索引文件 {file} 缺失或者已损坏；请重新建立（index build --again）。",
                    f"The index file {file} is missing or damaged; build the index again (index build --again).",
                )
        self._remember()

    def _remember(self) -> None:
        stamps = {str(file.relative_to(self.path)): _stamp(file) for file, _ in self._files()}
        if stamps != _known(self.path / VERIFIED):
            _replace(self.path / VERIFIED, stamps)


def page_of(path: Path) -> dict[str, Any]:
    """Read the page of an index. Raises `Unreadable` where there is none or it is damaged."""
    try:
        page = json.loads((path / PAGE).read_text(encoding="utf-8"))
        if not isinstance(page, dict):
            raise TypeError(type(page).__name__)
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(path, error) from error
    return page


def rebuilt(path: Path, build: Callable[[Path], Any]) -> None:
    """Build an index beside the one that stands in a folder, whole or damaged, and put it in its place.

    What stands there is removed only when the new one is finished, and never anything that is no index. Raises
    `Refused` before anything is built.
    """
    _refuse_others(path)
    beside = path.with_name(f".{path.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    build(beside)
    shutil.rmtree(path, ignore_errors=True)
    beside.rename(path)


def _refuse_others(path: Path) -> None:
    """Refuse a place that holds anything but the files of an index, whole or damaged."""
    own = re.compile(rf"\.?(segment-\d+|{re.escape(PAGE)}|{re.escape(VERIFIED)})")
    try:
        strange = [one.name for one in sorted(path.iterdir()) if not own.fullmatch(one.name)]
    except FileNotFoundError:
        return
    except NotADirectoryError:
        strange = [path.name]
    if strange:
        raise Refused(
            f"{path} 里有不属于索引的文件（{strange[0]}），不能整个替换；请换一个文件夹，或者先移走这些文件。",
            f"{path} holds {strange[0]}, which is no part of an index, and is not replaced; name another folder, or"
            " move these files away first.",
        )


def refuse_known(ids: pl.Series, stored: Iterable[pl.Series]) -> None:
    """Refuse ids that are stored already, naming one."""
    for held in stored:
        known = ids.filter(ids.is_in(held.implode()))
        if len(known):
            raise Refused(
                f"编号 {known[0]} 已在索引中（共{len(known)}个）；请先去掉这些行。",
                f"Id {known[0]} is in the index already ({len(known)} such ids); take these rows out first.",
            )


def _damaged(path: Path, error: Exception) -> Unreadable:
    return Unreadable(
        f"{path} 不是索引或者已损坏（{error}）；请重新建立（index build --again）。",
        f"{path} is no index or is damaged ({error}); build it again (index build --again).",
    )


def _digest(file: Path) -> str:
    with file.open("rb") as open_file:
        return hashlib.file_digest(open_file, "sha256").hexdigest()


def _stamp(file: Path) -> list[int]:
    state = file.stat()
    return [state.st_size, state.st_mtime_ns]


def _known(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _replace(path: Path, content: Mapping[str, Any]) -> None:
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    unfinished.replace(path)
