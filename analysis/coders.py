"""Coders side by side: for each code and unit of text, which coder applied the code.

The unit is declared (turn, word, character, transcript), and so is what uncoded text means: the absence of every code,
or nothing said by that coder there. Only transcripts that a coder coded at all count as judged by that coder, and only
transcripts judged by two coders or more, with one and the same version of the codebook, are compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.blocks import Blocks, Uncoded, blocks_of
from analysis.codebook import order
from analysis.places import Unit
from analysis.resampling import Array, Interval, draws, percentile_interval
from analysis.tallies import NAMES, Tally, coefficients, prevalence, tally


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement over `units` decisions; a coefficient is None when undefined (or, for kappa, unless two coders).

    `prevalence` is the share of judgements that gave a code (0 to 1). `intervals` hold by name, for coefficients that
    have one, the 2.5th and 97.5th percentile over resampled transcripts.
    """

    units: int
    percent: float | None
    alpha: float | None
    kappa: float | None
    ac1: float | None
    fleiss: float | None = None
    prevalence: float | None = None
    intervals: Mapping[str, Interval] = field(default_factory=dict)

    @property
    def is_paradox(self) -> bool:
        """High agreement, low kappa: a rare code makes chance agreement high (percent ≥ .8, kappa or alpha < .4)."""
        coefficient = self.kappa if self.kappa is not None else self.alpha
        return self.percent is not None and self.percent >= 0.8 and coefficient is not None and coefficient < 0.4


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One turn where a code was applied by some and not by others who judged that text.

    `units` are the words or characters of the turn they differ on (1 for turns). Where the unit is the transcript,
    `turn` to `until` is what those who applied the code applied it to; else `until` is None.
    """

    transcript: str
    turn: int
    code: str
    applied_by: tuple[str, ...]
    not_applied_by: tuple[str, ...]
    units: int = 1
    until: int | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A coder not compared on a transcript, who used another version of the codebook than the others there.

    `codebook` names the version, or several by comma in counting order.
    """

    transcript: str
    coder: str
    codebook: str


@dataclass(frozen=True, slots=True)
class CoderComparison:
    """Agreement over every unit × code decision, by code, and the list of disagreements in order of place.

    `pairs` holds each two of more than two coders over the transcripts both judged; `resamples` is 0 where there is no
    interval because fewer than two transcripts were compared or none was asked for.
    """

    coders: tuple[str, ...]
    transcripts: tuple[str, ...]
    overall: Agreement
    by_code: Mapping[str, Agreement]
    disagreements: tuple[Disagreement, ...]
    unit: Unit = "turn"
    uncoded: Uncoded = "is_absence"
    pairs: Mapping[tuple[str, str], Agreement] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    resamples: int = 0


def compare_coders(
    segments: pd.DataFrame,
    turns: Mapping[str, pd.DataFrame],
    *,
    unit: Unit = "turn",
    uncoded: Uncoded = "is_absence",
    resamples: int = 0,
    seed: int = 1,
) -> CoderComparison | None:
    """Compare all coders on the transcripts that two or more of them coded; None when there are none.

    `segments` as in Codings; `turns` has a column turn for each transcript, and text for words and characters. Codes
    are those somebody applied there.
    """
    comparable, left_out = same_codebook(segments[segments["transcript"].isin(turns.keys())])
    coded_by = comparable.groupby("transcript")["coder"].nunique()
    shared = sorted(str(t) for t, coders in coded_by.items() if coders >= 2)
    if not shared:
        return None
    compared = comparable[comparable["transcript"].isin(shared)]
    coders, codes = sorted(set(compared["coder"])), sorted(set(compared["code"]))
    by_transcript = {str(t): rows for t, rows in compared.groupby("transcript")}
    blocks = [
        blocks_of(t, by_transcript[t], turns[t], coders=coders, codes=codes, unit=unit, uncoded=uncoded) for t in shared
    ]
    drawn = draws(len(blocks), resamples, seed)
    overall, by_code = _agreements(blocks, codes, drawn)
    return CoderComparison(
        coders=tuple(coders),
        transcripts=tuple(shared),
        overall=overall,
        by_code=by_code,
        disagreements=tuple(d for one in blocks for d in _disagreements(one, coders, codes, unit, by_transcript)),
        unit=unit,
        uncoded=uncoded,
        pairs=dict(_pairs(blocks, coders, codes)) if len(coders) > 2 else {},
        left_out=left_out,
        resamples=len(drawn),
    )


