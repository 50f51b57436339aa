"""What is measured on a survey file as a whole."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from evidence.survey.answers import Answers
from evidence.survey.contents import Survey
from evidence.survey.dictionary import DataDictionary
from evidence.survey.labels import GARBLED


def file_features(
    survey: Survey, dictionary: DataDictionary, answers: Answers, about_rows: Collection[str | None]
) -> dict[str, object]:
    """`garbled_row_count`, rows with text that was read in a wrong encoding, their positions under
    `garbled_row_count:rows`; `unit_nonresponse_share` (0–1), rows without any answer but in the columns `about_rows`,
    which say of a row what it is. Null where there is no text, or no question.
    """
    garbled = np.zeros(len(survey.frame), dtype=bool)
    texts = [n for n in answers if isinstance(answers.to(n).values.dtype, pd.StringDtype)]
    for name in texts:
        is_garbled = answers.to(name).values.str.contains(GARBLED, regex=True).fillna(False).to_numpy(dtype=bool)
        garbled |= answers.to(name).coded.where(is_garbled)
    asked = [v.name for v in dictionary.variables if v.name in answers and v.name not in about_rows]
    silent = np.ones(len(survey.frame), dtype=bool)
    for name in asked:
        silent &= answers.to(name).coded.where(answers.to(name).is_blank)
    return {
        "garbled_row_count": int(garbled.sum()) if texts else None,
        "garbled_row_count:rows": tuple(np.flatnonzero(garbled).tolist()),
        "unit_nonresponse_share": float(silent.mean()) if asked and len(silent) else None,
    }
