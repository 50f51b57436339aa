"""The header block of a transcript: `Field: value` lines before the first turn, for the fields the study declares."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from evidence.transcripts.transcript import Line, Passage

_LONGEST_VALUE = 60


def split_header(
    lines: list[Line], fields: Collection[str], *, by_blank_lines: bool, labels: Collection[str] = ()
) -> tuple[dict[str, str], list[Passage], list[Line]]:
    """Header values by field, the header's lines as passages, and the lines after it.

    The block ends at the first line that is no declared field or repeats one, and, where `by_blank_lines` tells
    paragraphs apart, at the first blank line. A field that is also a speaker label (`interviewer`) cannot open it:
    alone it is somebody speaking.
    """
    spoken = {"_".join(label.casefold().replace("-", " ").split()) for label in labels}
    header: dict[str, str] = {}
    beside: list[Passage] = []
    for line in lines:
        entry = header_entry(line.text, fields)
        if entry is None or entry[0] in header or (by_blank_lines and header and line.opens):
            break
        if not header and entry[0] in spoken:
            break
        header[entry[0]] = entry[1]
        beside.append(Passage("header", line.text, line.source_line))
    return header, beside, lines[len(beside) :]


def header_of(texts: Iterable[str], fields: Collection[str]) -> dict[str, str]:
    """Header values found anywhere in `texts` (NOTE blocks of a .vtt); the first of a field stands."""
    header: dict[str, str] = {}
    for text in texts:
        for line in text.split("\n"):
            entry = header_entry(line, fields)
            if entry is not None:
                header.setdefault(*entry)
    return header


def header_entry(line: str, fields: Collection[str]) -> tuple[str, str] | None:
    """The declared field and the value of a line, or None; a long value is somebody speaking."""
    name, colon, value = line.partition(":")
    field = "_".join(name.strip().removeprefix("NOTE").casefold().replace("-", " ").split())
    return (field, value.strip()) if colon and field in fields and len(value) <= _LONGEST_VALUE else None
