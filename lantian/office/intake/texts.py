"""Text tables: encoding and delimiter found strictly, lines streamed, one broken row never taking others along.

Encodings are tried in order: a byte order mark (UTF-8, UTF-16), UTF-8, GB18030 (which contains GBK). A file is of
an encoding when at most a tenth of its other than ASCII characters are damaged; damaged rows are then refused
one by one.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from lantian.core.messages import Text, Unreadable
from lantian.office.intake.limits import check_unpacked, limit
from lantian.office.intake.sources import Recognise, Record, Records, empty, find_header, header_note

CHUNK = 1 << 20
SAMPLES = 16
DELIMITERS = (",", "\t", ";")
GZIP = b"\x1f\x8b"
_MOST_DAMAGED = 0.1
_DAMAGE = "\udcff"
_SIGN = "\ufffd"
codecs.register_error("lantian.damaged", lambda fault: (_DAMAGE, cast(UnicodeDecodeError, fault).end))

DAMAGED = Text(
    "本行有无法识别的字节（编码损坏）；请从原系统重新导出这一行。",
    "The row has bytes that are no text in the file's encoding; export this row again.",
)
BROKEN = Text(
    "本行的引号不成对；请补上或删去引号，含逗号或换行的内容要用引号括起。",
    "The quotes of this row do not match; add or remove one. Cells with commas or line breaks need quotes.",
)
TOO_LONG = Text(
    "本行过长，已略去；请检查是否缺少换行。",
    "The line is too long and was left out; look for missing line breaks.",
)
_NAMES = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB18030（GBK）"}
_DELIMITER_NAMES = {"\t": Text("制表符", "tab"), ";": Text("分号", "semicolon")}


@dataclass(frozen=True)
class Form:
    """How the bytes of a file are to be read."""

    path: Path
    packed: bool
    encoding: str

    def open(self) -> io.TextIOWrapper:
        """Open as text; damaged bytes come as a sign that no text contains."""
        return io.TextIOWrapper(
            _bytes(self.path, self.packed), encoding=self.encoding, errors="lantian.damaged", newline=""
        )

    @property
    def notes(self) -> tuple[Text, ...]:
        """Say the encoding, where it is not plain UTF-8."""
        if self.encoding == "utf-8-sig":
            return ()
        name = _NAMES[self.encoding]
        return (Text(f"文件编码：{name}。", f"Encoding: {name}."),)


def form_of(path: Path) -> Form:
    """Find how to read a text file. Raises `Unreadable` for what is no text and for what unpacks to too much."""
    with path.open("rb") as handle:
        packed = handle.read(2) == GZIP
    try:
        samples = _samples(path, packed)
    except (OSError, EOFError, zlib.error) as fault:
        raise Unreadable(
            f"压缩文件已损坏或不完整：{fault}。请重新下载或解开后再上传。",
            f"The packed file is broken or incomplete: {fault}. Fetch it again or unpack it first.",
        ) from fault
    return Form(path, packed, _encoding(samples))


def open_table(form: Form, recognise: Recognise) -> Records:
    """Find delimiter and header of a delimited text."""
    tables = {sign: _first_rows(form, sign) for sign in DELIMITERS}
    if not any(any(row) for row in tables[","]):
        raise empty()
    found = {sign: find_header(rows, recognise) for sign, rows in tables.items()}
    delimiter = max(DELIMITERS, key=lambda sign: recognise(found[sign].headers))
    header = found[delimiter]
    notes = form.notes + header_note(header.index + 1)
    if delimiter in _DELIMITER_NAMES:
        name = _DELIMITER_NAMES[delimiter]
        notes += (Text(f"分隔符：{name.zh}。", f"Delimiter: {name.en}."),)
    read = partial(_after, form, delimiter, header.index + 1)
    return Records(header.headers, header.index + 2, read, notes)


def records(form: Form, delimiter: str) -> Iterator[Record]:
    """Yield the rows of a delimited text; a broken one gives back the lines that it swallowed."""
    with form.open() as handle:
        lines = Lines(handle)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Record([lines.give_back()], BROKEN)
                reader = csv.reader(lines, delimiter=delimiter, strict=True)
            else:
                yield Record(cells, lines.flaw)


def lines_of(form: Form) -> Iterator[str]:
    """Yield the lines of a text one by one, cut to the longest line there may be."""
    with form.open() as handle:
        lines = Lines(handle)
        for line in lines:
            lines.begin()
            yield line


class Lines:
    """Lines of a text of bounded length, which can be given back while a row is being read."""

    def __init__(self, handle: io.TextIOWrapper) -> None:
        self.handle = handle
        self.taken: list[str] = []
        self.again: deque[str] = deque()
        self.flaw: Text | None = None
        self.longest, self.most = limit("text", "longest_line"), limit("text", "lines_of_a_row")
        csv.field_size_limit(self.longest)

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else self.handle.readline(self.longest)
        if not line:
            raise StopIteration
        self.taken.append(line)
        if len(self.taken) > self.most:
            raise csv.Error("a row of too many lines")
        if len(line) == self.longest and not line.endswith(("\n", "\r")):
            line = self._left_out(line)
        if _DAMAGE in line:
            self.flaw = DAMAGED
            line = line.replace(_DAMAGE, _SIGN)
        return line

    def begin(self) -> None:
        """Begin a row."""
        self.taken.clear()
        self.flaw = None

    def give_back(self) -> str:
        """Return the row's first line; the lines after it will come again."""
        first, *rest = self.taken or [""]
        self.again.extendleft(reversed(rest))
        return first.strip("\r\n").replace(_DAMAGE, _SIGN)

    def _left_out(self, line: str) -> str:
        while (rest := self.handle.readline(self.longest)) and not rest.endswith(("\n", "\r")):
            pass
        self.flaw = TOO_LONG
        return line[:200].replace('"', "") + "\n"


