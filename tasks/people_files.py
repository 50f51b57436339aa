"""The same in files that are no text: .sav and .xlsx are written again without the person, or left alone.

A labelled file is written only when reading it again gives every label, format and declared missing code it had
before: an erasure must not damage what others answered.
"""

from __future__ import annotations

import io
import re
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from evidence import isolated
from evidence.survey import sniff
from tasks.people_rows import Edit, Taken, edited, rows_of

SECONDS, MEGABYTES = 120.0, 2048
DATED = slice(92, 109)
"""Where a .sav says the day and time it was made: kept, so that the same edit gives the same bytes."""


class CannotEdit(Exception):
    """This format, or this file, cannot be written again without loss."""


def edited_file(data: bytes, edit: Edit) -> Taken:
    """A table of any format after an edit; CannotEdit where it holds such rows and cannot be written without loss."""
    found = sniff(data)
    if found in (None, "csv"):
        how = {"encoding": edit.encoding, "separator": edit.separator}
        return edited(data, (edit.spread(rows_of(data, **how)) if edit.record else edit).of, **how)
    return _not_text(data, edit, str(found))


@lru_cache(maxsize=8)
def _not_text(data: bytes, edit: Edit, found: str) -> Taken:
    if found == "xlsx":
        answer = isolated.call(_workbook, data, edit, seconds=SECONDS, megabytes=MEGABYTES)
    elif found in ("sav", "zsav"):
        answer = isolated.call(_labelled, data, edit, found, seconds=SECONDS, megabytes=MEGABYTES)
    else:
        raise CannotEdit(found)
    if isinstance(answer, isolated.ReaderDied) or answer is None:
        raise CannotEdit(found)
    return Taken(*answer)


def _workbook(data: bytes, edit: Edit) -> tuple[bytes, int]:
    """A workbook without the rows, on every sheet whose first row has the column."""
    import openpyxl  # type: ignore[import-untyped]

    book = openpyxl.load_workbook(io.BytesIO(data))
    changed = 0
    for sheet in book.worksheets:
        rows = list(sheet.iter_rows())
        header = [str(cell.value or "").strip() for cell in rows[0]] if rows else []
        named = [{name: _text(cell.value) for name, cell in zip(header, cells, strict=False)} for cells in rows[1:]]
        spread = edit.spread(named) if edit.record else edit
        for row, cells in reversed(list(zip(named, rows[1:], strict=True))):
            after = spread.of(row)
            changed += after != row
            if after is None:
                sheet.delete_rows(cells[0].row)
                continue
            for name, cell in zip(header, cells, strict=False):
                if after.get(name) != row.get(name):
                    cell.value = after[name]
    if not changed:
        return data, 0
    written = io.BytesIO()
    book.save(written)
    return written.getvalue(), changed


def _labelled(data: bytes, edit: Edit, format: str) -> tuple[bytes, int] | None:
    """A .sav without the rows; None when something of it would be lost."""
    import pyreadstat

    options: dict[str, Any] = {"user_missing": True, "disable_datetime_conversion": True}
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before.sav", Path(folder) / "after.sav"
        before.write_bytes(data)
        frame, meta = pyreadstat.read_sav(str(before), **options)
        if edit.column not in frame.columns:
            return data, 0
        keys = frame[edit.column].map(_text)
        theirs = keys.map(edit.is_theirs).astype(bool)
        if not theirs.any():
            return data, 0
        if edit.replaced:
            frame.loc[theirs, edit.column] = edit.replaced
        else:
            frame = frame[~theirs].reset_index(drop=True)
        pyreadstat.write_sav(
            frame,
            str(after),
            file_label=meta.file_label or "",
            column_labels=meta.column_names_to_labels,
            row_compress=format == "sav",
            compress=format == "zsav",
            note=meta.notes or None,
            variable_value_labels=meta.variable_value_labels,
            missing_ranges={name: [_range(r) for r in ranges] for name, ranges in meta.missing_ranges.items()},
            variable_display_width=meta.variable_display_width,
            variable_measure=meta.variable_measure,
            variable_format=_formats(meta, edit),
        )
        again, kept = pyreadstat.read_sav(str(after), **options)
        if not again.equals(frame) or _said(kept, edit) != _said(meta, edit):
            return None
        body = after.read_bytes()
    return body[: DATED.start] + data[DATED] + body[DATED.stop :], int(theirs.sum())


def _formats(meta: Any, edit: Edit) -> dict[str, str]:
    """Each variable's format; the key's grows with what takes its place."""
    formats = dict(meta.original_variable_types)
    if edit.replaced:
        formats.pop(edit.column, None)
    return formats


def _said(meta: Any, edit: Edit) -> tuple[Any, ...]:
    """Everything a labelled file says about its answers, but for how long a text may be: that follows the longest."""
    formats = {name: "A" if re.fullmatch(r"A\d+", text) else text for name, text in _formats(meta, edit).items()}
    return (
        meta.file_label or "",
        list(meta.notes or []),
        list(meta.column_names),
        dict(meta.column_names_to_labels),
        dict(meta.variable_value_labels),
        {name: [dict(r) for r in ranges] for name, ranges in meta.missing_ranges.items()},
        dict(meta.variable_measure),
        formats,
    )


def _range(declared: Any) -> Any:
    """A declared missing code as the writer takes it: a pair of bounds, or the code itself."""
    return declared["lo"] if declared["lo"] == declared["hi"] else declared


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()
