"""Rows of one table kept small: every row shares its column names, so that ten thousand of them fit in memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import isnan
from typing import Generic, TypeVar

T = TypeVar("T")


@lru_cache(maxsize=64)
def _positions(names: tuple[str, ...]) -> dict[str, int]:
    return {name: position for position, name in enumerate(names)}


class Row(Mapping[str, T], Generic[T]):
    """A mapping whose names it shares with other rows; equal to a dictionary of the same items."""

    __slots__ = ("_at", "_values")

    def __init__(self, values: Mapping[str, T]) -> None:
        self._at = _positions(tuple(values))
        self._values: Sequence[T] = self._held(list(values.values()))

    def __getitem__(self, name: str) -> T:
        return self._values[self._at[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._values)

    @staticmethod
    def _held(values: list[T]) -> Sequence[T]:
        return tuple(values)


class Numbers(Row["float | None"]):
    """A row of numbers, eight bytes each; None for what does not apply."""

    __slots__ = ()

    def __getitem__(self, name: str) -> float | None:
        value = super().__getitem__(name)
        return None if value is None or isnan(value) else value

    @staticmethod
    def _held(values: list[float | None]) -> Sequence[float | None]:
        return array("d", [float("nan") if value is None else value for value in values])
