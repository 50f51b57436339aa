"""The de-identified copy of a transcript, and the list of changes that leads from the original to it.

.vtt, .srt and .txt keep their form; every other format becomes plain text with its turns. Turns keep their numbers,
so that codings go on pointing at them. What the leak check finds is replaced, no more and no less: that is as sure as
the leak check is, and a person must still read the copy. The list never holds what was replaced, only where and by
which rule.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import PurePosixPath

from evidence.changes import Change, applied, joined, moved_back, neighbours_joined
from evidence.detectors import FAMILY, Family, Registry, Span
from evidence.leaks import Leak, find_leaks
from evidence.reading import Looker
from evidence.transcripts import Transcript
from evidence.transcripts.decode import decoded
from evidence.transcripts.speakers import folded
from evidence.transcripts.transcript import turn_table
from evidence.turn_places import Word, words_of_turns

KEPT_FORMATS = ("vtt", "srt", "txt")
PASSES = 4
"""Masking a long name may lay bare a shorter one beside it; after this many looks a person must do it."""

RULES: Mapping[Family, str] = {
    "registry": "TR060",
    "near": "TR061",
    "shape": "TR062",
    "candidate": "TR063",
    "disguised": "TR064",
}
LEFT_OUT = "TR065"
_NAMES = ("name", "alias", "near_name", "spelled_name", "lowercase_name", "person")
_LABEL_AT = (
    r"(?:^|(?<=[\])>\s])|(?<=<v )|(?<=\")|(?<=\.[a-z] ))(?P<label>{words})"
    r"(?=\s*(?:[\[(][\d:.,\s]*[\])]\s*)?:|\t|[ \t]*$|\s+[\[(]?\d+:|[ \t]*>|\" \()"
)
_TURN = re.compile(r"turn (\d+)")


@dataclass(frozen=True, slots=True)
class Masked:
    """A copy with its changes, in the order of the text.

    `original` is the text the changes refer to: the file's own with lines ended by LF, or the turns as plain text.
    `open` counts by check what is still found in the copy; `problem` says why there is no copy, in a word.
    """

    ending: str
    original: str
    copy: str
    changes: tuple[Change, ...] = ()
    open: Mapping[str, int] | None = None
    problem: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether there is a copy and nothing is found in it any more."""
        return not self.problem and not self.open


@dataclass(frozen=True, slots=True)
class How:
    """What stands in place of a hit: a participant's pseudonym by participant code, else what it is: `[name]`.

    With `candidates` also names that nobody registered and nobody has decided on are replaced.
    """

    pseudonyms: Mapping[str, str] | None = None
    candidates: bool = False


def as_text(transcript: Transcript) -> str:
    """A transcript as plain text: its header block, then each turn as a paragraph behind its label."""
    header = "".join(f"{field.capitalize()}: {value}\n" for field, value in transcript.header.items())
    said = zip(transcript.turns["speaker"], transcript.turns["text"], strict=True)
    turns = [f"{speaker}: {text}" if speaker else str(text) for speaker, text in said]
    return "\n\n".join([*([header.strip()] if header else []), *turns]) + "\n"


def open_in(looker: Looker, data: bytes, name: str) -> Mapping[str, int]:
    """What is found in a copy as it stands, by check; an unreadable copy has everything open (TR001)."""
    transcript = looker.transcript(data, name)
    return _open(looker, transcript) if transcript.readable else {"TR001": 1}


def mask(looker: Looker, data: bytes, name: str, how: How = How()) -> Masked:
    """The copy of a file; where none can be made that keeps every turn, `problem` says so."""
    before = looker.transcript(data, name)
    if not before.readable:
        return Masked("", "", "", problem="unreadable")
    keeps = before.format in KEPT_FORMATS
    ending = f".{before.format}" if keeps else ".txt"
    base = decoded(data, looker.conventions.legacy_encoding).text if keeps else as_text(before)
    read = partial(_read, looker, f"{PurePosixPath(name).stem}{ending}")
    shown = read(base)
    if not keeps and _shape(shown) != _shape(before):
        return Masked(ending, base, "", problem="turns_differ")
    labels = _labels(looker, before)
    changes = _label_changes(base, labels, before)
    copy = applied(base, changes)
    after = read(copy)
    for _ in range(PASSES):
        found = _found(looker, copy, after, how)
        wider = neighbours_joined(base, joined(changes, [moved_back(change, changes) for change in found]))
        if wider == changes:
            break
        changes = wider
        copy = applied(base, changes)
        after = read(copy)
    expected = [(turn, labels.get(folded(speaker), speaker)) for turn, speaker in _shape(before)]
    if not after.readable or _shape(after) != expected:
        return Masked(ending, base, "", problem="turns_differ")
    placed = tuple(_in_turns(base, shown, changes, timed=ending in (".vtt", ".srt")))
    left = () if keeps else tuple(_left_out(before))
    return Masked(ending, base, copy, (*placed, *left), _open(looker, after))


def replacement_of(kind: str) -> str:
    """What stands for a kind of hit: `[name]` for anybody's name, else the kind in words."""
    return "[name]" if kind in _NAMES else f"[{kind.replace('_', ' ')}]"


def _read(looker: Looker, name: str, text: str) -> Transcript:
    return looker.transcript(text.encode(), name)


def _open(looker: Looker, transcript: Transcript) -> dict[str, int]:
    leaks = find_leaks(transcript, looker.detectors, labels=looker.labels, decided=looker.decided)
    return dict(Counter(RULES[_family(leak.span)] for leak in leaks))


