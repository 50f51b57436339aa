"""Kinds about member checking: from who is eligible to a closed check, with every answer and every quote taken back."""

from __future__ import annotations

from typing import Literal

from study.kinds.shapes import Code, Count, EventId, Kind, Rank, Shape, ShortDigest


class Excluded(Shape):
    reason: Literal["no_recontact", "withdrawn", "no_transcript", "blocked"]


class Packet(Shape):
    packet: Code
    version: Count


class Sent(Shape):
    packet: Code
    ordinal: Count


class Returned(Shape):
    packet: Code
    version: Count
    fits: Count
    partly: Count
    does_not: Count
    not_answered: Count
    withdrawn_quotes: Count


class Answered(Shape):
    """What one reply says to one theme; `reply` is the reply's code, the first 12 hex of its keyed digest."""

    packet: Code
    version: Count
    theme: Code
    verdict: Literal["fits", "partly", "does_not", "not_answered"]
    reply: ShortDigest


class OneReply(Shape):
    """A reply by its code: typed from paper, confirmed by a second reader, read, or chosen among several."""

    packet: Code
    reply: ShortDigest


class Dated(Shape):
    """The right day, in `occurred`, of an act on record whose day did not follow from what came before."""

    packet: Code
    target: EventId


class QuoteWithdrawn(Shape):
    """A quote its speaker took back, under a keyed digest of the quote's id."""

    packet: Code
    quote: ShortDigest


class Resolved(Shape):
    packet: Code
    theme: Code
    change: Literal["made", "not_made"]


MEMBER_CHECK_KINDS = (
    Kind("member_check.excluded", Excluded, ("participant", "data.reason"), Rank.DECISION, "process_notes"),
    Kind(
        "member_check.released", Packet, ("participant", "data.packet", "data.version"), Rank.DECISION, "process_notes"
    ),
    Kind("member_check.sent", Sent, ("participant", "data.packet", "data.ordinal"), Rank.DECISION, "process_notes"),
    Kind("member_check.reminded", Sent, ("participant", "data.packet", "data.ordinal"), Rank.DECISION, "process_notes"),
    Kind("member_check.typed", OneReply, ("participant", "data.packet", "data.reply"), Rank.DECISION, "process_notes"),
    Kind(
        "member_check.confirmed", OneReply, ("participant", "data.packet", "data.reply"), Rank.DECISION, "process_notes"
    ),
    Kind("member_check.returned", Returned, ("participant", "generated"), Rank.RESULT, "raw_data"),
    Kind(
        "member_check.answered",
        Answered,
        ("participant", "data.packet", "data.theme", "data.reply"),
        Rank.RESULT,
        "raw_data",
    ),
    Kind(
        "member_check.chosen",
        OneReply,
        ("participant", "data.packet", "data.reply", "person", "occurred"),
        Rank.DECISION,
        "process_notes",
    ),
    Kind("member_check.read", OneReply, ("participant", "data.packet", "data.reply"), Rank.RESULT, "process_notes"),
    Kind("member_check.dated", Dated, ("participant", "data.target", "occurred"), Rank.AFTERMATH, "process_notes"),
    Kind("quote.withdrawn", QuoteWithdrawn, ("participant", "data.quote"), Rank.RESULT, "process_notes"),
    Kind("member_check.resolved", Resolved, ("participant", "data.packet", "data.theme"), Rank.RESULT, "process_notes"),
    Kind("member_check.closed", Sent, ("participant", "data.packet"), Rank.RESULT, "process_notes"),
)
