"""Readers for transcripts: one a format, all to one turn table."""

from evidence.transcripts.read import LARGEST, READER_VERSION, READER_VERSIONS, read_transcript
from evidence.transcripts.transcript import Format, Passage, Transcript

__all__ = ["LARGEST", "READER_VERSION", "READER_VERSIONS", "Format", "Passage", "Transcript", "read_transcript"]
