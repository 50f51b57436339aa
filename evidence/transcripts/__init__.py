"""Readers for transcripts: one a format, all to one turn table."""

from evidence.transcripts.read import LARGEST, READER_VERSION, read_transcript
from evidence.transcripts.transcript import Passage, Transcript

__all__ = ["LARGEST", "READER_VERSION", "Passage", "Transcript", "read_transcript"]
