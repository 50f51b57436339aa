"""What the child process does with a .sav frame: pyreadstat reads it; both kinds of missing values become null."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd

from study.errors import StudyError

Labelled = tuple[pd.DataFrame, dict[str, dict[Hashable, str]]]
"""The cases with codes as stored, and for each labelled variable what its codes mean."""


def read_labelled(path: str) -> Labelled:
    """Cases and value labels of a .sav file; StudyError for one that a reader can say something about."""
    import pyreadstat

    try:
        table, meta = pyreadstat.read_sav(path)
    except OverflowError:
        raise StudyError("a date in the file lies outside the calendar") from None
    except UnicodeDecodeError:
        raise StudyError("the file's text is not in the encoding it declares") from None
    except pyreadstat.ReadstatError as error:
        if "encoding" in str(error):
            raise StudyError("the file's text is not in the encoding it declares") from None
        raise StudyError("the file is no .sav file, or damaged") from None
    return table, {column: dict(labels) for column, labels in meta.variable_value_labels.items()}
