"""What to look at in a proposed data dictionary: guesses to be confirmed by people, said and never written into it.

No hint holds an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import pandas as pd

from evidence.detectors.patterns import Patterns
from evidence.survey.contents import Survey
from evidence.survey.dictionary_model import DataDictionary, Variable
from evidence.survey.dictionary_proposal import GUESSED, substantive, unlabelled_codes

FEWEST_ITEMS = 3
"""Variables in a row with equal answer options below which nothing is said of a scale."""
FEWEST_OPTIONS = 3
SAMPLE = 200
"""Texts looked at for contact details, of each variable."""
_KEY = re.compile(r"(?i)(^|_)(id|code|key|resp\w*|record\w*|participant\w*|token|case\w*)($|_|\d)|id$")
_SITE = re.compile(
    r"(?i)site|program|clinic|cent(er|re)|facility|agency|county|ward|hospital|team|redcap_data_access_group"
)
_DAY = re.compile(r"(?i)date|day|answered|interview|completed|submitted|recorded")
_START, _END = re.compile(r"(?i)start"), re.compile(r"(?i)end($|_|date)|finish|complet")
_PERSON = re.compile(
    r"(?i)(^|_|\b)(first|last|family|given|full|sur|maiden|nick)[_ ]?names?\b|^names?$|e-?mail|phone|telephone|mobile"
    r"|(^|_|\b)(street|address|zip|postcode|postal)|birth|^born|(^|_)(dob|ssn|mrn)($|_)|social security"
    r"|medical record|ip ?address|latitude|longitude|signature"
)
_WRITTEN_DAY = r"(?P<first>[0-9]{1,2})[./-](?P<second>[0-9]{1,2})[./-](?:[0-9]{4}|[0-9]{2})(?:[T ,].*)?"
"""A day with its year last, alone or with a time of day."""
_LIKE_MISSING = (-99.0, -98.0, -97.0, -9.0, -8.0, -7.0, -999.0, -998.0, -9999.0)


@dataclass(frozen=True, slots=True)
class Hints:
    """Variables that may be what study.yaml asks for ("" where none is likely), and sentences on what to look at."""

    key: str = ""
    site: str = ""
    day: str = ""
    start: str = ""
    end: str = ""
    sentences: tuple[str, ...] = ()


def hints(survey: Survey, dictionary: DataDictionary) -> Hints:
    """Guesses from names, labels and answers."""
    columns = {
        v.name: substantive(survey.frame[v.name], v.missing) for v in dictionary.variables if v.name in survey.frame
    }
    days = [v.name for v in dictionary.variables if v.type == "date"]
    start = next((name for name in days if _START.search(name)), "")
    end = next((name for name in days if _END.search(name) and name != start), "") if start else ""
    other = [name for name in days if name not in (start, end) and not _PERSON.search(name)]
    return Hints(
        _key(survey, dictionary, columns),
        _site(dictionary, columns),
        next((name for name in other if _DAY.search(name)), other[0] if other else ""),
        start,
        end,
        tuple(_sentences(survey, dictionary, columns)),
    )


def _key(survey: Survey, dictionary: DataDictionary, columns: dict[str, pd.Series]) -> str:
    """A variable named like a key with another answer in nearly every row; else the first such in the file."""
    rows = len(survey.frame)
    unlike = [
        v.name
        for v in dictionary.variables
        if v.type in ("text", "integer") and not v.values and rows > 1
        and len(columns.get(v.name, ())) == rows and columns[v.name].nunique() > 0.9 * rows
    ]  # fmt: skip
    return next((name for name in unlike if _KEY.search(name)), "")


def _site(dictionary: DataDictionary, columns: dict[str, pd.Series]) -> str:
    for variable in dictionary.variables:
        answers = columns.get(variable.name, pd.Series(dtype=object))
        if _SITE.search(variable.name) and variable.type != "decimal" and 1 < answers.nunique() <= len(answers) / 2:
            return variable.name
    return ""


def _sentences(survey: Survey, dictionary: DataDictionary, columns: dict[str, pd.Series]) -> Iterator[str]:
    if survey.format in GUESSED:
        yield "The file does not say its types: they are guessed from the answers; codes and missing codes are for you."
    for names in _batteries(dictionary.variables):
        yield (
            f"{names[0]} to {names[-1]} ({len(names)} variables in a row) have the same answer options: if they are "
            "one scale, write its name in their column scale, and yes under reverse for items that are turned round."
        )
    for variable in (v for v in dictionary.variables if v.name not in survey.platform_columns):
        yield from _of_variable(variable, columns.get(variable.name, pd.Series(dtype=object)))


def _of_variable(variable: Variable, answers: pd.Series) -> Iterator[str]:
    name = variable.name
    if variable.type != "text" and variable.values:
        count = len(unlabelled_codes(answers, variable.values))
        if count and variable.type != "single":
            yield f"{name} has labels for some of its numbers only, so it is described as a number: is it one?"
        elif count:
            codes = f"{count} {'codes' if count > 1 else 'code'}"
            yield f"{name} has {codes} without a label: write what they mean under values."
    unnamed = sum(not label for label in variable.missing.values())
    if unnamed:
        codes = f"{unnamed} missing {'codes' if unnamed > 1 else 'code'}"
        yield f"{name} has {codes} without a label: write under missing why there is no answer."
    if variable.type in ("integer", "decimal") and pd.api.types.is_numeric_dtype(answers):
        suspects = answers.isin(_LIKE_MISSING)
        if suspects.any() and (answers[~suspects] >= 0).all() and not suspects.all():
            yield f"{name} has numbers like -9 among positive ones: write those that mean no answer under missing."
    if variable.type == "text" and (order := _order_of_days(answers)):
        yield (
            f"{name} looks like days written {order}: it is described as text, which is never read as days. Write "
            "them as 2026-03-05 at the source, and date as its type."
        )
    if not variable.identifies and (_PERSON.search(name) or _PERSON.search(variable.label)):
        yield f"{name} may identify a person: write direct or indirect under identifies, or export the file without it."
    elif not variable.identifies and variable.type == "text" and _holds_contacts(answers):
        yield f"{name} holds what looks like contact details: look at it before the file goes on."


def _order_of_days(answers: pd.Series) -> str:
    """In which order day and month stand where every answer is a day with its year last; "" where they are none."""
    written = pd.Series(answers.unique()).astype("string").str.strip()
    parts = written.str.extract(f"^(?:{_WRITTEN_DAY})$")
    if parts.empty or parts.isna().any(axis=None):
        return ""
    numbers = parts.to_numpy(dtype=int)
    first, second = numbers.max(axis=0)
    if max(first, second) > 31 or min(first, second) > 12 or numbers.min() < 1:
        return ""
    if first <= 12 and second <= 12:
        return "day first or month first"
    return "day first" if first > 12 else "month first"


def _batteries(variables: tuple[Variable, ...]) -> Iterator[list[str]]:
    """Names of variables that follow each other with the same answer options, apart where their names say so."""
    for options, group in groupby(variables, key=lambda v: tuple(v.values.items()) if v.type == "single" else ()):
        names = [v.name for v in group if not v.set]
        stems = [list(part) for _, part in groupby(names, key=lambda name: name.rstrip("0123456789"))]
        parts = stems if min(map(len, stems), default=0) >= FEWEST_ITEMS else [names]
        yield from (part for part in parts if len(options) >= FEWEST_OPTIONS and len(part) >= FEWEST_ITEMS)


def _holds_contacts(answers: pd.Series) -> bool:
    patterns = Patterns()
    texts = answers.head(SAMPLE).astype(str)
    return sum(bool(patterns.find(text)) for text in texts) > len(texts) / 5
