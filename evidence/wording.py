"""What the words of a transcript show: marks and their notation, hesitations, loops, language, a missing end."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from evidence.languages import FILLERS, base_of, declared_share
from evidence.measured import Features, TurnColumns, note, turns_at
from evidence.talk import Talk
from study.protocol.material import Transcripts

_BRACKETED = re.compile(r"\[([^\[\]]{0,80})\]|\(([^()]{0,80})\)|<([^<>]{0,80})>|\{([^{}]{0,80})\}")
_INAUDIBLE = re.compile(
    r"\b(inaudible|unintelligible|indiscernible|unclear|unverständlich|incompréhensible|ininteligible|inintelligible"
    r"|incomprensibile|onverstaanbaar)\b"
)
_PAUSE = re.compile(r"\b(?:pause|silence|silencio|pausa)\b")
_TIMED_PAUSE = re.compile(r"\.|\d{1,3}(?:[.,]\d+)?(?: ?s(?:ec\w*)?)?")
_REDACTED = re.compile(
    r"(?:redacted|removed|deleted|withheld|anonymi[sz]ed|name|surname|first name|last name|place|city|town|street"
    r"|address|organi[sz]ation|company|employer|hospital|clinic|school|agency|phone|email|e-mail|date|person|site)"
    r"(?:[ _-]?(?:[a-z]|\d{1,3}))?"
)
_MASKS = re.compile(r"(?<!\w)([Xx_*#•])\1{2,}(?!\w)")
_SENTENCE_END = re.compile(r"[.?!…][\"'”’)\]]*$|[\])]$")
_BRACKET = re.compile(r"[\[\](){}]")
_FACE = re.compile(r"[:;=]['^-]?$")
_NUMBERING = re.compile(r"(?<!\w)(?:\d{1,2}|[A-Za-z])$")
_CLOSES = {"]": "[", ")": "(", "}": "{"}
_LONGEST_LOOP = 40
_WORDS_FOR_RATE = 1000


def measure_wording(talk: Talk, conventions: Transcripts, places: dict[str, str], columns: TurnColumns) -> Features:
    """Marks, brackets, loops, length, ending, hesitation and language; `columns` gets one value a turn of some."""
    marks, styles = _marks(talk)
    columns["unclosed_brackets_count"] = _unclosed(talk)
    columns["loop_repeats_count"] = _loops(talk)
    columns["turn_words_count"] = [float(n) for n in talk.lengths]
    extra = [turn for kind in styles.values() for turns in sorted(kind.values())[1:] for turn in turns[:1]]
    note(places, "inaudible_per_1000_words", turns_at(talk.numbers, marks))
    note(places, "extra_notations_count", [f"turn {number}" for number in sorted(extra)])
    places["longest_turn_words"] = f"turn {talk.numbers[talk.lengths.index(max(talk.lengths))]}"
    words = len(talk.words)
    return {
        "inaudible_per_1000_words": 1000 * sum(marks) / words if words else None,
        "extra_notations_count": sum(len(kind) - 1 for kind in styles.values()) if styles else None,
        "loop_repeats_count": max((n for n in columns["loop_repeats_count"] if n is not None), default=1.0),
        "longest_turn_words": max(talk.lengths),
        "unfinished_endings_count": _unfinished(talk),
        **_language(talk, conventions),
    }


def _language(talk: Talk, conventions: Transcripts) -> Features:
    """Hesitations by what the declared verbatim level promises, and how much is in the declared language."""
    counts = talk.counts
    fillers = FILLERS.get(base_of(conventions.language))
    rate = None
    if fillers and len(talk.words) >= _WORDS_FOR_RATE:
        rate = 1000 * sum(counts[word] for word in fillers) / len(talk.words)
    return {
        "fillers_in_full_per_1000_words": rate if conventions.verbatim == "full" else None,
        "fillers_in_intelligent_per_1000_words": rate if conventions.verbatim == "intelligent" else None,
        "declared_language_share": declared_share(counts, conventions.language),
    }


def _marks(talk: Talk) -> tuple[list[int], dict[str, dict[str, list[int]]]]:
    """Inaudible marks a turn; and by what is marked (inaudible, pause, redaction), each way of writing it with the
    numbers of the turns it stands in."""
    marks = [0] * len(talk.texts)
    styles: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    whole = "\n".join(talk.texts)
    is_masked = any(mark in whole for mark in ("xxx", "XXX", "___", "***", "###", "•••"))
    for i, text in enumerate(talk.texts):
        for kind, style in _marked(text, is_masked=is_masked):
            marks[i] += kind == "inaudible"
            styles[kind][style].append(talk.numbers[i])
    return marks, styles


def _marked(text: str, *, is_masked: bool) -> Iterator[tuple[str, str]]:
    """Each mark of a text: what it marks and how it is written, `[]inaudible`; words in brackets alone are no mark."""
    for match in _BRACKETED.finditer(text) if "[" in text or "(" in text or "<" in text or "{" in text else ():
        bracket = match[0][0]
        inner = (match[1] or match[2] or match[3] or match[4] or "").strip()
        said = inner.casefold()
        if found := _INAUDIBLE.search(said):
            yield "inaudible", f"{bracket}{found[1]}"
        elif bracket in "([" and _TIMED_PAUSE.fullmatch(said):
            yield "pause", f"{bracket}s"
        elif bracket in "([" and (found := _PAUSE.search(said)):
            yield "pause", f"{bracket}{found[0]}"
        elif bracket in "[<{" and _REDACTED.fullmatch(said):
            yield "redaction", bracket + ("upper" if inner.isupper() else "lower")
    for match in _MASKS.finditer(text) if is_masked else ():
        yield "redaction", match[1].casefold()


def _unclosed(talk: Talk) -> list[float | None]:
    """Brackets a turn that are not opened or not closed; in a timed transcript the next cue may close one."""
    found: list[float | None] = [0.0] * len(talk.texts)
    waiting: list[tuple[str, int]] = []
    for i, text in enumerate(talk.texts):
        kept = [one for one in waiting if talk.is_timed and one[1] == i - 1]
        for _, at in waiting[: len(waiting) - len(kept)]:
            found[at] = (found[at] or 0.0) + 1
        waiting = kept
        for match in _BRACKET.finditer(text) if _has_bracket(text) else ():
            bracket, before = match[0], text[max(0, match.start() - 4) : match.start()]
            if _FACE.search(before):
                continue
            if bracket not in _CLOSES:
                waiting.append((bracket, i))
            elif waiting and waiting[-1][0] == _CLOSES[bracket]:
                waiting.pop()
            elif not (bracket == ")" and _NUMBERING.search(before)):
                found[i] = (found[i] or 0.0) + 1
    for _, at in waiting:
        found[at] = (found[at] or 0.0) + 1
    return found


def _has_bracket(text: str) -> bool:
    return "[" in text or "(" in text or "]" in text or ")" in text or "{" in text or "}" in text


def _loops(talk: Talk) -> list[float | None]:
    """A turn's longest loop: how often some words (five at least) come again directly after themselves, beginning in
    it, the first time counted; loops of up to 40 words are looked for, across turns too, because speech recognition
    repeats whole cues."""
    found = [1.0] * len(talk.texts)
    codes = {word: code for code, word in enumerate(dict.fromkeys(talk.words))}
    row = np.fromiter(map(codes.__getitem__, talk.words), dtype=np.int32, count=len(talk.words))
    for lag in range(1, min(_LONGEST_LOOP, len(row) // 2) + 1):
        same = row[lag:] == row[:-lag]
        unit = lag * -(-5 // lag)
        if np.count_nonzero(same) < 2 * unit - lag:
            continue
        edges = np.flatnonzero(np.diff(np.concatenate(([0], same.view(np.int8), [0]))))
        begins, lengths = edges[::2], edges[1::2] - edges[::2]
        for begin, length in zip(begins.tolist(), lengths.tolist(), strict=True):
            if length + lag >= 2 * unit:
                turn = bisect_right(talk.starts_at, begin) - 1
                found[turn] = max(found[turn], float((length + lag) // unit))
    return list(found)


def _unfinished(talk: Talk) -> int | None:
    """Signs that the end is missing: the last words end no sentence, the last cue has no words; None where most turns
    end without a mark, as in raw speech recognition."""
    texts = [text for text in talk.texts if text]
    if not texts:
        return None
    empty_end = talk.is_timed and not talk.texts[-1]
    if sum(bool(_SENTENCE_END.search(text[-4:])) for text in texts) < 0.8 * len(texts):
        return int(empty_end) if talk.is_timed else None
    return int(empty_end) + int(not _SENTENCE_END.search(texts[-1][-4:]))
