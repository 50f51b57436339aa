"""Files of SPSS, Stata and SAS: labels, sets, days and every kind of missing value, exactly as they were written."""

from __future__ import annotations

import datetime
import io
import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.survey import sniff
from evidence.survey.contents import Contents, Refused
from evidence.survey.dates import calendar, counted_in, is_duration
from evidence.survey.reading import read_bytes
from evidence.survey.sas_transport import transport_of
from evidence.survey.sniffing import refusal
from tests.evidence.sas_files import sas7bcat, sas7bdat
from tests.evidence.survey_files import WRITERS, written


def opened(data: bytes, *, catalog: bytes | None = None, encoding: str | None = None, columns: Any = None) -> Contents:
    """The contents, read in this process: these files are known not to crash the reader."""
    found = sniff(data)
    assert found is not None
    answer = read_bytes(data, found, catalog, encoding, columns)
    assert isinstance(answer, Contents), answer
    return answer


def refused(data: bytes, **asked: Any) -> Refused:
    found = sniff(data)
    assert found is not None
    answer = read_bytes(data, found, None, asked.get("encoding"), asked.get("columns"))
    assert isinstance(answer, Refused), answer
    return answer


def sav(frame: pd.DataFrame, folder: Path, **options: Any) -> bytes:
    pyreadstat.write_sav(frame, str(folder / "a.sav"), **options)
    return (folder / "a.sav").read_bytes()


def dta(frame: pd.DataFrame, folder: Path, **options: Any) -> bytes:
    pyreadstat.write_dta(frame, str(folder / "a.dta"), **options)
    return (folder / "a.dta").read_bytes()


def xpt(frame: pd.DataFrame, folder: Path, **options: Any) -> bytes:
    pyreadstat.write_xport(frame, str(folder / "a.xpt"), **options)
    return (folder / "a.xpt").read_bytes()


def cells(column: pd.Series) -> list[object]:
    return [None if pd.isna(cell) else cell for cell in column]


def variable(contents: Contents, name: str) -> Any:
    return next(v for v in contents.variables if v.name == name)


def test_spss_single_codes_ranges_ranges_with_a_code_and_texts_are_missing_and_stay_in_the_answers(tmp_path: Path):
    frame = pd.DataFrame(
        {
            "one": [1.0, -9.0, -8.0, None],
            "range": [5.0, 97.0, 99.0, None],
            "both": [5.0, 97.0, -1.0, None],
            "text": ["yes", "NA", "no", ""],
        }
    )
    missing = {"one": [-9, -8], "range": [{"lo": 97, "hi": 99}], "both": [{"lo": 97, "hi": 99}, -1], "text": ["NA"]}
    labels = {"one": {-9.0: "Refused", -8.0: "Don't know", 1.0: "Yes"}, "range": {98.0: "Not asked"}}
    contents = opened(sav(frame, tmp_path, missing_ranges=missing, variable_value_labels=labels))
    assert [cells(contents.frame[name]) for name in frame] == [
        [1.0, -9.0, -8.0, None],
        [5.0, 97.0, 99.0, None],
        [5.0, 97.0, -1.0, None],
        ["yes", "NA", "no", None],
    ]
    assert variable(contents, "one").missing == {-9.0: "Refused", -8.0: "Don't know"}
    assert variable(contents, "one").values == {1.0: "Yes"}
    assert list(variable(contents, "range").missing.items()) == [(97.0, ""), (98.0, "Not asked"), (99.0, "")]
    assert set(variable(contents, "both").missing) == {-1.0, 97.0}
    assert variable(contents, "text").missing == {"NA": ""}


@pytest.mark.parametrize("version", [15, 14, 13, 12, 10, 8])
def test_stata_tags_stay_apart_from_each_other_and_from_blank(tmp_path: Path, version: int):
    frame = pd.DataFrame({"q": [1.0, "a", None, "z"], "n": [1.5, None, 2.0, 3.0]})
    labels = {"q": {1: "yes", "a": "refused"}}
    options = {"missing_user_values": {"q": ["a", "z"]}, "variable_value_labels": labels}
    contents = opened(dta(frame, tmp_path, version=version, **options))
    assert cells(contents.frame["q"]) == [1.0, ".a", None, ".z"]
    assert contents.frame["n"].dtype == float
    assert variable(contents, "q").values == {1.0: "yes"}
    assert variable(contents, "q").missing == {".a": "refused", ".z": ""}
    assert contents.declared_rows == 4


