"""CHAT (.cha), the format of TalkBank and CHILDES: main lines are turns, headers and dependent tiers stay beside them.

Layout: MacWhinney, The CHAT Transcription Format, https://doi.org/10.21415/3mhn-0z89.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from evidence.transcripts.header import header_of
from evidence.transcripts.transcript import Content, Fault, Line, Passage, letters_of

_MAIN = re.compile(r"^\*(?P<who>[^:\t]{1,40}):\s*(?P<text>.*)$", re.DOTALL)
_BULLET = re.compile(r"\x15([^\x15]*?)(\d+)_(\d+)-?\x15")
_DAY = re.compile(r"^\d{1,2}-[A-Z]{3}-\d{4}$", re.IGNORECASE)


class _Entry(NamedTuple):
    """A header, main line or dependent tier with its continuation lines joined."""

    text: str
    line: int


def read_chat(text: str, fields: Collection[str]) -> tuple[Content, dict[str, str]]:
    """The main lines of a .cha as turns, its headers and tiers beside them, and header fields (`@Date` in ISO form)."""
    lines: list[Line] = []
    beside: list[Passage] = []
    faults: list[Fault] = []
    entries = list(_entries(text))
    for entry in entries:
        main = _MAIN.match(entry.text)
        if main is None:
            beside.append(Passage(_place(entry.text), entry.text, entry.line))
            continue
        start, end = _times(main["text"])
        if end < start:
            faults.append(Fault("end_before_start", entry.line))
        told = [bullet[0].strip() for bullet in _BULLET.findall(main["text"]) if bullet[0].strip()]
        beside += [Passage("cue id", media, entry.line) for media in told]
        spoken = " ".join(_BULLET.sub(" ", main["text"]).split())
        lines.append(Line(spoken, entry.line, start, end, main["who"]))
    if entries and any(e.text.startswith("@Begin") for e in entries) and not entries[-1].text.startswith("@End"):
        faults.append(Fault("cut_off"))
    arrows = sum(line.startswith("*") for line in text.split("\n"))
    header = header_of((_as_field(e.text) for e in entries if e.text.startswith("@")), fields)
    return Content(lines, beside, faults, letters_of([text]), arrows, len(lines)), header


def _entries(text: str) -> Iterator[_Entry]:
    """Logical lines: one that starts with a tab or a space goes on with the line before."""
    held: list[str] = []
    begins = 0
    for number, raw in enumerate(text.split("\n"), 1):
        if held and raw[:1] in ("\t", " "):
            held.append(raw.strip())
            continue
        if held:
            yield _Entry(" ".join(held), begins)
        held, begins = ([raw.strip()] if raw.strip() else []), number
    if held:
        yield _Entry(" ".join(held), begins)


def _place(text: str) -> str:
    if text.startswith("@"):
        return "note" if text.startswith("@Comment") else "header"
    return "tier" if text.startswith("%") else "note"


def _times(text: str) -> tuple[float, float]:
    """Start of the first and end of the last time mark, in seconds; NaN without one."""
    marks = _BULLET.findall(text)
    if not marks:
        return math.nan, math.nan
    return int(marks[0][1]) / 1000, int(marks[-1][2]) / 1000


def _as_field(text: str) -> str:
    """`@Date:\t02-MAR-2017` as `Date: 2017-03-02`; other headers without their mark."""
    name, _, value = text.removeprefix("@").partition(":")
    if _DAY.match(value.strip()):
        with suppress(ValueError):
            value = datetime.strptime(value.strip().title(), "%d-%b-%Y").date().isoformat()
    return f"{name}: {value.strip()}"
