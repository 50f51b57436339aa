"""On which day each reply to a packet came, as far as the register tells one from another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tasks.packet_register import Row


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A reply to a packet: its file and code; the day it bears itself (typed from paper) or the trail gives it.

    `recorded` is True when the trail holds it; `own` is then the day on record, None where that is an instant.
    """

    file: str
    code: str
    own: date | None = None
    recorded: bool = False

    def is_named(self, word: str) -> bool:
        """Whether a register's cell means this reply: its file, with or without the folder, or its code."""
        return word in (self.file, self.file.rsplit("/", 1)[-1], self.code)


@dataclass(frozen=True, slots=True)
class Came:
    """The day a reply came, None where no row says it, and the last day it may have been (date.max: any)."""

    day: date | None
    latest: date | None = None


def days_of(replies: Sequence[Unplaced], rows: Iterable[Row]) -> dict[str, Came]:
    """File → when it came, for the replies to one packet and its rows `returned`.

    A row that names its reply is that reply's; a reply typed from paper or on record takes the row of its own day, what
    is on record else the earliest. One row left for one reply left is sure. Any others are taken in order, and none of
    them is sure: each may have come on the last of those days, or, with more replies than rows, on any.
    """
    left = sorted(rows, key=lambda row: (row.occurred, row.row))
    found: dict[str, Came] = {}
    for row in [row for row in left if row.reply]:
        left.remove(row)
        for reply in replies:
            if reply.is_named(row.reply):
                found.setdefault(reply.file, Came(row.occurred))
    for reply in replies:
        same = next((row for row in left if row.occurred == reply.own), None)
        if reply.own and reply.file not in found and (same or not reply.recorded):
            found[reply.file] = Came(reply.own)
            left = [row for row in left if row is not same]
    for reply in replies:
        if reply.recorded and reply.file not in found and left:
            found[reply.file] = Came(left.pop(0).occurred)
    rest = sorted(reply.file for reply in replies if reply.file not in found)
    if len(rest) == len(left) == 1:
        return found | {rest[0]: Came(left[0].occurred)}
    days = [row.occurred for row in left]
    last = date.max if len(rest) > len(days) else max(days, default=None)
    return found | {file: Came(days[n], last) if n < len(days) else Came(None) for n, file in enumerate(rest)}


def names_nothing(replies: Sequence[Unplaced], rows: Iterable[Row]) -> list[Row]:
    """The rows whose column reply names none of these replies."""
    return [row for row in rows if row.reply and not any(reply.is_named(row.reply) for reply in replies)]
