"""What every export of a coding tool becomes: codes, segments, documents, and what could not be used, in one shape.

Tools give codes any name; here each has an id as well (letters, digits, dot, dash, underscore), by which the trail and
the team's own files call it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.checks import Problem
from analysis.codebook import CodeEntry, ToolParts

SEGMENTS = ["source", "coder", "code", "start", "end", "text", "begin", "finish", "row"]
SUBJECT = "analysis:codings"
LONGEST = 64
_OTHER = re.compile(r"[^A-Za-z0-9.]+")
APART = "\x1f"
"""Parts a name in a path from what tells it from another code of that name in the same place."""


@dataclass(frozen=True, slots=True)
class ToolExport:
    """One export, read: nothing in it is matched against the study yet.

    `codes` are sorted by id; `is_codebook` says that they are a code system with definitions, and not only the names
    seen on segments. `segments` has one row a segment × code: source (the document's name in the tool), coder (a name,
    "" where the export has none), code (an id of `codes`), start and end (paragraphs or turns as the tool counts, -1
    where it does not), text, begin and finish (code points in the source's text, -1 where unknown), row (in the table,
    or the segment's number in the project file). `sources` maps each document to its text, None where the export holds
    none. `notes` are sentences about how the file was understood.
    """

    tool: str
    codes: tuple[CodeEntry, ...]
    segments: pd.DataFrame
    sources: Mapping[str, str | None] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    memos: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_codebook: bool = False
    parts: ToolParts = field(default_factory=ToolParts)


def segments_of(rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """A frame of segments from rows in the order of SEGMENTS."""
    frame = pd.DataFrame(list(rows), columns=pd.Index(SEGMENTS))
    whole = dict.fromkeys(("start", "end", "begin", "finish", "row"), "int64")
    return frame.astype(whole).astype(dict.fromkeys(("source", "coder", "code", "text"), object))


def key(name: str) -> str:
    """A code's name for comparison: letters and digits alone, without case, marks and accents' spelling."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def code_id(name: str) -> str:
    """The id a name gives by itself: ASCII letters, digits and dots, the rest an underscore; never empty.

    A name that is an id already stays as it is. A name without such letters is told by its digest, and so is the end of
    one that is too long.
    """
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}", name):
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = _OTHER.sub("_", plain).strip("_.")
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    lost = sum(c.isalnum() for c in name) > 2 * sum(c.isalnum() for c in slug)
    if lost or not slug:
        slug = f"{slug}_{mark}" if slug else f"c{mark}"
    return slug if len(slug) <= LONGEST else f"{slug[: LONGEST - 9].rstrip('_.')}_{mark}"


class CodeSystem:
    """Codes by their path (names from the top down), each given an id of its own in the order they come."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, ...], dict[str, Any]] = {}
        self._codes: dict[tuple[str, ...], None] = {}
        self._ids: dict[str, tuple[str, ...]] = {}

    def add(self, path: Sequence[str], *, is_heading: bool = False, **values: Any) -> str:
        """The id of the code at that path, which is made where it is new; `values` are fields of CodeEntry.

        What stands above it is made first, as a heading until it is added itself; a heading is no code. Of two codes
        of one name the second is called by its path, unless `code` gives its id.
        """
        place = tuple(path)
        if place not in self._entries:
            parent = self.add(place[:-1], is_heading=True) if len(place) > 1 else ""
            self._entries[place] = {"code": values.get("code") or self._free(place), "parent": parent}
            self._ids.setdefault(self._entries[place]["code"], place)
        if not is_heading:
            self._codes[place] = None
        self._entries[place] |= values
        return str(self._entries[place]["code"])

    def entries(self) -> tuple[CodeEntry, ...]:
        """Every code, sorted by id."""
        found = []
        for path in self._codes:
            fields = {"definition": "", "origin": "inductive", "version": "", **self._entries[path]}
            name = path[-1].partition(APART)[0]
            if name != fields["code"]:
                fields["name"] = name
            found.append(CodeEntry(**fields))
        return tuple(sorted(found, key=lambda entry: entry.code))

    def _free(self, path: tuple[str, ...]) -> str:
        names = [name.partition(APART)[0] for name in path]
        wanted = code_id(names[-1])
        longer = code_id(".".join(map(code_id, names)))
        marked = f"{wanted[: LONGEST - 9]}_{hashlib.sha256(APART.join(path).encode()).hexdigest()[:8]}"
        for candidate in (wanted, longer, marked):
            if self._ids.setdefault(candidate, path) == path:
                return candidate
        raise AssertionError("two codes of one path")  # the digest tells paths apart
