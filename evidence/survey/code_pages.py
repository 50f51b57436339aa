"""In which code page the text of a labelled file is written, and whether reading it in that lost a letter."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Callable
from typing import Any

import pandas as pd

from evidence.survey.contents import Format, Refused
from evidence.survey.declared import stata_release

_SAV_ENCODING = (struct.pack("<iii", 7, 20, 1), struct.pack(">iii", 7, 20, 1))
_SAV_INTEGERS = (struct.pack("<iii", 7, 3, 4), struct.pack(">iii", 7, 3, 4))
_FIRST_UNICODE_STATA = 118
_HEADERS = 1 << 22


def iconv_name(encoding: str) -> str:
    """A code page by the name that ReadStat knows; Refused for a name nobody knows."""
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise Refused(
            f"`encoding` {encoding} is no code page we know", "Correct it in study.yaml, for example to cp1252."
        ) from None
    return name.upper().replace("_", "-").replace("MAC-ROMAN", "MACINTOSH")


def undeclared(data: bytes, format: Format) -> str:
    """The code page that is assumed where the format or the file does not say one; empty where it says."""
    if format == "dta" and stata_release(data) < _FIRST_UNICODE_STATA:
        return "WINDOWS-1252"
    if format == "xpt":
        return "UTF-8"
    if format in ("sav", "zsav"):
        head = data[:_HEADERS]
        if not any(mark in head for mark in (*_SAV_ENCODING, *_SAV_INTEGERS)):
            return "WINDOWS-1252"
    return ""


def without_loss(
    frame: pd.DataFrame, data: bytes, format: Format, meta: Any, parsed: Callable[..., tuple[pd.DataFrame, Any]]
) -> bool:
    """Whether a .sav in UTF-8 kept every letter: ReadStat drops a broken one at the end of a text without a word.

    The text is read a second time byte by byte (as ISO 8859-1) and decoded strictly.
    """
    texts = [name for name, kind in meta.readstat_variable_types.items() if kind == "string"]
    if format not in ("sav", "zsav") or (meta.file_encoding or "").upper() != "UTF-8" or frame.empty or not texts:
        return True
    raw, _ = parsed(data, format, "ISO-8859-1", tuple(name.encode().decode("latin-1") for name in texts))
    for _, column in raw.items():
        for cell in column.dropna().unique():
            if not cell.isascii():
                try:
                    cell.encode("latin-1").decode("utf-8")
                except UnicodeError:
                    return False
    return True


def text_codec(encoding: str) -> str:
    """A declared code page by Python's name; Refused for a name nobody knows."""
    iconv_name(encoding)
    return codecs.lookup(encoding).name
