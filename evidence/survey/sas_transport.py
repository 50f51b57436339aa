"""What a SAS transport file says beside what pyreadstat reads of it: special missing values, rows, and how it ends.

Sources: SAS TS-140, The Record Layout of a Data Set in SAS Transport (XPORT) Format, version 5, and its companion on
versions 8 and 9. Everything comes in records of 80 bytes; a missing number is one byte (`.`, `_` or A to Z) and zeros.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import pandas as pd

RECORD = 80
_MARK = b"HEADER RECORD*******"
_NAMESTR = 140
_SPECIAL = np.array([byte == ord("_") or ord("A") <= byte <= ord("Z") for byte in range(256)])


@dataclass(frozen=True, slots=True)
class Transport:
    """The first table of a transport file: where its rows are, and where in a row each number stands."""

    start: int
    row_bytes: int
    numbers: dict[str, tuple[int, int]]
    declared_rows: int | None
    end: int
    tables: int

    @property
    def _rest(self) -> int:
        return (self.end - self.start) % self.row_bytes

    def is_cut(self, data: bytes) -> bool:
        """Whether the file ends within a record or within a row."""
        if len(data) % RECORD:
            return True
        if not self.row_bytes:
            return False
        if self.declared_rows is not None:
            return self.start + self.declared_rows * self.row_bytes > self.end
        rest = data[self.end - self._rest : self.end]
        return self._rest >= RECORD or rest.strip(b" ") != b""


def transport_of(data: bytes) -> Transport | None:
    """The layout of the first table; None when the headers cannot be followed."""
    names_at = _header(data, (b"NAMESTR ", b"NAMSTV8 "), 0)
    if names_at < 0:
        return None
    try:
        count = int(data[names_at + 54 : names_at + 58])
        size = _namestr_size(data, names_at)
        at = names_at + RECORD
        numbers: dict[str, tuple[int, int]] = {}
        row_bytes = 0
        for number in range(count):
            entry = data[at + number * size : at + (number + 1) * size]
            kind, _, length = struct.unpack_from(">hhh", entry, 0)
            position = struct.unpack_from(">i", entry, 84)[0]
            name = entry[8:16]
            if data[names_at + 20 : names_at + 27] == b"NAMSTV8" and entry[88:120].strip(b"\0 "):
                name = entry[88:120]
            if kind == 1:
                numbers[name.rstrip(b"\0 ").decode("latin-1")] = (position, length)
            row_bytes = max(row_bytes, position + length)
        observed = _header(data, (b"OBS     ", b"OBSV8   "), at)
        if observed < 0:
            return None
        written = data[observed + 48 : observed + 63].strip() if b"OBSV8" in data[observed : observed + 30] else b""
    except (struct.error, ValueError):
        return None
    start = observed + RECORD
    following = _header(data, (b"MEMBER  ", b"MEMBV8  "), start)
    tables = data.count(_MARK + b"MEMBER  ") + data.count(_MARK + b"MEMBV8  ")
    declared = int(written) if written.isdigit() else None
    return Transport(start, row_bytes, numbers, declared, following if following >= 0 else len(data), tables)


def special_missing(data: bytes, layout: Transport, name: str, rows: int) -> pd.Series | None:
    """The tags of a variable (".A" to ".Z", "._"), one a row and null where there is none; None when it has none."""
    place = layout.numbers.get(name)
    if place is None or layout.start + rows * layout.row_bytes > len(data) or not rows:
        return None
    position, length = place
    body = np.frombuffer(data, np.uint8, rows * layout.row_bytes, layout.start).reshape(rows, layout.row_bytes)
    first = body[:, position]
    tagged = _SPECIAL[first] & (body[:, position + 1 : position + length] == 0).all(axis=1)
    if not tagged.any():
        return None
    found = pd.Series([None] * rows, dtype=object)
    found[tagged] = [f".{chr(byte)}" for byte in first[tagged]]
    return found


def _header(data: bytes, kinds: tuple[bytes, ...], start: int) -> int:
    """Where the next header record of one of these kinds is, from `start`; -1 when there is none."""
    found = [at for kind in kinds if (at := data.find(_MARK + kind, start)) >= 0]
    return min(found, default=-1)


def _namestr_size(data: bytes, names_at: int) -> int:
    """Bytes of a variable's description: 140, or 136 in files of VAX/VMS, as the member header says."""
    member = _header(data, (b"MEMBER  ", b"MEMBV8  "), 0)
    written = data[member + 74 : member + 78] if 0 <= member < names_at else b""
    return int(written) if written.isdigit() and int(written) else _NAMESTR