@pytest.mark.parametrize("version", [5, 8])
def test_sas_special_missing_values_of_a_transport_file_are_kept(tmp_path: Path, version: int):
    data = bytearray(
        xpt(pd.DataFrame({"q": [1.0, None, None, 3.0], "n": [np.nan] * 4}), tmp_path, file_format_version=version)
    )
    blank = b".".ljust(8, b"\0")
    places = [at for at in range(len(data)) if data[at : at + 8] == blank]
    data[places[1]] = ord("A")
    data[places[3]] = ord("_")
    contents = opened(bytes(data))
    assert cells(contents.frame["q"]) == [1.0, ".A", "._", 3.0]
    assert variable(contents, "q").missing == {".A": "", "._": ""}
    assert cells(contents.frame["n"]) == [None] * 4
    assert contents.declared_rows == (4 if version == 8 else None)


def test_declared_missing_values_of_a_portable_file_are_kept():
    data = written("survey.por")
    stream = data.replace(b"\r\n", b"")
    after = stream.index(b"70/5/HOURS")
    stream = stream[:after] + b"8-9/" + stream[after:]
    after = stream.index(b"70/3/DAY")
    stream = stream[:after] + b"B-9/-1/" + stream[after:]
    whole = b"\r\n".join(stream[at : at + 80] for at in range(0, len(stream), 80)) + b"\r\n"
    contents = opened(whole)
    assert cells(contents.frame["Q1"])[:4] == [1.0, -9.0, None, 2.0]
    assert cells(contents.frame["HOURS"])[:4] == [1.5, 2.0, 40.0, -8.0]
    assert variable(contents, "Q1").missing == {-9.0: ""}
    assert variable(contents, "HOURS").missing == {-8.0: ""}
    assert contents.frame.shape == opened(data).frame.shape


def test_multiple_response_sets_are_in_the_files_dictionary(tmp_path: Path):
    data = sav(pd.DataFrame({"a1": [1.0, 0.0], "a2": [0.0, 1.0], "c": [1.0, 2.0]}), tmp_path)
    definition = b"$fruit=D1 1 13 Which fruits? a1 a2\n"
    record = struct.pack("<iiii", 7, 7, 1, len(definition)) + definition
    at = data.index(struct.pack("<iii", 7, 11, 4))
    contents = opened(data[:at] + record + data[at:])
    assert [v.set for v in contents.variables] == ["fruit", "fruit", ""]


def test_days_and_moments_are_calendar_and_durations_are_seconds_that_may_pass_a_day(tmp_path: Path):
    moment = datetime.datetime(2026, 3, 5, 10, 30)
    seconds = (moment - datetime.datetime(1582, 10, 14)).total_seconds()
    frame = pd.DataFrame({name: [seconds, None] for name in ("d", "a", "e", "s", "j", "m", "q", "w", "t", "y")})
    frame = frame.assign(dt=[90_000.0, None], tm=[37_800.0, None], wd=[3.0, None])
    formats = {
        "d": "DATE11",
        "a": "ADATE10",
        "e": "EDATE10",
        "s": "SDATE10",
        "j": "JDATE7",
        "m": "MOYR8",
        "q": "QYR8",
        "w": "WKYR10",
        "t": "DATETIME20",
        "y": "YMDHMS20",
        "dt": "DTIME12",
        "tm": "TIME8",
        "wd": "WKDAY9",
    }
    contents = opened(sav(frame, tmp_path, variable_format=formats))
    for name in ("d", "a", "e", "s", "j", "m", "q", "w", "t", "y"):
        assert cells(contents.frame[name]) == [pd.Timestamp(moment), None], name
        assert variable(contents, name).type == "date"
    assert cells(contents.frame["dt"]) == [90_000.0, None]  # pyreadstat's own conversion makes it one o'clock
    assert cells(contents.frame["tm"]) == [37_800.0, None]
    assert variable(contents, "dt").note == "time, in seconds"
    assert contents.notes == ("dt holds times, in seconds", "tm holds times, in seconds")
    assert cells(contents.frame["wd"]) == [3.0, None]


