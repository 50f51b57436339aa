"""One survey judged: read, measured, checked, with what is to be recorded and shown of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from evidence.survey import read_survey, sniff
from evidence.survey.dictionary import DataDictionary, read_dictionary
from evidence.survey.features import answers_as_declared
from expectations.catalogue import CATALOGUE
from expectations.survey.checks import CHECKS
from expectations.survey.suites import SurveyToJudge, judge
from expectations.validate import CheckResult, Validation
from pages.data_docs import CheckedColumn, CheckedSuite, SurveyDocs
from study import Event, Fact, Query, Reference, StudyError, Subject
from study.identifiers import event_id
from study.objects import NotStored
from study.protocol.material import Survey
from study.query import Verdict, fold_queries
from study.query import place as place_of
from tasks.gates import Gatekeeper
from tasks.queries import read_query
from tasks.survey_links import People, links, refused_answers
from tasks.workspace import Workspace, software_version

DOCS = "data_docs/"
ROW_IS = {"file and scales": "file", "variables": "variable", "answers": "respondent"}


@dataclass(frozen=True, slots=True)
class JudgedSurvey:
    """One survey of the protocol after this run; `facts` is empty and `docs` None where there is no file."""

    name: str
    verdict: Verdict
    queries: tuple[Query, ...]
    facts: tuple[Fact, ...] = ()
    docs: SurveyDocs | None = None
    is_unchanged: bool = False


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
    if rules.stands and _has_page(place, spec):
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
    docs = SurveyDocs(
        study=place.protocol.title,
        survey=spec.name,
        file=spec.file,
        day=place.today.isoformat(),
        verdict=verdict,
        rules=rules,
        suites=tuple(_shown(v) for v in validations),
        raised=tuple(f"{q.check} {q.message}" for q in queries if CATALOGUE[q.check].expectation is None),
    )
    return JudgedSurvey(spec.name, verdict, queries, (received, validated), docs)


def _shown(validation: Validation) -> CheckedSuite:
    """A validation as the page shows it: counts, titles, no value."""
    columns = []
    is_by_variable = ROW_IS[validation.suite] == "variable"
    for result in validation.results:
        check = CATALOGUE[result.check]
        columns.append(
            CheckedColumn(
                check=check.id,
                title=check.title,
                reason=check.reason,
                severity=check.severity,
                column="each variable" if is_by_variable else _column(result),
                expectation=result.expectation,
                state=result.state,
                evaluated=result.evaluated,
                unexpected=result.unexpected,
            )
        )
    return CheckedSuite(validation.suite, ROW_IS[validation.suite], validation.rows, tuple(columns))


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


def _has_page(place: Workspace, spec: Survey) -> bool:
    try:
        place.out.get(f"{DOCS}{spec.name}.html")
    except NotStored:
        return False
    return True


def _column(result: CheckResult) -> str:
    """The column a check looked at, in words where it looked at all of them or at the file."""
    return {"all": "all columns", result.feature: "the file"}.get(result.column, result.column)
