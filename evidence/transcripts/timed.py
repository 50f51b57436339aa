"""WebVTT and SubRip (.vtt, .srt): our own reader, because the common libraries lose text in silence.

Kept here and lost elsewhere: comma decimals, missing milliseconds, `60` seconds, blank lines inside a cue, `-->` in
speech, several `<v>` in one cue, Webex id lines, text on the timing line. Layout: https://www.w3.org/TR/webvtt1/.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from evidence.transcripts.header import header_of
from evidence.transcripts.transcript import Content, Fault, Line, Passage, letters_of

_STAMP = r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,6}))?"
_TIMING = re.compile(rf"^\s*{_STAMP}\s*-+>\s*{_STAMP}(?:\s+(.*))?$")
_ARROW = re.compile(r"^\s*\d[\d:.,;]*\s*-+>\s*[\d:.,;]*(.*)$")
_SETTING = re.compile(r"^(?:vertical|line|position|size|align|region|[XY][12]):\S*$")
_WEBEX = re.compile(r'^\s*\d+\s+"(?P<name>[^"]*)"\s*\(\d+\)\s*$')
_ID = re.compile(r"^\s*(?:\d+|(?=\S*\d)[\w/-]+)\s*$")
_BLOCK = re.compile(r"^(NOTE|STYLE|REGION)(?:\s|$)")
_TAG = re.compile(
    r"</?(?:(?P<name>v|c|i|b|u|s|em|strong|ruby|rt|lang|font)\b(?P<rest>[^<>]*)|\d[\d:.,]*)>|\{\\[^{}]*\}",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:amp|lt|gt|nbsp|lrm|rlm|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});")


class _Cue(NamedTuple):
    """A cue: its timing line (0-based), the line it begins at with its id, and where its text ends."""

    begins: int
    timing: int
    ends: int


def read_timed(text: str, fields: Collection[str], *, vtt: bool) -> tuple[Content, dict[str, str]]:
    """The cues of a .vtt or .srt as lines, its notes and ids beside them, and header fields found in notes."""
    raw = text.split("\n")
    beside, free = _blocks(raw) if vtt else ([], list(range(len(raw))))
    cues = list(_cues(raw, free))
    first = cues[0].begins if cues else len(raw)
    beside += [Passage("header", raw[i].strip(), i + 1) for i in free if i < first and raw[i].strip()]
    lines: list[Line] = []
    faults: list[Fault] = []
    free_set = set(free)
    for cue in cues:
        start, end, rest, found = _timing(raw[cue.timing], cue.timing + 1)
        faults += found
        webex = _WEBEX.match(raw[cue.begins]) if cue.begins < cue.timing else None
        if cue.begins < cue.timing and not (webex and not any(_has_voice(line) for line in raw[cue.timing : cue.ends])):
            beside.append(Passage("cue id", raw[cue.begins].strip(), cue.begins + 1))
        payload = [(i, raw[i]) for i in range(cue.timing + 1, cue.ends) if i in free_set]
        if rest:
            payload.insert(0, (cue.timing, rest))
        lines += _spoken(payload, cue.timing + 1, start, end, webex["name"] if webex else "")
    arrows = sum(1 for i in free if _ARROW.match(raw[i]))
    content = Content(lines, beside, faults, letters_of(_unmarked(raw, vtt=vtt)), arrows, len(cues))
    return content, header_of((p.text for p in beside), fields)


def _blocks(raw: list[str]) -> tuple[list[Passage], list[int]]:
    """NOTE, STYLE and REGION blocks as passages, and the indexes of all other lines but the signature's word."""
    beside: list[Passage] = []
    free: list[int] = []
    inside, after_blank = "", True
    for i, line in enumerate(raw):
        if i == 0 and line.lstrip("\ufeff").startswith("WEBVTT"):
            title = line.lstrip("\ufeff").removeprefix("WEBVTT").strip()
            beside += [Passage("header", title, 1)] if title else []
            continue
        block = _BLOCK.match(line)
        if block and after_blank:
            inside = block[1].lower()
        elif not line.strip() or _ARROW.match(line):
            inside = ""
        if inside:
            beside.append(Passage(inside, line, i + 1))
        else:
            free.append(i)
        after_blank = not line.strip()
    return beside, free


