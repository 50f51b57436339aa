"""What a judgement of a transcript rests on besides its bytes, as a code: the same code means the same judgement."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from evidence.detectors import Entry
from evidence.measure import Expected
from evidence.transcripts import READER_VERSION
from expectations.transcripts import CHECKS
from study import Event
from study.query import Verdict
from tasks.transcript_files import TranscriptFile
from tasks.workspace import Workspace, software_version


@dataclass(frozen=True, slots=True)
class Rules:
    """Checks, thresholds, conventions, registers and names behind the judgement of one file.

    The code is keyed with the file's own key, because names and consents are in it. `met` is what the judgement met
    beyond them: today's date for a file dated ahead, other transcripts it is like, a reader that died. A file that
    changed and changed back is judged anew under a code of its own, `after` the judgement in between.
    """

    place: Workspace
    file: TranscriptFile
    base: str
    earlier: tuple[Event, ...]

    @property
    def stands(self) -> bool:
        """Whether the last judgement is of this file under these rules and met nothing beyond them."""
        return self._is_last("")

    @property
    def verdict(self) -> Verdict:
        """The verdict of the last judgement."""
        verdict: Verdict = self.earlier[-1].data["verdict"]
        return verdict

    def code(self, met: str = "") -> str:
        """The 12 hex under which this judgement is recorded."""
        if self._is_last(met):
            return str(self.earlier[-1].data["rules"])
        plain = self._code(met, "")
        known = any(e.generated == (self.file.reference,) and e.data["rules"] == plain for e in self.earlier)
        return self._code(met, self.earlier[-1].id) if known else plain

    def _is_last(self, met: str) -> bool:
        if not self.earlier or self.earlier[-1].generated != (self.file.reference,):
            return False
        before = self.earlier[-2].id if len(self.earlier) > 1 else ""
        return self.earlier[-1].data["rules"] in {self._code(met, after) for after in ("", before)}

    def _code(self, met: str, after: str) -> str:
        text = f"{self.base}|{met}|{after}".encode()
        return str(self.place.reference(self.file.path, text, personal=True).hmac)[:12]


def rules_of(
    place: Workspace, file: TranscriptFile, expected: Expected, entries: Iterable[Entry], events: Iterable[Event]
) -> Rules:
    """The rules for one file; `events` are the transcript.validated events of the study."""
    judged = [e for e in events if e.subject_id("transcript") == file.id and e.generated[0].ref == file.reference.ref]
    base: list[Any] = [
        software_version(),
        READER_VERSION,
        [(c.id, c.severity, c.feature, c.thresholds(place.protocol)) for c in CHECKS],
        place.protocol.transcripts.model_dump(mode="json") if place.protocol.transcripts else None,
        sorted(entries),
        _plain(replace(expected, today=None)),
    ]
    earlier = tuple(sorted(judged, key=lambda e: (e.recorded_at, e.id)))
    return Rules(place, file, json.dumps(base, sort_keys=True, default=str), earlier)


def _plain(expected: Expected) -> dict[str, Any]:
    return {**asdict(expected), "questions": [q.model_dump(mode="json") for q in expected.questions]}
