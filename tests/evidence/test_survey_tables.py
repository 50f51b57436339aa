"""CSV and workbooks, plain and as REDCap and Qualtrics export them: cells as they stand, what was mended told."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evidence.survey import delimited, sniff
from evidence.survey.contents import Contents, Refused
from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.reading import read_bytes
from evidence.survey.redcap_export import with_own_columns


def asked(data: bytes | str, **options: Any) -> Contents | Refused:
    data = data.encode() if isinstance(data, str) else data
    found = sniff(data)
    assert found in ("csv", "xlsx"), found
    return read_bytes(data, found, None, options.get("encoding"), options.get("columns"))


def opened(data: bytes | str, **options: Any) -> Contents:
    answer = asked(data, **options)
    assert isinstance(answer, Contents), answer
    return answer


def refused(data: bytes | str, **options: Any) -> Refused:
    answer = asked(data, **options)
    assert isinstance(answer, Refused), answer
    assert answer.remedy
    return answer


def rows(contents: Contents) -> list[list[str | None]]:
    return [[None if pd.isna(cell) else cell for cell in row] for row in contents.frame.astype(object).to_numpy()]


def workbook(*sheets: tuple[str, list[list[Any]]], merge: str = "", hidden: int = -1) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, (title, lines) in enumerate(sheets):
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
        if merge:
            sheet.merge_cells(merge)
        if number == hidden:
            sheet.sheet_state = "hidden"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_that_of_the_header_and_quoted_cells_may_hold_it_and_line_breaks(separator: str):
    text = f'id{separator}"said, why"\nP1{separator}"one{separator}\ntwo"\nP2{separator}"a ""b"""\n'
    contents = opened(text)
    assert list(contents.frame.columns) == ["id", "said, why"]
    assert rows(contents) == [["P1", f"one{separator}\ntwo"], ["P2", 'a "b"']]


@pytest.mark.parametrize("code_page", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_in_unicode_is_recognised(code_page: str):
    contents = opened("id\tsaid\nP1\tnée\n".encode(code_page))
    assert rows(contents) == [["P1", "née"]]
    assert contents.encoding == code_page.removesuffix("-sig")


def test_another_code_page_is_refused_with_its_row_or_read_as_study_yaml_declares_it():
    data = "id,said\nP1,a\nP2,née\n".encode("cp1252")
    assert refused(data).what == "the text is not UTF-8 (row 3)"
    assert "`encoding`" in refused(data).remedy
    assert rows(opened(data, encoding="cp1252"))[1] == ["P2", "née"]
    assert "no code page" in refused(data, encoding="cp9999").what


def test_spaces_case_and_leading_zeros_are_kept_and_blank_is_null():
    contents = opened("id,q\n 001 ,a\np002,  \n,\n")
    assert rows(contents) == [[" 001 ", "a"], ["p002", None]]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("id,q,q\nP1,1,2\n", "repeated (columns B, C)"),
        ("id,,q\nP1,1,2\n", "a column has answers and no name in the first row (column B)"),
        ("\n  ,,\nid,q\n", "the first row is empty"),
        ("id,q\nP1,1,2\nP2,1\n", "1 row has more cells than the header (first row 2)"),
        ("id,q\nP1,1,2\nP2,1,3\n", "2 rows have more cells"),
        ('id,q\nP1,"open\nP2,1\n', "not readable as CSV from row"),
        ("id,q\nP1,a\0b\n", "a NUL character (line 2)"),
    ],
)
def test_a_table_that_would_be_misread_is_refused_with_the_place(text: str, what: str):
    assert what in refused(text).what


def test_short_rows_are_filled_up_and_told_and_surplus_separators_are_nothing():
    contents = opened("id,q,r\nP1,1\nP2,1,2,,\n")
    assert rows(contents) == [["P1", "1", None], ["P2", "1", "2"]]
    assert contents.problems == ["1 row has fewer cells than the header: export it again"]


def test_columns_without_name_and_answers_are_left_out_and_noted():
    contents = opened("id,q,,\nP1,1,,\n")
    assert list(contents.frame.columns) == ["id", "q"]
    assert contents.notes == ("2 columns without name and answers left out",)


@pytest.mark.parametrize("text", ["id,q\n", "id,q", "id,q\n,\n"])
def test_a_header_without_a_row_is_told_about(text: str):
    contents = opened(text)
    assert contents.frame.shape == (0, 2)
    assert ["no row" in problem for problem in contents.problems] == [True]


def test_a_decimal_comma_is_noticed_and_left_alone():
    contents = opened("id;hours;said\nP1;1,5;a, b\nP2;20;c\n")
    assert contents.problems == ["the numbers of hours are written with a decimal comma: export them with a point"]
    assert rows(contents)[0] == ["P1", "1,5", "a, b"]
    assert opened('id,list\nP1,"1,2,3"\n').problems == []


