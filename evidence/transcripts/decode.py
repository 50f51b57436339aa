"""Bytes to text, strictly: byte-order mark, then UTF-8, then the declared legacy code page, else refused.

Guessing an encoding was wrong on two of eight real files, so nothing is guessed.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from evidence.transcripts.transcript import Fault

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BULLET = "\x15"
_MOJIBAKE = re.compile(
    r"[ÃÂ][\x80-\xbf]|Ã[\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u2013-\u2122]|â€[\x80-\u2122]"
)


class Decoded(NamedTuple):
    """Text with its encoding, or the fault that kept it from being read."""

    text: str
    encoding: str
    fault: Fault | None = None


def decoded(data: bytes, legacy: str | None) -> Decoded:
    """The text of a text file; lines end with \\n whatever they ended with before.

    The only control character let through is the mark around the times of a .cha.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return Decoded("", "", Fault("empty"))
    encodings = [name for mark, name in _MARKS if data.startswith(mark)][:1] or ["utf-8", *([legacy] if legacy else [])]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if _CONTROL.search(text.replace(_BULLET, "") if _BULLET in text else text):
            return Decoded("", "", Fault("not_text", found="a binary file"))
        return Decoded(text.replace("\r\n", "\n").replace("\r", "\n"), encoding)
    return Decoded("", "", Fault("not_text", found="a binary file") if b"\x00" in data else Fault("encoding"))


def undecoded_characters(text: str) -> int:
    """Replacement characters and sequences that show text decoded twice."""
    return text.count("\ufffd") + len(_MOJIBAKE.findall(text))