def test_statas_days_weeks_months_quarters_and_half_years_are_their_first_days(tmp_path: Path):
    counted = {
        "td": 24_171.0,
        "tc": 2_088_412_200_000.0,
        "tw": 3_441.0,
        "tm": 794.0,
        "tq": 264.0,
        "th": 132.0,
        "ty": 2026.0,
    }
    frame = pd.DataFrame({name: [number, None] for name, number in counted.items()})
    contents = opened(dta(frame, tmp_path, variable_format={name: f"%{name}" for name in counted}))
    days = {name: str(contents.frame[name][0]) for name in list(counted)[:-1]}
    assert days == {
        "td": "2026-03-06 00:00:00",
        "tc": "2026-03-06 10:30:00",
        "tw": "2026-03-05 00:00:00",
        "tm": "2026-03-01 00:00:00",
        "tq": "2026-01-01 00:00:00",
        "th": "2026-01-01 00:00:00",
    }
    assert cells(contents.frame["ty"]) == [2026.0, None]


def test_sas_days_and_moments_are_calendar(tmp_path: Path):
    frame = pd.DataFrame({"d": [24_171.0, None], "m": [2_088_412_200.0, None], "t": [3_600.0, None]})
    contents = opened(xpt(frame, tmp_path, variable_format={"d": "DATE9", "m": "DATETIME20", "t": "TIME8"}))
    assert cells(contents.frame["d"]) == [pd.Timestamp("2026-03-06"), None]
    assert cells(contents.frame["m"]) == [pd.Timestamp("2026-03-06 10:30"), None]
    assert cells(contents.frame["t"]) == [3_600.0, None]
    assert [counted_in("sas7bdat", f) for f in ("YYMMDD10", "E8601DT19", "DTDATE9", "BEST12", "DOLLAR8")] == [
        *("day", "second", "second"),
        *(None, None),
    ]
    assert is_duration("sas7bdat", "TIME8.2")


def test_a_code_and_a_tag_among_days_stay_apart_from_days(tmp_path: Path):
    frame = pd.DataFrame({"d": [24_171.0, "r", None]})
    contents = opened(dta(frame, tmp_path, missing_user_values={"d": ["r"]}, variable_format={"d": "%td"}))
    assert cells(contents.frame["d"]) == ["2026-03-06", ".r", None]
    never = (datetime.datetime(1900, 1, 1) - datetime.datetime(1582, 10, 14)).total_seconds()
    frame = pd.DataFrame({"d": [never, never + 86_400 * 46_000, None]})
    contents = opened(sav(frame, tmp_path, missing_ranges={"d": [never]}, variable_format={"d": "DATE11"}))
    assert cells(contents.frame["d"]) == ["1900-01-01", "2025-12-11", None]
    assert variable(contents, "d").missing == {"1900-01-01": ""}
    beyond = pd.DataFrame({"d": [9e15, never, None]})
    contents = opened(sav(beyond, tmp_path, missing_ranges={"d": [9e15]}, variable_format={"d": "DATE11"}))
    assert cells(contents.frame["d"]) == ["9e+15", "1900-01-01", None]
    assert (variable(contents, "d").missing, contents.problems) == ({"9e+15": ""}, [])


def test_days_beyond_the_calendar_are_numbers_and_a_problem_and_other_days_are_days(tmp_path: Path):
    frame = pd.DataFrame({"far": [6.36e12, 1e10], "near": [1.3987e10, None]})
    contents = opened(sav(frame, tmp_path, variable_format={"far": "DATE11", "near": "DATE11"}))
    assert cells(contents.frame["far"]) == [6.36e12, 1e10]
    assert contents.frame["near"].dtype.kind == "M"
    assert len(contents.problems) == 1
    assert contents.problems[0].startswith("the column far holds days outside the calendar")


