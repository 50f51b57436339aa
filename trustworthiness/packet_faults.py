"""A fault of a packet before it is sent: what its checks return, and what becomes a query."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with packets, without a word of a participant's.

    `subject` is `packet:<id>`, `theme:<id>` or `language:<code>`: where many packets share a fault it is that theme's
    or language's, so that it is one query. `rule` tells faults of one check and subject apart; `where` is a file and a
    key.
    """

    check: str
    subject: str
    rule: str
    where: str
    message: str
