"""Thirty checks on sixty variables, five ways: ours, Great Expectations as it comes, pandera on pandas and on polars,
pandas by hand. Each takes the frame as a reader gives it and says which rows fail which check.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from benchmarks.surveys_made import (
    CHECKED_ITEMS,
    CHECKED_NUMBERS,
    COUNTS,
    DATES,
    DECIMALS,
    EMAIL,
    LABELS,
    REFUSED,
    ROLES,
    SITES,
    TODAY,
    Found,
    dictionary,
)

Contender = Callable[[pd.DataFrame], Found]
BOUNDS = {**COUNTS, **DECIMALS}
ANSWERS = [*map(float, LABELS), REFUSED]
TONIGHT = pd.Timestamp(TODAY) + pd.Timedelta(days=1)
PROTOCOL = """
id: bench
title: Made up
time_zone: UTC
strands: [quantitative]
ethics: {board: None, reference: NONE, approvals: [{from: 2026-01-01}]}
team: [{code: ME, name: Nobody, role: investigator}]
participants: {roles: [{id: peer, label: Peer}]}
sampling: {id_column: site_id, stages: [{name: sites, strategy: convenience, rationale: A test, size: 1}]}
consent_forms: [{form: main, version: "1", file: f.md, approved: 2026-01-01, opens: 2026-01-02, scopes: [take_part]}]
surveys:
  - {name: bench, file: surveys/bench.sav, dictionary: surveys/bench.dictionary.csv, linkage: anonymous, key: pid,
     site: site, start: started, end: ended}
"""
NAMES = (
    "SV040 pid",
    "SV030 pid",
    *(f"SV020 {name}" for name in (*CHECKED_ITEMS, "site", "role")),
    *(f"SV021 {name}" for name in CHECKED_NUMBERS),
    *(f"SV023 {name}" for name in DATES),
    "SV024 ended",
    "SV027 cigarettes",
    "SV050 remark",
)
"""The thirty checks, each with the column it looks at."""
LOOKED_AT = frozenset({name.split()[1] for name in NAMES} | {"started", "smokes"})


def ours(frame: pd.DataFrame) -> Found:
    """Answers read as declared, measured, and the thirty judged: the dictionary describes the columns they look at."""
    from expectations.survey.suites import row_suite
    from expectations.validate import validate_full

    study, survey = _survey(frame, LOOKED_AT)
    rows = survey.rows(TODAY)
    suite = row_suite(survey.dictionary, rows.columns, survey.spec)
    thirty = tuple(check for check in suite.checks if f"{check.id} {check.about}" in NAMES)
    assert len(thirty) == len(NAMES)
    whole = _replaced(suite, checks=thirty)
    judged = validate_full(rows, whole, study=study, place="bench")
    return {f"{r.check} {r.column}": frozenset(r.failing) for r in judged.results}


def ours_everything(frame: pd.DataFrame) -> Found:
    """Every check that the dictionary of all sixty variables asks for, as a run makes them; of these the thirty."""
    from expectations.survey.suites import judge

    study, survey = _survey(frame, None)
    results = [r for v in judge(survey, survey.rows(TODAY), study=study, ref="bench") for r in v.results]
    found = {f"{r.check} {r.column}": frozenset(r.failing) for r in results}
    return {name: found[name] for name in NAMES} | {"all": frozenset(range(len(results)))}


def _survey(frame: pd.DataFrame, only: frozenset[str] | None) -> Any:
    """The protocol, and the survey to judge with the dictionary of `only` these columns."""
    from evidence.survey import Survey
    from evidence.survey.dictionary import DataDictionary, read_dictionary
    from evidence.survey.features import answers_as_declared
    from expectations.survey.suites import SurveyToJudge
    from study import load_protocol

    study = load_protocol(PROTOCOL.encode())
    whole = read_dictionary(dictionary(), "bench.dictionary.csv")
    described = DataDictionary(tuple(v for v in whole.variables if only is None or v.name in only))
    file = Survey(frame, whole, [], "", "sav")
    answers = answers_as_declared(file, described)
    return study, SurveyToJudge(study.surveys[0], file, described, answers, pd.DataFrame(index=frame.index))


def _replaced(suite: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(suite, **changes)


def plain_gx(frame: pd.DataFrame) -> Found:
    """Great Expectations' own expectations on the whole frame, full results."""
    import great_expectations.expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    unshown = (Column("smokes") != 1) & Column("smokes").is_not_null()
    asked: dict[str, Any] = {
        "SV040 pid": gxe.ExpectColumnValuesToNotBeNull(column="pid"),
        "SV030 pid": gxe.ExpectColumnValuesToBeUnique(column="pid"),
        **{f"SV020 {n}": gxe.ExpectColumnValuesToBeInSet(column=n, value_set=ANSWERS) for n in CHECKED_ITEMS},
        "SV020 site": gxe.ExpectColumnValuesToBeInSet(column="site", value_set=list(SITES)),
        "SV020 role": gxe.ExpectColumnValuesToBeInSet(column="role", value_set=list(ROLES)),
        **{
            f"SV021 {n}": gxe.ExpectColumnValuesToBeBetween(column=n, min_value=BOUNDS[n][0], max_value=BOUNDS[n][1])
            for n in CHECKED_NUMBERS
        },
        **{
            f"SV023 {n}": gxe.ExpectColumnValuesToBeBetween(
                column=n, max_value=TONIGHT.to_pydatetime(), strict_max=True
            )
            for n in DATES
        },
        "SV024 ended": gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="ended", column_B="started", or_equal=True, ignore_row_if="either_value_is_missing"
        ),
        "SV027 cigarettes": gxe.ExpectColumnValuesToBeNull(column="cigarettes", row_condition=unshown),
        "SV050 remark": gxe.ExpectColumnValuesToNotMatchRegex(column="remark", regex=EMAIL),
    }
    return _asked(frame, asked)


