"""Cross-case comparison: each site rated for two informant roles by two raters, and where they diverge.

The design of Siantz, Henwood and Gilmer (2017): do the peers' attitudes match their organisation's orientation?
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

import pandas as pd

from analysis.checks import Problem
from analysis.codebook import CODE
from analysis.tables import read_rows

FILE = "analysis/case_ratings.csv"
COLUMNS = ["site_id", "role", "rater", "rating", "evidence"]
Direction = Literal["peers_higher", "organisation_higher"]
RATERS = 2


@dataclass(frozen=True, slots=True)
class Case:
    """One site: the mean rating (1 to 5) of each role, their difference (peers minus organisation) and what follows."""

    site: str
    peers: float
    organisation: float
    difference: float
    diverges: bool
    direction: Direction | None
    raters: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrossCase:
    """The cases rated in full, by site, and the sites that diverge."""

    cases: tuple[Case, ...]
    problems: tuple[Problem, ...]

    @property
    def diverging(self) -> tuple[str, ...]:
        return tuple(case.site for case in self.cases if case.diverges)


@dataclass(frozen=True, slots=True)
class Ratings:
    """Usable ratings, indexed by row (site, role, rater, rating, evidence as tuple), and what was wrong with others.

    `first` is the first day named in the optional column `occurred`, else None.
    """

    rows: pd.DataFrame
    problems: tuple[Problem, ...]
    first: date | None


def read_ratings(
    data: bytes, *, sites: Collection[str], roles: Collection[str], raters: Collection[str], file: str = FILE
) -> Ratings:
    """Read ratings by site, role and rater; `evidence` holds coding ids apart by semicolons.

    Raises StudyError for a file that is no CSV in UTF-8 or lacks a column.
    """
    table = read_rows(data, COLUMNS, file).reindex(columns=[*COLUMNS, "occurred"], fill_value="")
    usable: dict[int, tuple[object, ...]] = {}
    problems: list[Problem] = []
    seen: set[tuple[str, str, str]] = set()
    days: list[date] = []
    for row, (site, role, rater, rating, evidence, occurred) in zip(
        table.index, table.itertuples(index=False), strict=True
    ):
        day = _day(occurred)
        column = (
            ("site_id" if site not in sites else "")
            or ("role" if role not in roles else "")
            or ("rater" if rater not in raters or (site, role, rater) in seen else "")
            or ("rating" if rating not in ("1", "2", "3", "4", "5") else "")
            or ("occurred" if occurred and day is None else "")
        )
        if column:
            problems.append(Problem("AN012", file, int(row), column, "analysis:case_ratings"))
            continue
        seen.add((site, role, rater))
        days += [day] if day else []
        cited = tuple(part.strip() for part in evidence.split(";") if part.strip())
        usable[int(row)] = (site, role, rater, int(rating), cited)
    frame = pd.DataFrame(
        list(usable.values()),
        columns=pd.Index(["site", "role", "rater", "rating", "evidence"]),
        index=pd.Index(list(usable)),
    )
    return Ratings(frame, tuple(problems), min(days, default=None))


def compare_cases(ratings: Ratings, *, peers: str, organisation: str, threshold: float, file: str = FILE) -> CrossCase:
    """Mean rating by site and role; a case diverges when the two means differ by `threshold` or more.

    A site without two raters for both roles is left out and becomes a problem.
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    for site, rows in ratings.rows.groupby("site", sort=True):
        of_role = {role: rows[rows["role"] == role] for role in (peers, organisation)}
        if any(part["rater"].nunique() < RATERS for part in of_role.values()):
            problems.append(Problem("AN010", file, int(rows.index[0]), "rater", case_subject(str(site))))
        else:
            cases.append(_case(str(site), of_role[peers], of_role[organisation], threshold))
    return CrossCase(tuple(cases), tuple(problems))


def evidence_problems(ratings: Ratings, codings: Collection[str], file: str = FILE) -> list[Problem]:
    """Ratings that cite nothing, or a coding that was not imported."""
    return [
        Problem("AN013", file, int(row), "evidence", case_subject(str(site)))
        for row, site, cited in zip(ratings.rows.index, ratings.rows["site"], ratings.rows["evidence"], strict=True)
        if not cited or not set(cited) <= set(codings)
    ]


def _case(site: str, peers: pd.DataFrame, organisation: pd.DataFrame, threshold: float) -> Case:
    means = [Fraction(int(part["rating"].sum()), len(part)) for part in (peers, organisation)]
    difference = means[0] - means[1]
    diverges = difference != 0 and abs(difference) >= Fraction(str(threshold))
    direction: Direction = "peers_higher" if difference > 0 else "organisation_higher"
    both = pd.concat([peers, organisation])
    return Case(
        site,
        float(means[0]),
        float(means[1]),
        float(difference),
        diverges,
        direction if diverges else None,
        raters=tuple(sorted(set(both["rater"]))),
        evidence=tuple(sorted({coding for cited in both["evidence"] for coding in cited})),
    )


def case_subject(site: str) -> str:
    """What a query about a case is about; the ratings where the site's id could not enter the trail."""
    return f"case:{site}" if CODE.fullmatch(site) else "analysis:case_ratings"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
