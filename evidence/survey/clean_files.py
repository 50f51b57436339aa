"""The clean form of a survey as files: a labelled SPSS file, and Parquet with the labels beside its columns.

The same clean form gives the same bytes. A .sav is read back before it is handed out: it holds every answer, label and
declared missing code, or it is refused. Sources: PSPP Developers' Guide, System File Format (names of at most 64 bytes,
three declared missing codes or one range with one code, variable labels of at most 255 bytes; the day and time of
making at bytes 92-108); Apache Parquet, key-value metadata of columns.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evidence.survey.cleaning import Clean, CleanVariable
from evidence.survey.dictionary import Code
from study.errors import StudyError

MADE = slice(92, 109)
MADE_NEVER = b"01 Jan 0000:00:00"
LONGEST_NAME, LONGEST_LABEL, LONGEST_VALUE_LABEL, LONGEST_MISSING_TEXT = 64, 255, 120, 8
RESERVED = frozenset(["ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"])


def sav_names(names: Iterable[str]) -> dict[str, str]:
    """Each name as SPSS takes it: a letter first, then letters, digits, `_.$#@`, no two alike but for case."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = re.sub(r"[^\w.$#@]", "_", name).rstrip(".")
        plain = plain if re.match(r"[^\W\d_]", plain) and plain.upper() not in RESERVED else f"v_{plain}"
        fits = (_cut(plain, LONGEST_NAME - len(end)) + end for end in ("", *(f"_{n}" for n in range(2, 9_999))))
        found[name] = next(n for n in fits if n.lower() not in taken)
        taken.add(found[name].lower())
    return found


def as_sav(clean: Clean, title: str) -> bytes:
    """A labelled .sav; StudyError names the variable that cannot be written without loss."""
    import pyreadstat

    names = sav_names(clean.frame.columns)
    frame = clean.frame.rename(columns=names)
    described = [(names[v.name], v) for v in clean.variables]
    for name, variable in described:
        if variable.kind == "text":
            frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clean.sav"
        try:
            pyreadstat.write_sav(
                frame,
                str(path),
                file_label=_cut(title, LONGEST_NAME),
                column_labels={name: _cut(_label(name, v), LONGEST_LABEL) for name, v in described},
                row_compress=True,
                variable_value_labels={name: dict(labels) for name, v in described if (labels := _value_labels(v))},
                missing_ranges={name: codes for name, v in described if (codes := declared_missing(v))},
                variable_measure={name: v.measure for name, v in described},
                variable_format={name: form for name, v in described if (form := _format(v, frame[name]))},
            )
        except pyreadstat.PyreadstatError as error:
            raise _refused("a variable", type(error).__name__) from None
        body = bytearray(path.read_bytes())
        again, meta = pyreadstat.read_sav(str(path), user_missing=True)
    for name, variable in described:
        read: dict[Any, str] = dict(meta.variable_value_labels.get(name, {}))
        if not _is_same(frame[name], again[name], variable) or read != _value_labels(variable):
            raise _refused(variable.name, "reading it back gives something else")
    body[MADE] = MADE_NEVER
    return bytes(body)


def declared_missing(variable: CleanVariable) -> list[Any]:
    """The missing codes as SPSS can declare them: three of them, or a range that holds no answer and one more.

    Empty where they cannot be declared so; their labels say what they are all the same.
    """
    if variable.kind == "text":
        texts = sorted(map(str, variable.missing))
        short = all(len(text.encode()) <= LONGEST_MISSING_TEXT for text in texts)
        return list(texts) if len(texts) <= 3 and short else []
    codes = sorted(float(code) for code in variable.missing)
    if len(codes) <= 3:
        return list(codes)
    answers = [code for code in variable.values if isinstance(code, float)]
    for apart in (None, codes[-1], codes[0]):
        together = [code for code in codes if code != apart]
        if not any(together[0] <= code <= together[-1] for code in answers):
            return [{"lo": together[0], "hi": together[-1]}, *([] if apart is None else [apart])]
    return []


def as_parquet(clean: Clean, title: str) -> bytes:
    """Parquet: whole numbers as integers, days as dates; what is known of a column in its metadata, as JSON."""
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    arrays, fields = [], []
    for variable in clean.variables:
        array = _array(pa, variable, clean.frame[variable.name])
        arrays.append(array)
        fields.append(pa.field(variable.name, array.type, metadata=_metadata(variable)))
    schema = pa.schema(fields, metadata={"title": title})
    written = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), written, compression="zstd")
    return written.getvalue()