def _asked(frame: pd.DataFrame, asked: dict[str, Any]) -> Found:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    for name, expectation in asked.items():
        expectation.meta = {"name": name}
    suite = gx.ExpectationSuite(name="bench", expectations=list(asked.values()))
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
    answer = batch.validate(suite, result_format={"result_format": "COMPLETE"})
    return {
        r.expectation_config.meta["name"]: frozenset(map(int, r.result["unexpected_index_list"] or ()))
        for r in answer.results
    }


def floor(frame: pd.DataFrame) -> Found:
    """What Great Expectations does with any frame before it looks at it: its own hash, over the checked columns."""
    from great_expectations.execution_engine.pandas_execution_engine import hash_pandas_dataframe

    hash_pandas_dataframe(frame[sorted(LOOKED_AT)])
    return {}


def pandera_pandas(frame: pd.DataFrame) -> Found:
    """A lazy schema on pandas; what needs two columns is a check of the frame."""
    import pandera.pandas as pa

    def nullable(check: Any) -> Any:
        return pa.Column(None, [check], nullable=True)

    columns: dict[str, Any] = {
        "pid": pa.Column(None, nullable=False, unique=True, report_duplicates="all"),
        **{name: nullable(pa.Check.isin(ANSWERS)) for name in CHECKED_ITEMS},
        "site": nullable(pa.Check.isin(list(SITES))),
        "role": nullable(pa.Check.isin(list(ROLES))),
        **{n: nullable(pa.Check.in_range(*BOUNDS[n])) for n in CHECKED_NUMBERS},
        **{n: nullable(pa.Check.lt(TONIGHT)) for n in DATES},
        "remark": nullable(pa.Check(lambda s: ~s.str.contains(EMAIL, na=False, regex=True))),
    }
    over_frame = [
        pa.Check(lambda df: ~(df["ended"] < df["started"]), name="SV024 ended"),
        pa.Check(lambda df: ~(df["cigarettes"].notna() & df["smokes"].ne(1)), name="SV027 cigarettes"),
    ]
    try:
        pa.DataFrameSchema(columns, checks=over_frame).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        return _by_name(error.failure_cases)
    return dict.fromkeys(NAMES, frozenset())


