"""Codes and their labels in one cell of a data dictionary: `1=Never;2=Sometimes`, and the way back.

A semicolon in a label is written `\\;`, an equals sign in a code `\\=`, a backslash before one of these or another
backslash `\\\\`. A code is a number where it is written as one; in single quotation marks (`'01'=North`) it is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from evidence.survey.dictionary_model import Code, code_of

Report = Callable[[str, str, str], None]
"""Takes a fault: column, what is wrong, remedy."""
_PART = re.compile(r"(?:\\[;=\\]|[^;])+")
_PAIR = re.compile(r"(?s)((?:\\[;=\\]|\\(?![;=\\])|[^=\\])*)=(.*)")
_ESCAPED = re.compile(r"\\([;=\\])")


def read_codes(text: str, column: str, fault: Report) -> dict[Code, str]:
    """`1=Never;2=Sometimes` as {1.0: "Never", 2.0: "Sometimes"}; a part at fault is reported and left out."""
    codes: dict[Code, str] = {}
    for part in filter(None, (p.strip() for p in _PART.findall(text))):
        pair = _PAIR.fullmatch(part)
        written = pair[1].strip() if pair else ""
        if pair is None or not written:
            shown = part if len(part) <= 40 else f"{part[:40]}…"
            fault(column, f"{shown!r} is not code=label", "Write codes as 1=Never;2=Sometimes.")
            continue
        code = _code(written)
        if code in codes:
            fault(column, f"the code {written} appears twice", "Give each code once.")
        else:
            codes[code] = _ESCAPED.sub(r"\1", pair[2]).strip()
    return codes


def written_codes(codes: Mapping[Code, str]) -> str:
    """What read_codes reads as these codes."""
    return ";".join(f"{_written_code(code)}={_escaped(label, ';')}" for code, label in codes.items())


def written_number(number: float) -> str:
    """A number without exponent and without digits it does not need."""
    return format(Decimal(repr(number)).normalize() + 0, "f")


def _code(written: str) -> Code:
    text = _ESCAPED.sub(r"\1", written)
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    return code_of(text)


def _written_code(code: Code) -> str:
    if isinstance(code, float):
        return written_number(code)
    is_plain = code == code.strip() and code and not code.startswith("'") and isinstance(code_of(code), str)
    return _escaped(code if is_plain else f"'{code}'", ";=")


def _escaped(text: str, signs: str) -> str:
    return re.sub(rf"[{signs}\\]", r"\\\g<0>", text)
