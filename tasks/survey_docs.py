"""What the Data Docs show of a survey's judgement: every check that was made, in counts that give nobody away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from evidence.survey import READER_VERSION
from evidence.survey.dictionary import DataDictionary
from evidence.survey.own_checks import OwnCheck
from expectations.catalogue import CATALOGUE
from expectations.check import Check, is_false, is_true, is_zero, not_null
from expectations.own_checks import SUITE as OWN
from expectations.validate import CheckResult, Validation
from pages.data_docs import CheckedColumn, CheckedSuite, SurveyDocs
from pages.measurements import allowed
from pages.suppression import suppress_counts
from pages.survey_page import page_name
from pages.survey_pictures import number
from study import Protocol, Query
from study.objects import NotStored
from study.protocol.material import Survey
from study.query import Verdict
from tasks.survey_measured import kept_measured
from tasks.workspace import Workspace, software_version

DOCS = "data_docs/"
ROW_IS = {"file and scales": "file", "variables": "variable", "answers": "respondent", OWN: "respondent"}
ROLES = {"dictionary": "Data dictionary", "own checks": "The team's own checks", "catalog": "SAS catalog"}
"""Files whose plain digest is told; those about people (a distribution list) have a keyed one in the trail."""
_ALWAYS = {is_true: "always", is_false: "never", is_zero: "none", not_null: "filled in"}
"""What an expectation without a threshold allows, in a word."""
_ON_ANSWERS = frozenset({"SV001", "SV005"})
_COUNTED = re.compile(r"\b(\d+) (?:more )?(?:rows?|formulas?|responses?|respondents?|people)\b")
_PLACED = re.compile(r" \((?:first )?(?:row|line) \d+\)")


def docs_of(
    place: Workspace,
    spec: Survey,
    verdict: Verdict,
    rules: str,
    queries: Iterable[Query],
    validations: Sequence[Validation],
    own: Iterable[OwnCheck] = (),
    dictionary: DataDictionary | None = None,
    digests: Mapping[str, str] | None = None,
) -> SurveyDocs:
    """Everything that was checked on one survey, as its page shows it: counts, titles, no value.

    `digests` are the SHA-256 of the files around it by role.
    """
    judged = {result.check for validation in validations for result in validation.results}
    k, answers = place.protocol.disclosure.k, [v for v in validations if ROW_IS.get(v.suite) == "respondent"]
    shower = _Shower(place.protocol, spec, dictionary, {check.feature: check for check in own})
    return SurveyDocs(
        study=place.protocol.title,
        survey=spec.name,
        file=spec.file,
        day=place.today.isoformat(),
        verdict=verdict,
        rules=rules,
        suites=tuple(shower.suite(v) for v in validations),
        raised=tuple(
            f"{query.check} {_without_people(query, max((v.rows for v in answers), default=None), k)}"
            for query in queries
            if query.check not in judged
        ),
        k=k,
        rests=(
            *((f"{ROLES[role]}, SHA-256", sha256) for role, sha256 in (digests or {}).items() if role in ROLES),
            ("Reader of survey files, version", str(READER_VERSION)),
            ("Software", software_version()),
            ("Judged on", place.today.isoformat()),
        ),
    )


def has_page(place: Workspace, spec: Survey) -> bool:
    """Whether what a judgement shows is there: its Data Docs, and what was measured for the team's page."""
    try:
        place.out.get(DOCS + page_name(spec.name))
    except NotStored:
        return False
    return kept_measured(place, spec.name) is not None


