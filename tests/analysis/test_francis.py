import pytest

from analysis.francis import AfterInterview, francis_saturation
from study import StudyError


def test_three_in_a_row_after_ten_tested_after_each() -> None:
    found = francis_saturation([5, 3, 2, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0])
    assert (found.status, found.at) == ("reached", 15)
    assert found.tested == (AfterInterview(13, 13, 1), AfterInterview(14, 13, 1), AfterInterview(15, 13, 0))


def test_three_in_a_row_before_the_initial_sample_do_not_count() -> None:
    assert francis_saturation([5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]).status == "not_reached"
    assert francis_saturation([5] + [0] * 12).at == 13
    assert francis_saturation([5, 0, 0, 0], initial=2, stopping=2).at == 4


@pytest.mark.parametrize(("counts", "status"), [([5] + [0] * 11, "too_few"), ([], "too_few"), ([0] * 13, "undefined")])
def test_too_few_and_no_code_are_never_a_claim(counts: list[int], status: str) -> None:
    found = francis_saturation(counts)
    assert (found.status, found.at, found.tested) == (status, None, ())


def test_numbers_that_mean_nothing_are_refused() -> None:
    for wrong in ({"initial": 0}, {"stopping": 0}):
        with pytest.raises(StudyError):
            francis_saturation([1] * 20, **wrong)
