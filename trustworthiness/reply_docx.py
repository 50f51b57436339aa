"""A participant's answers read from the Word document of a packet, by the tags of its content controls.

The file is somebody's and may hold anything: sizes are limited, entities refused, nothing but two kinds of part is
read. What a person does in Word is expected: fields left as they are, two boxes ticked, controls deleted, words typed
beside the fields, the document saved by another program. Layout: ECMA-376 part 1, 17.5.2; check boxes [MS-DOCX].
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree

from study import StudyError

FACTS = ("packet_id", "packet_sha256", "participant_code", "version")
NAMESPACE = "urn:fieldtrail:packet:2"
BOX, CROSSED_BOX = "\u2610", "\u2612"
LARGEST_FILE = 20_000_000
LARGEST_PART = 5_000_000
DEEPEST = 64
MOST_FIELDS = 5_000
MOST_REMARKS = 200
MOST_PARTS = 1_000
VERDICTS = ("fits", "partly", "does_not", "not_answered")

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_BREAKS = frozenset({f"{_W}br", f"{_W}cr", f"{_W}p"})
_CUSTOM = re.compile(r"customXml/item\d{1,3}\.xml")
_TICKS = frozenset("\u2611\u2612\u2713\u2714\u2717\u2718")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BLANK_FORM = "Ask the participant for the file they saved, or enter their answers by hand from the document."


def answer_tag(theme_id: str, verdict: str) -> str:
    """The tag of the box for this verdict on this theme."""
    return f"answer:{theme_id}:{verdict}"


def comment_tag(theme_id: str) -> str:
    """The tag of the field for a comment on this theme."""
    return f"comment:{theme_id}"


def withdraw_tag(quote_id: str) -> str:
    """The tag of the box that takes this quote back."""
    return f"withdraw:{quote_id}"


def fingerprint(text: str) -> str:
    """12 hex that stand for a line of ours, white space apart: a line that has none was written by somebody else."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def read_reply_docx(data: bytes, file: str) -> dict[str, Any]:
    """The reply in a packet's document: the keys of `reply_<code>.json`, and `remarks` and `doubts`.

    A theme with no box ticked, or with several, is not answered; several are also a doubt. `remarks` are words typed
    outside the fields, `doubts` sentences for the team without a word of the participant's. StudyError naming the file
    for what is no such document, does not say which packet it answers, or lost its fields.
    """
    parts = _parts(data, file)
    body = _parsed(parts["word/document.xml"], file)
    fields = list(islice(body.iter(f"{_W}sdt"), MOST_FIELDS + 1))
    if len(fields) > MOST_FIELDS or any(sum(1 for _ in f.iterancestors(f"{_W}sdt")) > 3 for f in fields):
        raise _lost("has more fields than a reply can have", file)
    beside = _beside([_parsed(part, file) for name, part in parts.items() if name != "word/document.xml"])
    controls = _controls(body)
    reading = _Reading(controls, beside.get("hint") or _common_hint(controls))
    facts = _facts(controls, beside, file)
    themes = reading.themes()
    if not themes and not reading.boxes("withdraw:") and "missing" not in controls:
        raise StudyError(
            "the document lost its fields, as some programs do when they save", where=file, remedy=_BLANK_FORM
        )
    answers = [
        {"theme_id": id, "verdict": reading.verdict(id), "comment": reading.words(comment_tag(id))} for id in themes
    ]
    missing, withdrawn = reading.words("missing"), [t for t in reading.boxes("withdraw:") if reading.is_ticked(t)]
    gone = sorted(set(beside.get("tags", "").split()) - set(controls) - set(FACTS))
    remarks = list(islice(_remarks(body, set(beside.get("shown", "").split())), MOST_REMARKS + 1))
    doubts = [*reading.doubts, *(f"the field {tag} is gone from the document" for tag in gone)]
    doubts += [f"more than {MOST_REMARKS} lines stand beside the fields"] if len(remarks) > MOST_REMARKS else []
    return {
        **facts,
        "answers": answers,
        "missing": missing,
        "withdraw_quote_ids": [tag.removeprefix("withdraw:") for tag in withdrawn],
        "received_via": "docx",
        "remarks": [*reading.remarks, *remarks[:MOST_REMARKS]],
        "doubts": doubts,
    }


