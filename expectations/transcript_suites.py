"""Transcripts judged: their measurements as three tables, the suites over them, and what it says of each file.

A batch of files goes through Great Expectations together: one row a transcript, one a turn, one a required question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import pandas as pd

from evidence.measure import FEATURES, TURN_FEATURES
from evidence.measured import Measured
from evidence.similarity import Likeness
from expectations.check import Suite
from expectations.transcripts import QUESTIONS, TRANSCRIPTS, TURNS
from expectations.validate import State, Validation, validate_full
from study import Protocol, Query

LIKENESS_FEATURES = ("same_text_count", "containment_share")
"""Features of the transcript table that come from comparing files."""

_COLUMNS = (*FEATURES, *LIKENESS_FEATURES)
_PLACED = {check.id: check.feature for check in TRANSCRIPTS.checks}
_SAYS_ITSELF = "TR001"
"""Why a file does not open and what to do about it is one sentence for each reason, which stands as its place."""


@dataclass(frozen=True, slots=True)
class MeasuredFile:
    """A file's measurements: its subject (`transcript:I0007`), opaque ref, path, and how it is like the others."""

    subject: str
    ref: str
    where: str
    measured: Measured
    alike: Likeness | None = None

    @property
    def features(self) -> dict[str, float | None]:
        """One row of the transcript table."""
        compared = {name: getattr(self.alike, name) if self.alike else None for name in LIKENESS_FEATURES}
        return {name: self.measured.features.get(name) for name in FEATURES} | compared


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the checks say of one file: its queries with their places, and each check's state."""

    queries: tuple[Query, ...]
    states: Mapping[str, State]


@dataclass(frozen=True, slots=True)
class Judgements:
    """A batch judged: by opaque ref of the file, and every suite's results."""

    by_ref: Mapping[str, Judgement]
    validations: tuple[Validation, ...] = field(default=())


def judge(files: Sequence[MeasuredFile], *, study: Protocol, only: Suite | None = None) -> Judgements:
    """The suites over a batch of files, or `only` one of them over a row a file; nothing for an empty batch."""
    if not files:
        return Judgements({})
    tables: list[tuple[pd.DataFrame, Suite, str | None]] = [(_transcripts(files), only or TRANSCRIPTS, None)]
    tables += [] if only else [(_turns(files), TURNS, "part"), (_questions(files), QUESTIONS, "part")]
    validations: list[Validation] = []
    states: dict[str, dict[str, State]] = {file.ref: {} for file in files}
    for frame, suite, part in tables:
        for file in files:
            states[file.ref] |= {check.id: "not_applicable" for check in suite.checks}
        if frame.empty:
            continue
        found = validate_full(frame, suite, study=study, subject_column="subject", part_column=part)
        validations.append(found)
        for ref, stood in _states(frame, suite, found).items():
            states[ref] |= stood
    queries = _by_ref(files, [query for validation in validations for query in validation.queries])
    return Judgements({f.ref: Judgement(tuple(queries[f.ref]), states[f.ref]) for f in files}, tuple(validations))


def _transcripts(files: Sequence[MeasuredFile]) -> pd.DataFrame:
    rows = [{"subject": f.subject, "ref": f.ref, "where": f.where, **f.features} for f in files]
    return pd.DataFrame(rows).astype(dict.fromkeys(_COLUMNS, float))


def _turns(files: Sequence[MeasuredFile]) -> pd.DataFrame:
    tables = [(file, file.measured.turns) for file in files if file.measured.turns.get("turn")]
    sizes = [len(turns["turn"]) for _, turns in tables]
    frame = _of_files([file for file, _ in tables], sizes)
    frame["part"] = pd.Series(list(chain.from_iterable(turns["turn"] for _, turns in tables)), dtype=float).astype(int)
    for feature in TURN_FEATURES:
        columns = (turns.get(feature) or [None] * size for (_, turns), size in zip(tables, sizes, strict=True))
        frame[feature] = pd.Series(list(chain.from_iterable(columns)), dtype=float)
    return frame


def _questions(files: Sequence[MeasuredFile]) -> pd.DataFrame:
    required = [[trace for trace in file.measured.traces if trace.is_required] for file in files]
    frame = _of_files(files, [len(traces) for traces in required])
    frame["part"] = [trace.question for traces in required for trace in traces]
    frame["question_score"] = pd.Series([t.score for traces in required for t in traces], dtype=float)
    return frame


def _of_files(files: Sequence[MeasuredFile], sizes: Sequence[int]) -> pd.DataFrame:
    """So many rows a file, each with its file's subject, ref and path."""
    columns = ("subject", "ref", "where")
    named = {column: [getattr(file, column) for file in files] for column in columns}
    return pd.DataFrame(named, dtype=object).loc[lambda rows: rows.index.repeat(list(sizes))].reset_index(drop=True)


def _states(frame: pd.DataFrame, suite: Suite, validation: Validation) -> dict[str, dict[str, State]]:
    """Each file's state of each check; a check applies where any of the file's rows has a value."""
    refs = frame["ref"].to_numpy()
    features = sorted({check.feature for check in suite.checks if check.feature in frame})
    applies = frame[features].notna().groupby(refs, sort=False).any()
    states: dict[str, dict[str, State]] = {ref: {} for ref in applies.index}
    for check, result in zip(suite.checks, validation.results, strict=True):
        failing = set(refs[list(result.failing)])
        for ref, has_value in applies[check.feature].items() if check.feature in applies else ():
            whole: State = "passed" if has_value else "not_applicable"
            states[str(ref)][check.id] = "failed" if ref in failing else whole
        if result.state == "unchecked":
            states = {ref: {**stood, check.id: "unchecked"} for ref, stood in states.items()}
    return states


def _by_ref(files: Sequence[MeasuredFile], queries: Sequence[Query]) -> dict[str, list[Query]]:
    """Each file's queries, with the place in the file where the measurement behind one has a place."""
    by_path = {file.where: file for file in files}
    found: dict[str, list[Query]] = {file.ref: [] for file in files}
    for query in queries:
        file = by_path.get(query.where)
        if file is None:
            found[by_path[query.where.rpartition(", ")[0]].ref].append(query)
            continue
        at = file.measured.places.get(_PLACED.get(query.check, ""))
        if at and query.check == _SAYS_ITSELF:
            query = replace(query, message=f"{at[0].upper()}{at[1:]}.")
        elif at:
            query = replace(query, where=f"{query.where}, {at}")
        found[file.ref].append(query)
    return found
