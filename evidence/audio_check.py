"""The check of a transcript against its audio by a second person: which minutes to hear, and whether enough was heard.

The minutes are drawn at random without a choice: each minute's place in the draw is its HMAC (RFC 2104) under a key of
the study, over interview, file and minute. The same file gives the same minutes whenever and by whomever it is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import pandas as pd

from evidence.versions import Standing, Version
from study.identifiers import keyed_digest
from study.protocol.material import AudioCheck

Unmet = Literal["not_checked", "too_little_heard", "too_many_errors", "corrected_since"]

SENTENCES: dict[Unmet, str] = {
    "not_checked": "not checked against the audio by a second person",
    "too_little_heard": "checked, but less of the audio was heard than study.yaml declares",
    "too_many_errors": "checked with more errors than study.yaml allows: have it corrected",
    "corrected_since": "corrected after a check with too many errors, and not heard again",
}


def drawn_minutes(key: bytes, interview: str, file: str, seconds: float, how: AudioCheck) -> tuple[int, ...]:
    """The minutes to hear (0 is the first), in order; `file` is the file's digest, `seconds` the recording's length.

    A share is rounded up to whole minutes; never fewer than one, never more than there are.
    """
    there = max(1, math.ceil(seconds / 60))
    wanted = math.ceil(there * how.share) if how.share is not None else how.minutes or 1
    ranked = sorted(range(there), key=lambda n: keyed_digest(key, f"audio check|{interview}|{file}|{n}".encode()))
    return tuple(sorted(ranked[: min(max(wanted, 1), there)]))


def turns_heard(turns: pd.DataFrame, minute: int) -> tuple[int, ...]:
    """The numbers of the turns that are spoken in a minute, of a transcript with times; none for one without."""
    return tuple(number for number, start, end in _spans(turns) if start < 60 * (minute + 1) and end > 60 * minute)


def length_of(turns: pd.DataFrame) -> float | None:
    """The last time of a transcript in seconds; None for one without times."""
    last = turns[["start", "end"]].max().max() if len(turns) else math.nan
    return None if pd.isna(last) else float(last)


def ranges(numbers: Sequence[int]) -> str:
    """`3-5, 9` for 3, 4, 5 and 9."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def unmet(how: AudioCheck | None, standing: Standing, version: Version) -> Unmet | None:
    """Why a version may not be released for want of its check; None where it may, or none is declared.

    A check holds for the versions that came after it, unless it found more errors than allowed.
    """
    if how is None:
        return None
    checked = [v for v in standing.versions if v.check is not None and v.number <= version.number]
    if not checked:
        return "not_checked"
    check = checked[-1].check
    assert check is not None
    if how.errors is not None and check.errors > how.errors:
        return "too_many_errors" if checked[-1].number == version.number else "corrected_since"
    enough = (
        check.listened >= math.floor(1000 * how.share) if how.share is not None else check.minutes >= (how.minutes or 0)
    )
    return None if enough or check.listened >= 1000 else "too_little_heard"


def _spans(turns: pd.DataFrame) -> Iterator[tuple[int, float, float]]:
    """Number, start and end of each timed turn; a turn without an end goes on until the next begins."""
    timed = turns[turns["start"].notna()]
    rows: list[Any] = list(zip(timed["turn"], timed["start"], timed["end"], strict=True))
    for n, (number, start, end) in enumerate(rows):
        following = rows[n + 1][1] if n + 1 < len(rows) else math.inf
        yield int(number), float(start), float(following if pd.isna(end) else end)
