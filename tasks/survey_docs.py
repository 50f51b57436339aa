"""What the Data Docs show of a survey's judgement: every check that was made, in counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from expectations.catalogue import CATALOGUE
from expectations.validate import CheckResult, Validation
from pages.data_docs import CheckedColumn, CheckedSuite, SurveyDocs
from study import Query
from study.objects import NotStored
from study.protocol.material import Survey
from study.query import Verdict
from tasks.workspace import Workspace

DOCS = "data_docs/"
ROW_IS = {"file and scales": "file", "variables": "variable", "answers": "respondent"}


def docs_of(
    place: Workspace,
    spec: Survey,
    verdict: Verdict,
    rules: str,
    queries: Iterable[Query],
    validations: Sequence[Validation],
) -> SurveyDocs:
    """Everything that was checked on one survey, as its page shows it: counts, titles, no value."""
    return SurveyDocs(
        study=place.protocol.title,
        survey=spec.name,
        file=spec.file,
        day=place.today.isoformat(),
        verdict=verdict,
        rules=rules,
        suites=tuple(_shown(v) for v in validations),
        raised=tuple(f"{q.check} {q.message}" for q in queries if CATALOGUE[q.check].expectation is None),
    )


def has_page(place: Workspace, spec: Survey) -> bool:
    """Whether the survey's page lies under out/."""
    try:
        place.out.get(f"{DOCS}{spec.name}.html")
    except NotStored:
        return False
    return True


def _shown(validation: Validation) -> CheckedSuite:
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


def _column(result: CheckResult) -> str:
    """The column a check looked at, in words where it looked at all of them or at the file."""
    return {"all": "all columns", result.feature: "the file"}.get(result.column, result.column)
