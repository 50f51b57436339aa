"""One survey judged: its answers measured and checked, with what is to be recorded and shown of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from evidence.survey import Survey as SurveyFile
from evidence.survey.frequencies import Frequencies
from evidence.survey.responses import Responses
from evidence.survey.scale_report import ScaleReport
from evidence.survey.waves import asked_in
from expectations.validate import State
from pages.data_docs import SurveyDocs
from study import Fact, Query, StudyError
from study.identifiers import event_id
from study.protocol.material import Survey
from study.query import Verdict
from tasks.survey_checked import OF_PEOPLE, Checked, check_answers, decisive_of, only_of
from tasks.survey_docs import docs_of
from tasks.survey_files import SurveyFiles, no_names, raised
from tasks.survey_history import History, counts_of, last_history
from tasks.survey_links import People
from tasks.survey_rules import Rules
from tasks.workspace import Workspace

OF_FILES = frozenset({"SV001", "SV004", "SV093"})
"""What is said of a survey whose answers could not be read."""


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
        return _judged(place, arrived, Checked((*faults, query)), "unreadable", OF_FILES)
    if said := no_names(spec, read, arrived.files.dictionary):
        query = raised(place, spec, "SV001", spec.file, said)
        return _judged(place, arrived, Checked((*faults, query)), "unreadable", OF_FILES)
    mended = [raised(place, spec, "SV005", spec.file, problem, i) for i, problem in enumerate(read.problems)]
    if arrived.files.dictionary is None:
        return _judged(place, arrived, Checked((*faults, *mended)), None, OF_FILES | {"SV005"})
    dictionary = asked_in(arrived.files.dictionary, spec.wave, read.frame.columns)
    checked = check_answers(place, arrived.files, dictionary, read, known)
    decisive = decisive_of(place, checked, read, spec)
    if decisive:
        kept = [query for query in checked.queries if query.check in (*OF_PEOPLE, decisive.check)]
        shown = tuple(only_of(v, {decisive.check, *OF_PEOPLE}) for v in checked.validations)
        stopped = replace(checked, queries=(*faults, *kept), validations=tuple(v for v in shown if v.results))
        return _judged(place, arrived, stopped, None, OF_FILES | OF_PEOPLE | {decisive.check})
    return _judged(place, arrived, replace(checked, queries=(*faults, *mended, *checked.queries)))


def _judged(
    place: Workspace,
    arrived: Arrived,
    checked: Checked,
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
