"""Rich text (.rtf): paragraphs as a reader sees them, and beside them what hides in groups Word does not show.

Layout: Rich Text Format Specification 1.9.1. striprtf reads the same file a second time as the witness that no letter
of the text was lost; it never fails, and it knows neither hidden text nor notes, so it is not the reader itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from striprtf.striprtf import charset_map, font_table_group, rtf_to_text

from evidence.transcripts.layout import talk_of
from evidence.transcripts.transcript import Content, Fault, Line, Passage, letters_of

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\", re.DOTALL
)
_BREAKS = {"par": "\n\n", "sect": "\n\n", "page": "\n\n", "row": "\n\n", "nestrow": "\n\n", "line": "\n"}
_BREAKS |= {"softline": "\n", "cell": "\t", "nestcell": "\t", "tab": "\t", "column": "\n\n"}
_SIGNS = {"emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“"}
_SIGNS |= {"rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ", "~": " ", "_": "-", "-": ""}
_PLACES = {
    "footnote": "footnote", "header": "header", "headerl": "header", "headerr": "header", "headerf": "header",
    "footer": "footer", "footerl": "footer", "footerr": "footer", "footerf": "footer", "annotation": "comment",
    "atnauthor": "author of a comment", "atnid": "author of a comment", "revtbl": "author of a tracked change",
    "shptxt": "text box", "dptxbxtext": "text box", "fldinst": "link", "pntext": "list number",
    "listtext": "list number", "bkmkstart": "metadata bookmark", "sv": "metadata shape",
    "generator": "metadata program",
    "propname": "property custom", "staticval": "property custom", "docvar": "metadata variable",
    "ffdeftext": "form field", "ffname": "form field", "formfield": "form field", "xe": "hidden text",
    "tc": "hidden text", "template": "metadata template", "background": "text box",
    **{name: f"property {name}" for name in (
        "title", "subject", "author", "manager", "company", "category", "keywords", "comment", "doccomm")},
    "operator": "property last modified by", "hlinkbase": "property link base",
}  # fmt: skip
_NOTHING = frozenset({
    "fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "rsidtbl", "pict", "objdata",
    "themedata", "colorschememapping", "latentstyles", "datastore", "xmlnstbl", "filetbl", "fontemb", "panose",
    "falt", "bkmkend", "atrfstart", "atrfend", "atnref", "atntime", "atndate", "atnparent", "creatim", "revtim",
    "printim", "buptim", "sn", "upr", "blipuid", "fchars", "lchars", "mmathPr", "wgrffmtfilter", "passwordhash",
    "aftncn", "aftnsep", "aftnsepc", "ftncn", "ftnsep", "ftnsepc", "pnseclvl", "pgptbl", "svb", "htmltag",
    "objclass", "objname", "nonshppict", "defchp", "defpap",
})  # fmt: skip
_FONT = re.compile(r"\\f(\d{1,5})|\\fcharset(\d{1,3})")
_DEEPEST = 500
_UC = re.compile(r"\\uc(?![a-z\d-])")  # without a number it means 1, which striprtf does not know
_WORDS_OF_BODY = {"shppict", "shp", "shpinst", "shprslt", "field", "fldrslt", "result", "object", "info", "pn", "do"}


class _State(NamedTuple):
    """What holds inside a group: where its text goes, characters to skip after \\u, and its code page."""

    place: str = ""
    skip: int = 1
    page: str = "cp1252"
    hidden: bool = False
    deleted: bool = False

    @property
    def target(self) -> str:
        if self.place:
            return self.place
        return "hidden text" if self.hidden else "deleted text" if self.deleted else ""


def read_rtf(data: bytes, fields: Collection[str], labels: Collection[str] = ()) -> tuple[Content, dict[str, str]]:
    """The lines of a .rtf and its header block; properties, notes, comments, hidden and deleted text beside them."""
    raw = data.decode("latin-1")
    parts, faults = _parts(raw)
    lines: list[Line] = []
    body = "".join(text for place, text in parts if not place)
    for number, paragraph in enumerate(body.split("\n\n"), 1):
        told = [line.strip() for line in paragraph.split("\n") if line.strip()]
        lines += [Line(line, number, opens=i == 0) for i, line in enumerate(told)]
    beside = [Passage(place, " ".join(text.split())) for place, text in _joined(parts) if text.strip()]
    letters = letters_of([_witness(raw)]) if not any(f.kind == "nested" for f in faults) else Counter[str]()
    header, passages, rest = talk_of(lines, fields, labels, by_blank_lines=False)
    return Content(rest, passages + beside, faults, letters), header


def _joined(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Text that is not in the body, runs of one place together."""
    made: list[tuple[str, str]] = []
    before = ""
    for place, text in parts:
        if place and made and before == place:
            made[-1] = (place, made[-1][1] + text)
        elif place:
            made.append((place, text))
        before = place
    return made


