"""What the leak check finds of what was planted, by the way it was put there, and what else it flags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.transcripts_made import RESIDUE, SHAPES, Made
from benchmarks.transcripts_names import EVERYDAY
from benchmarks.transcripts_written import as_vtt
from evidence.detectors import FAMILY
from evidence.leaks import find_leaks
from evidence.reading import Looker

TRAP = "everyday words that are names too"
GUESSES = ("candidate", "disguised")
"""Families that ask a person whether it is a name at all."""

Found = Iterable[tuple[int, int, int, str]]
"""Turn (from 1), start, end, family."""


@dataclass
class Tally:
    """Planted and found by way (`guessed`: only as what may be a name), and what was flagged beside them by family."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    guessed: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    words: int = 0

    def recall(self, of: Callable[[str], bool]) -> float:
        """Share found of what was planted in these ways; 1.0 where nothing was."""
        planted = sum(n for way, n in self.planted.items() if of(way))
        return sum(n for way, n in self.found.items() if of(way)) / planted if planted else 1.0

    def others_in_10_000(self, families: Sequence[str]) -> float:
        return 10_000 * sum(self.others[family] for family in families) / self.words if self.words else 0.0


def is_shape(way: str) -> bool:
    return way in SHAPES


def is_stranger(way: str) -> bool:
    return way.startswith(tuple(RESIDUE))


def is_registered(way: str) -> bool:
    return not is_shape(way) and not is_stranger(way)


def tally(made: Iterable[Made], find: Callable[[Made], Found]) -> Tally:
    """Every planted place held against every place found: one that touches it has found it."""
    result = Tally()
    for one in made:
        spans: dict[int, list[tuple[int, int, str]]] = {}
        for turn, start, end, family in find(one):
            spans.setdefault(turn, []).append((start, end, family))
        met: set[tuple[int, int, int]] = set()
        for what in one.planted:
            touching = [s for s in spans.get(what.turn, []) if s[0] < what.end and what.start < s[1]]
            result.planted[what.way] += 1
            result.found[what.way] += bool(touching)
            result.guessed[what.way] += bool(touching) and all(family in GUESSES for _, _, family in touching)
            met |= {(what.turn, start, end) for start, end, _ in touching}
        for turn, listed in spans.items():
            text = one.turns[turn - 1].text
            result.others.update(
                TRAP if text[start:end] in EVERYDAY else family
                for start, end, family in set(listed)
                if (turn, start, end) not in met
            )
        result.words += one.words
    return result


def by_ours(look: Looker) -> Callable[[Made], Found]:
    """The leak check on the transcript written and read; turns come back as they were made."""

    def find(made: Made) -> Found:
        transcript = look.transcript(as_vtt(made.turns), "I00001.vtt")
        assert list(transcript.turns["text"]) == [turn.text for turn in made.turns]
        for leak in find_leaks(transcript, look.detectors, name="I00001.vtt", labels=look.labels):
            place, _, number = leak.place.rpartition(" ")
            if place == "turn":
                yield int(number), leak.span.start, leak.span.end, FAMILY.get(leak.span.kind, "other")

    return find
