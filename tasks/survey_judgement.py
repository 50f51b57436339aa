"""One survey judged: read, measured, checked, with what is to be recorded and shown of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evidence.survey import read_survey, sniff
from evidence.survey.dictionary import DataDictionary, read_dictionary
from evidence.survey.features import answers_as_declared
from expectations.catalogue import CATALOGUE
from expectations.survey.suites import SurveyToJudge, judge
from expectations.validate import State, Validation
from pages.data_docs import SurveyDocs
from study import Fact, Query, Reference, StudyError, Subject
from study.identifiers import event_id
from study.objects import NotStored
from study.protocol.material import Survey
from study.query import Verdict, fold_queries
from study.query import place as place_of
from tasks.gates import Gatekeeper
from tasks.queries import read_query
from tasks.survey_docs import docs_of, has_page
from tasks.survey_links import People, links, refused_answers
from tasks.survey_rules import Rules
from tasks.workspace import Workspace


@dataclass(frozen=True, slots=True)
class JudgedSurvey:
    """One survey of the protocol after this run; `facts` is empty and `docs` None where there is no file.

    For the team's page, all of it empty where the survey was not judged now: `states` how each check went, by check id
    and column; `reports` a report of each scale; `frequencies` the tables of its variables; `history` what changed
    since the judgement before; `responses` how many were invited and answered; `features` what was measured on the
    file as a whole.
    """

    name: str
    verdict: Verdict
    queries: tuple[Query, ...]
    facts: tuple[Fact, ...] = ()
    docs: SurveyDocs | None = None
    is_unchanged: bool = False
    states: Mapping[tuple[str, str], State] = field(default_factory=dict)
    reports: tuple[Any, ...] = ()
    frequencies: tuple[Any, ...] = ()
    history: Any = None
    responses: Any = None
    features: Mapping[str, object] = field(default_factory=dict)


def judge_survey(place: Workspace, spec: Survey, known: People) -> JudgedSurvey:
    """One survey: its queries, what is to be recorded of it and its page; unchanged when all it rests on is."""
    try:
        data = place.files.get(spec.file)
    except NotStored:
        return JudgedSurvey(spec.name, "unreadable", (_missing(place, spec),))
    received = Fact(
        "survey.received",
        place.instant,
        subject=(Subject("survey", spec.name),),
        generated=(place.reference(spec.file, data, personal=True),),
        data={"format": sniff(data) or "unknown"},
    )
    dictionary, used, faults = _dictionary(place, spec)
    rules = Rules.of(place, spec, dictionary, known, received)
    if rules.stands and has_page(place, spec):
        return JudgedSurvey(spec.name, rules.verdict, _still_open(place, spec), is_unchanged=True)
    try:
        survey = read_survey(place.root / spec.file)
    except StudyError as error:
        query = _raised(place, spec, "SV001", spec.file, f"{error.what}. {error.remedy}")
        return _judged(place, spec, rules.code(), received, used, (*faults, query), (), unreadable=True)
    queries = [*faults, *(_raised(place, spec, "SV005", spec.file, p, i) for i, p in enumerate(survey.problems))]
    validations: tuple[Validation, ...] = ()
    is_dated = False
    if dictionary is not None:
        answers = answers_as_declared(survey, dictionary)
        gates = Gatekeeper(place, known.ledger, refused_answers(known, spec, answers.values))
        gates.write(f"survey-{spec.name}")
        whole = SurveyToJudge(spec, survey, dictionary, answers, links(known, spec, answers.values))
        rows = whole.rows(place.today)
        is_dated = bool((rows.filter(regex=":days_after_today$") > 0).any(axis=None))
        validations = judge(whole, rows, study=place.protocol, ref=place.ref(spec.file))
        queries += [query for validation in validations for query in validation.queries]
    return _judged(place, spec, rules.code(place.today if is_dated else None), received, used, queries, validations)


def _judged(
    place: Workspace,
    spec: Survey,
    rules: str,
    received: Fact,
    used: tuple[Reference, ...],
    queries: Iterable[Query],
    validations: tuple[Validation, ...],
    *,
    unreadable: bool = False,
) -> JudgedSurvey:
    queries = tuple(queries)
    counts = {level: sum(q.severity == level for q in queries) for level in ("block", "review", "inform")}
    verdict: Verdict = "blocked" if counts["block"] else "review" if counts["review"] else "passed"
    verdict = "unreadable" if unreadable else verdict
    validated = Fact(
        "survey.validated",
        place.instant,
        subject=received.subject,
        used=used,
        generated=received.generated,
        causes=(event_id(place.origin, received.kind, received.natural_key),),
        data={
            "verdict": verdict,
            "rules": rules,
            "blocking": counts["block"],
            "review": counts["review"],
            "inform": counts["inform"],
            "unchecked": sum(r.state == "unchecked" for v in validations for r in v.results),
        },
    )
    return JudgedSurvey(
        spec.name,
        verdict,
        queries,
        (received, validated),
        docs_of(place, spec, verdict, rules, queries, validations),
        states={(r.check, r.column): r.state for v in validations for r in v.results},
    )


def _dictionary(place: Workspace, spec: Survey) -> tuple[DataDictionary | None, tuple[Reference, ...], list[Query]]:
    """The data dictionary, a reference to it, and a query for each fault; None when there is no usable one."""
    try:
        data = place.files.get(spec.dictionary)
    except NotStored:
        what = "The data dictionary is not there: put it there, or correct its name in study.yaml."
        return None, (), [_raised(place, spec, "SV004", spec.dictionary, what)]
    dictionary = read_dictionary(data, spec.dictionary)
    queries = []
    for ordinal, fault in enumerate(dictionary.faults):
        what = f"{fault.what[:1].upper()}{fault.what[1:]}. {fault.remedy}"
        queries.append(_raised(place, spec, "SV004", spec.dictionary, what, ordinal, fault.where))
    used = (place.reference(spec.dictionary, data, personal=False),)
    return (dictionary if dictionary.variables else None), used, queries


def _missing(place: Workspace, spec: Survey) -> Query:
    what = "The survey file is not there: put it there, or correct its name in study.yaml."
    return _raised(place, spec, "SV001", spec.file, what)


def _raised(
    place: Workspace, spec: Survey, check: str, path: str, message: str, ordinal: int = 0, where: str = ""
) -> Query:
    return Query.raised(
        check,
        CATALOGUE[check].severity,
        study=place.protocol.id,
        subject=f"survey:{spec.name}",
        place=place_of(place.ref(path), "", ordinal),
        where=where or path,
        message=message[:1].upper() + message[1:],
    )


def _still_open(place: Workspace, spec: Survey) -> tuple[Query, ...]:
    """The queries of an unchanged survey that are open, from restricted/queries/."""
    records = fold_queries(place.events()).values()
    about = [r for r in records if r.subject == f"survey:{spec.name}" and r.state == "open"]
    return tuple(query for r in about if (query := read_query(place, r.fingerprint)) is not None)
