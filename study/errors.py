"""Faults a person can mend, as one sentence each."""

from __future__ import annotations

from dataclasses import dataclass


class StudyError(Exception):
    """A fault in the study: what is wrong, where (file, row or key) and what to do.

    Never holds a participant's name or words: its text reaches run logs and terminals.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what.rstrip(".")
        self.where = where
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        start = f"{self.where}: {self.what}" if self.where else self.what
        return f"{start}. {self.remedy}".rstrip() if self.remedy else f"{start}."


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a file a person wrote: where it is and what would mend it."""

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return str(StudyError(self.what, where=self.where, remedy=self.remedy))


class ProtocolError(StudyError):
    """Every fault found in study.yaml in one pass; its text is the first of them and their number."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        first = faults[0]
        more = f" (and {len(faults) - 1} more; `fieldtrail check` lists them)" if len(faults) > 1 else ""
        super().__init__(first.what + more, where=first.where, remedy=first.remedy)


class IdConflict(StudyError):
    """The same act is already in the trail with other content."""


class TrailUnsound(StudyError):
    """The trail did not verify; the text holds the verifier's first fault."""
