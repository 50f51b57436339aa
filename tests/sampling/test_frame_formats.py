"""The same table as .csv, .xlsx and .sav is the same frame; what a file cannot say is one sentence with its place."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sampling import Attribute, Design, Frame, Rule, propose, read_frame
from sampling.frame import frame_from
from sampling.frame_faults import frame_faults
from sampling.frame_file import labelled, read_cells
from study import StudyError
from tasks.checking import _frame as check_frame
from tasks.frame_sav import read_labelled
from tasks.frames import read_frame as read_any

pytestmark = pytest.mark.usefixtures("rules_only")

REGIONS = {1.0: "north", 2.0: "bay", 3.0: "Süd, außen"}


def workbook(*rows: tuple[Any, ...], change: Callable[[Any], object] = lambda book: None) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Sites"
    for row in rows:
        book.active.append(row)
    change(book)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def with_results(data: bytes, old: str, new: str) -> bytes:
    """The workbook as a spreadsheet program saves it, with the results of formulas."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as parts, zipfile.ZipFile(out, "w") as written:
        for part in parts.namelist():
            content = parts.read(part)
            written.writestr(part, content.replace(old.encode(), new.encode()) if "sheet1" in part else content)
    return out.getvalue()


def saved(table: pd.DataFrame, path: Path, **more: Any) -> bytes:
    pyreadstat.write_sav(table, str(path), **more)
    return path.read_bytes()


def sav_frame(path: Path) -> Frame:
    return frame_from(labelled(*read_labelled(str(path)), "f.sav", id_column="site_id"), "site_id")


CELL = st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=6).filter(
    lambda t: t == t.strip() and not t.startswith(("=", "_x")) and not t.startswith("#")
)
NUMBER = st.one_of(
    st.none(), st.integers(-(10**9), 10**9), st.decimals(-1000, 1000, places=3, allow_nan=False).map(float)
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        CELL, st.tuples(NUMBER, st.none() | st.sampled_from(sorted(REGIONS)), st.none() | CELL, st.none() | st.dates()),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_the_same_table_is_the_same_frame_in_each_format(tmp_path: Path, table: dict[str, tuple[Any, ...]]) -> None:
    columns = ["site_id", "size", "region", "note", "opened"]
    rows = [
        (id, n, REGIONS.get(r or 0), t, d if d is None or d.year > 1900 else date(2000, 1, 1))
        for id, (n, r, t, d) in table.items()
    ]
    plain = [[repr(c) if isinstance(c, float) and c % 1 else c for c in row] for row in rows]
    plain = [[int(c) if isinstance(c, float) else c for c in row] for row in plain]
    csv = pd.DataFrame(plain, columns=columns, dtype=object).to_csv(index=False).encode("utf-8-sig")
    codes = {label: code for code, label in REGIONS.items()}
    coded = pd.DataFrame(
        {
            "site_id": [r[0] for r in rows],
            "size": [float("nan") if r[1] is None else float(r[1]) for r in rows],
            "region": [codes.get(r[2], float("nan")) for r in rows],
            "note": [r[3] or "" for r in rows],
            "opened": pd.Series([r[4] for r in rows], dtype=object),
        }
    )
    path = tmp_path / "f.sav"
    saved(coded, path, variable_value_labels={"region": REGIONS}, variable_format={"opened": "SDATE10"})
    from_csv = read_frame(csv, "f.csv", "site_id")
    assert read_frame(workbook(tuple(columns), *rows), "f.xlsx", "site_id").canonical() == from_csv.canonical()
    if any(r[4] for r in rows):  # else pyreadstat writes the empty column as text
        assert sav_frame(path).canonical() == from_csv.canonical()


@pytest.mark.slow
def test_the_same_choice_from_each_format(programs: Callable[..., pd.DataFrame], tmp_path: Path) -> None:
    table = programs(14, 5)
    design = Design(
        "site_id", 4, "maximum_variation", "To see the range.",
        attributes=(Attribute("size", "numeric"), Attribute("region", "nominal"), Attribute("fidelity", "numeric", 0.5),
                    Attribute("setting", "ordinal", order=("rural", "suburban", "urban"))),
        rules=(Rule("bay", {"region": ["bay"]}, min=1),),
    )  # fmt: skip
    book = io.BytesIO()
    table.to_excel(book, index=False)
    names = dict(enumerate(sorted(set(table["region"])), start=1))
    coded = table.assign(region=table["region"].map({n: float(c) for c, n in names.items()}))
    data = saved(coded, tmp_path / "f.sav", variable_value_labels={"region": names})
    csv = table.to_csv(index=False).replace(".0,", ",").encode()
    frames = [read_any(d, n, "site_id") for d, n in ((csv, "f.csv"), (book.getvalue(), "f.xlsx"), (data, "f.sav"))]
    assert len({f.fingerprint() for f in frames}) == 1
    assert len({propose(f, design).code for f in frames}) == 1


def test_missing_values_of_both_kinds_are_missing_and_codes_without_a_label_stay(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "site_id": [1.0, 2, 3, 4],
            "region": [1.0, 9, float("nan"), 7],
            "own": ["a", "x", "", "b"],
            "n": [0, -9, 2.5, 4],
        }
    )
    saved(
        table,
        tmp_path / "f.sav",
        variable_value_labels={
            "region": {1: "north", 9: "refused"},
            "site_id": {1: "Heather's"},
            "own": {"a": "county"},
        },
        missing_ranges={"region": [9], "own": ["x"], "n": [{"lo": -99, "hi": -1}]},
    )
    frame = sav_frame(tmp_path / "f.sav")
    assert (frame.ids, frame.rows["1"]) == (("1", "2", "3", "4"), 1)
    assert frame.texts("region") == ["north", "", "", "7"]
    assert frame.texts("own") == ["county", "", "", "b"]
    assert frame.texts("n") == ["0", "", "2.5", "4"]


