"""The same spoken turns written as each format: what fuzzing breaks and what the benchmarks read.

Layouts are the plainest each format knows; the quirks of real exports are the readers' own tests.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import NamedTuple


class Said(NamedTuple):
    """One turn: seconds from the start, who, what."""

    start: float
    end: float
    speaker: str
    text: str


def stamp(seconds: float, mark: str = ".") -> str:
    """`00:01:02.500`"""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{mark}{thousandths:03}"


def as_vtt(turns: Sequence[Said]) -> bytes:
    cues = (f"{stamp(t.start)} --> {stamp(t.end)}\n<v {t.speaker}>{escape(t.text, quote=False)}</v>\n" for t in turns)
    return ("WEBVTT\n\n" + "\n".join(cues)).encode()


def as_srt(turns: Sequence[Said]) -> bytes:
    cues = (
        f"{n}\n{stamp(t.start, ',')} --> {stamp(t.end, ',')}\n{t.speaker}: {t.text}\n" for n, t in enumerate(turns, 1)
    )
    return "\n".join(cues).encode()


def as_txt(turns: Sequence[Said]) -> bytes:
    return "\n\n".join(f"{t.speaker}: {t.text}" for t in turns).encode() + b"\n"


def as_docx(turns: Sequence[Said]) -> bytes:
    import docx

    document = docx.Document()
    for turn in turns:
        document.add_paragraph(f"{turn.speaker}: {turn.text}")
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def as_rtf(turns: Sequence[Said]) -> bytes:
    def spelled(text: str) -> str:
        plain = text.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
        return "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in plain)

    body = "\n".join(f"\\pard {spelled(f'{t.speaker}: {t.text}')}\\par" for t in turns)
    return f"{{\\rtf1\\ansi\\ansicpg1252\\uc1{{\\fonttbl{{\\f0 Times;}}}}\\f0\n{body}\n}}\n".encode()


def as_pdf(turns: Sequence[Said], *, columns: int = 88, rows: int = 50) -> bytes:
    """Uncompressed, in Helvetica; only characters of Latin-1."""
    lines: list[str] = []
    for turn in turns:
        lines += [*_wrapped(f"{turn.speaker}: {turn.text}", columns), ""]
    pages = [lines[n : n + rows] for n in range(0, len(lines), rows)]
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (len(pages), b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(pages)))),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, page in enumerate(pages):
        shown = (
            b"BT /F1 10 Tf 14 TL 50 780 Td\n" + b"".join(b"(%s) Tj T*\n" % _pdf_string(line) for line in page) + b"ET"
        )
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % (5 + 2 * number)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown))
    made, starts = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        starts.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % start for start in starts)
    made += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(made)


def as_json(turns: Sequence[Said]) -> bytes:
    """Whisper's layout with speakers."""
    segments = [{"id": n, **turn._asdict()} for n, turn in enumerate(turns)]
    return json.dumps({"text": " ".join(t.text for t in turns), "segments": segments}, ensure_ascii=False).encode()


def as_eaf(turns: Sequence[Said]) -> bytes:
    slots = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="a{n}" TIME_VALUE="{round(t.start * 1000)}"/>'
        f'<TIME_SLOT TIME_SLOT_ID="b{n}" TIME_VALUE="{round(t.end * 1000)}"/>\n'
        for n, t in enumerate(turns)
    )
    tiers = "".join(
        f'<TIER TIER_ID="{speaker}" LINGUISTIC_TYPE_REF="default-lt">\n'
        + "".join(
            f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="n{n}" TIME_SLOT_REF1="a{n}" TIME_SLOT_REF2="b{n}">'
            f"<ANNOTATION_VALUE>{escape(t.text, quote=False)}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>\n"
            for n, t in enumerate(turns)
            if t.speaker == speaker
        )
        + "</TIER>\n"
        for speaker in dict.fromkeys(t.speaker for t in turns)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT AUTHOR="" FORMAT="3.0" VERSION="3.0">\n'
        f'<HEADER TIME_UNITS="milliseconds"/>\n<TIME_ORDER>\n{slots}</TIME_ORDER>\n{tiers}</ANNOTATION_DOCUMENT>\n'
    ).encode()


def as_cha(turns: Sequence[Said]) -> bytes:
    said = "".join(f"*{t.speaker}:\t{t.text} \x15{round(t.start * 1000)}_{round(t.end * 1000)}\x15\n" for t in turns)
    return f"@UTF8\n@Begin\n@Languages:\teng\n{said}@End\n".encode()


def _wrapped(text: str, columns: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _pdf_string(line: str) -> bytes:
    plain = line.encode("cp1252", "replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


WRITERS: Mapping[str, Callable[[Sequence[Said]], bytes]] = {
    "vtt": as_vtt,
    "srt": as_srt,
    "txt": as_txt,
    "docx": as_docx,
    "rtf": as_rtf,
    "pdf": as_pdf,
    "json": as_json,
    "eaf": as_eaf,
    "cha": as_cha,
}
