"""Peer debriefings: somebody who did not make the analysis challenges it (Lincoln and Guba 1985)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.checks import Problem
from study import Event, Fact, Reference, Subject
from trustworthiness.entries import (
    Digest,
    Entries,
    Entry,
    content_of,
    day_of,
    is_code,
    parts,
    rows_of,
    vanished,
    version_of,
)

FILE = "analysis/debriefings.csv"
OPTIONAL = ("changed_to",)
COLUMNS = (
    "debriefing_id", "debriefer", "analyst", "occurred", "materials", "challenges", "response", "changed", *OPTIONAL,
)  # fmt: skip
KIND = "debriefing.held"
CODEBOOK = "codebook:"
"""What begins the word in `changed_to` for a codebook version; the other words are claims."""


@dataclass(frozen=True, slots=True)
class Materials:
    """What a debriefing may name as its material, and who made it.

    `reference` gives the hashed reference of a file of the study, else None; `ids` are transcripts, claims and codings
    that may be named in place of a file. `authors` are the team codes of those who wrote a file or an id, `coders` of
    those who coded it. `team` are the codes of the team as the protocol spells them.
    """

    reference: Callable[[str], Reference | None] = lambda path: None
    ids: Collection[str] = ()
    authors: Mapping[str, Collection[str]] = field(default_factory=dict)
    coders: Mapping[str, Collection[str]] = field(default_factory=dict)
    team: Collection[str] = ()


def read_debriefings(
    table: pd.DataFrame,
    *,
    events: Sequence[Event],
    digest: Digest,
    coders: Collection[str] = (),
    leads: Collection[str] = (),
    materials: Materials = Materials(),
    claims: Collection[str] = (),
    codebooks: Collection[str] = (),
) -> Entries:
    """One debriefing.held a row of the text table (index = row in the file).

    A debriefing by the analyst, by who wrote the material debriefed on, or by who alone coded it, is refused (AN030);
    one by a co-analyst, who coded beside others, or a lead of the study is recorded and flagged (AN031). A path that
    leaves the study folder is refused (AN032). A material, claim or codebook version that does not exist is a query
    (AN038), and the rest of the row counts. Team codes count whatever their letter case, paths however they are spelt.
    """
    team = {code.casefold(): code for code in materials.team}
    flagged = _folded((*coders, *leads))
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row in rows_of(table, COLUMNS, FILE):
        cells = {name: _as_named(name, text, team) for name, text in row.cells.items()}
        id = cells["debriefing_id"]
        column = _fault(cells, seen)
        subject = f"debriefing:{id}" if is_code(id) else "analysis:debriefings"
        seen.add(id)
        if column:
            problems.append(Problem("AN032", row.file, row.number, column, subject))
            continue
        if _is_own(cells, materials):
            problems.append(Problem("AN030", row.file, row.number, "debriefer", subject))
            continue
        if cells["debriefer"].casefold() in flagged:
            problems.append(Problem("AN031", row.file, row.number, "debriefer", subject))
        for column in _unknown(cells, materials, claims, codebooks):
            problems.append(Problem("AN038", row.file, row.number, column, subject))
        entries.append(_entry(cells, row.cells, events, digest, materials, claims, codebooks))
    problems += vanished(events, KIND, "debriefing", seen, FILE, "debriefing")
    return Entries(tuple(entries), tuple(problems))


def _fault(cells: dict[str, str], seen: set[str]) -> str:
    """The column that makes a row useless, or ""."""
    if not is_code(cells["debriefing_id"]) or cells["debriefing_id"] in seen:
        return "debriefing_id"
    for column in ("debriefer", "analyst"):
        if not is_code(cells[column]):
            return column
    if day_of(cells["occurred"]) is None:
        return "occurred"
    if not cells["challenges"]:
        return "challenges"
    if cells["changed"] not in ("yes", "no"):
        return "changed"
    if any(_is_outside(material) for material in parts(cells["materials"])):
        return "materials"
    return "changed_to" if cells["changed_to"] and cells["changed"] == "no" else ""


def _folded(codes: Iterable[str]) -> set[str]:
    """Codes as they are compared: a letter case makes nobody another person."""
    return {code.strip().casefold() for code in codes}


def _as_named(column: str, text: str, team: Mapping[str, str]) -> str:
    """A cell of the row: team codes as the protocol spells them, paths without detours."""
    if column in ("debriefer", "analyst"):
        return team.get(text.casefold(), text)
    return ";".join(_plain(part) for part in parts(text)) if column == "materials" else text


def _plain(material: str) -> str:
    """A path without `./`, `//` and `..`; with forward slashes; other text stays as it is."""
    path = material.replace("\\", "/")
    return posixpath.normpath("/".join(step.strip() for step in path.split("/"))) if _has_detour(path) else path


def _has_detour(path: str) -> bool:
    steps = path.split("/")
    return len(steps) > 1 and any(step != step.strip() or step in ("", ".", "..") for step in steps)


def _is_outside(material: str) -> bool:
    """True for a path that leaves the study folder, or begins at the top of a disk."""
    return material == ".." or material.startswith(("../", "/")) or material[1:3] in (":/", ":\\")


def _is_own(cells: dict[str, str], materials: Materials) -> bool:
    """True when the debriefer is the analyst, wrote what the debriefing is about, or alone coded it."""
    debriefer = cells["debriefer"].casefold()
    named = _folded(parts(cells["materials"]))
    writers = [who for material, makers in materials.authors.items() if material.casefold() in named for who in makers]
    alone = [makers for material, makers in materials.coders.items() if material.casefold() in named]
    return debriefer in _folded((cells["analyst"], *writers)) or {debriefer} in [_folded(m) for m in alone]


def _unknown(
    cells: dict[str, str], materials: Materials, claims: Collection[str], codebooks: Collection[str]
) -> Iterator[str]:
    """The columns that name what the study does not have."""
    named = (m for m in parts(cells["materials"]) if m not in materials.ids)
    if any(materials.reference(material) is None for material in named):
        yield "materials"
    changed = parts(cells["changed_to"])
    books = {word.removeprefix(CODEBOOK) for word in changed if word.startswith(CODEBOOK)}
    if not books <= set(codebooks) or not {w for w in changed if not w.startswith(CODEBOOK)} <= set(claims):
        yield "changed_to"


def _entry(
    cells: dict[str, str],
    written: Mapping[str, str],
    events: Sequence[Event],
    digest: Digest,
    materials: Materials,
    claims: Collection[str],
    codebooks: Collection[str],
) -> Entry:
    id = cells["debriefing_id"]
    references = (materials.reference(m) for m in parts(cells["materials"]) if m not in materials.ids)
    changed = parts(cells["changed_to"])
    named = tuple(word for word in changed if word in claims)
    books = tuple(b for w in changed if w.startswith(CODEBOOK) and (b := w.removeprefix(CODEBOOK)) in codebooks)
    content = content_of({**written, "known": [*named, *books]}, digest, optional=(*OPTIONAL, "known"))
    fact = Fact(
        KIND,
        cells["occurred"],
        subject=(Subject("debriefing", id),),
        used=tuple(dict.fromkeys(r for r in references if r is not None)),
        data={
            "debriefing": id,
            "debriefer": cells["debriefer"],
            "analyst": cells["analyst"],
            "changed": cells["changed"] == "yes",
            "version": version_of(events, KIND, "debriefing", id, content),
            "content": content,
            **({"codebook": books[-1]} if books else {}),
            **({"claims": named} if named else {}),
        },
    )
    document = {name: value for name, value in cells.items() if value or name not in OPTIONAL}
    return Entry(fact, {**document, "materials": list(parts(cells["materials"]))})
