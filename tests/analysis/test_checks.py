from analysis.checks import ANALYSIS_CHECKS, REMEDIES, Problem, queries


def test_every_check_says_what_to_do_once() -> None:
    ids = [check.id for check in ANALYSIS_CHECKS]
    assert len(set(ids)) == len(ids)
    assert set(ids) == set(REMEDIES)
    for id, severity, title, reason in ANALYSIS_CHECKS:
        assert severity in ("block", "review", "inform")
        assert not title.endswith(".")
        assert reason.endswith(".")
        assert REMEDIES[id].endswith(".")


def test_rows_of_one_check_and_subject_are_one_query() -> None:
    problems = [
        Problem("AN003", "analysis/codings.csv", 9, "quote", "codings:I0001"),
        Problem("AN003", "analysis/codings.csv", 4, "quote", "codings:I0001"),
        Problem("AN003", "analysis/codings.csv", 5, "quote", "codings:I0002"),
    ]
    first, second = queries(problems, study="fsp", ref=lambda path: "aref")
    assert (first.subject, first.where, first.rows) == (
        "codings:I0001",
        "analysis/codings.csv, row 4, column quote",
        ("row 4", "row 9"),
    )
    assert "(2 rows)" in first.message
    assert first.fingerprint != second.fingerprint


def test_a_fingerprint_does_not_change_with_rows() -> None:
    one = queries([Problem("AN003", "f", 4, "quote", "codings:I1")], study="fsp", ref=lambda path: "aref")
    two = queries([Problem("AN003", "f", 7, "quote", "codings:I1")], study="fsp", ref=lambda path: "aref")
    assert one[0].fingerprint == two[0].fingerprint


def test_what_a_tool_calls_a_document_stands_with_the_rows_alone() -> None:
    problem = Problem("AN017", "a.qdpx", 4, "document 2", "analysis:codings", named="Talk with Nobody Known")
    (query,) = queries([problem, problem], study="fsp", ref=lambda path: "aref")
    assert query.rows == ("row 4", "called Talk with Nobody Known")
    assert "Nobody Known" not in f"{query.where} {query.message} {problem!r}"
    assert query.message.endswith(f"in the file that begins with {query.fingerprint[:12]}.")
