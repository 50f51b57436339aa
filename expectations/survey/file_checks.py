"""The checks on a survey file as a whole."""

from __future__ import annotations

from expectations.check import Check, is_true, is_zero, raised_by_code

RAISED_BY_CODE = raised_by_code(
    ("SV001", "block", "The survey file is there and can be read", "Nothing can be said of a file nobody can open."),
    ("SV004", "block", "The data dictionary is there and without fault", "Without it no answer can be judged."),
    ("SV005", "review", "The survey file reads without repair", "What the reader had to mend may hide a loss."),
)

FILE = (
    Check(
        "SV002",
        "review",
        "is_named_as_its_content",
        is_true,
        title="The file's ending says what it is",
        reason="A wrong ending often means a wrong export.",
        message="The content of the file is of another format than its ending says: rename it or export it again.",
    ),
    Check(
        "SV003",
        "block",
        "row_difference_count",
        is_zero,
        title="As many rows as the sender declared",
        reason="A truncated file can read without any error.",
        message="The file has {value} rows more (or, if negative, fewer) than study.yaml declares: ask for it again.",
    ),
)
