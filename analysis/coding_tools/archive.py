"""Archives of coding tools opened with limits: how much may come out of them, and from where.

A member is unpacked a little at a time and never beyond what it declares; nothing is written to disk, so a path in an
archive leads nowhere.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from lxml import etree

from study import StudyError

LARGEST_UNPACKED = 1 << 30
LARGEST_PROJECT = 200 << 20
LARGEST_SOURCE = 50 << 20
MOST_MEMBERS = 20_000
DAMAGED = "Export the project again, and send the file as it is."


class Archive:
    """The members of an opened archive by their path, without folders, read with limits."""

    def __init__(self, zip: zipfile.ZipFile, file: str) -> None:
        self._zip = zip
        self._file = file
        self._members = {_path(entry.filename): entry for entry in zip.infolist() if not entry.is_dir()}

    def __contains__(self, path: str) -> bool:
        return self.named(path) is not None

    def named(self, path: str) -> str | None:
        """A member by its path, whatever the case of its letters; None when there is none."""
        wanted = _path(path)
        if wanted in self._members:
            return wanted
        return next((member for member in self._members if member.casefold() == wanted.casefold()), None)

    def read(self, path: str, most: int) -> bytes:
        """A member's bytes; StudyError when it is damaged or larger than `most`."""
        found = self.named(path)
        if found is None:
            raise StudyError("a part of the archive is missing", where=self._file, remedy=DAMAGED)
        try:
            with self._zip.open(self._members[found]) as stream:
                data = stream.read(most + 1)
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError, ArithmeticError):
            raise StudyError("a part of the archive is damaged", where=self._file, remedy=DAMAGED) from None
        except Exception as error:
            if type(error).__module__ not in ("zlib", "lzma", "_lzma"):  # their errors have no base of their own
                raise
            raise StudyError("a part of the archive is damaged", where=self._file, remedy=DAMAGED) from None
        if len(data) > most:
            raise StudyError(
                f"a part of the archive is larger than {most >> 20} MB",
                where=self._file,
                remedy="Export less at a time.",
            )
        return data

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)


@contextmanager
def opened_archive(data: bytes, file: str) -> Iterator[Archive]:
    """A ZIP archive; StudyError for what is none, is cut short, has a password or would unpack to too much."""
    try:
        zip = zipfile.ZipFile(io.BytesIO(data))
        entries = zip.infolist()
    except Exception:  # the standard library raises a dozen kinds for a damaged directory
        raise StudyError(
            "the file is no ZIP archive, or only a part of one",
            where=file,
            remedy="Export the project again as .qdpx, and copy the file whole.",
        ) from None
    with zip:
        if any(entry.flag_bits & 1 for entry in entries):
            raise StudyError("the archive has a password", where=file, remedy="Export it again without one.")
        if len(entries) > MOST_MEMBERS or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
            raise StudyError(
                f"the archive unpacks to more than {LARGEST_UNPACKED >> 20} MB or {MOST_MEMBERS:,} files",
                where=file,
                remedy="Export the project again without audio, video and pictures.",
            )
        yield Archive(zip, file)


def parsed_xml(data: bytes, file: str, what: str) -> etree._Element:
    """The root of an XML document, without entities, network or comments; StudyError for what is none."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise StudyError(f"{what} is not readable as XML", where=file, remedy="Export it again.")
    if root.getroottree().docinfo.internalDTD is not None:
        raise StudyError(f"{what} declares entities, which no coding tool does", where=file, remedy="Export it again.")
    return root


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _path(name: str) -> str:
    """A member's path with forward strokes and without `.`; steps upwards are dropped, for they lead nowhere."""
    return "/".join(part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("..", ".", "/"))
