"""What the survey files of a study are understood as before a run: read by their headers, nothing recorded."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence.survey import Asked, read_surveys
from evidence.survey import Survey as SurveyFile
from evidence.survey.dictionary import DataDictionary
from evidence.survey.own_checks import read_own_checks
from study import Protocol, StudyError
from study.errors import Fault
from study.protocol.material import Survey
from tasks.survey_files import dictionary_of, no_names, own_path

_COLUMNS = ("key", "site", "interview_date", "start", "end", "wave_column")
_NAMED = 12


@dataclass(frozen=True, slots=True)
class SurveyProof:
    """A sentence for each survey file that can be read, and what would mend the others."""

    said: tuple[str, ...]
    faults: tuple[Fault, ...]


def survey_proof(root: Path, protocol: Protocol) -> SurveyProof:
    """Look at every survey's files, the columns study.yaml names and the team's own checks; no answer is read."""
    faults: list[Fault] = []
    there: list[tuple[int, Survey]] = []
    for number, spec in enumerate(protocol.surveys):
        missing = list(_missing(root, number, spec))
        faults += missing
        if (root / spec.file).is_file():
            there.append((number, spec))
    said = []
    asked = [Asked(root / spec.file, spec.file, encoding=spec.encoding, columns=()) for _, spec in there]
    for (number, spec), read in zip(there, read_surveys(asked), strict=True):
        if isinstance(read, StudyError):
            faults.append(Fault(spec.file, read.what, read.remedy))
            names: tuple[str, ...] | None = None
        else:
            names = read.dictionary.names
        dictionary, of_dictionary = _dictionary(root, spec)
        own, of_own = _own(root, protocol, spec, dictionary)
        faults += [*of_dictionary, *of_own]
        if isinstance(read, SurveyFile) and (no_header := no_names(spec, read, dictionary)):
            what, _, remedy = no_header.partition(". ")
            faults.append(Fault(spec.file, what, remedy))
            continue
        if names is not None:
            faults += _columns(number, spec, names, dictionary)
        if isinstance(read, SurveyFile):
            said.append(_sentence(spec, read, dictionary, own))
    return SurveyProof(tuple(said), tuple(faults))


def _missing(root: Path, number: int, spec: Survey) -> Iterator[Fault]:
    """Files that study.yaml names for a survey and that are not there."""
    for key in ("file", "dictionary", "catalog", "distribution", "checks"):
        path = getattr(spec, key)
        if path and not (root / path).is_file():
            where = f"study.yaml, surveys.{number}.{key}"
            remedy = "Put it there, or correct the name."
            if key == "dictionary" and (root / spec.file).is_file():
                remedy = f"Correct the name, or have one proposed: `fieldtrail dictionary {spec.file}`."
            yield Fault(where, f"there is no file {path}", remedy)


def _dictionary(root: Path, spec: Survey) -> tuple[DataDictionary | None, list[Fault]]:
    """The data dictionary and its faults; None where it is not there, which is said elsewhere."""
    if not (root / spec.dictionary).is_file():
        return None, []
    dictionary = dictionary_of(spec, (root / spec.dictionary).read_bytes())
    return dictionary, list(dictionary.faults)


def _own(root: Path, protocol: Protocol, spec: Survey, dictionary: DataDictionary | None) -> tuple[int, list[Fault]]:
    """How many checks of the team's own there are, and the faults of their file."""
    path = own_path(spec)
    if not (root / path).is_file():
        return 0, []
    names = dictionary.names if dictionary else None
    found = read_own_checks((root / path).read_bytes(), path, names, codes=protocol.participants.code_pattern)
    return len(found.checks), list(found.faults)


def _columns(number: int, spec: Survey, names: Collection[str], dictionary: DataDictionary | None) -> Iterator[Fault]:
    """Columns that the protocol or the data dictionary names and the file does not have."""
    here = f"study.yaml, surveys.{number}"
    named = [(f"{here}.{key}", column) for key in _COLUMNS if (column := getattr(spec, key))]
    named += [(f"{here}.scales.{i}.items", item) for i, scale in enumerate(spec.scales) for item in scale.items]
    for where, column in named:
        if column not in names:
            yield Fault(where, f"{spec.file} has no column {column}", _meant(column, names))
        elif dictionary and dictionary.variables and column not in dictionary:
            yield Fault(where, f"{spec.dictionary} does not describe {column}", "Write a row for it.")
    declared = [v for v in dictionary.variables if not v.waves or spec.wave in (None, *v.waves)] if dictionary else []
    absent = [v.name for v in declared if v.name not in names]
    if absent:
        shown = ", ".join(absent[:_NAMED]) + (f" and {len(absent) - _NAMED} more" if len(absent) > _NAMED else "")
        remedy = "Export the file again with them, or take them out of the data dictionary."
        yield Fault(spec.dictionary, f"{spec.file} has no column {shown}", remedy)


def _meant(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), 1, 0.6)
    return f"Did you mean {near[0]}?" if near else "Correct the name, or export the file with it."


def _sentence(spec: Survey, read: SurveyFile, dictionary: DataDictionary | None, own: int) -> str:
    names = read.dictionary.names
    described = sum(name in dictionary for name in names) if dictionary else 0
    rows = f"{read.declared_rows:,} rows and " if read.declared_rows else ""
    checks = f"; {own} check{'s' * (own != 1)} of the team's own" if own else ""
    return f"{spec.file} ({read.format}) has {rows}{len(names)} variables, {described} in its data dictionary{checks}."