def test_excels_separator_line_is_no_header():
    assert rows(opened("sep=;\nid;q\nP1;1,5\nP2;x\n")) == [["P1", "1,5"], ["P2", "x"]]


@pytest.mark.slow
def test_a_very_wide_table_and_a_very_long_cell_come_whole():
    names = [f"v{number}" for number in range(1500)]
    contents = opened(",".join(names) + "\n" + ",".join(["1"] * 1499 + ["x" * 300_000]) + "\n")
    assert contents.frame.shape == (1, 1500)
    assert len(contents.frame["v1499"][0]) == 300_000


CELL = st.text(st.sampled_from('ab ,;"\n\r\t1é'), max_size=6)


@pytest.mark.slow
@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=8))
@example([("a\rb", 'c"', "\n")])
@settings(max_examples=40, deadline=None)
def test_both_parsers_give_the_cells_that_were_written(table: list[tuple[str, str, str]]):
    import csv

    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("x", "y", "z"), *table])
    expected = [[cell if cell.strip() else None for cell in row] for row in table if any(c.strip() for c in row)]
    assert rows(opened(text.getvalue())) == expected
    body = text.getvalue().partition("\n")[2]
    by_hand, _ = delimited._by_hand(body, ",", 3, 1)
    assert [[None if pd.isna(c) else c for c in row] for row in by_hand.astype(object).to_numpy()] == expected


def test_a_workbooks_cells_are_text_as_people_see_them():
    import datetime

    lines = [
        ["id", "n", "x", "day", "at", "yes"],
        [" P1", 3.0, 1.5, datetime.datetime(2026, 3, 5), datetime.datetime(2026, 3, 5, 10, 30), True],
        [None, None, None, None, None, None],
        ["P2", 7, None, None, None, False],
    ]
    contents = opened(workbook(("answers", lines)))
    assert rows(contents) == [
        [" P1", "3", "1.5", "2026-03-05", "2026-03-05T10:30:00", "TRUE"],
        ["P2", "7", None, None, None, "FALSE"],
    ]
    assert contents.notes == ()


def test_of_several_sheets_the_first_visible_one_with_cells_is_read_and_named():
    data = workbook(("hidden", [["no"]]), ("empty", []), ("wave 1", [["id"], ["P1"]]), ("notes", [["x"]]), hidden=0)
    contents = opened(data)
    assert rows(contents) == [["P1"]]
    assert contents.notes == ("the workbook has 4 sheets, and wave 1 was read",)


def test_merged_header_cells_are_refused_and_merged_cells_below_are_not():
    lines = [["id", "q", "r"], ["P1", 1, 2]]
    assert refused(workbook(("a", lines), merge="B1:C1")).what == "cells of the first row are merged"
    assert rows(opened(workbook(("a", lines), merge="B2:C2"))) == [["P1", "1", None]]


def test_formulas_that_were_never_calculated_are_told_about():
    data = workbook(("a", [["id", "q", "total"], ["P1", 1, "=B2+1"], ["P2", 2, "=B3+1"]]))
    contents = opened(data)
    assert rows(contents) == [["P1", "1", None], ["P2", "2", None]]
    assert contents.problems[0].startswith("2 formulas have no stored value")
    assert "formula in the first row" in refused(workbook(("a", [["id", '="q"'], ["P1", 1]]))).what


def test_a_damaged_workbook_is_refused():
    data = workbook(("a", [["id"], ["P1"]]))
    assert refused(data[:-50]).what == "the file is not a readable .xlsx workbook"


INSTANCE = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]
RAW = (
    ",".join([*INSTANCE, "redcap_data_access_group"])
    + """,mood,why___1,why___2,why____9,staff_timestamp,staff_complete
1,baseline_arm_1,,,north,3,1,0,0,2026-03-05 10:00:00,2
1,baseline_arm_1,visit,1,north,UNK,0,0,1,,1
2,baseline_arm_1,,,south,,0,1,0,[not completed],0
"""
)


def test_a_raw_export_of_redcap():
    contents = opened(RAW)
    by_name = {v.name: v for v in contents.variables}
    assert contents.layout == "redcap"
    assert contents.row_columns == tuple(INSTANCE)
    assert contents.platform_columns == (
        *contents.row_columns[1:],
        "redcap_data_access_group",
        "staff_timestamp",
        "staff_complete",
    )
    assert [by_name[name].set for name in ("mood", "why___1", "why___2", "why____9")] == ["", "why", "why", "why"]
    assert by_name["staff_complete"].values == {0.0: "Incomplete", 1.0: "Unverified", 2.0: "Complete"}
    assert contents.frame["mood"].tolist()[:2] == ["3", "UNK"]
    assert contents.problems == []
    assert "2 forms are not marked complete in REDCap" in contents.notes


