"""Analysis: files of codes and coded segments, saturation, agreement, comparison of cases and groups."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from study.protocol.base import Code, Identifier, Part, Text


class CodingFile(Part):
    """A file a coding tool exported: codes, coded segments, or both (.qdpx)."""

    file: Text
    tool: Literal["auto", "refi_qda", "nvivo", "atlas_ti", "maxqda", "qualcoder", "taguette", "dedoose"] = Field(
        "auto", description="which tool wrote it; found out from the file where left out"
    )
    coder: Code | None = Field(None, description="who coded, where the file does not say")
    codebook: Code | None = Field(None, description="version of the codebook that was coded with")


class Saturation(Part):
    """Guest, Namey and Chen (2020): base, run and threshold, per sequence; and Francis (2010): 10 + 3."""

    base: int = Field(4, ge=1)
    run: int = Field(2, ge=1)
    threshold: float = Field(0.05, ge=0, le=1)
    by: Literal["study", "role", "group"] = "study"
    orders: int = Field(1000, ge=0, le=100_000, description="seeded reorderings of each sequence; robustness only")
    seed: int = Field(1, ge=0)
    initial: int = Field(10, ge=1, description="first interviews by Francis et al.")
    stopping: int = Field(3, ge=1, description="interviews in a row without a new code by Francis et al.")


class Agreement(Part):
    """Agreement between coders: the declared unit and how uncoded text is treated."""

    unit: Literal["turn", "word", "character", "transcript"] = "turn"
    uncoded: Literal["is_absence", "is_missing"] = "is_absence"
    resamples: int = Field(1000, ge=0, le=100_000, description="resamples of transcripts for the intervals")
    seed: int = Field(1, ge=0)


class CaseRating(Part):
    """Cross-case comparison: the ratings file, the two roles compared, and the threshold declared before rating."""

    ratings: Text = "analysis/case_ratings.csv"
    peers: Identifier
    organisation: Identifier
    threshold: float = Field(description="difference of the mean ratings at which a case diverges")
    declared: date


class GroupComparison(Part):
    """Codes compared between groups of participants, such as specialists and social workers."""

    by: Literal["role", "group", "site_id"] = Field("group", description="column of restricted/participants.csv")
    groups: list[Text] = Field([], description="the groups, in the order of the table; every one where left out")


class JointDisplay(Part):
    """Survey scores beside ratings and themes, site by site, and the fit that people recorded."""

    survey: Identifier
    scale: Identifier
    themes: list[Code] = Field([], description="themes beside the score; every one where left out")
    fits: Text = Field("analysis/joint_display.csv", description="site_id, fit, person, occurred, note")


class Analysis(Part):
    """Files of the analysis and the methods the protocol claims."""

    codebook: Text = "analysis/codebook.csv"
    codings: Text = "analysis/codings.csv"
    imports: list[CodingFile] = Field([], description="exports of coding tools, beside or instead of `codings`")
    coders: dict[str, Code] = Field({}, description="names of coders in the coding tool, with their code in the team")
    sources: dict[str, Code] = Field({}, description="names of documents in the coding tool, with the interview's id")
    claims: Text = "analysis/claims.csv"
    reporting: Text = Field("analysis/reporting.csv", description="item, statement: what the team says to a checklist")
    saturation: Saturation | None = None
    agreement: Agreement | None = None
    cases: CaseRating | None = None
    groups: GroupComparison | None = None
    joint_display: JointDisplay | None = None
