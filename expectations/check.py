"""A check: a measured feature, what is expected of it, and what to say when it is not met.

The expectation builders below need nothing of Great Expectations until they are called: it takes seconds to import.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from study import Protocol, StudyError
from study.query import Severity

Thresholds = Mapping[str, float]
Builder = Callable[[str, Thresholds], Any]
"""Feature and thresholds → a Great Expectations expectation on the column of that name."""


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the catalogue.

    `feature` is a column of the frame to be checked, in a unit, null where the check does not apply. `expectation` is
    None for a check that code raises itself. `message` may use `{count}` (failing rows), `{rows}` ("1 row", "2 rows"),
    `{value}` (the measured number, where one row is one subject; as `{difference}` "2 fewer"), `{column}` and the names
    of its thresholds. `rerun` is what a change makes necessary: checking the `file` again, or every one `across` the
    study. `column` is the column of the file that the feature was measured on, where its name differs. `given` is
    another feature the expectation reads to know on which rows it holds. `at` says where in a file a part of it stands,
    for tables with several rows a file. `declared` takes thresholds from elsewhere in study.yaml than `checks`.
    """

    id: str
    severity: Severity
    feature: str = ""
    expectation: Builder | None = None
    defaults: Thresholds = field(default_factory=dict)
    title: str = ""
    reason: str = ""
    message: str = ""
    rerun: str = "file"
    column: str = ""
    given: str = ""
    at: str = "turn {part}"
    declared: Callable[[Protocol], Thresholds] | None = None

    @property
    def about(self) -> str:
        """The column a person knows it by, when the feature measures a column under another name."""
        return self.column or self.feature

    def thresholds(self, study: Protocol) -> dict[str, float]:
        """The thresholds in force: the defaults, with what study.yaml says in their place."""
        own = study.checks.get(self.id, {})
        unknown = sorted(set(own) - set(self.defaults))
        if unknown:
            known = ", ".join(sorted(self.defaults)) or "none"
            raise StudyError(
                f"check {self.id} has no threshold {unknown[0]}",
                where=f"study.yaml, checks.{self.id}",
                remedy=f"Its thresholds are: {known}.",
            )
        return {**self.defaults, **(self.declared(study) if self.declared else {}), **own}


@dataclass(frozen=True, slots=True)
class Suite:
    """Checks that go over one frame together.

    Where the whole frame is one subject, `subject` is its `type:id`, `file` the path in the study folder and `row_key`
    the column that names a row in `Query.rows` (its position from 1 when empty).
    """

    name: str
    checks: tuple[Check, ...]
    subject: str = ""
    file: str = ""
    row_key: str = ""


def raised_by_code(*rows: tuple[str, Severity, str, str]) -> tuple[Check, ...]:
    """Catalogue rows of checks that domain code raises: (id, severity, title, reason) each."""
    return tuple(Check(id, severity, title=title, reason=reason) for id, severity, title, reason in rows)


def at_least(feature: str, thresholds: Thresholds) -> Any:
    """No value is below `minimum`."""
    return _between(feature, thresholds["minimum"], None)


def at_most(feature: str, thresholds: Thresholds) -> Any:
    """No value is above `maximum`."""
    return _between(feature, None, thresholds["maximum"])


def between(feature: str, thresholds: Thresholds) -> Any:
    """Every value lies between `minimum` and `maximum`, both included."""
    return _between(feature, thresholds["minimum"], thresholds["maximum"])


def at_most_where(given: str) -> Builder:
    """No value is above `maximum` where the feature `given` is above `share`: both have to be large."""

    def build(name: str, thresholds: Thresholds) -> Any:
        import great_expectations.expectations as gxe
        from great_expectations.expectations.row_conditions import Column

        return gxe.ExpectColumnValuesToBeBetween(
            column=name, max_value=thresholds["maximum"], row_condition=Column(given) > thresholds["share"]
        )

    return build


def is_zero(feature: str, thresholds: Thresholds) -> Any:
    """Every value is 0 (or False)."""
    return in_set(0)(feature, thresholds)


def is_true(feature: str, thresholds: Thresholds) -> Any:
    """Every value is True."""
    return in_set(True)(feature, thresholds)


def is_false(feature: str, thresholds: Thresholds) -> Any:
    """Every value is False."""
    return in_set(False)(feature, thresholds)


def not_null(feature: str, thresholds: Thresholds) -> Any:
    """No value is null; the one expectation for which null is not the same as not applicable."""
    import great_expectations.expectations as gxe

    return gxe.ExpectColumnValuesToNotBeNull(column=feature)


def in_set(*values: Any) -> Builder:
    """Every value is one of `values`."""

    def build(feature: str, thresholds: Thresholds) -> Any:
        import great_expectations.expectations as gxe

        return gxe.ExpectColumnValuesToBeInSet(column=feature, value_set=list(values))

    return build


def within(minimum: Any, maximum: Any) -> Builder:
    """Every value lies between two bounds that are no thresholds (a data dictionary's range); None is open."""

    def build(feature: str, thresholds: Thresholds) -> Any:
        return _between(feature, minimum, maximum)

    return build


def matches(pattern: str) -> Builder:
    """Every value fits the regular expression from its first to its last character."""

    def build(feature: str, thresholds: Thresholds) -> Any:
        import great_expectations.expectations as gxe

        return gxe.ExpectColumnValuesToMatchRegex(column=feature, regex=rf"^(?:{pattern})\Z")

    return build


def _between(feature: str, minimum: Any, maximum: Any) -> Any:
    import great_expectations.expectations as gxe

    return gxe.ExpectColumnValuesToBeBetween(column=feature, min_value=minimum, max_value=maximum)