def _by_name(cases: pd.DataFrame) -> Found:
    """Pandera's list of failures under the names of the thirty."""
    cases = cases[cases["index"].notna()]
    of_column = {column: name for name in NAMES for check, column in [name.split()] if check not in ("SV024", "SV027")}
    names = cases["column"].map(of_column).where(~cases["check"].isin(NAMES), cases["check"])
    names = names.where(~((cases["column"] == "pid") & (cases["check"] == "not_nullable")), "SV040 pid")
    names = names.where(~((cases["column"] == "pid") & (cases["check"] == "field_uniqueness")), "SV030 pid")
    found = {str(name): frozenset(map(int, part)) for name, part in cases["index"].groupby(names)}
    return {name: found.get(name, frozenset()) for name in NAMES}


def pandera_polars(frame: Any) -> Found:
    """The same on a polars frame."""
    import pandera.polars as pa
    import polars as pl

    def nullable(check: Any) -> Any:
        return pa.Column(None, [check], nullable=True)

    ended, started, cigarettes, smokes = map(pl.col, ("ended", "started", "cigarettes", "smokes"))
    in_order = (ended >= started).fill_null(True)
    not_unshown = ~(cigarettes.is_not_null() & (smokes != 1)).fill_null(False)
    columns: dict[str, Any] = {
        "pid": pa.Column(None, nullable=False),
        **{name: nullable(pa.Check.isin(ANSWERS)) for name in CHECKED_ITEMS},
        "site": nullable(pa.Check.isin(list(SITES))),
        "role": nullable(pa.Check.isin(list(ROLES))),
        **{n: nullable(pa.Check.in_range(*BOUNDS[n])) for n in CHECKED_NUMBERS},
        **{n: nullable(pa.Check.lt(TONIGHT.to_pydatetime())) for n in DATES},
        "remark": nullable(
            pa.Check(lambda data: data.lazyframe.select(~pl.col(data.key).str.contains(EMAIL).fill_null(False)))
        ),
    }
    once = pl.col("pid").is_null() | ~pl.col("pid").is_duplicated()
    over_frame = [
        pa.Check(lambda data: data.lazyframe.select(once), name="SV030 pid"),
        pa.Check(lambda data: data.lazyframe.select(in_order), name="SV024 ended"),
        pa.Check(lambda data: data.lazyframe.select(not_unshown), name="SV027 cigarettes"),
    ]
    try:
        pa.DataFrameSchema(columns, checks=over_frame).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        return _by_name(error.failure_cases.select("column", "check", "index").to_pandas())
    return dict.fromkeys(NAMES, frozenset())


def pandas_by_hand(frame: pd.DataFrame) -> Found:
    """Thirty masks, written for these columns alone."""
    keys = frame["pid"]
    unshown = frame["cigarettes"].notna() & frame["smokes"].notna() & frame["smokes"].ne(1)
    masks: dict[str, pd.Series] = {
        "SV040 pid": keys.isna(),
        "SV030 pid": keys.duplicated(keep=False) & keys.notna(),
        **{f"SV020 {n}": frame[n].notna() & ~frame[n].isin(ANSWERS) for n in CHECKED_ITEMS},
        "SV020 site": frame["site"].notna() & ~frame["site"].isin(SITES),
        "SV020 role": frame["role"].notna() & ~frame["role"].isin(ROLES),
        **{f"SV021 {n}": (frame[n] < BOUNDS[n][0]) | (frame[n] > BOUNDS[n][1]) for n in CHECKED_NUMBERS},
        **{f"SV023 {n}": frame[n] >= TONIGHT for n in DATES},
        "SV024 ended": frame["ended"] < frame["started"],
        "SV027 cigarettes": unshown,
        "SV050 remark": frame["remark"].str.contains(EMAIL, na=False, regex=True),
    }
    return {name: frozenset(mask.to_numpy().nonzero()[0].tolist()) for name, mask in masks.items()}


CONTENDERS: dict[str, Contender] = {
    "ours": ours,
    "plain Great Expectations": plain_gx,
    "pandera on pandas": pandera_pandas,
    "pandera on polars": pandera_polars,
    "pandas by hand": pandas_by_hand,
    "ours, every check": ours_everything,
    "one hash of the checked columns": floor,
}