def _parts(raw: str) -> tuple[list[tuple[str, str]], list[Fault]]:
    """Runs of text in the file's order, each with its place ("" for the body)."""
    state, stack = _State(), list[_State]()
    pages: dict[str, str] = {}
    font, parts = "", list[tuple[str, str]]()
    units, octets = list[int](), bytearray()
    position, skipping, starred, closed = 0, 0, False, False

    def say(text: str) -> None:
        if octets:
            said = bytes(octets).decode(state.page, "replace")
            octets.clear()
            say(said)
        if units:
            said = b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le", "replace")
            units.clear()
            say(said)
        if text and state.target != "nothing":
            parts.append(("hidden text" if closed else state.target, text))

    while position < len(raw):
        match = _TOKEN.match(raw, position)
        if match is None:
            position += 1
            continue
        position = match.end()
        word, number, hexed, sign, brace, text = match.groups()
        if brace:
            say("")
            skipping, starred = 0, False
            if brace == "{":
                stack.append(state)
                if len(stack) > _DEEPEST:
                    return [], [Fault("nested")]
            elif stack:
                if state.place and state.place != stack[-1].place:
                    parts.append((state.place, "\n"))
                state = stack.pop()
                closed = not stack
        elif hexed or text:
            if skipping:
                if hexed:
                    skipping -= 1
                    continue
                skipping, text = max(0, skipping - len(text)), text[skipping:]
            if hexed:
                if units:
                    say("")
                octets.append(int(hexed, 16))
            elif text:
                say("" if text.isascii() else text.encode("latin-1").decode(state.page, "replace"))
                say(text if text.isascii() else "")
            starred = False
        elif sign is not None:
            say("")
            if sign == "*":
                starred = True
            elif sign in "{}\\":
                say(sign)
            elif sign in "\r\n":
                say("\n\n")
            else:
                say(_SIGNS.get(sign, ""))
        elif word == "u" and number is not None:
            if octets:
                say("")
            units.append(int(number) & 0xFFFF)
            skipping = state.skip
        elif word:
            say("")
            skipping = 0
            if word == "bin":
                length = max(0, int(number or 0))
                position += length if position + length <= len(raw) else 0
            elif word in _BREAKS or word in _SIGNS:
                say(_BREAKS.get(word) or _SIGNS[word])
            elif word == "f":
                font = number or ""
                state = state._replace(page=pages.get(font, state.page))
            elif word == "fcharset":
                pages[font] = charset_map.get(int(number or 0), "cp1252")
            elif word in ("ansicpg", "cpg"):
                state = state._replace(page=_code_page(number))
            else:
                state = _after(state, word, number, starred, stack)
            starred = False
    say("")
    return parts, [Fault("cut_off")] if stack else []


def _after(state: _State, word: str, number: str | None, starred: bool, stack: list[_State]) -> _State:
    """The state after a control word that prints nothing."""
    if word == "uc":
        return state._replace(skip=min(9, max(0, int(number or 1))))
    if word in ("v", "webhidden"):
        return state._replace(hidden=number != "0")
    if word == "deleted":
        return state._replace(deleted=number != "0")
    if word == "plain":
        return state._replace(hidden=False, deleted=False)
    if word == "ud":
        return state._replace(place=stack[-2].place if len(stack) > 1 else "")
    if state.place == "nothing" or word in _WORDS_OF_BODY:
        return state
    if word in _NOTHING:
        return state._replace(place="nothing")
    if word in _PLACES:
        return state._replace(place=_PLACES[word])
    return state._replace(place="metadata field") if starred else state


def _code_page(number: str | None) -> str:
    try:
        "".encode(f"cp{number}")
    except LookupError:
        return "utf-8" if number == "65001" else "cp1252"
    return f"cp{number}"


def _fonts(table: str) -> Iterator[str]:
    """Fonts with their character sets and nothing else: striprtf searches a long font table for minutes."""
    font = "0"
    for number, charset in _FONT.findall(table):
        if charset:
            yield rf"{{\f{font}\fcharset{charset} x;}}"
        font = number or font


def _witness(raw: str) -> str:
    """The text by striprtf, which shares no code with this reader; it takes text already decoded."""
    declared = re.search(r"\\ansicpg(\d+)", raw)
    if not raw.isascii():
        raw = raw.encode("latin-1").decode(_code_page(declared[1] if declared else None), "replace")
    fonts = str(font_table_group(raw))  # type: ignore[no-untyped-call]
    raw = raw.replace(fonts, f"{{\\fonttbl{''.join(_fonts(fonts))}}}", 1) if fonts else raw
    try:
        return str(rtf_to_text(_UC.sub(r"\\uc1", raw), errors="replace"))  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, OverflowError, TypeError):
        return ""
