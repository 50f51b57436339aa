"""MC007: every form of a packet is tagged, titled and says its language, and can show every character.

HTML and Word documents are shown in the fonts of the reader's device, so there only characters are faults that no font
shows. A PDF brings its fonts (ISO 14289-1 asks for it); one that would lack a glyph is never made.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping

import pypdfium2
import pypdfium2.raw as pdfium

from trustworthiness.packet import Packet
from trustworthiness.packet_faults import Fault
from trustworthiness.reply_docx import FACTS, NAMESPACE

_NEVER_SHOWN = frozenset({"Cc", "Co", "Cs"})
_ALLOWED = frozenset("\n\r\t")
_REPLACEMENT = "\ufffd"


def form_faults(packet: Packet, forms: Mapping[str, bytes], wanted: Iterable[str] = ()) -> list[Fault]:
    """What is wrong with the forms of a packet (suffix → bytes), among them the `wanted` that could not be made."""
    faults = [
        Fault("MC007", f"packet:{packet.packet_id}", f"{form}.missing", _where(packet), _NO_GLYPH.format(form.upper()))
        for form in wanted
        if form not in forms
    ]
    if any(_is_unshowable(character) for character in _letters(packet)):
        faults.append(
            Fault("MC007", f"packet:{packet.packet_id}", "characters", _where(packet), _UNSHOWABLE),
        )
    looked_at = {"html": _html, "docx": _docx, "pdf": _pdf}
    for form, data in forms.items():
        lacks = looked_at[form](data, packet)
        if lacks:
            message = f"The {form.upper()} form lacks {' and '.join(lacks)}. Tell who looks after the software; {_ELSE}"
            faults.append(Fault("MC007", f"packet:{packet.packet_id}", f"{form}.tags", _where(packet), message))
    return faults


_ELSE = "until then send another form."
_NO_GLYPH = (
    "The packet holds a character that no font of its {} form has, so that form was not made rather than printed with "
    "empty boxes. Send another form, or correct the character in the transcript or theme."
)
_UNSHOWABLE = (
    "The packet holds a character that nothing can show: a control character, one of private use, or the mark of a "
    "lost one. Correct the transcript, the codings or the theme, and assemble again."
)


def _where(packet: Packet) -> str:
    return f"restricted/packets/{packet.packet_id}"


def _letters(packet: Packet) -> set[str]:
    """Every character the packet shows."""
    themes, quotes = (t.plain for t in packet.themes), (q.text for q in packet.quotes)
    opening = (*packet.intro, *packet.questions, *packet.summary, packet.contact)
    return set().union(*opening, *themes, *quotes, *(turn.text for turn in packet.turns))


def _is_unshowable(character: str) -> bool:
    if character in _ALLOWED:
        return False
    return character == _REPLACEMENT or unicodedata.category(character) in _NEVER_SHOWN


def _html(page: bytes, packet: Packet) -> list[str]:
    """What a page lacks: its language, a title, one heading of the first level."""
    opening = page[:2000].decode("utf-8", "ignore")
    lacks = [] if f'<html lang="{packet.language}"' in opening else ["its language"]
    lacks += [] if "<title>" in opening and "<title></title>" not in opening else ["a title"]
    return lacks + ([] if page.count(b"<h1>") == 1 else ["a heading"])


def _docx(data: bytes, packet: Packet) -> list[str]:
    """What a document lacks: its language, a title, the fields and the lines that name the packet."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        core = package.read("docProps/core.xml").decode()
        body = package.read("word/document.xml").decode()
        beside = any(NAMESPACE.encode() in package.read(n) for n in package.namelist() if n.startswith("customXml/"))
    lacks = [] if f"<dc:language>{packet.language}</dc:language>" in core else ["its language"]
    lacks += [] if "<dc:title>" in core and "<dc:title></dc:title>" not in core else ["a title"]
    fields = beside and all(f'w:tag w:val="{name}"' in body for name in (*FACTS, "missing"))
    return lacks + ([] if fields else ["its fields"])


def _pdf(data: bytes, packet: Packet) -> list[str]:
    """What a PDF lacks: tags, its language, a title."""
    document = pypdfium2.PdfDocument(data)
    try:
        lacks = [] if pdfium.FPDFCatalog_IsTagged(document) else ["tags"]
        lacks += [] if _language(document).split("-")[0] == packet.language.split("-")[0] else ["its language"]
        return lacks + ([] if document.get_metadata_value("Title") else ["a title"])
    finally:
        document.close()


def _language(document: pypdfium2.PdfDocument) -> str:
    size = pdfium.FPDFCatalog_GetLanguage(document, None, 0)
    buffer = (pdfium.FPDF_WCHAR * (size // 2 or 1))()
    pdfium.FPDFCatalog_GetLanguage(document, buffer, size)
    return bytes(buffer).decode("utf-16-le").rstrip("\x00")
