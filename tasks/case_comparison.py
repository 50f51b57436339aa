"""Comparison of cases, from the ratings two people gave."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis import compare_cases, read_ratings
from analysis.case_matrix import Matrix, elsewhere, matrix_of
from analysis.cases import CrossCase, Ratings, evidence_problems
from analysis.checks import Problem
from pages.cases import CasesPage, bare_said, cases_page
from pages.cases_document import cases_document
from study import Fact
from study.event import local_day
from study.identifiers import event_id
from study.protocol.analysis import CaseRating
from tasks.assessed import MOST_CAUSES, Assessed, written
from tasks.case_codes import case_codes
from tasks.codings import Material, reference_of
from tasks.comparison_artifacts import show_cases
from tasks.comparison_files import file_or_none, kept
from tasks.frames import frame_rows
from tasks.speakers import holders, places_of, speakers
from tasks.transcript_way import said
from tasks.workspace import Workspace

PAGE, DOCUMENT = "analysis/cases.html", "analysis/cases.docx"
CASE_CHECKS = frozenset({"AN010", "AN011", "AN012", "AN013", "AN060"})
EARLY = "The cases were rated before the threshold was declared, so they are not compared."


@dataclass(frozen=True)
class Rated:
    """The ratings as they were read, what they come to (None where they were rated too early), and every problem."""

    ratings: Ratings
    found: CrossCase | None
    problems: tuple[Problem, ...]

    def bare(self, declared: CaseRating, codings: Collection[str]) -> dict[str, tuple[bool, bool]]:
        """For each site whether its ratings of peers, and of the organisation, cite none of these codings."""
        rows = self.ratings.rows
        cited = {
            (site, role)
            for site, role, ids in zip(rows["site"], rows["role"], rows["evidence"], strict=True)
            if not set(ids).isdisjoint(codings)
        }
        roles = declared.peers, declared.organisation
        return {site: ((site, roles[0]) not in cited, (site, roles[1]) not in cited) for site in set(rows["site"])}

    def event(self, place: Workspace, material: Material) -> str | None:
        """The id of the comparison's event; None where no case was compared."""
        if self.found is None or not self.found.cases:
            return None
        fact = _cases_fact(place, material, self.found)
        return event_id(place.origin, fact.kind, fact.natural_key)


@task(name="compare cases", cache_policy=NO_CACHE)
def compare_sites(place: Workspace, material: Material) -> Assessed:
    """The cross-case matrix from the ratings file, with the sites that diverge and in which direction, to out/."""
    declared = place.protocol.analysis.cases
    if declared is None:
        return Assessed(said=("The protocol compares no cases.",))
    rated = rated_cases(place, material)
    if rated is None:
        return Assessed(said=("There are no ratings of cases yet.",))
    if rated.found is None:
        return Assessed(problems=rated.problems, said=(EARLY,))
    made: tuple[str, ...] = written(place, "cases.json", _matrix(place, rated.found))
    sentences: tuple[str, ...] = (_cases_said(rated.found),)
    if rated.found.cases:
        page = _page(place, declared, _full_matrix(place, material, declared, rated))
        sentences = tuple(filter(None, (*sentences, bare_said(page.matrix))))
        made += _pages(place, page)
        show_cases(place.protocol.id, page, made)
    facts = (_cases_fact(place, material, rated.found),) if rated.found.cases else ()
    return Assessed(facts, rated.problems, sentences, made)


def rated_cases(place: Workspace, material: Material) -> Rated | None:
    """The ratings read and compared; None where the protocol compares no cases or nobody has rated any."""
    declared = place.protocol.analysis.cases
    data = file_or_none(place, declared.ratings) if declared else None
    if declared is None or data is None:
        return None
    ratings = read_ratings(
        data,
        sites=rated_sites(place, material),
        roles={declared.peers, declared.organisation},
        raters={person.code for person in place.protocol.team},
        file=declared.ratings,
    )
    everything = material.everything
    problems = [*ratings.problems, *evidence_problems(ratings, everything.ids if everything else (), declared.ratings)]
    known = speakers(place, material)
    if everything and known:
        problems += elsewhere(ratings, everything.segments, places_of(known), declared.ratings)
    if _entered(place, ratings) < declared.declared:
        early = Problem("AN011", declared.ratings, 0, "", "analysis:case_ratings")
        return Rated(ratings, None, (early, *problems))
    found = compare_cases(
        ratings,
        peers=declared.peers,
        organisation=declared.organisation,
        threshold=declared.threshold,
        file=declared.ratings,
    )
    return Rated(ratings, found, (*problems, *found.problems))


def rated_sites(place: Workspace, material: Material) -> set[str]:
    """Sites a rating may name: those of the sampling frame and those of the trail."""
    id_column = place.protocol.sampling.id_column
    rows = {row[id_column] for row in frame_rows(place) if id_column in row}
    return rows | set(material.recruitment.sites)


def _full_matrix(place: Workspace, material: Material, declared: CaseRating, rated: Rated) -> Matrix:
    assert rated.found is not None  # asked for before
    none = pd.DataFrame(columns=["coding", "transcript", "coder"])
    known = speakers(place, material)
    return matrix_of(
        rated.found,
        rated.ratings,
        peers=declared.peers,
        organisation=declared.organisation,
        segments=material.everything.segments if material.everything else none,
        people=None if known is None else {t: {s.person for s in spoke} for t, spoke in known.items()},
    )


def _page(place: Workspace, declared: CaseRating, matrix: Matrix) -> CasesPage:
    return CasesPage(
        study=place.protocol.title,
        synthetic=place.protocol.synthetic,
        day=said(place.today),
        matrix=matrix,
        roles={role.id: role.label for role in place.protocol.participants.roles},
        peers=declared.peers,
        organisation=declared.organisation,
        threshold=declared.threshold,
        declared=said(declared.declared),
    )


def _pages(place: Workspace, page: CasesPage) -> tuple[str, ...]:
    """The team's page and the document for the paper; their paths in the study folder."""
    codes = case_codes(place, [detail.case.site for detail in page.matrix.details])
    document = cases_document(page, codes=codes, holders=holders(place), k=place.protocol.disclosure.k)
    return (*kept(place, PAGE, cases_page(page)), *kept(place, DOCUMENT, document))


def _entered(place: Workspace, ratings: Ratings) -> date:
    """The first day we know of ratings: written in the file, or first compared in the trail, or today."""
    compared = [local_day(e.occurred, place.protocol.zone) for e in place.events(["cases.compared"])]
    return min([*compared, place.today, *([ratings.first] if ratings.first else [])])


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
