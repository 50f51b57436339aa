"""The registers people keep: their columns, how a row is known again, and how days are written.

A row's key is its identifying columns plus its ordinal among equal ones, never the day. Columns are fixed (a change is
a query), progress (a change becomes an event) or ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from study import Event
from study.identifiers import keyed_digest


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its file in the study folder, what each column is for, and how the kinds of its facts begin."""

    name: str
    file: str
    identifying: tuple[str, ...]
    fixed: tuple[str, ...]
    progress: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns the register must have; an ignored one may be missing."""
        return (*self.identifying, *self.fixed, *self.progress)

    @property
    def ending(self) -> str | None:
        """The column in which a row says that somebody withdraws or asks not to be contacted; None where none does."""
        return next((c for c in ("step", "action") if c in self.identifying), None)

    @property
    def subject(self) -> str:
        """The register as the subject of a query."""
        return f"register:{self.name}"


RECRUITMENT = Register(
    "recruitment",
    "registers/recruitment.csv",
    ("participant_id", "step"),
    ("site_id", "role", "occurred", "reason_code"),
    ignored=("contact_channel", "by"),
    kinds=("recruitment.", "site."),
)
CONSENT = Register(
    "consent",
    "registers/consent.csv",
    ("participant_id", "form_id", "form_version", "action"),
    ("language", "occurred", "mode", "scopes", "obtained_by", "witness", "representative", "disposition"),
    progress=("copy_given",),
    ignored=("assent", "understanding", "signed_form_sha256"),  # read where they are there; a change becomes an event
    kinds=("consent.",),
)
INTERVIEWS = Register(
    "interviews",
    "registers/interviews.csv",
    ("interview_id", "participant_ids"),
    ("site_id", "occurred"),
    progress=("mode", "outcome", "recording"),
    ignored=("guide_version", "interviewer"),
    kinds=("interview.",),
)
AFFILIATIONS = Register(
    "participants",
    "restricted/participants.csv",
    ("participant_id",),
    ("site_id", "role", "from"),
    progress=("to",),
    ignored=("pseudonym", "group"),
    kinds=("participant.",),
)
RECORDINGS = Register(
    "recordings",
    "registers/recordings.csv",
    ("recording_id", "step"),
    ("interview_id", "occurred"),
    ignored=("minutes", "party"),
    kinds=("recording.",),
)
REGISTERS: Mapping[str, Register] = {r.name: r for r in (RECRUITMENT, CONSENT, INTERVIEWS, AFFILIATIONS, RECORDINGS)}

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OTHER_FORMAT = re.compile(
    r"\d{1,4}[./]\d{1,2}[./]\d{1,4}|\d{1,2}-\d{1,2}-\d{2,4}|\d{5}(\.0+)?|\d{8}|\d{1,2}\.? ?[A-Za-z]{3,9}\.? ?\d{4}"
    r"|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}"
)
_CLOCK = re.compile(r"\d:\d\d")
DAY_FAULTS = ("not_a_day", "other_format", "no_zone")
OTHERWISE_WRITTEN = "not as declared: "
"""Stands before a day of a feed that is not written as study.yaml declares, even where it would be read as a day."""

ENDING_WORDS = ("withdrawn", "do_not_contact")
"""What takes effect first, whatever else is wrong with the file."""

FIRST_FORM_ROW = 10**12
FIRST_FORM_ORDINAL = 10**6
"""Rows entered by form, and their ordinals, are counted on from here: no register has as many rows."""

RowKey = tuple[str | int, ...]


def parse_days(written: pd.Series, zone: ZoneInfo) -> pd.DataFrame:
    """`day` (YYYY-MM-DD, "" where unreadable) and `fault` ("" or one of DAY_FAULTS) for each cell.

    A day is written YYYY-MM-DD; a clock time with its zone counts as the study's local day.
    """
    parsed = {text: _parse_day(text, zone) for text in written.unique()}
    return pd.DataFrame(
        {"day": written.map(lambda t: parsed[t][0]), "fault": written.map(lambda t: parsed[t][1])}, dtype=str
    )


def _parse_day(text: str, zone: ZoneInfo) -> tuple[str, str]:
    if text.startswith(OTHERWISE_WRITTEN):
        return "", "no_zone" if _CLOCK.search(text) else "other_format"
    try:
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat(), ""
        moment = datetime.fromisoformat(text)
    except ValueError:
        return "", "other_format" if _OTHER_FORMAT.fullmatch(text) else "not_a_day"
    if _OTHER_FORMAT.fullmatch(text):
        return "", "other_format"
    if moment.tzinfo is None:
        return "", "no_zone" if ":" in text else "other_format"
    return moment.astimezone(zone).date().isoformat(), ""


def repeated(frame: pd.DataFrame) -> pd.Series:
    """True for a row equal to an earlier one in every column."""
    return frame.duplicated(keep="first")


def ordinals(frame: pd.DataFrame, identifying: list[str]) -> pd.Series:
    """1, 2, … among rows with the same identifying columns, in the file's order; a repeated row shares the first's."""
    counts = ~repeated(frame)
    return counts.groupby([frame[c] for c in identifying], sort=False).cumsum().astype(int)


def row_digest(key: bytes, register: Register, cells: tuple[str, ...]) -> str:
    """The row's HMAC-SHA-256 (hex) under the participant's key; participant codes in it replaced by trail codes."""
    return keyed_digest(key, "\x1f".join((register.name, *cells)).encode())


def register_row(event: Event) -> RowKey | None:
    """The key of the register row an event came from, or None for an event that came from none.

    Scheduling, missing and holding one interview with one participant are versions of one row.
    """
    data = event.data
    if "ordinal" not in data or "version" not in data or data.get("source", "register") != "register":
        return None
    person = event.subject_id("participant") or ""
    if event.kind.startswith("interview."):
        return "interview", event.subject_id("interview") or "", person, data["ordinal"]
    if event.kind in ("consent.given", "consent.renewed"):
        return event.kind, person, data["form"], data["form_version"], data["ordinal"]
    if event.kind.startswith("recording."):
        return event.kind, event.subject_id("recording") or "", event.subject_id("interview") or "", data["ordinal"]
    if event.kind.startswith("site."):
        return event.kind, event.subject_id("site") or "", data["ordinal"]
    if person and event.kind.startswith(("recruitment.", "consent.", "participant.")):
        return event.kind, person, data["ordinal"]
    return None


def recorded_rows(events: list[Event], kinds: str | tuple[str, ...] = "") -> dict[RowKey, Event]:
    """Of each register row in the trail, the event with the highest version; `kinds` are how its kinds begin."""
    latest: dict[RowKey, Event] = {}
    for event in events:
        key = register_row(event) if event.kind.startswith(kinds) else None
        if key is not None and (key not in latest or latest[key].data["version"] < event.data["version"]):
            latest[key] = event
    return latest
