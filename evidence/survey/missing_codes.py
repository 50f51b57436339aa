"""Missing values that a file tells apart: declared codes and ranges of SPSS, tagged missing values of Stata and SAS.

Stata's .a to .z and SAS's .A to .Z and ._ stand in a column of objects as text; what is system-missing is null.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from evidence.survey.dictionary import Code


def tag_codes(tags: Iterable[Any]) -> list[str]:
    """Tags as they are written in Stata and SAS: `a` as `.a`."""
    return [f".{str(tag).lstrip('.')}" for tag in tags]


def tagged(answers: pd.Series) -> pd.Series:
    """Numbers as float64; where some answers are tags, numbers and tags as objects."""
    numbers = pd.to_numeric(answers, errors="coerce").astype(float)
    if pd.api.types.is_numeric_dtype(answers):
        return numbers
    is_tag = answers.notna() & numbers.isna()
    if not is_tag.any():
        return numbers
    found = numbers.astype(object)
    found[is_tag] = tag_codes(answers[is_tag])
    return found.where(numbers.notna() | is_tag, None)


def declared_missing(
    name: str, meta: Any, labels: dict[Code, str], answers: pd.Series, *, is_text: bool
) -> dict[Code, str]:
    """Missing codes in order: single codes, those of a declared range that are labelled or occur, and tags."""
    found: set[Code] = set()
    if is_text:
        found |= {str(code) for code in (meta.missing_user_values or {}).get(name, ())}
    else:
        found |= set(tag_codes((meta.missing_user_values or {}).get(name, ())))
        found |= {code for code in labels if isinstance(code, str)}
        found |= set(_tags(answers))
    for part in (meta.missing_ranges or {}).get(name, ()):
        if part["lo"] == part["hi"]:
            found.add(str(part["lo"]).rstrip() if isinstance(part["lo"], str) else float(part["lo"]))
        else:
            known = {*labels, *answers.dropna().unique()}
            found |= {float(c) for c in known if not isinstance(c, str) and part["lo"] <= c <= part["hi"]}
    return {code: labels.get(code, "") for code in sorted(found, key=lambda code: (isinstance(code, str), code))}


def _tags(answers: pd.Series) -> list[str]:
    if pd.api.types.is_numeric_dtype(answers):
        return []
    return [tag for tag in answers.dropna().unique() if isinstance(tag, str)]
