"""The clean form: exactly what the rules say is changed, everything else is as it was, and files give it all back."""

from __future__ import annotations

import io
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.survey import Survey
from evidence.survey.clean_files import as_parquet, as_sav, declared_missing, sav_names
from evidence.survey.cleaning import CELLS, Clean, CleanVariable, Failed, Row, cleaned
from evidence.survey.cleaning_scores import with_scores
from evidence.survey.dictionary import DataDictionary, Variable, read_dictionary
from evidence.survey.features import answers_as_declared
from evidence.survey.scales import Scale
from pages.clean_export import changes_csv, export_readme
from study import Query
from study.errors import StudyError

DICTIONARY = b"""variable,label,type,values,missing,range,scale,reverse
id,Key,text,,,,,
q1,I like my work,single,1=No;2=Partly;3=Yes,-9=Refused;-8=Don't know,,work,
q2,I dread my work,single,1=No;2=Partly;3=Yes,-9=Refused,,work,yes
age,Age,integer,,-9=Refused,18..99,,
pay,Pay an hour,decimal,,,,,
day,Day,date,,,,,
colour,Colour,single,red=Red;blue=Blue,none=No answer,,,
remark,Anything else,text,,,,,
"""
FRAME = pd.DataFrame(
    {
        "id": pd.Series(["P1", "P2", "P3", "P4", "P5"], dtype=object),
        "q1": [1.0, 7.0, -9.0, np.nan, 3.0],
        "q2": [3.0, 2.0, 1.0, -9.0, 1.0],
        "age": [30.0, 40.5, -9.0, 200.0, 50.0],
        "pay": [12.25, 13.5, np.nan, 9.0, 20.0],
        "day": pd.to_datetime(["2026-01-05", "2027-01-01", None, "2026-02-01", "2026-02-02"]),
        "colour": pd.Series(["red", "none", None, "blue", "red"], dtype=object),
        "remark": pd.Series(["fine", None, "ask ann@example.org", "ok", "no"], dtype=object),
    }
)
FAILED = (
    Failed("SV020", "q1", [1]),
    Failed("SV022", "age", [1]),
    Failed("SV021", "age", [3]),
    Failed("SV023", "day", [1]),
    Failed("SV050", "remark", [2]),
)


def survey(frame: pd.DataFrame = FRAME, own: DataDictionary | None = None) -> Survey:
    return Survey(frame, own or DataDictionary(tuple(Variable(str(n)) for n in frame)), [], "", "csv")


def clean(
    failed: Collection[Failed] = FAILED,
    excluded: dict[Row, Collection[int]] | None = None,
    *,
    dictionary: bytes = DICTIONARY,
    frame: pd.DataFrame = FRAME,
) -> Clean:
    read, declared = survey(frame), read_dictionary(dictionary, "d.csv")
    assert not declared.faults
    return cleaned(read, declared, answers_as_declared(read, declared), failed, excluded or {}, key="id")


def changes(of: Clean) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in of.changes.drop(columns="reason").itertuples(index=False)]


def test_what_fails_is_set_missing_listed_with_what_stood_there_and_nothing_else_changes() -> None:
    made = clean()
    assert changes(made) == [
        (2, "P2", "q1", "7", "missing", "SV020"),
        (2, "P2", "age", "40.5", "missing", "SV022"),
        (2, "P2", "day", "2027-01-01", "missing", "SV023"),
        (3, "P3", "remark", "(text not repeated here)", "missing", "SV050"),
        (4, "P4", "age", "200", "missing", "SV021"),
    ]
    assert set(made.changes["reason"]) <= set(CELLS.values())
    expected = FRAME.copy()
    for row, _, variable, *_ in changes(made):
        expected.loc[row - 1, variable] = None
    pd.testing.assert_frame_equal(made.frame, expected, check_dtype=False)
    assert made.frame["q1"].tolist()[2] == -9.0
    assert made.frame["colour"].tolist()[1] == "none"


def test_a_check_that_is_no_rule_changes_nothing_and_a_blank_is_no_change() -> None:
    made = clean([Failed("SV024", "day", [0]), Failed("SV033", "all", [0, 1]), Failed("SV020", "q1", [3])])
    assert made.changes.empty
    pd.testing.assert_frame_equal(made.frame, FRAME, check_dtype=False)


