"""The checks on rows: one respondent each, compared with the others of the file."""

from __future__ import annotations

from expectations.check import Check, at_least, is_zero

RESPONDENTS = (
    Check(
        "SV024",
        "review",
        "respondent:duration_days",
        at_least,
        {"minimum": 0},
        title="The end is not before the start",
        reason="Swapped times hide who answered when.",
        message="The end is before the start in {rows}: correct them at the source.",
    ),
    Check(
        "SV030",
        "block",
        "respondent:key_repeat_count",
        is_zero,
        title="A key appears once",
        reason="A person counted twice distorts everything, and one of the rows may be somebody else's.",
        message="The key in {rows} is also in another row, however it is spelled: decide which of them stands.",
    ),
    Check(
        "SV031",
        "review",
        "respondent:identical_count",
        is_zero,
        title="No two respondents answer exactly alike",
        reason="Equal answers throughout point at a copied row.",
        message="The answers in {rows} are exactly those of another row: find out whether one was copied, and remove "
        "the copy.",
    ),
    Check(
        "SV033",
        "review",
        "respondent:answered_share",
        at_least,
        {"minimum": 0.5},
        title="Respondents answer at least half",
        reason="A mostly blank row is an abandoned form.",
        message="Less than {minimum_percent} of the questions shown are answered in {rows}: are these abandoned forms?",
    ),
    Check(
        "SV034",
        "inform",
        "respondent:duration_share",
        at_least,
        {"minimum": 0.3},
        title="Nobody answers much faster than the others",
        reason="Who answers in a fraction of the time the others need can hardly have read the questions.",
        message="{rows} took less than {minimum_percent} of the median time: look at their answers before using them.",
    ),
)

ABOUT = {"duration_days": "end", "duration_share": "end", "answered_share": "all", "identical_count": "all"}
"""Measurement of a respondent → the field of study.yaml's survey whose column it is about, `all` for the whole row;
the key where it is not here."""
