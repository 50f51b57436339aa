"""Evidence: transcripts and surveys read without loss, measured, and scanned for what may identify a person."""

from evidence.leaks import find_leaks
from evidence.ledger import VerdictCounts, Verdicts, fold_verdicts
from evidence.survey import Survey, read_survey
from evidence.transcripts import Transcript, read_transcript

__all__ = [
    "Survey",
    "Transcript",
    "VerdictCounts",
    "Verdicts",
    "find_leaks",
    "fold_verdicts",
    "read_survey",
    "read_transcript",
]
