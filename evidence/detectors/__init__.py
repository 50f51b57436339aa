"""Detectors of what may identify a person, all behind `find(text) -> [Span]`."""

from evidence.detectors.chosen import check_residue, detectors_for
from evidence.detectors.decided import NOTHING_DECIDED, Decided
from evidence.detectors.families import DETECTORS_VERSION, FAMILY, Family
from evidence.detectors.folding import key_of
from evidence.detectors.patterns import Patterns
from evidence.detectors.registered import Entry
from evidence.detectors.registry import Registry
from evidence.detectors.span import Detector, Span

__all__ = [
    "DETECTORS_VERSION",
    "FAMILY",
    "NOTHING_DECIDED",
    "Decided",
    "Detector",
    "Entry",
    "Family",
    "Patterns",
    "Registry",
    "Span",
    "check_residue",
    "detectors_for",
    "key_of",
]