@pytest.mark.slow
def test_a_file_that_is_no_sav_harms_only_a_child_process() -> None:
    with pytest.raises(StudyError, match=r"sampling/f\.sav: the file is no \.sav file, or damaged"):
        read_any(b"$FL2 garbage", "sampling/f.sav", "site_id")


def test_what_a_workbook_stores_and_what_people_see() -> None:
    def change(book: Any) -> None:
        book.active["A2"].number_format = "00000"
        book.active["Z40000"].number_format = "0.00"  # looks of something, holds nothing
        book.create_sheet("hidden").sheet_state = "hidden"

    rows = (
        ("fips", "size", "opened", "at", "is_open"),
        (6001, 30.0, date(2026, 1, 5), datetime(2026, 1, 5, 9, 30), True),
    )
    frame = read_frame(workbook(*rows, (" S2 ", "12 ", None, None, "  "), change=change), "f.xlsx", "fips")
    assert frame.ids == ("06001", "S2")
    assert [frame.texts(c)[0] for c in frame.table.columns] == ["30", "2026-01-05", "2026-01-05 09:30:00", "TRUE"]
    assert frame.texts("size") == ["30", "12"]


def test_a_formula_is_its_stored_result() -> None:
    data = workbook(("site_id", "size", "none"), ("S1", "=0.1+0.2", '=""'), ("S2", 0.3, "x"))
    with pytest.raises(StudyError, match=r"f\.xlsx, sheet Sites, row 2, column B: the cell holds a formula without"):
        read_frame(data, "f.xlsx", "site_id")
    data = with_results(data, "<f>0.1+0.2</f><v />", "<f>0.1+0.2</f><v>0.30000000000000004</v>")
    data = with_results(data, "<f>0.1+0.2</f><v></v>", "<f>0.1+0.2</f><v>0.30000000000000004</v>")
    data = with_results(data, '<c r="C2"><f>', '<c r="C2" t="str"><f>')
    frame = read_frame(data, "f.xlsx", "site_id")
    assert (frame.texts("size"), frame.texts("none")) == (["0.3", "0.3"], ["", "x"])


HEADER = ("site_id", "size")


@pytest.mark.parametrize(
    ("rows", "change", "said"),
    [
        ((HEADER, ("S1", 3)), lambda b: b.active.merge_cells("A1:B1"), "row 1, column A: the cells A1:B1 are merged"),
        ((HEADER, ("S1", "#N/A")), lambda b: None, "row 2, column B: the cell holds the error #N/A"),
        (((None, None), HEADER, ("S1", 3)), lambda b: None, "row 1: the first row must name every column once, and it"),
        ((("site_id", None), ("S1", None), ("S2", 3)), lambda b: None, "column B has no name and a value in row 3"),
        (((*HEADER, "size"), ("S1", 3)), lambda b: None, "every column once: size stands in columns B and C"),
        ((HEADER, ("S1", 3), (None, 4)), lambda b: None, "column site_id: the id is empty in row 3"),
        ((HEADER, (7, 3), ("7", 4)), lambda b: None, "column site_id: an id appears more than once: rows 2 and 3 (7)"),
        ((), lambda b: b.create_sheet("Frame").append(("site_id",)), "the first sheet is empty. Move the frame's sheet "
         "to the front (Frame)"),
    ],
)  # fmt: skip
def test_a_workbook_nobody_could_read_without_guessing(
    rows: tuple[tuple[Any, ...], ...], change: Callable[[Any], object], said: str
) -> None:
    with pytest.raises(StudyError) as error:
        read_frame(workbook(*rows, change=change), "f.xlsx", "site_id")
    assert str(error.value).startswith("f.xlsx, sheet Sites")
    assert said in str(error.value)


