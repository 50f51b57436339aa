"""Surveys: files read as they are, the data dictionary, and what is measured before anything is judged."""

from evidence.survey.contents import DECLARES_MISSING, LABELLED, Asked, Format, Survey
from evidence.survey.reading import READER_VERSION, read_survey, read_surveys, sniff

__all__ = [
    "DECLARES_MISSING",
    "LABELLED",
    "READER_VERSION",
    "Asked",
    "Format",
    "Survey",
    "read_survey",
    "read_surveys",
    "sniff",
]
