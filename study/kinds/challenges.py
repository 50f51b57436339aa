"""Kinds about findings and what speaks against them: hypotheses, negative cases, debriefings, memos, claims."""

from __future__ import annotations

from typing import Literal

from study.kinds.shapes import Code, Count, Hmac, Kind, Rank, Shape


class Debriefed(Shape):
    """A peer debriefing; where it changed something, the codebook version and the claims it changed."""

    debriefing: Code
    debriefer: Code
    analyst: Code
    changed: bool
    version: Count
    content: Hmac | None = None
    codebook: Code | None = None
    claims: tuple[Code, ...] = ()


class HypothesisStated(Shape):
    """One version of a hypothesis, by the person who stated it; its words are in the record beside it."""

    hypothesis: Code
    version: Code
    person: Code
    content: Hmac


class NegativeCase(Shape):
    case: Code
    hypothesis: Code
    hypothesis_version: Code
    version: Count
    content: Hmac | None = None


class NegativeCaseResolved(Shape):
    """What became of a negative case; `revised_to` is the version of the hypothesis that followed.

    `again` counts how often the same was decided before, with something else decided in between.
    """

    case: Code
    disposition: Literal["hypothesis_revised", "boundary_set", "unexplained", "not_negative"]
    version: Count
    content: Hmac | None = None
    revised_to: Code | None = None
    again: Count = 0


class CounterNarrative(Shape):
    narrative: Code
    version: Count
    content: Hmac | None = None


class Memo(Shape):
    """A reflexive memo: who wrote it, and which claims, codes, themes, cases or transcripts it is about."""

    memo: Code
    person: Code | None = None
    about: tuple[Code, ...] = ()
    content: Hmac | None = None


class Claim(Shape):
    """A claim and how much it rests on; the support itself is named in `causes` and `used`."""

    version: Count
    themes: Count
    codes: tuple[Code, ...]
    codings: Count
    content: Hmac | None = None


class ClaimRetracted(Shape):
    """A version of a claim that its authors no longer assert; the reason is in the record beside it."""

    version: Count
    content: Hmac


CHALLENGE_KINDS = (
    Kind("debriefing.held", Debriefed, ("data.debriefing", "data.version"), Rank.ACT, "process_notes"),
    Kind("hypothesis.stated", HypothesisStated, ("data.hypothesis", "data.version"), Rank.GRANT, "intentions"),
    Kind("negative_case.raised", NegativeCase, ("data.case", "data.version"), Rank.ACT, "reconstruction"),
    Kind(
        "negative_case.resolved",
        NegativeCaseResolved,
        ("data.case", "data.disposition"),
        Rank.DECISION,
        "reconstruction",
        ("data.again",),
    ),
    Kind(
        "counter_narrative.recorded", CounterNarrative, ("data.narrative", "data.version"), Rank.ACT, "reconstruction"
    ),
    Kind("memo.written", Memo, ("data.memo", "data.content", "generated"), Rank.ACT, "process_notes"),
    Kind("claim.asserted", Claim, ("claim", "data.version"), Rank.RESULT, "reconstruction"),
    Kind("claim.retracted", ClaimRetracted, ("claim", "data.version"), Rank.WITHDRAWAL, "reconstruction"),
)
