"""The exports of coding tools that study.yaml names, each read in a child process: a bad one costs only itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from analysis.checks import Problem
from analysis.coding_tools import ToolExport, read_export
from analysis.coding_tools.export import SUBJECT
from evidence import isolated
from study import Protocol
from study.protocol.analysis import CodingFile

SECONDS = 300.0
MEGABYTES = 2000
LARGEST_BESIDE = 50 << 20


@dataclass(frozen=True, slots=True)
class ReadExport:
    """One export as study.yaml names it: its bytes, and what they hold; None where it could not be read, and why."""

    spec: CodingFile
    data: bytes
    export: ToolExport | None
    refused: str = ""

    @property
    def problem(self) -> Problem | None:
        """AN014 where it could not be read."""
        if self.export is not None:
            return None
        return Problem("AN014", self.spec.file, 0, "", SUBJECT, self.refused)


def read_imports(root: Path, protocol: Protocol) -> list[ReadExport]:
    """Every export of the protocol, in its order."""
    specs = protocol.analysis.imports
    there = [(spec, data) for spec in specs if (data := _bytes(root, spec.file)) is not None]
    calls = ((data, spec.file, spec.tool, str((root / spec.file).parent)) for spec, data in there)
    answers = isolated.call_each(_read, calls, seconds=SECONDS, megabytes=MEGABYTES) if there else iter(())
    read = {id(spec): _read_export(spec, data, next(answers)) for spec, data in there}
    missing = "There is no such file; put it there, or correct study.yaml, analysis.imports."
    return [read.get(id(spec)) or ReadExport(spec, b"", None, missing) for spec in specs]


def notes_of(read: Iterable[ReadExport]) -> Iterator[str]:
    """What the exports were understood as, a sentence each."""
    for one in read:
        if one.export is not None:
            yield from (f"{note}." for note in one.export.notes)


def _read(data: bytes, file: str, tool: str, folder: str) -> ToolExport:
    """Runs in the child process."""
    return read_export(data, file, tool=tool, beside=_Beside(folder))


@dataclass(frozen=True, slots=True)
class _Beside:
    """Files beside an export, or in a folder `sources` there, by their name alone."""

    folder: str

    def __call__(self, name: str) -> bytes | None:
        plain = PurePosixPath(name).name
        for place in (Path(self.folder), Path(self.folder) / "sources", Path(self.folder) / "Sources"):
            path = place / plain
            if plain and path.is_file() and path.stat().st_size <= LARGEST_BESIDE:
                return path.read_bytes()
        return None


def _read_export(spec: CodingFile, data: bytes, answer: ToolExport | isolated.ReaderDied) -> ReadExport:
    if isinstance(answer, ToolExport):
        return ReadExport(spec, data, answer)
    if answer.reason == "refused":
        sentence = answer.detail.removeprefix(f"{spec.file}: ")
        return ReadExport(spec, data, None, sentence[:1].upper() + sentence[1:])
    why = {"time": "took too long to read", "memory": "needs too much memory"}.get(answer.reason, "")
    if why:
        return ReadExport(spec, data, None, f"It {why}. Export fewer documents at a time.")
    failure = f"Fieldtrail failed on it ({answer.detail or answer.reason}). Report this, and export it another way."
    return ReadExport(spec, data, None, failure)


def _bytes(root: Path, file: str) -> bytes | None:
    path = root / file
    if not path.is_file() or not path.resolve().is_relative_to(root.resolve()):
        return None
    return path.read_bytes()
