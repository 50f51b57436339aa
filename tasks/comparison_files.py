"""Files of the comparisons: what a person may have written, and what is written to out/."""

from __future__ import annotations

from study.objects import NotStored
from tasks.workspace import Workspace


def file_or_none(place: Workspace, path: str) -> bytes | None:
    """A file of the study folder; None where there is none."""
    try:
        return place.files.get(path)
    except NotStored:
        return None


def kept(place: Workspace, name: str, data: bytes) -> tuple[str]:
    """Write a page or document to out/; its path in the study folder."""
    place.out.put(name, data)
    return (f"{place.protocol.storage.out}/{name}",)
