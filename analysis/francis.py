"""An initial analysis sample and a stopping criterion: 10 + 3.

Francis et al. (2010), doi 10.1080/08870440903194015: at least `initial` interviews are analysed, then saturation is
where `stopping` interviews in a row bring nothing new, tested after each further one. Made for theory-based studies,
whose categories are there before; with inductive codes it is a stricter neighbour of Guest's index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from analysis.saturation import Status
from study import StudyError


@dataclass(frozen=True, slots=True)
class AfterInterview:
    """The criterion after one interview: how many codes are known, how many the last `stopping` interviews brought."""

    interview: int
    cumulative: int
    in_last: int

    @property
    def is_met(self) -> bool:
        return self.in_last == 0


@dataclass(frozen=True, slots=True)
class FrancisSaturation:
    """Whether and after how many interviews (`at`) the criterion was first met; `tested` after each one from there on.

    Never a claim unless `status` is "reached": "too_few" interviews, or no code in any ("undefined").
    """

    status: Status
    at: int | None
    initial: int
    stopping: int
    tested: tuple[AfterInterview, ...]


def francis_saturation(new_codes: Iterable[int], initial: int = 10, stopping: int = 3) -> FrancisSaturation:
    """The stopping criterion over the number of new codes in each interview, in the order of interviewing.

    First tested after `initial` + `stopping` interviews (the 13th), then after each.
    """
    counts = tuple(int(n) for n in new_codes)
    if initial < 1 or stopping < 1 or any(n < 0 for n in counts):
        raise StudyError(
            "the initial sample and the stopping criterion count one interview or more, and no count is negative",
            where="study.yaml, analysis.saturation",
            remedy="Correct the numbers.",
        )
    if len(counts) < initial + stopping:
        return FrancisSaturation("too_few", None, initial, stopping, ())
    if sum(counts) == 0:
        return FrancisSaturation("undefined", None, initial, stopping, ())
    known = tuple(accumulate(counts))
    tested = tuple(
        AfterInterview(after, known[after - 1], sum(counts[after - stopping : after]))
        for after in range(initial + stopping, len(counts) + 1)
    )
    at = next((one.interview for one in tested if one.is_met), None)
    return FrancisSaturation("reached" if at else "not_reached", at, initial, stopping, tested)
