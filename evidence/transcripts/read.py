"""One entry for every transcript format: bytes in, turn table out, nothing lost on the way."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from evidence.transcripts.decode import decoded, undecoded_characters
from evidence.transcripts.plain import read_plain
from evidence.transcripts.sniff import SPOKEN_NAMES, Shown, sniff
from evidence.transcripts.speakers import turns
from evidence.transcripts.timed import read_timed
from evidence.transcripts.transcript import Content, Fault, Format, Transcript, letters_of, turn_table

LARGEST = 50_000_000
READER_VERSION = 1
"""Raised whenever the same bytes may read differently, whatever their format; part of the digest of the rules."""

READER_VERSIONS: Mapping[Format, int] = {
    "vtt": 2,
    "srt": 2,
    "txt": 2,
    "docx": 3,
    "rtf": 1,
    "pdf": 1,
    "json": 1,
    "eaf": 1,
    "cha": 1,
    "unknown": 2,
}
"""Raised when one format's reader changes: only files of that format are read again."""

_ATTRIBUTES = ("property", "author", "metadata")


def read_transcript(
    data: bytes,
    name: str,
    *,
    labels: Collection[str] = (),
    header: Collection[str] = (),
    legacy_encoding: str | None = None,
) -> Transcript:
    """The turns of a transcript in any of the formats; `name` is its file name.

    `labels` are speaker labels known beforehand, `header` the fields of its header block, `legacy_encoding` the code
    page of files that are not UTF-8. Never raises for what the bytes are: `problems` says it, and turns are empty.
    """
    digest = hashlib.sha256(data).hexdigest()
    ending = ending_of(name)
    shown = sniff(data) if 0 < len(data) <= LARGEST else Shown(None)
    refused = _refused(data, ending, shown)
    if refused is not None:
        return Transcript(turn_table([]), digest, ending, faults=(refused,))
    if shown.format in ("docx", "rtf", "pdf", "eaf"):
        content, found = _read_document(data, shown.format, header, labels)
        return _transcript(content, found, digest, shown.format, "", labels, None, ending)
    text, encoding, fault = decoded(data, legacy_encoding)
    if fault is not None:
        return Transcript(turn_table([]), digest, ending, faults=(fault,))
    format: Format = ending if shown.format is None or (shown.format, ending) == ("srt", "vtt") else shown.format
    content, found = _read_text(text, format, header, labels)
    if format == "json" and ending in ("txt", "vtt", "srt", "cha") and content.faults == [Fault("damaged")]:
        shown, format = Shown(None), ending  # a text that opens with a bracket
        content, found = _read_text(text, format, header, labels)
    believed = shown.format or _believed(ending, content)
    if believed == "txt" != format:
        format = "txt"
        content, found = _read_text(text, format, header, labels)
    count = None if format == "json" else undecoded_characters(text)
    return _transcript(content, found, digest, format, encoding, labels, count, ending, believed)


def ending_of(name: str) -> Format:
    """The format a file name's ending says; `unknown` for any other."""
    return _ENDINGS.get(PurePosixPath(name).suffix.lower(), "unknown")


_ENDINGS: dict[str, Format] = {f".{format}": format for format in READER_VERSIONS if format != "unknown"}


def _refused(data: bytes, ending: Format, shown: Shown) -> Fault | None:
    """Why the bytes are not looked at further, or None."""
    if len(data) > LARGEST:
        return Fault("too_large", found=f"{LARGEST // 1_000_000} MB")
    if not data.strip():
        return Fault("empty")
    if shown.fault is not None:
        return shown.fault
    if ending == "unknown" and shown.format is None:
        return Fault("unknown_format")
    return Fault("damaged") if ending in ("docx", "rtf", "pdf", "eaf") and shown.format is None else None


def _read_document(
    data: bytes, format: Format, fields: Collection[str], labels: Collection[str]
) -> tuple[Content, dict[str, str]]:
    """Formats whose bytes are not plain text; each reader is imported only when a file needs it."""
    if format == "docx":
        from evidence.transcripts.word import read_word

        return read_word(data, fields, labels)
    if format == "rtf":
        from evidence.transcripts.rtf import read_rtf

        return read_rtf(data, fields, labels)
    if format == "pdf":
        from evidence.transcripts.pdf import read_pdf

        return read_pdf(data, fields, labels)
    from evidence.transcripts.elan import read_elan

    return read_elan(data, fields)


def _read_text(
    text: str, format: Format, fields: Collection[str], labels: Collection[str]
) -> tuple[Content, dict[str, str]]:
    if format in ("vtt", "srt"):
        return read_timed(text, fields, vtt=format == "vtt")
    if format == "json":
        from evidence.transcripts.recognised import read_recognised

        return read_recognised(text, fields)
    if format == "cha":
        from evidence.transcripts.chat import read_chat

        return read_chat(text, fields)
    return read_plain(text, fields, labels)


def _believed(ending: Format, content: Content) -> Format:
    """What text without a signature is taken for: its ending, unless what that format must hold is not there."""
    if ending == "vtt":
        return "srt" if content.arrows else "txt"
    if ending in ("srt", "cha") and not content.arrows:
        return "txt"
    return ending


def _transcript(
    content: Content,
    header: dict[str, str],
    digest: str,
    format: Format,
    encoding: str,
    labels: Collection[str],
    undecoded: int | None,
    ending: Format,
    believed: Format | None = None,
) -> Transcript:
    """The transcript with its conservation counts: letters in by one path, letters kept by the other."""
    table = turn_table(turns(content.lines, labels))
    kept = [*table["speaker"], *table["text"], *(p.text for p in content.beside if _in_text(p.place))]
    faults = list(content.faults)
    if (believed or format) != ending:
        faults.insert(0, Fault("format_mismatch", found=SPOKEN_NAMES[believed or format]))
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
        sum(_common(content.letters, letters_of(kept)).values()),
        content.arrows,
        content.cues,
        undecoded_characters("\n".join(kept)) if undecoded is None else undecoded,
    )


def _in_text(place: str) -> bool:
    """Whether a passage's letters were counted on the way in; attributes are not text."""
    return not place.startswith(_ATTRIBUTES)


def _common(first: Counter[str], second: Counter[str]) -> Counter[str]:
    return first & second
