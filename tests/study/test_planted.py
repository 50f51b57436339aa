"""Counting planted defects: found by check and file, missed, or not covered yet."""

import pytest

from study import Query, StudyError
from study.planted import Planted, compare, read_planted


def query(check: str, where: str) -> Query:
    return Query.raised(check, "review", study="s", subject="", place="p", where=where, message="m")


def defect(check: str, file: str, id: str = "D1") -> Planted:
    return Planted(id, check, file, "what")


@pytest.mark.parametrize(
    "where",
    ["transcripts/I1.vtt", "transcripts/I1.vtt, turn 4", "transcripts/I1.vtt: line 3", "transcripts/I1.vtt row 2"],
)
def test_a_defect_is_found_where_a_query_of_its_check_begins_with_its_file(where: str) -> None:
    planted = [defect("TR060", "transcripts/I1.vtt")]
    assert compare(planted, [query("TR060", where)], {"TR060"}).found == tuple(planted)


@pytest.mark.parametrize(
    ("check", "where"),
    [("TR061", "transcripts/I1.vtt"), ("TR060", "transcripts/I1.vtt.txt"), ("TR060", "transcripts/I12.vtt")],
)
def test_another_check_or_another_file_does_not_count(check: str, where: str) -> None:
    planted = [defect("TR060", "transcripts/I1.vtt")]
    report = compare(planted, [query(check, where)], {"TR060"})
    assert (report.found, report.missed, report.not_covered, report.total) == ((), tuple(planted), (), 1)


def test_a_check_that_does_not_exist_is_not_covered_rather_than_missed() -> None:
    planted = [defect("TR099", "a"), defect("TR060", "a", "D2")]
    report = compare(planted, [], {"TR060"})
    assert [d.id for d in report.not_covered] == ["D1"]
    assert [d.id for d in report.missed] == ["D2"]


def test_a_finding_counts_even_when_its_check_was_not_listed_as_covered() -> None:
    planted = [defect("TR060", "a")]
    assert compare(planted, [query("TR060", "a, row 3")], ()).found == tuple(planted)


def test_every_defect_is_in_exactly_one_outcome() -> None:
    planted = [defect("A1", "a", "1"), defect("A2", "b", "2"), defect("A3", "c", "3")]
    report = compare(planted, [query("A1", "a")], {"A1", "A2"})
    assert len(report.found) + len(report.missed) + len(report.not_covered) == report.total == 3


def test_declared_defects_are_read_in_order() -> None:
    data = b'- id: "D01"\n  check: "TR060"\n  file: "a.txt"\n  what: "a name"\n'
    assert read_planted(data) == [Planted("D01", "TR060", "a.txt", "a name")]
    assert read_planted(b"[]") == []


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"a: [",
        b"id: D1",
        b"- id: D1\n",
        b"- just text\n",
        b'- {id: D1, check: TR1, file: a, what: ""}\n',
        b"- {id: D1, check: TR1, file: a, what: b, more: c}\n",
        b"- {id: D1, check: TR1, file: a, what: b}\n- {id: D1, check: TR2, file: a, what: b}\n",
    ],
)
def test_anything_else_is_one_sentence_with_a_remedy(data: bytes) -> None:
    with pytest.raises(StudyError, match=r"planted\.yaml: .*fieldtrail new"):
        read_planted(data)
