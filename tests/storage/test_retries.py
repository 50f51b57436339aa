"""Patience is bounded, in number and in time, whatever chance says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.retries import Patience


class Busy(Exception):
    """Passes."""


@pytest.mark.slow
@given(failures=st.integers(0, 12), chances=st.lists(st.floats(0, 1), min_size=12, max_size=12))
def test_a_request_is_made_until_it_succeeds_or_patience_ends(failures: int, chances: list[float]) -> None:
    waits: list[float] = []
    drawn = iter(chances)

    def request(tried: int) -> int:
        if tried < failures:
            raise Busy
        return tried

    patience = Patience(waits.append, lambda: next(drawn))
    if failures < patience.tries:
        assert patience.attempt(request, lambda error: True) == failures
    else:
        with pytest.raises(Busy):
            patience.attempt(request, lambda error: True)
    assert len(waits) == min(failures, patience.tries - 1)
    bounds = [min(patience.longest_s, patience.base_s * 2**n) for n in range(len(waits))]
    assert waits == [chance * bound for chance, bound in zip(chances, bounds, strict=False)]


def test_what_does_not_pass_is_raised_at_once() -> None:
    waits: list[float] = []
    asked: list[int] = []

    def request(tried: int) -> None:
        asked.append(tried)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        Patience(waits.append, lambda: 1.0).attempt(request, lambda error: isinstance(error, Busy))
    assert (asked, waits) == ([0], [])
