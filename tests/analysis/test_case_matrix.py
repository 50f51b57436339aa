"""The cross-case matrix in full: what each side rests on, how alike raters rate, and evidence from elsewhere."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis import compare_cases, read_ratings
from analysis.case_matrix import Matrix, elsewhere, matrix_of
from analysis.cases import Ratings

HEAD = "site_id,role,rater,rating,evidence\n"
SEGMENTS = pd.DataFrame(
    [
        ("I1/R1/hope/2", "I1", "R1"),
        ("I1/R2/hope/4", "I1", "R2"),
        ("I2/R1/risk/3", "I2", "R1"),
        ("I3/R2/form/9", "I3", "R2"),
    ],
    columns=["coding", "transcript", "coder"],
)
PEOPLE = {"I1": {"a"}, "I2": {"a", "b"}, "I3": {"c"}}
PLACES = {"I1": {("S1", "peer")}, "I2": {("S1", "peer"), ("S2", "peer")}, "I3": {("S1", "director")}}


def read(rows: str) -> Ratings:
    return read_ratings(
        (HEAD + rows).encode(), sites={"S1", "S2"}, roles={"peer", "director"}, raters={"R1", "R2", "R3"}
    )


RATED = (
    "S1,peer,R1,5,I1/R1/hope/2;I2/R1/risk/3\nS1,peer,R2,3,I1/R2/hope/4\n"
    "S1,director,R1,2,I3/R2/form/9\nS1,director,R2,2,I3/R2/form/9;I9/R2/gone/1\n"
)


def matrix(rows: str, people: dict[str, set[str]] | None = PEOPLE) -> Matrix:
    ratings = read(rows)
    found = compare_cases(ratings, peers="peer", organisation="director", threshold=1)
    return matrix_of(found, ratings, peers="peer", organisation="director", segments=SEGMENTS, people=people)


def test_each_side_keeps_its_ratings_and_counts_what_they_rest_on() -> None:
    (detail,) = matrix(RATED).details
    assert [(r.rater, r.rating) for r in detail.peers.ratings] == [("R1", 5), ("R2", 3)]
    assert detail.peers.ratings[1].evidence == ("I1/R2/hope/4",)
    assert (detail.peers.mean, detail.peers.codings, detail.peers.transcripts, detail.peers.people) == (4.0, 3, 2, 2)
    organisation = detail.organisation
    assert (organisation.codings, organisation.transcripts, organisation.people) == (1, 1, 1)
    assert detail.sides == (detail.peers, organisation)


def test_without_a_list_of_people_nobody_is_counted() -> None:
    assert matrix(RATED, people=None).details[0].peers.people is None


def test_raters_more_than_a_point_apart_are_listed() -> None:
    found = matrix(RATED)
    assert [(site, side.role, side.apart) for site, side in found.far_apart] == [("S1", "peer", 2)]
    assert matrix(RATED.replace("R2,3", "R2,4")).far_apart == ()


def test_agreement_counts_equal_and_adjacent_ratings_and_who_coded_what_is_cited() -> None:
    agreement = matrix(RATED + "S2,peer,R1,4,\nS2,peer,R2,3,\nS2,director,R1,1,\n").agreement
    assert agreement is not None
    assert agreement.sides == 3  # one rater is no pair
    assert agreement.equal_share == pytest.approx(1 / 3)
    assert agreement.adjacent_share == pytest.approx(2 / 3)
    assert agreement.own == {"R1": (2, 3), "R2": (2, 2)}


def test_alpha_is_ordinal_and_undefined_where_every_rating_is_alike() -> None:
    """Two raters on three sides: 5 and 3, 2 and 2, 4 and 3."""
    varied = matrix(RATED + "S2,peer,R1,4,\nS2,peer,R2,3,\n").agreement
    assert varied is not None
    assert varied.alpha == pytest.approx(by_hand([(5, 3), (2, 2), (4, 3)]))
    assert varied.interval is not None  # from resamples of the two sites
    assert varied.interval[0] <= (varied.alpha or 0) <= varied.interval[1]
    alone = matrix(RATED).agreement
    assert alone is not None
    assert alone.interval is None  # one site
    alike = matrix("S1,peer,R1,3,\nS1,peer,R2,3,\nS1,director,R1,3,\nS1,director,R2,3,\n").agreement
    assert alike is not None
    assert alike.alpha is None


def by_hand(pairs: list[tuple[int, int]]) -> float:
    """Ordinal alpha of complete pairs, written out: squared distance in ranks between the values' midpoints."""
    values = [v for pair in pairs for v in pair]
    middle = {v: sum(x < v for x in values) + values.count(v) / 2 for v in values}
    observed = sum((middle[a] - middle[b]) ** 2 for a, b in pairs) / len(pairs)
    n = len(values)
    expected = sum((middle[a] - middle[b]) ** 2 for a in values for b in values) / (n * (n - 1))
    return 1 - observed / expected


def test_nobody_rated_is_no_agreement() -> None:
    assert matrix("").agreement is None
    assert matrix("S1,peer,R1,3,\n").agreement is None
    assert matrix("S1,peer,R1,3,\n").unrated == ("S1",)


def test_evidence_of_another_site_or_role_is_a_fault() -> None:
    rows = "S1,peer,R1,5,I1/R1/hope/2;I2/R1/risk/3\nS2,peer,R1,5,I1/R1/hope/2\nS1,peer,R2,4,I3/R2/form/9;I3/R2/form/9\n"
    problems = elsewhere(read(rows), SEGMENTS, PLACES)
    assert [(p.check, p.row, p.column, p.subject) for p in problems] == [
        ("AN060", 3, "evidence", "case:S2"),
        ("AN060", 4, "evidence", "case:S1"),
    ]
    assert elsewhere(read(rows), SEGMENTS, {}) == []  # whose site nobody knows is not judged
