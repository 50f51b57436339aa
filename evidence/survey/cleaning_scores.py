"""Scale scores beside the clean answers: by the same rules as everywhere, each with how many items it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from evidence.survey.cleaning import Clean, CleanVariable, with_columns
from evidence.survey.dictionary import DataDictionary
from evidence.survey.scale_report import scores_of
from evidence.survey.scales import Scale


def with_scores(clean: Clean, scales: Iterable[Scale], dictionary: DataDictionary) -> Clean:
    """The clean form with `<scale>_score` and `<scale>_n` (items answered) for each scale that is whole and numeric.

    Reversed items are turned round in the score only. A score is null where fewer items are answered than the scale
    asks for; a scale whose reversed items have no declared span gets none.
    """
    columns: dict[str, pd.Series] = {}
    variables: list[CleanVariable] = []
    for scale in scales:
        items = [name for name in scale.items if name in clean.frame]
        if len(items) < len(scale.items) or not all(dictionary[name].is_numeric for name in items):
            continue
        raw = pd.DataFrame({name: _substantive(clean, name) for name in items})
        found = scores_of(scale, raw, dictionary)
        if found is None:
            continue
        name = _free(scale.name, {*clean.frame.columns, *columns})
        columns[f"{name}_score"] = found[1].astype(float)
        columns[f"{name}_n"] = raw.notna().sum(axis=1).astype(float)
        turned = f", {len(scale.reversed)} turned round" if scale.reversed else ""
        how = f"{scale.score} of the {len(items)} items of {scale.name}{turned}"
        variables.append(CleanVariable(f"{name}_score", f"Score: {how}", "number", "scale"))
        label = f"Items of {scale.name} answered"
        variables.append(CleanVariable(f"{name}_n", label, "number", "scale", whole=True))
    return with_columns(clean, columns, variables)


def _substantive(clean: Clean, name: str) -> pd.Series:
    """The answers to an item without its missing codes."""
    column = clean.frame[name]
    return column.mask(column.isin(list(clean[name].missing)))


def _free(scale: str, taken: set[str]) -> str:
    """The scale's name as the beginning of names that no column has."""
    plain = re.sub(r"\W+", "_", scale).strip("_") or "scale"
    names = (plain, *(f"{plain}_{n}" for n in range(2, 99)))
    return next(n for n in names if not {f"{n}_score", f"{n}_n"} & taken)
