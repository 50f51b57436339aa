"""Kinds about reporting: what the team itself states to an item of a reporting checklist."""

from __future__ import annotations

from study.kinds.shapes import Code, Count, Kind, Rank, Sha256, Shape


class ReportingStated(Shape):
    """The team's own statement to one item (`COREQ-4`): `content` is the digest of its words, which are no
    participant's."""

    item: Code
    version: Count
    content: Sha256


REPORTING_KINDS = (Kind("reporting.stated", ReportingStated, ("data.item", "data.version"), Rank.ACT, "intentions"),)
