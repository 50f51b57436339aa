"""The cross-case matrix in full: each rater's rating, what it cites, how far raters are apart, what a case rests on.

The ratings stand beside their evidence so that a reader can follow them back (Siantz, Henwood and Gilmer 2017); how
reproducible they are is Krippendorff's alpha at ordinal level (Krippendorff 2019, Content Analysis, ch. 12).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.cases import FILE, Case, CrossCase, Ratings, case_subject
from analysis.checks import Problem
from analysis.rated import rating_agreement
from analysis.resampling import Interval

FAR_APART = 1
"""Points; raters who differ by more than this are listed."""


@dataclass(frozen=True, slots=True)
class Rating:
    """What one rater gave (1 to 5), and the ids of the codings cited."""

    rater: str
    rating: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One role at one site: its ratings by rater, and what they cite.

    `codings` and `transcripts` count what is cited and was imported, `people` those who spoke there (None: not known).
    """

    role: str
    mean: float
    ratings: tuple[Rating, ...]
    codings: int
    transcripts: int
    people: int | None

    @property
    def apart(self) -> int:
        """Points between the highest and the lowest rating."""
        given = [rating.rating for rating in self.ratings]
        return max(given) - min(given)


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """A case with both of its sides."""

    case: Case
    peers: Side
    organisation: Side

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.peers, self.organisation

    @property
    def bare(self) -> tuple[Side, ...]:
        """The sides whose ratings cite no coding that was imported: impressions that nobody can follow back."""
        return tuple(side for side in self.sides if not side.codings)


@dataclass(frozen=True, slots=True)
class RaterAgreement:
    """How alike raters rated the sides that two or more rated: shares (0–1) of equal and of adjacent ratings, alpha.

    `alpha` is None where it is undefined (every rating alike); `interval` is its 95 % interval over resampled cases,
    None with fewer than two of them or where too many resamples leave alpha undefined. `own` says of each rater how
    many of the codings cited that person coded, and how many were cited.
    """

    sides: int
    equal_share: float
    adjacent_share: float
    alpha: float | None
    own: Mapping[str, tuple[int, int]]
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """The cases compared, in full; `unrated` are sites that lack a rater and are not compared."""

    details: tuple[CaseDetail, ...]
    agreement: RaterAgreement | None
    unrated: tuple[str, ...]

    @property
    def bare(self) -> tuple[CaseDetail, ...]:
        """Cases of which one side or both rest on no coding."""
        return tuple(detail for detail in self.details if detail.bare)

    @property
    def far_apart(self) -> tuple[tuple[str, Side], ...]:
        """Sites and sides whose raters are more than one point apart."""
        return tuple((d.case.site, side) for d in self.details for side in d.sides if side.apart > FAR_APART)


def matrix_of(
    found: CrossCase,
    ratings: Ratings,
    *,
    peers: str,
    organisation: str,
    segments: pd.DataFrame,
    people: Mapping[str, Collection[str]] | None,
) -> Matrix:
    """The matrix behind a comparison; `segments` has coding, transcript and coder of every coding imported.

    `people` are those who spoke in each transcript, None where nobody knows.
    """
    cited = segments.drop_duplicates("coding").set_index("coding")
    rows = ratings.rows

    def side(site: str, role: str) -> Side:
        given = rows[(rows["site"] == site) & (rows["role"] == role)].sort_values("rater")
        rated = tuple(
            Rating(rater, int(rating), evidence)
            for rater, rating, evidence in zip(given["rater"], given["rating"], given["evidence"], strict=True)
        )
        codings = {coding for rating in rated for coding in rating.evidence if coding in cited.index}
        transcripts = {str(cited.at[coding, "transcript"]) for coding in codings}
        spoke = None if people is None else len({who for t in transcripts for who in people.get(t, ())})
        mean = sum(rating.rating for rating in rated) / len(rated)
        return Side(role, mean, rated, len(codings), len(transcripts), spoke)

    details = tuple(CaseDetail(c, side(c.site, peers), side(c.site, organisation)) for c in found.cases)
    compared = {case.site for case in found.cases}
    return Matrix(details, _agreement(ratings, cited), tuple(sorted(set(map(str, rows["site"])) - compared)))


def elsewhere(
    ratings: Ratings, segments: pd.DataFrame, where: Mapping[str, Collection[tuple[str, str]]], file: str = FILE
) -> list[Problem]:
    """Ratings that cite what was said at another site or in another role.

    `where` are the sites and roles of those who spoke in a transcript; of one that is not in it nothing is said.
    """
    transcript = dict(zip(segments["coding"], segments["transcript"], strict=True))
    rows = ratings.rows
    return [
        Problem("AN060", file, int(row), "evidence", case_subject(site))
        for row, site, role, cited in zip(rows.index, rows["site"], rows["role"], rows["evidence"], strict=True)
        if any((site, role) not in where[transcript[c]] for c in cited if transcript.get(c) in where)
    ]


def _agreement(ratings: Ratings, cited: pd.DataFrame) -> RaterAgreement | None:
    """None where no side was rated by two."""
    rows = ratings.rows
    if rows.empty:
        return None
    table = rows.assign(side=rows["site"] + "/" + rows["role"]).pivot(index="rater", columns="side", values="rating")
    table = table.loc[:, table.notna().sum() >= 2]
    if table.shape[1] == 0:
        return None
    apart = table.max() - table.min()
    own: dict[str, tuple[int, int]] = {}
    for rater, evidence in rows.groupby("rater")["evidence"]:
        codings = [coding for part in evidence for coding in part if coding in cited.index]
        own[str(rater)] = sum(str(cited.at[coding, "coder"]) == rater for coding in codings), len(codings)
    rated = rating_agreement(table, clusters=[str(side).rpartition("/")[0] for side in table.columns])
    return RaterAgreement(
        table.shape[1],
        float((apart == 0).mean()),
        float((apart <= FAR_APART).mean()),
        rated.alpha,
        own,
        rated.interval,
    )
