"""The codebook: codes with their definitions, by version, and what changed between two versions.

Qualitative codes; a survey's variables are in its data dictionary (evidence).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from analysis.checks import Problem
from analysis.tables import read_rows

FILE = "analysis/codebook.csv"
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")
Origin = Literal["inductive", "deductive"]


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code as one version defines it; `parent` is the code above it or ""."""

    code: str
    definition: str
    parent: str
    origin: Origin
    version: str


@dataclass(frozen=True, slots=True)
class Codebook:
    """The codes of one version, sorted by code; `version` is the highest version in the file ("" when none is)."""

    version: str
    codes: tuple[CodeEntry, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(entry.code for entry in self.codes)

    @property
    def inductive(self) -> frozenset[str]:
        """The codes made from the material: saturation counts these alone."""
        return frozenset(entry.code for entry in self.codes if entry.origin == "inductive")


@dataclass(frozen=True, slots=True)
class CodebookChange:
    """What a codebook version changed: codes that came, went, or whose definition or parent is another."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    redefined: tuple[str, ...]


def read_codebook(data: bytes, file: str = FILE) -> Codebook:
    """Read code, definition, parent, origin (blank is inductive) and version; only `code` is required.

    A row's version is the one that added or last defined its code, so of several rows for one code the highest
    version stands ("1.10" above "1.9"). Rows that cannot be used are left out and become problems. Raises StudyError
    for a file that is no CSV in UTF-8 or has no column `code`.
    """
    rows = read_rows(data, ["code"], file).reindex(
        columns=["code", "definition", "parent", "origin", "version"], fill_value=""
    )
    standing: dict[str, CodeEntry] = {}
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    for row, (code, definition, parent, origin, version) in zip(rows.index, rows.itertuples(index=False), strict=True):
        column = _fault(code, origin, version, seen)
        if column:
            problems.append(Problem("AN006", file, int(row), column, "analysis:codebook"))
            continue
        seen.add((code, version))
        entry = CodeEntry(code, definition, parent, "deductive" if origin == "deductive" else "inductive", version)
        if code not in standing or _order(version) >= _order(standing[code].version):
            standing[code] = entry
    highest = max((entry.version for entry in standing.values()), key=_order, default="")
    return Codebook(highest, tuple(standing[code] for code in sorted(standing)), tuple(problems))


def compare_codebooks(old: Codebook, new: Codebook) -> CodebookChange:
    """Codes added, removed and redefined from one version to another, each sorted."""
    before, after = ({entry.code: entry for entry in book.codes} for book in (old, new))
    kept = before.keys() & after.keys()
    redefined = (c for c in kept if _meaning(before[c]) != _meaning(after[c]))
    return CodebookChange(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        redefined=tuple(sorted(redefined)),
    )


def _fault(code: str, origin: str, version: str, seen: set[tuple[str, str]]) -> str:
    """The column that makes a row useless, or ""."""
    if not CODE.fullmatch(code) or (code, version) in seen:
        return "code"
    if origin not in ("inductive", "deductive", ""):
        return "origin"
    return "version" if version and not CODE.fullmatch(version) else ""


def _meaning(entry: CodeEntry) -> tuple[str, str, str]:
    return " ".join(entry.definition.split()), entry.parent, entry.origin


def _order(version: str) -> list[tuple[int, str]]:
    """Versions in counting order: numbers by value, the rest by letter."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|[^\W\d_]+", version)]
