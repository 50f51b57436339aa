"""PDF: lines joined to paragraphs by where they stand on the page; furniture, notes and metadata beside them.

PDFium (pypdfium2) finds the characters. They are read one by one here, and a second time as the text of the page's own
objects, which is the witness that no letter was lost. Layout: ISO 32000-1.
"""

from __future__ import annotations

import ctypes
import re
import statistics
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw
from lxml import etree

from evidence.transcripts.layout import talk_of
from evidence.transcripts.transcript import Content, Fault, FaultKind, Line, Passage, letters_of

_WRONG_PASSWORD = 4
_XMP = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)
_PAGE_NUMBER = re.compile(r"^\W*(?:page|seite|p\.)?\s*\d{1,4}(?:\s*(?:/|of|von)\s*\d{1,4})?\W*$", re.IGNORECASE)
_GAP = 1.4
_NAMES = {"Author": "author", "Title": "title", "Subject": "subject", "Keywords": "keywords"}
_DEEPEST = 15


class _Printed(NamedTuple):
    """A printed line: its words, its page (from 1), and the height of its base above the page's foot, in points."""

    text: str
    page: int
    base: float


def read_pdf(data: bytes, fields: Collection[str], labels: Collection[str] = ()) -> tuple[Content, dict[str, str]]:
    """The lines of a PDF and its header block; repeated headers and footers, notes and metadata beside them."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        return _nothing("encrypted" if error.err_code == _WRONG_PASSWORD else "damaged"), {}
    try:
        return _read(document, data, fields, labels)
    except pdfium.PdfiumError:
        return _nothing("damaged"), {}
    finally:
        document.close()


def _read(
    document: Any, data: bytes, fields: Collection[str], labels: Collection[str]
) -> tuple[Content, dict[str, str]]:
    printed: list[_Printed] = []
    beside: list[Passage] = []
    witness: list[str] = []
    pictures = False
    for number in range(len(document)):
        page = document[number]
        sheet = page.get_textpage()
        found = list(_printed(sheet, number + 1))
        printed += found
        for thing in page.get_objects(max_depth=_DEEPEST, textpage=sheet):
            pictures = pictures or thing.type == pdfium_raw.FPDF_PAGEOBJ_IMAGE
            if isinstance(thing, pdfium.PdfTextObj):
                witness.append(_of_object(thing))
        beside += _notes(page, number + 1)
        sheet.close()
        page.close()
    faults = [] if b"%%EOF" in data[-2048:] else [Fault("cut_off")]
    if not printed and not faults:
        faults = [Fault("no_text" if pictures else "empty")]
    furniture = _furniture(printed, labels)
    beside += [Passage(place, printed[i].text, printed[i].page) for i, place in furniture.items()]
    beside += _metadata(document, data)
    lines = list(_paragraphs([line for i, line in enumerate(printed) if i not in furniture]))
    header, passages, body = talk_of(lines, fields, labels, by_blank_lines=False)
    return Content(body, passages + beside, faults, letters_of(witness)), header


def _nothing(kind: FaultKind) -> Content:
    return Content([], [], [Fault(kind)], Counter())


def _printed(sheet: Any, page: int) -> Iterator[_Printed]:
    """The lines of a page; a character without a Unicode value reads as the replacement character."""
    held: list[str] = []
    base = 0.0
    for index in range(sheet.count_chars()):
        code = pdfium_raw.FPDFText_GetUnicode(sheet.raw, index)
        if code in (10, 13):
            if "".join(held).strip():
                yield _Printed("".join(held).strip(), page, base)
            held = []
            continue
        if not held and code not in (32, 0xA0):
            base = _base(sheet, index)
        held.append(_character(code))
    if "".join(held).strip():
        yield _Printed("".join(held).strip(), page, base)


def _character(code: int) -> str:
    """A character; PDFium marks a hyphen at a line's end by U+FFFE or U+0002."""
    if code in (0xFFFE, 2):
        return "-"
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code <= 0x10FFFF else "\ufffd"


