"""The codebook: codes with their definitions, by version, and which codes became which.

Qualitative codes; a survey's variables are in its data dictionary (evidence). What changed between two versions is in
`analysis.codebook_change`; codebooks of coding tools are read by `analysis.coding_tools`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from analysis.checks import Problem
from analysis.tables import read_rows

FILE = "analysis/codebook.csv"
SUBJECT = "analysis:codebook"
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")
COLUMNS = ["code", "definition", "parent", "origin", "version", "was"]
Origin = Literal["inductive", "deductive"]


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code as one version defines it; `parent` is the code above it or "".

    `name` is what a coding tool calls it where that is not the code itself, `guid` the tool's own id of it, `was` the
    former codes it came from.
    """

    code: str
    definition: str
    parent: str
    origin: Origin
    version: str
    name: str = ""
    was: tuple[str, ...] = ()
    guid: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above codes in a coding tool and is none itself; `parent` is the code or heading above it."""

    code: str
    name: str
    parent: str = ""
    guid: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True)
class SetOfCodes:
    """A team's own group of codes in a coding tool; `members` are ids of codes and headings."""

    name: str
    guid: str
    definition: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToolParts:
    """What a coding tool keeps beside its codes, to be written again; `colours` by code or heading."""

    colours: Mapping[str, str] = field(default_factory=dict)
    headings: tuple[Heading, ...] = ()
    sets: tuple[SetOfCodes, ...] = ()


@dataclass(frozen=True, slots=True)
class Codebook:
    """The codes of one version, sorted by code; `version` is the highest version in the file ("" when none is).

    `history` are the usable rows of every version, in the order of the file; `parts` is what its tool keeps beside
    them, which says nothing of what a code means.
    """

    version: str
    codes: tuple[CodeEntry, ...]
    problems: tuple[Problem, ...] = ()
    history: tuple[CodeEntry, ...] = ()
    parts: ToolParts = field(default_factory=ToolParts)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(entry.code for entry in self.codes)

    @property
    def inductive(self) -> frozenset[str]:
        """The codes made from the material: saturation counts these alone."""
        return frozenset(entry.code for entry in self.codes if entry.origin == "inductive")

    @property
    def successors(self) -> Mapping[str, tuple[str, ...]]:
        """For each former code what it became, as the column `was` declares it, through all versions to this one."""
        rows = self.history or self.codes
        into: dict[str, set[str]] = defaultdict(set)
        for entry in rows:
            for former in entry.was:
                into[former].add(entry.code)
        return {former: found for former in sorted(into) if (found := _became(former, into, self.names))}

    @property
    def recoded(self) -> Mapping[str, str]:
        """Former codes that were renamed or merged, each with its one code now: what was coded so counts under it."""
        return {former: now[0] for former, now in self.successors.items() if len(now) == 1 and former != now[0]}

    def at(self, version: str) -> Codebook:
        """The codebook as that version had it, of the versions this file tells."""
        rows = [entry for entry in self.history if order(entry.version) <= order(version)]
        return Codebook(version, _standing(rows), (), tuple(rows))

    @property
    def versions(self) -> tuple[str, ...]:
        """Every version the file tells, in counting order."""
        return tuple(sorted({entry.version for entry in self.history}, key=order))


def read_codebook(data: bytes, file: str = FILE) -> Codebook:
    """Read code, definition, parent, origin (blank is inductive), version and was; only `code` is required.

    A row's version is the one that added or last defined its code, so of several rows for one code the highest
    version stands ("1.10" above "1.9"). `was` names, by semicolon, the codes that became this one; a code that became
    another in a later version stands no longer. Rows that cannot be used are left out and become problems. Raises
    StudyError for a file that is no CSV in UTF-8 or has no column `code`.
    """
    return codebook_of(read_rows(data, ["code"], file), file)


def codebook_of(rows: pd.DataFrame, file: str = FILE) -> Codebook:
    """The same from a table of text, its index the rows of the file."""
    table = rows.reindex(columns=COLUMNS, fill_value="")
    usable: list[CodeEntry] = []
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    for row, (code, definition, parent, origin, version, was) in zip(
        table.index, table.itertuples(index=False), strict=True
    ):
        former = tuple(sorted({part.strip() for part in was.split(";")} - {""}))
        column = _fault(code, origin, version, former, seen)
        if column:
            problems.append(Problem("AN006", file, int(row), column, SUBJECT))
            continue
        seen.add((code, version))
        kind: Origin = "deductive" if origin == "deductive" else "inductive"
        usable.append(CodeEntry(code, definition, parent, kind, version, was=former))
    highest = max((entry.version for entry in usable), key=order, default="")
    return Codebook(highest, _standing(usable), tuple(problems), tuple(usable))


def order(version: str) -> list[tuple[int, str]]:
    """Versions in counting order: numbers by value, the rest by letter."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|[^\W\d_]+", version)]


def _standing(rows: Iterable[CodeEntry]) -> tuple[CodeEntry, ...]:
    """Of each code its highest version, without the codes that became others in a later one."""
    standing: dict[str, CodeEntry] = {}
    for entry in rows:
        if entry.code not in standing or order(entry.version) >= order(standing[entry.code].version):
            standing[entry.code] = entry
    left = {
        former
        for entry in standing.values()
        for former in entry.was
        if former in standing and order(standing[former].version) < order(entry.version)
    }
    return tuple(standing[code] for code in sorted(standing) if code not in left)


def _became(former: str, into: Mapping[str, set[str]], now: frozenset[str]) -> tuple[str, ...]:
    """The codes of today that a former one ended in, through any number of steps; a circle ends where it began."""
    reached: set[str] = set()
    front = {former}
    while front:
        front = {code for one in front for code in into.get(one, ())} - reached
        reached |= front
    kept = {former} if former in now and former in into else set()
    return tuple(sorted((reached | kept) & now))


def _fault(code: str, origin: str, version: str, was: tuple[str, ...], seen: set[tuple[str, str]]) -> str:
    """The column that makes a row useless, or ""."""
    if not CODE.fullmatch(code) or (code, version) in seen:
        return "code"
    if origin not in ("inductive", "deductive", ""):
        return "origin"
    if version and not CODE.fullmatch(version):
        return "version"
    return "" if all(CODE.fullmatch(former) for former in was) else "was"
