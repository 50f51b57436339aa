"""The first example with three released transcripts, its codings as coding tools export them; all of it made up."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import openpyxl
import pandas as pd

from analysis import read_codebook
from analysis.coding_tools import write_qdpx
from analysis.coding_tools.export import segments_of
from evidence import read_transcript
from tests.tasks.test_analysis import FEW, release, rewrite, rows

BAD = "analysis/exports"


def study_of_few(study: Path) -> Path:
    """Keep three transcripts and their codings, and put on record what comes before analysis."""
    for file in (study / "transcripts").iterdir():
        if file.stem not in FEW:
            file.unlink()
    rewrite(study / "analysis/codings.csv", lambda codings: [c for c in codings if c["transcript_id"] in FEW])
    release(study)
    (study / BAD).mkdir()
    return study


def codings_in(study: Path, transcript: str) -> list[dict[str, str]]:
    """The rows of the team's own table for one transcript."""
    return [row for row in rows(study / "analysis/codings.csv") if row["transcript_id"] == transcript]


def source_text(study: Path, transcript: str) -> str:
    """The transcript as a coding tool holds it: a header, speakers' labels, every paragraph on a line of its own."""
    (file,) = (study / "transcripts").glob(f"{transcript}.*")
    turns = read_transcript(file.read_bytes(), file.name).turns
    lines = [f"{speaker}: {text}" for speaker, text in zip(turns["speaker"], turns["text"], strict=True)]
    return "\n".join((f"Interview: {transcript}", "Imported for coding 😀", *lines))


def project(study: Path, transcript: str, *, name: str = "", counted: Callable[[str], int] = len) -> bytes:
    """One transcript's codings as .qdpx, each position as `counted` counts the text before it."""
    text = source_text(study, transcript)
    source = name or f"{transcript}.docx"
    places = []
    for row in codings_in(study, transcript):
        begin = text.find(row["quote"])
        assert begin >= 0
        finish = begin + len(row["quote"])
        places.append((source, row["coder"], row["code"], -1, -1, row["quote"], begin, finish, 0))
    book = read_codebook((study / "analysis/codebook.csv").read_bytes())
    written = write_qdpx(book, {source: text}, segments_of(places))
    with zipfile.ZipFile(io.BytesIO(written)) as parts:
        qde = parts.read("project.qde").decode()
    told = re.sub(r'(startPosition|endPosition)="(\d+)"', lambda m: f'{m[1]}="{counted(text[: int(m[2])])}"', qde)
    return repacked(written, but="project.qde", also={"project.qde": told.encode()})


def sheet(header: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    for line in (header, *lines):
        book.active.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table(header: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """A CSV in UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *lines])
    return out.getvalue().encode()


def maxqda(study: Path, transcript: str, *, coder: str = "", document: str = "") -> bytes:
    """One transcript's coded segments as MAXQDA exports them."""
    header = ("Color", "Document group", "Document name", "Code", "Begin", "End", "Weight score", "Segment", "Author")
    lines = [
        (
            "●",
            "Group A",
            document or transcript,
            row["code"],
            row["start"],
            row["end"],
            0,
            row["quote"],
            coder or row["coder"],
        )
        for row in codings_in(study, transcript)
    ]
    return sheet(header, lines)


def repacked(project: bytes, *, but: str = "", also: dict[str, bytes] | None = None) -> bytes:
    """The archive without the members whose name holds `but`, and with others."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(project)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if not but or but not in entry.filename:
                new.writestr(entry, old.read(entry))
        for path, data in (also or {}).items():
            new.writestr(path, data)
    return out.getvalue()


def claiming(project: bytes, size: int) -> bytes:
    """The archive with its first member declared so large, as a bomb declares what it unpacks to."""
    at = project.rfind(b"PK\x01\x02", 0, project.find(b"PK\x01\x02") + 4)
    return project[: at + 24] + struct.pack("<I", size) + project[at + 28 :]


def imports(study: Path, files: dict[str, bytes], *more: str) -> None:
    """Write exports and name them in study.yaml; `more` are further lines under `analysis`."""
    protocol = study / "study.yaml"
    lines = []
    for name, data in files.items():
        path, _, rest = name.partition(" ")
        (study / BAD / path).write_bytes(data)
        lines.append(f"    - {{file: {BAD}/{path}{', ' + rest if rest else ''}}}")
    named = "\n".join(("  imports:", *lines, *more))
    text = protocol.read_text()
    protocol.write_text(
        text.replace("  codings: analysis/codings.csv\n", f"  codings: analysis/codings.csv\n{named}\n")
    )


def accepted(segments: pd.DataFrame) -> set[tuple[str, str, str, str]]:
    """What was coded, whatever file it came from: transcript, coder, code, quote without its spaces."""
    table = segments[["transcript", "coder", "code", "quote"]].itertuples(index=False)
    return {(t, c, code, "".join(quote.split())) for t, c, code, quote in table}
