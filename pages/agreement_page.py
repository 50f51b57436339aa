"""The page on agreement between coders, for the team: disagreements with their places first, then coefficients.

Places and codes only, never a quote; the words for a reconciling meeting lie under restricted/.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from analysis.coders import Agreement, CoderComparison, Disagreement
from pages.layout import render
from pages.survey_pictures import Marks, marks
from pages.survey_words import percent

UNITS = {
    "turn": ("turn", "turns"),
    "word": ("word", "words"),
    "character": ("character", "characters"),
    "transcript": ("transcript", "transcripts"),
}
UNCODED = {
    "is_absence": "Uncoded text counts as the absence of every code: leaving a {one} alone is a decision.",
    "is_missing": "Uncoded text counts as missing: a {one} without any code of a coder was not judged by that coder.",
}
COEFFICIENTS = (
    ("percent", "Percent agreement"),
    ("kappa", "Cohen’s kappa"),
    ("fleiss", "Fleiss’ kappa"),
    ("alpha", "Krippendorff’s alpha"),
    ("ac1", "Gwet’s AC1"),
)
FEW = 10
SHOWN = 500


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """A comparison of coders; `lists` are the files with the words, as paths in the study folder."""

    study: str
    synthetic: bool
    day: str
    found: CoderComparison
    lists: tuple[str, ...] = ()

    @property
    def uncoded(self) -> str:
        """What uncoded text means, in a sentence."""
        return UNCODED[self.found.uncoded].format(one=UNITS[self.found.unit][0])

    @property
    def no_interval(self) -> str:
        """Why there is no interval, or what makes the intervals weak; "" otherwise."""
        count = len(self.found.transcripts)
        if count < 2:
            return "There is no interval: it needs two transcripts or more that were coded by several people."
        if not self.found.resamples:
            return "There is no interval: study.yaml asks for no resamples."
        if count < FEW:
            return f"The intervals rest on {count} transcripts: take them as a hint, not as a measure."
        return ""

    def rows(self) -> list[tuple[str, str, str]]:
        """Each coefficient overall: its name, value and interval in words; kappa only of two coders."""
        overall = self.found.overall
        return [(name, _value(key, overall), _interval(key, overall)) for key, name in COEFFICIENTS if self._has(key)]

    def _has(self, key: str) -> bool:
        return key != "kappa" or len(self.found.coders) == 2


def agreement_page(page: AgreementPage) -> bytes:
    """The page as HTML, with a forest plot of alpha by code."""
    return render(
        "agreement.html",
        page=page,
        found=page.found,
        title=f"Agreement: {page.study}",
        units=UNITS[page.found.unit],
        disagreements=page.found.disagreements[:SHOWN],
        place=place_of,
        value=_value,
        interval=_interval,
        percent=percent,
        forest=forest(page.found),
    )


def place_of(one: Disagreement) -> str:
    """`turn 7`, `turns 3 to 9`."""
    if one.until is None or one.until == one.turn:
        return f"turn {one.turn}"
    return f"turns {one.turn} to {one.until}"


def forest(found: CoderComparison) -> Markup | None:
    """Alpha overall and of each code that has one, with its interval; None where no code has one."""
    parts = [("overall", found.overall), *found.by_code.items()]
    rows = tuple(
        (name, round(part.alpha, 2) + 0.0, part.intervals.get("alpha"))
        for name, part in parts
        if part.alpha is not None
    )
    if not rows:
        return None
    low = min(value if span is None else min(value, span[0]) for _, value, span in rows)
    plot = Marks(
        "Krippendorff’s alpha by code, with intervals of 95%", rows, 0.0, "chance", axis=(min(-0.05, low), 1.0)
    )
    return marks(plot, "forest")


def _value(key: str, part: Agreement) -> str:
    """`94.4%`, `0.75`, or that it is undefined."""
    value: float | None = getattr(part, key)
    if value is None:
        return "undefined"
    return percent(value) if key == "percent" else coefficient(value)


def _interval(key: str, part: Agreement) -> str:
    span = part.intervals.get(key)
    if span is None:
        return ""
    return " to ".join(percent(end) if key == "percent" else coefficient(end) for end in span)


def coefficient(value: float) -> str:
    """`0.75`; below 1 never `1.00` but `>0.99`, and zero without a sign."""
    if value < 1 and round(value, 2) >= 1:
        return ">0.99"
    return f"{round(value, 2) + 0.0:.2f}"
