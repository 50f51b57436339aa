"""The stages of the sample as an auditor may see them: sites as they are, people and their scores only of k or more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pages.dossier_counts import HIDDEN, rounded
from pages.sample_section import Site, Stage
from pages.trail_words import ASSURANCE
from study.objects import NotStored
from study.protocol.sampling import StageSpec
from tasks.sample_section import stage_section
from tasks.standing import Standing
from tasks.workspace import Workspace
from trustworthiness.dossier import Stage as StageLine


def stage_lines(place: Workspace, standing: Standing) -> list[StageLine]:
    """Each stage as the trail holds it; of people no ids."""
    stages = []
    for spec in place.protocol.sampling.stages:
        state = standing.sample.stages.get(spec.name)
        if state is not None and state.latest is not None:
            latest = state.latest
            sites = state.selected if spec.of == "sites" else ()
            stages.append(
                StageLine(
                    spec.name,
                    spec.strategy,
                    spec.rationale,
                    latest.eligible,
                    sites,
                    latest.status,
                    state.is_approved(latest),
                )
            )
    return stages


def stage_sections(place: Workspace, standing: Standing, lines: Iterable[StageLine]) -> tuple[Stage, ...]:
    """Each stage with its pictures, from out/sample/; where that is not there, from the trail alone."""
    sure = {taken.event: ASSURANCE[taken.assurance] for taken in standing.decisions}
    known = {line.name: line for line in lines}
    k = place.protocol.disclosure.k
    return tuple(
        _section(place, spec, known[spec.name], sure, k)
        for spec in place.protocol.sampling.stages
        if spec.name in known
    )


def _section(place: Workspace, spec: StageSpec, line: StageLine, sure: Mapping[str, str], k: int) -> Stage:
    try:
        made: dict[str, Any] = json.loads(place.out.get(f"sample/{spec.name}.json"))
    except NotStored:
        return _from_trail(line)
    by = ""
    if made["approved_by"] and made["standing"] == "approved":
        by = f" by {made['approved_by']} ({sure.get(made['approval'], ASSURANCE['declared'])})"
    stage = _without_small_scores(stage_section(spec, made, by, sure), k)
    if spec.of == "people":
        size, eligible = rounded(int(made["size"]), k), rounded(int(made["eligible"]), k)
        method = spec.strategy.replace("_", " ").capitalize()
        stage = replace(
            stage,
            strategy=f"{method} sampling: {size} of {eligible} eligible people, proposal {made['proposal']}",
            proof="",
            proven=(),
            notes=(),
            coverage=(),
            balance=(),
            differences=(),
            compared=(),
            second_best="",
            stability=(),
            evaluated="",
            stands="",
            replaced=(),
            overridden=(),
        )
    return stage


def _without_small_scores(stage: Stage, k: int) -> Stage:
    """The stage without means of fewer than k respondents, in the table and as an axis of the picture."""
    small = {c.column for c in stage.from_surveys if any(int(n.replace(",", "")) < k for *_, n in c.rows)}
    kept = [i for i, scale in enumerate(stage.scales) if scale.name not in small]
    return replace(
        stage,
        scales=tuple(stage.scales[i] for i in kept),
        lines=tuple(replace(course, places=tuple(course.places[i] for i in kept)) for course in stage.lines),
        from_surveys=tuple(
            replace(
                column,
                rows=tuple(
                    row if int(row[3].replace(",", "")) >= k else (row[0], HIDDEN, HIDDEN, f"fewer than {k}")
                    for row in column.rows
                ),
            )
            for column in stage.from_surveys
        ),
    )


def _from_trail(line: StageLine) -> Stage:
    return Stage(
        name=line.name,
        strategy=f"{line.strategy.replace('_', ' ').capitalize()} sampling",
        rationale=line.rationale,
        standing="approved" if line.approved else "not approved",
        tone="good" if line.approved else "warn",
        proof=f"Answer {line.status.replace('_', ' ')}.",
        chosen=tuple(Site(site, "selected") for site in line.selected),
    )
