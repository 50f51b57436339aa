"""Files of SPSS, Stata and SAS with their labels, each kind of missing value kept apart (pyreadstat, ReadStat).

Calendar values are converted here and not by pyreadstat, which takes whole days off durations of SPSS (DTIME) and stops
at years beyond 9999.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from evidence.survey.contents import Contents, Format, Refused
from evidence.survey.dates import Unit, as_text, calendar, counted_in, is_duration
from evidence.survey.declared import declared_rows
from evidence.survey.dictionary import Code, Type, Variable
from evidence.survey.missing_codes import declared_missing, tag_codes, tagged
from evidence.survey.opened import ANEW, DAMAGED, Opened, catalog_labels
from evidence.survey.sas_transport import Transport, special_missing, transport_of

_ZLIB_AT_BEST = 1100
"""Bytes that one byte of zlib stands for at most; in the other formats a row takes a byte at least."""
_NO_CALENDAR = "holds days outside the calendar, which were read as numbers: correct them where the data is kept"


def read_labelled(
    data: bytes, format: Format, catalog: bytes | None, encoding: str | None, columns: tuple[str, ...] | None
) -> Contents:
    """What a labelled file holds; Refused when it cannot be read without loss."""
    transport = transport_of(data) if format == "xpt" else None
    if transport and transport.is_cut(data):
        raise Refused(f"{DAMAGED}: it ends within a row", "Ask for it again.")
    declared = declared_rows(data, format)
    if declared is not None and declared > len(data) * (_ZLIB_AT_BEST if format == "zsav" else 1):
        raise Refused(f"{DAMAGED}: its header declares more rows than it can hold", ANEW)
    opened = Opened.of(data, format, encoding, columns)
    labels = catalog_labels(catalog, opened.meta, encoding) if catalog else {}
    reader = _Columns(opened, data, format, transport, labels)
    variables = tuple(map(reader.variable, opened.meta.column_names))
    frame = pd.DataFrame(reader.columns, index=opened.frame.index)
    if transport:
        declared = transport.declared_rows
    if format == "sas7bdat":
        declared = opened.meta.number_rows
    problems = [*opened.problems, *reader.problems]
    if transport and transport.tables > 1:
        problems.append(f"the file holds {transport.tables} tables, and only the first was read: send each in its own")
    return Contents(frame, variables, problems, tuple(reader.notes), declared, opened.encoding)


class _Columns:
    """Each variable of the file and its answers, as `Survey` promises them."""

    def __init__(
        self,
        opened: Opened,
        data: bytes,
        format: Format,
        transport: Transport | None,
        labels: dict[str, dict[Any, str]],
    ) -> None:
        self._frame, self._meta = opened.frame, opened.meta
        self._data, self._format, self._transport, self._labels = data, format, transport, labels
        self._sets = _sets(opened.meta)
        self._label = dict(zip(opened.meta.column_names, opened.meta.column_labels, strict=True))
        self.columns: dict[str, pd.Series] = {}
        self.problems: list[str] = []
        self.notes: list[str] = []

    def variable(self, name: str) -> Variable:
        """The variable of this name; its answers go to `columns`."""
        written = str((self._meta.original_variable_types or {}).get(name) or "")
        is_text = (self._meta.readstat_variable_types or {}).get(name) == "string"
        answers = self._frame[name]
        if is_text:
            self.columns[name] = _text(answers)
            labels: dict[Code, str] = {str(c): str(t) for c, t in self._written_labels(name).items()}
        else:
            self.columns[name] = answers = self._numbers(name, answers)
            labels = {_number_or_tag(c): str(t) for c, t in self._written_labels(name).items()}
        missing = declared_missing(name, self._meta, labels, answers, is_text=is_text)
        values = {c: t for c, t in labels.items() if c not in missing}
        variable = Variable(
            name,
            label=self._label[name] or "",
            type=_type(written, is_text, bool(values), self._format),
            values=values,
            missing=missing,
            set=self._sets.get(name, ""),
        )
        return variable if is_text else self._in_time(variable, written)

    def _written_labels(self, name: str) -> dict[Any, str]:
        return self._labels.get(name) or self._meta.variable_value_labels.get(name) or {}

    def _numbers(self, name: str, answers: pd.Series) -> pd.Series:
        if self._transport is not None:
            tags = special_missing(self._data, self._transport, name, len(answers))
            if tags is not None:
                return answers.astype(object).where(tags.isna(), tags)
        return tagged(answers)

    def _in_time(self, variable: Variable, written: str) -> Variable:
        """Days and moments as such, and their codes with them; durations as they are, in seconds."""
        name = variable.name
        if is_duration(self._format, written):
            self.notes.append(f"{name} holds times, in seconds")
            return replace(variable, note="time, in seconds")
        unit = counted_in(self._format, written)
        if unit is None:
            return variable
        column = self.columns[name]
        numbers = pd.to_numeric(column, errors="coerce").astype(float)
        is_code = numbers.isin([c for c in variable.missing if isinstance(c, float)])
        moments = calendar(numbers.mask(is_code), self._format, unit)
        if moments is None:
            self.problems.append(f"the column {name} {_NO_CALENDAR}")
            return replace(variable, type="date")
        codes = {c: _calendar_code(c, self._format, unit) for c in (*variable.values, *variable.missing)}
        is_tag = column.notna() & numbers.isna()
        if is_code.any() or is_tag.any():
            text = as_text(moments)
            text[is_code] = numbers[is_code].map(lambda number: codes[number])
            self.columns[name] = text.where(~is_tag, column)
        else:
            self.columns[name] = moments
        return replace(
            variable,
            type="date",
            values={codes[c]: t for c, t in variable.values.items()},
            missing={codes[c]: t for c, t in variable.missing.items()},
        )


def _calendar_code(code: Code, format: Format, unit: Unit) -> str:
    """A code of a calendar variable as text: 1900-01-01, or its number where that is no day."""
    if isinstance(code, str):
        return code
    moments = calendar(pd.Series([code]), format, unit)
    return f"{code:.15g}" if moments is None else str(moments[0].date())


def _type(written: str, is_text: bool, is_coded: bool, format: Format) -> Type:
    if is_coded:
        return "single"
    if is_text:
        return "text"
    is_whole = format in ("sav", "zsav", "por") and written.startswith("F") and written.endswith(".0")
    return "integer" if is_whole else "decimal"


def _sets(meta: Any) -> dict[str, str]:
    """The multiple-response set of each variable that is in one."""
    sets = getattr(meta, "mr_sets", None) or {}
    return {str(name): str(of).lstrip("$") for of, what in sets.items() for name in what["variable_list"]}


def _number_or_tag(code: Any) -> Code:
    return tag_codes([code])[0] if isinstance(code, str) else float(code)


def _text(answers: pd.Series) -> pd.Series:
    """Text with its spaces, blank as null."""
    if answers.empty:
        return answers.astype(object)
    text: pd.Series = answers.where(answers.astype("string").str.strip().fillna("") != "", None)
    return text
