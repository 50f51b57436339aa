"""The gates as a table for docs/consent.md: `python -m recruitment.gate_table` prints it."""

from __future__ import annotations

from collections.abc import Mapping

from recruitment.consent import GATES

DAYS: Mapping[str, str] = {
    "interview_day": "the day of each sitting",
    "survey_day": "the day the row was answered",
    "contact_day": "the day it is done",
    "today": "today",
}


def gate_table() -> str:
    """GATES in Markdown, one row a step, in their order."""
    lines = ["| step | flow | scopes | in force on | step's name |", "|---|---|---|---|---|"]
    for name, gate in GATES.items():
        day = DAYS[gate.date] + ("; the approval also today" if gate.is_analysis else "")
        flow = gate.flow or "none yet"
        scopes = ", ".join(scope.replace("_", " ") for scope in gate.scopes)
        lines.append(f"| {gate.step} | {flow} | {scopes} | {day} | `{name}` |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(gate_table())
