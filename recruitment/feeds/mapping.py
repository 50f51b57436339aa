"""A file's rows as rows of our register: its columns under our names, its words as ours, its days as 2016-03-05.

What study.yaml does not translate is left as it stands, so that the register's own checks name it with row and column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import pandas as pd

from recruitment.feeds.files import Sheet
from recruitment.feeds.naming import Names
from recruitment.registers import OTHERWISE_WRITTEN
from study.errors import StudyError
from study.protocol.registers import EVENT, ISO, REPEAT_INSTRUMENT, Feed, RowRule

DAYS = ("occurred", "from", "to")
SEVERAL = ("scopes", "participant_ids")
"""Fields that hold several words, separated by semicolons."""
_TICKED = {"1": True, "checked": True, "0": False, "unchecked": False, "": False}
_PERSON = ("participant_id", "participant_ids")


@dataclass(frozen=True, slots=True)
class Mapped:
    """The register rows that a file gives, and how many rows of the file gave none.

    `frame` holds text under our names, its index the file's row numbers (several register rows may have one);
    `columns` are the file's columns by our field, for messages.
    """

    frame: pd.DataFrame
    passed_over: int
    columns: dict[str, str]


def mapped(sheet: Sheet, feed: Feed, fields: Sequence[str], *, strict: bool = True) -> Mapped:
    """The sheet's rows as the feed maps them; every one of `fields` is a column, "" where nothing maps it.

    Columns that the file lacks read as empty: `missing_from` says which. StudyError (where `strict`) for two rows of
    what must have one: a person where one row gives several register rows, a REDCap record's event and instance.
    """
    table = _Table(sheet, feed)
    if strict:
        table.refuse_doubled()
    parts = [table.part(rule, nth) for nth, rule in enumerate(feed.rules)]
    whole = pd.concat(parts).fillna("").sort_values(["at", "nth"], kind="stable")
    numbers = pd.Series([n for n, _ in sheet.rows], dtype="int64")
    index = pd.Index(numbers.reindex(whole["at"]).astype(int), name="row")
    frame = whole.drop(columns=["at", "nth"]).set_axis(index)
    frame = frame.reindex(columns=list(dict.fromkeys([*fields, *frame.columns])), fill_value="").astype(str)
    return Mapped(frame, len(sheet.rows) - whole["at"].nunique(), columns_of(feed))


def columns_of(feed: Feed) -> dict[str, str]:
    """Our field → the file's column, or the columns where several rules take it from different ones."""
    named: dict[str, dict[str, None]] = {field: {column: None} for field, column in feed.columns.items()}
    for rule in feed.rules:
        for field, column in rule.columns.items():
            named.setdefault(field, {})[column] = None
    return {field: " or ".join(columns) for field, columns in named.items()}


