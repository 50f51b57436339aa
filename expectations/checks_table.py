"""The tables of checks in docs/transcripts.md and docs/surveys.md: `python -m expectations.checks_table [surveys]`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from expectations import own_checks, survey
from expectations.check import Check
from expectations.transcripts import CHECKS, ELSEWHERE

_HEAD = (
    "| Check | Severity | Looks at | Threshold | Why | What to do |",
    "|---|---|---|---|---|---|",
)
_SURVEY_HEAD = (
    "| Check | Severity | Holds when | Measured | Threshold | Why | The query says |",
    "|---|---|---|---|---|---|---|",
)
_WORDS = {"rows": "N rows", "count": "N", "value": "N", "difference": "N fewer", "value_percent": "N%"}


def table(checks: Iterable[Check] = (*CHECKS, *ELSEWHERE)) -> str:
    """One row a check as Markdown, by id: severity, title with the feature, default thresholds, reason, remedy."""
    return "\n".join([*_HEAD, *(_row(check) for check in sorted(checks, key=lambda check: check.id))])


def survey_table(checks: Iterable[Check] = (*survey.CHECKS, *own_checks.CHECKS)) -> str:
    """One row a check on surveys as Markdown, by id, with what its query says, N for a number."""
    return "\n".join([*_SURVEY_HEAD, *(_survey_row(check) for check in sorted(checks, key=lambda check: check.id))])


def _row(check: Check) -> str:
    remedy = check.message.partition(". ")[2]
    looks_at = f"{check.title} (`{check.feature}`)"
    cells = (f"`{check.id}`", check.severity, looks_at, _thresholds(check), check.reason, remedy)
    return "| " + " | ".join(cells) + " |"


def _survey_row(check: Check) -> str:
    if check.expectation is None:
        measured, said = "by the reader or the code", "what is wrong, where, and what to do"
    else:
        measured = (
            f"`{check.feature.removeprefix('respondent:')}`" if check.feature else "each variable or scale by itself"
        )
        said = re.sub(r"\{(\w+)\}", lambda match: _in_words(check, match[1]), check.message).replace("|", "\\|")
    cells = (f"`{check.id}`", check.severity, check.title, measured, _thresholds(check), check.reason, said)
    return "| " + " | ".join(cells) + " |"


def _in_words(check: Check, name: str) -> str:
    """A number as it stands by default, or what is said where it is measured."""
    bound = check.defaults.get(name.removesuffix("_percent"))
    if bound is None:
        return _WORDS.get(name, f"the {name}")
    return f"{100 * bound:g}%" if name.endswith("_percent") else f"{bound:g}"


def _thresholds(check: Check) -> str:
    thresholds = ", ".join(f"{name} {value:g}" for name, value in check.defaults.items())
    return (thresholds + (" (`disclosure.k`)" if check.declared else "")) or "none"


if __name__ == "__main__":
    print(survey_table() if "surveys" in sys.argv[1:] else table())
