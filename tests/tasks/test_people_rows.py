from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.people_rows import Edit, edited, masked, without_name, without_rows, without_values

CELL = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=6).map(str.strip)


def test_a_row_goes_and_the_others_stay_byte_for_byte():
    data = b'\xef\xbb\xbfid,said\r\nP1,"a, ""b""\r\nc"\r\nP2,x\r\nP1,y'
    taken = without_rows(data, lambda row: row["id"] == "P1")
    assert taken == (b"\xef\xbb\xbfid,said\r\nP2,x\r\n", 2)


def test_bytes_that_are_not_utf8_stay():
    assert without_rows(b"id,x\nP1,a\nP2,\xff\n", lambda row: row["id"] == "P1").data == b"id,x\nP2,\xff\n"


def test_a_code_among_several_goes_and_the_row_stays():
    data = b"i,people,x\nI1,P1;P2,a\nI2,P1,b\nI3,P12,c\n"
    taken = without_name(data, "people", "P1")
    assert taken == (b"i,people,x\nI1,P2,a\nI3,P12,c\n", 2)


def test_nothing_of_theirs_leaves_the_file_alone():
    data = b"id,x\nP2,a\n"
    assert without_rows(data, lambda row: row["id"] == "P1") == (data, 0)
    assert without_rows(b"", lambda row: True) == (b"", 0)


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from(["P1", "P2"]), CELL), max_size=8))
def test_what_is_left_reads_as_the_other_rows(rows):
    written = io.StringIO(newline="")
    csv.writer(written).writerows([("id", "x"), *rows])
    left = without_rows(written.getvalue().encode(), lambda row: row["id"] == "P1").data.decode()
    read = list(csv.reader(io.StringIO(left, newline="")))
    assert read[1:] == [list(row) for row in rows if row[0] != "P1"]


def test_a_record_of_a_sample_of_people_loses_one_of_them_wherever_they_stand():
    record = {
        "ids": ["P001", "P002"],
        "selected": [{"id": "P001", "reason": "high"}, {"id": "P002", "reason": "low"}],
        "backups": {"P001": ["P002"], "P003": ["P001", "P004"]},
        "stage": "people",
    }
    taken = without_values(json.dumps(record).encode(), ("P001",))
    assert json.loads(taken.data) == {
        "ids": ["P002"],
        "selected": [{"id": "P002", "reason": "low"}],
        "backups": {"P003": ["P004"]},
        "stage": "people",
    }
    assert without_values(taken.data, ("P001",)) == (taken.data, 0)


def test_masks_replace_whole_words_longer_ones_first():
    masks = (("Ann", "[name]"), ("Ann Lee", "[name]"), ("+1 555", "[phone]"))
    assert masked("Ann Lee saw Ann and Anna; +1 555.", masks) == "[name] saw [name] and Anna; [phone]."


def test_a_quote_is_masked_where_it_is_the_persons_and_nowhere_else():
    table = b"transcript_id,quote\nI1,Ann was here\nI2,Ann was here\n"
    edit = Edit("transcript_id", ("I1",), masked="quote", masks=(("Ann", "[name]"),))
    once = edited(table, edit.of)
    assert once == (b"transcript_id,quote\nI1,[name] was here\nI2,Ann was here\n", 1)
    assert edited(once.data, edit.of) == (once.data, 0)


def test_a_key_is_replaced_in_the_rows_of_one_person():
    table = b"code,answer\nP1,4\nP2,5\n"
    assert edited(table, Edit("code", ("P1",), replaced="x-1").of) == (b"code,answer\nx-1,4\nP2,5\n", 1)
