"""No cell, however odd, keeps a survey from being measured, described and cleaned."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.survey import Survey
from evidence.survey.clean_files import as_parquet
from evidence.survey.cleaning import Failed, cleaned
from evidence.survey.dictionary import Code, DataDictionary, Type, Variable
from evidence.survey.features import answers_as_declared, row_features, variable_features
from evidence.survey.file_features import file_features
from evidence.survey.frequencies import frequencies
from evidence.survey.scale_report import ScaleReport
from evidence.survey.scales import scale_reports, scales_of
from evidence.survey.skip_logic import parse_calculation, parse_condition

TODAY = date(2026, 6, 30)
TYPES: tuple[Type, ...] = ("integer", "decimal", "text", "date", "single", "multiple")
NUMERALS = (
    "1",
    "7",
    "-9",
    "007",
    "1e400",
    "inf",
    "-Infinity",
    "nan",
    "0x1",
    "1_0",
    "99999999999999999999",
    "１",
    "1;7;",
    ";",
)
DAYS = (
    "2026", "2026-03", "2026-03-01", "-2026-03-01", "0000-01-01", "0001-01-01", "9999-12-31T23:59:59-11:00", "now",
    "NaT", "2026-03-01T10:00+02:00", "2026-03-01T10:00Z", "20260301", "01/02/2026", "\x00",
)  # fmt: skip
WORDS = (*NUMERALS, *DAYS)
OTHERS = (
    1, -9, 10**19, 10**400, -(2**63), True, 2.5, np.inf, -np.inf, 1e308, 5e-324, date(1, 1, 1), pd.NaT,
    datetime(9999, 12, 31, 23), datetime(2026, 3, 1, tzinfo=UTC), pd.Timestamp("2026-03-01 10:00"),
    pd.Timestamp("2026-03-01T10:00+02:00"),
)  # fmt: skip
TEXTS = st.lists(st.sampled_from((*WORDS, None)), min_size=30, max_size=30).map(lambda c: pd.Series(c, dtype="str"))
MIXED = st.lists(st.sampled_from((*WORDS, *OTHERS, None)), min_size=30, max_size=30).map(
    lambda cells: pd.Series(cells, dtype=object)
)
NUMBERS = st.lists(st.sampled_from((1.0, 7.0, -9.0, 1e308, -1e308, 9.3e18, np.inf, np.nan)), min_size=30, max_size=30)
MOMENTS = st.sampled_from(["us", "ns"]).flatmap(
    lambda unit: st.lists(
        st.sampled_from(("1700-01-01T00:00", "2026-03-01T10:00", "2200-12-31T00:00", None)), min_size=30, max_size=30
    ).map(lambda cells: pd.Series(pd.to_datetime(cells, format="ISO8601")).astype(f"datetime64[{unit}]"))
)
COLUMNS = TEXTS | MIXED | NUMBERS.map(pd.Series) | MOMENTS
CODES: dict[Code, str] = {1.0: "No", 2.0: "Yes"}
MISSING: dict[Code, str] = {-9.0: "Refused", ".a": "Lost"}


def declared(name: str, type: Type) -> Variable:
    """A variable with everything that its type can have."""
    codes = CODES if type in ("single", "multiple") else {}
    scale = "s" if name in ("a", "b") and type in ("integer", "decimal", "single") else ""
    show = parse_condition("b > 1 or start >= '2026-01-01'") if name == "c" else None
    what = parse_calculation("a + b") if name == "d" and type in ("integer", "decimal") else None
    span = (0.0, 10.0) if type in ("integer", "decimal") else None
    return Variable(name, "", type, codes, MISSING, span, scale, show_if=show, is_required=True, calculation=what)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@pytest.mark.filterwarnings("ignore")
@given(st.tuples(*[COLUMNS] * 6), st.tuples(*[st.sampled_from(TYPES)] * 6))
def test_odd_cells_are_measured_described_and_cleaned(columns: tuple[pd.Series, ...], types: tuple[Type, ...]) -> None:
    names = ("a", "b", "c", "d", "start", "end")
    survey = Survey(
        pd.DataFrame(dict(zip(names, columns, strict=True))), DataDictionary(tuple(map(Variable, names))), [], "", "csv"
    )
    dictionary = DataDictionary(tuple(map(declared, names, types)))
    answers = answers_as_declared(survey, dictionary)
    rows = row_features(answers, dictionary, key="d", start="start", end="end", today=TODAY)
    variables = variable_features(survey, dictionary, answers, ())
    described = frequencies(survey, dictionary, answers, start="start", end="end")
    reports: tuple[ScaleReport, ...] = scale_reports(scales_of((), dictionary, minimum_alpha=0.7), answers, dictionary)
    wild = [Failed("SV020", name, (0, 1)) for name in names]
    clean = cleaned(survey, dictionary, answers, wild, {}, key=None)
    assert file_features(survey, dictionary, answers, ())["unit_nonresponse_share"] is not None
    assert {len(table) for table in (answers.values, rows["start"].whole(), clean.frame)} == {30}
    assert (len(variables), len(described.variables), len(reports) <= 1) == (6, 6, True)
    assert as_parquet(clean, "t")
