"""The detectors of one study, made once and used for all its files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evidence.detectors.patterns import Patterns
from evidence.detectors.registry import Entry, Registry
from evidence.detectors.span import Detector


def detectors_for(
    entries: Iterable[Entry], *, residue: Sequence[str] = ("gazetteer",), known: Iterable[str] = ()
) -> tuple[Detector, ...]:
    """The registry scan first, then everything that hints at what it does not know.

    `residue` names the detectors of names nobody registered: `gazetteer`, `spacy`. `known` are strings that are no
    hint, such as the names of the team and of the study.
    """
    return (Registry(entries), Patterns())
