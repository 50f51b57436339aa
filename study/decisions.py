"""Human decisions as a team writes them down in registers/decisions.csv."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from study.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: what kind, about what, by whom and when; `row` is its row in the register.

    `reason` is free text: it goes to a record file, never into a line of the trail.
    """

    decision: str
    subject: str
    value: str
    person: str
    occurred: date
    reason: str
    row: int

    def authorised(self, protocol: Protocol, task: str) -> bool:
        """Whether the deciding person held that task on the day of the decision."""
        person = protocol.person(self.person)
        return person is not None and person.may(task, self.occurred)
