"""The table of the checks on transcripts for docs/transcripts.md: `python -m expectations.checks_table`."""

from __future__ import annotations

from collections.abc import Iterable

from expectations.check import Check
from expectations.transcripts import CHECKS, ELSEWHERE

_HEAD = (
    "| Check | Severity | Looks at | Threshold | Why | What to do |",
    "|---|---|---|---|---|---|",
)


def table(checks: Iterable[Check] = (*CHECKS, *ELSEWHERE)) -> str:
    """One row a check as Markdown, by id: severity, title with the feature, default thresholds, reason, remedy."""
    return "\n".join([*_HEAD, *(_row(check) for check in sorted(checks, key=lambda check: check.id))])


def _row(check: Check) -> str:
    thresholds = ", ".join(f"{name} {value:g}" for name, value in check.defaults.items())
    thresholds += " (`disclosure.k`)" if check.declared else ""
    remedy = check.message.partition(". ")[2]
    looks_at = f"{check.title} (`{check.feature}`)"
    cells = (f"`{check.id}`", check.severity, looks_at, thresholds or "none", check.reason, remedy)
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    print(table())
