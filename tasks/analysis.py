"""Saturation, agreement of coders and comparison of cases, from the codings imported."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis import compare_cases, compare_coders, guest_saturation, read_ratings
from analysis.cases import CrossCase, Ratings, evidence_problems
from analysis.checks import Problem, queries
from analysis.coders import CoderComparison
from analysis.saturation import new_codes_in_order
from study import Fact, Query, Subject
from study.event import local_day
from study.objects import NotStored
from study.query import QueryRecord
from tasks.codings import UNVERSIONED, Material, reference_of
from tasks.decisions import REGISTER, read_decisions
from tasks.read import read_restricted_table, read_table
from tasks.workspace import Workspace

SATURATION_CHECKS = frozenset({"AN009"})
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


@task(name="assess saturation", cache_policy=NO_CACHE)
def assess_sequences(place: Workspace, material: Material) -> Assessed:
    """Guest's index for every sequence of interviews the protocol declares, and the decisions people took on it."""
    claimed = place.protocol.analysis.saturation
    if claimed is None:
        return Assessed(said=("The protocol claims no saturation, so none is assessed.",))
    if material.codings is None or material.codebook is None:
        return Assessed()
    order = sequences(place, material)
    if order is None:
        return Assessed(said=("Saturation by group is not available: restricted/participants.csv is not here.",))
    facts, said = [], []
    for name, transcripts in order.items():
        counts = new_codes_in_order(material.codings.segments, transcripts, material.codebook.inductive)
        found = guest_saturation(counts, claimed.base, claimed.run, claimed.threshold)
        data = {
            "sequence": name,
            "codebook": material.codebook.version or UNVERSIONED,
            "interviews": len(counts),
            "base": claimed.base,
            "run": claimed.run,
            "threshold": round(claimed.threshold * 1000),
            "status": found.status,
            "new_codes": found.new_codes,
            **({"label": found.label} if found.label else {}),
        }
        payload = {**data, "transcripts": transcripts}
        data["inputs"] = reference_of(place, place.protocol.analysis.codings, payload)[:12]
        facts.append(Fact("saturation.assessed", place.instant, causes=_behind(material, name), data=data))
        said.append(f"Saturation, {name}: {_SAYS[found.status].format(label=found.label, interviews=len(counts))}")
    decided, problems = _decisions(place, set(order))
    return Assessed((*facts, *decided), tuple(problems), tuple(said))


_SAYS = {
    "reached": "reached at {label}, by the index; stopping is decided by people.",
    "not_reached": "not reached after {interviews} interviews.",
    "too_few": "{interviews} interviews are too few to say.",
    "undefined": "undefined, because the base holds no inductive code.",
}


def sequences(place: Workspace, material: Material) -> dict[str, list[str]] | None:
    """Coded transcripts in the order of interviewing, by sequence; None when roles or groups are not available."""
    claimed = place.protocol.analysis.saturation
    interviews = material.recruitment.interviews
    order = sorted((t for t in material.imports if t in interviews), key=lambda t: (interviews[t].day, t))
    if claimed is None or claimed.by == "study":
        return {"study": order}
    people = read_restricted_table(place, "participants.csv")
    if people is None:
        return None
    people = people.assign(trail_code=people["participant_id"].map(place.known_trail_codes()))
    members = place.protocol.participants
    names = [r.id for r in members.roles if r.interviewed] if claimed.by == "role" else [g.id for g in members.groups]
    held = {t: _held(people, interviews[t].participants, interviews[t].day, claimed.by) for t in order}
    return {name: [t for t in order if name in held[t]] for name in names}


def _held(people: pd.DataFrame, participants: Iterable[str], day: date, column: str) -> set[str]:
    """The roles or groups the participants of an interview held that day (both ends of `from` and `to` included)."""
    text = day.isoformat()
    rows = people[people["trail_code"].isin(list(participants))].reindex(columns=["from", "to", column], fill_value="")
    return {
        str(value)
        for start, end, value in rows.itertuples(index=False, name=None)
        if (not start or start <= text) and (not end or text <= end)
    }


