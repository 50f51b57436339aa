"""Made-up interviews: sentences put together from short phrases, so that no two interviews share long runs."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

PHRASES = Path(__file__).parent / "phrases"
SLOT = re.compile(r"\{(\w+)\}")
SLOT_OF_PLURAL = {"probe": "probes", "back": "backs", "filler": "fillers"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the qualitative code it carries, if any."""

    text: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker (interviewer or participant) says before the other speaks."""

    by_interviewer: bool
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return " ".join(s.text for s in self.sentences)

    @property
    def words(self) -> int:
        return len(self.text.split())


@cache
def phrases(name: str) -> Mapping[str, Any]:
    """The phrase list of that name (`common`, `fsp`, ...)."""
    return YAML(typ="safe", pure=True).load((PHRASES / f"{name}.yaml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


class Speech:
    """Fills phrases from bags that empty before anything repeats."""

    def __init__(self, seed: str, study: str, words: Mapping[str, str]) -> None:
        self.rng = random.Random(seed)
        self.lists: dict[str, Sequence[str]] = dict(phrases("common"))
        self.quotes: Mapping[str, Sequence[str]] = phrases(study)["quotes"]
        self.words = words
        self.bags: dict[str, list[str]] = {}

    def take(self, key: str, choices: Sequence[str]) -> str:
        """The next of `choices` in a shuffled order that starts anew when all were taken."""
        bag = self.bags.get(key)
        if not bag:
            bag = self.bags[key] = self.rng.sample(list(choices), len(choices))
        return bag.pop()

    def fill(self, template: str) -> str:
        """The template with every slot filled."""

        def slot(match: re.Match[str]) -> str:
            name = match[1]
            if name in self.words:
                return self.words[name]
            key = SLOT_OF_PLURAL.get(name, name)
            return self.fill(self.take(key, self.lists[key]))

        return SLOT.sub(slot, template)

    def sentence(self) -> Sentence:
        """A sentence about nothing in particular."""
        return Sentence(capital(self.fill(self.take("patterns", self.lists["patterns"]))))

    def coded(self, code: str) -> Sentence:
        """A sentence that carries a code."""
        core = self.fill(self.take(f"quotes {code}", self.quotes[code]))
        frames = ("{0}.", "{open}, {0}.", "{0}, and {felt}.", "{0}; {lesson}.", "{0}, {filler}.", "I would say {0}.")
        frame = self.take("frames", frames)
        return Sentence(capital(self.fill(frame.replace("{0}", core))), code)


def capital(text: str) -> str:
    """The text with its first letter in upper case, as at the start of a sentence."""
    return text[:1].upper() + text[1:]


def converse(
    speech: Speech,
    questions: Sequence[Mapping[str, Any]],
    codes_for: Callable[[str], Sequence[str]],
    *,
    words: int,
) -> list[Turn]:
    """One interview of about `words` words: an opening, every question with follow-ups, a close.

    `codes_for` gives, by question id, the codes the answer must carry.
    """
    turns = [_ask(speech, speech.take("openings", speech.lists["openings"]))]
    turns.append(_say(speech, speech.take("answers", speech.lists["answers_to_opening"])))
    share = (words - 60) / len(questions)
    for question in questions:
        start = sum(t.words for t in turns)
        codes = list(codes_for(question["id"]))
        turns.append(_ask(speech, speech.rng.choice(question["ask"])))
        turns.append(_answer(speech, codes[:1]))
        codes = codes[1:]
        while codes or sum(t.words for t in turns) - start < share:
            nod = speech.rng.random() < 0.15
            turns.append(_ask(speech, speech.take("backs", speech.lists["backs"]) + ".") if nod else _probe(speech))
            turns.append(_answer(speech, codes[:1]))
            codes = codes[1:]
    turns.append(_ask(speech, speech.take("closings", speech.lists["closings"])))
    turns.append(_answer(speech, ()))
    turns.append(_ask(speech, speech.take("last_words", speech.lists["last_words"])))
    return turns


YOURS = {"my": "your", "I": "you", "me": "you", "our": "your", "we": "you", "us": "you"}


def _ask(speech: Speech, template: str) -> Turn:
    return Turn(True, (Sentence(capital(speech.fill(template))),))


def _probe(speech: Speech) -> Turn:
    """A follow-up that takes up the other's words: my supervisor becomes your supervisor."""
    text = SLOT.sub(
        lambda m: re.sub(r"\b(my|I|me|our|we|us)\b", lambda w: YOURS[w[1]], speech.fill(m[0])),
        speech.take("probes", speech.lists["probes"]),
    )
    return Turn(True, (Sentence(capital(text)),))


def _say(speech: Speech, template: str) -> Turn:
    return Turn(False, (Sentence(capital(speech.fill(template))),))


def _answer(speech: Speech, codes: Sequence[str]) -> Turn:
    sentences = [speech.sentence() for _ in range(speech.rng.randint(2, 4))]
    for code in codes:
        sentences.insert(speech.rng.randint(0, len(sentences)), speech.coded(code))
    return Turn(False, tuple(sentences))