@dataclass(frozen=True, slots=True)
class _Shower:
    """Turns results into lines of the page; `own` are the team's checks by feature."""

    protocol: Protocol
    spec: Survey
    dictionary: DataDictionary | None
    own: Mapping[str, OwnCheck]

    def suite(self, validation: Validation) -> CheckedSuite:
        row_is = ROW_IS.get(validation.suite, "row")
        is_of_people = row_is not in ("file", "variable")
        is_small = is_of_people and 0 < validation.rows < self.protocol.disclosure.k
        lines = tuple(self._line(result, row_is, validation.rows, is_of_people) for result in validation.results)
        return CheckedSuite(validation.suite, row_is, None if is_small else validation.rows, lines)

    def _line(self, result: CheckResult, row_is: str, rows: int, is_of_people: bool) -> CheckedColumn:
        check, theirs = CATALOGUE[result.check], self.own.get(result.feature)
        passed, unchecked = result.evaluated - result.unexpected, rows if result.state == "unchecked" else 0
        counts = (passed, result.unexpected, max(rows - result.evaluated - unchecked, 0), unchecked)
        shown = _kept_back(counts, self.protocol.disclosure.k) if is_of_people else counts
        evaluated = None if shown[2] is None or shown[3] is None else rows - shown[2] - shown[3]
        return CheckedColumn(
            check=check.id,
            title=theirs.title if theirs else check.title,
            reason=theirs.reason if theirs else check.reason,
            severity=check.severity,
            column=(theirs.on or "all columns") if theirs else _column(result, row_is),
            expectation=result.expectation,
            state=result.state,
            evaluated=evaluated,
            unexpected=shown[1],
            threshold="as the team wrote it" if theirs else self._allowed(check, result),
            not_applicable=shown[2],
            unchecked=shown[3],
            feature=result.feature,
        )

    def _allowed(self, check: Check, result: CheckResult) -> str:
        """What the check allows, in words; from dictionary and protocol where they say it."""
        variable = None
        if self.dictionary is not None and result.column in self.dictionary:
            variable = self.dictionary[result.column]
        if check.id == "SV020" and variable is not None:
            return f"one of {len(variable.values)} declared codes"
        if check.id == "SV021" and variable is not None:
            low, high = variable.range or (None, None)
            ends = [f"{word} {number(e)}" for word, e in (("from", low), ("to", high)) if e is not None]
            return " ".join(ends) or "as declared"
        scale = next((s for s in self.spec.scales if s.name == result.column), None)
        if check.id in ("SV060", "SV063", "SV065") and scale is not None:
            return f"at least {scale.minimum_alpha:g}"
        if check.expectation in _ALWAYS:
            return _ALWAYS[check.expectation]
        thresholds = check.thresholds(self.protocol)
        return allowed(_measure(result.feature), thresholds) if thresholds else "as declared"


def _without_people(query: Query, rows: int | None, k: int) -> str:
    """What a query on the file itself says, without which rows are meant, nor how many where they are few.

    A number of rows is few when it is 1 to k - 1, or leaves so many of all the `rows`. Then the check's title stands
    for the sentence, whose words would tell one from several.
    """
    counted = [int(number) for number in _COUNTED.findall(query.message)]
    if any(0 < number < k or (rows is not None and 0 < rows - number < k) for number in counted):
        return f"{CATALOGUE[query.check].title}: not met; in how many rows is not shown here."
    return _PLACED.sub("", query.message) if query.check in _ON_ANSWERS else query.message


@lru_cache(maxsize=4096)
def _kept_back(counts: tuple[int, ...], k: int) -> tuple[int | None, ...]:
    """Counts that add up to the respondents, none of them from 1 to k - 1 or such that one follows from the others."""
    shown, _ = suppress_counts(dict(enumerate(counts)), k)
    return tuple(shown[place] for place in range(len(counts)))


def _measure(feature: str) -> str:
    """The part of a feature's name that ends in its unit: of `straight_line_share:climate` the first."""
    return next((part for part in feature.split(":") if part.endswith(("_share", "_s"))), feature)


def _column(result: CheckResult, row_is: str) -> str:
    """The column a check looked at, in words where it looked at all of them or at the file."""
    if row_is == "variable":
        return "each variable"
    if row_is == "file" and result.column == result.feature:
        return "the file"
    return "all columns" if result.column == "all" else result.column
