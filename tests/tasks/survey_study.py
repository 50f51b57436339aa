"""A tiny study with one survey, judged as the flow does it without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from evidence import isolated
from study import Event, Fact, StudyError, Subject
from study.query import Settled, fold_queries, settle
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

    def run(self, *, killed_after: str = "", as_of: str | None = None) -> tuple[Any, Any]:
        """The first survey as judged, and what the flow says of all."""
        request = StudyRequest.model_validate({"study": str(self.root), "as_of": as_of})
        with opened(request, "validate-surveys", create=True) as place:
            self.judged = judged = judge_surveys.fn(place)
            place.trail.append(receptions(judged))
            if killed_after == "received":
                return next(iter(judged), None), None
            settled = self._settle(place, judged)
            made = publish_data_docs.fn(place, judged)
            if killed_after == "settled":
                return next(iter(judged), None), None
            place.trail.append(verdicts(judged))
            keep_counts.fn(place, judged)
            return next(iter(judged), None), outcome_of(judged, settled, made)

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


def conduct() -> list[Fact]:
    """The study opened, its form approved and somebody who may ask for consent."""
    form = {"form": "main", "version": "1", "language": "en", "scopes": ("take_part", "survey"), "text": "0" * 64}
    dates = {"opens": "2026-01-02", "approval_from": "2026-01-01", "reconsent": "none"}
    opening = {"time_zone": "UTC", "protocol": "0" * 64, "approval_from": "2026-01-01"}
    task = {"role": "investigator", "task": "obtain_consent"}
    return [
        Fact("study.opened", "2026-01-01", data=opening),
        Fact("personnel.authorised", "2026-01-02", (Subject("person", "ME"),), data=task),
        Fact("consent.form_approved", "2026-01-02", data={**form, **dates}),
    ]


def consent(code: str) -> Fact:
    """Consent to the survey, given long before it."""
    how = {"mode": "signed", "obtained_by": "ME", "copy_given": True}
    absent = {"has_witness": False, "has_representative": False, "declined": ()}
    form = {"form": "main", "form_version": "1", "language": "en", "given": ("take_part", "survey")}
    row = {"ordinal": 0, "version": 1, "row": "0" * 64}
    return Fact("consent.given", "2026-02-01", (Subject("participant", code),), data={**row, **form, **how, **absent})
