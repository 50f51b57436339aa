"""What a survey's judgement rests on besides its file, as a code: the same code means the same judgement."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from evidence.survey.dictionary import DataDictionary
from expectations.survey.checks import CHECKS
from study import Event, Fact, Reference
from study.protocol.material import Survey
from study.query import Verdict
from tasks.survey_links import People
from tasks.workspace import Workspace, software_version


@dataclass(frozen=True, slots=True)
class Rules:
    """What a judgement rests on besides the file: checks, thresholds, dictionary, people, software.

    The code is keyed with the file's own key, because people are in it. A judgement that met a date in the future rests
    on the day as well. A file that changed and changed back is judged anew under a code of its own, `after` the
    judgement in between.
    """

    key: Callable[[bytes], str]
    base: str
    today: date
    generated: tuple[Reference, ...]
    earlier: tuple[Event, ...]

    @classmethod
    def of(cls, place: Workspace, spec: Survey, dictionary: DataDictionary | None, known: People, file: Fact) -> Rules:
        checks = [(c.id, c.severity, c.message, c.thresholds(place.protocol)) for c in CHECKS]
        people = known.digest if spec.linkage == "coded" else ""
        rests_on = [software_version(), checks, spec.model_dump(mode="json"), people]
        base = json.dumps([*rests_on, dictionary.sha256 if dictionary else None], sort_keys=True, default=str)
        events = [e for e in place.events(["survey.validated"]) if e.subject_id("survey") == spec.name]
        earlier = tuple(sorted(events, key=lambda e: e.recorded_at))
        return cls(partial(_keyed, place, spec.file), base, place.today, file.generated, earlier)

    @property
    def stands(self) -> bool:
        """Whether the latest judgement is of this file under these rules."""
        if not self.earlier or self.earlier[-1].generated != self.generated:
            return False
        before = self.earlier[-2].id if len(self.earlier) > 1 else ""
        codes = {self._code(day, after) for day in (None, self.today) for after in ("", before)}
        return self.earlier[-1].data["rules"] in codes

    @property
    def verdict(self) -> Verdict:
        """The latest judgement's verdict."""
        verdict: Verdict = self.earlier[-1].data["verdict"]
        return verdict

    def code(self, day: date | None = None) -> str:
        """The 12 hex under which the judgement is recorded."""
        plain = self._code(day, "")
        again = any(e.generated == self.generated and e.data["rules"] == plain for e in self.earlier[:-1])
        return self._code(day, self.earlier[-1].id) if again else plain

    def _code(self, day: date | None, after: str) -> str:
        return self.key(f"{self.base}|{day}|{after}".encode())[:12]


def _keyed(place: Workspace, path: str, data: bytes) -> str:
    """The digest of data under the key of a file about people."""
    return str(place.reference(path, data, personal=True).hmac)
