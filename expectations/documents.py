"""Checks on field notes and other documents: that they can be read, lose no word, and what may identify somebody.

They are the checks of transcripts; what needs speakers, an interview or a recording is not asked of a document.
"""

from __future__ import annotations

from expectations.check import Suite
from expectations.transcripts import TRANSCRIPTS

IDS = ("TR001", "TR002", "TR003", "TR003.cues", "TR060", "TR061", "TR062", "TR063", "TR064", "TR065")

DOCUMENTS = Suite("documents", tuple(check for check in TRANSCRIPTS.checks if check.id in IDS))
"""One row a document, with `subject_column`."""
