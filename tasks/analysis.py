"""Agreement of coders and comparison of cases, from the codings imported."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis import compare_cases, compare_coders, read_ratings
from analysis.cases import CrossCase, Ratings, evidence_problems
from analysis.checks import Problem, queries
from analysis.coders import CoderComparison
from pages.layout import plural
from study import Fact, Query
from study.event import local_day
from study.objects import NotStored
from study.query import QueryRecord
from tasks.codings import Material, reference_of
from tasks.frames import frame_rows
from tasks.workspace import Workspace

CASE_CHECKS = frozenset({"AN010", "AN011", "AN012", "AN013"})
MOST_CAUSES = 300


@dataclass(frozen=True)
class Assessed:
    """What an assessment found: facts to record, problems, sentences for a coordinator and the files it wrote."""

    facts: tuple[Fact, ...] = ()
    problems: tuple[Problem, ...] = ()
    said: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


def queries_of(place: Workspace, problems: Iterable[Problem]) -> list[Query]:
    """Problems in analysis files as queries of this study."""
    return queries(problems, study=place.protocol.id, ref=place.ref)


def looked_at(*checks: Iterable[str]) -> Callable[[QueryRecord], bool]:
    """Whether a query's check is among those this run made."""
    ids = frozenset(check for group in checks for check in group)
    return lambda query: query.check in ids


@task(name="compare coders", cache_policy=NO_CACHE)
def compare_coding(place: Workspace, material: Material) -> Assessed:
    """Agreement over every turn and code of transcripts coded by two or more; the disagreements go to out/."""
    if place.protocol.analysis.agreement is None:
        return Assessed(said=("The protocol asks for no agreement between coders, so none is computed.",))
    if material.codings is None:
        return Assessed(said=("There are no codings to compare yet.",))
    turns = {transcript: found.turns for transcript, found in material.released.items()}
    found = compare_coders(material.codings.segments, turns)
    if found is None:
        return Assessed(said=("No transcript was coded by two people, so there is no agreement to compute.",))
    made = _written(place, "agreement.json", _shown(found))
    return Assessed((_agreement_fact(place, material, found),), said=_agreement_said(found), made=made)


def _agreement_fact(place: Workspace, material: Material, found: CoderComparison) -> Fact:
    overall = found.overall
    coefficients = {"percent": overall.percent, "alpha": overall.alpha, "kappa": overall.kappa, "ac1": overall.ac1}
    imports = [material.imports[t] for t in found.transcripts if t in material.imports]
    return Fact(
        "agreement.assessed",
        place.instant,
        causes=tuple(imports[:MOST_CAUSES]),
        data={
            "inputs": reference_of(place, place.protocol.analysis.codings, _shown(found))[:12],
            "unit": "turn",
            "units": overall.units,
            "coders": len(found.coders),
            "codes": len(found.by_code),
            "disagreements": len(found.disagreements),
            **{name: round(value * 1_000_000) for name, value in coefficients.items() if value is not None},
        },
    )


def _agreement_said(found: CoderComparison) -> tuple[str, ...]:
    overall = found.overall
    share = "undefined" if overall.percent is None else f"{overall.percent:.1%}"
    alpha = "undefined" if overall.alpha is None else f"{overall.alpha:.2f}"
    sentence = (
        f"Coders: {plural(len(found.transcripts), 'transcript')} coded by two or more, "
        f"{plural(len(found.disagreements), 'disagreement')}; "
        f"agreement {share} of turn and code decisions (a turn without a code is its absence), alpha {alpha}."
    )
    paradox = sum(part.is_paradox for part in found.by_code.values())
    more = (
        f"{plural(paradox, 'code')}: high agreement by percent and little beyond chance; read both." if paradox else ""
    )
    return (sentence, more) if more else (sentence,)


def _shown(found: CoderComparison) -> dict[str, object]:
    """The comparison as data without a quote: disagreements first, then coefficients overall and by code."""
    return {
        "unit": "turn",
        "uncoded": "is_absence",
        "coders": found.coders,
        "transcripts": found.transcripts,
        "disagreements": [asdict(d) for d in found.disagreements],
        "overall": asdict(found.overall),
        "by_code": {code: asdict(part) for code, part in found.by_code.items()},
    }


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
    made = _written(place, "cases.json", _matrix(place, found))
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


def _written(place: Workspace, name: str, document: Mapping[str, object]) -> tuple[str]:
    """Write a document to out/ as JSON; its path in the study folder."""
    place.out.put(name, (json.dumps(document, ensure_ascii=False, indent=1, default=list) + "\n").encode())
    return (f"{place.protocol.storage.out}/{name}",)
