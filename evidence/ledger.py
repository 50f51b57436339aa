"""How every transcript and survey was judged last, folded from the trail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from study import Event
from study.event import in_fold_order
from study.query import Verdict

VerdictCounts = Mapping[str, int]
"""How many transcripts (or surveys) stand at each verdict; every verdict is a key."""

_FROM_BEST: tuple[Verdict, ...] = ("passed", "review", "blocked", "unreadable")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdict of each transcript and survey by id; with several files the worst of them."""

    by_transcript: Mapping[str, Verdict]
    by_survey: Mapping[str, Verdict]

    @property
    def transcripts(self) -> VerdictCounts:
        return _counts(self.by_transcript)

    @property
    def surveys(self) -> VerdictCounts:
        return _counts(self.by_survey)


def fold_verdicts(events: Iterable[Event]) -> Verdicts:
    """The last judgement of every file, in any order of the events."""
    ordered = in_fold_order(events)
    return Verdicts(_folded(ordered, "transcript"), _folded(ordered, "survey"))


def _folded(ordered: list[Event], subject: str) -> dict[str, Verdict]:
    latest: dict[tuple[str, str], Verdict] = {}
    judged = [e for e in ordered if e.kind == f"{subject}.validated"]
    for event in sorted(judged, key=lambda e: (e.recorded_at, e.id)):
        id = event.subject_id(subject)
        if id is not None:
            latest[id, event.generated[0].ref if event.generated else ""] = event.data["verdict"]
    worst: dict[str, Verdict] = {}
    for (id, _), verdict in latest.items():
        worst[id] = max(worst.get(id, verdict), verdict, key=_FROM_BEST.index)
    return dict(sorted(worst.items()))


def _counts(verdicts: Mapping[str, Verdict]) -> VerdictCounts:
    found = Counter(verdicts.values())
    return {verdict: found[verdict] for verdict in _FROM_BEST}
