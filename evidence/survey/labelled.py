"""Files of SPSS, Stata and SAS with their labels, each kind of missing value kept apart (pyreadstat, ReadStat).

Calendar values are converted here and not by pyreadstat, which takes whole days off durations of SPSS (DTIME) and stops
at years beyond 9999.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from evidence.survey.code_pages import iconv_name, undeclared, without_loss
from evidence.survey.contents import Contents, Format, Refused
from evidence.survey.dates import as_text, calendar, counted_in, is_duration
from evidence.survey.declared import declared_rows
from evidence.survey.dictionary import Code, Type, Variable
from evidence.survey.missing_codes import declared_missing, tag_codes, tagged
from evidence.survey.portable import Range, without_missing
from evidence.survey.sas_transport import Transport, special_missing, transport_of

_DAMAGED = "the survey file is damaged or incomplete"
_ANEW = "Ask for it again, or have it exported as CSV UTF-8."
_KEEPS_USER_MISSING = ("sav", "zsav", "dta", "sas7bdat")
_ZLIB_AT_BEST = 1100
"""Bytes that one byte of zlib stands for at most; in the other formats a row takes a byte at least."""
_NO_CALENDAR = "holds days outside the calendar, which were read as numbers: correct them where the data is kept"


def read_labelled(
    data: bytes, format: Format, catalog: bytes | None, encoding: str | None, columns: tuple[str, ...] | None
) -> Contents:
    """What a labelled file holds; Refused when it cannot be read without loss."""
    transport = transport_of(data) if format == "xpt" else None
    if transport and transport.is_cut(data):
        raise Refused(f"{_DAMAGED}: it ends within a row", "Ask for it again.")
    declared = declared_rows(data, format)
    if declared is not None and declared > len(data) * (_ZLIB_AT_BEST if format == "zsav" else 1):
        raise Refused(f"{_DAMAGED}: its header declares more rows than it can hold", _ANEW)
    opened = _Opened.of(data, format, encoding, columns)
    labels = _catalog_labels(catalog, opened.meta, encoding) if catalog else {}
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


@dataclass(slots=True)
class _Opened:
    """What pyreadstat makes of the bytes, and in which code page."""

    frame: pd.DataFrame
    meta: Any
    encoding: str
    problems: list[str]

    @classmethod
    def of(cls, data: bytes, format: Format, encoding: str | None, columns: tuple[str, ...] | None) -> _Opened:
        declared = iconv_name(encoding) if encoding else None
        nobody_says = undeclared(data, format)
        first = declared if nobody_says and format != "por" else None
        try:
            frame, meta = _parsed(data, format, first, columns)
            if first is None and without_loss(frame, data, format, meta, _parsed):
                return cls(
                    frame, meta, meta.file_encoding or nobody_says or "UTF-8", _assumed(frame, meta, nobody_says)
                )
            if first is not None:
                return cls(frame, meta, first, [])
        except UnicodeError:
            pass
        if declared is None or format == "por":
            raise Refused(
                "the text in the file is not in the code page the file declares",
                "Write its code page as `encoding` of the survey in study.yaml, for example cp1252, or export it again "
                "as Unicode.",
            )
        try:
            frame, meta = _parsed(data, format, declared, columns)
        except UnicodeError:
            raise Refused(
                f"the text in the file is not in {encoding}", "Correct `encoding` of the survey in study.yaml."
            ) from None
        return cls(frame, meta, declared, [])


def _assumed(frame: pd.DataFrame, meta: Any, code_page: str) -> list[str]:
    """A sentence when letters beyond ASCII were read in a code page that nobody declared."""
    labels = [
        *filter(None, meta.column_labels),
        *(str(t) for m in meta.variable_value_labels.values() for t in m.values()),
    ]
    texts = (column for name, column in frame.items() if meta.readstat_variable_types.get(name) == "string")
    if not code_page or (
        all(map(str.isascii, labels)) and all(map(str.isascii, (str(c) for t in texts for c in t.dropna().unique())))
    ):
        return []
    return [
        f"the file does not say its code page, and its letters were read as {code_page}: write the right one as "
        "`encoding` of the survey in study.yaml"
    ]


def _parsed(
    data: bytes, format: Format, encoding: str | None, columns: tuple[str, ...] | None
) -> tuple[pd.DataFrame, Any]:
    """pyreadstat's frame and metadata; UnicodeError when text does not fit its code page, Refused when damaged."""
    import pyreadstat

    readers = {"dta": pyreadstat.read_dta, "xpt": pyreadstat.read_xport, "por": pyreadstat.read_por}
    reader: Any = pyreadstat.read_sas7bdat if format == "sas7bdat" else readers.get(format, pyreadstat.read_sav)
    options: dict[str, Any] = {"disable_datetime_conversion": True}
    ranges: dict[str, list[Range]] = {}
    if format == "por":
        data, ranges = without_missing(data)
    if format in _KEEPS_USER_MISSING:
        options["user_missing"] = True
    if encoding:
        options["encoding"] = encoding
    if columns is not None:
        _, meta = _called(reader, data, {**options, "metadataonly": True})
        wanted = [name for name in meta.column_names if name in columns]
        options |= {"usecols": wanted} if wanted else {"metadataonly": True}
    frame, meta = _called(reader, data, options)
    meta.missing_ranges = {**meta.missing_ranges, **ranges}
    return frame, meta


