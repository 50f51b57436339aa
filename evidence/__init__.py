"""Evidence: transcripts and surveys read without loss, measured, and scanned for what may identify a person."""

from evidence.transcripts import Transcript, read_transcript

__all__ = ["Transcript", "read_transcript"]
