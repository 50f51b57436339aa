"""Segments of a coding tool's export as codings of the study: each looked up by its words in the released transcript.

Positions are never trusted: they only choose among several places that have the same words (`analysis.told`), and are
counted where a position in the tool's text differs from the place found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.checks import REMEDIES, Problem
from analysis.codebook import Codebook, order
from analysis.coding_tools.export import SUBJECT, ToolExport
from analysis.codings import SEGMENT_COLUMNS, Codings
from analysis.named import CodeNames, StudyNames
from analysis.told import Numbered, ToolText
from analysis.words import Place, Spoken


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
        self._texts: dict[str, ToolText] = {}
        self._segments = export.segments.groupby("source")
        self._orders: dict[str, Numbered] = {}
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
            self._problem(refused, row, f"document {self._numbers[source]}", source)
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
        """Where the words stand: of several places the one the tool means, where that can be told (else AN040)."""
        spoken = self._spoken.get(transcript)
        if spoken is None:
            return None
        places = self._found(transcript, text)
        if not places:
            self._problem("AN003", row, "text")
            return None
        if begin >= 0 and self._sources.get(source):
            text_there = self._text(source, spoken)
            before = text_there.words_before(begin)
            found = places[0] if len(places) == 1 else text_there.chosen(places, text, before)
            self.shifted.update([transcript] if found.first != before else [])
            return found
        number = begin if begin >= 0 else start
        left = self._numbered(source, transcript).left(number, text, places) if number >= 0 else places
        if len(left) > 1:
            self._problem("AN040", row, "text")
        return min(left, key=lambda place: (abs(place.first * _LETTERS - begin) if begin >= 0 else 0, place))

    def _text(self, source: str, spoken: Spoken) -> ToolText:
        if source not in self._texts:
            self._texts[source] = ToolText(self._sources[source] or "", spoken)
        return self._texts[source]

    def _numbered(self, source: str, transcript: str) -> Numbered:
        """What the numbers of a document's segments say of their order."""
        if source not in self._orders:
            rows = self._segments.get_group(source)
            self._orders[source] = Numbered(
                (int(begin) if begin >= 0 else int(start), str(text), self._found(transcript, str(text)))
                for start, begin, text in zip(rows["start"], rows["begin"], rows["text"], strict=True)
                if begin >= 0 or start >= 0
            )
        return self._orders[source]

    def _found(self, transcript: str, text: str) -> list[Place]:
        places = self._places.get((transcript, text))
        if places is None:
            places = self._places[transcript, text] = self._spoken[transcript].places(text)
        return places

    def _problem(self, check: str, row: int, column: str, named: str = "") -> None:
        self.problems.append(Problem(check, self._file, row, column, SUBJECT, named=named))


_LETTERS = 5
"""Letters and the space of a usual word, where a tool gives positions and not its text."""