def _cues(raw: list[str], free: list[int]) -> Iterator[_Cue]:
    timings = [i for i in free if _ARROW.match(raw[i])]
    begins = [_begin(raw, i, previous) for i, previous in zip(timings, [-1, *timings], strict=False)]
    for n, timing in enumerate(timings):
        yield _Cue(begins[n], timing, begins[n + 1] if n + 1 < len(timings) else len(raw))


def _begin(raw: list[str], timing: int, previous: int) -> int:
    """The line a cue begins at: its id line where there is one, told from speech by its shape."""
    above = timing - 1
    if above <= previous or not (_ID.match(raw[above]) or _WEBEX.match(raw[above])):
        return timing
    alone = above == 0 or not raw[above - 1].strip() or _BLOCK.match(raw[above - 1]) is not None
    return above if alone or (raw[above].strip().isdigit() and above - 1 > previous) else timing


def _timing(line: str, number: int) -> tuple[float, float, str, list[Fault]]:
    """Start and end in seconds, what else stands on the line that is no setting, and faults."""
    match = _TIMING.match(line)
    if match is None:
        return math.nan, math.nan, _beyond_times(line), [Fault("time_unreadable", number)]
    groups = match.groups()
    faults = [Fault("time_out_of_range", number)] if _over_sixty(groups[:4]) or _over_sixty(groups[4:8]) else []
    start, end = _seconds(groups[:4]), _seconds(groups[4:8])
    if end < start:
        faults.append(Fault("end_before_start", number))
    return start, end, _beyond_times(line), faults


def _beyond_times(line: str) -> str:
    """What stands on a timing line beside its times and settings: speech, wherever it came from."""
    match = _TIMING.match(line) or _ARROW.match(line)
    rest = (match.groups()[-1] or "") if match else line
    return " ".join(word for word in rest.split() if not _SETTING.match(word))


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, whole, fraction = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(f"{whole}.{fraction or 0}")


def _over_sixty(parts: tuple[str | None, ...]) -> bool:
    hours, minutes, whole, _ = parts
    return int(whole or 0) >= 60 or (hours is not None and int(minutes or 0) >= 60)


def _spoken(payload: list[tuple[int, str]], cue_line: int, start: float, end: float, speaker: str) -> Iterator[Line]:
    """The lines of one cue; every `<v>` opens a turn of its own; a cue without text is one empty line."""
    opens, voice = True, ""
    for i, line in payload:
        position = 0
        pieces: list[tuple[str, str, bool]] = []
        for tag in _TAG.finditer(line):
            if (tag["name"] or "").lower() != "v":
                continue
            pieces.append((voice, line[position : tag.start()], opens))
            voice = "" if tag[0].startswith("</") else _voice(tag["rest"])
            opens, position = True, tag.end()
        pieces.append((voice, line[position:], opens))
        for named, piece, opening in pieces:
            text = _plain(piece)
            if text or (named and opening):
                yield Line(text, i + 1, start, end, (named or speaker) if opening else "", opening)
                opens = False
    if opens and not voice:
        yield Line("", cue_line, start, end, speaker)


def _has_voice(line: str) -> bool:
    return any((tag["name"] or "").lower() == "v" for tag in _TAG.finditer(line))


def _voice(rest: str) -> str:
    """The name in `<v.loud Mary Ann>`."""
    return _unescaped("".join(re.split(r"\s+", rest, maxsplit=1)[1:])).strip()


def _plain(text: str) -> str:
    return " ".join(_unescaped(_TAG.sub("", text)).split())


def _unescaped(text: str) -> str:
    return _ENTITY.sub(lambda m: html.unescape(m[0]), text)


def _unmarked(raw: list[str], *, vtt: bool) -> Iterator[str]:
    """Every line without markup, in one pass that knows nothing of cues: what must come out again."""
    for i, line in enumerate(raw):
        if i == 0 and vtt and line.lstrip("\ufeff").startswith("WEBVTT"):
            yield line.lstrip("\ufeff").removeprefix("WEBVTT")
        elif _ARROW.match(line):
            yield _unescaped(_TAG.sub(_kept_of_tag, _beyond_times(line)))
        else:
            yield _unescaped(_TAG.sub(_kept_of_tag, line))


def _kept_of_tag(tag: re.Match[str]) -> str:
    """What remains of a tag: a voice's name."""
    return f" {_voice(tag['rest'])} " if (tag["name"] or "").lower() == "v" else ""
