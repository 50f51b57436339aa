"""REFI-QDA written: a codebook as .qdc, and a project with sources and positions as .qdpx.

The same input gives the same bytes: GUIDs are made from names, and an archive carries no time of writing.
"""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping

import pandas as pd
from lxml import etree

from analysis.codebook import Codebook, CodeEntry, Heading
from analysis.coding_tools.export import code_id
from analysis.coding_tools.refi import CODEBOOK, MARK, PROJECT, guid_of, marks_of, plain_heading

ORIGIN = "Fieldtrail"
WRITTEN = "1980-01-01T00:00:00Z"
"""No time of writing: an archive's first possible day stands for it."""
_FIXED = (1980, 1, 1, 0, 0, 0)


def write_qdc(codebook: Codebook) -> bytes:
    """The codebook of one version as .qdc; `read_export` gives back the same codes, headings, colours and sets."""
    root = etree.Element(f"{{{CODEBOOK}}}CodeBook", nsmap=_unprefixed(CODEBOOK), origin=ORIGIN)
    _codes(root, codebook, CODEBOOK)
    _sets(root, codebook, CODEBOOK)
    return _bytes(root)


def write_qdpx(codebook: Codebook, sources: Mapping[str, str], segments: pd.DataFrame, *, name: str = "study") -> bytes:
    """A project: the codebook, each source's text, and each segment at its place.

    `segments` has the columns source, coder, code, begin and finish (code points of the source's text, the end not
    included), as `ToolExport.segments`. A segment whose source or code is not given is left out.
    """
    root = etree.Element(
        f"{{{PROJECT}}}Project",
        nsmap=_unprefixed(PROJECT),
        name=name,
        origin=ORIGIN,
        creationDateTime=WRITTEN,
        modifiedDateTime=WRITTEN,
    )
    users = etree.SubElement(root, f"{{{PROJECT}}}Users")
    for coder in sorted(set(segments["coder"]) - {""}):
        etree.SubElement(users, f"{{{PROJECT}}}User", guid=guid_of("user", coder), name=coder)
    book = etree.SubElement(root, f"{{{PROJECT}}}CodeBook")
    _codes(book, codebook, PROJECT)
    texts = {guid_of("source", source): text for source, text in sources.items()}
    _sources(root, codebook, sources, segments)
    _sets(root, codebook, PROJECT)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zip:
        zip.writestr(zipfile.ZipInfo("project.qde", _FIXED), _bytes(root))
        for guid, text in sorted(texts.items()):
            zip.writestr(zipfile.ZipInfo(f"sources/{guid}.txt", _FIXED), text.encode())
    return out.getvalue()


def _codes(book: etree._Element, codebook: Codebook, space: str) -> None:
    """Codes under their parents; a parent that is no code itself is a heading nobody can code with."""
    entries = {entry.code: entry for entry in codebook.codes}
    below: dict[str, list[CodeEntry | Heading]] = defaultdict(list)
    for one in _nodes(codebook).values():
        is_top = isinstance(one, CodeEntry) and _in_circle(one, entries)
        below["" if is_top else one.parent].append(one)
    inside = etree.SubElement(book, f"{{{space}}}Codes")
    waiting = [(inside, one) for one in sorted(below[""], key=lambda e: e.code, reverse=True)]
    while waiting:
        above, one = waiting.pop()
        name, is_code = one.name or one.code, "true" if isinstance(one, CodeEntry) else "false"
        element = etree.SubElement(above, f"{{{space}}}Code", guid=_code_guid(one), name=name, isCodable=is_code)
        if colour := codebook.parts.colours.get(one.code):
            element.set("color", colour)
        _describe(element, one.definition, space)
        children = sorted(below.get(one.code, ()), key=lambda e: e.code, reverse=True)
        waiting += [(element, child) for child in children]


def _nodes(codebook: Codebook) -> dict[str, CodeEntry | Heading]:
    """Codes and headings by id: those the tool told of, and one for every other parent."""
    nodes: dict[str, CodeEntry | Heading] = {heading.code: heading for heading in codebook.parts.headings}
    nodes |= {entry.code: entry for entry in codebook.codes}
    return {parent: plain_heading(parent) for one in nodes.values() if (parent := one.parent)} | nodes


