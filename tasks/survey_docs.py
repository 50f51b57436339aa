"""What the Data Docs show of a survey's judgement: every check that was made, in counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from evidence.survey.own_checks import OwnCheck
from expectations.catalogue import CATALOGUE
from expectations.own_checks import SUITE as OWN
from expectations.validate import CheckResult, Validation
from pages.data_docs import CheckedColumn, CheckedSuite, SurveyDocs
from study import Query
from study.objects import NotStored
from study.protocol.material import Survey
from study.query import Verdict
from tasks.workspace import Workspace

DOCS = "data_docs/"
ROW_IS = {"file and scales": "file", "variables": "variable", "answers": "respondent", OWN: "respondent"}


def docs_of(
    place: Workspace,
    spec: Survey,
    verdict: Verdict,
    rules: str,
    queries: Iterable[Query],
    validations: Sequence[Validation],
    own: Iterable[OwnCheck] = (),
) -> SurveyDocs:
    """Everything that was checked on one survey, as its page shows it: counts, titles, no value."""
    judged = {result.check for validation in validations for result in validation.results}
    by_feature = {check.feature: check for check in own}
    return SurveyDocs(
        study=place.protocol.title,
        survey=spec.name,
        file=spec.file,
        day=place.today.isoformat(),
        verdict=verdict,
        rules=rules,
        suites=tuple(_shown(v, by_feature) for v in validations),
        raised=tuple(f"{q.check} {q.message}" for q in queries if q.check not in judged),
    )


def has_page(place: Workspace, spec: Survey) -> bool:
    """Whether the survey's page lies under out/."""
    try:
        place.out.get(f"{DOCS}{spec.name}.html")
    except NotStored:
        return False
    return True


def _shown(validation: Validation, own: Mapping[str, OwnCheck]) -> CheckedSuite:
    columns = []
    row_is = ROW_IS[validation.suite]
    for result in validation.results:
        check, theirs = CATALOGUE[result.check], own.get(result.feature)
        columns.append(
            CheckedColumn(
                check=check.id,
                title=theirs.title if theirs else check.title,
                reason=theirs.reason if theirs else check.reason,
                severity=check.severity,
                column=(theirs.on or "all columns") if theirs else _column(result, row_is),
                expectation=result.expectation,
                state=result.state,
                evaluated=result.evaluated,
                unexpected=result.unexpected,
            )
        )
    return CheckedSuite(validation.suite, row_is, validation.rows, tuple(columns))


def _column(result: CheckResult, row_is: str) -> str:
    """The column a check looked at, in words where it looked at all of them or at the file."""
    if row_is == "variable":
        return "each variable"
    return {"all": "all columns", result.feature: "the file"}.get(result.column, result.column)
