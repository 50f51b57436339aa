"""What a flow says when it is done."""

from __future__ import annotations

from dataclasses import dataclass

from study import Query


@dataclass(frozen=True, slots=True)
class Outcome:
    """A flow's result for people: sentences with counts only, the queries it found, the files it made."""

    flow: str
    said: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()
    made: tuple[str, ...] = ()

    @property
    def waiting(self) -> tuple[str, ...]:
        """The sentences about what waits for a person: every step says that as `waiting for …`."""
        return tuple(sentence for sentence in self.said if "waiting for" in sentence.lower())

    @property
    def blocking(self) -> int:
        """How many of the queries block their subject."""
        return sum(q.severity == "block" for q in self.queries)