@given(st.lists(st.datetimes(datetime.datetime(1, 1, 2), datetime.datetime(9999, 12, 30)), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_seconds_and_days_come_back_as_they_were_counted(moments: list[datetime.datetime]):
    moments = [moment.replace(microsecond=0) for moment in moments]
    for format, start in (("sav", datetime.datetime(1582, 10, 14)), ("xpt", datetime.datetime(1960, 1, 1))):
        seconds = pd.Series([(moment - start).total_seconds() for moment in moments])
        found = calendar(seconds, format, "second")
        assert found is not None
        assert [m.to_pydatetime() for m in found] == moments
    days = pd.Series([float((moment - datetime.datetime(1960, 1, 1)).days) for moment in moments])
    found = calendar(days, "dta", "day")
    assert found is not None
    assert [m.date() for m in found] == [moment.date() for moment in moments]


@pytest.mark.parametrize(
    "name", ["survey.sav", "survey.zsav", "survey.119.dta", "survey.115.dta", "survey.v8.xpt", "survey.sas7bdat"]
)
def test_the_rows_a_header_declares_are_known(name: str):
    contents = opened(written(name))
    assert contents.declared_rows == len(contents.frame) == 24


def test_a_header_that_does_not_know_its_rows_declares_none():
    data = bytearray(written("survey.sav"))
    data[80:84] = struct.pack("<i", -1)
    contents = opened(bytes(data))
    assert contents.declared_rows is None
    assert len(contents.frame) == 24


@pytest.mark.parametrize("name", ["survey.v5.xpt", "survey.v8.xpt"])
@pytest.mark.parametrize("cut", [1, 80, 240])
def test_a_transport_file_cut_within_a_record_or_a_row_is_refused(name: str, cut: int):
    data = written(name)
    layout = transport_of(data)
    assert layout is not None
    assert not layout.is_cut(data)
    assert "ends within a row" in refused(data[:-cut]).what


@pytest.mark.slow
def test_columns_and_metadata_alone_are_read_on_request():
    for name in [n for n in WRITERS if not n.endswith(".por")]:
        whole = opened(written(name))
        some = opened(written(name), columns=("hours", "id", "absent"))
        assert list(some.frame.columns) == ["id", "hours"], name
        pd.testing.assert_frame_equal(some.frame, whole.frame[["id", "hours"]])
        labels = opened(written(name), columns=())
        assert labels.frame.shape == (0, 5)
        assert [(v.name, v.label) for v in labels.variables] == [(v.name, v.label) for v in whole.variables]
        assert not labels.problems


def test_text_that_is_not_in_the_declared_code_page_is_refused_or_read_in_the_one_study_yaml_names(tmp_path: Path):
    data = sav(pd.DataFrame({"s": ["né", "b"], "x": [1.0, 2.0]}), tmp_path)
    wrong = data.replace("né".encode(), b"n\xe9 ")
    assert wrong != data
    assert "code page" in refused(wrong).what  # pyreadstat alone reads it as "n"
    assert "`encoding`" in refused(wrong).remedy
    contents = opened(wrong, encoding="cp1252")
    assert (contents.frame["s"][0], contents.encoding) == ("né", "CP1252")
    assert "no code page" in refused(wrong, encoding="cp99").what
    assert opened(data, encoding="cp1252").frame["s"][0] == "né"


def test_letters_of_a_file_that_declares_no_code_page_are_told_about_until_somebody_does(tmp_path: Path):
    data = dta(pd.DataFrame({"s": ["né", "b"]}), tmp_path, version=12).replace("né".encode(), b"n\xe9\0")
    contents = opened(data)
    assert contents.frame["s"][0] == "né"
    assert ["does not say its code page" in p for p in contents.problems] == [True]
    assert opened(data, encoding="cp1252").problems == []
    assert opened(data, encoding="mac-roman").frame["s"][0] == "nÈ"
    assert opened(dta(pd.DataFrame({"s": ["ne"]}), tmp_path, version=12)).problems == []


def test_two_variables_of_one_name_are_refused(tmp_path: Path):
    data = dta(pd.DataFrame({"first1": [1.0], "first2": [2.0]}), tmp_path)
    assert "same name" in refused(data.replace(b"first2", b"first1")).what


def test_a_file_of_variables_without_a_row_is_told_about(tmp_path: Path):
    contents = opened(sav(pd.DataFrame({"q": pd.Series([], dtype=float), "s": pd.Series([], dtype=str)}), tmp_path))
    assert len(contents.frame) == 0
    assert ["no row" in p for p in contents.problems] == [True]


@pytest.mark.slow
def test_long_texts_and_many_variables_come_whole(tmp_path: Path):
    frame = pd.DataFrame({"s": ["ä" * 3000, "b"], **{f"v{n}": [1.0, 2.0] for n in range(500)}})
    contents = opened(sav(frame, tmp_path))
    assert contents.frame["s"].tolist() == frame["s"].tolist()
    assert contents.frame.shape == (2, 501)


def test_labels_of_a_sas_catalog_and_special_missing_values_reach_the_variables():
    table = {"id": ["P1", "P2 ", "P3"], "q": [1.0, "R", None], "d": [24_171.0, "_", None]}
    data = sas7bdat(table, {"q": "OFTEN", "d": "DATE9"})
    contents = opened(data, catalog=sas7bcat({"OFTEN": {1.0: "Never", 2.0: "Often"}}))
    assert cells(contents.frame["q"]) == [1.0, ".R", None]
    assert cells(contents.frame["d"]) == ["2026-03-06", "._", None]
    assert variable(contents, "q").values == {1.0: "Never", 2.0: "Often"}
    assert variable(contents, "q").missing == {".R": ""}
    assert [v.label for v in contents.variables] == ["Label of id", "Label of q", "Label of d"]
    assert contents.declared_rows == 3
    assert variable(opened(data), "q").values == {}


def test_a_catalog_in_place_of_the_data_and_a_damaged_catalog_are_refused():
    catalog = sas7bcat({"OFTEN": {1.0: "Never"}})
    assert sniff(catalog) is None
    assert refusal(catalog)[0] == "the survey file is a SAS catalog, which holds labels and no answers"
    answer = read_bytes(sas7bdat({"q": [1.0]}, {}), "sas7bdat", catalog[:3000], None, None)
    assert isinstance(answer, Refused)
    assert "catalog" in answer.what


NUMBERS = st.one_of(st.none(), st.integers(-99, 99).map(float), st.floats(-1e6, 1e6, allow_nan=False))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20).map(lambda t: t.strip())


@pytest.mark.slow
@given(st.lists(st.tuples(NUMBERS, TEXTS), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float | None, str]]):
    folder = tmp_path_factory.getbasetemp()
    frame = pd.DataFrame({"n": pd.Series([n for n, _ in rows], dtype=float), "s": [s for _, s in rows]})
    for data in (sav(frame, folder), dta(frame, folder)):
        contents = opened(data)
        for found, number in zip(contents.frame["n"], frame["n"], strict=True):
            assert found == number or (math.isnan(found) and math.isnan(number))
        assert cells(contents.frame["s"]) == [s or None for s in frame["s"]]


def test_reading_needs_no_file_of_its_own(monkeypatch: pytest.MonkeyPatch):
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("a file was opened for writing")

    monkeypatch.setattr("tempfile.mkstemp", never)
    monkeypatch.setattr("tempfile.mkdtemp", never)
    assert opened(written("survey.sav")).frame.equals(opened(io.BytesIO(written("survey.sav")).read()).frame)


def test_a_letter_lost_in_a_variable_with_a_name_beyond_ascii_is_seen(tmp_path: Path):
    data = sav(pd.DataFrame({"größe": ["né", "b"]}), tmp_path)
    assert opened(data).frame["größe"][0] == "né"
    assert "code page" in refused(data.replace("né".encode(), b"n\xe9 ")).what
