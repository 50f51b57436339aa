"""People's tables: text as it stands, faults with their row."""

from __future__ import annotations

import pytest

from study import StudyError
from tasks.read import parse_table


def test_cells_stay_text_and_rows_keep_their_number() -> None:
    table = parse_table('﻿a,b\r\n007, x \r\n\r\n1,"two\nlines"\r\n3\r\n'.encode(), "t.csv")
    assert table.to_dict("list") == {"a": ["007", "1", "3"], "b": ["x", "two\nlines", ""]}
    assert list(table.index) == [2, 4, 5]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a,b\n1,\xe9\n", "t.csv, row 2, column b: the text is not UTF-8"),
        (b"a,a\n", "t.csv, row 1: the first row must name every column once"),
        (b"a,\n", "t.csv, row 1"),
        (b"", "t.csv, row 1"),
        (b"a,b\n1,2,3\n", "t.csv, row 2: the row has 3 cells and the header 2"),
        (b'a,b\n1,2\n3,"4\n5,6\n', "t.csv, row 3: the text is not readable as CSV from here on"),
        (b"a,b\n1," + b"2" * 200_000, "t.csv, row 2: the text is not readable as CSV from here on"),
    ],
)
def test_a_fault_names_its_row(data: bytes, said: str) -> None:
    with pytest.raises(StudyError) as refused:
        parse_table(data, "t.csv")
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(("text", "sign"), [("a;b\n1;2\n", "semicolons"), ("a\tb\n1\t2\n", "tabs")])
def test_columns_that_no_comma_separates_are_named(text: str, sign: str) -> None:
    with pytest.raises(StudyError, match=f"separated by {sign}. Save it again as CSV with commas"):
        parse_table(text.encode(), "registers/consent.csv")