def _after(form: Form, delimiter: str, skipped: int) -> Iterator[Record]:
    return islice(records(form, delimiter), skipped, None)


def _first_rows(form: Form, delimiter: str) -> list[Sequence[str]]:
    return [cells for cells, _ in islice(records(form, delimiter), limit("header", "rows_searched"))]


def _bytes(path: Path, packed: bool) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def _samples(path: Path, packed: bool) -> list[bytes]:
    """Whole lines with other than ASCII bytes, and the beginning; a packed file is unpacked to its end once."""
    size, unpacked = path.stat().st_size, 0
    samples: list[bytes] = []
    with _bytes(path, packed) as handle:
        while chunk := handle.read(CHUNK):
            if packed:
                check_unpacked("packed_text", unpacked + len(chunk), size)
            if not unpacked or (len(samples) <= SAMPLES and not chunk.isascii()):
                samples.append(_whole_lines(chunk, first=not unpacked))
            unpacked += len(chunk)
            if not packed and len(samples) > SAMPLES:
                break
    return samples


def _whole_lines(chunk: bytes, *, first: bool) -> bytes:
    begin = 0 if first else chunk.find(b"\n") + 1
    end = chunk.rfind(b"\n") + 1 if len(chunk) == CHUNK else len(chunk)
    return chunk[begin : max(begin, end)]


def _encoding(samples: Sequence[bytes]) -> str:
    head = samples[0] if samples else b""
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise empty()
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.count(0) > len(head) // 10:
        raise Unreadable(
            "不是文本表格（含大量零字节）；若是 UTF-16，请另存为“CSV UTF-8”。",
            "Not a text table (many zero bytes); if it is UTF-16, save it as 'CSV UTF-8'.",
        )
    for encoding in ("utf-8-sig", "gb18030"):
        if _damage(samples, encoding) <= _MOST_DAMAGED:
            return encoding
    raise Unreadable(
        "看不出文件的编码（试过 UTF-8、UTF-16、GB18030）；请另存为“CSV UTF-8”。",
        "The encoding is none of UTF-8, UTF-16, GB18030; save the file as 'CSV UTF-8'.",
    )


def _damage(samples: Sequence[bytes], encoding: str) -> float:
    """Share of damaged among all other than ASCII characters."""
    texts = [sample.decode(encoding, "lantian.damaged") for sample in samples]
    damaged = sum(text.count(_DAMAGE) for text in texts)
    wide = sum(len(text) - len(text.encode("ascii", "ignore")) for text in texts)
    return damaged / max(wide, 1)