def _behind(material: Material, sequence: str) -> tuple[str, ...]:
    """What an assessment rests on. Of a role or group only the codebook: naming transcripts would tell who is in it."""
    codebook = [material.codebook_event] if material.codebook_event else []
    if sequence != "study" or len(material.imports) > MOST_CAUSES:
        return tuple(codebook)
    return (*codebook, *material.imports.values())


def _decisions(place: Workspace, known: set[str]) -> tuple[list[Fact], list[Problem]]:
    facts, problems = [], []
    for decision in read_decisions(place):
        if decision.decision != "saturation":
            continue
        column = "" if decision.subject in known else "subject"
        column = column or ("" if decision.value in ("stop", "continue") else "value")
        column = column or ("" if decision.authorised(place.protocol, "decide_saturation") else "person")
        if column:
            problems.append(Problem("AN009", REGISTER, decision.row, column, "analysis:saturation"))
            continue
        fact = Fact(
            "saturation.decided",
            decision.occurred.isoformat(),
            subject=(Subject("person", decision.person),),
            data={"sequence": decision.subject, "decision": decision.value},
        )
        facts.append(place.with_record(fact, {"person": decision.person, "reason": decision.reason}))
    return facts, problems


@task(name="compare coders", cache_policy=NO_CACHE)
def compare_coding(place: Workspace, material: Material) -> Assessed:
    """Agreement over every turn and code of transcripts coded by two or more; the disagreements go to out/."""
    if place.protocol.analysis.agreement is None:
        return Assessed(said=("The protocol asks for no agreement between coders, so none is computed.",))
    if material.codings is None:
        return Assessed()
    turns = {transcript: found.turns for transcript, found in material.released.items()}
    found = compare_coders(material.codings.segments, turns)
    if found is None:
        return Assessed(said=("No transcript was coded by two people, so there is no agreement to compute.",))
    path = "agreement.json"
    place.out.put(path, _json(_shown(found)))
    return Assessed((_agreement_fact(place, material, found),), said=_agreement_said(found), made=(path,))


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
        f"Coders: {len(found.transcripts)} transcripts coded by two or more, {len(found.disagreements)} disagreements; "
        f"agreement {share} of turn and code decisions (a turn without a code is its absence), alpha {alpha}."
    )
    paradox = sum(part.is_paradox for part in found.by_code.values())
    more = f"{paradox} rare codes agree highly by percent and little beyond chance; read both." if paradox else ""
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
    cited = evidence_problems(ratings, material.codings.ids if material.codings else (), declared.ratings)
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
    path = "cases.json"
    place.out.put(path, _json(_matrix(place, found)))
    facts = (_cases_fact(place, material, found),) if found.cases else ()
    return Assessed(facts, (*ratings.problems, *cited, *found.problems), (_cases_said(found),), (path,))


def _entered(place: Workspace, ratings: Ratings) -> date:
    """The first day we know of ratings: written in the file, or first compared in the trail, or today."""
    compared = [local_day(e.occurred, place.protocol.zone) for e in place.events(["cases.compared"])]
    return min([*compared, place.today, *([ratings.first] if ratings.first else [])])


def _sites(place: Workspace, material: Material) -> set[str]:
    """Sites a rating may name: those of the sampling frame, where it is CSV, and those of the trail."""
    sampling = place.protocol.sampling
    frame = read_table(place, sampling.frame) if sampling.frame.endswith(".csv") else None
    rows = set() if frame is None or sampling.id_column not in frame else set(frame[sampling.id_column])
    return rows | set(material.recruitment.sites)


def _cases_fact(place: Workspace, material: Material, found: CrossCase) -> Fact:
    declared = place.protocol.analysis.cases
    assert declared is not None  # asked for before the cases were compared
    cited = sorted({coding.partition("/")[0] for case in found.cases for coding in case.evidence})
    directions = [case.direction for case in found.cases]
    return Fact(
        "cases.compared",
        place.instant,
        causes=tuple(material.imports[t] for t in cited if t in material.imports)[:MOST_CAUSES],
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


def _json(document: Mapping[str, object]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1, default=list) + "\n").encode()
