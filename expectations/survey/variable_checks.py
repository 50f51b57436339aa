"""The checks on each variable of a survey: the data dictionary against the file, and how a column is filled."""

from __future__ import annotations

from expectations.check import Check, at_least, at_most, is_true, is_zero

VARIABLES = (
    Check(
        "SV010",
        "block",
        "is_in_file",
        is_true,
        title="Every declared variable is in the file",
        reason="A variable that is not there cannot be analysed.",
        message="This variable is not in the file: export it again with it, or take it out of the data dictionary.",
    ),
    Check(
        "SV011",
        "review",
        "is_in_dictionary",
        is_true,
        title="Every variable of the file is in the data dictionary",
        reason="An undeclared variable has no meaning on record and may identify people.",
        message="This variable is not in the data dictionary: describe it there, or export the file without it.",
    ),
    Check(
        "SV012",
        "block",
        "has_declared_type",
        is_true,
        title="Types are as declared",
        reason="Numbers stored as text are counted differently.",
        message="This variable is of another type than the data dictionary declares: correct one of them.",
    ),
    Check(
        "SV013",
        "review",
        "has_declared_label",
        is_true,
        title="Labels are as declared",
        reason="A changed label may be a changed question.",
        message="The file labels this variable differently from the data dictionary: find out whether the question "
        "was changed, and correct one of them.",
    ),
    Check(
        "SV014",
        "review",
        "value_label_difference_count",
        is_zero,
        title="Value labels are as declared",
        reason="A code with two meanings turns results round.",
        message="Codes labelled differently in the file and in the data dictionary: {value}. Correct one of them.",
    ),
    Check(
        "SV015",
        "inform",
        "unused_code_count",
        at_most,
        {"maximum": 1},
        title="Answer options are used",
        reason="Options nobody chose can show a code lost on the way.",
        message="Answer options chosen by nobody: {value} (at most {maximum} expected). Look whether a code was lost.",
    ),
    Check(
        "SV016",
        "review",
        "missing_code_difference_count",
        is_zero,
        title="Missing codes are declared alike",
        reason="An undeclared -9 is averaged as an answer.",
        message="Missing codes declared in only one of file and data dictionary: {value}. Declare them in both.",
    ),
    Check(
        "SV025",
        "inform",
        "distinct_count",
        at_least,
        {"minimum": 2},
        title="Answers differ",
        reason="A constant carries no information and may be a default of the form.",
        message="Everybody has the same answer: look whether it is a default of the form.",
    ),
    Check(
        "SV026",
        "review",
        "blank_share",
        at_most,
        {"maximum": 0.2},
        title="Few answers are blank",
        reason="Blanks without a code say nothing of why they are missing.",
        message="{value_percent} of the answers are blank where the question was shown (at most {maximum_percent}): "
        "look for the reason.",
    ),
)
