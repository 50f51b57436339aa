"""Kinds about comparisons across people and strands: groups of participants, and surveys beside interviews."""

from __future__ import annotations

from typing import Literal

from study.kinds.shapes import Code, Count, Kind, Micro, Rank, Shape, ShortDigest


class GroupsCompared(Shape):
    """Codes compared between groups: how many of each there were; `mixed` joint interviews count in no group."""

    inputs: ShortDigest
    by: Literal["role", "group", "site_id"]
    groups: Count
    participants: Count
    transcripts: Count
    codes: Count
    only_in_one: Count
    mixed: Count = 0
    outside: Count = 0


class JointDisplayMade(Shape):
    """A survey's scores beside ratings and themes: sites arrayed, scored, able to stand, and the fits recorded."""

    inputs: ShortDigest
    survey: Code
    scale: Code
    sites: Count
    scored: Count
    may_stand: Count
    confirmed: Count
    expanded: Count
    discordant: Count
    differ: Count
    open: Count
    icc1: Micro | None = None
    icc2: Micro | None = None


COMPARISON_KINDS = (
    Kind("groups.compared", GroupsCompared, ("data.inputs",), Rank.ASSESSMENT, "reconstruction"),
    Kind("joint_display.made", JointDisplayMade, ("data.inputs",), Rank.ASSESSMENT, "reconstruction"),
)
