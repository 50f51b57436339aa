"""The checks of registers and consent: some judged on measured rows, the rest raised by the code that reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from expectations.check import Check, Suite, is_true, raised_by_code
from recruitment.checks import CONSENT_CHECKS, REGISTER_CHECKS
from recruitment.measure import FEATURES
from recruitment.messages import MESSAGES
from recruitment.registers import REGISTERS

MEASURED: Mapping[str, str] = {
    "RG001": "participant_is_known",
    "RG002": "site_is_known",
    "RG003": "occurred_is_day",
    "RG006": "step_is_known",
    "RG017": "site_is_sampled",
}
"""Checks that expect a measured column of the register frame to be True on every row, with that column."""

_BY_ID = {row[0]: row for row in REGISTER_CHECKS}

CHECKS: tuple[Check, ...] = (
    *(
        Check(
            id,
            _BY_ID[id][1],
            feature,
            is_true,
            title=_BY_ID[id][2],
            reason=_BY_ID[id][3],
            message=MESSAGES[id],
        )
        for id, feature in MEASURED.items()
    ),
    *raised_by_code(*(row for row in REGISTER_CHECKS if row[0] not in MEASURED)),
    *raised_by_code(*CONSENT_CHECKS),
)

_CHECK = {check.id: check for check in CHECKS}

SUITES: Mapping[str, Suite] = {
    name: Suite(
        f"registers.{name}",
        tuple(replace(_CHECK[f.check], feature=f.name) for f in features if f.check in MEASURED),
        subject=REGISTERS[name].subject,
        file=REGISTERS[name].file,
        row_key="row",
    )
    for name, features in FEATURES.items()
}
"""Each register's suite over its measured rows (`recruitment.measure.measure`)."""
