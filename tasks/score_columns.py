"""Scores of sites from surveys as columns of a stage's sampling frame, and what its record says of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from evidence.survey.site_scores import SiteScore
from sampling import Design, Frame
from sampling.frame_faults import design_columns
from study import Reference, StudyError
from study.identifiers import digest
from study.protocol.sampling import ScoreColumn, StageSpec
from tasks.survey_scores import survey_scores
from tasks.workspace import Workspace

PLACES = 4
"""Decimals of a mean in the frame: the same answers give the same cell on every machine."""


@dataclass(frozen=True, slots=True)
class ScoredColumn:
    """One column that came from a survey: whence, the sites of the frame that have a score, how many have none.

    `elsewhere_count` sites of the survey have a score and are not in the frame.
    """

    wanted: ScoreColumn
    sites: tuple[SiteScore, ...]
    without_count: int
    elsewhere_count: int
    judged: str
    file: Reference

    def as_document(self) -> dict[str, Any]:
        """For the record beside the proposal, which is the team's."""
        rows = [
            {"site_id": s.site_id, "n": s.n, "mean": _cut(s.mean), "low": _cut(s.low), "high": _cut(s.high)}
            for s in self.sites
        ]
        return {
            **self.wanted.model_dump(),
            "validated": self.judged,
            "without_count": self.without_count,
            "elsewhere_count": self.elsewhere_count,
            "sites": rows,
        }


def with_scores(
    place: Workspace, stage: StageSpec, design: Design, frame: Frame
) -> tuple[Frame, tuple[ScoredColumn, ...]]:
    """The frame of a stage with the score columns its design names; itself where there are none.

    StudyError where no site has a score.

    Only sites of the frame whose mean may stand have a score, and none that rests on fewer respondents than
    `disclosure.k`, because a sample's reasons are read outside the team, too. Waiting while a survey is not validated.
    """
    named = set(design_columns(design))
    wanted = [one for one in place.protocol.sampling.scores if one.column in named] if stage.of == "sites" else []
    if not wanted:
        return frame, ()
    columns = tuple(_scored(place, one, frame) for one in wanted)
    cells = {c.wanted.column: {s.site_id: f"{s.mean:.{PLACES}f}" for s in c.sites} for c in columns}
    return frame.with_columns(cells, _made_of(columns)), columns


def _scored(place: Workspace, wanted: ScoreColumn, frame: Frame) -> ScoredColumn:
    spec = next(survey for survey in place.protocol.surveys if survey.name == wanted.survey)
    found = survey_scores(place, spec)
    ids = set(frame.ids)
    fewest = place.protocol.disclosure.k
    stand = [s for s in found.scales[wanted.scale].sites if s.may_stand and s.n >= fewest]
    sites = tuple(s for s in stand if s.site_id in ids)
    if not sites:
        raise _without_any(wanted, frame, has_scores=bool(stand), fewest=fewest)
    return ScoredColumn(wanted, sites, len(ids) - len(sites), len(stand) - len(sites), found.judged.id, found.file)


def _without_any(wanted: ScoreColumn, frame: Frame, *, has_scores: bool, fewest: int) -> StudyError:
    """Why no site of the frame has a score, and what to do."""
    if has_scores:
        return StudyError(
            f"no site with a score in the survey {wanted.survey} is in the sampling frame",
            where=f"{frame.name}, column {frame.id_column}",
            remedy="Write the sites' ids alike in survey and frame.",
        )
    return StudyError(
        f"no site's mean of the scale {wanted.scale} may stand for it in the survey {wanted.survey}",
        where="study.yaml, sampling.scores",
        remedy=f"Wait for more answers (at least {fewest} at a site), or look at the scale's `site_score`.",
    )


def _made_of(columns: Iterable[ScoredColumn]) -> str:
    """The digest of the scores: means, numbers of respondents and intervals, not which run judged the survey."""
    rows = []
    for column in columns:
        document = column.as_document()
        rows.append({k: document[k] for k in ("survey", "scale", "column", "sites")})
    return digest(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode())


def _cut(value: float) -> float:
    return round(value, PLACES)
