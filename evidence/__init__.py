"""Evidence: transcripts and surveys read without loss, measured, and scanned for what may identify a person."""

from evidence.leaks import find_leaks
from evidence.ledger import VerdictCounts, Verdicts, fold_verdicts
from evidence.transcripts import Transcript, read_transcript

__all__ = ["Transcript", "VerdictCounts", "Verdicts", "find_leaks", "fold_verdicts", "read_transcript"]
