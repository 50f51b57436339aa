"""What identifies a person by its shape: e-mail, phone (also as spoken), national id, address on the web or street,
day of birth. Placeholders in square brackets are no hit."""

from __future__ import annotations

import re

from evidence.detectors.span import Span

_DIGIT_WORD = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|hundred)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = (
    rf"(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}} {_MONTH} \d{{4}})"
)
_STREET = r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|terrace|way|highway|hwy)"

_PATTERNS: tuple[tuple[str, float, re.Pattern[str]], ...] = tuple(
    (kind, score, re.compile(pattern, re.IGNORECASE))
    for kind, score, pattern in (
        ("email", 1.0, r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b"),
        ("email", 0.9, r"\b[\w.+-]{2,64} at [\w-]{2,63} dot (?:com|org|net|edu|gov)\b"),
        ("url", 1.0, r"\bhttps?://[^\s<>\"]{3,200}|\bwww\.[^\s<>\"]{3,200}"),
        ("handle", 0.8, r"(?<![\w@.])@[a-z_][\w.]{2,29}\b"),
        ("phone", 1.0, r"(?<![\w.])(?:\+?\d{1,3}[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])"),
        ("phone", 0.9, r"(?<![\w:.,-])\+\d[\d .()-]{7,16}\d(?![\w-])"),
        ("phone", 0.9, rf"\b(?:{_DIGIT_WORD}[ ,-]+){{6,}}{_DIGIT_WORD}\b"),
        (
            "birth_date",
            0.9,
            rf"\b(?:born|birth ?day|date of birth|d\.?o\.?b\.?)\W{{1,3}}(?:\w+\W{{1,3}}){{0,4}}?{_DATE}",
        ),
        ("street_address", 0.8, rf"\b\d{{1,5}} (?:[NSEW]\.? )?(?:[a-z]{{2,20}} ){{1,3}}{_STREET}\b"),
    )
)
_NATIONAL_ID = re.compile(r"(?<![\w-])(\d{3})[- ](\d{2})[- ](\d{4})(?![\w-])")
_PLACEHOLDER = re.compile(r"\[[^\[\]]{1,60}\]")
_SOURCE = "patterns"


class Patterns:
    """A detector by shape alone."""

    def find(self, text: str) -> list[Span]:
        """Spans by start; of overlapping ones the first and longest."""
        text = _PLACEHOLDER.sub(lambda m: "\u0001" * len(m[0]), text)
        spans = [
            Span(m.start(), m.end(), kind, score, _SOURCE) for kind, score, p in _PATTERNS for m in p.finditer(text)
        ]
        spans += [
            Span(m.start(), m.end(), "national_id", 1.0, _SOURCE) for m in _NATIONAL_ID.finditer(text) if _issued(m)
        ]
        kept: list[Span] = []
        for span in sorted(spans, key=lambda s: (s.start, -s.end)):
            if not kept or span.start >= kept[-1].end:
                kept.append(span)
        return kept


def _issued(match: re.Match[str]) -> bool:
    """Whether a US social security number of that shape can exist (SSA: area not 000, 666 or 9xx; no zero group)."""
    area, group, serial = match.groups()
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"
