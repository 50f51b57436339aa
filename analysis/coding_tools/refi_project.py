"""Projects of REFI-QDA (.qdpx): a ZIP with project.qde and the sources' texts, coded by position.

Source: REFI-QDA Standard 1.5 (qdasoftware.org). Read are text sources (inline, plain or .docx), the plain text that
stands for a PDF, and transcripts of audio and video by their sync points. Codings of pictures, of regions of a PDF page
and of spans of time have no words to match; they are counted and left out.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote

from lxml import etree

from analysis.checks import Problem
from analysis.coding_tools.archive import (
    LARGEST_PROJECT,
    LARGEST_SOURCE,
    Archive,
    local,
    opened_archive,
    parsed_xml,
)
from analysis.coding_tools.export import SUBJECT, CodeSystem, ToolExport, segments_of
from analysis.coding_tools.kept import plain_guid
from analysis.coding_tools.positions import Selection, one_line_end, placed
from analysis.coding_tools.refi import read_codes
from study import StudyError

Beside = Callable[[str], bytes | None]
"""Bytes of a file that lies beside the project file, by its name alone."""
_LINKS = ("internal://", "relative://", "file://")
_UNSPOKEN = ("PictureSelection", "PDFSelection", "AudioSelection", "VideoSelection")


@dataclass
class _Read:
    """What is gathered while the sources are read."""

    file: str
    codes: Mapping[str, str]
    users: Mapping[str, str]
    rows: list[tuple[str, str, str, int, int, str, int, int, int]] = field(default_factory=list)
    sources: dict[str, str | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    whole: int = 0
    number: int = 0


def read_qdpx(data: bytes, file: str, beside: Beside = lambda name: None) -> ToolExport:
    """Codes, coded segments, texts and memos of a project; a source without its text becomes a problem (AN041).

    Texts that lie outside the archive are asked of `beside` by their name. StudyError for what is no ZIP archive, has
    no project.qde, or is no REFI-QDA project.
    """
    with opened_archive(data, file) as archive:
        name = archive.named("project.qde") or next((m for m in archive if m.lower().endswith(".qde")), None)
        if name is None:
            raise StudyError(
                "the archive has no project.qde, so it is no REFI-QDA project",
                where=file,
                remedy="Export the project again, as REFI-QDA (.qdpx).",
            )
        root = parsed_xml(archive.read(name, LARGEST_PROJECT), file, "project.qde")
        if local(root) != "Project":
            raise StudyError("project.qde holds no REFI-QDA project", where=file, remedy="Export the project again.")
        system = CodeSystem()
        parts = {local(child): child for child in root}
        guids, kept = read_codes(parts.get("CodeBook"), root, system, file)
        users = {plain_guid(u.get("guid")): " ".join((u.get("name") or "").split()) for u in parts.get("Users", ())}
        read = _Read(file, guids, users)
        for number, source in enumerate(parts.get("Sources", ()), start=1):
            _source(read, source, number, archive, beside)
        memos = tuple(text for note in parts.get("Notes", ()) if (text := _text(note, archive, beside)))
    known = {entry.code for entry in system.entries()}
    rows = [row for row in read.rows if row[2] in known]
    return ToolExport(
        "refi_qda",
        system.entries(),
        segments_of(rows),
        read.sources,
        tuple(read.problems),
        memos,
        tuple(_notes(read, root, len(known), len(rows), len(memos))),
        is_codebook=bool(known),
        parts=kept,
    )


def _source(read: _Read, source: etree._Element, number: int, archive: Archive, beside: Beside) -> None:
    """One source: its text, or that of what stands for it, and the segments coded in it."""
    kind = local(source)
    read.left_out += sum(len(s.findall("{*}Coding")) for name in _UNSPOKEN for s in source.iter(f"{{*}}{name}"))
    texts = [source] if kind == "TextSource" else [c for c in source if local(c) in ("Representation", "Transcript")]
    name = _name(read, source, number)
    for element in texts or ([source] if kind not in ("PictureSource", "AudioSource", "VideoSource") else []):
        read.whole += len(element.findall("{*}Coding"))
        raw = _text(element, archive, beside)
        read.sources[name] = None if raw is None else one_line_end(raw)
        selections = list(_selections(element))
        if raw is None:
            if selections or kind == "TextSource":
                read.problems.append(Problem("AN041", read.file, number, "source", SUBJECT))
            read.number += len(selections)
            continue
        _coded(read, name, raw, selections)


def _coded(read: _Read, name: str, raw: str, selections: list[tuple[Selection, etree._Element]]) -> None:
    """The segments of one text: a row for each code of each selection."""
    where = placed(raw, [selection for selection, _ in selections])
    read.counted[where.counted] += 1
    text = one_line_end(raw)
    for at, ((_, element), place) in enumerate(zip(selections, where.places, strict=True)):
        read.number += 1
        codings = element.findall("{*}Coding")
        if codings and at in where.doubtful:
            read.problems.append(Problem("AN042", read.file, read.number, "position", SUBJECT))
        if place is None:
            read.problems += [Problem("AN003", read.file, read.number, "position", SUBJECT)] if codings else []
            continue
        for coding in codings:
            ref = coding.find("{*}CodeRef")
            code = read.codes.get(plain_guid(ref.get("targetGUID") if ref is not None else None))
            if code is None:
                read.problems.append(Problem("AN002", read.file, read.number, "CodeRef", SUBJECT))
                continue
            user = plain_guid(coding.get("creatingUser") or element.get("creatingUser"))
            coder = read.users.get(user, "")
            begin, finish = place
            read.rows.append((name, coder, code, -1, -1, text[begin:finish], begin, finish, read.number))


def _selections(element: etree._Element) -> Iterator[tuple[Selection, etree._Element]]:
    """Selections in a text, by their positions; those of a transcript by its sync points."""
    points = {plain_guid(p.get("guid")): _whole(p.get("position")) for p in element.findall("{*}SyncPoint")}
    for child in element:
        if local(child) == "PlainTextSelection":
            begin, finish = _whole(child.get("startPosition")), _whole(child.get("endPosition"))
        elif local(child) == "TranscriptSelection":
            begin = points.get(plain_guid(child.get("fromSyncPoint")), -1)
            finish = points.get(plain_guid(child.get("toSyncPoint")), -1)
        else:
            continue
        yield Selection(begin, finish, child.get("name") or ""), child


def _name(read: _Read, source: etree._Element, number: int) -> str:
    """The document's name in the tool; a second one of that name is numbered."""
    name = " ".join((source.get("name") or "").split()) or f"document {number}"
    return name if name not in read.sources else f"{name} ({number})"


