"""One survey judged: its answers measured and checked, with what is to be recorded and shown of it."""

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
from evidence.survey.waves import asked_in
from expectations.own_checks import judge_own
from expectations.survey.suites import SurveyToJudge, judge
from expectations.validate import State, Validation
from pages.data_docs import SurveyDocs
from study import Fact, Query, StudyError
from study.identifiers import event_id
from study.protocol.material import Survey
from study.query import Verdict
from tasks.gates import Gatekeeper
from tasks.survey_docs import docs_of
from tasks.survey_files import SurveyFiles, raised
from tasks.survey_history import Counts, History, counts_of, last_history
from tasks.survey_links import People, refused_answers
from tasks.survey_people import of_people
from tasks.survey_rules import Rules
from tasks.workspace import Workspace

OF_FILES = frozenset({"SV001", "SV004", "SV093"})
"""What is said of a survey whose answers could not be read."""
OF_PEOPLE = frozenset({"SV042", "SV043"})
"""Consent and withdrawal, which are said whatever else is wrong with a file."""
DECISIVE = ("EX001", "SV003", "SV007")
"""No row, fewer rows than declared, another wave: the file is not the one that was meant, and is asked nothing else."""


@dataclass(frozen=True, slots=True)
class JudgedSurvey:
    """One survey of the protocol after this run; `facts` is empty and `docs` None where there is no file.

    `looked_at` are the checks that could be made, None for all of them: a query of another check is neither found nor
    resolved. `history` says what changed since the judgement before. For the team's page, all of it empty where the
    survey was not judged now: `states` how each check went, by check id and column; `reports` a report of each scale;
    `frequencies` the tables of its variables; `responses` how many were invited and answered; `features` what was
    measured on the file as a whole.
    """

    name: str
    verdict: Verdict
    queries: tuple[Query, ...]
    facts: tuple[Fact, ...] = ()
    docs: SurveyDocs | None = None
    is_unchanged: bool = False
    looked_at: frozenset[str] | None = None
    states: Mapping[tuple[str, str], State] = field(default_factory=dict)
    reports: tuple[ScaleReport, ...] = ()
    frequencies: Frequencies | None = None
    history: History | None = None
    responses: Responses | None = None
    features: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A survey whose answers are to be judged: the files around it, that it was received, and the rules."""

    files: SurveyFiles
    received: Fact
    rules: Rules

    @property
    def spec(self) -> Survey:
        return self.files.spec


@dataclass(frozen=True, slots=True)
class _Checked:
    """What came of the checks: their queries and results, whether the day matters, and what was measured on the way."""

    queries: tuple[Query, ...] = ()
    validations: tuple[Validation, ...] = ()
    is_dated: bool = False
    counts: Counts | None = None
    reports: tuple[ScaleReport, ...] = ()
    frequencies: Frequencies | None = None
    features: Mapping[str, object] = field(default_factory=dict)
    responses: Responses | None = None


def missing_survey(place: Workspace, files: SurveyFiles) -> JudgedSurvey:
    """A survey whose file is not there."""
    what = "The survey file is not there: put it there, or correct its name in study.yaml."
    query = raised(place, files.spec, "SV001", files.spec.file, what)
    return JudgedSurvey(files.spec.name, "unreadable", (*files.faults, query), looked_at=OF_FILES)


def judge_survey(place: Workspace, arrived: Arrived, read: SurveyFile | StudyError, known: People) -> JudgedSurvey:
    """One survey as it was read: its queries, what is to be recorded of it and what its pages show."""
    spec, faults = arrived.spec, arrived.files.faults
    if isinstance(read, StudyError):
        query = raised(place, spec, "SV001", spec.file, f"{read.what}. {read.remedy}")
        return _judged(place, arrived, _Checked((*faults, query)), "unreadable", OF_FILES)
    mended = [raised(place, spec, "SV005", spec.file, problem, i) for i, problem in enumerate(read.problems)]
    if arrived.files.dictionary is None:
        return _judged(place, arrived, _Checked((*faults, *mended)), None, OF_FILES | {"SV005"})
    dictionary = asked_in(arrived.files.dictionary, spec.wave, read.frame.columns)
    checked = _checked(place, arrived.files, dictionary, read, known)
    decisive = _decisive(checked, read, spec)
    if decisive:
        kept = [query for query in checked.queries if query.check in (*OF_PEOPLE, decisive.check)]
        shown = tuple(_only(v, {decisive.check, *OF_PEOPLE}) for v in checked.validations)
        stopped = replace(checked, queries=(*faults, *kept), validations=tuple(v for v in shown if v.results))
        return _judged(place, arrived, stopped, None, OF_FILES | OF_PEOPLE | {decisive.check})
    return _judged(place, arrived, replace(checked, queries=(*faults, *mended, *checked.queries)))


def _checked(
    place: Workspace, files: SurveyFiles, dictionary: DataDictionary, read: SurveyFile, known: People
) -> _Checked:
    """The suites that dictionary, protocol and team ask for, over the answers."""
    spec, answers, ref = files.spec, answers_as_declared(read, dictionary), place.ref(files.spec.file)
    gates = Gatekeeper(place, known.ledger, refused_answers(known, spec, _about_people(answers, spec)))
    gates.write(f"survey-{spec.name}")
    people = of_people(place, spec, known, read, dictionary, answers)
    whole = SurveyToJudge(spec, read, dictionary, answers, people.links, people.about_file, people.about_variables)
    whole = replace(whole, reports=whole.measured_scales())
    rows = whole.rows(place.today)
    only = {*DECISIVE, *OF_PEOPLE} if rows.empty or len(rows) < (spec.rows or 0) else None
    validations = judge(whole, rows, study=place.protocol, ref=ref, only=only)
    if files.own and only is None:
        validations += (judge_own(files.own, answers, rows, spec, study=place.protocol, ref=ref),)
    faults = (raised(place, spec, check, spec.distribution or "", said) for check, said in people.faults)
    queries = (*faults, *(query for validation in validations for query in validation.queries))
    reports = whole.measured_scales()
    measured = {**features_of(reports), **whole.about_file, "row_count": len(rows), "declared_rows": read.declared_rows}
    return _Checked(
        queries,
        validations,
        _is_dated(spec, rows),
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


def _decisive(checked: _Checked, read: SurveyFile, spec: Survey) -> Query | None:
    """The query that says that this is not the file that was meant; None where there is none."""
    is_long = len(read.frame) >= (spec.rows or 0)  # more rows than declared are worth looking at
    found = {q.check: q for q in reversed(checked.queries) if not (is_long and q.check == "SV003")}
    return next((found[check] for check in DECISIVE if check in found), None)


def _only(validation: Validation, checks: Iterable[str]) -> Validation:
    """The results of these checks alone; the others do not matter for the file."""
    return replace(validation, results=tuple(r for r in validation.results if r.check in checks))


def _judged(
    place: Workspace,
    arrived: Arrived,
    checked: _Checked,
    verdict: Verdict | None = None,
    looked_at: frozenset[str] | None = None,
) -> JudgedSurvey:
    """What is to be recorded and shown; the verdict comes from the queries where it is None."""
    spec, queries = arrived.spec, checked.queries
    counts = {level: sum(q.severity == level for q in queries) for level in ("block", "review", "inform")}
    verdict = verdict or ("blocked" if counts["block"] else "review" if counts["review"] else "passed")
    rules = arrived.rules.code(place.today if checked.is_dated else None)
    received, results = arrived.received, [result for v in checked.validations for result in v.results]
    validated = Fact(
        "survey.validated",
        place.instant,
        subject=received.subject,
        used=arrived.files.used,
        generated=received.generated,
        causes=(event_id(place.origin, received.kind, received.natural_key),),
        data={
            "verdict": verdict,
            "rules": rules,
            "blocking": counts["block"],
            "review": counts["review"],
            "inform": counts["inform"],
            "unchecked": sum(result.state == "unchecked" for result in results),
        },
    )
    before = last_history(place, spec.name)
    now = checked.counts or counts_of(place.today.isoformat(), "", (), None, None)
    now = replace(now, verdict=verdict, queries={query.fingerprint: query.check for query in queries})
    return JudgedSurvey(
        spec.name,
        verdict,
        queries,
        (received, validated),
        docs_of(
            place,
            spec,
            verdict,
            rules,
            queries,
            checked.validations,
            arrived.files.own,
            arrived.files.dictionary,
            arrived.files.digests,
        ),
        looked_at=looked_at,
        states={(result.check, result.column): result.state for result in results},
        reports=checked.reports,
        frequencies=checked.frequencies,
        history=History(now, before.now if before else None),
        responses=checked.responses,
        features=checked.features,
    )
