"""Rows taken out of .sav files and workbooks: everything else reads as before, or the file is left alone."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from evidence import isolated
from tasks.people_files import CannotEdit, edited_file
from tasks.people_rows import Edit

LABELS = {"id": "Code", "q": "How was it?"}
ANSWERS = pd.DataFrame(
    {"id": ["P001", "P002", "P003"], "q": [1.0, 99.0, 2.0], "day": [1.36e10, 1.37e10, 1.38e10], "t": ["a", "é", ""]}
)


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "call", lambda function, *args, seconds, megabytes: function(*args))


@pytest.fixture(params=["sav", "zsav"])
def labelled(request, tmp_path: Path) -> bytes:
    path = tmp_path / f"answers.{request.param}"
    pyreadstat.write_sav(
        ANSWERS,
        str(path),
        file_label="Staff, wave 1",
        column_labels=LABELS,
        compress=request.param == "zsav",
        note=["kept"],
        variable_value_labels={"q": {1: "no", 2: "yes", 99: "refused"}},
        missing_ranges={"q": [99, {"lo": 90, "hi": 95}]},
        variable_measure={"q": "ordinal"},
        variable_format={"day": "DATE11"},
    )
    return path.read_bytes()


def read(data: bytes, tmp_path: Path):
    (tmp_path / "read.sav").write_bytes(data)
    return pyreadstat.read_sav(str(tmp_path / "read.sav"), user_missing=True, disable_datetime_conversion=True)


def test_a_labelled_file_loses_the_row_and_nothing_else(labelled, tmp_path):
    taken = edited_file(labelled, Edit("id", ("P002",)))
    assert taken.rows == 1
    (frame, meta), (_, before) = read(taken.data, tmp_path), read(labelled, tmp_path)
    assert frame.to_dict("list") == ANSWERS[ANSWERS["id"] != "P002"].to_dict("list")
    for said in ("variable_value_labels", "missing_ranges", "column_names_to_labels", "variable_measure", "notes"):
        assert getattr(meta, said) == getattr(before, said), said
    assert (meta.file_label, meta.original_variable_types["day"]) == ("Staff, wave 1", "DATE11")
    assert b"P002" not in taken.data
    assert edited_file(labelled, Edit("id", ("P009",))) == (labelled, 0)


def test_a_file_keeps_the_day_it_was_made_so_that_the_same_edit_gives_the_same_bytes(labelled):
    aged = labelled[:92] + b"01 Jan 1609:00:00" + labelled[109:]
    taken = edited_file(aged, Edit("id", ("P002",)))
    assert taken.data[92:109] == b"01 Jan 1609:00:00"


def test_a_key_is_replaced_by_one_that_is_longer(labelled, tmp_path):
    taken = edited_file(labelled, Edit("id", ("P002",), replaced="deidentified-0a1b2c3d"))
    frame, meta = read(taken.data, tmp_path)
    assert list(frame["id"]) == ["P001", "deidentified-0a1b2c3d", "P003"]
    assert list(frame["q"]) == [1.0, 99.0, 2.0]
    assert meta.column_names_to_labels["id"] == "Code"


def test_what_would_lose_something_is_left_to_people(labelled, monkeypatch):
    write = pyreadstat.write_sav
    monkeypatch.setattr(pyreadstat, "write_sav", lambda *a, **k: write(*a, **{**k, "variable_measure": None}))
    with pytest.raises(CannotEdit):
        edited_file(labelled, Edit("id", ("P003",)))
    with pytest.raises(CannotEdit):
        edited_file(b"<stata_dta><header>", Edit("id", ("P001",)))


def test_a_workbook_loses_the_row_on_every_sheet_that_has_the_column():
    book = openpyxl.Workbook()
    for sheet, header in ((book.active, ["code", "answer"]), (book.create_sheet(), ["answer", "code"])):
        sheet.append(header)
        sheet.append(["P001", 4] if header[0] == "code" else [4, "P001"])
        sheet.append(["P002", 5] if header[0] == "code" else [5, "P002"])
    book.create_sheet("notes").append(["P001 said so"])
    written = io.BytesIO()
    book.save(written)
    taken = edited_file(written.getvalue(), Edit("code", ("P001",)))
    after = openpyxl.load_workbook(io.BytesIO(taken.data))
    assert taken.rows == 2
    assert [[[c.value for c in row] for row in sheet.iter_rows()] for sheet in after.worksheets] == [
        [["code", "answer"], ["P002", 5]],
        [["answer", "code"], [5, "P002"]],
        [["P001 said so"]],
    ]


def test_of_a_redcap_export_every_row_of_the_record_goes_in_the_files_own_spelling():
    rows = ("record_id;event;code", "7;enrolment;P001", "7;follow_up;", "8;enrolment;P002 é", "8;follow_up;", "")
    text = "\r\n".join(rows)
    data = text.encode("cp1252")
    edit = Edit("code", ("P001",), record="record_id|Record ID", encoding="cp1252", separator=";")
    taken = edited_file(data, edit)
    assert taken.rows == 2
    assert taken.data.decode("cp1252") == ("record_id;event;code\r\n8;enrolment;P002 é\r\n8;follow_up;\r\n")
    assert edited_file(data, Edit("code", ("P009",), record="record_id", encoding="cp1252", separator=";")).rows == 0
    alone = edited_file(b"code,answer\nP001,1\nP002,2\n", Edit("code", ("P001",), record="record_id"))
    assert alone == (b"code,answer\nP002,2\n", 1)
