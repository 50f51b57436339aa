"""What people do to a packet's document: ticks, words, deletions, another program's saving. Done on its XML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"


def changed(data: bytes, change: Callable[[etree._Element], object], part: str = "word/document.xml") -> bytes:
    """The document after `change` was done to one of its parts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == part:
                root = etree.fromstring(body)
                change(root)
                body = etree.tostring(root)
            new.writestr(name, body)
    return packed.getvalue()


def without(data: bytes, start: str) -> bytes:
    """The document without the parts whose names start so."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            if not name.startswith(start):
                new.writestr(name, old.read(name))
    return packed.getvalue()


def control(root: etree._Element, tag: str) -> etree._Element:
    """The content control with that tag."""
    return next(sdt for sdt in root.iter(f"{W}sdt") if sdt.find(f"{W}sdtPr/{W}tag").get(f"{W}val") == tag)


def tick(root: etree._Element, tag: str) -> None:
    """Tick a box as Word does: its mark and its state."""
    sdt = control(root, tag)
    sdt.find(f"{W}sdtPr/{W14}checkbox/{W14}checked").set(f"{W14}val", "1")
    next(sdt.iter(f"{W}t")).text = "\u2612"


def write(root: etree._Element, tag: str, words: str) -> None:
    """Write into a field as Word does: the hint and its flag go, line ends become breaks."""
    sdt = control(root, tag)
    flag = sdt.find(f"{W}sdtPr/{W}showingPlcHdr")
    if flag is not None:
        flag.getparent().remove(flag)
    content = sdt.find(f"{W}sdtContent")
    for child in list(content):
        content.remove(child)
    run = etree.SubElement(content, f"{W}r")
    for number, line in enumerate(words.split("\n")):
        if number:
            etree.SubElement(run, f"{W}br")
        etree.SubElement(run, f"{W}t").text = line


def paragraph(root: etree._Element, words: str) -> None:
    """Type a new line before the first field."""
    first = next(root.iter(f"{W}sdt"))
    line = next(a for a in first.iterancestors(f"{W}p"))
    new = etree.Element(f"{W}p")
    etree.SubElement(etree.SubElement(new, f"{W}r"), f"{W}t").text = words
    line.addprevious(new)


def unwrap(root: etree._Element) -> None:
    """Drop every control and keep what it shows, as Google Docs does."""
    for sdt in list(root.iter(f"{W}sdt")):
        for child in list(sdt.find(f"{W}sdtContent")):
            sdt.addprevious(child)
        sdt.getparent().remove(sdt)
