"""What was recorded about each transcript: what arrived, how it was judged, which queries came and went.

Where its versions stand on the way to coding is folded by `versions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from study import Event, Reference
from study.query import Verdict

_KINDS = frozenset(
    (
        "recording.sent",
        "recording.returned",
        "recording.destroyed",
        "transcript.received",
        "transcript.validated",
        "transcript.checked",
        "transcript.corrected",
        "transcript.deidentified",
        "transcript.released",
        "query.opened",
        "query.resolved",
        "query.set_aside",
    )
)


@dataclass(frozen=True, slots=True)
class History:
    """The events about one transcript or its recording, in the order they were recorded."""

    id: str
    events: tuple[Event, ...] = ()
    _by_kind: Mapping[str, tuple[Event, ...]] = field(default_factory=dict, repr=False)

    def of(self, kind: str) -> tuple[Event, ...]:
        """The events of one kind, in the order they were recorded."""
        return self._by_kind.get(kind, ())

    def verdict_before(self, run: str) -> Verdict | None:
        """The worst verdict that stood before the run of that id; None where it had not been judged."""
        return _worst(e for e in self.of("transcript.validated") if e.run.flow_run_id != run)

    @property
    def verdict(self) -> Verdict | None:
        """The worst of the last verdicts of its files; None where none was judged."""
        return _worst(self.of("transcript.validated"))

    def run_of(self, event: str) -> str:
        """The run that recorded one of its events; empty for an event of something else."""
        return next((e.run.flow_run_id for e in self.events if e.id == event), "")

    @property
    def references(self) -> frozenset[Reference]:
        """Every version that arrived."""
        return frozenset(reference for event in self.of("transcript.received") for reference in event.generated)


_FROM_BEST: tuple[Verdict, ...] = ("passed", "review", "blocked", "unreadable")


def _worst(judged: Iterable[Event]) -> Verdict | None:
    last: dict[str, Verdict] = {e.generated[0].ref if e.generated else "": e.data["verdict"] for e in judged}
    return max(last.values(), key=_FROM_BEST.index, default=None)


def histories(events: Iterable[Event]) -> dict[str, History]:
    """The history of each transcript by id, in any order of the events.

    What is about a recording alone counts for its interview, what is about a copy for its original.
    """
    found: dict[str, list[Event]] = {}
    for event in events:
        if event.kind not in _KINDS:
            continue
        if event.kind.startswith("recording."):
            id = event.subject_id("interview")
        else:
            id = event.subject_id("transcript") or event.subject_id("copy")
        if id:
            found.setdefault(id, []).append(event)
    return {id: _history(id, about) for id, about in sorted(found.items())}


def _history(id: str, about: list[Event]) -> History:
    about.sort(key=lambda e: (e.recorded_at, e.id))
    by_kind: dict[str, list[Event]] = {}
    for event in about:
        by_kind.setdefault(event.kind, []).append(event)
    return History(id, tuple(about), {kind: tuple(of_kind) for kind, of_kind in by_kind.items()})
