"""Surveys: files read as they are, the data dictionary, and what is measured before anything is judged."""

from evidence.survey.reading import DECLARES_MISSING, LABELLED, Format, Survey, read_survey, sniff

__all__ = ["DECLARES_MISSING", "LABELLED", "Format", "Survey", "read_survey", "sniff"]
