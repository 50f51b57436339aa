"""The joint display, out/analysis/joint_display.html, for the team: survey, ratings, themes and fit, site by site.

Input: one frozen `JointDisplayPage`, made by a task.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.joint_display import FITS, JointDisplay
from pages.layout import plural, render
from pages.rating_pictures import PlottedCase, PlottedScore, dot_plot, rated

FIT_WORDS = {
    "confirmed": ("Confirmed", "good"),
    "expanded": ("Expanded", "plain"),
    "discordant": ("Discordant", "warn"),
}
FIT_MEANS = {
    "confirmed": "both say the same",
    "expanded": "each says what the other does not",
    "discordant": "they contradict each other",
}

UNCODED = "nothing coded"


@dataclass(frozen=True, slots=True)
class JointDisplayPage:
    """Everything the page shows; `themes` are words by id. `waits` says why there are no scores, "" where there are.

    `roles` are the labels of peers and organisation (None where no cases are compared), `notes` the reasons given for a
    fit that name nobody, by site and person; `fewest` respondents make a mean.
    """

    study: str
    synthetic: bool
    day: str
    survey: str
    scale: str
    display: JointDisplay
    roles: tuple[str, str] | None
    themes: Mapping[str, str]
    notes: Mapping[tuple[str, str], str]
    fewest: int
    waits: str = ""

    @property
    def in_a_sentence(self) -> str:
        """`8 sites: 5 confirmed, 1 expanded, 2 discordant.`, and how many were judged without a coding."""
        counts = self.display.counts()
        words = [f"{counts[fit]} {fit}" for fit in FITS]
        words += [f"{counts['differ']} judged differently by different people"] if counts["differ"] else []
        words += [f"{counts['open']} not judged yet"] if counts["open"] else []
        said = f"{plural(len(self.display.rows), 'site')}: {', '.join(words)}."
        return f"{said} {uncoded}" if (uncoded := self.uncoded_said) else said

    @property
    def uncoded_said(self) -> str:
        """How many judgements of fit have nothing coded behind them; "" where none is like that or nobody knows."""
        count = len(self.display.uncoded)
        where = "was judged where" if count == 1 else "were judged where"
        return f"{plural(count, 'site')} {where} nothing was coded under these themes." if count else ""


def reliability_said(page: JointDisplayPage) -> str:
    """What the scores by site allow, in words."""
    shown = page.display
    if page.waits:
        return f"There are no means yet: the display {page.waits}."
    coefficients = (("ICC(1)", shown.icc1), ("ICC(2)", shown.icc2), ("median r_wg", shown.rwg_median))
    known = ", ".join(f"{name} {value:.2f}" for name, value in coefficients if value is not None) or "none defined"
    more = plural(shown.surveyed_only, "other site")
    also = f" {more} with a mean {'was' if shown.surveyed_only == 1 else 'were'} not visited." * bool(
        shown.surveyed_only
    )
    return f"A mean rests on {page.fewest} respondents or more. Over the sites with one: {known}.{also}"


def display_page(page: JointDisplayPage) -> bytes:
    """The page as one self-contained HTML file."""
    rows = [
        PlottedCase(
            row.site,
            row.ratings[0] if row.ratings else None,
            row.ratings[1] if row.ratings else None,
            bool(row.diverges),
            PlottedScore(row.score.mean, row.score.low, row.score.high, row.score.may_stand) if row.score else None,
            row.bare if row.ratings else (False, False),
        )
        for row in page.display.rows
    ]
    plot = dot_plot(
        rows,
        "joint",
        f"Means of {page.scale} in the survey{' and ratings of both roles' if page.roles else ''}, site by site",
        roles=page.roles,
        scale=page.scale,
    )
    return render(
        "joint_display.html",
        title="Joint display",
        page=page,
        plot=plot if rows else None,
        reliability=reliability_said(page),
        fit_words=FIT_WORDS,
        fit_means=FIT_MEANS,
        uncoded=UNCODED,
        starred=any(row.ratings and any(row.bare) for row in page.display.rows),
        rated=rated,
    )
