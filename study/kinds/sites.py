"""Kinds about the sampling frame, the sample and the sites."""

from __future__ import annotations

from typing import Literal

from study.kinds.shapes import Code, Count, Kind, Micro, Rank, Sha256, Shape, ShortDigest


class FrameRegistered(Shape):
    frame: Sha256
    rows: Count


Leaving = Literal["declined", "ineligible", "unreachable", "withdrew", "closed"]
Of = Literal["sites", "people"]


class Proposed(Shape):
    """What was proposed and how sure we are: status of the proof, objective value and bound in millionths.

    Of a sample of people only counts are here: `frame` and `design` are keyed digests and `selected` is empty.
    """

    stage: Code
    proposal: ShortDigest
    strategy: Code
    frame: Sha256
    design: Sha256
    eligible: Count
    selected: tuple[Code, ...] = ()
    status: Literal["optimal", "bounded", "heuristic", "decided_by_people", "drawn"]
    value: Micro | None = None
    bound: Micro | None = None
    smallest: Micro | None = None
    smallest_bound: Micro | None = None
    seed: Count
    of: Of = "sites"
    size: Count = 0


class Approved(Shape):
    """A person approved one proposal by its code; `by` is the person's team code."""

    stage: Code
    proposal: ShortDigest
    selected: tuple[Code, ...] = ()
    of: Of = "sites"
    size: Count = 0
    by: Code | None = None


class Overridden(Shape):
    """People put one site in another's place, against the proposal; `becomes` is the code of what they made of it."""

    stage: Code
    proposal: ShortDigest
    added: Code
    removed: Code
    cost: Micro | None = None
    becomes: ShortDigest | None = None
    by: Code | None = None


class SiteRow(Shape):
    """A site's row in the recruitment register: ordinal among equal rows and version."""

    ordinal: Count
    version: Count


class SiteLeft(Shape):
    ordinal: Count
    version: Count
    reason: Code | None = None


class Replaced(Shape):
    stage: Code
    proposal: ShortDigest
    leaving: Code
    entering: Code
    why: Leaving


SITE_KINDS = (
    Kind("frame.registered", FrameRegistered, ("data.frame",), Rank.OPENING, "instrument_development"),
    Kind("sample.proposed", Proposed, ("data.stage", "data.proposal"), Rank.ACT, "intentions"),
    Kind("sample.approved", Approved, ("data.stage", "data.proposal", "occurred"), Rank.DECISION, "intentions"),
    Kind(
        "sample.overridden",
        Overridden,
        ("data.stage", "data.proposal", "data.added", "data.removed"),
        Rank.ASSESSMENT,
        "intentions",
    ),
    Kind("site.invited", SiteRow, ("site", "data.ordinal", "data.version"), Rank.GRANT, "process_notes"),
    Kind("site.permitted", SiteRow, ("site", "data.ordinal", "data.version"), Rank.GRANT, "process_notes"),
    Kind("site.approved", SiteRow, ("site", "data.ordinal", "data.version"), Rank.GRANT, "process_notes"),
    Kind("site.activated", SiteRow, ("site", "data.ordinal", "data.version"), Rank.GRANT, "process_notes"),
    Kind("site.visited", SiteRow, ("site", "data.ordinal", "data.version"), Rank.ACT, "process_notes"),
    Kind("site.closed", SiteLeft, ("site", "data.ordinal", "data.version"), Rank.WITHDRAWAL, "process_notes"),
    Kind("site.declined", SiteLeft, ("site", "data.ordinal", "data.version"), Rank.WITHDRAWAL, "process_notes"),
    Kind("site.withdrew", SiteLeft, ("site", "data.ordinal", "data.version"), Rank.WITHDRAWAL, "process_notes"),
    Kind("site.replaced", Replaced, ("data.stage", "data.leaving", "data.proposal"), Rank.AFTERMATH, "intentions"),
)
