"""Kinds about the analysis: codebook, codings, saturation, agreement, cases; and the dossier."""

from __future__ import annotations

from typing import Literal

from study.kinds.shapes import Code, Count, Day, Hmac, Kind, Micro, Rank, Sha256, Shape, ShortDigest


class GuideChanged(Shape):
    guide: Code
    version: Code
    text: Sha256


class CodebookVersion(Shape):
    version: Code
    codebook: Sha256
    codes: Count


class CodingImported(Shape):
    """Codings of one released transcript version: how many segments were accepted, how many rejected.

    `inputs` is the keyed digest of the accepted segments, the codebook and the transcript version.
    """

    codebook: Code
    segments: Count
    coders: tuple[Code, ...]
    transcripts: Count = 1
    rejected: Count
    inputs: Hmac | None = None


class SaturationAssessed(Shape):
    """Guest, Namey and Chen's index for one sequence: base, run, threshold in thousandths, what came out.

    `new_codes` counts the codes first seen in each interview, in interview order; `uncounted` are interviews held whose
    transcript is not released or not coded; `inputs` is keyed. Of `orders` reorderings `orders_reached` reached the
    index, `at_median` interviews before the run (`at_low` to `at_high` in 95 %). `francis` is the outcome of an initial
    sample and stopping criterion (Francis et al. 2010), first met after `francis_at` interviews.
    """

    sequence: Code
    codebook: Code
    inputs: ShortDigest
    interviews: Count
    base: Count
    run: Count
    threshold: Count
    status: Literal["reached", "not_reached", "too_few", "undefined"]
    label: Code | None = None
    new_codes: tuple[Count, ...] = ()
    uncounted: Count = 0
    orders: Count | None = None
    orders_reached: Count | None = None
    at_median: Count | None = None
    at_low: Count | None = None
    at_high: Count | None = None
    francis: Literal["reached", "not_reached", "too_few", "undefined"] | None = None
    francis_at: Count | None = None


class SaturationDecided(Shape):
    sequence: Code
    decision: Literal["stop", "continue"]


class AgreementAssessed(Shape):
    """Agreement of coders on whether a code was applied to a unit of text; coefficients are missing where undefined.

    `alpha_low` to `alpha_high` is the 95 % interval over resampled transcripts; `paradoxes` are codes with high
    agreement and little beyond chance; `left_out` are coders of a transcript who used another codebook version.
    """

    inputs: ShortDigest
    unit: Code
    units: Count
    coders: Count
    percent: Micro | None = None
    alpha: Micro | None = None
    kappa: Micro | None = None
    ac1: Micro | None = None
    codes: Count = 0
    disagreements: Count = 0
    uncoded: Literal["is_absence", "is_missing"] | None = None
    transcripts: Count | None = None
    fleiss: Micro | None = None
    alpha_low: Micro | None = None
    alpha_high: Micro | None = None
    paradoxes: Count | None = None
    left_out: Count | None = None


class CasesCompared(Shape):
    inputs: ShortDigest
    cases: Count
    diverging: tuple[Code, ...]
    threshold: Micro | None = None
    peers_higher: Count | None = None
    organisation_higher: Count | None = None
    declared: Day | None = None


class Dossier(Shape):
    content: Sha256


ANALYSIS_KINDS = (
    Kind("guide.changed", GuideChanged, ("data.guide", "data.version"), Rank.GRANT, "instrument_development"),
    Kind("codebook.changed", CodebookVersion, ("data.version", "data.codebook"), Rank.ACT, "data_reduction"),
    Kind("codebook.frozen", CodebookVersion, ("data.version",), Rank.DECISION, "data_reduction"),
    Kind("coding.imported", CodingImported, ("transcript", "data.codebook", "data.inputs"), Rank.ACT, "data_reduction"),
    Kind("saturation.assessed", SaturationAssessed, ("data.sequence", "data.inputs"), Rank.ASSESSMENT, "process_notes"),
    Kind(
        "saturation.decided",
        SaturationDecided,
        ("data.sequence", "data.decision", "person", "occurred"),
        Rank.DECISION,
        "process_notes",
    ),
    Kind("agreement.assessed", AgreementAssessed, ("data.inputs",), Rank.ASSESSMENT, "process_notes"),
    Kind("cases.compared", CasesCompared, ("data.inputs",), Rank.ASSESSMENT, "reconstruction"),
    Kind("dossier.published", Dossier, ("data.content",), Rank.RESULT, "reconstruction"),
)