def same_codebook(segments: pd.DataFrame) -> tuple[pd.DataFrame, tuple[LeftOut, ...]]:
    """The codings of coders who used the same version of the codebook in a transcript, and who else coded it.

    Codings without a version say nothing and fit any. A coder who used several versions in one transcript is compared
    with those who used the same several. What most coders used there stays; where as many used another, one version
    before several, then the highest (1.10 above 1.9). All codings of anybody else there are left out: text they coded
    with another version is not text without the code.
    """
    if "codebook" not in segments:
        return segments, ()
    told = segments[segments["codebook"] != ""]
    left_out: list[LeftOut] = []
    for transcript, rows in told.groupby("transcript"):
        told_by = {str(coder): tuple(sorted(set(v), key=order)) for coder, v in rows.groupby("coder")["codebook"]}
        coders = Counter(told_by.values())
        kept = max(coders, key=lambda used: (coders[used], -len(used), [order(v) for v in reversed(used)]))
        left_out += [LeftOut(str(transcript), c, ", ".join(v)) for c, v in sorted(told_by.items()) if v != kept]
    apart = {(out.transcript, out.coder) for out in left_out}
    stays = [place not in apart for place in zip(segments["transcript"], segments["coder"], strict=True)]
    return segments[np.array(stays, dtype=bool)], tuple(left_out)


def _agreements(blocks: Sequence[Blocks], codes: Sequence[str], drawn: Array) -> tuple[Agreement, dict[str, Agreement]]:
    """Agreement overall and by code; overall, the units of all codes count together."""
    tallies = [tally(one) for one in blocks]
    counted = Tally(np.stack([t.units for t in tallies]), np.stack([t.first for t in tallies]))
    overall = _agreement(Tally(counted.units.sum(axis=1), counted.first.sum(axis=1)), drawn)
    parts = (Tally(counted.units[:, i], counted.first[:, i]) for i in range(len(codes)))
    return overall, {code: _agreement(part, drawn) for code, part in zip(codes, parts, strict=True)}


def _agreement(by_transcript: Tally, drawn: Array) -> Agreement:
    """Agreement of counts whose first axis is the transcript, with intervals over the draws."""
    whole = Tally(by_transcript.units.sum(axis=0), by_transcript.first.sum(axis=0))
    found = {name: _defined(value) for name, value in coefficients(whole).items()}
    again = coefficients(Tally(np.tensordot(drawn, by_transcript.units, axes=(1, 0)), drawn @ by_transcript.first))
    intervals = {name: percentile_interval(again[name]) for name in NAMES if found[name] is not None}
    return Agreement(
        units=int(whole.units[2:].sum()),
        percent=found["percent"],
        alpha=found["alpha"],
        kappa=found["kappa"],
        ac1=found["ac1"],
        fleiss=found["fleiss"],
        prevalence=_defined(prevalence(whole)),
        intervals={name: interval for name, interval in intervals.items() if interval is not None},
    )


def _defined(value: Array) -> float | None:
    return None if np.isnan(value) else float(value)


def _pairs(
    blocks: Sequence[Blocks], coders: Sequence[str], codes: Sequence[str]
) -> Iterator[tuple[tuple[str, str], Agreement]]:
    """Each two coders over the transcripts both judged, without intervals."""
    nothing = np.zeros((0, 0))
    for one, other in combinations(range(len(coders)), 2):
        both = [
            Blocks(b.transcript, b.units, b.turns, b.applied[[one, other]], b.judged[[one, other]])
            for b in blocks
            if b.judged[one].any() and b.judged[other].any()
        ]
        if both:
            overall, _ = _agreements(both, codes, nothing.reshape(0, len(both)))
            yield (coders[one], coders[other]), overall


def _disagreements(
    blocks: Blocks,
    coders: Sequence[str],
    codes: Sequence[str],
    unit: Unit,
    segments: Mapping[str, pd.DataFrame],
) -> list[Disagreement]:
    """Where those who judged the same text did not all do alike, by turn and code."""
    judged = blocks.judged[:, None, :]
    applied = blocks.applied & judged
    count, of = applied.sum(axis=0), blocks.judged.sum(axis=0)
    found: dict[tuple[int, str, tuple[str, ...], tuple[str, ...]], int] = {}
    for code, block in zip(*np.nonzero((count > 0) & (count < of)), strict=True):
        yes = tuple(c for i, c in enumerate(coders) if applied[i, code, block])
        no = tuple(c for i, c in enumerate(coders) if blocks.judged[i, block] and not applied[i, code, block])
        key = (int(blocks.turns[block]), codes[code], yes, no)
        found[key] = found.get(key, 0) + int(blocks.units[block])
    rows = [
        Disagreement(blocks.transcript, turn, code, yes, no, units) for (turn, code, yes, no), units in found.items()
    ]
    if unit == "transcript":
        rows = [_where_applied(row, segments[blocks.transcript]) for row in rows]
    return sorted(rows, key=lambda d: (d.turn, d.code, d.applied_by))


def _where_applied(row: Disagreement, segments: pd.DataFrame) -> Disagreement:
    theirs = segments[(segments["code"] == row.code) & segments["coder"].isin(row.applied_by)]
    first, last = int(theirs["start"].min()), int(theirs["end"].max())
    return Disagreement(row.transcript, first, row.code, row.applied_by, row.not_applied_by, until=last)
