"""A Word document (DOCX): title, language, headings, captioned tables with marked header rows, notes.

The bytes depend on the contents alone: the times inside are fixed, for the trail says when something was made. Tables
are built as Word itself marks them for screen readers (ECMA-376: tblHeader, tblCaption, tblDescription).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

FIXED = datetime(2000, 1, 1, tzinfo=UTC)
ZIP_TIME = (2000, 1, 1, 0, 0, 0)
TABLE_STYLE = "Fieldtrail Table"
LEVELS = 4
INK = RGBColor(0x1D, 0x24, 0x29)
TABLE_WORDS = {"en": "Table", "es": "Tabla"}
PAPER = {False: (Cm(21.0), Cm(29.7)), True: (Cm(29.7), Cm(21.0))}
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Document:
    """One document built from top to bottom; `language` is a BCP 47 tag and the language of every word in it.

    With `landscape` the pages (A4) lie on their side, for wide tables.
    """

    def __init__(self, title: str, language: str = "en", author: str = "", *, landscape: bool = False) -> None:
        self._docx = docx.Document()
        self._level = 0
        self._tables = 0
        self._table_word = TABLE_WORDS.get(language.split("-")[0].lower(), TABLE_WORDS["en"])
        _describe(self._docx, clean(title), language, clean(author))
        _style(self._docx, language)
        section = self._docx.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = PAPER[landscape]
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
        self._width = PAPER[landscape][0] - 2 * Cm(2)
        _page_number(section.footer.paragraphs[0])
        self._docx.add_paragraph(clean(title), style="Title")

    def heading(self, text: str, level: int = 1) -> Document:
        """A heading of level 1 to 4; ValueError where a level is left out, which a screen reader stumbles over."""
        if not 1 <= level <= min(self._level + 1, LEVELS):
            raise ValueError(f"a heading of level {level} cannot follow one of level {self._level}")
        self._level = level
        self._docx.add_heading(clean(text), level)
        return self

    def paragraph(self, text: str) -> Document:
        """A paragraph; a line break stays one."""
        self._docx.add_paragraph(clean(text))
        return self

    def table(
        self,
        rows: Sequence[Sequence[str]],
        *,
        caption: str,
        header: int = 1,
        note: str = "",
        widths: Sequence[float] = (),
        numbers: Sequence[int] = (),
        description: str = "",
    ) -> Document:
        """A numbered table: its caption above, `header` rows repeated on every page, `note` below.

        `widths` are shares of the page's width, one a column (else alike); `numbers` are the columns set to the right;
        `description` is said to those who do not see the table (else the note). ValueError for rows of unequal length,
        and for fewer than header + 1 rows.
        """
        if header < 1 or len(rows) <= header or any(len(a) != len(b) for a, b in pairwise(rows)):
            raise ValueError("a table needs header rows, at least one row below them, and as many cells in each")
        self._tables += 1
        self._caption(caption)
        table = self._docx.add_table(len(rows), len(rows[0]), style=TABLE_STYLE)
        _say(table, clean(caption), clean(description or note))
        shares = [share / sum(widths) for share in widths] or [1 / len(rows[0])] * len(rows[0])
        for column, share in zip(table.columns, shares, strict=True):
            column.width = round(self._width * share)
        for n, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
            _mark(row._tr, is_header=n < header)
            for m, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
                cell.width = round(self._width * shares[m])
                paragraph = cell.paragraphs[0]
                paragraph.add_run(clean(text))
                if m in numbers:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if note:
            self._docx.add_paragraph(clean(note), style="Table Note")
        return self

    def bytes(self) -> bytes:
        """The document; the same contents give the same bytes."""
        written = io.BytesIO()
        self._docx.save(written)
        packed = io.BytesIO()
        with zipfile.ZipFile(written) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
            for info in sorted(old.infolist(), key=lambda i: (i.filename != "[Content_Types].xml", i.filename)):
                fixed = zipfile.ZipInfo(info.filename, ZIP_TIME)
                fixed.compress_type = zipfile.ZIP_DEFLATED
                new.writestr(fixed, old.read(info))
        return packed.getvalue()

    def _caption(self, text: str) -> None:
        """The caption as Word numbers it, so that a list of tables can be made of the document."""
        paragraph = self._docx.add_paragraph(f"{self._table_word} ", style="Caption")
        _field(paragraph, "SEQ Table \\* ARABIC", str(self._tables))
        paragraph.add_run(f". {clean(text)}")
        paragraph.paragraph_format.keep_with_next = True


def clean(text: str) -> str:
    """The text without characters that no XML may hold."""
    return _NO_XML.sub("", text)


def _describe(document: docx.document.Document, title: str, language: str, author: str) -> None:
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.language = title, author, author, language
    core.comments = core.keywords = core.subject = core.category = ""
    core.created = core.modified = FIXED.replace(tzinfo=None)
    core.revision = 1


def _style(document: docx.document.Document, language: str) -> None:
    """Plain ink for print, the language of all text, the style of tables and that of the notes below them."""
    styles = document.styles
    defaults = styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    lang = defaults.find(qn("w:lang"))
    lang.set(qn("w:val"), language)
    for name in ["Title", "Caption", *(f"Heading {n}" for n in range(1, LEVELS + 1))]:
        styles[name].font.color.rgb = INK
    styles["Title"].font.size = Pt(20)
    styles["Caption"].font.size = Pt(10)
    styles["Caption"].paragraph_format.space_before = Pt(10)
    styles.element.append(parse_xml(_TABLE))
    note = styles.add_style("Table Note", 1)
    note.base_style = styles["Normal"]
    note.font.size = Pt(9)
    note.paragraph_format.space_before = Pt(3)
    note.paragraph_format.space_after = Pt(12)


_RULE = 'w:val="single" w:sz="{}" w:space="0" w:color="1D2429"'
_TABLE = (
    f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="FieldtrailTable">'
    f'<w:name w:val="{TABLE_STYLE}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/>'
    '<w:pPr><w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/></w:pPr>'
    '<w:rPr><w:sz w:val="18"/></w:rPr><w:tblPr><w:tblBorders>'
    f'<w:top {_RULE.format(8)}/><w:bottom {_RULE.format(8)}/>'
    '<w:insideH w:val="single" w:sz="2" w:space="0" w:color="BFBBB0"/></w:tblBorders></w:tblPr>'
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>'
    f'<w:bottom {_RULE.format(6)}/></w:tcBorders></w:tcPr></w:tblStylePr>'
    '<w:tblStylePr w:type="firstCol"><w:rPr><w:b/></w:rPr></w:tblStylePr></w:style>'
)  # fmt: skip


def _say(table: Table, title: str, description: str) -> None:
    """What a screen reader says of the table; its first row and column are headers."""
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    assert look is not None  # python-docx writes one with every table
    for name, value in {"val": "00A0", "firstRow": "1", "firstColumn": "1", "noHBand": "1", "noVBand": "1"}.items():
        look.set(qn(f"w:{name}"), value)
    for tag, text in (("w:tblCaption", title), ("w:tblDescription", description)):
        element = OxmlElement(tag)
        element.set(qn("w:val"), text)
        properties.append(element)


def _mark(row: object, *, is_header: bool) -> None:
    """A row stays whole; a header row is repeated at the top of every page."""
    properties = row.get_or_add_trPr()  # type: ignore[attr-defined]
    properties.append(OxmlElement("w:cantSplit"))
    if is_header:
        properties.append(OxmlElement("w:tblHeader"))


def _field(paragraph: Paragraph, code: str, shown: str) -> None:
    """A field of Word's, with what it shows until Word counts anew."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _page_number(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _field(paragraph, "PAGE", "1")
