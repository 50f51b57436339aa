"""Values to fill the surveys' pages with: a plainly synthetic survey in which most things went wrong."""

from __future__ import annotations

from evidence.survey.frequencies import CodeCount, Frequencies, Frequency, MissingCount, Numbers, SkipCounts, Texts
from evidence.survey.histogram import Histogram
from evidence.survey.label_differences import LabelDifference
from evidence.survey.response_sets import OptionCount, SetFrequency
from pages.data_docs import CheckedColumn, CheckedSuite, SurveyDocs
from pages.study_page import Changes
from pages.survey_page import Compared, Item, OpenQuery, Scale, Site, SurveyPage, Wave
from pages.survey_pictures import Bars, Spread
from pages.surveys_overview import Row, SurveysOverview
from pages.svg import Box
from pages.transcript_page import Moment

HOSTILE = '<script>alert("x")</script>\u202etxet\u2066'
"""What a label in a file may be: markup, and marks that turn the text after them round."""
KEPT = "restricted/queries/0f3a9c21d4e5….json"

HOURS = Histogram(20.0, 5.0, (89, 0, 63, 37, 109), above=1)
AGES = Histogram(0.0, 10.0, (0, 2, 60, 80, 71, 40, 20, 4))

QUERIES = (
    OpenQuery(
        "SV030",
        "A key appears once",
        "block",
        "The key in 2 rows is also in another row (spaces and case apart).",
        "A person counted twice distorts everything, and one of the rows may be somebody else's.",
        "Decide which of them stands.",
        "surveys/staff.sav, column code",
        "3 March 2026",
        "0f3a9c21d4e5",
        is_new=True,
        rows=2,
        kept=KEPT,
    ),
    OpenQuery(
        "SV014",
        "Value labels are as declared",
        "review",
        "Codes labelled differently in the file and in the data dictionary: 2.",
        "A code with two meanings turns results round.",
        "Correct one of them.",
        "surveys/staff.sav, column position",
        "1 March 2026",
        "b00000000001",
        labels=(LabelDifference("variable", HOSTILE, "Position"), LabelDifference("3", "Nurse", "Peer provider")),
    ),
    OpenQuery(
        "SV020",
        "Codes are declared",
        "review",
        "A code in 1 row is not in the data dictionary.",
        "A wild code is a typing error or a changed form.",
        "Correct it at the source, or declare it.",
        "surveys/staff.sav, column position",
        "1 March 2026",
        "b00000000002",
        rows=1,
        kept=KEPT,
        plot=Bars("position: how often each code occurs", (("1 Manager", 125, "plain"), ("7", 1, "bad"))),
    ),
    OpenQuery(
        "SV021",
        "Numbers lie in the declared range",
        "review",
        "The number in 1 row lies outside the range of the data dictionary.",
        "A value out of range is a typing error or another unit.",
        "Correct it at the source.",
        "surveys/staff.sav, column hours",
        "1 March 2026",
        "b00000000003",
        rows=1,
        kept=KEPT,
        plot=Spread("hours: where the numbers lie", HOURS, 1.0, 60.0),
    ),
    OpenQuery(
        "SV026",
        "Few answers are blank",
        "review",
        "27% of the answers are blank where the question was shown (at most 20%).",
        "Blanks without a code say nothing of why they are missing.",
        "Look for the reason.",
        "surveys/staff.sav, column age",
        "1 March 2026",
        "b00000000004",
        plot=Bars("age: who did not answer", (("answered", 220, "plain"), ("blank", 80, "bad")), 0.2),
    ),
    OpenQuery(
        "SV026",
        "Few answers are blank",
        "review",
        "31% of the answers are blank where the question was shown (at most 20%).",
        "Blanks without a code say nothing of why they are missing.",
        "Look for the reason.",
        "surveys/staff.sav, column training",
        "1 March 2026",
        "b00000000005",
    ),
    OpenQuery(
        "SV027",
        "Questions that were not shown have no answer",
        "review",
        "In 1 row a question is answered that was not to be shown.",
        "An answer to a hidden question shows a wrong condition or a wrong column.",
        "Check its condition and the form.",
        "surveys/staff.sav, column supervised",
        "1 March 2026",
        "b00000000006",
        rows=1,
        kept=KEPT,
        skip=SkipCounts(78, 1, 1, 215, 0, 5),
    ),
    OpenQuery(
        "SV034",
        "Few answer too fast",
        "inform",
        "12 answered in less than a third of the median time.",
        "Who answers too fast does not read.",
        "Were they attentive?",
        "surveys/staff.sav",
        "1 March 2026",
        "b00000000007",
        rows=12,
        kept=KEPT,
        plot=Spread("How long answering took", Histogram(0, 2, (12, 30, 90, 60, 9, 2), above=7), 4.0, None, " min"),
    ),
)

ALPHAS = (
    Item("ro1", "Staff here believe that people can recover.", total=0.61, alpha_without=0.81, gain=-0.4),
    Item("ro4", HOSTILE, is_reversed=True, total=-0.2, alpha_without=0.88, gain=0.21),
)
SCALES = (
    Scale(
        "recovery_orientation",
        294,
        281,
        0.66,
        (0.6, 0.72),
        0.69,
        (0.62, 0.75),
        0.7,
        3.14,
        0.71,
        0.031,
        ALPHAS,
        (
            Site("S001", 31, 3.4, (3.1, 3.7)),
            Site("S002", 24, 2.9, (2.5, 3.2)),
            Site("S003", 3, None, None, "fewer than 5 respondents"),
        ),
        0.12,
        0.81,
        0.74,
    ),
    Scale("team_climate", 280, 280, None, None, None, None, 0.6, None, None, None),
)

