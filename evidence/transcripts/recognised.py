"""What speech recognition hands out as .json: Whisper and its kin, AssemblyAI, Deepgram, Zoom.

Layouts: https://github.com/openai/whisper (segments), https://github.com/ggml-org/whisper.cpp (transcription),
https://www.assemblyai.com/docs (utterances), https://developers.deepgram.com (results), Zoom's `zoom_transcript`.
Any other layout is refused. Every other string of a file is kept beside the turns, but for words told twice.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from evidence.transcripts.header import header_of
from evidence.transcripts.transcript import Content, Fault, Line, Passage, letters_of

LAYOUTS = "Whisper, whisper.cpp, AssemblyAI, Deepgram, Zoom"
_STRING = re.compile(r'("(?:[^"\\]|\\.)*+")(\s*:)?')
_STAMP = re.compile(r"^(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d{1,6})?)$")
_TWICE = {"words", "word_segments", "word_items", "tokens", "paragraphs", "transcript", "text", "timestamps"}
_MARK = re.compile(r"^\[_[A-Z]+_?\d*\]$")
_PLAIN_KEY = re.compile(r"^[a-z_]{1,24}\d?$")


class _Layout(NamedTuple):
    """Where a layout keeps its segments, and the fields of one: start, end, speaker, text; and its times a second."""

    segments: Callable[[Any], Any]
    start: str
    end: str
    speaker: str
    text: str
    units: int


_LAYOUTS = (
    _Layout(lambda d: d["timeline"] if d.get("type") == "zoom_transcript" else None, "ts", "end_ts", "", "text", 1),
    _Layout(lambda d: d["segments"], "start", "end", "speaker", "text", 1),
    _Layout(lambda d: d["transcription"], "from", "to", "speaker", "text", 1000),
    _Layout(lambda d: d["utterances"], "start", "end", "speaker", "text", 1000),
    _Layout(lambda d: d["results"]["utterances"], "start", "end", "speaker", "transcript", 1),
    _Layout(lambda d: d["results"]["channels"][0]["alternatives"][:1], "start", "end", "", "transcript", 1),
    _Layout(lambda d: [d] if "audio_url" in d and d["words"] else None, "start", "end", "", "text", 1000),
)


def read_recognised(text: str, fields: Collection[str]) -> tuple[Content, dict[str, str]]:
    """The segments of a known layout as turns; every other string of the file beside them."""
    try:
        whole, keys = _loaded(text)
        found = _found(whole)
        if found is None:
            return _nothing(Fault("unknown_layout", found=LAYOUTS)), {}
        layout, segments = found
        read = [_read(layout, segment, number) for number, segment in enumerate(segments, 1)]
        lines = [line for line, _ in read]
        beside, repeated = _beside(whole, layout, segments, lines)
    except RecursionError:
        return _nothing(Fault("nested")), {}
    except (ValueError, OverflowError):
        return _nothing(Fault("damaged")), {}
    letters = _letters(text) - letters_of(p.text for p in beside if p.place == "metadata field") - repeated
    faults = [fault for _, fault in read if fault is not None]
    beside += [Passage("metadata key", _clean(key)) for key in sorted(keys) if not _PLAIN_KEY.match(key)]
    content = Content(lines, beside, faults, letters, len(segments), len(lines))
    return content, header_of((p.text for p in beside), fields)


def _nothing(fault: Fault) -> Content:
    return Content([], [], [fault], Counter())


def _loaded(text: str) -> tuple[Any, set[str]]:
    """The document and the names of its fields; an object with a name twice would lose the first in silence."""
    keys: set[str] = set()

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        whole = dict(pairs)
        keys.update(whole)
        if len(whole) < len(pairs):
            raise ValueError
        return whole

    return json.loads(text, object_pairs_hook=made), keys


def _found(whole: Any) -> tuple[_Layout, list[dict[str, Any]]] | None:
    """The first layout whose segments are there, each an object with words in it."""
    if isinstance(whole, list):
        whole = {"segments": whole}
    for layout in _LAYOUTS if isinstance(whole, dict) else ():
        try:
            segments = layout.segments(whole)
        except (KeyError, IndexError, TypeError):
            continue
        if isinstance(segments, list) and segments and all(_holds(layout, segment) for segment in segments):
            return layout, segments
    return None


def _holds(layout: _Layout, segment: Any) -> bool:
    return isinstance(segment, dict) and isinstance(segment.get(layout.text), str)


def _read(layout: _Layout, segment: dict[str, Any], number: int) -> tuple[Line, Fault | None]:
    times = segment.get("offsets") if layout.start == "from" else segment
    times = times if isinstance(times, dict) else segment
    start, end = (_seconds(times.get(key), layout.units) for key in (layout.start, layout.end))
    speaker = _clean(_speaker(layout, segment))
    line = Line(_clean(" ".join(segment[layout.text].split())), number, start or 0.0, end or 0.0, speaker)
    if start is None or end is None:
        return line._replace(start=math.nan, end=math.nan), Fault("time_unreadable", number)
    return line, Fault("end_before_start", number) if end < start else None


def _seconds(value: Any, units: int) -> float | None:
    """Seconds; NaN where a segment has no time, None where it cannot be read."""
    if value is None:
        return math.nan
    stamp = _STAMP.match(value) if isinstance(value, str) else None
    if stamp:
        hours, minutes, seconds = stamp.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) / units


def _speaker(layout: _Layout, segment: dict[str, Any]) -> str:
    """The segment's speaker as the file names it; numbers become `Speaker 0`."""
    if layout.start == "ts":
        users = segment.get("users") if isinstance(segment.get("users"), list) else []
        names = [u.get("username") for u in users or [] if isinstance(u, dict)] or [segment.get("username")]
        return " / ".join(name for name in names if isinstance(name, str))
    value = segment.get(layout.speaker) if layout.speaker else None
    if isinstance(value, int) and not isinstance(value, bool):
        return f"Speaker {value}"
    return value if isinstance(value, str) else ""