def test_what_somebody_set_aside_is_kept_and_said_but_not_where_another_check_fails() -> None:
    made = clean([Failed("SV020", "q1", [1, 4], "set aside by ME"), Failed("SV027", "q1", [4])])
    assert made.frame["q1"].tolist()[1] == 7.0
    assert np.isnan(made.frame["q1"].tolist()[4])
    assert changes(made) == [(2, "P2", "q1", "7", "kept", "SV020"), (5, "P5", "q1", "3", "missing", "SV027")]
    assert made.changes["reason"][0].endswith("kept: set aside by ME")


def test_several_checks_on_one_answer_are_one_change() -> None:
    both = changes(clean([Failed("SV020", "q1", [1]), Failed("SV027", "q1", [1])]))
    assert both == [(2, "P2", "q1", "7", "missing", "SV020;SV027")]
    aside = clean([Failed("SV020", "q1", [1], "a"), Failed("SV027", "q1", [1], "b")])
    assert changes(aside) == [(2, "P2", "q1", "7", "kept", "SV020;SV027")]


def test_text_where_a_number_is_declared_cannot_be_kept() -> None:
    frame = FRAME.assign(age=pd.Series(["30", "old", "-9", "40", "50"], dtype=object))
    made = clean([Failed("SV028", "age", [1], "set aside by ME")], frame=frame)
    assert made.frame["age"].tolist()[:1] + made.frame["age"].tolist()[2:] == [30.0, -9.0, 40.0, 50.0]
    assert changes(made) == [(2, "P2", "age", "old", "missing", "SV028")]
    assert "cannot stand" in made.changes["reason"][0]


def test_text_that_tells_who_somebody_is_goes_although_its_query_was_set_aside() -> None:
    for check in ("SV050", "SV051"):
        made = clean([Failed(check, "remark", [2], "set aside by ME")])
        assert changes(made) == [(3, "P3", "remark", "(text not repeated here)", "missing", check)]
        assert "set aside by ME, but identifying text is never kept" in made.changes["reason"][0]
        assert made.frame["remark"].isna().tolist()[2]


def test_labels_of_the_file_that_gave_way_are_told_in_readme_and_list_of_changes() -> None:
    own = DataDictionary((Variable("q1", values={1.0: "Always", 2.0: " Yes "}, missing={-9.0: "Refused"}),))
    declared = read_dictionary(b"variable,type,values,missing\nq1,single,1=No;2=Yes,-9=Refused\n", "d.csv")
    read = survey(FRAME[["q1"]], own)
    made = cleaned(read, declared, answers_as_declared(read, declared), (), {}, key=None)
    assert made["q1"].values == {1.0: "No", 2.0: "Yes"}
    assert made.other_labels == {"q1": {1.0: "Always"}}
    assert changes_csv(made).decode().splitlines()[1:] == [",,q1,1=Always,1=No,SV014,labels are the data dictionary's"]
    query = Query("SV014", "review", "survey:s", "s.sav, column q1", "Codes labelled differently: 1.", "f")
    readme = export_readme(made, "s", "s.sav", 1, has_scores=False, queries=[query]).decode()
    assert "- q1, 1: No; in the file: Always\n" in readme
    assert "- SV014 (review), s.sav, column q1: Codes labelled differently: 1.\n" in readme


def test_rows_are_left_out_once_named_by_their_number_alone_with_none_of_their_answers() -> None:
    made = clean(FAILED, {"duplicate": [0, 1], "withdrawn": [1], "no_key": [], "not_registered": [3]})
    assert made.frame["id"].tolist() == ["P3", "P5"]
    assert made.rows.tolist() == [2, 4]
    assert made.excluded == {"withdrawn": 1, "not_registered": 1, "duplicate": 1}
    out = [row for row in changes(made) if row[2] == "(whole row)"]
    assert [(row[0], row[1], row[3], row[5]) for row in out] == [
        (1, "", "", "duplicate"),
        (2, "", "", "withdrawn"),
        (4, "", "", "not_registered"),
    ]
    assert {row[1] for row in changes(made)} == {"", "P3"}


def test_direct_identifiers_and_what_nobody_described_are_left_out_and_such_a_key_names_no_row() -> None:
    header, rows = DICTIONARY.decode().split("\n", 1)
    marked = f"{header},identifies\n" + rows.replace("id,Key,text,,,,,", "id,Key,text,,,,,,direct", 1)
    made = clean(dictionary=marked.encode(), frame=FRAME.assign(phone="555"))
    assert list(made.frame) == ["q1", "q2", "age", "pay", "day", "colour", "remark"]
    assert made.left_out == {"id": "identifies people directly", "phone": "not in the data dictionary"}
    assert set(made.changes["key"]) == {""}


