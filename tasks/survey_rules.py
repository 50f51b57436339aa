"""What a survey's judgement rests on besides its file, as a code: the same code means the same judgement."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from evidence.survey import READER_VERSION
from expectations.survey.checks import CHECKS
from study import Event, Reference
from study.protocol.material import Survey
from study.query import Verdict
from tasks.survey_links import SCOPE, People
from tasks.survey_verdicts import blocks_set_aside
from tasks.workspace import Workspace, software_version


@dataclass(frozen=True, slots=True)
class Rules:
    """What a judgement rests on besides the survey file: checks and thresholds, the other files, people, software, and
    which queries that block were set aside.

    The code is keyed with the file's own key, because people are in it. A judgement that the day matters to (a date in
    the future, a row without a day) rests on the day as well. A file that changed and changed back is judged anew under
    a code of its own, `after` the judgement in between.
    """

    key: Callable[[bytes], str]
    base: str
    today: date
    reference: Reference
    earlier: tuple[Event, ...]

    @classmethod
    def of(
        cls, place: Workspace, spec: Survey, reference: Reference, digests: Mapping[str, str], known: People
    ) -> Rules:
        """The rules for one survey; `digests` are of its other files and of what earlier waves left, by role."""
        rests_on: dict[str, object] = {
            "software": [software_version(), READER_VERSION],
            "checks": [(c.id, c.severity, c.message, c.thresholds(place.protocol)) for c in CHECKS],
            "protocol": [spec.model_dump(mode="json"), place.protocol.disclosure.model_dump(mode="json")],
            "people": _people(known) if spec.linkage == "coded" else [],
            **digests,
        }
        if aside := sorted(r.fingerprint for r in blocks_set_aside(place.events(), spec.name)):
            rests_on["set aside"] = aside
        events = [e for e in place.events(["survey.validated"]) if e.subject_id("survey") == spec.name]
        earlier = tuple(sorted(events, key=lambda e: (e.recorded_at, e.id)))
        base = json.dumps(rests_on, sort_keys=True, default=str)
        return cls(partial(_keyed, place, spec.file), base, place.today, reference, earlier)

    @property
    def stands(self) -> bool:
        """Whether the latest judgement is of this file under these rules."""
        if not self.earlier or self.earlier[-1].generated != (self.reference,):
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
        again = any(e.generated == (self.reference,) and e.data["rules"] == plain for e in self.earlier[:-1])
        return self._code(day, self.earlier[-1].id) if again else plain

    def _code(self, day: date | None, after: str) -> str:
        return self.key(f"{self.base}|{day}|{after}".encode())[:12]


def _people(known: People) -> list[object]:
    """The registry and the ledger, and the withdrawals that are still ahead: their day changes the judgement."""
    withdrawn = (one for many in known.ledger.withdrawn.values() for one in many if SCOPE in one.scopes)
    return [known.digest, sorted(one.event_id for one in withdrawn if one.at.day > known.today)]


def _keyed(place: Workspace, path: str, data: bytes) -> str:
    """The digest of data under the key of a file about people."""
    return str(place.reference(path, data, personal=True).hmac)
