"""Which of several detectors is believed where they find something at the same place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from evidence.detectors.families import FAMILY
from evidence.detectors.span import Span, apart

_ORDER = ("registry", "shape", "near", "disguised", "candidate")
_ADDRESSES = frozenset(("email", "url", "handle"))
_NAME = re.compile(r"[^\W\d_][\w'’-]+")


def surest(spans: Collection[Span], text: str) -> list[Span]:
    """One span a place, in order: the registry before shapes, near misses, disguised names and candidates.

    An address that holds a registered name stays whole, so that all of it is masked. What a candidate says beyond the
    place of a surer one stays, where it is a name by itself. Ties: the first, then the longest,
    then the surer.
    """
    if len(spans) < 2:
        return list(spans)
    kept = apart(sorted(set(spans), key=_rank))
    rest = [part for span in spans if FAMILY.get(span.kind) == "candidate" for part in _left_over(span, kept, text)]
    return apart([*kept, *rest]) if rest else kept


def _rank(span: Span) -> tuple[int, int, int, float, Span]:
    family = FAMILY.get(span.kind, "shape")
    first = -1 if span.kind in _ADDRESSES else _ORDER.index(family)
    return first, span.start, -span.end, -span.score, span


def _left_over(span: Span, kept: Iterable[Span], text: str) -> Iterator[Span]:
    """The capitalised words of a candidate that none of those kept covers."""
    within = [one for one in kept if one.start < span.end and one.end > span.start]
    if not within or any(FAMILY.get(one.kind) == "candidate" for one in within):
        return
    for word in _NAME.finditer(text, span.start, span.end):
        if word[0][0].isupper() and all(word.end() <= one.start or word.start() >= one.end for one in within):
            yield span._replace(start=word.start(), end=word.end())
