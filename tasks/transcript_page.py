"""One transcript's page put together from its history, its queries' words and what was measured on its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from evidence.measure import MEASURE_VERSION
from evidence.measured import Trace
from evidence.outline import Outline
from evidence.reading import READING_VERSION
from expectations.catalogue import CATALOGUE
from expectations.transcripts import CHECKS
from pages.measurements import allowed, measured
from pages.transcript_page import (
    Asked,
    CheckLine,
    FileReport,
    OpenQuery,
    Silence,
    TranscriptPage,
)
from study import Protocol
from study.protocol.material import AudioCheck, GuideQuestion
from tasks.queries import CODE
from tasks.transcript_known import Known, Seen, next_steps
from tasks.transcript_way import day_of, moments_of, steps_of

UNNAMED = (
    "The name of the file is not shown, because it may be somebody's. It stands in restricted/queries/, in the file "
    "that begins with the code of a query below."
)
_RANK = {"block": 0, "review": 1, "inform": 2}


@dataclass(frozen=True)
class Pages:
    """What every page of a run needs: the protocol, this run's id, the checks by fingerprint, the guide's questions."""

    protocol: Protocol
    run: str
    checks: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, GuideQuestion] = field(default_factory=dict)

    @cached_property
    def rules(self) -> str:
        """A digest of what all pages rest on: title, thresholds, the guide's questions, the versions of readings."""
        thresholds = {check.id: check.thresholds(self.protocol) for check in CHECKS}
        questions = {id: question.text for id, question in self.questions.items()}
        taken = [self.protocol.title, self.protocol.synthetic, thresholds, questions, READING_VERSION, MEASURE_VERSION]
        return hashlib.sha256(json.dumps(taken, sort_keys=True).encode()).hexdigest()

    def page(self, known: Known) -> TranscriptPage:
        """Everything the page of one transcript shows."""
        return TranscriptPage(
            study=self.protocol.title,
            synthetic=self.protocol.synthetic,
            id=known.id,
            verdict=known.verdict,
            next=tuple(next_steps(known, self.audio_check)),
            steps=tuple(steps_of(known, self.protocol.zone, self.audio_check)),
            queries=tuple(self._queries(known)),
            files=tuple(self._file(seen) for seen in known.files),
            notes=() if known.is_of_interview else (UNNAMED,),
            label=known.label,
            history=tuple(moments_of(known.history, self.checks, self.protocol.zone)),
        )

    @property
    def audio_check(self) -> AudioCheck | None:
        """How much of the audio study.yaml says is heard again."""
        return self.protocol.transcripts.audio_check if self.protocol.transcripts else None

    def _queries(self, known: Known) -> Iterator[OpenQuery]:
        opened = {e.id: e for e in known.history.of("query.opened")}
        paths = sorted((file.path for file in known.files), key=len, reverse=True)
        for query, record in sorted(known.queries, key=lambda pair: (_RANK[pair[0].severity], pair[0].check)):
            check, since = CATALOGUE.get(query.check), opened.get(record.opened_by)
            yield OpenQuery(
                check=query.check,
                title=check.title if check else query.check,
                severity=query.severity,
                means=check.reason if check else "",
                where=_place(query.where, paths),
                todo=query.message,
                since=day_of(since, self.protocol.zone) if since else "",
                code=query.fingerprint[:CODE],
                is_new=since is not None and since.run.flow_run_id == self.run,
            )

    def _file(self, seen: Seen) -> FileReport:
        drawn = seen.outline
        longest = self._thresholds("TR022").get("maximum")
        silences = [
            Silence(g.start, g.length, g.turn, longest is not None and g.length > longest) for g in _gaps(drawn)
        ]
        return FileReport(
            name=seen.shown,
            format=seen.format,
            verdict=seen.verdict,
            checks=tuple(self._check(seen, id) for id in seen.states if id in CATALOGUE),
            words=tuple(drawn.words.items()) if drawn and sum(drawn.words.values()) else (),
            seconds=drawn.seconds if drawn else None,
            course=drawn.course if drawn else "",
            silences=tuple(silences),
            guide=tuple(self._asked(trace) for trace in seen.traces),
        )

    def _check(self, seen: Seen, id: str) -> CheckLine:
        check, state = CATALOGUE[id], seen.states[id]
        value = measured(check.feature, seen.features.get(check.feature))
        threshold = allowed(check.feature, self._thresholds(id)) if state != "not_applicable" else ""
        return CheckLine(id, check.title, state, check.severity, value if threshold else "", threshold)

    def _thresholds(self, id: str) -> dict[str, float]:
        check = CATALOGUE.get(id)
        return check.thresholds(self.protocol) if check else {}

    def _asked(self, trace: Trace) -> Asked:
        question = self.questions.get(trace.question)
        is_traced = trace.turn > 0 and trace.score >= self._thresholds("TR043").get("minimum", 0.0)
        return Asked(
            trace.question,
            question.text if question else "",
            trace.is_required,
            trace.turn if is_traced else None,
            trace.score if is_traced else None,
            trace.keywords,
        )


def _gaps(drawn: Outline | None) -> Collection[Any]:
    return drawn.gaps if drawn else ()


def _place(where: str, paths: Iterable[str]) -> str:
    """The place within the file: its path may hold what out/ must not."""
    for path in paths:
        if where.startswith(path):
            return where.removeprefix(path).lstrip(", ")
    return ""
