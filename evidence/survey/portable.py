"""Declared missing values of an SPSS portable file, which pyreadstat turns to null: read here, and taken out for it.

Source: GNU PSPP developer's guide, Portable File Format. After 464 bytes of splash and translation table the file is
one stream in lines of 80: tags of one letter, numbers in base 30 ending in a slash, texts with their length before
them.
"""

from __future__ import annotations

from dataclasses import dataclass

from evidence.survey.contents import Refused

Range = dict[str, float | str]
_LINE = 80
_BEFORE = 456
_TAG = "SPSSPORT"
_ONE, _UP_TO, _FROM, _BETWEEN = "89AB"
_SKIPPED_TEXT = "123"
_NAMED = "C"


@dataclass(slots=True)
class _Stream:
    """The file as one stream of characters, and how far it is read."""

    text: str
    at: int

    def tag(self) -> str:
        self.at += 1
        return self.text[self.at - 1]

    def number(self) -> float:
        while self.text[self.at] == " ":
            self.at += 1
        end = self.text.index("/", self.at)
        written, self.at = self.text[self.at : end], end + 1
        return _base_30(written)

    def string(self) -> str:
        length = int(self.number())
        if not 0 <= length <= len(self.text) - self.at:
            raise ValueError(length)
        self.at += length
        return self.text[self.at - length : self.at]


def without_missing(data: bytes) -> tuple[bytes, dict[str, list[Range]]]:
    """The file without its records of missing values, and these by variable, as pyreadstat gives those of a .sav."""
    lines = data.decode("latin-1").replace("\r", "").split("\n")
    stream = _Stream("".join(line.ljust(_LINE) for line in lines[:-1]) + lines[-1], 0)
    if stream.text[_BEFORE : _BEFORE + len(_TAG)] != _TAG:
        return data, {}  # in a character set of its own, as mainframes wrote it
    stream.at = _BEFORE + len(_TAG)
    try:
        ranges, cuts = _ranges(stream)
    except (ValueError, IndexError, OverflowError):
        raise Refused(
            "the survey file is damaged or incomplete: its reader found no sense in it",
            "Ask for it again, or have it exported as CSV UTF-8.",
        ) from None
    if not cuts:
        return data, {}
    kept, start = [], 0
    for begin, end in cuts:
        kept.append(stream.text[start:begin])
        start = end
    whole = "".join([*kept, stream.text[start:]])
    wrapped = "\r\n".join(whole[at : at + _LINE] for at in range(0, len(whole), _LINE))
    return f"{wrapped}\r\n".encode("latin-1"), ranges


def _ranges(stream: _Stream) -> tuple[dict[str, list[Range]], list[tuple[int, int]]]:
    """Declared missing values by variable, and where they stand in the stream."""
    stream.at += 1
    stream.string(), stream.string()
    found: dict[str, list[Range]] = {}
    cuts: list[tuple[int, int]] = []
    name, width = "", 0
    while (tag := stream.tag()) not in "DEF":
        start = stream.at - 1
        if tag in _SKIPPED_TEXT or tag in (_NAMED, "6"):
            stream.string()
        elif tag in "45":
            stream.number()
        elif tag == "7":
            width, name = int(stream.number()), stream.string()
            for _ in range(6):
                stream.number()
        elif tag in (_ONE, _UP_TO, _FROM, _BETWEEN):
            found.setdefault(name, []).append(_range(tag, stream, width))
            cuts.append((start, stream.at))
        else:
            raise ValueError(tag)
    return found, cuts


def _range(tag: str, stream: _Stream, width: int) -> Range:
    if tag == _ONE:
        value = stream.string().rstrip() if width else stream.number()
        return {"lo": value, "hi": value}
    if tag == _BETWEEN:
        low = stream.number()
        return {"lo": low, "hi": stream.number()}
    end = stream.number()
    return {"lo": float("-inf"), "hi": end} if tag == _UP_TO else {"lo": end, "hi": float("inf")}


def _base_30(written: str) -> float:
    """A number of digits 0 to 9 and A to T, with a sign, a point and an exponent of 30."""
    sign = -1.0 if written.startswith("-") else 1.0
    digits = written.lstrip("-")
    exponent = 0
    for mark in "+-":
        if mark in digits:
            digits, _, power = digits.partition(mark)
            exponent = int(power, 30) * (1 if mark == "+" else -1)
            break
    whole, _, fraction = digits.partition(".")
    value = float(int(whole or "0", 30)) + sum(int(d, 30) * 30.0**-n for n, d in enumerate(fraction, start=1))
    return sign * value * 30.0**exponent