def read_envelope_docx(data: bytes, file: str) -> dict[str, Any]:
    """Which packet a document answers and whose it is, without what was answered; StudyError as `read_reply_docx`.

    What the document says is looked at only where its custom XML is gone, and then only its four locked lines.
    """
    parts = _parts(data, file)
    beside = _beside([_parsed(part, file) for name, part in parts.items() if name != "word/document.xml"])
    if set(FACTS) <= set(beside):
        return _facts({}, beside, file)
    controls = _controls(_parsed(parts["word/document.xml"], file))
    return _facts({tag: controls[tag] for tag in FACTS if tag in controls}, beside, file)


@dataclass(slots=True)
class _Control:
    """A content control: its text, whether it shows its hint, and whether its box is ticked (None: has no box)."""

    text: str
    is_hint: bool
    ticked: bool | None


@dataclass(slots=True)
class _Reading:
    """The answers among the controls, by tag; copies of one control are read together."""

    controls: dict[str, list[_Control]]
    hint: str
    doubts: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def themes(self) -> list[str]:
        """The themes with a field of their own, in the document's order."""
        found = [tag.split(":")[1] for tag in self.controls if tag.startswith(("answer:", "comment:"))]
        return list(dict.fromkeys(found))

    def boxes(self, start: str) -> list[str]:
        """The tags that start so, in the document's order."""
        return [tag for tag in self.controls if tag.startswith(start)]

    def is_ticked(self, tag: str) -> bool:
        """Whether a box is ticked; a doubt where its mark and what the program noted of it differ."""
        seen = set()
        for control in self.controls.get(tag, ()):
            marked = bool(_TICKS & set(control.text)) or control.text in ("x", "X")
            seen.add(marked if control.ticked is None else control.ticked)
            seen.add(marked)
        if len(seen) > 1:
            self.doubts.append(f"the box {tag} is ticked in one place and not in another; it counts as not ticked")
        return seen == {True}

    def verdict(self, theme: str) -> str:
        """The one verdict ticked on a theme; not answered for none, and for several, which is a doubt."""
        ticked = [verdict for verdict in VERDICTS if self.is_ticked(answer_tag(theme, verdict))]
        if len(ticked) > 1:
            self.doubts.append(f"more than one box is ticked on theme {theme}; it counts as not answered")
        return ticked[0] if len(ticked) == 1 else "not_answered"

    def words(self, tag: str) -> str:
        """What was written into a field; a hint that is not ours is a remark, for nobody knows whose words it is."""
        written: list[str] = []
        for control in self.controls.get(tag, ()):
            if not control.text or control.text == self.hint:
                continue
            (self.remarks if control.is_hint else written).append(control.text)
        return "\n".join(dict.fromkeys(written))


def _parts(data: bytes, file: str) -> dict[str, bytes]:
    """The document and its custom XML, unpacked within limits."""
    if len(data) > LARGEST_FILE:
        raise _lost("is too large for a reply", file)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            wanted = [e for e in entries if e.filename == "word/document.xml" or _CUSTOM.fullmatch(e.filename)]
            if len(entries) > MOST_PARTS or any(e.file_size > LARGEST_PART for e in wanted):
                raise _lost("is too large for a reply", file)
            parts = {entry.filename: _unpacked(package, entry, file) for entry in wanted[:20]}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error):
        raise _no_document(file) from None
    if "word/document.xml" not in parts:
        raise _no_document(file)
    return parts


def _unpacked(package: zipfile.ZipFile, entry: zipfile.ZipInfo, file: str) -> bytes:
    with package.open(entry) as stream:
        data = stream.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART:
        raise _lost("is too large for a reply", file)
    return data


