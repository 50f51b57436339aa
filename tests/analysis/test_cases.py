from datetime import date

from analysis import compare_cases, read_ratings
from analysis.cases import Ratings, evidence_problems

HEAD = "site_id,role,rater,rating,evidence\n"


def read(rows: str, head: str = HEAD) -> Ratings:
    return read_ratings(
        (head + rows).encode(), sites={"S01", "S02", "S03"}, roles={"peer", "director"}, raters={"R1", "R2"}
    )


def rated(site: str, peers: tuple[int, int], directors: tuple[int, int]) -> str:
    rows = [
        (role, rater, value)
        for role, pair in (("peer", peers), ("director", directors))
        for rater, value in zip(("R1", "R2"), pair, strict=True)
    ]
    return "".join(f"{site},{role},{rater},{value},I0001/R1/hope/2\n" for role, rater, value in rows)


def test_a_case_diverges_at_the_threshold_with_its_direction() -> None:
    ratings = read(rated("S01", (5, 4), (3, 3)) + rated("S02", (2, 2), (4, 4)) + rated("S03", (4, 4), (3, 3)))
    found = compare_cases(ratings, peers="peer", organisation="director", threshold=1.5)
    assert [(c.site, c.difference, c.direction) for c in found.cases] == [
        ("S01", 1.5, "peers_higher"),
        ("S02", -2.0, "organisation_higher"),
        ("S03", 1.0, None),
    ]
    assert found.diverging == ("S01", "S02")
    assert found.problems == ()
    assert found.cases[0].evidence == ("I0001/R1/hope/2",)


def test_a_threshold_of_zero_needs_a_difference() -> None:
    found = compare_cases(read(rated("S01", (3, 3), (3, 3))), peers="peer", organisation="director", threshold=0)
    assert found.diverging == ()


def test_one_rater_is_no_comparison() -> None:
    ratings = read("S01,peer,R1,5,x\nS01,director,R1,3,x\nS01,director,R2,3,x\n")
    found = compare_cases(ratings, peers="peer", organisation="director", threshold=1)
    assert found.cases == ()
    assert [(p.check, p.subject, p.row) for p in found.problems] == [("AN010", "case:S01", 2)]


def test_rows_that_cannot_be_used_are_named() -> None:
    ratings = read("S09,peer,R1,5,\nS01,cook,R1,5,\nS01,peer,R9,5,\nS01,peer,R1,6,\nS01,peer,R1,5,\nS01,peer,R1,4,\n")
    assert [(p.row, p.column) for p in ratings.problems] == [
        (2, "site_id"),
        (3, "role"),
        (4, "rater"),
        (5, "rating"),
        (7, "rater"),
    ]
    assert len(ratings.rows) == 1


def test_the_first_day_of_rating_is_known_where_it_is_written() -> None:
    assert read("S01,peer,R1,5,,2014-03-02\nS01,peer,R2,5,,2014-02-01\n", HEAD.strip() + ",occurred\n").first == date(
        2014, 2, 1
    )
    assert read("S01,peer,R1,5,\n").first is None


def test_a_rating_cites_imported_codings() -> None:
    ratings = read("S01,peer,R1,5,a;b\nS01,peer,R2,5,\nS01,director,R1,5,c\n")
    assert [(p.check, p.row) for p in evidence_problems(ratings, {"a", "b"})] == [("AN013", 3), ("AN013", 4)]
