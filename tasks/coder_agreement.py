"""Agreement of coders, from the codings imported."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd
from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from analysis import compare_coders
from analysis.coders import CoderComparison, LeftOut, same_codebook
from pages.agreement_page import UNCODED, UNITS, AgreementPage, agreement_page
from pages.layout import plural
from study import Fact
from tasks.assessed import MOST_CAUSES, Assessed, written
from tasks.codings import Material, reference_of
from tasks.reconciling import forget_lists, write_lists
from tasks.transcript_artifacts import artifact_key, is_run
from tasks.workspace import Workspace

PAGE = "analysis/agreement.html"
DATA = "agreement.json"


@task(name="compare coders", cache_policy=NO_CACHE)
def compare_coding(place: Workspace, material: Material) -> Assessed:
    """Agreement over every unit and code of transcripts coded by two or more, the disagreements first.

    They go to out/ by their places, and with the words to restricted/agreement/ for the meeting of the coders.
    """
    asked = place.protocol.analysis.agreement
    if asked is None:
        _forget(place)
        return Assessed(said=("The protocol asks for no agreement between coders, so none is computed.",))
    if material.codings is None:
        return Assessed(said=("There are no codings to compare yet.",))
    turns = {transcript: one.turns for transcript, one in material.released.items()}
    segments = _versioned(material)
    found = compare_coders(
        segments, turns, unit=asked.unit, uncoded=asked.uncoded, resamples=asked.resamples, seed=asked.seed
    )
    if found is None:
        _forget(place)
        left_out = same_codebook(segments[segments["transcript"].isin(turns)])[1]
        none = "No transcript was coded by two people, so there is no agreement to compute."
        return Assessed(said=(none, *_left_out_said(left_out)))
    return _shown(place, material, found, segments, turns)


def _versioned(material: Material) -> pd.DataFrame:
    """The codings with the version of the codebook each was made with; where it is not said, the present one."""
    assert material.codings is not None  # asked for before
    segments = material.codings.segments
    if "codebook" not in segments:
        return segments
    present = material.codebook.version if material.codebook else ""
    return segments.assign(codebook=segments["codebook"].replace("", present))


def _shown(
    place: Workspace,
    material: Material,
    found: CoderComparison,
    segments: pd.DataFrame,
    turns: dict[str, pd.DataFrame],
) -> Assessed:
    """The fact, the page, the data and the lists of a comparison."""
    lists = write_lists(place, found, segments, turns)
    page = AgreementPage(
        study=place.protocol.title,
        synthetic=place.protocol.synthetic,
        day=place.today.isoformat(),
        found=found,
        lists=lists,
    )
    place.out.put(PAGE, agreement_page(page))
    made = (f"{place.protocol.storage.out}/{PAGE}", *written(place, DATA, _document(found)), *lists)
    _show(place, page, made[0])
    return Assessed((_fact(place, material, found),), said=_said(found), made=made)


def _forget(place: Workspace) -> None:
    """Take away what an earlier comparison left, where nothing is compared now."""
    forget_lists(place)
    for key in (PAGE, DATA):
        if any(place.out.list(key)):
            place.out.erase_all_versions(key)


def _fact(place: Workspace, material: Material, found: CoderComparison) -> Fact:
    overall = found.overall
    values: dict[str, float | None] = {
        "percent": overall.percent,
        "alpha": overall.alpha,
        "kappa": overall.kappa,
        "ac1": overall.ac1,
        "fleiss": overall.fleiss,
    }
    if interval := overall.intervals.get("alpha"):
        values |= {"alpha_low": interval[0], "alpha_high": interval[1]}
    imports = [material.imports[t] for t in found.transcripts if t in material.imports]
    return Fact(
        "agreement.assessed",
        place.instant,
        causes=tuple(imports[:MOST_CAUSES]),
        data={
            "inputs": reference_of(place, place.protocol.analysis.codings, _document(found))[:12],
            "unit": found.unit,
            "uncoded": found.uncoded,
            "units": overall.units,
            "transcripts": len(found.transcripts),
            "coders": len(found.coders),
            "codes": len(found.by_code),
            "disagreements": len(found.disagreements),
            "paradoxes": _paradoxes(found),
            "left_out": len(found.left_out),
            **{name: round(value * 1_000_000) for name, value in values.items() if value is not None},
        },
    )


def _said(found: CoderComparison) -> tuple[str, ...]:
    overall = found.overall
    share = "undefined" if overall.percent is None else f"{overall.percent:.1%}"
    alpha = "undefined" if overall.alpha is None else f"{overall.alpha:.2f}"
    interval = overall.intervals.get("alpha")
    between = f" (95% interval {interval[0]:.2f} to {interval[1]:.2f})" if interval else " (no interval)"
    absence = (
        f"a {UNITS[found.unit][0]} without a code is its absence"
        if found.uncoded == "is_absence"
        else f"a {UNITS[found.unit][0]} without any code of a coder is not judged by them"
    )
    sentence = (
        f"Coders: {plural(len(found.transcripts), 'transcript')} coded by two or more, "
        f"{plural(len(found.disagreements), 'disagreement')}; "
        f"agreement {share} of {UNITS[found.unit][0]} and code decisions ({absence}), "
        f"alpha {alpha}{between if overall.alpha is not None else ''}."
    )
    count = _paradoxes(found)
    more = f"{plural(count, 'code')}: high agreement by percent and little beyond chance; read both." if count else ""
    return (sentence, *([more] if more else []), *_left_out_said(found.left_out))


def _left_out_said(left_out: tuple[LeftOut, ...]) -> tuple[str, ...]:
    if not left_out:
        return ()
    count = plural(len({one.transcript for one in left_out}), "transcript")
    return (f"Coders of {count} used different versions of the codebook; those with the less used one are left out.",)


def _paradoxes(found: CoderComparison) -> int:
    return sum(part.is_paradox for part in found.by_code.values())


def _document(found: CoderComparison) -> dict[str, Any]:
    """The comparison as data without a quote: disagreements first, then coefficients overall and by code."""
    return {
        "unit": found.unit,
        "uncoded": found.uncoded,
        "uncoded_in_words": UNCODED[found.uncoded].format(one=UNITS[found.unit][0]),
        "coders": found.coders,
        "transcripts": found.transcripts,
        "disagreements": [asdict(d) for d in found.disagreements],
        "resamples": found.resamples,
        "overall": asdict(found.overall),
        "by_code": {code: asdict(part) for code, part in found.by_code.items()},
        "pairs": [{"coders": pair, **asdict(part)} for pair, part in found.pairs.items()],
        "left_out": [asdict(one) for one in found.left_out],
    }


def _show(place: Workspace, page: AgreementPage, made: str) -> None:
    """The coefficients on Prefect's own pages; nothing outside a run of Prefect's."""
    if not is_run():
        return
    study, found = place.protocol.id, page.found
    create_table_artifact(
        [{"Coefficient": name, "Value": value, "95% interval": interval} for name, value, interval in page.rows()],
        key=artifact_key("agreement", study),
        description=f"Agreement between coders in study {study}: {plural(len(found.disagreements), 'disagreement')} "
        f"by {UNITS[found.unit][0]}. {page.uncoded} {made}",
    )
