"""The gates of recruitment.consent asked for many people at once, and the list of what they refused.

Sentences and queries hold counts; who was refused, for which scope, on which day and because of which event, stands by
participant code in restricted/consent/ and nowhere else.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from recruitment import ConsentLedger, Refusal, refusals
from study.objects import NotStored
from tasks.workspace import Workspace

FOLDER = "consent/"
REFUSED = ("participant_id", "step", "scope", "day", "reason", "deciding_event")


@dataclass(slots=True)
class Gatekeeper:
    """Asks the gates for one run and keeps what they refused."""

    place: Workspace
    ledger: ConsentLedger
    refused: list[Refusal] = field(default_factory=list)

    def ask(self, step: str, participant: str, *, is_identifiable: bool = True, **days: date) -> list[Refusal]:
        """What refuses a step for a trail code; `days` by their date source, `today` is given."""
        found = refusals(
            self.ledger, step, participant, {"today": self.place.today, **days}, is_identifiable=is_identifiable
        )
        self.refused += found
        return found

    def write(self, name: str, more: Iterable[tuple[str, ...]] = ()) -> None:
        """Write restricted/consent/refused-<name>.csv, everything refused so far and `more` lines of REFUSED."""
        people = {trail: code for code, trail in self.place.known_trail_codes().items()}
        rows = {
            (
                people.get(r.participant, r.participant),
                r.step,
                r.scope,
                r.day.isoformat(),
                r.decision.reason,
                r.decision.event_id or "",
            )
            for r in self.refused
        }
        write_list(self.place, f"refused-{name}.csv", REFUSED, sorted(rows | set(more)))


def write_list(place: Workspace, name: str, header: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    """Write restricted/consent/<name> where it is not as it stands; its path, or "" for a list without rows.

    A list that has no rows any more is emptied, and one that never had any is not made.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *cells])
    body, key = out.getvalue().encode(), f"{FOLDER}{name}"
    try:
        before: bytes | None = place.restricted.get(key)
    except NotStored:
        before = None
    if before != body and (cells or before is not None):
        place.restricted.put(key, body)
    return f"restricted/{key}" if cells else ""
