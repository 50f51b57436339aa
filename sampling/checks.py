"""The checks that sampling raises itself, for the catalogue: id, severity, title, reason."""

from __future__ import annotations

from typing import Literal

Severity = Literal["block", "review", "inform"]

SAMPLING_CHECKS: tuple[tuple[str, Severity, str, str], ...] = (
    (
        "SA001",
        "block",
        "The approved proposal is the current one",
        "An approval names the sample it approves; what has changed since then nobody approved.",
    ),
    (
        "SA002",
        "block",
        "Who approves or overrides a sample holds that task on that day",
        "Only a person to whom the investigator delegated approve_sample may decide which sites are studied.",
    ),
    (
        "SA003",
        "block",
        "A sample can be proposed from this frame and design",
        "Without a frame that can be read and rules that can hold together there is nothing to approve.",
    ),
    (
        "SA004",
        "block",
        "An override names a selected site and an eligible one to take its place",
        "An exchange that cannot be carried out would leave the sample other than what was decided.",
    ),
)
