"""Made-up interviews with identifiers planted in them, and where each stands: nobody in them exists.

Made without a look at the detectors' patterns, so that what they find says something. The words around the names come
from a few dozen sentences with nouns that change, so figures on other flags hold for plain talk and not for every kind.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from benchmarks.transcripts_names import CULTURES, EVERYDAY, HELD_OUT, NICKNAMES
from benchmarks.transcripts_written import Said

_TALK = """
Well, I started here about {number} years ago, and back then there was no {thing} at all.
You know, most of the {people} I work with have been through the same kind of {trouble} themselves.
I will say that the {thing} made a difference, but it may take a while before you see it.
We meet every {day} in the morning, and then we go through the {thing} together.
It is hard to put a mark on what changed, honestly.
I hope that answers it. There was a lot of {trouble} in the beginning.
They gave us a week of grace, and after that we had to decide about the {thing}.
Um, I think the {people} were more open with me than with the {people}, because I had been there.
In {month} we lost the {thing}, and for some weeks nobody knew what would happen.
What I like is that I can sit with somebody and not be in a hurry.
My own story is part of the {thing}, and I had to learn how much of it to tell.
So the {people} came in and said, we need a {thing}, and I said, fine, who is going to pay for it?
That was the worst part. The {trouble}, I mean, not the {thing}.
I don't think the county understands what a {thing} costs.
They call me on the weekend sometimes. I answer, even if I should not.
Right, and then the training, which was good, although it was only two days.
The English is not easy for everyone, so we have the {thing} in Spanish as well.
When the money ran out in the spring the {people} asked for a meeting.
He said that he would rather sleep outside than go back to the {thing}.
She told me about the {trouble}, and I just listened, because that is what you do.
""".strip().split("\n")
_TRAPS = """
Will they pay for the {thing}? Nobody knew. May be that they did not want to.
Mark that down, please: in May there were more {people} than ever.
Hope is a big word. Grace, for me, means that somebody gives you another {thing}.
So then Will they, or Won't they, as the {people} used to say.
""".strip().split("\n")
_ONE_TRAP_IN = 30
_ASKED = """
Can you tell me how you came to the program?
What does a normal {day} look like for you?
And how did the {people} take that?
Could you say more about the {thing}?
What would you change about it, if you could?
Has the {trouble} become better or worse since then?
""".strip().split("\n")
_NOUNS = {
    name: tuple(nouns.split())
    for name, nouns in {
        "thing": "schedule program office waiting list form contract kitchen van phone line grant report group",
        "people": "clients managers families nurses drivers volunteers neighbours members students directors",
        "trouble": "stress noise drinking waiting paperwork loneliness pain anger confusion travel",
        "day": "Monday Tuesday Wednesday Thursday Friday",
        "month": "January March April June September October December",
        "number": "two three five seven ten twelve",
    }.items()
}
_ABOUT = (
    "I spoke with {} about it last week.",
    "{} was in the room when that happened.",
    "And then my supervisor, {}, said we should wait.",
    "I would never have stayed without {}, to be honest.",
    "So {} calls me and says, where are you?",
    "You can ask {} and hear the same thing.",
    "It was {} who set up the group in the first place.",
    "We all looked at {} and nobody said a word.",
)
_OWN = ("That was {} idea in the first place.", "I was sitting in {} office at the time.", "It is {} group now.")
_WHERE = {
    "email": "You can write to {} if you need the slides.",
    "spoken email": "The address is {} and somebody will answer.",
    "phone": "The number is {} and it is open all day.",
    "spoken phone": "Just call {} and ask for me.",
    "street address": "We moved to {} after that.",
    "birth date": "I was born on {} and grew up here.",
    "national id": "They asked for my social security number, {}, right away.",
    "url": "It is all on {} now.",
}
_DIGITS = ("oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Person(NamedTuple):
    """Somebody made up; `alias` is what others call them, as researchers enter it (may be "")."""

    given: str
    family: str
    alias: str = ""

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


class Planted(NamedTuple):
    """An identifier in a turn (numbered from 1): characters start..end of its text, and how it was put there."""

    turn: int
    start: int
    end: int
    way: str


class Made(NamedTuple):
    """A transcript with what is planted in it."""

    turns: tuple[Said, ...]
    planted: tuple[Planted, ...]

    @property
    def words(self) -> int:
        return sum(len(turn.text.split()) for turn in self.turns)


def people(count: int, seed: int = 0) -> list[Person]:
    """So many people with different names, some of whom have an everyday word as a given name or an alias."""
    chance = random.Random(f"people {seed}")
    given, families = ([list(names[part].split()[:-HELD_OUT]) for names in CULTURES.values()] for part in (0, 1))
    found: dict[str, Person] = {}
    while len(found) < count:
        culture = chance.randrange(len(CULTURES))
        other = culture if chance.random() < 0.5 else chance.randrange(len(CULTURES))
        first = chance.choice(EVERYDAY) if chance.random() < 0.03 else chance.choice(given[culture])
        nick = f"{chance.choice(NICKNAMES)}{chance.choice('abdeklmnorst')}" if chance.random() < 0.1 else ""
        person = Person(first, chance.choice(families[other]), nick)
        found.setdefault(person.name, person)
    return list(found.values())


def strangers(count: int, seed: int = 0) -> list[Person]:
    """So many people who are in no registry and share no word with anybody who is."""
    chance = random.Random(f"strangers {seed}")
    found = dict[str, Person]()
    while len(found) < count:
        names = chance.choice(list(CULTURES.values()))
        person = Person(*(chance.choice(part.split()[-HELD_OUT:]) for part in names))
        found.setdefault(person.name, person)
        if len(found) >= HELD_OUT**2 * len(CULTURES):
            break
    return list(found.values())


def one_edit(word: str, chance: random.Random) -> str:
    """The word with a letter left out, doubled, exchanged or swapped with the next; never the first."""
    at = chance.choice([n for n in range(1, len(word) - 1) if word[n] != word[n + 1]])
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + chance.choice([c for c in "aeiourstln" if c != word[at]]) + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            if word[at] != word[at + 1]
            else word[:at] + word[at + 1 :],
        )
    )


def _long(person: Person) -> str:
    return max(person.name.split(), key=len)


def _split(word: str, chance: random.Random) -> str:
    at = chance.randrange(2, len(word) - 1)
    return f"{word[:at]}{chance.choice(('-', '- '))}{word[at:]}"


NAMED: dict[str, Callable[[Person, random.Random], str]] = {
    "full name": lambda p, _: p.name,
    "given name": lambda p, _: p.given,
    "title and family name": lambda p, c: f"{c.choice(('Mr.', 'Mrs.', 'Dr.', 'Ms.'))} {p.family}",
    "family name first": lambda p, _: f"{p.family}, {p.given}",
    "initial and family name": lambda p, _: f"{p.given[0]}. {p.family}",
    "possessive": lambda p, c: f"{p.given}{c.choice(('’s', chr(39) + 's'))}",
    "capitals": lambda p, _: p.name.upper(),
    "lower case, full name": lambda p, _: p.name.lower(),
    "lower case, given name": lambda p, _: p.given.lower(),
    "split word": lambda p, c: _split(_long(p), c),
    "spelled letters": lambda p, c: c.choice(("-", " ", ", ")).join(c for c in p.family.upper() if c.isalpha()),
    "one letter off": lambda p, c: p.name.replace(_long(p), one_edit(_long(p), c)),
}
"""Ways a registered person is mentioned; a nickname and an everyday word need a person who has one."""
SHAPES = tuple(_WHERE)
RESIDUE = ("stranger, full name", "stranger, given name", "stranger, lower case")


def planted_transcript(
    registered: Sequence[Person], unknown: Sequence[Person], seed: int, words: int = 3_000, *, often: float = 0.7
) -> Made:
    """A transcript of about so many words with something planted in so large a share of the answers."""
    chance = random.Random(f"transcript {seed}")
    ways = [*NAMED, "nickname", "everyday word", *SHAPES, *RESIDUE]
    turns, planted, held, at = list[Said](), list[Planted](), 0, 0.0
    as_recognised = seed % 3 == 2  # speech recognition that knows neither capitals nor points
    while held < words:
        number = len(turns) + 1
        asks = number % 3 == 1
        told = [_said_by(chance, asks=asks) for _ in range(1 if asks else chance.randint(2, 7))]
        text = " ".join(told)
        if not asks and chance.random() < often:
            way = ways[(seed * len(ways) // 3 + len(planted)) % len(ways)]
            text, start, end = _put(text, *_mention(way, registered, unknown, chance))
            planted.append(Planted(number, start, end, way))
            if as_recognised and way in (*NAMED, "nickname", *RESIDUE) and way != "spelled letters":
                text, planted[-1] = text.lower(), planted[-1]._replace(way=_lowered(way))
        took = len(text) / 15
        turns.append(Said(round(at, 3), round(at + took, 3), "Interviewer" if asks else "Participant", text))
        at += took + 0.4
        held += len(text.split())
    return Made(tuple(turns), tuple(planted))


def _lowered(way: str) -> str:
    return way if "lower case" in way else f"{way}, all in lower case"


def _said_by(chance: random.Random, *, asks: bool) -> str:
    if asks:
        return _plain(chance, _ASKED)
    return _plain(chance, _TALK if chance.randrange(_ONE_TRAP_IN) else _TRAPS)


def _plain(chance: random.Random, sentences: Sequence[str]) -> str:
    return chance.choice(sentences).format_map({name: chance.choice(nouns) for name, nouns in _NOUNS.items()})


def _put(text: str, sentence: str, what: str) -> tuple[str, int, int]:
    """The text with the sentence after it, and where in it the planted words stand."""
    start = len(text) + 1 + sentence.index("{}")
    return f"{text} {sentence.format(what)}", start, start + len(what)


def _mention(
    way: str, registered: Sequence[Person], unknown: Sequence[Person], chance: random.Random
) -> tuple[str, str]:
    """A sentence and what is planted in it."""
    if way in SHAPES:
        return _WHERE[way], _shape(way, chance)
    if way in RESIDUE:
        person = chance.choice(unknown)
        what = person.given if way == "stranger, given name" else person.name
        return chance.choice(_ABOUT), what.lower() if way == "stranger, lower case" else what
    if way == "nickname":
        return chance.choice(_ABOUT), chance.choice([p for p in registered if p.alias]).alias
    if way == "everyday word":
        return chance.choice(_ABOUT[2:]), chance.choice([p for p in registered if p.given in EVERYDAY]).given
    person = chance.choice([p for p in registered if p.given not in EVERYDAY])
    return chance.choice(_OWN if way == "possessive" else _ABOUT), NAMED[way](person, chance)


def _shape(way: str, chance: random.Random) -> str:
    """An identifier by its shape: numbers nobody has (555-01xx, 123-45-6789), reserved domains."""
    local = f"{chance.choice(('help', 'office', 'intake', 'group'))}{chance.randint(1, 99)}"
    line = f"{chance.randint(200, 989)}", "555", f"01{chance.randint(0, 99):02}"
    if way == "email":
        return f"{local}@{chance.choice(('example.org', 'mail.example.com', 'clinic.example.net'))}"
    if way == "spoken email":
        return f"{local} at example dot {chance.choice(('org', 'com', 'net'))}"
    if way == "phone":
        return chance.choice(("({}) {}-{}", "{}-{}-{}", "{} {} {}", "+1 {} {} {}")).format(*line)
    if way == "spoken phone":
        return " ".join(_DIGITS[int(digit)] for digit in "".join(line))
    if way == "street address":
        street = chance.choice(("Maple", "Chestnut", "Harbor", "Sycamore", "Mill"))
        kind = chance.choice(("Street", "Avenue", "Road", "Lane", "Drive"))
        return f"{chance.randint(11, 989)} {street} {kind}"
    if way == "birth date":
        month = chance.choice(("March", "June", "October", "December"))
        day, year = chance.randint(1, 28), chance.randint(1940, 2001)
        return chance.choice((f"{month} {day}, {year}", f"{day} {month} {year}", f"3/{day}/{year}"))
    if way == "national id":
        return "123-45-6789"
    return f"www.{chance.choice(('riverside', 'hilltop', 'northgate'))}-recovery.example.org"
