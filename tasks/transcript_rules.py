"""What a judgement of a file rests on besides its bytes, as a code: the same code means the same judgement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from evidence.measure import Expected
from expectations.check import Check
from study import Event
from study.identifiers import digest, keyed_digest
from study.query import Verdict
from tasks.transcript_files import TranscriptFile
from tasks.workspace import Workspace, software_version


@dataclass(frozen=True, slots=True)
class Rules:
    """Checks, thresholds, what the reading rests on, and registers behind the judgement of one file.

    The code is keyed with the file's own key, because names and consents are in it. `met` is what the judgement met
    beyond them: today's date for a file dated ahead, other transcripts it is like, a reader that died. A file that
    changed and changed back is judged anew under a code of its own, `after` the judgement in between.
    """

    place: Workspace
    file: TranscriptFile
    base: str
    earlier: tuple[Event, ...]

    def stands(self, met: str = "") -> bool:
        """Whether the last judgement is of this file under these rules and met the same beyond them."""
        if not self.earlier or self.earlier[-1].generated != (self.file.reference,):
            return False
        before = self.earlier[-2].id if len(self.earlier) > 1 else ""
        return any(self.last == self._code(met, after) for after in dict.fromkeys(("", before)))

    @property
    def verdict(self) -> Verdict:
        """The verdict of the last judgement."""
        verdict: Verdict = self.earlier[-1].data["verdict"]
        return verdict

    @property
    def last(self) -> str:
        """The code of the last judgement; "" where there is none."""
        return str(self.earlier[-1].data["rules"]) if self.earlier else ""

    def code(self, met: str = "") -> str:
        """The 12 hex under which this judgement is recorded."""
        if self.stands(met):
            return self.last
        plain = self._code(met, "")
        known = any(e.generated == (self.file.reference,) and e.data["rules"] == plain for e in self.earlier)
        return self._code(met, self.earlier[-1].id) if known else plain

    def _code(self, met: str, after: str) -> str:
        text = f"{self.base}|{met}|{after}".encode()
        return keyed_digest(self.place.codes.key(self.file.reference.ref), text)[:12]


class Rulebook:
    """The rules of all files of one kind: what is the same for all of them is put together once."""

    def __init__(self, place: Workspace, kind: str, checks: Iterable[Check]) -> None:
        self._place = place
        shared = [(c.id, c.severity, c.feature, c.thresholds(place.protocol)) for c in checks]
        self._shared = digest(json.dumps([software_version(), shared], sort_keys=True, default=str).encode())
        self._judged: dict[tuple[str, str], list[Event]] = {}
        for event in place.events([f"{kind}.validated"]):
            key = (event.subject_id(kind) or "", event.generated[0].ref)
            self._judged.setdefault(key, []).append(event)

    def rules(self, file: TranscriptFile, keys: Mapping[Any, str], expected: Expected | None) -> Rules:
        """The rules for one file, whose reading rests on `keys`."""
        earlier = sorted(self._judged.get((file.id, file.reference.ref), ()), key=lambda e: (e.recorded_at, e.id))
        base = [self._shared, dict(keys), _plain(expected) if expected else None]
        return Rules(self._place, file, json.dumps(base, sort_keys=True, default=str), tuple(earlier))


def _plain(expected: Expected) -> dict[str, Any]:
    """What the registers say, without the day, which moves on, and the questions, on which the reading rests."""
    return {f.name: getattr(expected, f.name) for f in fields(expected) if f.name not in ("today", "questions")}
