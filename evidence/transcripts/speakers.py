"""Who speaks: lines to turns. `Name:` is a speaker only from a closed set.

The set: labels declared or known to the caller, those within a slip of a declared one, those seen at least twice in
the file, and those alone with a time on a line, in a file where most such lines repeat a name. Anything else before a
colon is speech; overlap marks (`//S02: … //`) never start with a letter.
"""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from evidence.transcripts.transcript import Line

_TIME = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_STAMP = rf"[\[(]\s*{_TIME}\s*[\])]"
_LABEL = r"(?P<label>[^\W\d_][\w.'’()/&\- ]{0,38}?)"
_GAP = r"\s{0,40}"  # bounded: two unbounded gaps side by side would take quadratic time
_BEFORE_COLON = re.compile(
    rf"^(?P<t1>{_STAMP}|{_TIME}(?=\s))?{_GAP}\[?{_LABEL}\]?{_GAP}(?P<t2>{_STAMP})?{_GAP}(?::(?=\s|$)|：){_GAP}"
    rf"(?P<t3>{_STAMP})?\s*(?P<text>.*)$"
)
_TIGHT = re.compile(rf"^{_LABEL}:(?P<text>\S.*)$")
_BEFORE_TIME = re.compile(rf"^\[?{_LABEL}\]?\s{_GAP}(?P<t1>{_STAMP}|{_TIME}){_GAP}$")
_BEFORE_STAMP = re.compile(rf"^{_LABEL}{_GAP}(?P<t1>{_STAMP})\s+(?P<text>.*)$")
_AFTER_STAMP = re.compile(rf"^(?P<t1>{_STAMP})\s+{_LABEL}$")
_ALONE = re.compile(rf"^\[?{_LABEL}(?:\s{_GAP}\s{_TIME}|\]{_GAP}{_TIME}|\]?{_GAP}{_STAMP}){_GAP}:?$")
_BEFORE_TAB = re.compile(r"^(?P<label>[^\t:]{1,40})\t+(?P<text>.*)$")
_ONLY_TIME = re.compile(rf"^(?P<t1>{_STAMP})\s*(?P<text>.*)$")
_NEAR = 0.85
_CLOSES = tuple("0123456789)]:")


class Turn(NamedTuple):
    """One turn before it is numbered."""

    start: float
    end: float
    speaker: str
    text: str
    source_line: int


class _Head(NamedTuple):
    """How a line may begin: a label, a time, and the rest of the line."""

    label: str
    start: float
    text: str


def folded(label: str) -> str:
    """A label as labels are compared: one space between words, no case."""
    return " ".join(label.split()).casefold()


def seconds(stamp: str | None) -> float:
    """`[00:01:02.5]` as seconds; NaN for None."""
    if not stamp:
        return math.nan
    total = 0.0
    for part in stamp.strip("[]() ").replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def turns(lines: Iterable[Line], known: Collection[str]) -> list[Turn]:
    """Lines to turns in order; a line that opens a paragraph without a speaker is a turn with speaker ""."""
    listed = list(lines)
    labels, declared = closed_set(listed, known), {folded(k) for k in known}
    made: list[tuple[Turn, list[str]]] = []
    for line in listed:
        head = _head(line, labels, declared=declared)
        if not made or head.label or (line.opens and not _waits(made[-1][1], line)):
            start = line.start if math.isnan(head.start) else head.start
            made.append((Turn(start, line.end, head.label, "", line.source_line), [head.text]))
            continue
        last, words = made[-1]
        words.append(head.text)
        if math.isnan(last.start):
            made[-1] = (last._replace(start=head.start), words)
    joined = (turn._replace(text=" ".join(filter(None, words))) for turn, words in made)
    return [t for t in joined if t.text or t.speaker or not math.isnan(t.start)]


def closed_set(lines: Iterable[Line], known: Collection[str]) -> set[str]:
    """The labels, folded, that count as speakers in this file."""
    declared = {folded(k) for k in known}
    seen: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for line in lines:
        seen.update({folded(h.label) for h in _candidates(line.text)})
        head = _ALONE.match(line.text.strip()) if line.text[-1:] in _CLOSES else None
        alone.update([folded(head["label"])] if head else [])
    repeated = sum(n for n in alone.values() if n > 1)
    declared.update(alone if repeated * 2 >= alone.total() else ())
    near = {label for label in seen if _is_slip(label, declared)}
    return declared | near | {label for label, n in seen.items() if n >= 2 and len(label.split()) <= 5}


def first_spoken(lines: Sequence[Line], known: Collection[str]) -> int:
    """The index of the first line that opens with a speaker; the number of lines where none does."""
    labels, declared = closed_set(lines, known), {folded(k) for k in known}
    return next((i for i, line in enumerate(lines) if _head(line, labels, declared=declared).label), len(lines))


def _is_slip(label: str, declared: Collection[str]) -> bool:
    """Whether a label is a declared one with a slip of the keyboard; short labels are not compared."""
    return len(label) >= 4 and bool(difflib.get_close_matches(label, [d for d in declared if len(d) >= 4], 1, _NEAR))


def _head(line: Line, labels: Collection[str], *, declared: Collection[str]) -> _Head:
    if line.speaker:
        return _Head(" ".join(line.speaker.split()), math.nan, line.text.strip())
    for head in _candidates(line.text):
        if folded(head.label) in labels:
            return head
    tight = _TIGHT.match(line.text.strip())
    if tight and folded(tight["label"]) in declared:
        return _Head(" ".join(tight["label"].split()), math.nan, tight["text"].strip())
    if line.opens and folded(line.text) in declared:
        return _Head(" ".join(line.text.split()), math.nan, "")
    tabbed = _BEFORE_TAB.match(line.text.strip())
    if tabbed and folded(tabbed["label"]) in declared:
        return _Head(" ".join(tabbed["label"].split()), math.nan, tabbed["text"].strip())
    after = _AFTER_STAMP.match(line.text.strip())
    if after and folded(after["label"]) in declared:
        return _Head(" ".join(after["label"].split()), seconds(after["t1"]), "")
    timed = _ONLY_TIME.match(line.text.strip())
    if timed:
        return _Head("", seconds(timed["t1"]), timed["text"])
    return _Head("", math.nan, line.text.strip())


def _candidates(text: str) -> Iterator[_Head]:
    stripped = text.strip()
    colon = _BEFORE_COLON.match(stripped)
    if colon:
        stamp = colon["t1"] or colon["t2"] or colon["t3"]
        yield _Head(" ".join(colon["label"].split()), seconds(stamp), colon["text"].strip())
    timed = _BEFORE_TIME.match(stripped) if stripped[-1:] in _CLOSES else None
    if timed:
        yield _Head(" ".join(timed["label"].split()), seconds(timed["t1"]), "")
    stamped = _BEFORE_STAMP.match(stripped) if "]" in stripped or ")" in stripped else None
    if stamped and not colon:
        yield _Head(" ".join(stamped["label"].split()), seconds(stamped["t1"]), stamped["text"])


def _waits(words: list[str], line: Line) -> bool:
    """Whether the last turn is a label or time on a line of its own and this untimed line is its text."""
    return not any(words) and math.isnan(line.start)
