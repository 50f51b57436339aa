"""How many rows a file's own header says it has, so that a file cut short is seen.

Sources: GNU PSPP developer's guide (System File Format, File Header Record: 32-bit case count at byte 80, -1 unknown);
Stata `help dta` and `help dta_115` (number of observations).
"""

from __future__ import annotations

import struct

from evidence.survey.contents import Format

_SAV_COUNT = 80
_SAV_LAYOUT = 64


def declared_rows(data: bytes, format: Format) -> int | None:
    """The rows that the header of an SPSS or Stata file declares; None where it does not say."""
    try:
        if format in ("sav", "zsav"):
            order = "<" if data[_SAV_LAYOUT] in (2, 3) else ">"
            return _known(struct.unpack_from(f"{order}i", data, _SAV_COUNT)[0])
        if format == "dta":
            return _known(_of_stata(data))
    except (struct.error, IndexError):
        return None
    return None


def stata_release(data: bytes) -> int:
    """The release of Stata's format: 102 to 115 of old, 117 to 119 since Stata 13; 0 when it does not say."""
    if not data.startswith(b"<stata_dta>"):
        return data[0] if data else 0
    at = data.find(b"<release>", 0, 100)
    digits = data[at + 9 : at + 12]
    return int(digits) if at >= 0 and digits.isdigit() else 0


def _of_stata(data: bytes) -> int:
    release = stata_release(data)
    if release < 117:
        order = ">" if data[1] == 1 else "<"
        return int(struct.unpack_from(f"{order}i", data, 6)[0])
    order = ">" if b"<byteorder>MSF" in data[:100] else "<"
    at = data.find(b"<N>", 0, 200)
    if at < 0:
        return -1
    (count,) = struct.unpack_from(order + ("i" if release == 117 else "q"), data, at + 3)
    return int(count)


def _known(count: int) -> int | None:
    return count if count >= 0 else None
