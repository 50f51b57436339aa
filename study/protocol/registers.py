"""Registers kept elsewhere than in our own CSV files: which file, and which of its columns is which of our fields."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator, model_validator

from study.protocol.base import Identifier, Part, Text

Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1", "cp1250", "cp1251", "shift_jis"]
REGISTER_NAMES = ("recruitment", "consent", "interviews", "participants", "recordings")
REPEAT_INSTRUMENT = "redcap_repeat_instrument"
EVENT = "redcap_event_name"
ISO = "%Y-%m-%d"
_CLOCK = ("%H", "%I", "%X", "%c")


def _as_written(value: Any) -> Any:
    """A number or day in study.yaml stands for its own text: `1` for "1"."""
    return str(value) if isinstance(value, int | date) and not isinstance(value, bool) else value


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Word = Annotated[str, BeforeValidator(_as_written)]
Words = Annotated[list[Word], BeforeValidator(_as_list)]


class RowRule(Part):
    """One register row that a row of the file gives: where one of its own columns is filled, or where `when` holds."""

    columns: dict[Identifier, Text] = Field({}, description="our field: the file's column, besides those of the feed")
    constant: dict[Identifier, Word] = Field({}, description="our field: the word it always holds here")
    when: dict[Text, Words] = Field({}, description="the file's column: the value or values it must hold")


class Feed(Part):
    """A file in which the team keeps a register: a table (CSV, workbook) or a REDCap export, and how it is read."""

    file: Text = Field(description="path in the study folder; under restricted/ where it names people")
    sheet: Text | None = Field(None, description="the sheet of a workbook; left out where it has one only")
    format: Literal["table", "redcap"] = "table"
    encoding: Encoding = "utf-8"
    separator: Literal["comma", "semicolon", "tab"] = "comma"
    record_id: Text | None = Field(None, description="REDCap: the first column, where it is not called record_id")
    instrument: Text | None = Field(None, description="REDCap: read the rows of this repeating instrument")
    event: Words = Field([], description="REDCap: read the rows of this event or these events")
    columns: dict[Identifier, Text] = Field({}, description="our field: the file's column")
    values: dict[Identifier, dict[Word, Word]] = Field({}, description="our field: the file's value: our word")
    constant: dict[Identifier, Word] = Field({}, description="our field: the word it always holds")
    when: dict[Text, Words] = Field({}, description="the file's column: the value or values of rows to read")
    dates: Text = Field(ISO, description="how days are written: %d/%m/%Y, %m/%d/%Y, ...")
    zone: Text | None = Field(None, description="the time zone of clock times written without one")
    carried: list[Identifier] = Field(
        ["participant_id", "participant_ids", "site_id", "role"],
        description="REDCap: fields taken from the record's other rows where a row leaves them empty",
    )
    rows: list[RowRule] = Field([], description="the register rows that one row of the file gives")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        try:
            ZoneInfo(name or "UTC")
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{name!r} is not a time zone; write one such as America/Los_Angeles") from None
        return name

    @field_validator("file")
    @classmethod
    def _known_ending(cls, file: str) -> str:
        if not file.lower().endswith((".csv", ".txt", ".tsv", ".xlsx")):
            raise ValueError("a register is read from a .csv, .tsv, .txt or .xlsx file; save it as one")
        return file

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Feed:
        if any(sign in self.dates for sign in _CLOCK) and "%z" not in self.dates and not self.zone:
            raise ValueError("`dates` has a clock time without its zone; add %z to it, or say `zone`")
        if "%" not in self.dates:
            raise ValueError("`dates` is written with %d, %m and %Y, such as %d/%m/%Y")
        if self.sheet and not self.is_workbook:
            raise ValueError("`sheet` goes with a workbook; take it out")
        of_redcap = [name for name in ("record_id", "instrument", "event") if getattr(self, name)]
        if of_redcap and self.format != "redcap":
            raise ValueError(f"`{of_redcap[0]}` goes with `format: redcap`; add that, or take it out")
        return self

    @property
    def is_workbook(self) -> bool:
        return self.file.lower().endswith(".xlsx")

    @property
    def first_column(self) -> tuple[str, ...]:
        """What a REDCap export's first column may be called."""
        return (self.record_id,) if self.record_id else ("record_id", "Record ID")

    @property
    def filters(self) -> dict[str, list[str]]:
        """Column and values of the rows to read; without an instrument those of no repeating instrument."""
        found = dict(self.when)
        if self.format == "redcap":
            found.setdefault(REPEAT_INSTRUMENT, [self.instrument or ""])
        if self.event:
            found.setdefault(EVENT, self.event)
        return found

    @property
    def rules(self) -> list[RowRule]:
        """What each row of the file gives: itself where no other rows are named."""
        return self.rows or [RowRule()]

    def is_wide(self) -> bool:
        """Whether a row of the file is one person, giving several register rows."""
        return bool(self.rows)


class Logging(Part):
    """REDCap's Logging export: what was changed in which record, by whom and when."""

    file: Text
    encoding: Encoding = "utf-8"
    separator: Literal["comma", "semicolon", "tab"] = "comma"


Feeds = Annotated[list[Feed], BeforeValidator(_as_list)]


class RegisterFeeds(Part):
    """Where each register is kept; one left out is our own CSV file. A register may come from several files."""

    recruitment: Feeds = []
    consent: Feeds = []
    interviews: Feeds = []
    participants: Feeds = []
    recordings: Feeds = []
    logging: Logging | None = Field(None, description="REDCap's Logging export, taken as the reason of a change")

    def of(self, register: str) -> list[Feed]:
        """The feeds of a register; none where it is our own CSV file."""
        found: list[Feed] = getattr(self, register) if register in REGISTER_NAMES else []
        return found
