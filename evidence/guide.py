"""Which questions of the interview guide are traced in what the interviewer says, and why.

Two plain measures for every question and every time the interviewer speaks: whether one of the question's keywords is
said (also as the beginning of a word), and how much of the question's own wording is: the share of its words, each
weighted by how rare it is (inverse document frequency: Spärck Jones 1972, J. Documentation 28, 11-21) in guide and
interviewer's speech. Function words do not count, and words count as the same when they are without their endings. The
score is the share without a keyword, and half of one more than half with one: 0.5 + share / 2.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from evidence.languages import FUNCTION_WORDS, base_of
from evidence.measured import Trace
from evidence.talk import Talk, tokens_of
from study.protocol.material import GuideQuestion

_ENDINGS = {
    "en": ("ings", "ing", "edly", "ed", "ies", "es", "s", "ly", "e", "y"),
    "de": ("ungen", "ung", "enen", "ende", "ern", "en", "er", "em", "es", "te", "st", "e", "n", "s", "t"),
}
_ASKING = frozenset({"tell", "describe", "explain", "talk", "say", "erzählen", "beschreiben", "parlez", "cuéntame"})
"""Words by which any question is asked."""
_SHORTEST_STEM, _LONGEST_STEM = 3, 6


class _Said(NamedTuple):
    """What the interviewer says in one go: its first turn's number, the text, its stems."""

    turn: int
    text: str
    stems: frozenset[str]


def traces(talk: Talk, questions: Iterable[GuideQuestion], language: str) -> tuple[Trace, ...]:
    """Each question with the place where it fits best; nothing where the interviewer never speaks.

    Of places that fit equally the first. A question without keywords and without a word of content is left out.
    """
    said = _said(talk, language)
    if not said:
        return ()
    asked = [(question, stems_of(question.text, language)) for question in questions]
    rarity = _rarity([*(stems for _, stems in asked), *(one.stems for one in said)])
    return tuple(_trace(q, stems, said, rarity) for q, stems in asked if q.keywords or stems)


def _trace(question: GuideQuestion, stems: frozenset[str], said: Sequence[_Said], rarity: dict[str, float]) -> Trace:
    whole = sum(rarity[stem] for stem in stems)
    keywords = [(keyword, re.compile(rf"(?<!\w){re.escape(keyword.casefold())}")) for keyword in question.keywords]
    best = Trace(question.id, 0, 0.0, (), question.required)
    for one in said:
        found = tuple(keyword for keyword, pattern in keywords if pattern.search(one.text))
        share = sum(rarity[stem] for stem in stems & one.stems) / whole if whole else 0.0
        score = round(0.5 + share / 2 if found else share, 3)
        if score > best.score:
            best = best._replace(turn=one.turn, score=score, keywords=found)
    return best


def stems_of(text: str, language: str) -> frozenset[str]:
    """The words of content in a text without their endings, cut to six letters."""
    base = base_of(language)
    empty, endings = FUNCTION_WORDS.get(base, frozenset()) | _ASKING, _ENDINGS.get(base, ())
    return frozenset(_stem(token, endings) for token in tokens_of(text) if len(token) > 1 and token not in empty)


def _stem(word: str, endings: Sequence[str]) -> str:
    word = re.sub(r"['’]\w*$", "", word)
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending)
            break
    return word[:_LONGEST_STEM]


def _rarity(documents: Sequence[frozenset[str]]) -> dict[str, float]:
    """Each stem's inverse document frequency, smoothed as scikit-learn does: ln((1 + n) / (1 + df)) + 1."""
    counts = Counter(stem for stems in documents for stem in stems)
    return {stem: math.log((1 + len(documents)) / (1 + n)) + 1 for stem, n in counts.items()}


def _said(talk: Talk, language: str) -> list[_Said]:
    """What the interviewer says, turns that follow each other (the cues of one question) as one."""
    joined: list[tuple[int, list[str]]] = []
    follows = False
    for number, label, text in zip(talk.numbers, talk.labels, talk.texts, strict=True):
        is_interviewer = label in talk.interviewer
        if is_interviewer and follows:
            joined[-1][1].append(text)
        elif is_interviewer:
            joined.append((number, [text]))
        follows = is_interviewer
    whole = ((turn, " ".join(texts).casefold()) for turn, texts in joined)
    return [_Said(turn, text, stems_of(text, language)) for turn, text in whole]
