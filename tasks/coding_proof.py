"""What codebook and exports of coding tools are understood as before a run: read and named, nothing recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis import Codebook
from analysis.coding_tools import ToolExport, codebook_from, read_codebook_file
from analysis.named import CodeNames, StudyNames
from pages.layout import plural
from study import Protocol, StudyError
from study.errors import Fault
from tasks.coding_imports import ReadExport, notes_of, read_imports
from tasks.coding_sources import study_names
from tasks.read import parse_table

IMPORTS = "study.yaml, analysis.imports"
INTERVIEWS = "registers/interviews.csv"
_NAMED = 8


@dataclass(frozen=True, slots=True)
class CodingProof:
    """Sentences on what each export is, and what would mend the others."""

    said: tuple[str, ...]
    faults: tuple[Fault, ...]


def coding_proof(root: Path, protocol: Protocol, interviews: pd.DataFrame | None = None) -> CodingProof:
    """Read the codebook and every export, and name their documents, coders and codes; `interviews` is that register
    where study.yaml maps it. No transcript is read, so no word is looked up."""
    faults = list(_names_in_protocol(protocol))
    read = read_imports(root, protocol)
    codebook, of_codebook = _codebook(root, protocol, read)
    faults += of_codebook
    said = list(notes_of(read))
    known = _interviews(root, interviews)
    names = study_names(protocol, known or ())
    for one in read:
        if one.export is None:
            faults.append(Fault(one.spec.file, *_halves(one.refused)))
            continue
        said += _understood(one, one.export, names, codebook, known)
        version = one.spec.codebook
        if version and codebook is not None and any(codebook.versions) and version not in codebook.versions:
            told = ", ".join(v for v in codebook.versions if v)
            faults.append(Fault(IMPORTS, f"the codebook has no version {version}", f"It tells of {told}."))
    return CodingProof(tuple(said), tuple(faults))


def _names_in_protocol(protocol: Protocol) -> Iterator[Fault]:
    team = {person.code for person in protocol.team}
    files = [spec.file for spec in protocol.analysis.imports]
    for i, spec in enumerate(protocol.analysis.imports):
        if spec.coder and spec.coder not in team:
            yield Fault(
                f"{IMPORTS}.{i}.coder", f"{spec.coder} is not in the team", "Correct the code, or add the person."
            )
        if spec.file in files[:i]:
            yield Fault(f"{IMPORTS}.{i}.file", "the file is named twice", "Take one of the two out.")
    for code in protocol.analysis.coders.values():
        if code not in team:
            where = "study.yaml, analysis.coders"
            yield Fault(where, f"{code} is not in the team", "Correct the code, or add the person.")


def _codebook(root: Path, protocol: Protocol, read: list[ReadExport]) -> tuple[Codebook | None, list[Fault]]:
    path = protocol.analysis.codebook
    if (root / path).is_file():
        try:
            return read_codebook_file((root / path).read_bytes(), path), []
        except StudyError as error:
            return None, [Fault(path, error.what, error.remedy)]
    brought = (one.export for one in read if one.export is not None and one.export.is_codebook)
    export = next(brought, None)
    if export is not None:
        return codebook_from(export, path), []
    lacking = Fault("study.yaml, analysis.codebook", f"there is no file {path}, and no export brings a codebook",
                    "Export the codebook as well.")  # fmt: skip
    return None, [lacking] if read else []


def _interviews(root: Path, mapped: pd.DataFrame | None) -> set[str] | None:
    """The ids of the register; None where there is none yet."""
    table = mapped
    if table is None and (root / INTERVIEWS).is_file():
        try:
            table = parse_table((root / INTERVIEWS).read_bytes(), INTERVIEWS)
        except StudyError:
            return None  # reported with the registers
    return None if table is None or "interview_id" not in table else set(table["interview_id"]) - {""}


def _understood(
    one: ReadExport, export: ToolExport, names: StudyNames, codebook: Codebook | None, known: Collection[str] | None
) -> Iterator[str]:
    """How many documents, coders and codes of an export the study knows; documents it does not by their number."""
    file = one.spec.file
    if known is not None and export.sources:
        unknown = [name for name in export.sources if names.interview(name)[1]]
        sentence = f"{file}: {plural(len(export.sources) - len(unknown), 'document')} known as an interview"
        listed = _listed(map(_numbers(export).__getitem__, unknown))
        more = f", not document {listed}; write those into analysis.sources" if unknown else ""
        yield f"{sentence}{more}."
    coders = sorted(set(export.segments["coder"]))
    strangers = [coder for coder in coders if not names.coder(coder, one.spec.coder or "")]
    if strangers:
        shown = _listed(coder or "nobody named" for coder in strangers)
        yield f"{file}: coders who are nobody in the team: {shown}; write them into analysis.coders."
    if codebook is not None:
        ours = CodeNames(codebook)
        called = {entry.code: entry.name or entry.code for entry in export.codes}
        used = set(export.segments["code"])
        lost = [e for e in export.codes if e.code in used and not ours.named(e, called.get(e.parent, e.parent))]
        if lost:
            yield f"{file}: codes that are not in the codebook: {_listed(entry.name or entry.code for entry in lost)}."


def _numbers(export: ToolExport) -> dict[str, str]:
    """Each document by its number in the file, in a table with its first row: its name may be somebody's."""
    if export.tool == "refi_qda":
        return {name: str(number) for number, name in enumerate(export.sources, 1)}
    rows = export.segments.groupby("source")["row"].min()
    return {name: f"{number} (first in row {rows[name]})" for number, name in enumerate(export.sources, 1)}


def _listed(names: Iterator[str] | map[str]) -> str:
    shown = list(names)
    return ", ".join(shown[:_NAMED]) + (f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else "")


def _halves(sentence: str) -> tuple[str, str]:
    what, _, remedy = sentence.partition(". ")
    return what[:1].lower() + what[1:], remedy
