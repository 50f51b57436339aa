"""A fault of a packet before it is sent: what its checks return, and what becomes a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with packets.

    `subject` is `packet:<id>`, `theme:<id>` or `language:<code>`: where many packets share a fault it is that theme's
    or language's, so that it is one query. `rule` tells faults of one check apart; `where` is a file and a key.
    """

    check: str
    subject: str
    rule: str
    where: str
    message: str


class Passage(NamedTuple):
    """A text of the team's, not of the participant's, with where it stands."""

    subject: str
    where: str
    text: str
