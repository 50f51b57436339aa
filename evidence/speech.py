"""How a transcript sounds: who speaks how much, whether its times hold, how its words run. Measured, not judged."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from evidence.measured import Features, note
from evidence.transcripts.speakers import folded
from evidence.transcripts.transcript import Transcript
from study.protocol.material import GuideQuestion, Transcripts

_DIARISED = re.compile(r"^(?:speaker|spk|person|voice|s)[ _-]?\d+$|^unknown(?: speaker)?$", re.IGNORECASE)
_INAUDIBLE = re.compile(
    r"[\[(<{][^\])>}]{0,40}\b(?:inaudible|unintelligible|indiscernible|unclear)\b[^\])>}]{0,40}[\])>}]", re.IGNORECASE
)
_PAUSE = re.compile(
    r"[\[(][^\])]{0,40}\b(?:paus\w*|break|interrupt\w*|recorder|recording|silence)\b[^\])]{0,40}[\])]", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.?!…][\"'”’)\]]*$|[\])]$")


def measure_speakers(transcript: Transcript, conventions: Transcripts, places: dict[str, str]) -> Features:
    """Labels against the declared set, and the interviewer's share of the words (None unless both sides speak)."""
    turns = transcript.turns
    labels = turns["speaker"].map(folded)
    words = turns["text"].map(lambda text: len(text.split()))
    interviewer = labels.isin([folded(s) for s in conventions.speakers.interviewer])
    participant = labels.isin([folded(s) for s in conventions.speakers.participant])
    diarised = labels.map(lambda label: bool(_DIARISED.match(label))) & ~interviewer & ~participant
    unknown = (labels != "") & ~interviewer & ~participant & ~diarised
    unlabelled = (labels == "") & (words > 0)
    note(places, "unknown_labels_count", turns_at(turns, unknown))
    note(places, "diarisation_labels_count", turns_at(turns, diarised))
    note(places, "unlabelled_share", turns_at(turns, unlabelled))
    spoken, heard = int(words[interviewer].sum()), int(words.sum())
    both = bool(interviewer.any() and participant.any())
    return {
        "speaking_roles_count": int(interviewer.any()) + int(participant.any()),
        "unknown_labels_count": labels[unknown].nunique(),
        "diarisation_labels_count": labels[diarised].nunique(),
        "unlabelled_share": float(unlabelled.sum() / max(int((words > 0).sum()), 1)),
        "interviewer_share": spoken / heard if both and heard else None,
    }


def measure_times(transcript: Transcript, places: dict[str, str]) -> Features:
    """Steps back and gaps in seconds, words a minute; nothing for a transcript without times.

    A gap beside a bracketed pause or interruption is explained; the pace needs a minute of talk.
    """
    turns = transcript.turns.dropna(subset=["start"])
    if len(turns) < 2:
        return {}
    steps = turns["start"].diff().iloc[1:]
    note(places, "backward_s", turns_at(turns.iloc[1:], steps < 0))
    features: Features = {"backward_s": float(max(0.0, -steps.min()))}
    ended = turns["end"].fillna(turns["start"]).cummax()
    if turns["end"].notna().all():
        gaps = (turns["start"] - ended.shift()).iloc[1:]
        paused = turns["text"].map(lambda text: bool(_PAUSE.search(text)))
        gaps = gaps.mask((paused | paused.shift(fill_value=False)).iloc[1:])
        widest = gaps.fillna(0.0).to_numpy()
        places["gap_s"] = f"before turn {turns['turn'].iloc[1 + int(widest.argmax())]}"
        features["gap_s"] = float(max(0.0, widest.max()))
    minutes = (float(ended.iloc[-1]) - float(turns["start"].iloc[0])) / 60
    if minutes >= 1:
        features["words_per_minute"] = len(" ".join(turns["text"]).split()) / minutes
    return features


def measure_wording(transcript: Transcript, places: dict[str, str]) -> Features:
    """What the words themselves show: inaudible marks, loops, long turns, a missing end."""
    turns = transcript.turns
    words = " ".join(turns["text"]).casefold().split()
    lengths = turns["text"].map(lambda text: len(text.split()))
    marks = turns["text"].map(lambda text: len(_INAUDIBLE.findall(text)))
    note(places, "inaudible_per_1000_words", turns_at(turns, marks > 0))
    places["longest_turn_words"] = f"turn {turns['turn'].iloc[int(lengths.to_numpy().argmax())]}"
    return {
        "inaudible_per_1000_words": 1000 * int(marks.sum()) / len(words) if words else None,
        "loop_repeats_count": _loop(words),
        "longest_turn_words": int(lengths.max()),
        "unfinished_endings_count": _unfinished(transcript),
    }


def _loop(words: list[str]) -> int:
    """How often some five words come again directly after themselves, the first time counted."""
    longest = run = 0
    for i in range(len(words) - 5):
        run = run + 1 if words[i] == words[i + 5] else 0
        longest = max(longest, run)
    return longest // 5 + 1


def _unfinished(transcript: Transcript) -> int | None:
    """Signs that the end is missing: the last words end no sentence, the last cue has no words; None where most turns
    end without a mark, as in raw speech recognition."""
    texts = [text for text in transcript.turns["text"] if text]
    if not texts:
        return None
    empty_end = transcript.arrows > 0 and not transcript.turns["text"].iloc[-1]
    if sum(bool(_SENTENCE_END.search(text)) for text in texts) < 0.8 * len(texts):
        return int(empty_end) if transcript.arrows else None
    return int(empty_end) + int(not _SENTENCE_END.search(texts[-1]))


def untraced(transcript: Transcript, conventions: Transcripts, questions: Iterable[GuideQuestion]) -> int | None:
    """Required questions none of whose keywords the interviewer says."""
    turns = transcript.turns
    required = [q for q in questions if q.required and q.keywords]
    labels = {folded(s) for s in conventions.speakers.interviewer}
    asked = " ".join(turns["text"][turns["speaker"].map(folded).isin(labels)]).casefold()
    if not required or not asked:
        return None
    return sum(not any(_said(asked, keyword) for keyword in q.keywords) for q in required)


def _said(text: str, keyword: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(keyword.casefold())}", text) is not None


def turns_at(turns: pd.DataFrame, where: pd.Series[bool]) -> list[str]:
    """The places of the turns where a condition holds."""
    return [f"turn {number}" for number in turns["turn"][where]]
