"""Coders side by side: for each code and turn, which coder applied the code.

The unit is the turn; a turn without the code is its absence (0). Only transcripts that a coder coded at all count as
judged by that coder, and only transcripts judged by two coders or more are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.agreement import cohen_kappa, disagreements, gwet_ac1, krippendorff_alpha, percent_agreement


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement over `units` decisions; a coefficient is None when undefined (or, for kappa, unless two coders)."""

    units: int
    percent: float | None
    alpha: float | None
    kappa: float | None
    ac1: float | None

    @property
    def is_paradox(self) -> bool:
        """High agreement, low kappa: a rare code makes chance agreement high (percent ≥ .8, kappa or alpha < .4)."""
        coefficient = self.kappa if self.kappa is not None else self.alpha
        return self.percent is not None and self.percent >= 0.8 and coefficient is not None and coefficient < 0.4


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One turn where a code was applied by some and not by others who coded that transcript."""

    transcript: str
    turn: int
    code: str
    applied_by: tuple[str, ...]
    not_applied_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoderComparison:
    """Agreement over every turn × code decision, by code, and the list of disagreements in order of place."""

    coders: tuple[str, ...]
    transcripts: tuple[str, ...]
    overall: Agreement
    by_code: Mapping[str, Agreement]
    disagreements: tuple[Disagreement, ...]


def compare_coders(segments: pd.DataFrame, turns: Mapping[str, pd.DataFrame]) -> CoderComparison | None:
    """Compare all coders on the transcripts that two or more of them coded; None when there are none.

    `segments` as in Codings; `turns` has a column turn for each transcript. Codes are those somebody applied there.
    """
    coded_by = segments.groupby("transcript")["coder"].agg(lambda coders: sorted(set(coders)))
    shared = [str(t) for t, coders in coded_by.items() if len(coders) >= 2 and t in turns]
    if not shared:
        return None
    decisions = decision_table(segments[segments["transcript"].isin(shared)], {t: turns[t] for t in shared})
    per_code = decisions.T.groupby(level="code", sort=True)
    return CoderComparison(
        coders=tuple(decisions.index),
        transcripts=tuple(shared),
        overall=_agreement(decisions),
        by_code={str(code): _agreement(part.T) for code, part in per_code},
        disagreements=tuple(_disagreement(decisions, unit) for unit in disagreements(decisions)),
    )


def decision_table(segments: pd.DataFrame, turns: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a coder, one column a (transcript, turn, code): 1 applied, 0 not, missing where that coder was absent."""
    coders = sorted(set(segments["coder"]))
    codes = sorted(set(segments["code"]))
    units = [(t, int(turn), code) for t in sorted(turns) for turn in turns[t]["turn"] for code in codes]
    position = {unit: i for i, unit in enumerate(units)}
    judged = set(zip(segments["coder"], segments["transcript"], strict=True))
    table = [[0.0 if (coder, unit[0]) in judged else float("nan") for unit in units] for coder in coders]
    spans = segments[["coder", "transcript", "code", "start", "end"]].itertuples(index=False)
    for coder, transcript, code, start, end in spans:
        for turn in range(int(start), int(end) + 1):
            if (transcript, turn, code) in position:
                table[coders.index(coder)][position[(transcript, turn, code)]] = 1.0
    columns = pd.MultiIndex.from_tuples(units, names=["transcript", "turn", "code"])
    return pd.DataFrame(table, index=coders, columns=columns)


def _agreement(decisions: pd.DataFrame) -> Agreement:
    return Agreement(
        units=int((decisions.notna().sum() >= 2).sum()),
        percent=percent_agreement(decisions),
        alpha=krippendorff_alpha(decisions, "nominal"),
        kappa=cohen_kappa(decisions) if len(decisions) == 2 else None,
        ac1=gwet_ac1(decisions),
    )


def _disagreement(decisions: pd.DataFrame, unit: object) -> Disagreement:
    assert isinstance(unit, tuple)  # a column of the decision table
    judged = decisions[unit]
    transcript, turn, code = unit
    return Disagreement(
        transcript,
        int(turn),
        code,
        applied_by=tuple(judged.index[judged == 1]),
        not_applied_by=tuple(judged.index[judged == 0]),
    )
