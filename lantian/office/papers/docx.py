"""A paper as DOCX for the office's own system: editable, without red head, in the fonts that GB/T 9704 names."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from lantian.office.papers.content import day_words, plain
from lantian.office.papers.letter import Letter

SONG, FANG, KAI, HEI = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体"
PLEDGED = "　　　　年　　月　　日"
FACES = {"h1": HEI, "h2": KAI}
SIZE_2, SIZE_3, SIZE_4 = Pt(22), Pt(16), Pt(14)
LINE = Pt(28.95)  # 225 mm in 22 lines
# 22 lines; 28 characters come from the spacing of the runs: a grid of characters narrower than the type makes
# LibreOffice give each character two cells.
GRID = {"type": "lines", "linePitch": "579"}
TIGHTER = "-4"  # twentieths of a point: 16 pt set on 156 mm / 28
MARGINS = {"top_margin": 37, "left_margin": 28, "bottom_margin": 35, "right_margin": 26}
ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)  # a fixed one: the same letter gives the same bytes


def set_docx(letter: Letter) -> bytes:
    """Write a paper as DOCX; the same letter always gives the same bytes."""
    document = Document()
    _page(document)
    _properties(document, letter)
    _line(document, letter.number, align="center" if letter.content.form != "letter" else "right")
    _line(document, plain(letter.content.title), face=SONG, size=SIZE_2, align="center")
    _line(document, "")
    if letter.content.addressee:
        _line(document, f"{plain(letter.content.addressee)}：")
    _body(document, letter)
    _end(document, letter)
    return _repacked(document)


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, size in MARGINS.items():
        setattr(section, name, Mm(size))
    section.footer_distance = Mm(28) - SIZE_4  # 一字线 7 mm below the text
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    for name, value in GRID.items():
        grid.set(qn(f"w:{name}"), value)
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer.paragraphs[0], "right")
    _page_number(section.even_page_footer.paragraphs[0], "left")
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FANG, SIZE_3
    _fonts(normal.element.get_or_add_rPr(), FANG)


def _properties(document: Any, letter: Letter) -> None:
    moment = datetime(letter.dated.year, letter.dated.month, letter.dated.day)  # noqa: DTZ001 - the format has no zone
    core = document.core_properties
    core.title, core.author, core.last_modified_by = plain(letter.content.title), letter.issuer, letter.issuer
    core.created = core.modified = moment
    core.comments, core.revision = "", 1


def _body(document: Any, letter: Letter) -> None:
    before = [block for block in letter.content.blocks if block.kind != "after"]
    after = [block for block in letter.content.blocks if block.kind == "after"]
    for block in before:
        paragraph = _line(document, plain(block.spans), face=FACES.get(block.kind, FANG), indent=True)
        paragraph.paragraph_format.keep_with_next = block.kind in FACES
    if letter.content.rows:
        _table(document, [(label, plain(spans)) for label, spans in letter.content.rows])
    for block in after:
        _line(document, plain(block.spans), indent=True)
    names = letter.content.attachments
    for place, name in enumerate(names):
        number = f"{place + 1}. " if len(names) > 1 else ""
        _line(document, f"{'附件：' if place == 0 else '　　　'}{number}{name}", indent=True)


def _end(document: Any, letter: Letter) -> None:
    if letter.content.form == "pledge":  # dated by whoever signs it
        _line(document, PLEDGED, align="right")
        return
    if letter.content.form == "sheet":  # its own line names the unit
        _line(document, day_words(letter.dated), align="right")
        return
    for words in ("", letter.issuer, day_words(letter.dated)):
        document.paragraphs[-1].paragraph_format.keep_with_next = True
        paragraph = _line(document, words, align="right")
        paragraph.paragraph_format.right_indent = SIZE_3 * 4
    if letter.content.copies:
        _line(document, "")
        _line(document, f"抄送：{plain(letter.content.copies)}。", size=SIZE_4)


def _table(document: Any, rows: Iterable[tuple[str, str]]) -> None:
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    table.autofit = False
    table.columns[0].width, table.columns[1].width = Mm(38), Mm(118)
    for label, text in rows:
        cells = table.add_row().cells
        for cell, width, words, face in ((cells[0], 38, label, HEI), (cells[1], 118, text, FANG)):
            cell.width = Mm(width)
            first, *more = words.split("\n")
            _write(cell.paragraphs[0], first, face, SIZE_4)
            for line in more:
                _write(cell.add_paragraph(), line, face, SIZE_4)


def _line(
    document: Any,
    words: str,
    *,
    face: str = FANG,
    size: Any = SIZE_3,
    align: str = "both",
    indent: bool = False,
) -> Any:
    paragraph = document.add_paragraph()
    _write(paragraph, words, face, size)
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    paragraph.alignment = _ALIGNED[align]
    for name in ("autoSpaceDE", "autoSpaceDN"):  # no gap between Chinese and figures, as in the PDF
        switch = OxmlElement(f"w:{name}")
        switch.set(qn("w:val"), "0")
        paragraph._p.get_or_add_pPr().insert_element_before(switch, "w:spacing", "w:ind", "w:jc", "w:rPr")
    if indent:
        form.first_line_indent = SIZE_3 * 2
        # In characters, so that another size keeps two of them.
        paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "200")
    return paragraph


_ALIGNED = {
    "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "left": WD_ALIGN_PARAGRAPH.LEFT,
}


def _write(paragraph: Any, words: str, face: str, size: Any) -> Any:
    run = paragraph.add_run(words)
    run.font.size, run.font.name = size, face
    properties = run._r.get_or_add_rPr()
    _fonts(properties, face)
    if size == SIZE_3:
        tighter = OxmlElement("w:spacing")
        tighter.set(qn("w:val"), TIGHTER)
        properties.insert_element_before(tighter, "w:sz", "w:szCs")
    return run


def _fonts(properties: Any, face: str) -> None:
    """Name the face for Chinese too: without `eastAsia` it falls back to the theme's."""
    fonts = properties.get_or_add_rFonts()
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), face)


def _page_number(paragraph: Any, align: str) -> None:
    paragraph.alignment = _ALIGNED[align]
    _write(paragraph, "— ", "宋体", SIZE_4)
    run = _write(paragraph, "", "宋体", SIZE_4)
    for kind, words in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = words
        run._r.append(mark)
    _write(paragraph, " —", "宋体", SIZE_4)


def _repacked(document: Any) -> bytes:
    """The package again with sorted names and a fixed moment, which the library takes from the clock."""
    written, packed = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(packed, "w") as target:
        # The list of types comes first by the format's own rule.
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            info = zipfile.ZipInfo(name, ZIP_MOMENT)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(info, source.read(name))
    return packed.getvalue()
