"""What a measurement of a transcript gives: features with units, their places, a row a turn. It holds no words.

Everything in it is numbers, ids and places, so that it can be kept as JSON and read back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, NamedTuple

Features = dict[str, float | None]
"""Feature → measurement; None where it does not apply."""

TurnColumns = dict[str, list[float | None]]
"""Feature → one measurement a turn; all lists are as long as the one of `turn`, the turns' numbers."""


class Trace(NamedTuple):
    """How a question of the guide shows in the interviewer's turns: the turn that fits it best (0: none), how well
    (0 to 1), and the guide's own keywords said there. Of a question that is not required too."""

    question: str
    turn: int
    score: float
    keywords: tuple[str, ...] = ()
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Stated:
    """What a file says of the interview it belongs to: interview ids and participant codes in header and properties
    (`?` for what is none), its day, where its times begin and end (s)."""

    ids: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    day: date | None = None
    start_s: float | None = None
    end_s: float | None = None

    def is_dated_ahead(self, today: date) -> bool:
        """Whether the day lies after today: a judgement of it holds for today only."""
        return self.day is not None and self.day > today


@dataclass(frozen=True, slots=True)
class Measured:
    """Features by name, and the place of those that have one; `turns` has one row a turn.

    `self_named` are the turns in which a participant says who they are, or whose label does, each with the participant
    codes the name may stand for.
    """

    features: Features
    places: dict[str, str] = field(default_factory=dict)
    turns: TurnColumns = field(default_factory=dict)
    stated: Stated = Stated()
    traces: tuple[Trace, ...] = ()
    self_named: tuple[tuple[int, tuple[str, ...]], ...] = ()

    def document(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        document = asdict(self)
        document["stated"]["day"] = self.stated.day.isoformat() if self.stated.day else None
        document["traces"] = [trace._asdict() for trace in self.traces]
        return document

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Measured:
        """The inverse of `document`, also after JSON made lists of tuples."""
        stated = dict(document["stated"])
        stated |= {
            "ids": tuple(stated["ids"]),
            "participants": tuple(stated["participants"]),
            "day": date.fromisoformat(stated["day"]) if stated["day"] else None,
        }
        traces = tuple(Trace(**{**trace, "keywords": tuple(trace["keywords"])}) for trace in document["traces"])
        named = tuple((int(turn), tuple(people)) for turn, people in document["self_named"])
        features, places, turns = (dict(document[part]) for part in ("features", "places", "turns"))
        return cls(features, places, turns, Stated(**stated), traces, named)


def together(parts: Iterable[Measured], names: Collection[str]) -> Measured:
    """Several parts as one, with every feature of `names`: None where no part measured it."""
    features: Features = dict.fromkeys(names)
    places: dict[str, str] = {}
    turns: TurnColumns = {}
    stated = Stated()
    traces: tuple[Trace, ...] = ()
    named: tuple[tuple[int, tuple[str, ...]], ...] = ()
    for part in parts:
        features |= part.features
        places |= part.places
        turns |= part.turns
        stated = part.stated if part.stated != Stated() else stated
        traces += part.traces
        named += part.self_named
    return Measured(features, places, turns, stated, traces, named)


def note(places: dict[str, str], feature: str, found: Collection[str]) -> None:
    """Keep the first place of a feature and how many more there are."""
    distinct = list(dict.fromkeys(found))
    if distinct:
        rest = len(distinct) - 1
        places[feature] = distinct[0] + (f" and {rest} more" if rest else "")


def turns_at(numbers: Iterable[int], where: Iterable[object]) -> list[str]:
    """The places of the turns where a condition holds."""
    return [f"turn {number}" for number, holds in zip(numbers, where, strict=True) if holds]