def _beside(
    whole: Any, layout: _Layout, segments: list[dict[str, Any]], lines: list[Line]
) -> tuple[list[Passage], Counter[str]]:
    """Every string that is no segment's own, and the letters of those that tell the same words again."""
    said = _words(" ".join(line.text for line in lines))
    speakers = {line.speaker for line in lines}
    own = {id(segment) for segment in segments}
    beside: list[Passage] = []
    repeated: Counter[str] = Counter()
    for texts in _groups(whole, layout, own):
        again = all(t in speakers or _MARK.match(t) for t in texts) or any(
            _within(_words(joint.join(t for t in texts if not _MARK.match(t))), said) for joint in ("", " ")
        )
        if again:
            repeated += letters_of(texts)
        else:
            beside += [Passage("metadata field", _clean(text)) for text in [" ".join(texts)]]
    return beside, repeated


def _groups(node: Any, layout: _Layout, own: set[int], key: str = "") -> Iterator[list[str]]:
    """Strings in groups: each alone, but those of one field in a list of words together."""
    if isinstance(node, str):
        yield [node]
    elif isinstance(node, list) and key in _TWICE:
        series: dict[str, list[str]] = {}
        for leaf, text in _leaves(node):
            series.setdefault(leaf, []).append(text)
        yield from series.values()
    elif isinstance(node, list):
        for item in node:
            yield from _groups(item, layout, own, key)
    elif isinstance(node, dict):
        mine = {layout.text, layout.speaker} if id(node) in own else set()
        for name, value in node.items():
            told = name in mine or (isinstance(value, str) and _STAMP.match(value))
            if not (told and isinstance(value, str)):
                yield from _groups(value, layout, own, name)


def _leaves(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield key, node
    elif isinstance(node, list):
        for item in node:
            yield from _leaves(item, key)
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from _leaves(value, name)


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))


def _within(few: Counter[str], many: Counter[str]) -> bool:
    return all(many[word] >= n for word, n in few.items())


def _letters(text: str) -> Counter[str]:
    """Letters of every string that is a value, from the raw text."""
    values = [string for string, key in _STRING.findall(text) if not key]
    return letters_of(json.loads(value) if "\\" in value else value for value in values)


def _clean(text: str) -> str:
    """Text without halves of characters, each of which becomes a replacement character."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
