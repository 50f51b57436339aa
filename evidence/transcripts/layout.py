"""How vendors lay out documents: what they print before and after the talk, and times on lines of their own.

The shapes are those of exports by Teams, Otter, Rev, Whisper and noScribe, and of tables; a document in none of them
passes through unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from evidence.transcripts.header import split_header
from evidence.transcripts.speakers import first_spoken, seconds
from evidence.transcripts.transcript import Line, Passage

_MARK = re.compile(
    r"^(?:Transcribed with noScribe\b.*|.{1,80} started transcription|SUMMARY KEYWORDS|SPEAKERS"
    r"|This transcript was exported on .*)$"
)
_CLOSING = re.compile(r"^(?:Transcribed by https?://otter\.ai\S*|.{1,80} stopped transcription)$")
_STAMP = r"(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d{1,7})?)"
_ARROW = re.compile(rf"^{_STAMP}\s*-->\s*{_STAMP}$")
_SPAN = re.compile(
    r"^\[((?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3})\s*-->\s*((?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3})\]\s*(.*)$"
)
_COLUMN = r"(?:no\.?|time|timestamp|timecode|start|end|speaker|name|text|transcript|utterance|content)"
_COLUMNS = re.compile(rf"^{_COLUMN}(?:[\s:]+{_COLUMN})+$", re.IGNORECASE)
_NAME = re.compile(r"^[^\W\d_](?:[\w.'’()&\- ]{0,38}[\w.)])?$")
_FURTHEST = 30


def talk_of(
    lines: list[Line], fields: Collection[str], labels: Collection[str], *, by_blank_lines: bool
) -> tuple[dict[str, str], list[Passage], list[Line]]:
    """Header values by field, what stands around the talk as passages, and the lines of the talk."""
    front, rest = _front(lines, labels)
    closing = [line for line in rest if _CLOSING.match(line.text)]
    rest = [line for line in rest if not _CLOSING.match(line.text)]
    header, beside, body = split_header(rest, fields, by_blank_lines=by_blank_lines, labels=labels)
    around = [Passage("header", line.text, line.source_line) for line in front]
    around += [Passage("footer", line.text, line.source_line) for line in closing]
    if body and _COLUMNS.match(body[0].text):
        beside.append(Passage("header", body[0].text, body[0].source_line))
        body = body[1:]
    return header, around + beside, _timed(body)


def _front(lines: list[Line], labels: Collection[str]) -> tuple[list[Line], list[Line]]:
    """The lines up to a vendor's last mark and its own paragraph; a mark after somebody spoke is speech."""
    marks = [i for i, line in enumerate(lines[:_FURTHEST]) if _MARK.match(line.text)]
    spoken = first_spoken(lines, labels) if marks else 0
    cut = max((i + 1 for i in marks if i < spoken), default=0)
    if cut and lines[cut - 1].text == "SPEAKERS":
        cut += 1
    while 0 < cut < spoken and not lines[cut].opens:
        cut += 1
    return lines[:cut], lines[cut:]


def _timed(lines: list[Line]) -> list[Line]:
    """Lines with the times they carry: `[00:01.000 --> 00:02.500] words`, as Whisper prints them, and blocks of
    `0:0:1.0 --> 0:0:2.5`, a name and words, as Teams wrote them until 2023."""
    if lines and _SPAN.match(lines[0].text):
        return [_spanned(line) for line in lines]
    if sum(_ARROW.match(line.text) is not None for line in lines) < 2:
        return lines
    made: list[Line] = []
    held: list[Line] = []
    for line in [*lines, None]:
        if line is None or _ARROW.match(line.text):
            made += _block(held)
            held = []
        if line is not None:
            held.append(line)
    return made


def _spanned(line: Line) -> Line:
    span = _SPAN.match(line.text)
    return line._replace(start=seconds(span[1]), end=seconds(span[2]), text=span[3], opens=True) if span else line


def _block(held: list[Line]) -> list[Line]:
    arrow = _ARROW.match(held[0].text) if held else None
    if arrow is None:
        return held
    start, end = (int(h) * 3600 + int(m) * 60 + float(s) for h, m, s in (arrow.groups()[:3], arrow.groups()[3:]))
    named = len(held) > 2 and _NAME.match(held[1].text) is not None
    first = held[0]._replace(text="", start=start, end=end, speaker=held[1].text if named else "", opens=True)
    return [first, *(line._replace(opens=False) for line in held[1 + named :])]