def _describe(element: etree._Element, text: str, space: str) -> None:
    if text:
        etree.SubElement(element, f"{{{space}}}Description").text = _clean(text)


def _sets(root: etree._Element, codebook: Codebook, space: str) -> None:
    """What the standard has no place for, then the team's own sets."""
    nodes = _nodes(codebook)
    groups: dict[str, list[str]] = defaultdict(list)
    marked: list[CodeEntry | Heading] = [*codebook.codes, *codebook.parts.headings]
    for one in marked:
        for mark in (*(marks_of(one) if isinstance(one, CodeEntry) else ()), *_own_id(one)):
            groups[mark].append(_code_guid(one))
    written = [(guid_of("set", mark), mark, "", members) for mark, members in sorted(groups.items())]
    for own in codebook.parts.sets:
        guids = [_code_guid(nodes[code]) for code in own.members if code in nodes]
        written += [(own.guid or guid_of("set", own.name), own.name, own.definition, guids)] if guids else []
    if not written:
        return
    sets = etree.SubElement(root, f"{{{space}}}Sets")
    for set_guid, name, definition, members in written:
        group = etree.SubElement(sets, f"{{{space}}}Set", guid=set_guid, name=name)
        _describe(group, definition, space)
        for guid in members:
            member = "guid" if space == CODEBOOK else "targetGUID"
            etree.SubElement(group, f"{{{space}}}MemberCode", {member: guid})


def _own_id(entry: CodeEntry | Heading) -> Iterable[str]:
    """A set that tells the id of a code whose name gives another one."""
    return [f"{MARK} code {entry.code}"] if code_id(entry.name or entry.code) != entry.code else []


def _sources(root: etree._Element, codebook: Codebook, sources: Mapping[str, str], segments: pd.DataFrame) -> None:
    guids = {entry.code: _code_guid(entry) for entry in codebook.codes}
    inside = etree.SubElement(root, f"{{{PROJECT}}}Sources")
    by_source = {str(source): rows for source, rows in segments.groupby("source", sort=False)}
    for source in sorted(sources):
        guid = guid_of("source", source)
        element = etree.SubElement(
            inside, f"{{{PROJECT}}}TextSource", guid=guid, name=source, plainTextPath=f"internal://{guid}.txt"
        )
        rows = by_source.get(source)
        for coder, code, begin, finish in [] if rows is None else _places(rows):
            if code not in guids:
                continue
            place = (source, coder, code, str(begin), str(finish))
            by = {"creatingUser": guid_of("user", coder)} if coder else {}
            selection = etree.SubElement(
                element,
                f"{{{PROJECT}}}PlainTextSelection",
                {
                    "guid": guid_of("selection", *place),
                    "name": _clean(sources[source][begin : begin + 40]),
                    "startPosition": str(begin),
                    "endPosition": str(finish),
                    **by,
                },
            )
            coding = etree.SubElement(selection, f"{{{PROJECT}}}Coding", {"guid": guid_of("coding", *place), **by})
            etree.SubElement(coding, f"{{{PROJECT}}}CodeRef", targetGUID=guids[code])


def _places(rows: pd.DataFrame) -> list[tuple[str, str, int, int]]:
    table = rows[["coder", "code", "begin", "finish"]].itertuples(index=False)
    return sorted({(str(r), str(c), int(b), int(f)) for r, c, b, f in table}, key=lambda one: (one[2], one[3], *one))


def _in_circle(entry: CodeEntry, entries: Mapping[str, CodeEntry]) -> bool:
    """Whether a code stands above itself."""
    seen = {entry.code}
    above = entry.parent
    while above in entries and above not in seen:
        seen.add(above)
        above = entries[above].parent
    return above == entry.code


def _code_guid(one: CodeEntry | Heading) -> str:
    return one.guid or guid_of("code" if isinstance(one, CodeEntry) else "heading", one.code)


def _clean(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )


def _unprefixed(space: str) -> dict[str, str]:
    return {None: space}  # type: ignore[dict-item]  # the stubs know no default namespace


def _bytes(root: etree._Element) -> bytes:
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")
