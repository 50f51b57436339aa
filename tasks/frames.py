"""The sampling frame's file, .csv, .xlsx or .sav, as a frame; a damaged .sav can only harm a child process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from evidence import isolated
from sampling.frame import Frame, frame_from
from sampling.frame_file import Cells, labelled, read_cells
from study import StudyError
from study.objects import NotStored
from tasks.frame_sav import Labelled, read_labelled

if TYPE_CHECKING:
    from tasks.workspace import Workspace

SECONDS = 60.0
MEGABYTES = 1024
SPSS = (".sav", ".zsav")
_WHY = {"time": "took too long", "memory": "needed too much memory", "crashed": "crashed", "failed": "failed"}


def read_frame(data: bytes, name: str, id_column: str, *, personal: bool = False) -> Frame:
    """Read a frame from the bytes of a .csv (UTF-8), .xlsx (its first sheet) or .sav file (labels for codes)."""
    return frame_from(frame_cells(data, name, id_column), id_column, personal=personal)


def frame_cells(data: bytes, name: str, id_column: str) -> Cells:
    """The frame's file as a table of text, before any column is asked for."""
    if not name.lower().endswith(SPSS):
        return read_cells(data, name)
    found = _parsed(data)
    if isinstance(found, isolated.ReaderDied):
        refused = found.detail.rstrip(".") if found.reason == "refused" else ""
        raise StudyError(
            refused or f"the file is no .sav file or damaged: its reader {_WHY[found.reason]}",
            where=name,
            remedy="Save it again as .sav, or as CSV UTF-8 with value labels.",
        )
    return labelled(*found, name, id_column=id_column)


def frame_rows(place: Workspace) -> list[dict[str, str]]:
    """The common frame's rows, column → text, in the order of the file; none where there is no such file."""
    plan = place.protocol.sampling
    try:
        cells = frame_cells(place.files.get(plan.frame), plan.frame, plan.id_column)
    except NotStored:
        return []
    return [dict(zip(cells.columns, row, strict=True)) for _, row in cells.rows]


@lru_cache(maxsize=4)
def _parsed(data: bytes) -> Labelled | isolated.ReaderDied:
    """The child's answer, kept for a run: several steps of it read the frame."""
    with TemporaryDirectory(prefix="fieldtrail-") as folder:
        path = Path(folder) / "frame.sav"
        path.write_bytes(data)
        return isolated.call(read_labelled, str(path), seconds=SECONDS, megabytes=MEGABYTES)
