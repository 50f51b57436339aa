"""Doing a request again while its failure may pass: bounded, with full jitter.

https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is made and how long between: at most `base_s` × 2^n, at most `longest_s`, times chance.

    `chance()` is a number from 0 to 1 (full jitter: the wait is uniform between nothing and the bound).
    """

    sleep: Callable[[float], object]
    chance: Callable[[], float]
    tries: int = 6
    base_s: float = 0.1
    longest_s: float = 3.0

    def attempt(self, request: Callable[[int], T], passes: Callable[[Exception], bool]) -> T:
        """The result of `request(number of tries before)`; its exception at once unless `passes`, else at the end."""
        for tried in range(self.tries):
            try:
                return request(tried)
            except Exception as error:
                if tried + 1 == self.tries or not passes(error):
                    raise
            self.sleep(self.chance() * min(self.longest_s, self.base_s * 2**tried))
        raise AssertionError("a request is made at least once")
