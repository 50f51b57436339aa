"""What is measured on a survey file before anything is judged: by answer, by respondent and by variable.

Every measurement has a unit and is null where it does not apply; no limit is applied here.
"""

from evidence.survey.answers import Answers, AnswersTo, answers_as_declared
from evidence.survey.coded import Coded, RowTable
from evidence.survey.row_features import SHORTEST_VECTOR, row_features
from evidence.survey.variable_features import variable_features

__all__ = [
    "SHORTEST_VECTOR",
    "Answers",
    "AnswersTo",
    "Coded",
    "RowTable",
    "answers_as_declared",
    "row_features",
    "variable_features",
]
