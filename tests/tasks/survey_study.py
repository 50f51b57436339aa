"""A tiny study with one survey, judged as the flow does it without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from evidence import isolated
from study import Event, StudyError
from study.query import Settled, fold_queries, settle
from tasks.outcome import Outcome
from tasks.queries import write_query
from tasks.request import StudyRequest
from tasks.survey_judgement import JudgedSurvey
from tasks.surveys import is_of, judge_surveys, keep_counts, outcome_of, publish_data_docs, receptions, verdicts
from tasks.workspace import Workspace, opened

PROTOCOL = """
id: tiny
title: A tiny study
synthetic: true
time_zone: UTC
as_of: 2026-06-30
strands: [quantitative]
ethics: {board: IRB, reference: R-1, approvals: [{from: 2026-01-01}]}
team: [{code: ME, name: Me, role: investigator, tasks: [{task: set_aside_query, from: 2026-01-01}]}]
participants: {roles: [{id: peer, label: Peer}]}
sampling:
  id_column: site_id
  stages: [{name: sites, strategy: convenience, rationale: A test, size: 1}]
consent_forms: [{form: main, version: "1", file: f.md, approved: 2026-01-01, opens: 2026-01-02, scopes: [take_part]}]
surveys:
  - {name: staff, file: surveys/staff.csv, dictionary: surveys/staff.dictionary.csv, linkage: anonymous}
"""
DICTIONARY = "variable,label,type,values,missing,range\nq1,One,single,1=No;2=Yes,,\nage,Age,integer,,,18..99\n"
SOUND = "q1,age\n1,30\n2,40\n"
WILD = "q1,age\n1,30\n2,40\n7,50\n"
FUTURE = "q1,age,day\n1,30,2026-01-01\n2,40,2027-01-01\n"


def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files known to be harmless are read without the second a child process takes."""

    def call_each(function: Callable[..., Any], calls: Iterable[Any], *, seconds: float, megabytes: int) -> Any:
        for args in calls:
            try:
                yield function(*args)
            except StudyError as error:
                yield isolated.ReaderDied("refused", str(error))

    monkeypatch.setattr(isolated, "call_each", call_each)


class Study:
    """A study folder with one survey, and the steps of the flow without a server."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "surveys").mkdir(parents=True)
        self.write("study.yaml", PROTOCOL)
        self.write("surveys/staff.dictionary.csv", DICTIONARY)
        self.write("surveys/staff.csv", SOUND)

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text)

    def run(self, *, killed_after: str = "", as_of: str | None = None) -> tuple[JudgedSurvey, Outcome | None]:
        request = StudyRequest.model_validate({"study": str(self.root), "as_of": as_of})
        with opened(request, "validate-surveys", create=True) as place:
            self.judged = judged = judge_surveys.fn(place)
            place.trail.append(receptions(judged))
            if killed_after == "received":
                return judged[0], None
            settled = self._settle(place, judged)
            made = publish_data_docs.fn(place, judged)
            if killed_after == "settled":
                return judged[0], None
            place.trail.append(verdicts(judged))
            keep_counts.fn(place, judged)
            return judged[0], outcome_of(judged, settled, made)

    def _settle(self, place: Workspace, judged: list[JudgedSurvey]) -> Settled:
        found = [q for survey in judged for q in survey.queries]
        for query in found:
            write_query(place, query)
        settled = settle(fold_queries(place.events()), found, lambda r: is_of(judged, r), now=place.instant)
        place.trail.append(settled.facts)
        return settled

    def events(self) -> list[Event]:
        with opened(StudyRequest(study=str(self.root)), "report-progress") as place:
            return [e for e in place.events() if e.kind != "run.closed"]

    def open_checks(self) -> set[str]:
        return {r.check for r in fold_queries(self.events()).values() if r.state == "open"}

    def verdicts(self) -> list[str]:
        judged = [e for e in self.events() if e.kind == "survey.validated"]
        return [e.data["verdict"] for e in sorted(judged, key=lambda e: e.recorded_at)]