def test_missing_codes_that_the_column_cannot_hold_stand_beside_it() -> None:
    frame = FRAME.assign(age=pd.Series([30.0, ".a", -9.0, ".b", None], dtype=object))
    own = DataDictionary(
        tuple(Variable(n, missing={".a": "Refused", ".b": ""} if n == "age" else {}) for n in frame.columns)
    )
    declared = read_dictionary(DICTIONARY, "d.csv")
    read = survey(frame, own)
    made = cleaned(read, declared, answers_as_declared(read, declared), (), {}, key="id")
    assert made.frame["age"].dropna().tolist() == [30.0, -9.0]
    beside = made.frame["age_missing"]
    assert [None if pd.isna(cell) else cell for cell in beside] == [None, ".a", None, ".b", None]
    assert made["age_missing"].values == {".a": "Refused"}
    assert dict(made["age"].missing) == {-9.0: "Refused"}


def test_reversed_items_say_that_they_are_not_turned_and_scores_turn_them() -> None:
    made = clean(())
    assert made["q2"].label == "I dread my work (reversed item, as answered)"
    assert made["q2"].is_reversed
    assert made.frame["q2"].tolist() == FRAME["q2"].tolist()
    scale = Scale("work", ("q1", "q2"), frozenset({"q2"}), 0.7)
    scored = with_scores(clean(), [scale], read_dictionary(DICTIONARY, "d.csv"))
    assert scored.frame["work_n"].tolist() == [2.0, 1.0, 1.0, 0.0, 2.0]
    assert scored.frame["work_score"].tolist()[:3] == [1.0, 2.0, 3.0]
    assert np.isnan(scored.frame["work_score"][3])
    assert scored.frame["work_score"][4] == 3.0
    assert [v.name for v in scored.variables[-2:]] == ["work_score", "work_n"]
    absent = Scale("other", ("q1", "q9"), frozenset(), 0.7)
    assert with_scores(made, [absent], read_dictionary(DICTIONARY, "d.csv")).frame.equals(made.frame)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(
    st.sets(st.tuples(st.sampled_from(["q1", "q2", "age", "colour"]), st.integers(0, 4))), st.sets(st.integers(0, 4))
)
def test_the_clean_form_differs_from_the_file_exactly_where_the_list_says(
    cells: set[tuple[str, int]], out: set[int]
) -> None:
    made = clean([Failed("SV020", name, [row]) for name, row in cells], {"withdrawn": out})
    assert made.rows.tolist() == sorted({0, 1, 2, 3, 4} - out)
    kept = FRAME.iloc[made.rows].reset_index(drop=True)
    differs = {
        (name, int(made.rows[row]))
        for name in kept
        for row in range(len(kept))
        if not (pd.isna(kept[name][row]) and pd.isna(made.frame[name][row]))
        and kept[name][row] != made.frame[name][row]
    }
    listed = made.changes[made.changes["became"] == "missing"]
    assert differs == set(zip(listed["variable"], listed["row"] - 1, strict=True))
    assert differs == {(n, r) for n, r in cells if r not in out and not pd.isna(FRAME[n][r])}


@pytest.mark.slow
def test_the_sav_gives_back_answers_labels_missing_codes_measures_and_days(tmp_path: Path) -> None:
    made = clean()
    data = as_sav(made, "tiny, clean export")
    assert data == as_sav(clean(), "tiny, clean export")
    (tmp_path / "clean.sav").write_bytes(data)
    frame, meta = pyreadstat.read_sav(str(tmp_path / "clean.sav"), user_missing=True)
    for name in ("q1", "q2", "age", "pay"):
        assert np.array_equal(frame[name], made.frame[name], equal_nan=True)
    texts = frame["colour"].astype(object)
    assert texts.where(texts != "", None).where(texts.notna(), None).tolist() == ["red", "none", None, "blue", "red"]
    assert pd.to_datetime(frame["day"]).tolist()[0] == pd.Timestamp("2026-01-05")
    assert frame["day"].isna().tolist() == [False, True, True, False, False]
    assert meta.column_names_to_labels["q2"] == "I dread my work (reversed item, as answered)"
    assert meta.variable_value_labels["q1"] == {1: "No", 2: "Partly", 3: "Yes", -9: "Refused", -8: "Don't know"}
    assert [part["lo"] for part in meta.missing_ranges["q1"]] == [-9.0, -8.0]
    assert [part["lo"] for part in meta.missing_ranges["colour"]] == ["none"]
    assert meta.variable_measure == {
        "id": "nominal", "q1": "ordinal", "q2": "ordinal", "age": "scale", "pay": "scale", "day": "scale",
        "colour": "nominal", "remark": "nominal",
    }  # fmt: skip
    assert (meta.original_variable_types["day"], meta.original_variable_types["pay"]) == ("DATE11", "F8.2")
    plain, _ = pyreadstat.read_sav(str(tmp_path / "clean.sav"))
    assert plain["q1"].isna().tolist() == [False, True, True, True, False]


