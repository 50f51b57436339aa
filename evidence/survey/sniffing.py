"""Which format a survey file is, by its first bytes; and what else it is, in words and with the remedy, when none.

Magic bytes: SPSS System File Format and Portable File Format (GNU PSPP developer's guide), Stata `help dta`, SAS
TS-140, and for sas7bdat the layout that ReadStat reads.
"""

from __future__ import annotations

import zlib

from evidence.survey.contents import Format

LARGEST_BYTES = 1 << 30
_SAS = bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_CATALOG = bytes.fromhex("c2ea8163b31411cfbd92080009c7318c181f1011")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = b"PK\x03\x04"
_DTA_OLD = range(102, 116)
_BYTE_ORDERS = (b"\1", b"\2")
TOO_LARGE = (f"the survey file is larger than {LARGEST_BYTES >> 30} GB", "Export only the variables you need.")
_ANEW = "Export it again as .sav or CSV UTF-8."


def sniff(data: bytes) -> Format | None:
    """The format by its first bytes; None when it is none of ours."""
    head = data[:600]
    marks: list[tuple[bool, Format]] = [
        (head.startswith(b"$FL2"), "sav"),
        (head.startswith(b"$FL3"), "zsav"),
        (head.startswith(b"<stata_dta>") or _is_old_stata(head), "dta"),
        (head.startswith(b"HEADER RECORD*******LIB"), "xpt"),
        (_SAS in head[:40] and not _is_catalog(head), "sas7bdat"),
        (b"SPSS PORT FILE" in head or "SPSS PORT FILE".encode("cp500") in head, "por"),
        (head.startswith(_ZIP) and b"xl/workbook" in data, "xlsx"),
    ]
    found = next((format for is_it, format in marks if is_it), None)
    return found or ("csv" if not _foreign(data) and _is_text(data) else None)


def refusal(data: bytes) -> tuple[str, str]:
    """What a file is that `sniff` does not know, and what to do about it; never a word of its content."""
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0"):
        return "the survey file is empty", "Export it again, and look whether it has its responses."
    return _foreign(data) or ("the content is no survey format we know", _ANEW)


def is_utf16(data: bytes) -> str | None:
    """The byte order of text in UTF-16, by its mark or by every other byte being NUL; None for other text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = data[:200]
    if len(start) >= 8 and not any(start[1::2]) and all(start[::2]):
        return "utf-16-le"
    if len(start) >= 8 and not any(start[::2]) and all(start[1::2]):
        return "utf-16-be"
    return None


def _foreign(data: bytes) -> tuple[str, str] | None:
    """What is commonly taken for a survey file, or sent in its place."""
    head = data[:4000]
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<table", b"<div")) or b"<html" in text[:2000]:
        return "the survey file is a web page, not data", "Export the data instead of saving the page."
    if text.startswith(b"<?xml"):
        return "the survey file is XML, not a table", _ANEW
    if text.startswith((b"{", b"[{", b"[[")):
        return "the survey file is JSON, not a table", "Export it again as CSV UTF-8."
    if head.startswith(_OLE):
        if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k" in data:
            return "the workbook has a password", "Save it without a password."
        return "the survey file is an old Excel or Office file (.xls)", "Open it and save it as .xlsx or CSV UTF-8."
    if head.startswith(b"PK"):
        return _zip(head)
    if head.startswith(b"\x1f\x8b"):
        return _gzip(data)
    if _CATALOG in head[:40] or _is_catalog(head):
        return (
            "the survey file is a SAS catalog, which holds labels and no answers",
            "Name it as `catalog` in study.yaml, and the .sas7bdat as `file`.",
        )
    if b"ENCRYPTEDSAV" in head[:40]:
        return "the SPSS file has a password", "Save it in SPSS without a password."
    return next(((what, remedy) for mark, what, remedy in _SIGNATURES if head.startswith(mark)), None)


_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "the survey file is a PDF, not data", _ANEW),
    (b"RDX", "the survey file is an R workspace (.RData)", "Write it from R with haven::write_sav, or as CSV UTF-8."),
    (b"PAR1", "the survey file is a parquet file", _ANEW),
    (b"ARROW1", "the survey file is a feather file", _ANEW),
    (b"SQLite format 3", "the survey file is a database", "Export the table of answers as CSV UTF-8."),
    (b"{\\rtf", "the survey file is a text document", _ANEW),
    (b"7z\xbc\xaf", "the survey file is an archive (.7z)", "Unpack it, and put the data file there."),
    (b"Rar!", "the survey file is an archive (.rar)", "Unpack it, and put the data file there."),
    (b"\x89PNG", "the survey file is a picture", _ANEW),
    (b"\xff\xd8\xff", "the survey file is a picture", _ANEW),
)


def _zip(head: bytes) -> tuple[str, str]:
    if b"opendocument" in head[:200]:
        return "the survey file is an OpenDocument file (.ods)", "Open it and save it as .xlsx or CSV UTF-8."
    if b"word/" in head or b"ppt/" in head:
        return "the survey file is an Office document, not a workbook", _ANEW
    return "the survey file is an archive (.zip), or a workbook cut short", "Unpack it, or export the workbook again."


def _gzip(data: bytes) -> tuple[str, str]:
    try:
        start = zlib.decompressobj(wbits=31).decompress(data[:4096], 64)
    except zlib.error:
        start = b""
    if start.startswith((b"RDX", b"RDA", b"X\n", b"A\n")):
        return "the survey file is R's own (.RData or .rds)", "Write it from R with haven::write_sav, or as CSV UTF-8."
    return "the survey file is packed (.gz)", "Unpack it, and put the data file there."


def _is_old_stata(head: bytes) -> bool:
    """Stata before 13: release, byte order, file type 1, unused 0."""
    return len(head) > 3 and head[0] in _DTA_OLD and head[1:2] in _BYTE_ORDERS and head[2:4] in (b"\1\0", b"\1\1")


def _is_catalog(head: bytes) -> bool:
    return head[156:163] == b"CATALOG"


def _is_text(data: bytes) -> bool:
    """A table as text: no NUL but in UTF-16, few control characters."""
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0"):
        return False
    if is_utf16(data):
        return True
    start = data[:4000]
    control = sum(byte < 32 and byte not in b"\t\r\n" for byte in start)
    return control - start.count(0) <= len(start) // 100 and start.count(0) <= len(start) // 10
