"""Human decisions: as a team writes them down in registers/decisions.csv, and as the trail knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from study.event import Assurance, Event
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


WORDS = {
    "approve_sample": "approves the proposal of a sampling stage by its code",
    "correction": "says why a recorded row of a register was wrong",
    "choose_reply": "says which of several replies to a packet counts, by the reply's code",
    "copy_removed": "says that nothing is left in a place after a withdrawal",
    "freeze_codebook": "freezes a version of the codebook",
    "override": "puts another in a chosen one's place in a proposal",
    "release": "releases a transcript for coding",
    "release_packet": "releases a member-check packet",
    "saturation": "stops or continues data collection",
    "set_aside": "sets a query aside",
}
"""What can be decided in the register of decisions: the word in its column `decision`, and what that does."""

Severity = Literal["block", "review", "inform"]
DECISION_CHECKS: tuple[tuple[str, Severity, str, str], ...] = (
    (
        "DC001",
        "block",
        "The register of decisions can be read",
        "What people decided takes effect only where it can be read; until then everything waits as it stands.",
    ),
    (
        "DC002",
        "review",
        "Every decision is of a kind that is known",
        "A decision under a word nobody carries out would be forgotten in silence.",
    ),
    (
        "DC003",
        "block",
        "Every decision has its day",
        "Whether somebody could decide depends on the day; a decision without one cannot take effect.",
    ),
    (
        "DC004",
        "block",
        "Every decision on a string can be read",
        "A row of restricted/decisions/strings.csv that cannot be read counts as a name until it is mended.",
    ),
)
"""The checks on the register itself, for the catalogue: id, severity, title, reason."""

DECISIONS = {
    "sample.approved": "sample approved",
    "sample.overridden": "sample overridden",
    "site.replaced": "site replaced",
    "transcript.released": "transcript released for coding",
    "member_check.released": "member-check packet released",
    "member_check.confirmed": "typed reply confirmed by a second reader",
    "member_check.chosen": "reply chosen among several",
    "codebook.frozen": "codebook version frozen",
    "saturation.decided": "saturation decided",
    "query.set_aside": "query set aside",
    "copy.cleared": "copy elsewhere removed",
    "review.decided": "string reviewed",
    "audit.attested": "dossier attested",
    "audit.closed": "audit visit closed",
    "archive.deposited": "material handed to an archive",
    "linkage.destroyed": "linkage destroyed",
    "study.closed": "study closed",
}
"""Kinds of event that are a person's decision, in the words of pages."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision as the trail knows it: who took it, and how sure that is."""

    event: str
    kind: str
    by: str
    assurance: Assurance


def decisions_taken(events: Iterable[Event], holds: Callable[[Event], bool]) -> list[Taken]:
    """Every decision, in the order of the events; `holds` says whether an event's signature is that of its actor.

    A decision that somebody else's run took over from a register, or whose signature does not hold, is declared.
    """
    taken = []
    for event in events:
        by = event.data.get("by") or event.subject_id("person") or (event.actor.id if _is_person(event) else "")
        if event.kind in DECISIONS and by:
            taken.append(Taken(event.id, event.kind, by, _assurance(event, by, holds)))
    return taken


def _assurance(event: Event, by: str, holds: Callable[[Event], bool]) -> Assurance:
    if not _is_person(event) or event.actor.id != by:
        return "declared"
    if event.actor.assurance == "signed" and not holds(event):
        return "declared"
    return event.actor.assurance


def _is_person(event: Event) -> bool:
    return event.actor.type == "person"
