"""One survey's page, out/surveys/<name>.html, for the team: what to do, what is open, scales, answers in counts.

Input: one frozen `SurveyPage`, made by a task. No row, row key or word of free text is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from markupsafe import Markup

from evidence.survey.frequencies import Frequencies, Frequency, SkipCounts
from evidence.survey.label_differences import LabelDifference
from pages.flow_picture import flow_picture
from pages.layout import render
from pages.sample_section import Tone
from pages.survey_pictures import Marks, Plot, Spread, drawn, number
from pages.survey_words import amount, between, label, percent
from pages.svg import Box
from pages.transcript_page import SEVERITIES, Moment, Verdict

VERDICTS: dict[Verdict, tuple[str, Tone]] = {
    "passed": ("passed", "good"),
    "review": ("to review", "warn"),
    "blocked": ("blocked", "bad"),
    "unreadable": ("could not be read", "bad"),
}
MISSING = {"blank": "blank, no reason given", "not_shown": "not shown by skip logic", "unreadable": "not of its type"}
DRAWN = 6
"""Pictures of one check that are drawn; the tables below hold the rest."""


def page_name(survey: str) -> str:
    """The file name of a survey's pages, in out/surveys/ and out/data_docs/: never that of a page of its own.

    Two surveys never share one: a name that begins like the escape is escaped too.
    """
    taken = survey in ("index", "transcripts") or survey.startswith("survey-")
    return f"survey-{survey}.html" if taken else f"{survey}.html"


@dataclass(frozen=True, slots=True)
class OpenQuery:
    """An open query: what it means, why it matters, what to do, where, since when, the code that names it.

    `rows` are how many row keys the team finds in the file `kept` under restricted/. A picture, the labels of file and
    dictionary, or the counts of a condition are there where they say it quicker.
    """

    check: str
    title: str
    severity: Literal["block", "review", "inform"]
    means: str
    matters: str
    todo: str
    where: str
    since: str
    code: str
    is_new: bool = False
    rows: int = 0
    kept: str = ""
    plot: Plot | None = None
    labels: tuple[LabelDifference, ...] = ()
    skip: SkipCounts | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a scale: its correlation with the others, alpha without it, and the rise of alpha if turned round."""

    name: str
    label: str = ""
    is_reversed: bool = False
    total: float | None = None
    alpha_without: float | None = None
    gain: float | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A site's mean on a scale; `why_not` says why it may not stand for the site."""

    site: str
    n: int
    mean: float | None
    interval: tuple[float, float] | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale as it was measured; intervals are of 95%."""

    name: str
    n: int
    complete: int
    alpha: float | None
    alpha_interval: tuple[float, float] | None
    omega: float | None
    omega_interval: tuple[float, float] | None
    minimum: float
    mean: float | None
    sd: float | None
    straight_line_share: float | None
    items: tuple[Item, ...] = ()
    sites: tuple[Site, ...] = ()
    icc1: float | None = None
    icc2: float | None = None
    rwg: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def reliability(self) -> Marks | None:
        """Alpha and omega with their intervals on one axis."""
        found = (("alpha", self.alpha, self.alpha_interval), ("omega", self.omega, self.omega_interval))
        rows = tuple((name, value, interval) for name, value, interval in found if value is not None)
        if not rows:
            return None
        low = min([0.4, *(v for _, v, _ in rows), *(i[0] for *_, i in rows if i)])
        return Marks(f"How reliable {self.name} is", rows, self.minimum, "at least", "below", (max(low, -0.2), 1.0))

    @property
    def by_site(self) -> Marks | None:
        """The sites' means with their intervals."""
        rows = tuple((s.site, s.mean, s.interval) for s in self.sites if s.mean is not None)
        return Marks(f"{self.name} by site", rows) if len(rows) > 1 else None


@dataclass(frozen=True, slots=True)
class Compared:
    """One count of the last run and of this one."""

    what: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave of the instrument: how many rows, how many invited and completed, mean and interval of each scale.

    `lost` of those who answered the wave before did not answer this one, a share `lost_share` (0-1) of them.
    """

    number: int
    survey: str
    link: str
    rows: int | None = None
    invited: int | None = None
    completed: int | None = None
    rate: float | None = None
    means: tuple[tuple[str, float, tuple[float, float] | None], ...] = ()
    lost: int | None = None
    lost_share: float | None = None


@dataclass(frozen=True, slots=True)
class SurveyPage:
    """Everything the page shows; `next` are sentences, the most urgent first; `facts` are (what, value) of the file.

    It names no day of its own but that of the judgement: unchanged inputs give the same bytes.
    """

    study: str
    synthetic: bool
    name: str
    verdict: Verdict
    next: tuple[str, ...]
    tiles: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    queries: tuple[OpenQuery, ...] = ()
    scales: tuple[Scale, ...] = ()
    frequencies: Frequencies | None = None
    flow: tuple[Box, ...] = ()
    rate: float | None = None
    compared: tuple[Compared, ...] = ()
    compared_with: str = ""
    waves: tuple[Wave, ...] = ()
    history: tuple[Moment, ...] = ()
    notes: tuple[str, ...] = ()
    has_docs: bool = True

    @property
    def to_act_on(self) -> tuple[tuple[OpenQuery, ...], ...]:
        """The queries somebody has to act on, those of one check together, in the order they come."""
        return _grouped(query for query in self.queries if query.severity != "inform")

    @property
    def to_know(self) -> tuple[tuple[OpenQuery, ...], ...]:
        """The queries that only inform, likewise."""
        return _grouped(query for query in self.queries if query.severity == "inform")


def _grouped(queries: Iterable[OpenQuery]) -> tuple[tuple[OpenQuery, ...], ...]:
    return tuple(tuple(group) for _, group in groupby(queries, key=lambda query: (query.check, query.severity)))


def survey_page(page: SurveyPage) -> bytes:
    """The page as one self-contained HTML file."""
    return render(
        "survey_page.html",
        title=f"Survey {page.name}",
        page=page,
        docs=page_name(page.name) if page.has_docs else "index.html",
        verdicts=VERDICTS,
        severities=SEVERITIES,
        missing=MISSING,
        drawn=drawn,
        most_drawn=DRAWN,
        flow=flow_picture(page.flow, key="responses", title="From invited to completed") if page.flow else "",
        histogram=_histogram,
        wave_marks=_wave_marks(page.waves),
        scales_of_waves=tuple(dict.fromkeys(name for wave in page.waves for name, _, _ in wave.means)),
        label=label,
        percent=percent,
        amount=amount,
        between=between,
        number=number,
    )


def _histogram(variable: Frequency, key: str) -> Markup:
    """The numbers of a variable between the limits the dictionary declares."""
    assert variable.numbers is not None
    low, high = variable.range or (None, None)
    return drawn(Spread(f"{variable.name}: how the numbers lie", variable.numbers.histogram, low, high), key)


def _wave_marks(waves: tuple[Wave, ...]) -> tuple[Marks, ...]:
    """Each scale over the waves that measured it."""
    names = dict.fromkeys(name for wave in waves for name, _, _ in wave.means)
    found = []
    for scale in names:
        of_it = [(wave.number, mean, i) for wave in waves for name, mean, i in wave.means if name == scale]
        if len(of_it) > 1:
            found.append(Marks(f"{scale} by wave", tuple((f"wave {n}", mean, i) for n, mean, i in of_it)))
    return tuple(found)