def _called(reader: Any, data: bytes, options: dict[str, Any]) -> tuple[pd.DataFrame, Any]:
    import pyreadstat

    try:
        with warnings.catch_warnings(record=True) as said_by_the_way:
            warnings.simplefilter("always")
            frame, meta = reader(io.BytesIO(data), **options)
    except pyreadstat.ReadstatError as error:
        said = str(error)
        if "requested encoding" in said or "character set" in said:
            raise UnicodeError from None
        if "memory" in said.lower():
            raise MemoryError from None
        if "password" in said.lower() or "encrypt" in said.lower():
            raise Refused("the file has a password", "Save it without a password.") from None
        raise Refused(f"{_DAMAGED}: its reader found no sense in it", _ANEW) from None
    if any("duplicated" in str(warning.message) for warning in said_by_the_way):  # renamed by pyreadstat
        raise Refused("two variables of the file have the same name", "Rename one of them, and export it again.")
    return frame, meta


def _catalog_labels(catalog: bytes, meta: Any, encoding: str | None) -> dict[str, dict[Any, str]]:
    """Value labels by variable, from the catalog's formats."""
    import pyreadstat

    code_page = iconv_name(encoding) if encoding else None
    try:
        _, known = pyreadstat.read_sas7bcat(io.BytesIO(catalog), encoding=code_page)
    except (pyreadstat.ReadstatError, UnicodeError):
        raise Refused("the SAS catalog with its value labels is damaged", "Ask for the catalog again.") from None
    formats = {str(name).upper(): labels for name, labels in known.value_labels.items()}
    named = {name: str(format or "").upper() for name, format in meta.variable_to_label.items()}
    return {name: formats[format] for name, format in named.items() if format in formats}


class _Columns:
    """Each variable of the file and its answers, as `Survey` promises them."""

    def __init__(
        self,
        opened: _Opened,
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
        moments = calendar(numbers, self._format, unit)
        codes = _calendar_codes({**variable.values, **variable.missing}, self._format, unit)
        if moments is None or codes is None:
            self.problems.append(f"{name} {_NO_CALENDAR}")
            return replace(variable, type="date")
        is_code = numbers.isin([c for c in variable.missing if isinstance(c, float)])
        is_tag = column.notna() & numbers.isna()
        if is_code.any() or is_tag.any():
            text = as_text(moments)
            text[is_code] = numbers[is_code].map(lambda number: codes[number])
            self.columns[name] = text.where(~is_tag, column)
        else:
            self.columns[name] = moments
        renamed = {code: codes.get(code, code) for code in (*variable.values, *variable.missing)}
        return replace(
            variable,
            type="date",
            values={renamed[c]: t for c, t in variable.values.items()},
            missing={renamed[c]: t for c, t in variable.missing.items()},
        )


def _calendar_codes(codes: dict[Code, str], format: Format, unit: Any) -> dict[Code, str] | None:
    """Each numeric code of a calendar variable as text such as 1900-01-01."""
    numbers = [code for code in codes if isinstance(code, float)]
    moments = calendar(pd.Series(numbers, dtype=float), format, unit)
    if moments is None:
        return None
    return dict(zip(numbers, moments.map(lambda m: m.date().isoformat()), strict=True))


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
