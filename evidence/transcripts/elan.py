"""ELAN (.eaf): tiers of time-aligned annotations become turns, dependent tiers and metadata stay beside them.

Layout: https://www.mpi.nl/tools/elan/EAF_Annotation_Format_3.0_and_ELAN.pdf. No DTD is needed, and none is allowed.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from lxml import etree

from evidence.transcripts.header import header_of
from evidence.transcripts.transcript import Content, Fault, Line, Passage, letters_of

_VALUE = re.compile(r"<ANNOTATION_VALUE(?:\s[^>]*)?>(.*?)</ANNOTATION_VALUE>", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_REFERENCE = re.compile(r"^[^\s]*\d[^\s]*$")
_SAID = ("ANNOTATION_VALUE", "TIME_SLOT", "ANNOTATION", "ALIGNABLE_ANNOTATION", "REF_ANNOTATION", "TIER", "TIME_ORDER")
_NAMING = ("AUTHOR", "MEDIA_URL", "RELATIVE_MEDIA_URL", "LINK_URL", "RELATIVE_LINK_URL", "EXTRACTED_FROM", "VALUE")


class _Said(NamedTuple):
    """An annotation: seconds from the time slots it rests on, its words, and the line it stands in."""

    start: float
    end: float
    text: str
    line: int


def read_elan(data: bytes, fields: Collection[str]) -> tuple[Content, dict[str, str]]:
    """The annotations of the tiers that hold speech, by start; every other value and attribute beside them."""
    nothing = Content([], [], [], letters_of([]))
    if b"<!DOCTYPE" in data.replace(b"\x00", b"") or b"<!ENTITY" in data.replace(b"\x00", b""):
        nothing.faults.append(Fault("entities"))
        return nothing, {}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        nothing.faults.append(Fault("damaged"))
        return nothing, {}
    content = _content(root)
    raw = etree.tostring(root, encoding="unicode") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else _decoded(data)
    values = [_CDATA.sub(lambda m: html.escape(m[1], quote=False), value) for value in _VALUE.findall(raw)]
    letters = letters_of(html.unescape(value) for value in values)
    header = header_of((p.text for p in content.beside if p.place == "property"), fields)
    return Content(content.lines, content.beside, content.faults, letters, len(values), content.cues), header


def _decoded(data: bytes) -> str:
    declared = re.match(rb"<\?xml[^>]*encoding=[\"']([\w.-]+)", data.lstrip())
    try:
        return data.decode(declared[1].decode() if declared else "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _content(root: Any) -> Content:
    slots = {slot.get("TIME_SLOT_ID"): _milliseconds(slot.get("TIME_VALUE")) for slot in root.iter("TIME_SLOT")}
    tiers = list(root.iter("TIER"))
    said = _annotations(tiers, slots)
    spoken = _spoken(tiers, said)
    lines: list[tuple[float, Line]] = []
    beside: list[Passage] = []
    for tier in tiers:
        id = tier.get("TIER_ID") or ""
        speaker = tier.get("PARTICIPANT") or id
        last = -math.inf
        for entry in said[id]:
            if id in spoken:
                last = last if math.isnan(entry.start) else entry.start
                words = " ".join(entry.text.split())
                lines.append((last, Line(words, entry.line, entry.start, entry.end, speaker)))
            elif entry.text.strip():
                beside.append(Passage("tier", entry.text.strip(), entry.line))
        beside += _attributes_of(tier, "TIER_ID", "PARTICIPANT", "ANNOTATOR")
    ordered = [line for _, line in sorted(lines, key=lambda pair: pair[0])]
    faults = [Fault("time_unreadable", 0)] * sum(value is None for value in slots.values())
    faults += [Fault("end_before_start", line.source_line) for line in ordered if line.end < line.start]
    return Content(ordered, [*beside, *_metadata(root)], faults, letters_of([]), 0, sum(map(len, said.values())))


def _annotations(tiers: list[Any], slots: dict[str | None, float | None]) -> dict[str, list[_Said]]:
    """Annotations by tier; one that refers to another takes its times."""
    times: dict[str | None, tuple[float, float]] = {}
    refers: dict[str | None, str | None] = {}
    for tier in tiers:
        for node in tier.iter("ALIGNABLE_ANNOTATION"):
            start, end = (slots.get(node.get(f"TIME_SLOT_REF{n}")) for n in (1, 2))
            times[node.get("ANNOTATION_ID")] = (math.nan if start is None else start, math.nan if end is None else end)
        refers |= {node.get("ANNOTATION_ID"): node.get("ANNOTATION_REF") for node in tier.iter("REF_ANNOTATION")}
    found: dict[str, list[_Said]] = {}
    for tier in tiers:
        kept = found.setdefault(tier.get("TIER_ID") or "", [])
        for node in tier.iter("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            id, seen = node.get("ANNOTATION_ID"), set()
            while id not in times and id in refers and id not in seen:
                seen.add(id)
                id = refers[id]
            text = "".join("".join(value.itertext()) for value in node.iter("ANNOTATION_VALUE"))
            kept.append(_Said(*times.get(id, (math.nan, math.nan)), text, node.sourceline or 0))
    return found


def _spoken(tiers: list[Any], said: dict[str, list[_Said]]) -> set[str]:
    """The tiers that hold speech: those without a parent, or, where these hold only numbers, their first child."""
    chosen: set[str] = set()
    below: dict[str, list[str]] = {}
    for tier in tiers:
        below.setdefault(tier.get("PARENT_REF") or "", []).append(tier.get("TIER_ID") or "")
    for tier in tiers:
        id = tier.get("TIER_ID") or ""
        if tier.get("PARENT_REF"):
            continue
        values = [entry.text.strip() for entry in said[id] if entry.text.strip()]
        worded = [child for child in below.get(id, ()) if any(" " in entry.text.strip() for entry in said[child])]
        numbers = all(_REFERENCE.match(value) for value in values)
        chosen.add(worded[0] if worded and numbers else id)
    return chosen


def _metadata(root: Any) -> Iterator[Passage]:
    """Comments, properties, and the attributes and texts of everything that is neither tier nor annotation."""
    for node in root.iter():
        if node.tag is etree.Comment:
            yield Passage("comment", (node.text or "").strip(), node.sourceline or 0)
        elif node.tag == "PROPERTY":
            yield Passage("property", f"{node.get('NAME', '')}: {(node.text or '').strip()}", node.sourceline or 0)
        elif isinstance(node.tag, str) and node.tag not in _SAID:
            yield from _attributes_of(node, *_NAMING)
            if (node.text or "").strip():
                yield Passage("metadata field", node.text.strip(), node.sourceline or 0)


def _attributes_of(node: Any, *names: str) -> Iterator[Passage]:
    """Attributes that may name somebody, as passages; the document's author is a trace of a person."""
    for name in names:
        value = (node.get(name) or "").strip()
        if value:
            place = "property author" if name == "AUTHOR" else f"metadata {name.lower().replace('_', ' ')}"
            yield Passage(place, value, node.sourceline or 0)


def _milliseconds(value: str | None) -> float | None:
    """Seconds; NaN for a slot without a time, None for one that cannot be read."""
    if value is None:
        return math.nan
    return int(value) / 1000 if value.strip().isdigit() else None
