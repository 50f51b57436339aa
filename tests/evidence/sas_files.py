"""Files of SAS (.sas7bdat, .sas7bcat) made in the test by ReadStat's own writer, which pyreadstat holds and hides.

They are read by ReadStat; that SAS itself would open them is not claimed.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any

from pyreadstat import _readstat_writer

_STRING, _DOUBLE = 0, 5
_WRITE = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
_LIB = ctypes.CDLL(_readstat_writer.__file__)
_POINTER = ctypes.c_void_p
for _name in ("readstat_writer_init", "readstat_add_variable", "readstat_add_label_set", "readstat_get_variable"):
    getattr(_LIB, _name).restype = _POINTER


class _Writer:
    def __init__(self) -> None:
        self.data = bytearray()
        self._callback = _WRITE(self._take)
        self.at = _POINTER(_LIB.readstat_writer_init())
        self.do("readstat_set_data_writer", self.at, self._callback)

    def _take(self, data: int, length: int, _: Any) -> int:
        self.data += ctypes.string_at(data, length)
        return length

    @staticmethod
    def do(function: str, *args: Any) -> None:
        error = getattr(_LIB, function)(*args)
        assert error in (0, None), (function, error)

    def close(self) -> bytes:
        self.do("readstat_end_writing", self.at)
        _LIB.readstat_writer_free(self.at)
        return bytes(self.data)


def sas7bdat(columns: Mapping[str, Sequence[float | str | None]], formats: Mapping[str, str]) -> bytes:
    """A table of numbers and texts; in a column of numbers a text of one letter is a special missing value."""
    writer = _Writer()
    variables, kinds = {}, {}
    rows = len(next(iter(columns.values())))
    for name, cells in columns.items():
        kinds[name] = _DOUBLE if any(isinstance(cell, float) for cell in cells) else _STRING
        width = 8 if kinds[name] == _DOUBLE else max(len(str(cell).encode()) for cell in cells)
        variable = _POINTER(_LIB.readstat_add_variable(writer.at, name.encode(), kinds[name], ctypes.c_size_t(width)))
        _LIB.readstat_variable_set_label(variable, f"Label of {name}".encode())
        if name in formats:
            _LIB.readstat_variable_set_format(variable, formats[name].encode())
        variables[name] = variable
    writer.do("readstat_begin_writing_sas7bdat", writer.at, None, ctypes.c_long(rows))
    for row in range(rows):
        writer.do("readstat_begin_row", writer.at)
        for name, cells in columns.items():
            _insert(writer, variables[name], kinds[name], cells[row])
        writer.do("readstat_end_row", writer.at)
    return writer.close()


def sas7bcat(formats: Mapping[str, Mapping[float, str]]) -> bytes:
    """A catalog of value labels by format."""
    writer = _Writer()
    for name, labels in formats.items():
        labelled = _POINTER(_LIB.readstat_add_label_set(writer.at, _DOUBLE, name.encode()))
        for code, label in labels.items():
            _LIB.readstat_label_double_value(labelled, ctypes.c_double(code), label.encode())
    writer.do("readstat_begin_writing_sas7bcat", writer.at, None)
    return writer.close()


def _insert(writer: _Writer, variable: Any, kind: int, cell: float | str | None) -> None:
    if kind == _STRING:
        writer.do("readstat_insert_string_value", writer.at, variable, str(cell or "").encode())
    elif cell is None:
        writer.do("readstat_insert_missing_value", writer.at, variable)
    elif isinstance(cell, str):
        writer.do("readstat_insert_tagged_missing_value", writer.at, variable, ctypes.c_char(cell.encode()))
    else:
        writer.do("readstat_insert_double_value", writer.at, variable, ctypes.c_double(cell))
