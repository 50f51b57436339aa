"""Frames from csv and xlsx: one content whatever the order, and every fault with its row."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from sampling import frame_of, read_frame
from study import StudyError

CSV = b"site_id,size,region\nS02,30,bay\nS01,25.5,north\n"


def test_rows_are_sorted_by_id_and_keep_their_row_in_the_file() -> None:
    frame = read_frame(CSV, "sampling/frame.csv", "site_id")
    assert (frame.ids, frame.rows) == (("S01", "S02"), {"S02": 2, "S01": 3})
    assert frame.numbers("size").tolist() == [25.5, 30.0]


def test_the_fingerprint_ignores_the_order_of_rows_and_columns_and_nothing_else() -> None:
    turned = b"region,site_id,size\nnorth,S01,25.5\nbay,S02,30\n"
    changed = CSV.replace(b"25.5", b"25.6")
    first, same, other = (read_frame(d, "f.csv", "site_id").fingerprint() for d in (CSV, turned, changed))
    assert first == same != other


def test_a_workbook_holds_the_same_frame_as_its_csv() -> None:
    buffer = io.BytesIO()
    pd.DataFrame({"site_id": ["S02", "S01"], "size": [30, 25.5], "region": ["bay", "north"]}).to_excel(
        buffer, index=False
    )
    book = read_frame(buffer.getvalue(), "f.xlsx", "site_id")
    assert book.fingerprint() == read_frame(CSV, "f.csv", "site_id").fingerprint()


def test_a_data_frame_in_memory_is_a_frame() -> None:
    table = pd.DataFrame({"site_id": ["S02", "S01"], "size": [30.0, 25.5], "region": ["bay", None]})
    frame = frame_of(table, "site_id")
    assert (frame.texts("size"), frame.texts("region")) == (["25.5", "30"], ["", "bay"])


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"id,size\nS01,3\n", "f.csv", "f.csv: the frame has no id column 'site_id'. Its columns are id, size"),
        (b"site_id\nS01\n\nS01\n", "f.csv", "f.csv, column site_id: an id appears more than once: rows 2 and 4 (S01)"),
        (b"site_id,a\nS01,1\n,2\n", "f.csv", "f.csv, column site_id: the id is empty in row 3"),
        (b"site_id,a,a\nS01,1,2\n", "f.csv", "f.csv, row 1: the first row must name every column once"),
        (b"site_id,a\nS01,1,2\n", "f.csv", "f.csv, row 2: the row has 3 cells and the header 2"),
        (b"site_id,a\nS01,\xff\n", "f.csv", "f.csv, row 2: the text is not UTF-8"),
        (b"not a workbook", "f.xlsx", "f.xlsx: the file is not a readable .xlsx workbook"),
        (b"", "f.csv", "f.csv, row 1: the first row must name every column once"),
        (b"x", "f.sav", "f.sav: a frame cannot be read from a .sav file"),
    ],
)
def test_a_faulty_frame_is_one_sentence_with_its_place(data: bytes, name: str, said: str) -> None:
    with pytest.raises(StudyError) as error:
        read_frame(data, name, "site_id")
    assert str(error.value).startswith(said)


@pytest.mark.parametrize("text", ["forty", "nan", "inf", "1,5"])
def test_text_where_a_number_belongs_is_named_with_row_and_value(text: str) -> None:
    frame = read_frame(f'site_id,size\nS01,3\nS02,"{text}"\n'.encode(), "f.csv", "site_id")
    with pytest.raises(StudyError, match=r"f\.csv, row 3, column size: .*'" + text):
        frame.numbers("size")


def test_a_frame_of_people_names_rows_and_never_ids_or_values() -> None:
    frame = read_frame(b"id,size\nL01,3\nL02,secret\n", "f.csv", "id", personal=True)
    with pytest.raises(StudyError) as error:
        frame.numbers("size")
    assert "row 3" in str(error.value)
    assert "secret" not in str(error.value)
    assert frame.named(["L01", "L02"]) == "row 2, row 3"
    with pytest.raises(StudyError) as twice:
        read_frame(b"id\nL01\nL01\n", "f.csv", "id", personal=True)
    assert "L01" not in str(twice.value)
