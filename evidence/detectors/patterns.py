"""What identifies a person by its shape: e-mail and phone (also as spoken), numbers of states, cards and records,
addresses on the web and street, day of birth. Placeholders are no hit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from evidence.detectors.digits import Stretch, stretches
from evidence.detectors.masks import HIDDEN
from evidence.detectors.national_ids import find_numbers
from evidence.detectors.span import Span
from evidence.detectors.spoken import NUMBER_WORDS, STREET_WORDS, find_spoken_addresses, find_spoken_phones

_SOURCE = "patterns"
_REACH = 280
"""Characters from what a shape must hold to its farthest end; no shape is longer."""
_PLACEHOLDER = re.compile(r"\[[^\[\]]{1,60}\]")
_DOMAIN = r"(?:com|org|net|edu|gov|mil|info|io|us|ca|uk|de|fr|es|it|nl|au|mx|br|in)"
_ENDS = (".com", ".org", ".net", ".edu", ".gov", ".io", ".info")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_ORDINAL = (
    r"(?:\d{1,2}(?:st|nd|rd|th)?|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
    r"|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth"
    r"|(?:twenty|thirty)[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth))"
)
_YEAR = rf"(?:(?:19|20)\d{{2}}|['’]\d{{2}}|(?:nineteen|twenty|two thousand)(?: and)?(?:[ -]{NUMBER_WORDS}){{0,3}})"
_DATE = (
    rf"(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|{_MONTH}\.? (?:the )?{_ORDINAL},? (?:of )?{_YEAR}|(?:the )?{_ORDINAL} (?:of )?{_MONTH},? {_YEAR})"
)
_STREET = r"(?:street|avenue|ave|road|rd|boulevard|blvd|parkway|highway|hwy)"
_WAY = r"(?:St|Street|Ave|Avenue|Road|Rd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Terrace|Way|Circle|Cir|Square|Loop|Trail)"
_NOT_A_STREET = r"(?!(?:minutes?|hours?|days?|weeks?|months?|years?|times?|miles?|people|blocks?|different|percent)\b)"


class _Pattern(NamedTuple):
    """A shape, looked for only near one of `needs`, in any case, or in stretches with so many digits."""

    kind: str
    score: float
    shape: re.Pattern[str]
    needs: tuple[str, ...]
    digits: int = 0


def _pattern(kind: str, score: float, shape: str, *needs: str, case: bool = False, digits: int = 0) -> _Pattern:
    return _Pattern(kind, score, re.compile(shape, 0 if case else re.IGNORECASE), needs, digits)


_PATTERNS = (
    _pattern("email", 1.0, r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b", "@"),
    _pattern(
        "email",
        0.9,
        rf"\b[\w+-]{{2,40}}(?: (?:dot|underscore|dash) [\w+-]{{1,40}}){{0,3}} (?:at|@) [\w-]{{2,40}}"
        r"(?: dot [\w-]{2,20})?"
        rf" dot {_DOMAIN}\b",
        " dot ",
    ),
    _pattern("url", 1.0, r"\bhttps?://[^\s<>\"]{3,200}|\bwww\.[^\s<>\"]{3,200}", "http", "www."),
    _pattern(
        "url", 0.8, r"(?<![\w@.])[a-z0-9-]{2,60}\.(?:com|org|net|edu|gov|io|info)\b(?:/[^\s<>\"]{0,150})?", *_ENDS
    ),
    _pattern("url", 0.8, rf"\b(?:www dot )?[\w-]{{2,40}} dot {_DOMAIN}\b(?: slash [\w-]{{1,40}})*", " dot "),
    _pattern("handle", 0.8, r"(?<![\w@.])@[a-z_][\w.]{2,29}\b", "@"),
    _pattern(
        "handle",
        0.7,
        r"\b(?:instagram|insta|twitter|facebook|snapchat|snap|tiktok|whatsapp)(?: (?:handle|name|username|account))?"
        r"(?: is|:|,) @?(?=[\w.]*[\d_.])[\w.]{3,30}\b",
        "insta",
        "twitter",
        "facebook",
        "snap",
        "tiktok",
        "whatsapp",
    ),
    _pattern(
        "phone", 1.0, r"(?<![\w.])(?:\+?\d{1,3}[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])", digits=10
    ),
    _pattern("phone", 0.9, r"(?<![\w:.,-])\+\d[\d .()-]{7,16}\d(?![\w-])", "+", digits=8),
    _pattern(
        "phone",
        0.8,
        r"\b(?:phone|cell|mobile|number|call|text|reach)\b[^\d\n]{0,25}(?<!\d)"
        r"(?P<hit>\d{3}[ .-]\d{4}|0\d{2,4}[ /-]?\d{5,8}|\d{10})(?![\w-])",
        digits=7,
    ),
    _pattern(
        "birth_date",
        0.9,
        rf"\b(?:born|birth ?day|birth ?date|date of birth|d\.?o\.?b\.?)\W{{1,3}}(?:\w+\W{{1,3}}){{0,4}}?{_DATE}",
        "born",
        "birth",
        "dob",
        "d.o.b",
    ),
    _pattern(
        "street_address",
        0.8,
        rf"\b\d{{1,5}}[a-z]? (?:[NSEW]\.? )?{_NOT_A_STREET}(?:[\w']{{2,20}} ){{1,3}}{_STREET}\b",
        digits=1,
    ),
    _pattern(
        "street_address",
        0.8,
        rf"\b\d{{1,5}} (?:[NSEW]\.? )?(?:[A-Z0-9][\w']{{1,20}} ){{1,3}}{_WAY}\b",
        case=True,
        digits=1,
    ),
    _pattern("street_address", 0.8, r"\bp\.? ?o\.? box (?:number )?\d{1,7}\b", "box", digits=1),
    _pattern(
        "record_number",
        0.8,
        r"\b(?:mrn|medical record|chart|case|client|member|policy|medi-?cal|medicaid|medicare|insurance|inmate|booking"
        r"|licen[sc]e|passport|account|badge)(?: (?:id|number|no\.?|card))?(?: is| was|:|,| #)? ?#?"
        r"(?P<hit>[A-Z]{0,3}-?\d{5,12}[A-Z]?)(?![\w-])",
        digits=5,
    ),
)


_NEEDED = re.compile("|".join(map(re.escape, sorted({n for p in _PATTERNS for n in p.needs} | set(STREET_WORDS)))))
_NUMBER_WORD = re.compile(rf"\b{NUMBER_WORDS}\b")
_FEWEST_NUMBER_WORDS = 4


class Patterns:
    """A detector by shape alone."""

    def is_possible(self, text: str) -> bool:
        """Whether `find` may find anything: False only where nothing that any shape needs is in the text."""
        lowered = text.lower()
        return (
            not text.isascii()
            or any(map(str.isdigit, text))
            or _NEEDED.search(lowered) is not None
            or len(_NUMBER_WORD.findall(lowered)) >= _FEWEST_NUMBER_WORDS
        )

    def find(self, text: str) -> list[Span]:
        """Spans by start; of overlapping ones the first and longest."""
        text = _PLACEHOLDER.sub(lambda m: HIDDEN * len(m[0]), text)
        within = stretches(text)
        spans = [*_shapes(text, within), *find_numbers(text, within), *find_spoken_phones(text)]
        spans += find_spoken_addresses(text)
        kept: list[Span] = []
        for span in sorted(spans, key=lambda s: (s.start, -s.end, -s.score, s.kind != "national_id")):
            if not kept or span.start >= kept[-1].end:
                kept.append(span)
        return kept


def _shapes(text: str, within: list[Stretch]) -> Iterator[Span]:
    lowered = text.lower()
    for pattern in _PATTERNS:
        for start, end in _where(pattern, text, lowered, within):
            for match in pattern.shape.finditer(text, start, end):
                yield Span(*_extent(match), pattern.kind, pattern.score, _SOURCE)


def _where(pattern: _Pattern, text: str, lowered: str, within: list[Stretch]) -> Iterator[tuple[int, int]]:
    """The parts of the text in which a pattern may stand, in order; they do not overlap."""
    if pattern.needs and len(lowered) != len(text):
        yield 0, len(text)
    elif pattern.needs:
        yield from _around(pattern.needs, lowered)
    else:
        yield from ((start, end) for start, end, digits in within if digits >= pattern.digits)


def _around(needs: tuple[str, ...], lowered: str) -> Iterator[tuple[int, int]]:
    """What lies near enough to one of `needs` to be one shape with it."""
    start = end = -1
    for at in sorted(at for need in needs for at in _all_of(need, lowered)):
        if start >= 0 and at - _REACH > end:
            yield start, end
            start = -1
        start, end = (max(0, at - _REACH) if start < 0 else start), min(len(lowered), at + _REACH)
    if start >= 0:
        yield start, end


def _all_of(need: str, lowered: str) -> Iterator[int]:
    at = lowered.find(need)
    while at >= 0:
        yield at
        at = lowered.find(need, at + 1)


def _extent(match: re.Match[str]) -> tuple[int, int]:
    """Where the number behind a cue stands, else the whole match."""
    return match.span("hit") if "hit" in match.re.groupindex else match.span()
