"""What a survey of the protocol consists of as it lies now: its file, data dictionary, own checks and what it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evidence.survey import Survey as SurveyFile
from evidence.survey import sniff
from evidence.survey.dictionary import DataDictionary, read_dictionary
from evidence.survey.header_row import is_headless
from evidence.survey.own_checks import OwnCheck, read_own_checks
from evidence.survey.redcap_export import with_own_columns
from expectations.catalogue import CATALOGUE
from study import Fact, Query, Reference, Subject
from study.errors import Fault
from study.identifiers import digest
from study.objects import NotStored
from study.protocol.material import Survey
from study.query import place as place_of
from tasks.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SurveyFiles:
    """The files around a survey: its `dictionary`, None without a usable one; the team's `own` checks; the `catalog`.

    `reference` is the survey file's, None where it is not there. `used` are references to the other files, `digests`
    their SHA-256 by role, `faults` a query for each thing that is wrong with them.
    """

    spec: Survey
    reference: Reference | None
    dictionary: DataDictionary | None
    own: tuple[OwnCheck, ...]
    catalog: bytes | None
    used: tuple[Reference, ...]
    digests: Mapping[str, str]
    faults: tuple[Query, ...]


def survey_files(place: Workspace, spec: Survey) -> SurveyFiles:
    """Everything a survey rests on but its answers, which are only hashed here, however long the file is."""
    try:
        reference = place.reference_to(spec.file)
    except NotStored:
        reference = None
    dictionary, in_dictionary = _dictionary(place, spec)
    own, in_own = _own(place, spec, dictionary)
    catalog = _stored(place, spec.catalog)
    faults = [*in_dictionary, *in_own]
    if spec.catalog and catalog is None:
        what = "The SAS catalog that study.yaml names is not there: put it there, or take its name out."
        faults.append(raised(place, spec, "SV005", spec.catalog, what))
    named = {"dictionary": spec.dictionary, "own checks": own_path(spec), "catalog": spec.catalog}
    named["distribution"] = spec.distribution
    found = {role: (path, data) for role, path in named.items() if path and (data := _stored(place, path)) is not None}
    return SurveyFiles(
        spec,
        reference,
        dictionary,
        own,
        catalog,
        tuple(place.reference(p, d, personal=role == "distribution") for role, (p, d) in found.items()),
        {role: digest(data) for role, (_, data) in found.items()},
        tuple(faults),
    )


def received(place: Workspace, spec: Survey, data: bytes) -> Fact:
    """That the survey's file arrived, by the bytes that are read and judged."""
    return Fact(
        "survey.received",
        place.instant,
        subject=(Subject("survey", spec.name),),
        generated=(place.reference(spec.file, data, personal=True),),
        data={"format": sniff(data) or "unknown"},
    )


def no_names(spec: Survey, read: SurveyFile, dictionary: DataDictionary | None) -> str:
    """What is said of a table whose first row does not name its columns, "" where it does.

    It holds no name of a column: where the names are missing, they are somebody's answers.
    """
    columns = (spec.key, spec.site, spec.interview_date, spec.start, spec.end, spec.wave_column)
    if not is_headless(read, dictionary.names if dictionary else (), [name for name in columns if name]):
        return ""
    known = (
        "None, or nearly none, of its columns is in the data dictionary"
        if dictionary
        else "Its names look like answers"
    )
    return (
        f"The first row of the survey file does not seem to name the columns. {known}: is the header row missing? "
        "Export the file again with the names of the variables in its first row, or correct `file` and `dictionary` "
        "in study.yaml."
    )


def dictionary_of(spec: Survey, data: bytes) -> DataDictionary:
    """The data dictionary, with the columns of REDCap's own that study.yaml names: they need no row in it."""
    named = (spec.site, spec.interview_date, spec.start, spec.end, spec.wave_column)
    return with_own_columns(read_dictionary(data, spec.dictionary), [name for name in named if name])


def own_path(spec: Survey) -> str:
    """The path of the team's own checks: as study.yaml names it, else surveys/<name>.checks.csv."""
    return spec.checks or f"surveys/{spec.name}.checks.csv"


def raised(
    place: Workspace, spec: Survey, check: str, path: str, message: str, ordinal: int = 0, where: str = ""
) -> Query:
    """A query that no suite raises, on a file of the survey."""
    return Query.raised(
        check,
        CATALOGUE[check].severity,
        study=place.protocol.id,
        subject=f"survey:{spec.name}",
        place=place_of(place.ref(path), "", ordinal),
        where=where or path,
        message=message[:1].upper() + message[1:],
    )


def _dictionary(place: Workspace, spec: Survey) -> tuple[DataDictionary | None, list[Query]]:
    """The data dictionary, and a query for each fault; None when there is no usable one."""
    data = _stored(place, spec.dictionary)
    if data is None:
        what = "The data dictionary is not there: put it there, or correct its name in study.yaml."
        return None, [raised(place, spec, "SV004", spec.dictionary, what)]
    dictionary = dictionary_of(spec, data)
    queries = [_of_fault(place, spec, "SV004", spec.dictionary, f, i) for i, f in enumerate(dictionary.faults)]
    return (dictionary if dictionary.variables else None), queries


def _own(place: Workspace, spec: Survey, dictionary: DataDictionary | None) -> tuple[tuple[OwnCheck, ...], list[Query]]:
    """The team's own checks, and a query for each fault of their file; without one that is named there is a fault."""
    path = own_path(spec)
    data = _stored(place, path)
    if data is None:
        what = "The file with the team's own checks is not there: put it there, or correct its name in study.yaml."
        return (), [raised(place, spec, "SV093", path, what)] if spec.checks else []
    names = dictionary.names if dictionary else None
    found = read_own_checks(data, path, names, codes=place.protocol.participants.code_pattern)
    return found.checks, [_of_fault(place, spec, "SV093", path, fault, i) for i, fault in enumerate(found.faults)]


def _of_fault(place: Workspace, spec: Survey, check: str, path: str, fault: Fault, ordinal: int) -> Query:
    what = f"{fault.what[:1].upper()}{fault.what[1:]}. {fault.remedy}"
    return raised(place, spec, check, path, what, ordinal, fault.where)


def _stored(place: Workspace, path: str | None) -> bytes | None:
    if path is None:
        return None
    try:
        return place.files.get(path)
    except NotStored:
        return None
