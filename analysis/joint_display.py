"""A joint display: a survey's score beside ratings and themes, site by site, with the fit that people recorded.

Statistics and themes arrayed together by case (Guetterman, Fetters and Creswell 2015, doi 10.1370/afm.1865). Whether
they confirm each other, expand on each other or are discordant is a person's judgement; it is never computed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast, get_args

import pandas as pd

from analysis.cases import case_subject
from analysis.checks import Problem
from analysis.tables import read_rows

FILE = "analysis/joint_display.csv"
COLUMNS = ["site_id", "fit", "person", "occurred", "note"]
SUBJECT = "analysis:joint_display"
FitName = Literal["confirmed", "expanded", "discordant"]
FITS: tuple[FitName, ...] = get_args(FitName)


@dataclass(frozen=True, slots=True)
class Fit:
    """How statistics and themes of a site go together, in one person's judgement, with why."""

    site: str
    fit: FitName
    person: str
    occurred: date
    note: str


@dataclass(frozen=True, slots=True)
class Fits:
    """The judgements that stand, by site and person (a person's latest a site), and what was wrong with rows."""

    standing: tuple[Fit, ...]
    problems: tuple[Problem, ...] = ()

    def at(self, site: str) -> tuple[Fit, ...]:
        return tuple(fit for fit in self.standing if fit.site == site)


@dataclass(frozen=True, slots=True)
class Score:
    """A site's mean on the scale with its 95% interval, respondents and r_wg; whether it may stand for the site."""

    mean: float
    low: float
    high: float
    respondents: int
    rwg: float | None
    may_stand: bool


@dataclass(frozen=True, slots=True)
class ThemeAtSite:
    """How often a theme was coded at a site: segments, in how many transcripts, of how many people."""

    theme: str
    segments: int
    transcripts: int
    people: int


@dataclass(frozen=True, slots=True)
class Row:
    """One site: its score (None: fewer respondents than declared, or none), mean ratings of peers and organisation
    (None: not compared), whether they diverge, themes, fits.

    `bare` says of each role whether its ratings cite no coding; `is_coded` is False where nothing was coded under any
    theme at this site, None where that is not known. Both follow from what the digest of a display holds already.
    """

    site: str
    score: Score | None
    ratings: tuple[float, float] | None
    diverges: bool | None
    themes: tuple[ThemeAtSite, ...]
    fits: tuple[Fit, ...]
    bare: tuple[bool, bool] = field(default=(False, False), repr=False)
    is_coded: bool | None = field(default=None, repr=False)

    @property
    def fit(self) -> FitName | None:
        """What everybody who judged the site says; None where nobody did, or people differ."""
        said = {fit.fit for fit in self.fits}
        return next(iter(said)) if len(said) == 1 else None


@dataclass(frozen=True, slots=True)
class JointDisplay:
    """The sites that were visited, the highest score first, then those without one, by id; what the scores allow.

    `surveyed_only` counts sites with a score that were not visited.
    """

    rows: tuple[Row, ...]
    icc1: float | None = None
    icc2: float | None = None
    rwg_median: float | None = None
    surveyed_only: int = 0

    @property
    def uncoded(self) -> tuple[Row, ...]:
        """Sites with a judgement of fit where nothing was coded under any theme."""
        return tuple(row for row in self.rows if row.fits and row.is_coded is False)

    def counts(self) -> dict[str, int]:
        """Sites by fit: each of FITS, `differ` where people disagree, `open` where nobody has judged."""
        found: Counter[str] = Counter(row.fit or ("differ" if row.fits else "open") for row in self.rows)
        return {name: found[name] for name in (*FITS, "differ", "open")}


def read_fits(data: bytes, *, sites: Collection[str], people: Collection[str], today: date, file: str = FILE) -> Fits:
    """Read judgements of fit; a row that cannot be used is left out and becomes a problem.

    Raises StudyError for a file that is no CSV in UTF-8 or lacks a column.
    """
    table = read_rows(data, COLUMNS, file)[COLUMNS]
    standing: dict[tuple[str, str], Fit] = {}
    problems: list[Problem] = []
    for row, (site, fit, person, occurred, note) in zip(table.index, table.itertuples(index=False), strict=True):
        day = _day(occurred)
        before = standing.get((site, person))
        column = (
            ("site_id" if site not in sites else "")
            or ("fit" if fit not in FITS else "")
            or ("person" if person not in people else "")
            or ("occurred" if day is None or day > today or (before and before.occurred == day) else "")
        )
        if column or day is None:
            subject = case_subject(site) if site in sites else SUBJECT
            problems.append(Problem("AN063", file, int(row), column, subject))
        elif before is None or before.occurred < day:
            standing[site, person] = Fit(site, cast(FitName, fit), person, day, note)
    return Fits(tuple(standing[key] for key in sorted(standing)), tuple(problems))


def themes_by_site(
    segments: pd.DataFrame, places: Mapping[str, Mapping[str, str]], themes: Mapping[str, Collection[str]]
) -> dict[str, tuple[ThemeAtSite, ...]]:
    """Every theme at every site of `segments` (transcript, code), themes in their order.

    `places` holds for each transcript its speakers with their site that day; what was said by people of several sites
    together counts at none.
    """
    of = {t: next(iter(set(people.values()))) for t, people in places.items() if len(set(people.values())) == 1}
    found: dict[str, tuple[ThemeAtSite, ...]] = {}
    for site in sorted(set(of.values()) - {""}):
        at = segments[segments["transcript"].map(of) == site]
        counted = []
        for theme, codes in themes.items():
            under = at[at["code"].isin(list(codes))]["transcript"]
            people = {who for t in under.unique() for who in places[t]}
            counted.append(ThemeAtSite(theme, len(under), int(under.nunique()), len(people)))
        found[site] = tuple(counted)
    return found


def joint_display(
    *,
    scores: Mapping[str, Score],
    ratings: Mapping[str, tuple[float, float]],
    diverging: Collection[str],
    themes: Mapping[str, tuple[ThemeAtSite, ...]],
    fits: Fits,
    icc1: float | None = None,
    icc2: float | None = None,
    rwg_median: float | None = None,
    bare: Mapping[str, tuple[bool, bool]] | None = None,
) -> JointDisplay:
    """Array scores, ratings (peers, organisation), themes and fits by site; a site only surveyed gets no row.

    `themes` is empty where nobody knows who spoke at which site; else a site not in it has nothing coded.
    """
    sites = {*ratings, *themes, *(fit.site for fit in fits.standing)}
    rows = [
        Row(
            site,
            scores.get(site),
            ratings.get(site),
            (site in diverging) if site in ratings else None,
            themes.get(site, ()),
            fits.at(site),
            (bare or {}).get(site, (False, False)),
            any(theme.segments for theme in themes.get(site, ())) if any(themes.values()) else None,
        )
        for site in sites
    ]
    rows.sort(key=lambda row: (row.score is None, -(row.score.mean if row.score else 0), row.site))
    return JointDisplay(tuple(rows), icc1, icc2, rwg_median, surveyed_only=len(set(scores) - sites))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
