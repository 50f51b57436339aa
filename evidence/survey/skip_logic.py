"""When a survey question is shown: conditions parsed, written and evaluated, by the names other modules use."""

from __future__ import annotations

from evidence.survey.conditions import computed, holds
from evidence.survey.grammar import parse_calculation, parse_condition
from evidence.survey.grammar_nodes import (
    Compared,
    Condition,
    Expression,
    Joined,
    Negated,
    Value,
    variables_of,
)
from evidence.survey.grammar_words import ConditionError
from evidence.survey.grammar_written import written_calculation, written_condition

__all__ = [
    "Compared",
    "Condition",
    "ConditionError",
    "Expression",
    "Joined",
    "Negated",
    "Value",
    "computed",
    "holds",
    "parse_calculation",
    "parse_condition",
    "variables_of",
    "written_calculation",
    "written_condition",
]
