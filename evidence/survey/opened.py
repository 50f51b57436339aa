"""The bytes of SPSS, Stata and SAS files as pyreadstat gives them, in a code page that loses no letter."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evidence.survey.code_pages import iconv_name, undeclared, without_loss
from evidence.survey.contents import Format, Refused
from evidence.survey.portable import Range, without_missing

DAMAGED = "the survey file is damaged or incomplete"
ANEW = "Ask for it again, or have it exported as CSV UTF-8."
_KEEPS_USER_MISSING = ("sav", "zsav", "dta", "sas7bdat")


@dataclass(slots=True)
class Opened:
    """What pyreadstat makes of the bytes, and in which code page."""

    frame: pd.DataFrame
    meta: Any
    encoding: str
    problems: list[str]

    @classmethod
    def of(cls, data: bytes, format: Format, encoding: str | None, columns: tuple[str, ...] | None) -> Opened:
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
        raise Refused(f"{DAMAGED}: its reader found no sense in it", ANEW) from None
    if not all(meta.column_names):
        raise Refused(f"{DAMAGED}: a variable has no name", ANEW)
    if any("duplicated" in str(warning.message) for warning in said_by_the_way):  # renamed by pyreadstat
        raise Refused("two variables of the file have the same name", "Rename one of them, and export it again.")
    return frame, meta


def catalog_labels(catalog: bytes, meta: Any, encoding: str | None) -> dict[str, dict[Any, str]]:
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
