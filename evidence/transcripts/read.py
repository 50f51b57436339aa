"""One entry for every transcript format: bytes in, turn table out, nothing lost on the way."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from evidence.transcripts.decode import decoded, sniff, undecoded_characters
from evidence.transcripts.plain import read_plain
from evidence.transcripts.speakers import turns
from evidence.transcripts.timed import read_timed
from evidence.transcripts.transcript import Content, Fault, Format, Transcript, letters_of, turn_table

LARGEST = 50_000_000
READER_VERSION = 1
"""Raised whenever the same bytes may read differently, whatever their format; part of the digest of the rules."""

READER_VERSIONS: Mapping[Format, int] = {
    "vtt": 1,
    "srt": 1,
    "txt": 1,
    "docx": 1,
    "rtf": 1,
    "pdf": 1,
    "json": 1,
    "eaf": 1,
    "cha": 1,
    "unknown": 1,
}
"""Raised when one format's reader changes: only files of that format are read again."""

_ENDINGS: dict[str, Format] = {".vtt": "vtt", ".srt": "srt", ".txt": "txt", ".docx": "docx"}


def read_transcript(
    data: bytes,
    name: str,
    *,
    labels: Collection[str] = (),
    header: Collection[str] = (),
    legacy_encoding: str | None = None,
) -> Transcript:
    """The turns of a transcript in .vtt, .srt, .txt or .docx; `name` is its file name.

    `labels` are speaker labels known beforehand, `header` the fields of its header block, `legacy_encoding` the code
    page of files that are not UTF-8. Never raises for what the bytes are: `problems` says it, and turns are empty.
    """
    digest = hashlib.sha256(data).hexdigest()
    ending = _ENDINGS.get(PurePosixPath(name).suffix.lower(), "unknown")
    shown = sniff(data)
    refused = _refused(data, ending, shown)
    if refused is not None:
        return Transcript(turn_table([]), digest, ending, faults=(refused,))
    if shown == "docx":
        from evidence.transcripts.word import read_word

        content, found = read_word(data, header, labels)
        return _transcript(content, found, digest, "docx", "", labels, 0, mismatch=ending != "docx")
    text, encoding, fault = decoded(data, legacy_encoding)
    if fault is not None:
        return Transcript(turn_table([]), digest, ending, faults=(fault,))
    format: Format = shown or ending
    if format in ("vtt", "srt"):
        content, found = read_timed(text, header, vtt=format == "vtt")
    else:
        content, found = read_plain(text, header, labels)
    mismatch = format != ending or (ending == "vtt" and shown != "vtt") or (ending == "srt" and content.arrows == 0)
    return _transcript(content, found, digest, format, encoding, labels, undecoded_characters(text), mismatch=mismatch)


def _refused(data: bytes, ending: Format, shown: Format | None) -> Fault | None:
    """Why the bytes are not looked at further, or None."""
    if len(data) > LARGEST:
        return Fault("too_large")
    if not data.strip():
        return Fault("empty")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return Fault("encrypted")
    if ending == "unknown":
        return Fault("unknown_format")
    if shown == "unknown":
        return Fault("not_text")
    return Fault("damaged") if ending == "docx" and shown != "docx" else None


def _transcript(
    content: Content,
    header: dict[str, str],
    digest: str,
    format: Format,
    encoding: str,
    labels: Collection[str],
    undecoded: int,
    *,
    mismatch: bool,
) -> Transcript:
    """The transcript with its conservation counts: letters in by one path, letters kept by the other."""
    table = turn_table(turns(content.lines, labels))
    out = letters_of([*table["speaker"], *table["text"], *(p.text for p in content.beside if _in_text(p.place))])
    faults = list(content.faults)
    if mismatch:
        faults.insert(0, Fault("format_mismatch"))
    if table.empty and not faults:
        faults.append(Fault("empty"))
    return Transcript(
        table,
        digest,
        format,
        encoding,
        header,
        tuple(content.beside),
        tuple(faults),
        sum(content.letters.values()),
        sum(_common(content.letters, out).values()),
        content.arrows,
        content.cues,
        undecoded,
    )


def _in_text(place: str) -> bool:
    """Whether a passage's letters were counted on the way in; properties and authors are attributes, not text."""
    return not place.startswith(("property", "author"))


def _common(first: Counter[str], second: Counter[str]) -> Counter[str]:
    return first & second
