"""Where a query stands, as out/ may say it: without participant codes, and without names of files that may be people's.

Transcripts, field notes and documents are named by whoever sends them, often after somebody. A name that is an id
(`I0007`, `S011`) is shown; any other file goes by its opaque ref, under which restricted/queries/ names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import PurePosixPath

from study import Query
from tasks.codes import CODE
from tasks.field_notes import document_folders
from tasks.transcript_files import format_of
from tasks.workspace import Workspace

_KINDS = {
    "transcript": "a transcript named after no interview",
    "fieldnote": "a field note or document",
    "copy": "a field note or document",
}
_ID = r"[A-Za-z]{1,4}[-_]?\d{1,9}"


class QueryPlaces:
    """The places of a study's queries; the files are listed only when a query is about one that bears no id."""

    def __init__(self, place: Workspace) -> None:
        self._place = place
        self._code = re.compile(rf"(?<![^\W_])(?:{place.protocol.participants.code_pattern})(?![^\W_])")

    def shown(self, query: Query) -> str:
        """The query's place for the team's pages."""
        kind, _, id = query.subject.partition(":")
        if kind not in _KINDS or not query.where.startswith(tuple(f"{folder}/" for folder in self._folders)):
            return self._without_codes(query.where)
        if CODE.fullmatch(id.encode()):
            return self._of_no_interview(query, _KINDS[kind], id)
        path, _, _ = query.where.partition(",")
        return self._without_codes(query.where) if self._is_plain(path) else f"a transcript of {id}"

    def _of_no_interview(self, query: Query, kind: str, ref: str) -> str:
        path = self._paths.get(ref, "")
        if not path or not query.where.startswith(path):
            return f"{kind} ({ref})"
        if self._is_plain(path):
            return self._without_codes(query.where)
        inside = query.where.removeprefix(path).lstrip(", ")
        return f"{kind} ({ref}){', ' if inside else ''}{inside}"

    def _is_plain(self, path: str) -> bool:
        """Whether a path holds nothing but ids: its folder is the study's own, its ending a format's."""
        whole = PurePosixPath(path)
        return (
            whole.parent.as_posix() in self._folders and bool(self._id.fullmatch(whole.stem)) and _is_format(whole.name)
        )

    def _without_codes(self, where: str) -> str:
        path, comma, rest = where.partition(",")
        return self._code.sub("•••", path) + comma + rest

    @cached_property
    def _id(self) -> re.Pattern[str]:
        """An id as such, or in a transcript's name as the study has them named."""
        conventions = self._place.protocol.transcripts
        before, _, after = conventions.file_name.partition("{interview_id}") if conventions else ("", "", "")
        named = f"{re.escape(before)}(?:{conventions.interview_id_pattern}){re.escape(after)}" if conventions else ""
        return re.compile(f"{_ID}|{named}" if named else _ID)

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        conventions = self._place.protocol.transcripts
        return (*([conventions.folder] if conventions else []), *document_folders(self._place))

    @cached_property
    def _paths(self) -> Mapping[str, str]:
        """Opaque ref → path of every transcript and document that lies there."""
        self._place.codes.read_refs()
        paths = (stored.key for folder in self._folders for stored in self._place.files.list(f"{folder}/"))
        return {ref: path for path in paths if (ref := self._place.codes.known_ref(path))}


def _is_format(name: str) -> bool:
    return format_of(name) != "unknown"
