"""Days and moments as statistical packages count them and as people write them, made calendar days; durations stay
seconds.

SPSS counts seconds from 14 October 1582, SAS days or seconds from 1960, Stata days, milliseconds, weeks, months,
quarters or half-years from 1960 (SPSS Command Syntax Reference, Date and Time Formats; SAS Formats and Informats; Stata
`help datetime`). A Stata week, month, quarter or half-year is its first day; a Stata year has 52 weeks, the last of
eight or nine days. Stata's %tC counts leap seconds, which are not taken off: up to 27 s.
"""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
import pandas as pd

Unit = Literal["day", "second", "millisecond", "week", "month", "quarter", "half"]
_SPSS = re.compile(r"(ADATE|EDATE|SDATE|JDATE|DATE|MOYR|QYR|WKYR|DATETIME|YMDHMS)[\d.]*")
_SPSS_TIME = re.compile(r"(TIME|DTIME|MTIME)[\d.]*")
_SAS_MOMENT = re.compile(r"(DATETIME|DATEAMPM|MDYAMPM|DT[A-Z]+|[BE]8601D[TZNX]|IS8601D[TZN]|NLDATM\w*)[\d.]*")
_SAS_DAY = re.compile(
    r"(DATE|DAY|DDMMYY\w?|MMDDYY\w?|YYMMDD\w?|MMYY\w?|YYMM\w?|MONYY|YYMON|YYQ\w*|JULIAN|JULDAY|MONNAME|MONTH|QTRR?|YEAR"
    r"|WEEKDATX?|WEEKDATE|WEEKDAY|DOWNAME|WORDDATX?|WORDDATE|[BE]8601DA|IS8601DA|NLDATE\w*|EURDF\w+)[\d.]*"
)
_SAS_TIME = re.compile(r"(TIME|TIMEAMPM|TOD|HHMM|HOUR|MMSS|[BE]8601T[MZ]|IS8601T[MZ]|NLTIME\w*)[\d.]*")
_STATA = re.compile(r"%-?(?:t(?P<unit>[dcCwmqh])|d).*")
_STATA_UNITS: dict[str, Unit] = {
    "c": "millisecond",
    "C": "millisecond",
    "w": "week",
    "m": "month",
    "q": "quarter",
    "h": "half",
}
_WRITTEN = r"(?:[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}|[0-9]{8})(?:[T ].*)?"
"""A whole day of a year in four digits, as ISO 8601 has it or with strokes, alone or with a time of day."""
_OFFSET = r"([T ][^Z+-]*)[+-][0-9:]+$"
"""The end of a moment that says how far its clock was from UTC."""
_LONGEST = len("2026-03-05T10:00:00.000000")
_MONTHS = {"month": 1, "quarter": 3, "half": 6}
_STEPS = {"day": 86_400_000_000, "second": 1_000_000, "millisecond": 1_000}
_FIRST = np.datetime64("0001-01-01", "us").astype(np.int64)
_LAST = np.datetime64("9999-12-31T23:59:59.999999", "us").astype(np.int64)


def counted_in(format: str, written: str) -> Unit | None:
    """The unit in which a variable of this file format and display format counts calendar time; None for others."""
    if format == "dta":
        match = _STATA.fullmatch(written)
        return _STATA_UNITS.get(match["unit"] or "d", "day") if match else None
    name = written.upper()
    if format in ("sav", "zsav", "por"):
        return "second" if _SPSS.fullmatch(name) else None
    if _SAS_MOMENT.fullmatch(name):
        return "second"
    return "day" if _SAS_DAY.fullmatch(name) else None


def is_duration(format: str, written: str) -> bool:
    """Whether the number is a time of day or a duration in seconds."""
    times = _SPSS_TIME if format in ("sav", "zsav", "por") else _SAS_TIME
    return format != "dta" and times.fullmatch(written.upper()) is not None


def calendar(numbers: pd.Series, format: str, unit: Unit) -> pd.Series | None:
    """The numbers as datetime64[us], null as null; None when one lies outside the years 1 to 9999."""
    epoch = np.datetime64("1582-10-14" if format in ("sav", "zsav", "por") else "1960-01-01", "us").astype(np.int64)
    values = numbers.to_numpy(dtype=float)
    known = np.isfinite(values)
    if (np.abs(values[known]) > 1e15).any() or np.isinf(values).any():
        return None
    whole = np.where(known, values, 0.0)
    if unit in _STEPS:
        counted = np.rint(whole * _STEPS[unit])
        if (np.abs(counted) > 2**62).any():
            return None
        moments = epoch + counted.astype(np.int64)
    else:
        periods = np.floor(whole).astype(np.int64)
        if (np.abs(periods) > 1_000_000).any():
            return None
        moments = _first_days(periods, unit).astype("datetime64[us]").astype(np.int64)
    if ((moments < _FIRST) | (moments > _LAST))[known].any():
        return None
    found = moments.astype("datetime64[us]")
    found[~known] = np.datetime64("NaT")
    return pd.Series(found, index=numbers.index, name=numbers.name)


def written(texts: pd.Series) -> pd.Series:
    """Days and moments written year first as datetime64[us], to the microsecond; null for whatever is no day.

    A year or a month alone is no day, nor are words (`now`), a sign before the year, or the year 0. A moment with its
    offset from UTC is the day and the time that somebody there read on the clock.
    """
    plain = texts.astype("str").str.strip()
    plain = plain.where(plain.str.fullmatch(_WRITTEN).fillna(False).astype(bool))
    if plain.str.len().max() > _LONGEST:
        plain = plain.str.replace(r"(\.[0-9]{6})[0-9]+", r"\1", regex=True)
    moments = on_record(pd.to_datetime(plain, errors="coerce", format="ISO8601", utc=True))
    there = plain.str.replace(_OFFSET, r"\1", regex=True)
    if there.equals(plain):
        return moments
    return on_record(pd.to_datetime(there, errors="coerce", format="ISO8601", utc=True)).where(moments.notna())


def on_record(moments: pd.Series) -> pd.Series:
    """Moments as the clock of their own zone showed them; null outside the years 1 to 9999."""
    if moments.dt.tz is not None:
        moments = moments.dt.tz_localize(None)
    moments = moments.dt.as_unit("us")  # nanoseconds hold no more than 292 years between two days
    counted = moments.to_numpy().astype(np.int64)
    known: pd.Series = moments.where((counted >= _FIRST) & (counted <= _LAST))
    return known


def as_text(moments: pd.Series) -> pd.Series:
    """Days as 2026-03-05, with the time where one is not midnight; null as None."""
    has_time = bool((moments.dropna().dt.normalize() != moments.dropna()).any())
    written = moments.dt.strftime("%Y-%m-%dT%H:%M:%S" if has_time else "%Y-%m-%d")
    text: pd.Series = written.astype(object).where(moments.notna(), None)
    return text


def _first_days(periods: np.ndarray, unit: Unit) -> np.ndarray:
    if unit == "week":
        years = (periods // 52 - 10).astype("datetime64[Y]").astype("datetime64[D]")
        days: np.ndarray = years + (periods % 52 * 7).astype("timedelta64[D]")
        return days
    months = (periods * _MONTHS[unit] - 120).astype("datetime64[M]")
    return months.astype("datetime64[D]")
