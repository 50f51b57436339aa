"""What is hidden before a detector of names nobody registered looks: speaker labels, placeholders, our own marks.

The text keeps its length, so that offsets stay true.
"""

from __future__ import annotations

import re
from functools import lru_cache

HIDDEN = "\u0001"
"""Stands for every hidden character; it is no letter, no digit and no white space."""

_ROLE = (
    r"(?:interviewer|interviewee|moderator|facilitator|researcher|respondent|participant|informant|speaker|person|voice"
    r"|man|woman|male|female|caller|client|patient|peer|staff|company|organi[sz]ation|agency|school|hospital|clinic"
    r"|city|town|state|county|place|site|name|friend|child|son|daughter|partner|doctor|nurse|provider|counsell?or)"
)
_NUMBER = r"(?:#? ?\d{1,3}[a-z]?|[A-HJ-Z])"
_BRACKETED = re.compile(
    rf"\[(?:[^\[\]\nA-Z]{{1,80}}|[A-Z0-9][A-Z0-9 _./:-]{{0,40}}|(?i:{_ROLE})\b[^\[\]\nA-Z]{{0,60}}{_NUMBER}?)\]"
    r"|<[^<>\n]{1,60}>"
)
_CROSSED = re.compile(r"\b(?:XX+|xx+)\b|_{3,}")
_NUMBERED = re.compile(rf"[ _]{_NUMBER}(?![\w'])")
_ROLE_BEFORE = re.compile(rf"\b{_ROLE}$", re.IGNORECASE)
_LONGEST_ROLE = 16
_LABEL = re.compile(
    rf"^[ \t]*(?:(?i:{_ROLE})(?: ?(?i:one|two|three)|[ _]?{_NUMBER})?|[A-Z]{{1,3}}\d{{0,4}})(?=\s?:(?:\s|$))",
    re.MULTILINE,
)


@lru_cache(maxsize=2)
def masked(text: str) -> str:
    """The text with every speaker label at a line's start and every placeholder hidden, in the same length."""
    hidden = _BRACKETED.sub(_hide, text) if "[" in text or "<" in text else text
    hidden = _numbered(hidden)
    if "XX" in hidden or "xx" in hidden or "___" in hidden:
        hidden = _CROSSED.sub(_hide, hidden)
    return _LABEL.sub(_hide, hidden) if ":" in hidden else hidden


def _numbered(text: str) -> str:
    """`Company 1` and `Participant B` hidden: numbers first, which are few, then the role before each."""
    found = []
    for number in _NUMBERED.finditer(text):
        begin = max(0, number.start() - _LONGEST_ROLE)
        role = _ROLE_BEFORE.search(text[begin : number.start()])
        if role:
            found.append((begin + role.start(), number.end()))
    for start, end in found:
        text = text[:start] + HIDDEN * (end - start) + text[end:]
    return text


def _hide(match: re.Match[str]) -> str:
    return HIDDEN * len(match[0])