FREQUENCIES = Frequencies(
    (
        Frequency(
            "position",
            "Position",
            "single",
            300,
            298,
            (MissingCount("declared", "-9", "Refused", 1), MissingCount("declared", "-8", "Don't know", 1)),
            (
                CodeCount("1", "Manager", 262, 0.8792),
                CodeCount("2", HOSTILE, 35, 0.1174),
                CodeCount("7", "", 1, 0.0034, False),
            ),
        ),
        Frequency(
            "hours",
            "Hours a week",
            "integer",
            300,
            299,
            (MissingCount("blank", "", "", 1),),
            numbers=Numbers(299, 33.46, 22.55, 32, 24, 40, HOURS),
            range=(1.0, 60.0),
        ),
        Frequency("answered", "Day", "date", 300, 300, (), periods=(("2026-01", 120), ("2026-02", 180))),
        Frequency(
            "comment",
            "Anything else",
            "text",
            300,
            143,
            (MissingCount("blank", "", "", 157),),
            texts=Texts(143, 23, 470),
        ),
        Frequency(
            "supervised",
            "People supervised",
            "integer",
            300,
            79,
            (MissingCount("not_shown", "", "", 215), MissingCount("unreadable", "", "", 6)),
            numbers=Numbers(79, 6.5, None, 6, 4, 9, Histogram(0, 5, (27, 34, 18))),
            skip=SkipCounts(78, 1, 1, 215, 0, 5),
        ),
        Frequency("nobody", "Asked of nobody", "text", 300, 0, (MissingCount("blank", "", "", 300),)),
    ),
    (
        SetFrequency(
            "helped_by",
            300,
            210,
            420,
            (OptionCount("peer", "A peer", 200, 0.952, 0.476), OptionCount("nurse", HOSTILE, 220, 1.0, 0.524)),
        ),
    ),
)

PAGE = SurveyPage(
    study="A study of <programs>",
    synthetic=True,
    name="staff",
    verdict="blocked",
    next=("Mend what blocks it first: 1 query below.", "Look at what is to review: 6 queries below."),
    tiles=(("300", "respondents"), ("26", "variables"), ("412", "checks passed")),
    facts=(("File", "surveys/staff.sav (SPSS), 300 rows"), ("Data dictionary", "surveys/staff.dictionary.csv")),
    queries=QUERIES,
    scales=SCALES,
    frequencies=FREQUENCIES,
    flow=(
        Box("Invited", 520),
        Box("Started", 330, (("Did not begin", 190),)),
        Box("Completed", 300, (("Broke off", 30),)),
    ),
    rate=0.577,
    compared=(Compared("Rows", "290", "300"), Compared("Queries that block", "0", "1")),
    compared_with="1 March 2026",
    waves=(
        Wave(1, "staff1", "staff1.html", 310, 500, 310, 0.62, (("recovery_orientation", 3.0, (2.9, 3.1)),)),
        Wave(2, "staff", "", 300, 520, 300, 0.577, (("recovery_orientation", 3.14, (3.0, 3.2)),), 69, 0.2226),
    ),
    history=(Moment("3 March 2026", "Judged: blocked"), Moment("1 March 2026", "Received")),
)

OVERVIEW = SurveysOverview(
    study="A study of <programs>",
    synthetic=True,
    day="3 March 2026",
    rows=(
        Row("exit", "passed", respondents=40, day="1 March 2026"),
        Row("staff", "blocked", 1, 6, 1, 300, 0.577, "wave 2 of staff", "3 March 2026"),
        Row("index", "review", 0, 2, 0, 12, None, "", "3 March 2026"),
        Row("lost", "unreadable", 1, has_page=False),
    ),
    changes=Changes(2, 7, 1, 1),
    changed=(("staff", "review", "blocked"),),
)


def checked(id: str, state: str, *, column: str = "q1", unexpected: int | None = 0, **rest: object) -> CheckedColumn:
    """A line of Data Docs."""
    given: dict[str, object] = {"threshold": "one of 5 declared codes", **rest}
    return CheckedColumn(
        id,
        f"Title of {id}",
        "A wild code is a typing error.",
        "review",
        column,
        "expect_column_values_to_be_in_set",
        state,  # type: ignore[arg-type]
        40,
        unexpected,
        **given,  # type: ignore[arg-type]
    )


DOCS = SurveyDocs(
    study="A study of <programs>",
    survey="staff",
    file="surveys/staff.sav",
    day="2026-03-05",
    verdict="review",
    rules="0123456789ab",
    k=5,
    suites=(
        CheckedSuite(
            "answers",
            "respondent",
            40,
            (
                checked("SV020", "failed", unexpected=None),
                checked("SV021", "passed"),
                checked("SV027", "not_applicable"),
            ),
        ),
        CheckedSuite("variables", "variable", 1, (checked("SV012", "unchecked", column="each variable"),)),
    ),
    raised=("SV004 The type is no type.",),
    rests=(("Data dictionary", "surveys/staff.dictionary.csv, SHA-256 00ff"), ("Software", "0.1.0")),
)
