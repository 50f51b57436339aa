"""What may still run once the linkage is destroyed, or the study is closed; said in one sentence, and nothing recorded.

Without the linkage nobody can be told from anybody else: whatever looks somebody up would find no consent at all and
say so of everybody. After the closing any new entry would make the trail one that is not closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from study import StudyError
from tasks.outcome import Outcome

if TYPE_CHECKING:
    from tasks.workspace import Workspace

STEPS = frozenset({
    "propose-sample", "approve-sample", "track-recruitment", "track-consent", "validate-transcripts",
    "validate-surveys", "assess-saturation", "compare-coders", "compare-cases", "assemble-member-checks",
    "record-member-checks", "report-progress",
})  # fmt: skip
"""What runs by itself, and looks people up: it says that there is nothing left to do."""

OPENING = frozenset({"open-study", "record-amendment"})
"""What runs by itself until the study is closed."""

OF_PEOPLE = frozenset({
    "record-enrolment", "record-contact", "record-consent", "record-interview", "record-no-show", "record-affiliation",
    "record-site", "record-recording", "record-audio-check", "record-reply", "confirm-reply", "replace-site",
    "draw-audio-check", "deidentify-transcripts", "review-strings", "export-surveys", "deposit-material", "void-form",
    "record-debriefing", "record-negative-case", "record-counter-narrative", "record-hypothesis", "record-memo",
    "record-claim",
})  # fmt: skip
"""What a person starts, and what looks people up or reads everything again: it is refused."""

VISITS = frozenset({
    "open-audit", "draw-audit-sample", "open-audit-item", "record-audit-query", "record-audit-answer",
    "record-attestation", "close-audit",
})  # fmt: skip
"""What a person starts until the study is closed."""

ALWAYS = frozenset({
    "run-study", "seal-trail", "verify-trail", "publish-dossier", "destroy-linkage", "close-study",
    "withdraw-participant",
})  # fmt: skip
"""What records nothing of its own afterwards, or must not be kept from anybody: a withdrawal."""

UNLINKED = "The linkage is destroyed: people can no longer be told apart, so nothing that needs it is looked at."
CLOSED = "The study is closed: nothing is recorded in it any more."


def ended(place: Workspace, flow: str) -> Outcome | None:
    """What a flow that runs by itself says instead of running; None where it runs."""
    if is_closed(place) and flow in STEPS | OPENING:
        return Outcome(flow, (CLOSED,))
    return Outcome(flow, (UNLINKED,)) if is_unlinked(place) and flow in STEPS else None


def refuse_ended(place: Workspace, flow: str) -> None:
    """StudyError for what a person starts and what may not run any more."""
    if is_closed(place) and flow in OF_PEOPLE | VISITS:
        raise StudyError(CLOSED, where="the end of the study", remedy="Publish and verify it; both still work.")
    if is_unlinked(place) and flow in OF_PEOPLE:
        raise StudyError(UNLINKED, where="the end of the study", remedy="Publish its dossier and close it.")


def is_closed(place: Workspace) -> bool:
    """Whether the study is closed."""
    return bool(place.events(["study.closed"]))


def is_unlinked(place: Workspace) -> bool:
    """Whether it was decided that the linkage is destroyed."""
    return bool(place.events(["linkage.destroyed"]))
