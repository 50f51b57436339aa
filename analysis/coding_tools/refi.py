"""Codebooks of REFI-QDA (.qdc): nested codes with descriptions, and sets of codes.

Source: REFI-QDA Standard 1.5 (qdasoftware.org), namespaces urn:QDA-XML:codebook:1.0 and urn:QDA-XML:project:1.0. What
the standard has no place for (origin, version, former codes, an id that is not the name) is written as sets of codes
whose names begin with `fieldtrail:`; another tool shows them as groups, and they come back.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from lxml import etree

from analysis.codebook import CodeEntry, Heading, ToolParts
from analysis.coding_tools.archive import local, parsed_xml
from analysis.coding_tools.export import APART, CodeSystem, ToolExport, segments_of
from analysis.coding_tools.kept import colour, description, plain_guid, sets_of
from study import StudyError

CODEBOOK = "urn:QDA-XML:codebook:1.0"
PROJECT = "urn:QDA-XML:project:1.0"
MARK = "fieldtrail:"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://fieldtrail.invalid/refi-qda")
DEEPEST = 100


def guid_of(kind: str, *names: str) -> str:
    """The same GUID for the same thing, whenever it is written (RFC 9562, version 5)."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join((kind, *names))))


def read_qdc(data: bytes, file: str) -> ToolExport:
    """The codes of a .qdc; StudyError for what is no REFI-QDA codebook."""
    root = parsed_xml(data, file, "the codebook")
    if local(root) == "Project":
        root = next((child for child in root if local(child) == "CodeBook"), root)
    if local(root) != "CodeBook":
        raise StudyError(
            "the file is no REFI-QDA codebook",
            where=file,
            remedy="Export the codebook as .qdc, or the project as .qdpx.",
        )
    system = CodeSystem()
    _, parts = read_codes(root, root, system, file)
    notes = (f"{file} is a REFI-QDA codebook" + _by(root) + f" with {len(system.entries())} codes",)
    return ToolExport("refi_qda", system.entries(), segments_of([]), notes=notes, is_codebook=True, parts=parts)


def read_codes(
    codebook: etree._Element | None, sets_in: etree._Element, system: CodeSystem, file: str
) -> tuple[dict[str, str], ToolParts]:
    """Fill `system` with the codes under a CodeBook; GUID → code id for each, headings too, and what is kept beside."""
    ids: dict[str, str] = {}
    colours: dict[str, str] = {}
    headings: list[Heading] = []
    marks = _marks(sets_in)
    for path, element in _walk(codebook, file):
        guid = plain_guid(element.get("guid"))
        is_heading = element.get("isCodable") in ("false", "0")
        told = marks.get(guid, {})
        values: dict[str, Any] = {"definition": description(element), **told}
        if is_heading:
            values = {name: value for name, value in told.items() if name == "code"}
        code = system.add(path, is_heading=is_heading, **values)
        ids[guid] = code
        if not is_heading and guid != guid_of("code", code):
            system.add(path, guid=guid)
        if found := colour(element):
            colours[code] = found
        if is_heading:
            parent = system.add(path[:-1], is_heading=True) if len(path) > 1 else ""
            heading = Heading(code, path[-1].partition(APART)[0], parent, guid, description(element))
            headings += [heading] if heading != plain_heading(code) else []
    return ids, ToolParts(colours, tuple(headings), tuple(sets_of(sets_in, ids, MARK)))


def plain_heading(code: str) -> Heading:
    """The heading that is made for a parent of which no tool told."""
    return Heading(code, code, "", guid_of("heading", code))


def marks_of(entry: CodeEntry) -> Iterator[str]:
    """The names of the sets that tell of a code what the standard has no place for."""
    if entry.origin == "deductive":
        yield f"{MARK} origin deductive"
    if entry.version:
        yield f"{MARK} version {entry.version}"
    for former in entry.was:
        yield f"{MARK} was {former}"


def _marks(sets_in: etree._Element) -> dict[str, dict[str, Any]]:
    """By GUID what the sets of our own say of a code."""
    found: dict[str, dict[str, Any]] = {}
    for group in sets_in.iter("{*}Set"):
        word, _, value = (group.get("name") or "").removeprefix(MARK).strip().partition(" ")
        if not (group.get("name") or "").startswith(MARK) or word not in ("origin", "version", "was", "code"):
            continue
        for member in group:
            if local(member) != "MemberCode":
                continue
            values = found.setdefault(plain_guid(member.get("targetGUID") or member.get("guid")), {})
            values[word] = tuple(sorted({*values.get("was", ()), value})) if word == "was" else value
    return found


def _walk(codebook: etree._Element | None, file: str) -> Iterator[tuple[tuple[str, ...], etree._Element]]:
    """Every Code with its path of names from the top down, in the order of the file."""
    if codebook is None:
        return
    waiting: list[tuple[tuple[str, ...], etree._Element]] = [
        ((), child) for group in codebook if local(group) == "Codes" for child in group
    ]
    waiting.reverse()
    seen: set[tuple[str, ...]] = set()
    while waiting:
        above, element = waiting.pop()
        if local(element) != "Code":
            continue
        name = " ".join((element.get("name") or "").split())
        guid = plain_guid(element.get("guid"))
        path = (*above, name or f"unnamed {guid}".strip())
        if path in seen:
            path = (*above, f"{path[-1]}{APART}{guid}")
        seen.add(path)
        if len(path) > DEEPEST:
            raise StudyError(f"codes stand more than {DEEPEST} deep", where=file, remedy="Export the codebook again.")
        yield path, element
        waiting += [(path, child) for child in reversed(element)]


def _by(root: etree._Element) -> str:
    origin = " ".join((root.get("origin") or "").split())
    return f" written by {origin[:40]}" if origin else ""
