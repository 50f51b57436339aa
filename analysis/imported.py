"""Segments of a coding tool's export as codings of the study: each looked up by its words in the released transcript.

Positions are never trusted: they only choose among several places that have the same words, and are counted where they
differ from the place found.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

import pandas as pd

from analysis.checks import REMEDIES, Problem
from analysis.codebook import Codebook, order
from analysis.coding_tools.export import SUBJECT, ToolExport
from analysis.codings import SEGMENT_COLUMNS, Codings
from analysis.named import CodeNames, StudyNames
from analysis.words import Place, Spoken, words


@dataclass(frozen=True, slots=True)
class Imported:
    """The codings of one export; `shifted` counts, by transcript, those found elsewhere than the tool says."""

    codings: Codings
    shifted: Mapping[str, int] = field(default_factory=dict)


def codings_of(
    export: ToolExport,
    *,
    codebook: Codebook,
    names: StudyNames,
    spoken: Mapping[str, Spoken],
    file: str,
    coders: Collection[str] | None = None,
    coder: str = "",
    version: str = "",
    taken: Collection[str] = (),
) -> Imported:
    """Match an export's segments; what cannot be used is rejected with a problem, and the rest is kept.

    `spoken` holds the transcripts released for coding, `coders` the people delegated coding, `coder` who coded where
    the export does not say, `version` the version of the codebook that was coded with, `taken` ids of codings there are
    already. The same words under the same code by the same person count once. The id of a coding is
    transcript/coder/code/turn, a second one in a turn with `-2`.
    """
    reading = _Reading(export, codebook, names, spoken, file, coders)
    found: dict[tuple[str, str, str, int, int], tuple[Place, str, int]] = {}
    for source, who, code, start, _, text, begin, _, row in export.segments.itertuples(index=False):
        transcript = reading.transcript(str(source), int(row))
        person = reading.person(str(who), coder, int(row))
        ours = reading.code(str(code), int(row))
        place = (
            reading.place(transcript, str(source), str(text), int(start), int(begin), int(row)) if transcript else None
        )
        if not (transcript and person and ours and place):
            reading.rejected[transcript] += 1
            continue
        found.setdefault((transcript, person, ours, place.first, place.last), (place, str(text), int(row)))
    ids = Counter[str]()
    used = set(taken)
    rows, numbers = [], []
    for (transcript, person, code, _, _), (place, text, number) in sorted(found.items(), key=lambda one: one[0]):
        base = f"{transcript}/{person}/{code}/{place.start}"
        id = base
        while id in used:
            ids[base] += 1
            id = f"{base}-{ids[base] + 1}"
        used.add(id)
        rows.append((id, transcript, person, code, place.start, place.end, text, version))
        numbers.append(number)
    segments = pd.DataFrame(rows, columns=pd.Index(SEGMENT_COLUMNS), index=pd.Index(numbers, dtype="int64"))
    problems = (*export.problems, *reading.problems)
    return Imported(Codings(segments, problems, reading.rejected), reading.shifted)


def version_problems(segments: pd.DataFrame, file: str) -> tuple[Problem, ...]:
    """AN016 where two people coded one transcript, or all they coded, with different versions of the codebook.

    `segments` as in Codings; those without a version say nothing.
    """
    told = segments[segments["codebook"] != ""]
    by_coder = {str(c): frozenset(v) for c, v in told.groupby("coder")["codebook"]}
    shared = told.groupby(["transcript", "coder"])["codebook"].agg(frozenset).groupby("transcript").nunique()
    apart = len(by_coder) > 1 and not frozenset.intersection(*by_coder.values())
    if not (apart or (shared > 1).any()):
        return ()
    said = "; ".join(f"{coder} with {', '.join(sorted(v, key=order))}" for coder, v in sorted(by_coder.items()))
    return (Problem("AN016", file, 0, "codebook", SUBJECT, f"They coded: {said}. {REMEDIES['AN016']}"),)


class _Reading:
    """What is asked again and again while the segments of one export are read."""

    def __init__(
        self,
        export: ToolExport,
        codebook: Codebook,
        names: StudyNames,
        spoken: Mapping[str, Spoken],
        file: str,
        coders: Collection[str] | None,
    ) -> None:
        self._names = names
        self._spoken = spoken
        self._file = file
        self._coders = coders
        self._sources = export.sources
        called = {entry.code: entry.name or entry.code for entry in export.codes}
        ours = CodeNames(codebook)
        self._codes = {e.code: ours.named(e, called.get(e.parent, e.parent)) for e in export.codes}
        self._places: dict[tuple[str, str], list[Place]] = {}
        self._texts: dict[str, _Text] = {}
        self._numbers = {name: number for number, name in enumerate(export.sources, start=1)}
        self.problems: list[Problem] = []
        self.rejected: Counter[str] = Counter()
        self.shifted: Counter[str] = Counter()
        self._refused: dict[str, str] = {}
        self.documents: dict[str, str] = {}
        for name in export.sources:
            self.documents[name], refusal = names.interview(name)
            if refusal:
                self._refused[name] = refusal

    def transcript(self, source: str, row: int) -> str:
        """The interview of a document; "" with a problem where it is none, or is not released for coding."""
        refused = self._refused.get(source)
        if refused:
            self._problem(refused, row, f"document {self._numbers[source]}")
            return ""
        found = self.documents[source]
        if found not in self._spoken:
            self._problem("AN005", row, "source")
        return found

    def person(self, name: str, default: str, row: int) -> str:
        found = self._names.coder(name, default)
        if not found:
            self._problem("AN019", row, "coder")
        elif self._coders is not None and found not in self._coders:
            self._problem("AN008", row, "coder")
        return found

    def code(self, code: str, row: int) -> str:
        found = self._codes.get(code, "")
        if not found:
            self._problem("AN002", row, "code")
        return found

    def place(self, transcript: str, source: str, text: str, start: int, begin: int, row: int) -> Place | None:
        """Where the words stand: of several places the one the tool's position means, else the first (AN040)."""
        spoken = self._spoken.get(transcript)
        if spoken is None:
            return None
        places = self._places.get((transcript, text))
        if places is None:
            places = self._places[transcript, text] = spoken.places(text)
        if not places:
            self._problem("AN003", row, "text")
            return None
        words_before = self._text(source).words_before(begin) if begin >= 0 and self._sources.get(source) else -1
        if len(places) == 1:
            found = places[0]
        elif words_before >= 0:
            found = self._nth(places, source, text, words_before, len(spoken))
        elif start >= 0:
            found = min(places, key=lambda place: (abs(place.start - start), place))
        elif begin >= 0:
            found = min(places, key=lambda place: (abs(place.first * _LETTERS - begin), place))
        else:
            self._problem("AN040", row, "text")
            return places[0]
        told = words_before if words_before >= 0 else start
        if told >= 0 and told != (found.first if words_before >= 0 else found.start):
            self.shifted[transcript] += 1
        return found

    def _nth(self, places: list[Place], source: str, text: str, words_before: int, length: int) -> Place:
        """The place that is as manieth in the transcript as in the tool's text, or at the same share of it."""
        told = self._text(source)
        there = told.spoken.places(text)
        if len(there) == len(places):
            nearest = min(range(len(there)), key=lambda n: abs(there[n].first - words_before))
            return places[nearest]
        share = words_before * length / max(len(told.spoken), 1)
        return min(places, key=lambda place: (abs(place.first - share), place))

    def _text(self, source: str) -> _Text:
        if source not in self._texts:
            self._texts[source] = _Text(self._sources[source] or "")
        return self._texts[source]

    def _problem(self, check: str, row: int, column: str) -> None:
        self.problems.append(Problem(check, self._file, row, column, SUBJECT))


_LETTERS = 5
"""Letters and the space of a usual word, where a tool gives positions and not its text."""


class _Text:
    """The text of a document in a tool: how many words stand before a position, and where words stand."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in self._lines)]
        self._before = [0, *accumulate(len(words(line)) for line in self._lines)]
        self._text = text
        self._spoken: Spoken | None = None

    def words_before(self, position: int) -> int:
        """Words before a position in code points."""
        line = min(bisect_right(self._starts, position) - 1, len(self._lines) - 1)
        return self._before[line] + len(words(self._lines[line][: position - self._starts[line]]))

    @property
    def spoken(self) -> Spoken:
        """The text as words, made when first asked for."""
        if self._spoken is None:
            self._spoken = Spoken(pd.DataFrame({"turn": [1], "text": [self._text]}))
        return self._spoken
