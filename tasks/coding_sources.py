"""Every coding there is: those of the team's own table and of each export, matched against the released transcripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis import Codebook, Codings, read_codings
from analysis.checks import Problem
from analysis.imported import Imported, codings_of, version_problems
from analysis.named import StudyNames
from analysis.words import Spoken, words
from study import Protocol, Reference
from study.objects import NotStored
from tasks.coding_imports import ReadExport, read_imports
from tasks.read import read_table
from tasks.released import Released
from tasks.workspace import Workspace

PLACE = ["transcript", "coder", "code", "start", "end"]


@dataclass(frozen=True)
class Everything:
    """All codings together.

    `files` are, for each transcript, the references of the files its codings are from, `rows` for each coding the file
    and row it stands in, `shifted` counts by transcript those found elsewhere than their tool says.
    """

    codings: Codings
    files: Mapping[str, tuple[Reference, ...]]
    rows: Mapping[str, tuple[str, int]]
    shifted: Mapping[str, int] = field(default_factory=dict)


def everything_coded(
    place: Workspace,
    codebook: Codebook | None,
    read: Sequence[ReadExport],
    known: Collection[str],
    released: Mapping[str, Released],
) -> Everything | None:
    """The codings of `analysis.codings` and of every export that could be read; None where there is no file at all."""
    path = place.protocol.analysis.codings
    data = _get(place, path)
    if data is None and not any(one.export is not None for one in read):
        return None
    book = codebook or Codebook("", ())
    spoken = spoken_words(place.protocol, released)
    coders = {p.code for p in place.protocol.team if p.may("code", place.today)}
    gathered = _Gathered()
    if data is not None:
        turns = {transcript: found.turns for transcript, found in released.items()}
        own = read_codings(data, codebook=book, known=known, turns=turns, coders=coders, file=path, spoken=spoken)
        gathered.add(own, path, place.reference(path, data, personal=True))
    names = study_names(place.protocol, known)
    for one in read:
        gathered.problems += [problem] if (problem := one.problem) else []
        if one.export is None:
            continue
        file = one.spec.file
        found = codings_of(
            one.export,
            codebook=book,
            names=names,
            spoken=spoken,
            file=file,
            coders=coders,
            coder=one.spec.coder or "",
            version=one.spec.codebook or "",
            taken=gathered.ids,
        )
        gathered.add_import(found, file, place.reference(file, one.data, personal=True))
    return gathered.everything(path)


def exports_with(place: Workspace, interviews: Collection[str]) -> list[str]:
    """The exports in which documents of these interviews are, or that nobody can read to see it."""
    if not place.protocol.analysis.imports:
        return []
    names = study_names(place.protocol, interviews)
    return [
        one.spec.file
        for one in read_imports(place.root, place.protocol)
        if one.data and (one.export is None or any(names.interview(name)[0] for name in one.export.sources))
    ]


def coded_rows(place: Workspace, interviews: Collection[str]) -> pd.DataFrame:
    """What was coded as the files have it, used or not: transcript_id and quote, of these interviews in exports and of
    every one in the team's own table."""
    own = read_table(place, place.protocol.analysis.codings)
    frames = [own[["transcript_id", "quote"]]] if own is not None and {"transcript_id", "quote"} <= set(own) else []
    names = study_names(place.protocol, interviews)
    for one in read_imports(place.root, place.protocol):
        if one.export is not None:
            known = {name: names.interview(name)[0] for name in one.export.sources}
            rows = one.export.segments[["source", "text"]].drop_duplicates()
            rows = rows.assign(transcript_id=rows["source"].map(known), quote=rows["text"])
            frames.append(rows.loc[rows["transcript_id"].fillna("") != "", ["transcript_id", "quote"]])
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["transcript_id", "quote"])


def study_names(protocol: Protocol, known: Collection[str]) -> StudyNames:
    """Whom and what names in coding tools mean, as study.yaml says."""
    paths = protocol.analysis
    team = {person.code: person.name for person in protocol.team}
    return StudyNames(known, sources=paths.sources, coders=paths.coders, team=team)


def spoken_words(protocol: Protocol, released: Mapping[str, Released]) -> dict[str, Spoken]:
    """The words of each released transcript, with the labels and header fields that tools keep beside them."""
    conventions = protocol.transcripts
    labels = [*conventions.speakers.interviewer, *conventions.speakers.participant] if conventions else []
    header = conventions.header if conventions else []
    return {transcript: Spoken(found.turns, labels, header) for transcript, found in released.items()}


class _Gathered:
    """Codings of file after file: a segment that is there already, word by word, counts once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.ids: set[str] = set()
        self._frames: list[pd.DataFrame] = []
        self._rejected: Counter[str] = Counter()
        self._shifted: Counter[str] = Counter()
        self._files: dict[str, dict[Reference, None]] = {}
        self._rows: dict[str, tuple[str, int]] = {}
        self._said: set[tuple[object, ...]] = set()

    def add(self, codings: Codings, file: str, reference: Reference) -> None:
        segments = codings.segments
        said = [
            (*where, tuple(words(str(quote))))
            for *where, quote in segments[[*PLACE, "quote"]].itertuples(index=False, name=None)
        ]
        fresh = segments[np.array([one not in self._said for one in said], dtype=bool)] if self._frames else segments
        self._said.update(said)
        self._frames.append(fresh)
        self._rejected.update(codings.rejected)
        self.problems += codings.problems
        for row, coding, transcript in zip(fresh.index, fresh["coding"], fresh["transcript"], strict=True):
            self._rows[coding] = (file, int(row))
            self._files.setdefault(transcript, {})[reference] = None
        self.ids.update(fresh["coding"])

    def add_import(self, found: Imported, file: str, reference: Reference) -> None:
        self.add(found.codings, file, reference)
        self._shifted.update(found.shifted)

    def everything(self, path: str) -> Everything:
        """All of it; the rows keep the numbers of the one file there is, or are numbered anew."""
        filled = [frame for frame in self._frames if len(frame)] or self._frames[:1]
        segments = filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)
        problems = (*self.problems, *version_problems(segments, self._mixed(segments) or path))
        codings = Codings(segments, problems, self._rejected)
        files = {transcript: tuple(references) for transcript, references in self._files.items()}
        return Everything(codings, files, self._rows, self._shifted)

    def _mixed(self, segments: pd.DataFrame) -> str:
        """The file of the first coding that names its codebook's version."""
        told = segments.loc[segments["codebook"] != "", "coding"]
        return self._rows[str(told.iloc[0])][0] if len(told) else ""


def _get(place: Workspace, path: str) -> bytes | None:
    try:
        return place.files.get(path)
    except NotStored:
        return None
