"""The checks on answers, made for each variable as its row in the data dictionary asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from evidence.survey.dictionary import Variable
from expectations.check import Builder, Check, at_most, in_set, is_false, is_zero, matches, not_null, within

WILD = Check(
    "SV020",
    "review",
    expectation=in_set(),  # the set comes from the data dictionary, variable by variable
    title="Codes are declared",
    reason="A wild code is a typing error or a changed form.",
    message="A code in {rows} is not in the data dictionary: correct it at the source, or declare it.",
)

RANGE = Check(
    "SV021",
    "review",
    expectation=within(None, None),  # the ends come from the data dictionary, variable by variable
    title="Numbers lie in the declared range",
    reason="A value out of range is a typing error or another unit.",
    message="The number in {rows} lies outside the range of the data dictionary: correct it at the source.",
)

FRACTION = Check(
    "SV022",
    "review",
    expectation=is_zero,
    title="Codes and counts are whole numbers",
    reason="A fraction in a code shows averaged or imputed data.",
    message="There is a fraction in {rows} where only whole numbers can be: find out whether averages were filled in, "
    "and correct it at the source.",
)

FUTURE = Check(
    "SV023",
    "review",
    expectation=at_most,
    defaults={"maximum": 0},
    title="No date lies in the future",
    reason="A future date is a typing error and breaks every check of consent.",
    message="The date in {rows} is after the day of this run: correct it at the source.",
)

UNREADABLE = Check(
    "SV028",
    "review",
    expectation=is_false,
    title="Answers are of the declared type",
    reason="Text in a number is dropped by most programs without a word.",
    message="The answer in {rows} is not of the declared type: write numbers with a point and days as YYYY-MM-DD.",
)

UNSHOWN = Check(
    "SV027",
    "review",
    expectation=is_false,
    title="Questions that were not shown have no answer",
    reason="An answer to a hidden question shows a wrong condition or a wrong column.",
    message="In {rows} a question is answered that was not to be shown: check its condition and the form.",
)

REQUIRED_KEY = Check(
    "SV040",
    "block",
    expectation=not_null,
    title="Every row has its key",
    reason="An answer without a key cannot be linked to a consent.",
    message="The key is blank in {rows}: complete it at the source.",
)

OUTLIER = Check(
    "SV029",
    "inform",
    expectation=at_most,
    defaults={"maximum": 3},
    title="No number lies far from the others",
    reason="A number far out may be a typing error or another unit, and moves every mean.",
    message="The number in {rows} lies more than {maximum} spreads of the middle half beyond it: compare it with the "
    "source; a true one stays.",
)
REQUIRED = Check(
    "SV081",
    "review",
    expectation=is_false,
    title="Required questions are answered where they are shown",
    reason="A required question that is blank shows a form that did not hold, or a lost column.",
    message="A required question is blank in {rows} where it was to be shown: look at the form, and enter a missing "
    "code if there is no answer.",
)
TOTAL = Check(
    "SV082",
    "review",
    expectation=at_most,
    defaults={"maximum": 0.001},
    title="Totals are what they are calculated from",
    reason="A total that differs from its items was calculated before one of them was corrected.",
    message="The number in {rows} differs from its calculation by more than {maximum}: calculate it again at the "
    "source.",
)
SET = Check(
    "SV083",
    "review",
    expectation=is_zero,
    title="Multiple-response sets are answered whole or not at all",
    reason="A blank among options that are answered is neither yes nor no.",
    message="Options of this set are blank in {rows} where others are answered: code those not chosen as 0.",
)

ANSWERS = (WILD, RANGE, FRACTION, FUTURE, UNREADABLE, UNSHOWN, REQUIRED_KEY, OUTLIER, REQUIRED, TOTAL, SET)


def on(check: Check, variable: Variable, measurement: str = "", expectation: Builder | None = None) -> Check:
    """The check on one variable: on `<variable>:<measurement>`, or on its answers themselves."""
    feature = f"{variable.name}:{measurement}" if measurement else variable.name
    return replace(check, feature=feature, column=variable.name, expectation=expectation or check.expectation)


def of_variable(variable: Variable, *, is_key: bool) -> Iterator[Check]:
    """The checks on answers that a variable's row in the data dictionary asks for."""
    if is_key:
        yield on(REQUIRED_KEY, variable)
    if variable.type == "single" and variable.is_numeric:
        yield on(WILD, variable, "whole", in_set(*variable.values))
    elif variable.type == "single":
        yield on(WILD, variable, "", in_set(*variable.values))
    if variable.type == "multiple":
        codes = "|".join(f"{code:g}" if isinstance(code, float) else re.escape(code) for code in variable.values)
        yield on(WILD, variable, "", matches(rf"(?:{codes})(?:\s*;\s*(?:{codes}))*"))
    if variable.range is not None:
        yield on(RANGE, variable, "", within(*variable.range))
    if variable.is_numeric and variable.type != "decimal":
        yield on(FRACTION, variable, "fraction")
    if variable.type == "date":
        yield on(FUTURE, variable, "days_after_today")
    if variable.type != "text":
        yield on(UNREADABLE, variable, "is_unreadable")
    if variable.show_if is not None:
        yield on(UNSHOWN, variable, "is_answered_unshown")
    if variable.type in ("integer", "decimal"):
        yield on(OUTLIER, variable, "fence_distance")
    if variable.is_required:
        yield on(REQUIRED, variable, "is_blank_required")
    if variable.calculation is not None and variable.is_numeric:
        yield on(TOTAL, variable, "difference")


def of_sets(variables: Iterable[Variable]) -> Iterator[Check]:
    """The check on each multiple-response set."""
    for name in dict.fromkeys(v.set for v in variables if v.set):
        yield replace(SET, feature=f"{name}:blank_count", column=name)
