"""What the bytes themselves show a file to be, whatever its name ends with.

Signatures are those of the formats' own specifications; text formats are told by how they open.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from evidence.transcripts.transcript import Fault, Format

SPOKEN_NAMES: dict[Format, str] = {
    "vtt": "WebVTT (.vtt)",
    "srt": "SubRip (.srt)",
    "txt": "plain text (.txt)",
    "docx": "a Word document (.docx)",
    "rtf": "rich text (.rtf)",
    "pdf": "a PDF (.pdf)",
    "json": "JSON (.json)",
    "eaf": "an ELAN file (.eaf)",
    "cha": "a CHAT file (.cha)",
    "unknown": "something else",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY: tuple[tuple[bytes, str], ...] = (
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a sound or video recording"),
    (b"ID3", "a sound or video recording"),
    (b"OggS", "a sound or video recording"),
    (b"fLaC", "a sound or video recording"),
    (b"\x1a\x45\xdf\xa3", "a sound or video recording"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"SQLite format 3", "a database"),
)
_ZIPPED: tuple[tuple[bytes, str], ...] = (
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "an OpenDocument text (.odt)"),
    (b"xl/workbook", "an Excel workbook"),
    (b"ppt/presentation", "a PowerPoint presentation"),
)
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_JSON = re.compile(rb'\{\s*"|\[\s*\{')
_SRT = re.compile(rb"\s*\d+\s*\n\s*\d{1,3}:\d\d:\d\d[.,]\d+\s*-->")


class Shown(NamedTuple):
    """What content shows: a format (None for any text), or the fault that says why it is none of ours."""

    format: Format | None
    fault: Fault | None = None


def sniff(data: bytes) -> Shown:
    """The format the content itself shows; `Shown(None)` for text that could be anything."""
    if data.startswith(_OLE):
        return _compound(data)
    if data.startswith(b"PK\x03\x04"):
        other = next((name for mark, name in _ZIPPED if mark in data), "")
        if other and b"word/document" not in data:
            return Shown(None, Fault("not_text", found=other))
        return Shown("docx")
    if b"%PDF-" in data[:1024]:
        return Shown("pdf")
    binary = next((name for mark, name in _BINARY if data.startswith(mark)), "")
    if binary or data[4:8] == b"ftyp":
        return Shown(None, Fault("not_text", found=binary or "a sound or video recording"))
    return _text(data)


def _text(data: bytes) -> Shown:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    head = data[:8192].replace(b"\x00", b"")[2:] if wide else data[:4096].removeprefix(codecs.BOM_UTF8)
    head = head.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    opening = head.lstrip()
    if opening.startswith(b"{\\rtf"):
        return Shown("rtf")
    if head.startswith(b"WEBVTT"):
        return Shown("vtt")
    if b"<ANNOTATION_DOCUMENT" in head:
        return Shown("eaf")
    if _HTML.match(head):
        return Shown(None, Fault("web_page"))
    if opening.startswith((b"@UTF8", b"@Begin")):
        return Shown("cha")
    if _SRT.match(head):
        return Shown("srt")
    return Shown("json" if _JSON.match(opening) else None)


def _compound(data: bytes) -> Shown:
    """An OLE compound file ([MS-CFB]): an Office document under a password ([MS-OFFCRYPTO]), or an older one."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Shown(None, Fault("encrypted"))
    if "WordDocument".encode("utf-16-le") in data:
        return Shown(None, Fault("old_word"))
    return Shown(None, Fault("not_text", found="an old Office file"))
