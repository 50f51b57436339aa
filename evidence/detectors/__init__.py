"""Detectors of what may identify a person, all behind `find(text) -> [Span]`."""

from evidence.detectors.patterns import Patterns
from evidence.detectors.registry import Entry, Registry
from evidence.detectors.span import Detector, Span

__all__ = ["Detector", "Entry", "Patterns", "Registry", "Span"]
