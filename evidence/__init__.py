"""Evidence: transcripts and surveys read without loss, measured, and scanned for what may identify a person."""

from evidence.leaks import find_leaks
from evidence.transcripts import Transcript, read_transcript

__all__ = ["Transcript", "find_leaks", "read_transcript"]
