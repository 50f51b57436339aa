"""Agreement of coders, from the codings imported."""

from __future__ import annotations

from dataclasses import asdict

from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis import compare_coders
from analysis.coders import CoderComparison
from pages.layout import plural
from study import Fact
from tasks.assessed import MOST_CAUSES, Assessed, written
from tasks.codings import Material, reference_of
from tasks.workspace import Workspace


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
    made = written(place, "agreement.json", _shown(found))
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
