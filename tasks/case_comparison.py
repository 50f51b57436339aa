"""Comparison of cases, from the ratings two people gave."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis import compare_cases, read_ratings
from analysis.cases import CrossCase, Ratings, evidence_problems
from analysis.checks import Problem
from study import Fact
from study.event import local_day
from study.objects import NotStored
from tasks.assessed import MOST_CAUSES, Assessed, written
from tasks.codings import Material, reference_of
from tasks.frames import frame_rows
from tasks.workspace import Workspace

CASE_CHECKS = frozenset({"AN010", "AN011", "AN012", "AN013"})


@task(name="compare cases", cache_policy=NO_CACHE)
def compare_sites(place: Workspace, material: Material) -> Assessed:
    """The cross-case matrix from the ratings file, with the sites that diverge and in which direction, to out/."""
    declared = place.protocol.analysis.cases
    if declared is None:
        return Assessed(said=("The protocol compares no cases.",))
    try:
        data = place.files.get(declared.ratings)
    except NotStored:
        return Assessed(said=("There are no ratings of cases yet.",))
    ratings = read_ratings(
        data,
        sites=_sites(place, material),
        roles={declared.peers, declared.organisation},
        raters={person.code for person in place.protocol.team},
        file=declared.ratings,
    )
    cited = evidence_problems(ratings, material.everything.ids if material.everything else (), declared.ratings)
    if _entered(place, ratings) < declared.declared:
        early = Problem("AN011", declared.ratings, 0, "", "analysis:case_ratings")
        said = "The cases were rated before the threshold was declared, so they are not compared."
        return Assessed(problems=(early, *ratings.problems, *cited), said=(said,))
    found = compare_cases(
        ratings,
        peers=declared.peers,
        organisation=declared.organisation,
        threshold=declared.threshold,
        file=declared.ratings,
    )
    made = written(place, "cases.json", _matrix(place, found))
    facts = (_cases_fact(place, material, found),) if found.cases else ()
    return Assessed(facts, (*ratings.problems, *cited, *found.problems), (_cases_said(found),), made)


def _entered(place: Workspace, ratings: Ratings) -> date:
    """The first day we know of ratings: written in the file, or first compared in the trail, or today."""
    compared = [local_day(e.occurred, place.protocol.zone) for e in place.events(["cases.compared"])]
    return min([*compared, place.today, *([ratings.first] if ratings.first else [])])


def _sites(place: Workspace, material: Material) -> set[str]:
    """Sites a rating may name: those of the sampling frame and those of the trail."""
    id_column = place.protocol.sampling.id_column
    rows = {row[id_column] for row in frame_rows(place) if id_column in row}
    return rows | set(material.recruitment.sites)


def _cases_fact(place: Workspace, material: Material, found: CrossCase) -> Fact:
    """That cases were compared. It rests on every import: those cited would tell which person is at which site."""
    declared = place.protocol.analysis.cases
    assert declared is not None  # asked for before the cases were compared
    directions = [case.direction for case in found.cases]
    return Fact(
        "cases.compared",
        place.instant,
        causes=tuple(material.imports.values())[:MOST_CAUSES],
        data={
            "inputs": reference_of(place, declared.ratings, _matrix(place, found))[:12],
            "cases": len(found.cases),
            "diverging": found.diverging,
            "threshold": round(declared.threshold * 1_000_000),
            "peers_higher": directions.count("peers_higher"),
            "organisation_higher": directions.count("organisation_higher"),
            "declared": declared.declared.isoformat(),
        },
    )


def _cases_said(found: CrossCase) -> str:
    higher = sum(case.direction == "peers_higher" for case in found.cases)
    lower = len(found.diverging) - higher
    return (
        f"Cases: {len(found.diverging)} of {len(found.cases)} diverge "
        f"(peers higher in {higher}, organisation higher in {lower})."
    )


def _matrix(place: Workspace, found: CrossCase) -> dict[str, object]:
    declared = place.protocol.analysis.cases
    assert declared is not None  # asked for before the cases were compared
    return {
        "peers": declared.peers,
        "organisation": declared.organisation,
        "threshold": declared.threshold,
        "declared": declared.declared.isoformat(),
        "cases": [asdict(case) for case in found.cases],
        "diverging": found.diverging,
    }
