"""What is hidden before a detector of names nobody registered looks: speaker labels, placeholders, our own marks.

The text keeps its length, so that offsets stay true.
"""

from __future__ import annotations

import re

HIDDEN = "\u0001"
"""Stands for every hidden character; it is no letter, no digit and no white space."""

_ROLE = (
    r"(?:interviewer|interviewee|moderator|facilitator|researcher|respondent|participant|informant|speaker|person|voice"
    r"|man|woman|male|female|caller|client|patient|peer|staff|company|organi[sz]ation|agency|school|hospital|clinic"
    r"|city|town|state|county|place|site|name|friend|child|son|daughter|partner|doctor|nurse|provider|counsell?or)"
)
_NUMBER = r"(?:#? ?\d{1,3}[a-z]?|[A-HJ-Z])"
_PLACEHOLDER = re.compile(
    rf"\[(?:[^\[\]\nA-Z]{{1,80}}|[A-Z0-9][A-Z0-9 _./:-]{{0,40}}|(?i:{_ROLE})\b[^\[\]\nA-Z]{{0,60}}{_NUMBER}?)\]"
    rf"|<[^<>\n]{{1,60}}>|\b(?i:{_ROLE})[ _]{_NUMBER}(?![\w'])|\b(?:XX+|xx+)\b|_{{3,}}"
)
_LABEL = re.compile(
    rf"^[ \t]*(?:(?i:{_ROLE})(?: ?(?i:one|two|three)|[ _]?{_NUMBER})?|[A-Z]{{1,3}}\d{{0,4}})(?=\s?:(?:\s|$))",
    re.MULTILINE,
)


def masked(text: str) -> str:
    """The text with every speaker label at a line's start and every placeholder hidden, in the same length."""
    hidden = _PLACEHOLDER.sub(_hide, text)
    return _LABEL.sub(_hide, hidden) if ":" in hidden else hidden


def _hide(match: re.Match[str]) -> str:
    return HIDDEN * len(match[0])