def test_a_hidden_first_sheet_is_refused() -> None:
    def hide(book: Any) -> None:
        book.create_sheet("Shown")
        book["Sites"].sheet_state = "hidden"
        book.active = 1

    with pytest.raises(StudyError, match=r"f\.xlsx, sheet Sites: the first sheet is hidden"):
        read_frame(workbook(HEADER, ("S1", 3), change=hide), "f.xlsx", "site_id")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"site_id;size\nS1;3\n", "f.csv, row 1: the columns are separated by semicolons"),
        ("site_id,size\nS1,ü\n".encode("latin-1"), "f.csv, row 2: the text is not UTF-8"),
        ("site_id,size\nS1,3\n".encode("utf-16"), "f.csv, row 1: the text is not UTF-8"),
        ("site_id,size\nS1,3\n".encode("utf-16-le"), "f.csv, row 1: the text is not UTF-8"),
        (b'site_id,size\nS1,"3\nS2,4\n', "f.csv, row 2: the text is not readable as CSV"),
        (workbook(HEADER), "f.csv: the content is that of another program"),
        (b"site_id,,size\nS1,x,3\n", "f.csv, row 1: the first row must name every column once, and column B has no"),
    ],
)
def test_a_csv_nobody_could_read_without_guessing(data: bytes, said: str) -> None:
    with pytest.raises(StudyError) as error:
        read_frame(data, "f.csv", "site_id")
    assert str(error.value).startswith(said)


def test_empty_columns_and_rows_at_the_end_are_nothing() -> None:
    bare = read_frame(b"site_id,size\nS1,3\n", "f.csv", "site_id")
    for data in (b"\xef\xbb\xbfsite_id,size,,\r\nS1,3,,\r\n,,,\r\n", b"site_id,,size\nS1,,3,,\n\n"):
        assert read_frame(data, "f.csv", "site_id").canonical() == bare.canonical()


def test_every_fault_of_a_frame_is_named_by_row_before_any_solving() -> None:
    frame = read_frame(b"id,size,level,own\na,many,low,\nb,3,hihg,x\nc,1_000,high,x\nd,,low,\n", "f.csv", "id")
    design = Design(
        "id", 2, "maximum_variation", "Range.",
        attributes=(Attribute("size", "numeric", missing="level"), Attribute("own", "nominal"),
                    Attribute("level", "ordinal", order=("low", "high"))),
        rules=(Rule("r", {"own": ["y"]}, min=1),),
    )  # fmt: skip
    assert [f"{f.where}: {f.what}" for f in frame_faults(frame, design)] == [
        "f.csv, column size: a number belongs here and something else stands in row 2 ('many'), row 4 ('1_000')",
        "f.csv, column level: the declared order is low, high and something else stands in row 3 ('hihg')",
        "f.csv: the rule 'r' asks for y and column 'own' has no such value; it has x",
        "f.csv, column own: own is missing in row 2, row 5",
    ]
    people = Frame(frame.name, frame.id_column, frame.table, frame.rows, personal=True)
    assert not any(word in str(f) for f in frame_faults(people, design) for word in ("many", "hihg", "1_000"))


def test_check_names_what_a_sheet_lacks() -> None:
    from study.protocol.sampling import StageSpec

    stage = StageSpec.model_validate(
        {"name": "sites", "strategy": "criterion", "rationale": "r", "size": 1, "criterion": {"size": {"low": 1}}}
    )
    cells = read_cells(workbook(HEADER, ("S1", "many")), "f.xlsx")
    assert next(str(f) for f in check_frame(cells, "site_id", {0: stage})).startswith(
        "f.xlsx, sheet Sites, column size: a number belongs here and something else stands in row 2 ('many')"
    )
    lacking = [str(f) for f in check_frame(read_cells(workbook(("id",), ("S1",)), "f.xlsx"), "site_id", {0: stage})]
    assert lacking[0].startswith("f.xlsx, sheet Sites, row 1: the column site_id is missing. Add it, or correct")