def _text(element: etree._Element, archive: Archive, beside: Beside) -> str | None:
    """The text of a source or note: written in the project file, or in a file of its own; None when it is not there."""
    inline = element.find("{*}PlainTextContent")
    if inline is not None:
        return "".join(inline.itertext())  # type: ignore[arg-type]
    for key in ("plainTextPath", "richTextPath"):
        path = element.get(key)
        data = _linked(path, archive, beside) if path else None
        if data is None or not path:
            continue
        text = _word_text(data) if path.lower().endswith(".docx") else _decoded(data)
        if text is not None:
            return text
    return None


def _linked(path: str, archive: Archive, beside: Beside) -> bytes | None:
    """The bytes a path leads to: within the archive, or by its name alone beside it."""
    start = next((link for link in _LINKS if path.lower().startswith(link)), "")
    plain = unquote(path[len(start) :]).replace("\\", "/")
    name = PurePosixPath(plain).name
    for member in (f"sources/{plain}", plain, f"sources/{name}"):
        if start != "file://" and member in archive:
            return archive.read(member, LARGEST_SOURCE)
    return beside(name) if name and start != "internal://" else None


def _decoded(data: bytes) -> str | None:
    """Text in UTF-8, or UTF-16 with its mark; None for anything else."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _word_text(data: bytes) -> str | None:
    """The paragraphs of a .docx, one a line; None for what is none."""
    import docx

    try:
        with opened_archive(data, ""):
            return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)
    except Exception:  # python-docx raises a dozen types of its own on a damaged package
        return None


def _whole(text: str | None) -> int:
    return int(text) if text and text.strip().isdecimal() and len(text) < 12 else -1


def _notes(read: _Read, root: etree._Element, codes: int, segments: int, memos: int) -> Iterator[str]:
    origin = " ".join((root.get("origin") or "").split())[:40]
    by = f" written by {origin}" if origin else ""
    yield (
        f"{read.file} is a REFI-QDA project{by}: {_many(codes, 'code')}, {_many(segments, 'coded segment')} in "
        f"{_many(len(read.sources), 'document')}, {_many(memos, 'memo')}"
    )
    for counted, documents in sorted(read.counted.items()):
        if counted and counted != "code points":
            yield f"{read.file} counts positions in {counted} ({_many(documents, 'document')})"
    if read.left_out:
        left = _many(read.left_out, "coding")
        yield f"{read.file}: {left} of pictures, pages, audio or video left out, for want of words"
    if read.whole:
        yield f"{read.file}: {_many(read.whole, 'coding')} of whole documents left out"


def _many(count: int, one: str) -> str:
    return f"{count:,} {one}{'s' * (count != 1)}"
