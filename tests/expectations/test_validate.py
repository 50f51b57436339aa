"""The engine fails closed, keeps failed, unchecked and not applicable apart, and leaks no value."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from expectations import Check, Suite, validate, validate_full
from expectations.check import (
    at_least,
    at_most,
    between,
    in_set,
    is_false,
    is_true,
    is_zero,
    matches,
    not_null,
    within,
)
from study import Protocol, StudyError
from study.query import fingerprint

pytestmark = pytest.mark.real

SHARE = Check(
    "TR013",
    "review",
    "interviewer_share",
    between,
    {"minimum": 0.05, "maximum": 0.45},
    title="The interviewer speaks less than the participant",
    reason="Much interviewer talk means little evidence.",
    message="The interviewer speaks {value} of the words, outside {minimum} to {maximum}: listen again.",
)


def subjects(**columns: Any) -> pd.DataFrame:
    length = len(next(iter(columns.values())))
    return pd.DataFrame(
        {
            "subject": [f"transcript:I{i:04d}" for i in range(length)],
            "ref": [f"artefact{i}" for i in range(length)],
            "where": [f"transcripts/I{i:04d}.vtt" for i in range(length)],
            **columns,
        }
    )


def by_subject(frame: pd.DataFrame, study: Protocol, *checks: Check):
    return validate(frame, Suite("transcripts", checks), study=study, subject_column="subject")


@pytest.mark.parametrize(("number", "said"), [(-5, "5 fewer"), (2, "2 more"), (-1.0, "1 fewer")])
def test_a_difference_is_said_in_words(study, number: float, said: str):
    check = Check("TR013", "block", "row_difference_count", is_zero, message="Not as many rows ({difference}).")
    (query,) = by_subject(subjects(row_difference_count=[number]), study, check)
    assert query.message == f"Not as many rows ({said})."


def test_each_failing_row_is_a_query_about_its_subject(study):
    (query,) = by_subject(subjects(interviewer_share=[0.2, 0.612345]), study, SHARE)
    assert (query.check, query.severity, query.subject) == ("TR013", "review", "transcript:I0001")
    assert query.where == "transcripts/I0001.vtt"
    assert query.message == "The interviewer speaks 0.612 of the words, outside 0.05 to 0.45: listen again."
    assert query.fingerprint == fingerprint("tiny", "TR013", "transcript:I0001", "artefact1/interviewer_share/0")


def test_a_null_feature_is_not_applicable_and_no_query(study):
    frame = subjects(interviewer_share=[None, float("nan")])
    validation = validate_full(frame, Suite("transcripts", (SHARE,)), study=study, subject_column="subject")
    assert validation.queries == ()
    assert validation.not_applicable == ("TR013",)
    assert [(r.state, r.evaluated) for r in validation.results] == [("not_applicable", 0)]


def test_a_threshold_of_the_protocol_changes_the_verdict(protocol_with: Callable[[str], Protocol], study):
    frame = subjects(interviewer_share=[0.5])
    assert len(by_subject(frame, study, SHARE)) == 1
    assert by_subject(frame, protocol_with("checks: {TR013: {maximum: 0.6}}"), SHARE) == []


def test_a_threshold_the_check_does_not_have_is_refused(protocol_with: Callable[[str], Protocol]):
    with pytest.raises(StudyError, match=r"TR013 has no threshold maximal.*minimum"):
        by_subject(subjects(interviewer_share=[0.5]), protocol_with("checks: {TR013: {maximal: 1}}"), SHARE)


def test_a_missing_column_could_not_be_checked_for_any_subject_and_spares_the_others(study):
    absent = dataclasses.replace(SHARE, id="TR099", severity="block", feature="gap_s")
    queries = by_subject(subjects(interviewer_share=[0.2, 0.9]), study, absent, SHARE)
    assert [(q.check, q.subject) for q in queries] == [
        ("TR099", "transcript:I0000"),
        ("TR099", "transcript:I0001"),
        ("TR013", "transcript:I0001"),
    ]
    assert all(q.severity == "block" and "Could not be checked" in q.message for q in queries[:2])
    failed = fingerprint("tiny", "TR099", "transcript:I0000", "artefact0/gap_s/0")
    assert queries[0].fingerprint != failed


def test_values_that_cannot_be_compared_could_not_be_checked_and_are_not_shown(study):
    frame = subjects(interviewer_share=[0.2, "Heather said no"])
    queries = by_subject(frame, study, SHARE)
    assert {q.check for q in queries} == {"TR013"}
    assert all("Could not be checked" in q.message and "Heather" not in q.message for q in queries)


def test_the_whole_frame_as_one_subject_gives_one_query_with_row_keys(study):
    wild = Check("SV020", "review", "q1", in_set(1, 2, 3), message="In {rows} {column} holds a code it does not have.")
    suite = Suite("survey", (wild,), subject="survey:staff", file="surveys/staff.sav", row_key="id")
    frame = pd.DataFrame({"q1": [1, 9, None, 8], "id": ["P001", "P002", "P003", "P004"]})
    (query,) = validate(frame, suite, study=study, place="a1")
    assert query.rows == ("P002", "P004")
    assert query.where == "surveys/staff.sav, column q1"
    assert query.message == "In 2 rows q1 holds a code it does not have."
    assert query.fingerprint == fingerprint("tiny", "SV020", "survey:staff", "a1/q1/0")


def test_results_hold_counts_and_no_value(study):
    suite = Suite("survey", (Check("SV020", "review", "word", in_set("yes")),), subject="survey:staff")
    validation = validate_full(pd.DataFrame({"word": ["yes", "SECRET"]}), suite, study=study, place="a1")
    assert "SECRET" not in repr(validation)
    (result,) = validation.results
    assert (result.state, result.evaluated, result.unexpected) == ("failed", 2, 1)


def test_an_empty_suite_raises_and_an_empty_frame_is_a_query(study):
    with pytest.raises(StudyError, match="holds no check"):
        validate(subjects(interviewer_share=[0.2]), Suite("none", ()), study=study, subject_column="subject")
    (query,) = by_subject(subjects(interviewer_share=[]), study, SHARE)
    assert (query.check, query.severity) == ("EX001", "block")


def test_an_expectation_gx_does_not_know_raises(study):
    unknown = dataclasses.replace(SHARE, expectation=lambda feature, thresholds: "expect_nothing")
    with pytest.raises(StudyError, match="builds no expectation"):
        by_subject(subjects(interviewer_share=[0.2]), study, unknown)


def test_checks_alike_but_for_their_id_are_both_judged(study):
    twin = dataclasses.replace(SHARE, id="TR014", severity="block")
    queries = by_subject(subjects(interviewer_share=[0.9]), study, SHARE, twin)
    assert [q.check for q in queries] == ["TR013", "TR014"]


def test_a_rule_column_names_the_place_and_rows_go_with_the_query(study):
    count = Check("SV010", "review", "wild_code_count", is_zero, message="{value} rows")
    frame = subjects(wild_code_count=[2]).assign(rule=["q7"], rows=[("P001", "P002")])
    (query,) = by_subject(frame, study, count)
    assert query.fingerprint == fingerprint("tiny", "SV010", "transcript:I0000", "artefact0/q7/0")
    assert query.rows == ("P001", "P002")


@pytest.mark.parametrize(
    ("expectation", "values", "failing"),
    [
        (at_least, [0.9, 1.0, 2], {0}),
        (at_most, [0.9, 1.0, 2], {2}),
        (is_zero, [0, 1, 0], {1}),
        (is_zero, [False, True, None], {1}),
        (is_true, [True, False, None], {1}),
        (is_false, [True, False, None], {0}),
        (not_null, ["a", None, "b"], {1}),
        (not_null, [None, None, None], {0, 1, 2}),
        (in_set("a", "b"), ["a", "c", None], {1}),
        (in_set("a"), pd.Series(["a", "b", None], dtype="str"), {1}),
        (matches(r"P\d{3}"), ["P001", "P0012", "xP001"], {1, 2}),
        (within(1, None), [0, 1, 2], {0}),
        (is_zero, pd.array([1, None, 0], dtype="Int64"), {0}),
        (is_true, pd.array([True, None, False], dtype="boolean"), {2}),
    ],
)
def test_every_builder_flags_what_its_name_says(study, expectation, values, failing):
    check = Check("XX001", "review", "x", expectation, {"minimum": 1.0, "maximum": 1.0})
    frame = subjects(interviewer_share=[0, 0, 0]).assign(x=values)
    assert {q.subject for q in by_subject(frame, study, check)} == {f"transcript:I{i:04d}" for i in failing}