def _found(looker: Looker, text: str, transcript: Transcript, how: How) -> list[Change]:
    """What to replace in a text: found in it as it stands, and in its turns where markup or a cue parts a name.

    Pseudonyms stand in turns only: what is beside them is read by others, and needs none.
    """
    detectors = looker.detectors
    registry = next((d for d in detectors if isinstance(d, Registry)), None)
    words = words_of_turns(text, transcript, timed=transcript.format in ("vtt", "srt"))
    ends = [word.end for turn in words.values() for word in turn]
    starts = [word.start for turn in words.values() for word in turn]
    changes = []
    for span in _spans(looker, text):
        if _is_replaced(span, how):
            nth = bisect_right(ends, span.start)
            is_said = nth < len(starts) and starts[nth] < span.end
            stands = _instead(registry, text, span, how if is_said else How())
            changes.append(Change(span.start, span.end, RULES[_family(span)], stands))
    leaks = find_leaks(transcript, detectors, labels=looker.labels, decided=looker.decided)
    hidden = [leak for leak in leaks if _TURN.fullmatch(leak.place) and _is_replaced(leak.span, how)]
    if hidden:
        changes += _hidden(transcript, words, hidden, registry, how)
    return changes


def _spans(looker: Looker, text: str) -> Iterator[Span]:
    """Every hit in the text as a whole, by the same rules as in its turns."""
    nan = float("nan")
    whole = Transcript(turn_table([(nan, nan, "", text, 1)]), "", "txt")
    for leak in find_leaks(whole, looker.detectors, decided=looker.decided):
        yield leak.span


def _is_replaced(span: Span, how: How) -> bool:
    return how.candidates or _family(span) != "candidate"


def _instead(registry: Registry | None, text: str, span: Span, how: How) -> str:
    if registry is not None and how.pseudonyms and _family(span) == "registry":
        people = registry.people(text, span)
        known = {how.pseudonyms[code] for code in people if code in how.pseudonyms}
        if len(people) == 1 and known:
            return known.pop()
    return replacement_of(span.kind)


def _hidden(
    transcript: Transcript,
    words: Mapping[int, Sequence[Word]],
    leaks: Sequence[Leak],
    registry: Registry | None,
    how: How,
) -> Iterator[Change]:
    """Hits in turns, at the places of the text that show them."""
    said = dict(zip(transcript.turns["turn"], transcript.turns["text"], strict=True))
    for place, span in leaks:
        turn = int(place.removeprefix("turn "))
        touched = [w for w in words.get(turn, ()) if w.turn_start < span.end and w.turn_end > span.start]
        stands = _instead(registry, str(said[turn]), span, how)
        for n, word in enumerate(touched):
            start = word.start + max(0, span.start - word.turn_start)
            end = word.end - max(0, word.turn_end - span.end)
            yield Change(start, end, RULES[_family(span)], "" if n else stands)


def _labels(looker: Looker, transcript: Transcript) -> dict[str, str]:
    """Folded speaker label that says who somebody is → the label in its place."""
    leaks = find_leaks(transcript, looker.detectors, labels=looker.labels, decided=looker.decided)
    speakers = dict(zip(transcript.turns["turn"], transcript.turns["speaker"], strict=True))
    turns = [int(_TURN.search(leak.place)[1]) for leak in leaks if leak.place.startswith("speaker label")]  # type: ignore[index]
    telling = list(dict.fromkeys(folded(speakers[turn]) for turn in turns))
    used = {folded(speaker) for speaker in speakers.values()}
    free = [label for label in looker.conventions.speakers.participant if folded(label) not in used]
    names = [*free, *(f"Person {n}" for n in range(1, len(telling) + 1))]
    return dict(zip(telling, names, strict=False))


def _label_changes(base: str, labels: Mapping[str, str], transcript: Transcript) -> tuple[Change, ...]:
    """The changes of speaker labels wherever they open a line or stand in a voice's mark."""
    found = []
    written = {" ".join(str(speaker).split()) for speaker in transcript.turns["speaker"]}
    for label in sorted(one for one in written if folded(one) in labels):
        words = r"\s+".join(re.escape(html.escape(word, quote=False)) for word in label.split())
        for match in re.finditer(_LABEL_AT.format(words=words), base, re.MULTILINE | re.IGNORECASE):
            stands = labels[folded(label)]
            found.append(Change(match.start("label"), match.end("label"), RULES["registry"], stands, place="label"))
    return joined((), found)


def _in_turns(base: str, transcript: Transcript, changes: Sequence[Change], *, timed: bool) -> Iterator[Change]:
    """The changes with their place in a turn's text, where the turns show it."""
    words = [(turn, w) for turn, of_it in words_of_turns(base, transcript, timed=timed).items() for w in of_it]
    ends = [word.end for _, word in words]
    for change in changes:
        first_one = bisect_right(ends, change.start)
        touched = list(takewhile(lambda pair, end=change.end: pair[1].start < end, words[first_one:]))  # type: ignore[misc]
        if change.place != "text" or not touched or len({turn for turn, _ in touched}) > 1:
            yield change
            continue
        turn, first = touched[0]
        last = touched[-1][1]
        start = first.turn_start + max(0, change.start - first.start)
        end = last.turn_end - max(0, last.end - change.end)
        yield change._replace(turn=turn, turn_start=start, turn_end=end)


def _left_out(transcript: Transcript) -> Iterator[Change]:
    """What the copy does not hold at all: comments, properties, notes and whatever else stands beside the turns."""
    for passage in transcript.beside:
        if passage.place != "header":
            yield Change(-1, -1, LEFT_OUT, "", place=passage.place.split()[0])


def _shape(transcript: Transcript) -> list[tuple[int, str]]:
    """The turns' numbers and labels."""
    turns = transcript.turns
    return [(int(n), str(s)) for n, s in zip(turns["turn"], turns["speaker"], strict=True)]


def _family(span: Span) -> Family:
    return FAMILY.get(span.kind, "shape")