def _parsed(part: bytes, file: str) -> etree._Element:
    """The part as XML without network, entities or document type."""
    if b"<!DOCTYPE" in part.replace(b"\x00", b"") or b"<!ENTITY" in part.replace(b"\x00", b""):
        raise _no_document(file)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(part, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _no_document(file) from None
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise _lost("is nested deeper than a reply can be", file)
    return root


def _no_document(file: str) -> StudyError:
    return StudyError("it is not a Word document that can be read", where=file, remedy=_BLANK_FORM)


def _lost(what: str, file: str) -> StudyError:
    return StudyError(f"the document {what}", where=file, remedy=_BLANK_FORM)


def _beside(parts: list[etree._Element]) -> dict[str, str]:
    """What our custom XML says; empty where the program that saved the document dropped it."""
    for part in parts:
        if part.tag == f"{{{NAMESPACE}}}reply":
            return {etree.QName(child).localname: child.text or "" for child in part.iterchildren(tag=etree.Element)}
    return {}


def _facts(controls: dict[str, list[_Control]], beside: dict[str, str], file: str) -> dict[str, Any]:
    """Which packet this answers, as its locked lines and its custom XML say."""
    facts: dict[str, Any] = {}
    for name in FACTS:
        said = {c.text.strip() for c in controls.get(name, ())} | ({beside[name].strip()} if name in beside else set())
        said.discard("")
        if not said:
            raise _lost("no longer says which packet it answers", file)
        if len(said) > 1:
            raise StudyError(
                "the document names two packets, as if two were pasted together", where=file, remedy=_BLANK_FORM
            )
        facts[name] = said.pop()
    if not re.fullmatch(r"[0-9]{1,6}", facts["version"]):
        raise _lost("no longer says which packet it answers", file)
    return {**facts, "version": int(facts["version"])}


def _controls(body: etree._Element) -> dict[str, list[_Control]]:
    """Every tagged control by tag, in the document's order."""
    found: dict[str, list[_Control]] = defaultdict(list)
    for control in body.iter(f"{_W}sdt"):
        properties, content = control.find(f"{_W}sdtPr"), control.find(f"{_W}sdtContent")
        tag = properties.find(f"{_W}tag") if properties is not None else None
        if tag is None or content is None or properties is None:
            continue
        box = properties.find(f"{_W14}checkbox")
        checked = box.find(f"{_W14}checked") if box is not None else None
        ticked = checked.get(f"{_W14}val", "1") in ("1", "true", "on") if checked is not None else None
        is_hint = _is_on(properties.find(f"{_W}showingPlcHdr"))
        found[tag.get(f"{_W}val", "")].append(_Control(_text(content).strip(), is_hint, ticked))
    return dict(found)


def _common_hint(controls: dict[str, list[_Control]]) -> str:
    """The text that most fields show as their hint, where nothing else says what the hint was."""
    hints = Counter(c.text for copies in controls.values() for c in copies if c.is_hint)
    return hints.most_common(1)[0][0] if hints else ""


def _is_on(flag: etree._Element | None) -> bool:
    return flag is not None and flag.get(f"{_W}val", "1") not in ("0", "false", "off")


def _text(element: etree._Element, *, outside_fields: bool = False) -> str:
    """The text as it is shown, line ends kept; without what was deleted, or what fields hold. One pass."""
    skipped = {_FALLBACK, f"{_W}sdtContent"} if outside_fields else {_FALLBACK}
    pieces: list[str] = []
    walk = etree.iterwalk(element, events=("start",))
    for _, node in walk:
        if node is element:
            continue
        if node.tag in skipped:
            walk.skip_subtree()
        elif node.tag == f"{_W}t":
            pieces.append(node.text or "")
        elif node.tag in _BREAKS:
            pieces.append("\n")
        elif node.tag == f"{_W}tab":
            pieces.append(" ")
    return "".join(pieces).strip("\n ")


def shown_texts(body: etree._Element) -> Iterator[str]:
    """The text of every paragraph of a document, without what its fields hold; empty ones left out."""
    for paragraph in body.iter(f"{_W}p"):
        if any(a.tag in (f"{_W}sdtContent", _FALLBACK) for a in paragraph.iterancestors()):
            continue
        text = _text(paragraph, outside_fields=True)
        if text.strip():
            yield text


def _remarks(body: etree._Element, ours: set[str]) -> Iterator[str]:
    """Paragraphs that are not as we wrote them; none where the fingerprints of ours are gone."""
    yield from (text for text in shown_texts(body) if ours and fingerprint(text) not in ours)
