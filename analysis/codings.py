"""Coded segments as a table, each quote looked up in the released transcript by its normalised words.

Importers alter text and shift positions, so a quote is matched by words, never by offsets or file hash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.checks import Problem
from analysis.codebook import CODE, Codebook
from analysis.named import CodeNames
from analysis.tables import read_rows
from analysis.words import Spoken, words

FILE = "analysis/codings.csv"
SUBJECT = "analysis:codings"
COLUMNS = ["transcript_id", "coder", "code", "start", "end", "quote"]
SEGMENT_COLUMNS = ["coding", "transcript", "coder", "code", "start", "end", "quote", "codebook"]


@dataclass(frozen=True, slots=True)
class Codings:
    """The segments that were accepted, indexed by row in the file, and what was wrong with others.

    `segments` has coding (transcript/coder/code/start as written, further words there with -2, -3 in the order of the
    file), transcript, coder, code (what a former code became), start and end (turns where the quote was found), quote
    and codebook (its version, "" where nobody said). `rejected` counts rows left out, by transcript ("" for an unknown
    one).
    """

    segments: pd.DataFrame
    problems: tuple[Problem, ...]
    rejected: Mapping[str, int]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self.segments["coding"])


def read_codings(
    data: bytes,
    *,
    codebook: Codebook | None = None,
    known: Collection[str] | None = None,
    turns: Mapping[str, pd.DataFrame] | None = None,
    coders: Collection[str] | None = None,
    file: str = FILE,
    spoken: Mapping[str, Spoken] | None = None,
) -> Codings:
    """Read the segments and check them against the codebook, the known transcripts and the released turns.

    `known` are the ids of every transcript or interview of the study, `coders` the people delegated coding; `turns`
    holds, for each transcript released for coding, its columns turn and text, and `spoken` may hold them made ready.
    What is not given is not checked. An optional column `codebook` names the version that was coded with. The subject
    of every problem is the codings, never a transcript: a wrong coding keeps no release back. Raises StudyError for a
    file that is no CSV in UTF-8 or lacks a column.
    """
    rows = read_rows(data, COLUMNS, file).reindex(columns=[*COLUMNS, "codebook"], fill_value="")
    if spoken is None:
        spoken = {transcript: Spoken(frame) for transcript, frame in (turns or {}).items()}
    names = CodeNames(codebook) if codebook is not None else None
    accepted: dict[int, tuple[str | int, ...]] = {}
    problems: list[Problem] = []
    rejected: Counter[str] = Counter()
    seen: set[tuple[str | int, ...]] = set()
    ids = Counter[str]()
    for row, (transcript, coder, code, start, end, quote, version) in zip(
        rows.index, rows.itertuples(index=False), strict=True
    ):
        is_known = known is None or transcript in known
        fault = _fault(transcript, coder, code, start, end, quote)
        coding = "/".join((transcript, coder, code, start))
        if not fault:
            segment = (transcript, coder, code, int(start), int(end), *words(quote))
            fault = "transcript_id" if segment in seen else ""
            coding = coding if fault else _apart(coding, ids)
            seen.add(segment)
        faults = [("AN007", fault)] if fault else _unmet(transcript, code, names, is_known, turns)
        found: tuple[int, int] | None = None
        if not faults:
            written = int(start), int(end)
            found = spoken[transcript].find(quote, *written) if turns is not None else written
            faults = [] if found == written else [("AN004" if found else "AN003", "quote")]
        if coders is not None and coder not in coders and not fault:
            problems.append(Problem("AN008", file, int(row), "coder", SUBJECT))
        problems += [Problem(check, file, int(row), column, SUBJECT) for check, column in faults]
        if found:
            accepted[int(row)] = (
                coding,
                transcript,
                coder,
                names.code(code) if names else code,
                *found,
                quote,
                version,
            )
        else:
            rejected[transcript if is_known else ""] += 1
    segments = pd.DataFrame(list(accepted.values()), columns=pd.Index(SEGMENT_COLUMNS), index=pd.Index(list(accepted)))
    return Codings(segments, tuple(problems), rejected)


def _apart(coding: str, ids: Counter[str]) -> str:
    """The id itself for the first segment that has it, and with -2, -3 for those after it."""
    ids[coding] += 1
    return coding if ids[coding] == 1 else f"{coding}-{ids[coding]}"


def _unmet(
    transcript: str, code: str, names: CodeNames | None, is_known: bool, turns: Mapping[str, pd.DataFrame] | None
) -> list[tuple[str, str]]:
    """The checks, each with its column, that keep a row from being looked up."""
    faults = []
    if not is_known:
        faults.append(("AN001", "transcript_id"))
    elif turns is not None and transcript not in turns:
        faults.append(("AN005", "transcript_id"))
    if names is not None and not names.code(code):
        faults.append(("AN002", "code"))
    return faults


def _fault(transcript: str, coder: str, code: str, start: str, end: str, quote: str) -> str:
    """The first column that makes a row useless, or ""."""
    if not transcript:
        return "transcript_id"
    if not CODE.fullmatch(coder):
        return "coder"
    if not code:
        return "code"
    if not (start.isascii() and start.isdigit()):
        return "start"
    if not (end.isascii() and end.isdigit() and int(end) >= int(start)):
        return "end"
    return "" if any(c.isalnum() for c in quote) else "quote"