def _of_object(thing: Any) -> str:
    try:
        return str(thing.extract())
    except (pdfium.PdfiumError, UnicodeDecodeError):
        return ""


def _base(sheet: Any, index: int) -> float:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium_raw.FPDFText_GetCharOrigin(sheet, index, x, y)
    return y.value


def _furniture(printed: list[_Printed], labels: Collection[str]) -> dict[int, str]:
    """Indexes of the lines at a page's edge, from the edge inwards, that are page numbers or repeat at one height on
    most pages, with their place; a line that opens with a declared label is speech."""
    pages: dict[int, list[int]] = {}
    for i, line in enumerate(printed):
        pages.setdefault(line.page, []).append(i)
    shapes = Counter(_shape(printed[i]) for own in pages.values() for i in own)
    needed = max(2, round(len(pages) * 0.6))
    speech = tuple(f"{label}:" for label in labels)
    found: dict[int, str] = {}
    for own in pages.values():
        for place, inwards in (("footer", own[::-1]), ("header", own)):
            for i in inwards:
                repeats = shapes[_shape(printed[i])] >= needed and not printed[i].text.startswith(speech)
                if not (repeats or _PAGE_NUMBER.match(printed[i].text)):
                    break
                found.setdefault(i, place)
    return found


def _shape(line: _Printed) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.base / 4)


def _paragraphs(printed: list[_Printed]) -> Iterator[Line]:
    """Lines with a paragraph's opening where the gap above is wider than usual; a new page goes on with the last."""
    gaps = [a.base - b.base for a, b in pairwise(printed) if a.page == b.page and a.base > b.base]
    usual = statistics.median_low(gaps) if gaps else 0.0
    for i, line in enumerate(printed):
        before = printed[i - 1] if i else None
        gap = 0.0 if before is None or before.page != line.page else before.base - line.base
        yield Line(line.text, line.page, opens=i == 0 or gap > usual * _GAP or gap < -usual)


def _notes(page: Any, number: int) -> Iterator[Passage]:
    """Comments with their authors and the values of form fields."""
    for index in range(pdfium_raw.FPDFPage_GetAnnotCount(page)):
        note = pdfium_raw.FPDFPage_GetAnnot(page, index)
        for key, place in ((b"Contents", "comment"), (b"T", "author of a comment"), (b"V", "form field")):
            text = _string(note, key)
            field = pdfium_raw.FPDFAnnot_GetSubtype(note) == pdfium_raw.FPDF_ANNOT_WIDGET
            if text.strip():
                yield Passage("metadata form field" if field and key == b"T" else place, text.strip(), number)
        pdfium_raw.FPDFPage_CloseAnnot(note)


def _string(note: Any, key: bytes) -> str:
    size = pdfium_raw.FPDFAnnot_GetStringValue(note, key, None, 0)
    buffer = (ctypes.c_ushort * max(1, size // 2))()
    pdfium_raw.FPDFAnnot_GetStringValue(note, key, buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\x00")


def _metadata(document: Any, data: bytes) -> Iterator[Passage]:
    """The document's information, XMP packet, bookmarks and the names of files attached."""
    for key, value in document.get_metadata_dict(skip_empty=True).items():
        yield Passage(f"property {_NAMES[key]}" if key in _NAMES else f"metadata {key.lower()}", value)
    for packet in _XMP.findall(data):
        if b"<!" not in packet:
            root = etree.fromstring(packet, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
            texts = [] if root is None else [str(t).strip() for t in root.itertext()]
            yield from (Passage("metadata xmp", text) for text in texts if text)
    for bookmark in document.get_toc(max_depth=_DEEPEST):
        yield Passage("metadata bookmark", bookmark.get_title() or "")
    for index in range(document.count_attachments()):
        yield Passage("metadata attachment", document.get_attachment(index).get_name())
