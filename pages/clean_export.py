"""What lies beside a clean export in words: a README with counts only, and the list of every change as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import pandas as pd

from evidence.survey.clean_files import declared_missing, sav_names
from evidence.survey.cleaning import CELLS, IDENTIFYING, KEPT, MISSING, ROWS, Clean, CleanVariable
from evidence.survey.dictionary import Code
from pages.layout import plural
from study import Query

ACCEPTED = {"SV030": "whose key is also in another row"}
KINDS = {"number": "number", "text": "text", "day": "day", "time": "day and time"}


def changes_csv(clean: Clean) -> bytes:
    """One row a change: row of the original file (from 1), key, variable, what stood there, what became of it.

    Labels of the file that gave way to those of the data dictionary are listed last, without a row.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(clean.changes.columns)
    writer.writerows(clean.changes.itertuples(index=False))
    for name, labels in clean.other_labels.items():
        for code, label in labels.items():
            now = f"{_code(code)}={_label(clean[name], code)}"
            writer.writerow(("", "", name, f"{_code(code)}={label}", now, "SV014", "labels are the data dictionary's"))
    return out.getvalue().encode()


def export_readme(
    clean: Clean, survey: str, file: str, edition: int, *, has_scores: bool, queries: Iterable[Query] = ()
) -> bytes:
    """What the export is, the rules it was made by with how often each applied, the open `queries`, its variables."""
    return ("\n".join(_lines(clean, survey, file, edition, has_scores, queries)) + "\n").encode()


def _lines(
    clean: Clean, survey: str, file: str, edition: int, has_scores: bool, queries: Iterable[Query]
) -> Iterator[str]:
    rows, columns = clean.frame.shape
    yield f"# {survey}: clean export, edition {edition}"
    yield ""
    yield f"Made from `{file}`, which was not changed: {plural(rows, 'row')}, {plural(columns, 'variable')}."
    yield ""
    yield f"- `{survey}.sav`: for SPSS, R, Stata and others, with labels, declared missing codes and measures."
    yield f"- `{survey}.parquet`: the same for R and Python, with the labels in the metadata of its columns."
    yield "- `changes.csv`: every answer that was changed, with what stood there and why."
    yield ""
    yield "Blank is system-missing. Refused, don't know and the like keep their codes and are declared as missing."
    yield "Nothing was imputed and nothing recoded. Reversed items are **as answered, not turned round**."
    if has_scores:
        yield (
            "Columns ending in `_score` are scale scores, made with reversed items turned round; those in `_n` say how "
            "many items were answered."
        )
    yield ""
    yield "This folder holds what people answered: it is for those who may see it. Whoever gets a copy is to be"
    yield "written down, because a withdrawal reaches copies only through people."
    yield ""
    yield from _changed(clean)
    yield from _out(clean)
    yield from _renamed(clean)
    yield from _labels(clean)
    yield from _open(queries)
    yield "## Variables"
    yield ""
    yield "| variable | label | type | measure | answers and missing codes | answered | missing codes | blank |"
    yield "|---|---|---|---|---|---|---|---|"
    for variable in clean.variables:
        yield _row(variable, clean.frame[variable.name])


def _changed(clean: Clean) -> Iterator[str]:
    yield "## What was changed"
    yield ""
    cells = clean.changes[clean.changes["became"].isin((MISSING, KEPT))]
    if cells.empty:
        yield "No answer was changed."
    for (rule, became), part in cells.groupby(["rule", "became"]):
        why = "; ".join(CELLS[check] for check in str(rule).split(";"))
        what = "set missing" if became == MISSING else "kept, because somebody set the query aside"
        yield f"- {plural(len(part), 'answer')} {what} ({rule}: {why})"
    for check, one in clean.accepted.items():
        if one.rows:
            yield f"- {plural(len(one.rows), 'row')} {ACCEPTED[check]} stay ({check}: {one.by})"
    if cells["rule"].str.contains("|".join(sorted(IDENTIFYING))).any():
        yield "- text that may tell who somebody is never stays, also where its query was set aside"
    yield ""


def _out(clean: Clean) -> Iterator[str]:
    if clean.excluded or clean.left_out:
        yield "## What was left out"
        yield ""
        for rule, count in clean.excluded.items():
            yield f"- {plural(count, 'row')}: {ROWS[rule]}"
        for name, why in clean.left_out.items():
            yield f"- the variable {_cell(name)}: {why}"
        yield ""


def _renamed(clean: Clean) -> Iterator[str]:
    others = {name: other for name, other in sav_names(clean.frame.columns).items() if name != other}
    undeclared = [v.name for v in clean.variables if v.missing and not declared_missing(v)]
    if others or undeclared:
        yield "## In the SPSS file only"
        yield ""
        for name, other in others.items():
            yield f"- the variable {_cell(name)} is called {other}, because SPSS does not take its name"
        for name in undeclared:
            yield f"- the missing codes of {_cell(name)} are labelled, but SPSS cannot declare so many"
        yield ""


def _labels(clean: Clean) -> Iterator[str]:
    yield "## Labels"
    yield ""
    yield "Labels are those of the data dictionary; where it has none, those of the file."
    if clean.other_labels:
        yield "The file calls these codes otherwise (SV014):"
        yield ""
    for name, labels in clean.other_labels.items():
        for code, label in labels.items():
            yield f"- {_cell(name)}, {_code(code)}: {_cell(_label(clean[name], code))}; in the file: {_cell(label)}"
    yield ""


def _open(queries: Iterable[Query]) -> Iterator[str]:
    queries = list(queries)
    if queries:
        yield "## Open queries"
        yield ""
        yield "Nobody has resolved these or set them aside:"
        yield ""
        for query in sorted(queries, key=lambda q: (q.severity != "review", q.check, q.where)):
            yield f"- {query.check} ({query.severity}), {_cell(query.where)}: {_cell(query.message)}"
        yield ""


def _label(variable: CleanVariable, code: Code) -> str:
    labels = {**variable.missing, **variable.values}
    return labels.get(code) or labels.get(_code(code), "")


def _code(code: Code) -> str:
    return f"{code:g}" if isinstance(code, float) else code


def _row(variable: CleanVariable, column: pd.Series) -> str:
    codes = {**variable.values, **variable.missing}
    listed = "; ".join(
        f"{code:g}={label}" if isinstance(code, float) else f"{code}={label}" for code, label in codes.items()
    )
    missing = int(column.isin(list(variable.missing)).sum())
    blank = int(column.isna().sum())
    counts = (len(column) - missing - blank, missing, blank)
    cells = (variable.name, variable.label, KINDS[variable.kind], variable.measure, listed, *counts)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")
