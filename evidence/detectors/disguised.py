"""Names in disguise: spelled out letter by letter, or in small letters after words such as `my name is`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from evidence.detectors.everyday import is_everyday, is_plain
from evidence.detectors.name_lists import given_names, surnames
from evidence.detectors.span import Span, longest
from evidence.detectors.spelling import Letter, spelled
from evidence.detectors.words import Words, parts_of, words_of

_SOURCE = "disguised"
_VOWELS = frozenset("aeiouy")
_SHORTEST_SPELLED = 4
_ABBREVIATIONS = frozenset(
    """nami samhsa aids asap fema ymca ywca nasa nato iop adhd odd ocd ptsd usa dui owi epa fbi cia irs dea dmv gpa iep
    ged hiv aca ada ssi ssdi tanf snap wic hipaa cobra osha emdr dbt cbt abcd abcde aeiou eeoc eap icu ufo ceo cfo iou
    ipa uaa aarp aclu oasis acoa amber iaea iso oecd unesco unicef uae eu uk ok id it diy faq""".split()  # noqa: SIM905
)
_CUES = (
    "my name is|my name|my name would be|name is|name was|his name|her name|their name|name would be|names is"
    "|was named|is named|named|was called|is called|am called|called|i'm called|call me|calls me|call him|call her"
    "|this is|it is|it's|i am|i'm|here is|here's|am|speaking with|talking to|talk to|spoke to|spoke with|speak with"
    "|met with|met|name of|hi|hello|hey|thanks|thank you|dear|ask|asked|told"
    "|friend|brother|sister|cousin|son|daughter|husband|wife|uncle|aunt|auntie|boyfriend|girlfriend|partner"
    "|neighbor|neighbour|roommate|therapist|counselor|counsellor|nurse|sponsor|boss|supervisor|manager|coworker"
    "|mr|mrs|ms|miss|dr|doctor|prof|professor|officer|judge|pastor|father|coach"
)
_CALLED = frozenset(tuple(cue.split()) for cue in _CUES.split("|"))
_LONGEST_CUE = max(map(len, _CALLED))
_SURE = frozenset(("my name is", "my name", "my name would be", "i'm called", "am called", "call me", "calls me"))
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "doctor", "prof", "professor", "officer", "judge", "pastor"))
_MARKS = frozenset(" .,:-–—\n\t\"“'‘…")
_BY_LAST = {last: [cue for cue in _CALLED if cue[-1] == last] for last in {cue[-1] for cue in _CALLED}}
_NOT_AFTER_SURE = frozenset(("um", "uh", "unknown", "anonymous", "xxx", "redacted", "blah", "whatsisname"))


class Disguised:
    """A detector of spelled names that nobody registered, and of small-letter names after a cue."""

    def __init__(self, known: Iterable[str] = (), found: Iterable[str] = ()) -> None:
        """`known` strings are no hint at anybody; words `found` by the registry scan are left to it."""
        self._left_alone = frozenset(found) | {word for text in known for word in parts_of(text)}

    def find(self, text: str) -> list[Span]:
        """Spans of kinds `spelled_name` and `lowercase_name`, in order of start."""
        words = words_of(text)
        return longest([*self._spelled(words), *self._small(words)])

    def _spelled(self, words: Words) -> Iterator[Span]:
        for run in spelled(words):
            name = _name_in(run)
            said = "".join(letter for letter, _, _ in name)
            if name and said not in self._left_alone:
                yield Span(name[0].start, name[-1].end, "spelled_name", 0.7, _SOURCE)

    def _small(self, words: Words) -> Iterator[Span]:
        present = words.unique - self._left_alone
        likely = {key for key in present if key in given_names() or key in surnames() or not is_everyday(key)}
        pairs = enumerate(pairwise(words.keys), 1)
        for i in [i for i, (before, key) in pairs if key in likely and before in _BY_LAST]:
            if words.is_capital(i) or not _MARKS.issuperset(words.mark(i - 1)):
                continue
            cue = _cue_before(words, i)
            score = self._score(words, i, cue) if cue else 0.0
            if score:
                last = i + 1 if self._goes_on(words, i) else i
                yield Span(words.starts[i], words.ends[last], "lowercase_name", score, _SOURCE)

    def _score(self, words: Words, i: int, cue: str) -> float:
        key = words.keys[i]
        if len(key) < 3 or not key.replace("'", "").isalpha():
            return 0.0
        is_name = key in given_names() or (cue in _TITLES and key in surnames())
        if is_plain(key):
            return (
                0.5 if is_name and cue in _SURE and words.after(i) not in _NOT_AFTER_SURE and _ends(words, i) else 0.0
            )
        if is_name:
            return 0.8
        return 0.5 if cue in _SURE and key not in _NOT_AFTER_SURE else 0.0

    def _goes_on(self, words: Words, i: int) -> bool:
        """Whether a family name follows in small letters."""
        key = words.key(i + 1)
        return words.gap(i) == " " and key in surnames() and key not in self._left_alone and not is_plain(key)


def _cue_before(words: Words, i: int) -> str:
    """The longest cue right before word i, "" where there is none."""
    for count in range(min(_LONGEST_CUE, i), 0, -1):
        cue = tuple(words.keys[i - count : i])
        if cue in _CALLED:
            return " ".join(cue)
    return ""


def _ends(words: Words, i: int) -> bool:
    """Whether nothing follows word i in its sentence that makes it a word like others, as in `my name is joy and`."""
    return words.after(i) in ("", "and", "but", "so", "i", "i'm", "from", "with")


def _name_in(run: list[Letter]) -> list[Letter]:
    """The letters of a run that make a name: one from the lists, or one that can be said and is no
    abbreviation; three letters are enough where each is explained."""
    for part in (run, run[1:] if run[0].letter in "ai" else run):
        said = "".join(letter for letter, _, _ in part)
        if said in given_names() or said in surnames():
            return part
    said = "".join(letter for letter, _, _ in run)
    pronounced = _VOWELS.intersection(said) and not _VOWELS.issuperset(said) and len(set(said)) > 2
    is_explained = all(end - start > 1 for _, start, end in run)
    is_long = is_explained or len(said) >= _SHORTEST_SPELLED
    return run if is_long and pronounced and said not in _ABBREVIATIONS else []
