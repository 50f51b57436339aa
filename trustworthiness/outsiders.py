"""Who may audit a study: nobody of its team, and nobody who acted in it, however their code is written."""

from __future__ import annotations

import re
from collections.abc import Iterable

from study import Event

LISTED_ONLY = ("run.closed", "personnel.authorised", "personnel.ended")
"""Kinds that name a person without saying that they did something for the study."""
_FIELDS = ("person", "coders", "debriefer", "obtained_by", "by", "second")


def plain_code(code: str) -> str:
    """A person's code without letter case, spaces, dashes, dots and underscores: `inv 1` is INV1."""
    return re.sub(r"[\W_]+", "", code).casefold()


def who_acted(events: Iterable[Event]) -> frozenset[str]:
    """The plain codes of everybody who recorded, decided, coded or debriefed something that is on record."""
    found: set[str] = set()
    for event in events:
        if event.kind in LISTED_ONLY:
            continue
        found |= {event.actor.id} if event.actor.type == "person" else set()
        found |= {subject.id for subject in event.subject if subject.type == "person"}
        for name in _FIELDS:
            said = event.data.get(name) or ()
            found |= {said} if isinstance(said, str) else {one for one in said if isinstance(one, str)}
    return frozenset(map(plain_code, found)) - {""}
