"""Scales' scores by site, from surveys as they are validated: for the sampling frame and the joint display.

Only a survey whose latest judgement is of its files as they lie now, that can be read and that no open query blocks, is
scored; answers the gate of the survey refuses count nowhere. What was scored is kept under
restricted/readings/surveys/, so that the file is not read again; it can be deleted at any time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from evidence.survey import READER_VERSION, read_survey
from evidence.survey.dictionary import DataDictionary
from evidence.survey.features import answers_as_declared
from evidence.survey.scale_report import sites_of
from evidence.survey.scales import Scale, scales_of
from evidence.survey.site_scores import ScoresBySite, SiteScore
from study import Event, Reference, StudyError
from study.identifiers import digest
from study.objects import NotStored
from study.protocol.material import Survey
from tasks.readings import FOLDER
from tasks.sampling_stages import Waiting
from tasks.survey_files import dictionary_of
from tasks.survey_links import links, people
from tasks.survey_verdicts import current_verdict, is_usable, last_judgement, undescribed
from tasks.workspace import Workspace

SCORES_VERSION = 2
"""Rises when the same answers are scored otherwise than before."""


@dataclass(frozen=True, slots=True)
class SurveyScores:
    """What a survey's scales say by site, the judgement they rest on, and a reference to the file."""

    scales: Mapping[str, ScoresBySite]
    judged: Event
    file: Reference


def survey_scores(place: Workspace, spec: Survey) -> SurveyScores:
    """The scores by site of every scale that declares `site_score`; Waiting, with what for, where none can be given."""
    try:
        file = place.reference_to(spec.file)
        dictionary = place.files.get(spec.dictionary)
    except NotStored:
        raise Waiting(f"waits until the survey {spec.name} and its data dictionary are there") from None
    judged = _judged(place, spec)
    known = people(place)
    scope = [known.digest, place.today.isoformat()] if spec.linkage == "coded" else []
    versions = [SCORES_VERSION, READER_VERSION]
    rests_on = [*versions, file.hmac, digest(dictionary), spec.model_dump(mode="json"), scope]
    made_of = digest(json.dumps(rests_on, sort_keys=True, default=str).encode())
    scales = _kept(place, spec, made_of)
    if scales is None:
        scales = _measured(place, spec, dictionary_of(spec, dictionary))
        document = {"made_of": made_of, "scales": {name: asdict(of) for name, of in scales.items()}}
        place.restricted.put(_key(spec), json.dumps(document, ensure_ascii=False, sort_keys=True).encode())
    return SurveyScores(scales, judged, file)


def _judged(place: Workspace, spec: Survey) -> Event:
    """The latest judgement, if it is of the files as they lie now and lets the survey be used."""
    latest = last_judgement(place.events(["survey.validated"]), spec)
    verdict = current_verdict(place, spec)
    if latest is None or verdict is None:
        raise Waiting(f"waits until the survey {spec.name}, as it lies there now, is validated")
    if not is_usable(place, spec):
        what = "can be read" if verdict == "unreadable" else "is no longer blocked by a query"
        raise Waiting(f"waits until the survey {spec.name} {what}")
    return latest


def _measured(place: Workspace, spec: Survey, dictionary: DataDictionary) -> dict[str, ScoresBySite]:
    """The scales by site, from the columns they need; a row the gate refuses belongs to no site."""
    wanted = [scale for scale in scales_of(spec.scales, dictionary, minimum_alpha=0) if scale.site_score]
    try:
        values = _values(place, spec, dictionary, wanted)
    except (StudyError, NotStored):
        raise Waiting(f"waits until the survey {spec.name} can be read") from None
    if spec.site not in values:
        return {scale.name: ScoresBySite() for scale in wanted}
    sites = values[spec.site].astype(object)
    if spec.linkage == "coded":
        if missing := undescribed(spec, values):
            raise Waiting(f"waits until the data dictionary of {spec.name} describes its column {missing[0]}")
        sites = sites.mask(_refused(links(people(place), spec, values)))
    return {scale.name: sites_of(scale, values, dictionary, sites) for scale in wanted}


def _refused(linked: pd.DataFrame) -> pd.Series:
    """Whose answers count nowhere: of people not registered, without consent on the day, or withdrawn.

    An answer whose key an erasure took stays; without a registry nobody's does.
    """
    if "respondent:is_registered" not in linked:
        return pd.Series(True, linked.index)
    against = {"is_registered": False, "has_consent": False, "is_withdrawn": True}
    said = [linked[f"respondent:{name}"].eq(no) for name, no in against.items()]
    refused: pd.Series = pd.concat(said, axis=1).any(axis=1)
    return refused


def _values(place: Workspace, spec: Survey, dictionary: DataDictionary, scales: Sequence[Scale]) -> pd.DataFrame:
    named = [spec.site, spec.key, spec.interview_date, spec.start, spec.end]
    named += [item for scale in scales for item in scale.items]
    columns = [name for name in dict.fromkeys(named) if name and name in dictionary]
    catalog = place.files.get(spec.catalog) if spec.catalog else None
    read = read_survey(
        place.files.get(spec.file), name=spec.file, catalog=catalog, encoding=spec.encoding, columns=columns
    )
    return answers_as_declared(read, dictionary).values


def _kept(place: Workspace, spec: Survey, made_of: str) -> dict[str, ScoresBySite] | None:
    """What was scored before, if it was of the same; None where there is nothing of use."""
    try:
        document: dict[str, Any] = json.loads(place.restricted.get(_key(spec)))
    except (NotStored, ValueError):
        return None
    if document.get("made_of") != made_of:
        return None
    return {
        name: ScoresBySite(**{**of, "sites": tuple(SiteScore(**site) for site in of["sites"])})
        for name, of in document["scales"].items()
    }


def _key(spec: Survey) -> str:
    return f"{FOLDER}surveys/{spec.name}.scores.json"