def test_a_labelled_export_of_redcap_is_read_and_told_to_come_raw():
    header = 'Record ID,Event Name,Survey Identifier,Mood?,"Why? (choice=Work, paid)",Complete?,Age,Complete?'
    contents = opened(f"{header}\n1,Baseline,a@example.org,Good,Checked,Complete,40,Incomplete\n")
    by_name = {v.name: v for v in contents.variables}
    assert contents.layout == "redcap"
    assert list(contents.frame.columns)[5:] == ["Complete?", "Age", "Complete? (2)"]
    assert contents.row_columns == ("Record ID", "Event Name")
    assert (by_name["Why? (choice=Work, paid)"].set, by_name["Why? (choice=Work, paid)"].label) == (
        "Why?",
        "Work, paid",
    )
    assert by_name["Survey Identifier"].identifies == "direct"
    assert ["raw headers" in problem for problem in contents.problems] == [True]
    assert "raw headers" in refused(f"{header},Age\n1,Baseline,,Good,Checked,Complete,40,Incomplete,41\n").remedy


def test_a_column_that_happens_to_end_like_a_form_is_no_redcap():
    assert opened("id,is_complete\nP1,mostly\n").layout == "plain"
    assert opened("id,Event Name\nP1,a\n").layout == "plain"


NAMES = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Finished", "ResponseId", "LocationLatitude", "Q1"]
TEXTS = ["Start Date", "End Date", "Response Type", "IP Address", "Progress", "Finished", "Response ID", "Latitude"]
TEXTS.append("How\nare you?")
ASKED = "How are you?"
IDS = [f'{{"ImportId":"{name}"}}' for name in NAMES]
GIVEN = ["2026-03-05 10:00:00", "2026-03-05 10:05:00", "IP Address", "192.0.2.1", "100", "True", "R_1", "1.0", "3"]
PREVIEW = ["2026-03-05 09:00:00", "", "Survey Preview", "", "10", "False", "R_0", "", "1"]


def qualtrics(*lines: list[str], separator: str = ",") -> str:
    import csv

    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(lines)
    return text.getvalue()


@pytest.mark.parametrize(
    ("data", "headers", "label"),
    [
        (qualtrics(NAMES, TEXTS, IDS, GIVEN, PREVIEW).encode("utf-8-sig"), "3 header rows", ASKED),
        (qualtrics(NAMES, TEXTS, IDS, GIVEN, PREVIEW, separator="\t").encode("utf-16"), "3 header rows", ASKED),
        (qualtrics(NAMES, TEXTS, GIVEN, PREVIEW).encode(), "2 header rows", ASKED),
        (workbook(("Sheet0", [NAMES, TEXTS, GIVEN, PREVIEW])), "2 header rows", ASKED),
        (qualtrics(NAMES, IDS, GIVEN, PREVIEW).encode(), "2 header rows", ""),
        (qualtrics(NAMES, GIVEN, PREVIEW).encode(), "1 header row", ""),
    ],
)
def test_an_export_of_qualtrics_with_its_headers(data: bytes, headers: str, label: str):
    contents = opened(data)
    by_name = {v.name: v for v in contents.variables}
    assert contents.layout == "qualtrics"
    assert contents.frame["ResponseId"].tolist() == ["R_1", "R_0"]
    assert contents.notes[-1] == f"read as an export of Qualtrics with {headers}"
    assert by_name["Q1"].label == label
    assert by_name["IPAddress"].identifies == "direct"
    assert by_name["LocationLatitude"].identifies == "indirect"
    assert contents.platform_columns == tuple(NAMES[:-1])
    assert contents.problems == [
        "1 row is a preview, a test or spam and no respondent (column Status): export without it"
    ]
    assert "1 response was not finished (column Finished)" in contents.notes


def test_other_readers_keep_their_own_limit_of_a_cell() -> None:
    before = csv.field_size_limit()
    assert rows(opened("a,b\n1," + "x" * 200_000 + "\n2\n"))[0] == ["1", "x" * 200_000]
    assert csv.field_size_limit() == before


def test_columns_that_redcap_adds_by_itself_need_no_row_in_the_dictionary_where_study_yaml_names_them() -> None:
    described = DataDictionary((Variable("record_id"), Variable("redcap_event_name", "Visit", "single", {"a": "A"})))
    named = ["redcap_data_access_group", "redcap_event_name", "staff_timestamp", "site"]
    found = with_own_columns(described, named)
    assert [(v.name, v.type, v.label) for v in found.variables[2:]] == [
        ("redcap_data_access_group", "text", "Data Access Group"),
        ("staff_timestamp", "date", "Survey Timestamp"),
    ]
    assert found["redcap_event_name"].label == "Visit"
    assert with_own_columns(DataDictionary(()), named).variables == ()
