"""The benchmark of reorderings in small: every way finds the same, and every row of the table is there."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import saturation as bench


@pytest.mark.slow
def test_three_ways_find_the_same_and_a_wrong_one_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "CODES", 60)
    figures = bench.measured(share=0.01)
    assert [(f.what, f.way) for f in figures] == [
        ("orders", "ours"), ("orders", "sets"), ("orders", "pandas"), ("resamples", "ours"), ("resamples", "rebuilt"),
    ]  # fmt: skip
    assert bench.table(figures).count("\n") == 6
    monkeypatch.setattr(bench, "by_pandas", lambda held, orders: ["4+2" for _ in orders])
    with pytest.raises(RuntimeError, match="do not find the same"):
        bench.measured(share=0.01)


def test_the_material_is_the_same_every_time() -> None:
    assert (bench.interviews(10, 20) == bench.interviews(10, 20)).all()
    assert bench.by_sets(np.ones((6, 2), dtype=bool), [range(6)]) == ["4+2"]
    assert bench.coded(2, 10, 5).equals(bench.coded(2, 10, 5))
