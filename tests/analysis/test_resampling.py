import numpy as np
import pytest

from analysis.resampling import draws, percentile_interval


def test_every_draw_takes_as_many_transcripts_as_there_are_and_a_seed_repeats_it() -> None:
    drawn = draws(5, 200, 3)
    assert drawn.shape == (200, 5)
    assert set(drawn.sum(axis=1)) == {5.0}
    assert (drawn == draws(5, 200, 3)).all()
    assert (drawn != draws(5, 200, 4)).any()
    assert drawn.mean() == pytest.approx(1)


def test_one_transcript_cannot_be_resampled() -> None:
    assert draws(1, 1000, 1).shape == (0, 1)
    assert percentile_interval(np.empty(0)) is None


def test_many_undefined_resamples_give_no_interval() -> None:
    values = np.linspace(0, 1, 1001)
    assert percentile_interval(values) == pytest.approx((0.025, 0.975))
    few, many = values.copy(), values.copy()
    few[500:540] = np.nan
    many[500:560] = np.nan
    assert percentile_interval(few) is not None
    assert percentile_interval(many) is None
