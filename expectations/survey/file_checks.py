"""The checks on a survey file as a whole."""

from __future__ import annotations

from expectations.check import Check, at_most, is_true, is_zero, raised_by_code

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
        message="The file has not as many rows as study.yaml declares ({difference}): ask for it again.",
    ),
    Check(
        "SV006",
        "review",
        "garbled_row_count",
        is_zero,
        title="Text is in the encoding it was read in",
        reason="Garbled letters change names of places and words that are searched for.",
        message="Text in {value} rows is garbled (as Ã© for é): save the file again as UTF-8, or write its `encoding` "
        "in study.yaml.",
    ),
    Check(
        "SV035",
        "inform",
        "unit_nonresponse_share",
        at_most,
        {"maximum": 0.05},
        title="Few rows are without any answer",
        reason="Rows of people who answered nothing are counted as respondents.",
        message="{value_percent} of the rows hold no answer at all (at most {maximum_percent}): leave them out at "
        "the source, or count them as people who did not respond.",
    ),
)
