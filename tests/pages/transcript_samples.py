"""Made-up values of the transcripts' pages, for tests of what the pages show."""

from __future__ import annotations

from pages.study_page import Changes
from pages.transcript_page import (
    Asked,
    CheckLine,
    FileReport,
    Moment,
    OpenQuery,
    Silence,
    Step,
    TranscriptPage,
)
from pages.transcripts_overview import ChangedFiles, Row, Spread, TranscriptsOverview

PAGE = TranscriptPage(
    study="A made-up study of <b>recovery</b>",
    synthetic=True,
    id="I0007",
    verdict="blocked",
    next=("Mend what blocks it: 1 query below.", "Then look at the query to review."),
    steps=(
        Step("Interview", "3 March 2016"),
        Step("At the vendor", "4 March 2016"),
        Step("Received", "9 March 2016", "2nd version on 12 March 2016"),
        Step("Checked against the audio"),
        Step("De-identified"),
        Step("Released for coding"),
    ),
    queries=(
        OpenQuery(
            "TR022",
            "No long gap without an explanation",
            "block",
            "A gap nobody explains may be a passage left out.",
            "turn 41",
            "150 s pass without a word or a note (at most 120 s). Listen there, or note the pause.",
            "12 March 2016",
            "0f3a9c21d4e5",
            is_new=True,
        ),
        OpenQuery(
            "TR060",
            "No registered name, alias or site is left",
            "review",
            "The registry of names is what we can check for certain.",
            "turn 12 and 2 more",
            "Registered names found: 3. Replace each with its pseudonym.",
            "12 March 2016",
            "aa3a9c21d4e5",
        ),
    ),
    files=(
        FileReport(
            "I0007.vtt",
            "vtt",
            "blocked",
            checks=(
                CheckLine("TR001", "The file opens", "passed", "block", "0", "none"),
                CheckLine("TR013", "The interviewer's share", "passed", "review", "21 %", "5 % to 45 %"),
                CheckLine("TR022", "No long gap", "failed", "review", "2 min 30 s", "at most 2 min"),
                CheckLine("TR024", "The pace is that of speech", "unchecked", "review", "", "80 to 220"),
                CheckLine("TR023", "The recording's length", "not_applicable", "block"),
                CheckLine("TR051", "Which later uses are covered", "failed", "inform", "1", "none"),
            ),
            words=(("interviewer", 812), ("participant", 3110), ("other", 40)),
            seconds=3720.0,
            course="i" * 8 + "p" * 30 + "-" * 5 + "iip" * 20 + "p" * 15 + "oo",
            silences=(Silence(1240.0, 150.0, 41, is_long=True), Silence(62.0, 8.0, 3)),
            guide=(
                Asked("Q1", "How did you come to this work?", True, 1, 0.9, ("come", "work")),
                Asked("Q2", "What does recovery mean here?", True),
                Asked("Q3", "Is there anything else?", False),
            ),
        ),
    ),
    history=(
        Moment("12 March 2016", "2 queries opened: TR022, TR060", "checks"),
        Moment("12 March 2016", "Judged: blocked", "checks"),
        Moment("9 March 2016", "Received", "checks"),
    ),
)

OVERVIEW = TranscriptsOverview(
    study="A made-up study of <b>recovery</b>",
    synthetic=True,
    day="30 June 2016",
    rows=(
        *(Row(f"I{n:04d}", "passed", "released for coding", "12 June 2016", is_released=True) for n in range(1, 19)),
        Row("I0019", "review", "received", "14 June 2016", review=3),
        Row("I0020", "blocked", "received", "14 June 2016", block=1, review=1),
        Row("I0021", "waiting", "at the vendor", "20 June 2016", has_page=False),
        Row("I0022", "gone", "received", "2 May 2016"),
    ),
    changes=Changes(3, 2, 1, 1),
    files=ChangedFiles(
        with_new=("I0019", "I0020"),
        with_resolved=("I0001",),
        new=("I0020",),
        gone=("I0022",),
        verdicts=(("I0001", "review", "passed"),),
    ),
    next=("1 transcript is blocked: I0020.", "1 transcript is to review: I0019."),
    spreads=(
        Spread(
            "share",
            "The interviewer's share of the words",
            "%",
            (0.12, 0.2, 0.21, 0.25, 0.3, 0.52),
            (0.05, 0.45),
            "TR013",
        ),
        Spread("inaudible", "Inaudible marks per 1,000 words", "", (0, 0, 0.4, 0.5, 1.1, 3), (2,), "TR030"),
        Spread("pace", "Words a minute", "", (110, 120, 122, 140, 150, 900), (80, 220), "TR024"),
    ),
    notes=("8 field notes have arrived.",),
)
