"""Plain text (.txt) with speaker turns: paragraphs are separated by blank lines, a label may open any line."""

from __future__ import annotations

from collections.abc import Collection

from evidence.transcripts.layout import talk_of
from evidence.transcripts.transcript import Content, Line, letters_of


def read_plain(text: str, fields: Collection[str], labels: Collection[str] = ()) -> tuple[Content, dict[str, str]]:
    """The lines of a plain-text transcript and its header block (`fields` are the names a header may use)."""
    lines: list[Line] = []
    opens = True
    for number, raw in enumerate(text.split("\n"), 1):
        if raw.strip():
            lines.append(Line(raw.strip(), number, opens=opens))
        opens = not raw.strip()
    header, beside, body = talk_of(lines, fields, labels, by_blank_lines=True)
    return Content(body, beside, [], letters_of([text])), header