def _array(pa: Any, variable: CleanVariable, column: pd.Series) -> Any:
    if variable.kind == "number":
        there = column.dropna()
        whole = variable.whole and bool((there % 1 == 0).all() and (there.abs() < 2**53).all())
        return pa.array(column.to_numpy(float), type=pa.float64(), from_pandas=True).cast(
            pa.int64() if whole else pa.float64()
        )
    if variable.kind == "text":
        return pa.array(column.astype(object).where(column.notna(), None), type=pa.string())
    kind = pa.date32() if variable.kind == "day" else pa.timestamp("us")
    return pa.array(column.astype("datetime64[us]"), from_pandas=True).cast(kind)


def _metadata(variable: CleanVariable) -> dict[str, str]:
    said = {
        "label": variable.label,
        "measure": variable.measure,
        "values": _codes(variable.values),
        "missing": _codes(variable.missing),
        "reversed": "as answered, not turned round" if variable.is_reversed else "",
        "scale": variable.scale,
    }
    return {name: text for name, text in said.items() if text}


def _codes(codes: Mapping[Code, str]) -> str:
    named = {f"{code:g}" if isinstance(code, float) else code: label for code, label in codes.items()}
    return json.dumps(named, ensure_ascii=False) if named else ""


def _label(name: str, variable: CleanVariable) -> str:
    """The label; where SPSS could not take the variable's name, with that name."""
    return variable.label if name == variable.name else f"{variable.label} [{variable.name}]".strip()


def _value_labels(variable: CleanVariable) -> dict[Any, str]:
    both = {**variable.values, **variable.missing}
    return {code: _cut(label, LONGEST_VALUE_LABEL) for code, label in both.items() if label}


def _format(variable: CleanVariable, column: pd.Series) -> str:
    """How SPSS shows the answers: as many decimals as they have, days as 02-JAN-2020."""
    if variable.kind == "text":
        return ""
    if variable.kind != "number":
        return "DATE11" if variable.kind == "day" else "DATETIME20"
    there = column.dropna().to_numpy(float)
    exact = (d for d in range(7) if np.array_equal(np.round(there, d), there))
    decimals = next(exact, 6) if len(there) else 0
    digits = len(f"{np.abs(there).max():.0f}") if len(there) else 1
    return f"F{min(40, max(8, digits + decimals + 2))}.{decimals}"


def _is_same(written: pd.Series, read: pd.Series, variable: CleanVariable) -> bool:
    """Whether what was read back is what was written; times to the millisecond."""
    if variable.kind == "number":
        return np.array_equal(written.to_numpy(float), read.to_numpy(float), equal_nan=True)
    if variable.kind == "text":
        one, other = (s.astype(object).where(s.notna() & (s != ""), None) for s in (written, read))
        return one.tolist() == other.tolist()
    one, other = (pd.to_datetime(s).astype("datetime64[us]").dt.round("ms") for s in (written, read))
    return one.equals(other)


def _cut(text: str, longest: int) -> str:
    """The text in at most so many bytes of UTF-8."""
    return text.encode()[:longest].decode(errors="ignore")


def _refused(variable: str, why: str) -> StudyError:
    return StudyError(
        f"{variable} cannot be written as an SPSS file without loss ({why})",
        where="the clean export",
        remedy="Look at this variable's type and codes in the data dictionary.",
    )