def test_the_parquet_gives_back_the_same_with_labels_in_its_columns() -> None:
    made = clean()
    data = as_parquet(made, "tiny")
    assert data == as_parquet(clean(), "tiny")
    frame = pd.read_parquet(io.BytesIO(data))
    assert np.array_equal(frame["q1"].astype(float), made.frame["q1"], equal_nan=True)
    assert np.array_equal(frame["pay"], made.frame["pay"], equal_nan=True)
    assert [None if pd.isna(c) else c for c in frame["colour"]] == ["red", "none", None, "blue", "red"]
    schema = pq.read_schema(io.BytesIO(data))
    assert [str(schema.field(n).type) for n in ("q1", "pay", "day", "colour")] == [
        "int64",
        "double",
        "date32[day]",
        "string",
    ]
    said = {k.decode(): v.decode() for k, v in schema.field("q1").metadata.items()}
    assert said["label"] == "I like my work"
    assert json.loads(said["values"]) == {"1": "No", "2": "Partly", "3": "Yes"}
    assert json.loads(said["missing"]) == {"-9": "Refused", "-8": "Don't know"}
    assert schema.field("q2").metadata[b"reversed"] == b"as answered, not turned round"


def test_the_order_in_which_a_file_gives_its_missing_codes_does_not_show() -> None:
    def made(codes: list[str]) -> bytes:
        own = DataDictionary(tuple(Variable(str(n), missing=dict.fromkeys(codes, "No")) for n in FRAME))
        declared = read_dictionary(DICTIONARY, "d.csv")
        read = survey(FRAME, own)
        whole = cleaned(read, declared, answers_as_declared(read, declared), (), {}, key="id")
        return as_sav(whole, "t") + as_parquet(whole, "t")

    assert made(["none", "never", "nil"]) == made(["nil", "none", "never"])


def test_names_are_as_spss_takes_them_and_no_two_alike() -> None:
    names = ["q1", "Q1", "1st", "a b", "with", "é", "x" * 70, "x" * 71, "end."]
    found = sav_names(names)
    assert found["q1"] == "q1"
    assert len({name.lower() for name in found.values()}) == len(names)
    frame = pd.DataFrame({name: [1.0] for name in names})
    variables = tuple(CleanVariable(name, "", "number", "nominal") for name in names)
    made = Clean(frame, variables, pd.DataFrame(), np.arange(1), {}, {})
    assert as_sav(made, "t")[:4] == b"$FL2"


@pytest.mark.parametrize(
    ("codes", "values", "expected"),
    [
        ([-9, -8, -7], [1], [-9.0, -8.0, -7.0]),
        ([-9, -8, -7, -6], [1], [{"lo": -9.0, "hi": -6.0}]),
        ([-9, -8, -7, 99], [1, 5], [{"lo": -9.0, "hi": -7.0}, 99.0]),
        ([-9, -8, 98, 99], [1, 5], []),
    ],
)
def test_more_than_three_missing_codes_are_a_range_that_holds_no_answer(
    codes: list[int], values: list[int], expected: list[object]
) -> None:
    variable = CleanVariable(
        "q", "", "number", "nominal", {float(v): "x" for v in values}, {float(c): "m" for c in codes}
    )
    assert declared_missing(variable) == expected


def test_what_the_sav_would_lose_is_refused_by_name() -> None:
    frame = pd.DataFrame({"remark": pd.Series(["\0 cut", "b"], dtype=object)})
    made = Clean(frame, (CleanVariable("remark", "", "text", "nominal"),), pd.DataFrame(), np.arange(2), {}, {})
    with pytest.raises(StudyError, match="remark cannot be written as an SPSS file without loss"):
        as_sav(made, "t")
