"""The survey checks. Those without a feature here are made for each variable or scale by survey_suites."""

from __future__ import annotations

from expectations.check import (
    Check,
    at_least,
    at_most,
    in_set,
    is_false,
    is_true,
    is_zero,
    not_null,
    raised_by_code,
    within,
)

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
CONTACT = Check(
    "SV050",
    "review",
    expectation=is_zero,
    title="No contact details in free text",
    reason="Contact details identify people.",
    message="The text in {rows} holds what looks like contact details: remove them at the source.",
)
REQUIRED_KEY = Check(
    "SV040",
    "block",
    expectation=not_null,
    title="Every row has its key",
    reason="An answer without a key cannot be linked to a consent.",
    message="The key is blank in {rows}: complete it at the source.",
)

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
        message="The key in {rows} is also in another row (spaces and case apart): decide which of them stands.",
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
        message="Less than {minimum_percent} of the variables are answered in {rows}: are these abandoned forms?",
    ),
    Check(
        "SV041",
        "block",
        "respondent:is_registered",
        is_true,
        title="Every key is in the registry",
        reason="Answers of somebody the study does not know have no consent.",
        message="The registry does not know the participant code in {rows}: correct the code, or register the person.",
        rerun="across",
    ),
    Check(
        "SV042",
        "block",
        "respondent:has_consent",
        is_true,
        title="Consent to the survey was in force on the day",
        reason="Answers given without consent may not be used.",
        message="No consent to the survey was in force on the day of {rows}: set them apart, see the consent register.",
        rerun="across",
    ),
    Check(
        "SV043",
        "block",
        "respondent:is_withdrawn",
        is_false,
        title="Nobody who withdrew is in the file",
        reason="Withdrawn answers are to be deleted, or to lose their key.",
        message="Somebody who withdrew their answers is still in {rows}: remove them at the source.",
        rerun="across",
    ),
    Check(
        "SV045",
        "review",
        "respondent:is_spelled_as_registered",
        is_true,
        title="Keys are spelled as in the registry",
        reason="P1 and p1 are two people to most programs.",
        message="The participant code in {rows} is spelled otherwise than in the registry (spaces, case): correct it.",
        rerun="across",
    ),
    Check(
        "SV044",
        "review",
        "respondent:is_at_registered_site",
        is_true,
        title="The site is the registered one",
        reason="A wrong site puts answers into the wrong group.",
        message="The site in {rows} is not the one the registry has for that person: correct one of them.",
        rerun="across",
    ),
)

STRAIGHT = Check(
    "SV032",
    "inform",
    expectation=at_most,
    defaults={"maximum": 0.1},
    title="Few give the same answer throughout a scale",
    reason="Straight lines show inattention.",
    message="{value_percent} gave one and the same answer to every item (at most {maximum_percent}): were they "
    "attentive?",
)
ALPHA = Check(
    "SV060",
    "review",
    expectation=within(None, None),  # the minimum comes from the scale in study.yaml
    title="Scales are reliable enough",
    reason="A scale whose items do not hang together measures nothing.",
    message="Cronbach's alpha is {value}, below the minimum of the protocol: look at reversed items and at the items.",
)
REVERSAL = Check(
    "SV061",
    "review",
    expectation=at_most,
    defaults={"maximum": 0.1},
    title="Reversed items are declared",
    reason="A forgotten reversal pulls a scale towards nothing.",
    message="Turning this item round would raise alpha by {value}: is it reversed, or turned round already?",
)
UNUSABLE = Check(
    "SV062",
    "review",
    expectation=is_zero,
    title="Items of scales are numbers",
    reason="A text cannot be scored.",
    message="Items of this scale that are not numeric in the data dictionary: {value}. Correct their type.",
)

CHECKS: tuple[Check, ...] = (
    *RAISED_BY_CODE,
    *FILE,
    *VARIABLES,
    *(WILD, RANGE, FRACTION, FUTURE, UNREADABLE, UNSHOWN, CONTACT, REQUIRED_KEY),
    *RESPONDENTS,
    *(STRAIGHT, ALPHA, REVERSAL, UNUSABLE),
)
