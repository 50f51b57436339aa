"""Questions with several answers: one variable that lists the codes, or a set of variables, one an option.

Of each option the share of cases (of those who chose anything) and the share of responses (of everything chosen),
as SPSS reports multiple-response sets (IBM SPSS Statistics, MULT RESPONSE).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from evidence.survey.dictionary import Code, Variable
from evidence.survey.features import Answers


@dataclass(frozen=True, slots=True)
class OptionCount:
    """One option of a set; shares are 0-1, None where nobody chose anything."""

    name: str
    label: str
    count: int
    case_share: float | None
    response_share: float | None


@dataclass(frozen=True, slots=True)
class SetFrequency:
    """One multiple-response set: `cases` chose something, `responses` is everything chosen."""

    name: str
    rows: int
    cases: int
    responses: int
    options: tuple[OptionCount, ...]


def chosen_codes(values: pd.Series) -> pd.Series:
    """How many chose each code of a variable whose answers list codes as `1;3`; an index of texts."""
    wholes = values.dropna().astype(str).value_counts()
    counts: dict[str, int] = {}
    for whole, times in wholes.items():
        for code in dict.fromkeys(part.strip() for part in str(whole).split(";")):
            if code:
                counts[code] = counts.get(code, 0) + int(times)
    return pd.Series(counts, dtype=int)


def set_frequencies(variables: Sequence[Variable], answers: Answers) -> tuple[SetFrequency, ...]:
    """The sets that the dictionary names, by their first variable, and each variable of type multiple as a set."""
    members: dict[str, list[Variable]] = {}
    for variable in variables:
        if variable.set:
            members.setdefault(variable.set, []).append(variable)
    of_variables = (_of_one(v, answers.values[v.name]) for v in variables if v.type == "multiple")
    return (*(_of_set(name, found, answers.values) for name, found in members.items()), *of_variables)


def _of_set(name: str, members: Sequence[Variable], values: pd.DataFrame) -> SetFrequency:
    """A set of options ticked one by one; where the members share several codes, each code is an option."""
    codes, frame = members[0].values, values[[m.name for m in members]]
    if len(codes) > 2 and all(m.values == codes for m in members):
        marks = [(shown_code(code), label, (frame == code).any(axis=1)) for code, label in codes.items()]
    else:
        marks = [(m.name, m.label, (frame[m.name] == _ticked(m)).fillna(False).astype(bool)) for m in members]
    cases = int(pd.concat([mark for _, _, mark in marks], axis=1).any(axis=1).sum())
    return _made(name, len(values), cases, [(option, label, int(mark.sum())) for option, label, mark in marks])


def _ticked(variable: Variable) -> Code:
    """The code that stands for "chosen": 1 where there is one, else the last one declared."""
    return 1.0 if not variable.values or 1.0 in variable.values else list(variable.values)[-1]


def _of_one(variable: Variable, values: pd.Series) -> SetFrequency:
    counts = {shown_code(code): int(count) for code, count in chosen_codes(values).items()}
    options = [(shown_code(c), label, counts.get(shown_code(c), 0)) for c, label in variable.values.items()]
    return _made(variable.name, len(values), int(values.notna().sum()), options)


def shown_code(code: object) -> str:
    """A code as people write it: `7`, `2.5`, `.a`; a text that is a number is one."""
    try:
        number = float(str(code))
    except ValueError:
        return str(code).strip()
    return str(int(number)) if number.is_integer() else f"{number:g}"


def _made(name: str, rows: int, cases: int, options: Iterable[tuple[str, str, int]]) -> SetFrequency:
    options = list(options)
    responses = sum(count for _, _, count in options)
    return SetFrequency(
        name,
        rows,
        cases,
        responses,
        tuple(
            OptionCount(option, label, n, n / cases if cases else None, n / responses if responses else None)
            for option, label, n in options
        ),
    )