class _Table:
    """The columns of the file that the feed uses, each as a series of text, one entry a row of the file."""

    def __init__(self, sheet: Sheet, feed: Feed) -> None:
        self._sheet, self._feed = sheet, feed
        self._names = Names(sheet.header)
        self._seen: dict[str, pd.Series] = {}
        self._empty = pd.Series("", index=range(len(sheet.rows)), dtype=object)

    def part(self, rule: RowRule, nth: int) -> pd.DataFrame:
        """The register rows that one rule gives, at their places in the file."""
        feed = self._feed
        wanted = self._matching({**feed.filters, **rule.when})
        if rule.columns and not rule.when:
            wanted &= self._filled(rule.columns.values())
        elif feed.format == "redcap" and not feed.rows:
            wanted &= self._filled(c for f, c in feed.columns.items() if f not in feed.carried)
        columns, constant = {**feed.columns, **rule.columns}, {**feed.constant, **rule.constant}
        fields = {field: self._field(field, column)[wanted] for field, column in columns.items()}
        for field, word in constant.items():
            held = fields.get(field)
            fields[field] = self._empty[wanted] + word if held is None else held.where(held != "", word)
        part = pd.DataFrame(fields, dtype=object)
        part["at"], part["nth"] = self._empty[wanted].index, nth
        return part

    def refuse_doubled(self) -> None:
        feed = self._feed
        person = next((c for f, c in feed.columns.items() if f in _PERSON), "")
        if feed.format == "redcap":
            keys = {0: self._sheet.header[0], **{i: n for n in _INSTANCE if (i := self._names.column(n)) is not None}}
            column, table = self._sheet.header[0], {name: self._at(i) for i, name in keys.items()}
            what = "two rows of the export are the same record, event and instance"
        elif feed.is_wide() and person:
            column, table = person, {person: self._text(person)}
            what = "a participant has two rows, and a row stands for one person"
        else:
            return
        frame = pd.DataFrame(table)[self._matching(feed.filters)]
        frame = frame[frame[column] != ""]
        doubled = frame[frame.duplicated(keep=False)]
        if not doubled.empty:
            first = (doubled == doubled.iloc[0]).all(axis=1)
            rows = [self._sheet.rows[at][0] for at in doubled.index[first]]
            more = len(doubled.drop_duplicates()) - 1
            raise StudyError(
                what + (f" (and so {more} more)" if more else ""),
                where=f"{self._sheet.where}, rows {', '.join(map(str, rows))}, column {column}",
                remedy="Leave one row each, or export again.",
            )

    def _field(self, field: str, column: str) -> pd.Series:
        """One of our fields: their words as ours, their days as ours."""
        choices = self._names.choices(column) if self._names.column(column) is None else []
        words = self._feed.values.get(field, {})
        if choices:
            joined = self._empty
            for code, position in choices:
                word = words.get(code, code)
                ticked = self._at(position).map({cell: _word(cell, word) for cell in self._at(position).unique()})
                joined = joined + ticked.map(lambda held: f"{held};" if held else "")
            return joined.str.removesuffix(";")
        text = self._text(column)
        if self._feed.format == "redcap" and field in self._feed.carried:
            text = self._carried(text)
        if words:
            several = _several(words)
            text = text.map({c: several(c) if field in SEVERAL else words.get(c, c) for c in text.unique()})
        if field in DAYS:
            written = {cell: day_of(cell, self._feed.dates, self._feed.zone) for cell in text.unique()}
            text = text.map(written)
        return text

    def _carried(self, text: pd.Series) -> pd.Series:
        """Empty cells filled from the record's other rows, where those agree."""
        record = self._at(0)
        held = pd.DataFrame({"record": record, "text": text})
        held = held[held["text"] != ""].drop_duplicates()
        one = held.drop_duplicates("record", keep=False).set_index("record")["text"]
        return text.where(text != "", record.map(one).fillna(""))

    def _matching(self, wanted: dict[str, list[str]]) -> pd.Series:
        found = pd.Series(True, index=self._empty.index)
        for column, values in wanted.items():
            found &= self._text(column).isin(values)
        return found

    def _filled(self, columns: Iterable[str]) -> pd.Series:
        found = pd.Series(False, index=self._empty.index)
        for column in columns:
            found |= self._text(column) != ""
            for _, i in self._names.choices(column):
                found |= ~self._at(i).str.lower().isin(["", "0", "unchecked"])
        return found

    def _text(self, column: str) -> pd.Series:
        position = self._names.column(column)
        return self._empty if position is None else self._at(position)

    def _at(self, position: int) -> pd.Series:
        name = str(position)
        if name not in self._seen:
            self._seen[name] = pd.Series([cells[position] for _, cells in self._sheet.rows], dtype=object)
        return self._seen[name]


_INSTANCE = (EVENT, REPEAT_INSTRUMENT, "redcap_repeat_instance")


def _word(cell: str, word: str) -> str:
    """The word of a choice that is ticked; a cell that is neither ticked nor empty as it stands."""
    ticked = _TICKED.get(cell.lower())
    return cell if ticked is None else word * ticked


def _several(words: dict[str, str]) -> Callable[[str], str]:
    def translate(cell: str) -> str:
        parts = [part.strip() for part in cell.split(";")]
        return words[cell] if cell in words else ";".join(words.get(part, part) for part in parts)

    return translate


@lru_cache(maxsize=4096)
def day_of(text: str, dates: str, zone: str | None) -> str:
    """A day as 2016-03-05, a clock time with its zone; what is not written as declared is marked as such."""
    if not text or (dates == ISO and zone is None):
        return text
    try:
        moment = datetime.strptime(text, dates)
    except ValueError:
        return OTHERWISE_WRITTEN + text
    if not any(sign in dates for sign in ("%H", "%I", "%X", "%c")):
        return moment.date().isoformat()
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone or "UTC"))).isoformat()
