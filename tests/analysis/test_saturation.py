import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import guest_saturation
from analysis.saturation import new_codes_in_order
from study import StudyError


def test_the_published_example() -> None:
    found = guest_saturation([24, 6, 4, 3, 3, 4, 0, 1, 0, 0])
    assert [round(r, 3) for r in found.ratios] == [0.189, 0.108, 0.027, 0.027, 0]
    assert (found.status, found.label) == ("reached", "6+2")


def test_at_the_threshold_is_reached_and_above_is_not() -> None:
    assert guest_saturation([10, 10, 0, 0, 1, 0], threshold=0.05).label == "4+2"
    assert guest_saturation([10, 9, 0, 0, 1, 0], threshold=0.05).status == "not_reached"
    assert guest_saturation([10, 9, 0, 0, 1, 0, 0, 0], threshold=0).label == "5+2"


@pytest.mark.parametrize(
    ("counts", "status"), [([], "too_few"), ([5, 1, 0, 0, 0], "too_few"), ([0, 0, 0, 0, 3, 1], "undefined")]
)
def test_too_few_and_undefined_are_never_a_claim(counts: list[int], status: str) -> None:
    found = guest_saturation(counts)
    assert (found.status, found.label, found.ratios) == (status, None, ())


def test_numbers_that_mean_nothing_are_refused() -> None:
    for wrong in ({"base": 0}, {"run": 0}, {"threshold": 1.5}):
        with pytest.raises(StudyError):
            guest_saturation([1] * 8, **wrong)
    with pytest.raises(StudyError):
        guest_saturation([1, -1])


def test_it_may_occur_lapse_and_occur_again() -> None:
    found = guest_saturation([24, 6, 4, 3, 3, 4, 0, 1, 0, 0, 3, 4, 1, 0, 0])
    assert found.label == "6+2"
    assert [(spell.label, spell.lapsed) for spell in found.spells] == [("6+2", 9), ("12+2", None)]
    assert found.cumulative[-1] == 53
    assert guest_saturation([1, 1, 1, 1, 1, 1]).spells == ()


@given(st.lists(st.integers(0, 30), max_size=30), st.integers(1, 6), st.integers(1, 3), st.floats(0, 1))
def test_a_label_names_a_run_at_or_under_the_threshold(
    counts: list[int], base: int, run: int, threshold: float
) -> None:
    found = guest_saturation(counts, base, run, threshold)
    assert (found.label is not None) == (found.status == "reached")
    if found.label:
        before = int(found.label.partition("+")[0])
        assert sum(counts[before : before + run]) <= threshold * sum(counts[:base]) + 1e-9
        assert all(ratio > threshold for ratio in found.ratios[: before - base])
    if found.ratios:
        assert len(found.ratios) == len(counts) - base - run + 1


def test_a_code_counts_at_the_earliest_interview_that_holds_it() -> None:
    segments = pd.DataFrame(
        {"transcript": ["B", "B", "A", "C", "C"], "code": ["hope", "role", "hope", "role", "given"]}
    )
    assert new_codes_in_order(segments, ["A", "B", "C"], {"hope", "role"}) == [1, 1, 0]
    assert new_codes_in_order(segments, ["B", "C", "A"], {"hope", "role", "given"}) == [2, 1, 0]
    assert new_codes_in_order(segments, ["A", "D"], {"hope"}) == [1, 0]
