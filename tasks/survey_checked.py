"""A survey's answers measured and checked: by dictionary, protocol and people, and by the team's own checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from evidence.survey import Survey as SurveyFile
from evidence.survey.answers import Answers, answers_as_declared
from evidence.survey.coded import RowTable
from evidence.survey.dictionary import DataDictionary
from evidence.survey.frequencies import Frequencies, frequencies
from evidence.survey.responses import Responses
from evidence.survey.scale_report import ScaleReport
from evidence.survey.scales import features_of
from expectations.own_checks import judge_own
from expectations.survey.suites import SurveyToJudge, judge
from expectations.validate import Validation
from study import Query
from study.protocol.material import Survey
from tasks.distribution import distribution
from tasks.gates import Gatekeeper
from tasks.survey_files import SurveyFiles, raised
from tasks.survey_history import Counts, counts_of
from tasks.survey_links import People, refused_answers, undated_answers
from tasks.survey_people import of_people
from tasks.survey_verdicts import blocks_set_aside
from tasks.workspace import Workspace

OF_PEOPLE = frozenset({"SV042", "SV043"})
"""Consent and withdrawal, which are said whatever else is wrong with a file."""
DECISIVE = ("EX001", "SV003", "SV007")
"""No row, fewer rows than declared, another wave: the file is not the one that was meant, and is asked nothing else."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of the checks: their queries and results, whether the day matters, and what was measured on the way."""

    queries: tuple[Query, ...] = ()
    validations: tuple[Validation, ...] = ()
    is_dated: bool = False
    counts: Counts | None = None
    reports: tuple[ScaleReport, ...] = ()
    frequencies: Frequencies | None = None
    features: Mapping[str, object] = field(default_factory=dict)
    responses: Responses | None = None


def check_answers(
    place: Workspace, files: SurveyFiles, dictionary: DataDictionary, read: SurveyFile, known: People
) -> Checked:
    """The suites that dictionary, protocol and team ask for, over the answers."""
    spec, answers, ref = files.spec, answers_as_declared(read, dictionary), place.ref(files.spec.file)
    who_and_when = _about_people(answers, spec)
    gates = Gatekeeper(place, known.ledger, refused_answers(known, spec, who_and_when))
    gates.write(f"survey-{spec.name}", undated_answers(known, spec, who_and_when))
    people = of_people(place, spec, known, read, dictionary, answers)
    whole = SurveyToJudge(spec, read, dictionary, answers, people.links, people.about_file, people.about_variables)
    whole = replace(whole, reports=whole.measured_scales(), spellings=known.spellings_of(spec))
    rows = whole.rows(place.today)
    is_short = len(rows) < (spec.rows or 0) and not accepts_fewer_rows(place, spec)
    only = {*DECISIVE, *OF_PEOPLE} if rows.empty or is_short else None
    validations = judge(whole, rows, study=place.protocol, ref=ref, only=only)
    if files.own and only is None:
        validations += (judge_own(files.own, answers, rows, spec, study=place.protocol, ref=ref),)
    faults = (raised(place, spec, check, spec.distribution or "", said) for check, said in people.faults)
    queries = (*faults, *(query for validation in validations for query in validation.queries))
    reports = whole.measured_scales()
    measured = {**features_of(reports), **whole.about_file, "row_count": len(rows), "declared_rows": read.declared_rows}
    return Checked(
        queries,
        validations,
        _is_dated(spec, rows) or bool((listed := distribution(place, spec, known)) and listed.is_ahead),
        counts_of(place.today.isoformat(), "", (), answers, dictionary),
        reports,
        frequencies(read, dictionary, answers, private=(spec.key,), start=spec.start, end=spec.end),
        {name: value for name, value in measured.items() if not name.endswith(":rows")},
        people.responses,
    )


def _about_people(answers: Answers, spec: Survey) -> pd.DataFrame:
    """The columns that say who answered and when, cell by cell."""
    named = [name for name in (spec.key, spec.interview_date, spec.start, spec.end) if name and name in answers]
    return pd.DataFrame({name: answers.to(name).coded.whole(answers.index) for name in named}, index=answers.index)


def _is_dated(spec: Survey, rows: RowTable) -> bool:
    """Whether another day may judge otherwise: a date is in the future, or consent is asked for the day of the run."""
    ahead = (rows.coded(name).contents for name in rows.columns if name.endswith(":days_after_today"))
    days = {spec.interview_date, spec.start, spec.end} & set(rows.columns)
    return any((days > 0).any() for days in ahead) or (spec.linkage == "coded" and not days)


def accepts_fewer_rows(place: Workspace, spec: Survey) -> bool:
    """Whether somebody accepted that rows are missing: then those there are asked everything."""
    return any(record.check == "SV003" for record in blocks_set_aside(place.events(), spec.name))


def decisive_of(place: Workspace, checked: Checked, read: SurveyFile, spec: Survey) -> Query | None:
    """The query that says that this is not the file that was meant; None where there is none."""
    is_asked = len(read.frame) >= (spec.rows or 0) or accepts_fewer_rows(place, spec)  # more rows: worth looking at
    found = {q.check: q for q in reversed(checked.queries) if not (is_asked and q.check == "SV003")}
    return next((found[check] for check in DECISIVE if check in found), None)


def only_of(validation: Validation, checks: Iterable[str]) -> Validation:
    """The results of these checks alone; the others do not matter for the file."""
    return replace(validation, results=tuple(r for r in validation.results if r.check in checks))
