"""A reporting checklist as data: items with short labels of our own, and what the records can say to each.

The published wording belongs to its authors and is not repeated here: a reader lays the guideline itself beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from study import Event
from study.kinds import KINDS

ABOUT_PEOPLE = frozenset({"participant", "interview", "transcript", "recording"})
"""Subjects that are people or what one of them said: counts of events about them are counts of people."""
MAY_BE_ABOUT_PEOPLE = (
    "query.", "deviation.", "incident.", "erasure.", "correction.", "audit.accessed", "audit.refused",
)  # fmt: skip
"""Kinds of which some are about a person, or what one said, and some are not."""


def is_about_people(kind: str) -> bool:
    """Whether events of that kind are each about a person, so that few of them are few people."""
    return bool(ABOUT_PEOPLE & set(KINDS[kind].key)) or kind.startswith(MAY_BE_ABOUT_PEOPLE)


@dataclass(frozen=True, slots=True)
class Said:
    """One statement the records support: words, with `{n}` where the count stands, and the kinds it rests on.

    `one` is used where the count is 1. `of_people` says that the count is of people, who are not to be singled out.
    """

    words: str
    kinds: tuple[str, ...]
    count: int | None = None
    one: str = ""
    of_people: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """What the team itself states to an item: the event that recorded it, and the words."""

    event: str
    words: str


@dataclass(frozen=True, slots=True)
class Records:
    """What checklists are filled from.

    `events` are the study's by kind, in fold order; `protocol` is what study.yaml declares, by topic, in sentences;
    `stated` is the team's own statement to an item (`COREQ-4`).
    """

    events: Mapping[str, tuple[Event, ...]]
    protocol: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stated: Mapping[str, Stated] = field(default_factory=dict)

    def of(self, *kinds: str) -> tuple[Event, ...]:
        """The events of these kinds."""
        return tuple(event for kind in kinds for event in self.events.get(kind, ()))


def by_kind(events: Iterable[Event]) -> dict[str, tuple[Event, ...]]:
    """Events by kind, each id once, in the order given."""
    found: dict[str, dict[str, Event]] = {}
    for event in events:
        found.setdefault(event.kind, {}).setdefault(event.id, event)
    return {kind: tuple(events.values()) for kind, events in found.items()}


Saying = Callable[[Records], Iterable[Said]]


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its number in the guideline, our short label, and what can be said to it.

    `kinds` are those looked for. `sayings` give the statements; where they give none the item is not recorded.
    """

    number: int
    label: str
    kinds: tuple[str, ...] = ()
    sayings: tuple[Saying, ...] = ()


@dataclass(frozen=True, slots=True)
class Checklist:
    """One guideline: its short name, title, how it is cited, and its items under their headings."""

    name: str
    title: str
    cited: str
    parts: tuple[tuple[str, tuple[Item, ...]], ...]

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for _, items in self.parts for item in items)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the records show for one item: statements, the team's own (else None), and the kinds looked for.

    `beside` are the records there are of those kinds where no statement follows from them.
    """

    number: int
    label: str
    part: str
    said: tuple[Said, ...]
    stated: Stated | None
    looked_for: tuple[str, ...]
    beside: tuple[Said, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds whose events are cited, each once."""
        return tuple(dict.fromkeys(kind for said in (*self.said, *self.beside) for kind in said.kinds))


@dataclass(frozen=True, slots=True)
class Filled:
    """A checklist filled in from the records."""

    name: str
    title: str
    cited: str
    answers: tuple[Answer, ...]


def filled(checklist: Checklist, records: Records) -> Filled:
    """Every item with what is recorded for it. Nothing is filled in that no event and no protocol shows."""
    answers = tuple(_answer(checklist, part, item, records) for part, items in checklist.parts for item in items)
    return Filled(checklist.name, checklist.title, checklist.cited, answers)


def _answer(checklist: Checklist, part: str, item: Item, records: Records) -> Answer:
    said = tuple(one for saying in item.sayings for one in saying(records))
    on_record = [kind for kind in item.kinds if records.of(kind)] if not said else []
    beside = tuple(
        Said(f"{kind.replace('.', ' ').replace('_', ' ')}: {{n}}", (kind,), len(records.of(kind)),
             of_people=is_about_people(kind))
        for kind in on_record
    )  # fmt: skip
    stated = records.stated.get(f"{checklist.name}-{item.number}")
    return Answer(item.number, item.label, part, said, stated, item.kinds, beside)
