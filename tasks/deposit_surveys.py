"""Survey answers for a deposit: from clean exports as they were recorded, of people who consent to archiving."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from evidence.survey.dictionary import Code, DataDictionary
from evidence.survey.linkage import Spellings
from study.objects import NotStored
from study.protocol.material import Survey
from tasks.deposit_record import STEP
from tasks.exported import export_folder
from tasks.gates import Gatekeeper
from tasks.survey_files import survey_files
from tasks.workspace import Workspace
from trustworthiness.deposit import guarded, survey_csv


@dataclass(frozen=True, slots=True)
class DepositedSurvey:
    """One survey for a package: its files and rows, or why it is not in."""

    name: str
    files: dict[str, bytes]
    rows: int = 0
    why: str = ""


def deposited_surveys(place: Workspace, gates: Gatekeeper) -> Iterator[DepositedSurvey]:
    """Every survey of the protocol, with what of it may be deposited."""
    for spec in place.protocol.surveys:
        try:
            yield _survey(place, spec, gates)
        except _Out as out:
            yield DepositedSurvey(spec.name, {}, why=str(out))


class _Out(Exception):
    """Why a survey is not in the package."""


def _survey(place: Workspace, spec: Survey, gates: Gatekeeper) -> DepositedSurvey:
    k = place.protocol.disclosure.k
    frame = _exported(place, spec)
    if spec.linkage == "coded":
        if spec.key not in frame:
            raise _Out("its clean export does not say whose answers they are")
        mine = [_consents(place, gates, str(key)) for key in frame[spec.key]]
        frame = frame[pd.Series(mine, index=frame.index, dtype=bool)]
    if len(frame) < k:
        raise _Out(f"fewer than {k} people consent to its archiving")
    dictionary = survey_files(place, spec).dictionary
    if dictionary is None:
        raise _Out("its data dictionary cannot be read")
    kept = guarded(frame.reset_index(drop=True), k, drop=dict(_dropped(spec, dictionary)))
    if kept.frame.empty:
        raise _Out("no variable of it may be deposited")
    folder = f"data/surveys/{spec.name}"
    listed = _variables(dictionary, kept.frame, kept.left_out)
    files = {f"{folder}.csv": survey_csv(kept.frame), f"{folder}.variables.csv": listed}
    return DepositedSurvey(spec.name, files, len(kept.frame))


def _exported(place: Workspace, spec: Survey) -> pd.DataFrame:
    """The newest clean export, as the trail knows it."""
    events = [e for e in place.events(["survey.exported"]) if e.subject_id("survey") == spec.name]
    path = f"restricted/{export_folder(spec.name)}{spec.name}.parquet"
    try:
        body = place.restricted.get(path.removeprefix("restricted/"))
    except NotStored:
        raise _Out("no clean export of it lies in restricted/exports (export-surveys makes one)") from None
    last = max(events, key=lambda e: (e.recorded_at, e.id), default=None)
    if last is None or place.reference(path, body, personal=True) not in last.generated:
        raise _Out("its clean export is not as it was recorded")
    return pd.read_parquet(io.BytesIO(body))


def _consents(place: Workspace, gates: Gatekeeper, key: str) -> bool:
    codes = place.known_trail_codes()
    trail = codes.get(Spellings(codes).meant(key) or "")
    return trail is not None and not gates.ask(STEP, trail)


def _dropped(spec: Survey, dictionary: DataDictionary) -> Iterator[tuple[str, str]]:
    for name in (spec.key, spec.site, spec.interview_date, spec.start, spec.end, spec.wave_column):
        if name:
            yield name, "it leads to a person, a site or a day"
    for variable in dictionary.variables:
        if variable.identifies:
            yield variable.name, f"the data dictionary says that it identifies ({variable.identifies})"


def _variables(dictionary: DataDictionary, frame: pd.DataFrame, left_out: Mapping[str, str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("variable", "label", "values", "missing", "deposited"))
    for variable in dictionary.variables:
        codes = (_listed(variable.values), _listed(variable.missing))
        is_in = "yes" if variable.name in frame else left_out.get(variable.name, "not in the clean export")
        writer.writerow((variable.name, variable.label, *codes, is_in))
    return out.getvalue().encode()


def _listed(codes: Mapping[Code, str]) -> str:
    pairs = codes.items()
    return "; ".join(f"{code:g}={label}" if isinstance(code, float) else f"{code}={label}" for code, label in pairs)
