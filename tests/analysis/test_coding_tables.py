"""The tables of each coding tool by its own headers; everything in them is made up."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import openpyxl
import pytest

from analysis.coding_tools import ToolExport, codebook_from, read_codebook_file, read_export
from study import StudyError


def table(header: Sequence[str], *lines: Sequence[object], separator: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows([header, *lines])
    return out.getvalue().encode("utf-8-sig")


def workbook(*sheets: Iterable[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, lines in enumerate(sheets):
        page = book.create_sheet(f"Sheet {number}")
        for line in lines:
            page.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def seen(export: ToolExport) -> list[tuple[object, ...]]:
    """Source, coder, code, paragraph, text of each segment."""
    return list(export.segments[["source", "coder", "code", "start", "text"]].itertuples(index=False, name=None))


MAXQDA = (
    "Color",
    "Document group",
    "Document name",
    "Code",
    "Beginning",
    "End",
    "Weight score",
    "Segment",
    "Created by",
)
ATLAS = ("ID", "Quotation Name", "Document", "Document Groups", "Quotation Content", "Comment", "Codes", "Reference",
         "Density", "Created by", "Modified by", "Created", "Modified")  # fmt: skip
QUALCODER = ("File", "Coder", "Coded", "Id", "Codename", "Coded_Memo", "Category", "Category")
DEDOOSE = ("Media Title", "Excerpt Copy", "Excerpt Creator", "Excerpt Range", "Excerpt Date", "Resource Creator",
           "Resource Date", "Code: Hope Applied", r"Code: Hope\Shown Applied", "Code: Hope Weight")  # fmt: skip


def test_maxqda_segments_have_their_path_and_paragraph() -> None:
    data = workbook([MAXQDA, ("●", "G", "I1", "Support > Practical help", 4, 4, 0, "a lift\r\nhome", "Ada")])
    export = read_export(data, "codings.xlsx")
    assert (export.tool, export.is_codebook) == ("maxqda", False)
    assert seen(export) == [("I1", "Ada", "Practical_help", 4, "a lift\nhome")]
    assert [(e.code, e.name, e.parent) for e in export.codes] == [("Practical_help", "Practical help", "Support")]


def test_a_maxqda_code_system_and_its_segments_may_be_two_sheets() -> None:
    data = workbook(
        [("Code", "Memo"), ("Support", "All of it"), ("Support > Practical help", "Lifts, forms")],
        [MAXQDA, ("●", "G", "I1", "Support > Practical help", 4, 4, 0, "a lift home", "Ada")],
    )
    export = read_export(data, "maxqda.xlsx", tool="maxqda")
    book = codebook_from(export, "maxqda.xlsx", version="3")
    assert [(e.code, e.definition, e.parent, e.version) for e in book.codes] == [
        ("Practical_help", "Lifts, forms", "Support", "3"),
        ("Support", "All of it", "", "3"),
    ]


def test_atlas_ti_quotations_have_several_codes_each() -> None:
    line = (
        "3:1",
        "",
        "D 3: I1.docx",
        "",
        "somebody believed",
        "",
        "hope\nrole model",
        "4:1 ¶ 2",
        2,
        "Bo",
        "Bo",
        "",
        "",
    )
    export = read_export(table(ATLAS, line, separator=";"), "quotations.csv")
    assert export.tool == "atlas_ti"
    assert seen(export) == [
        ("I1.docx", "Bo", "hope", -1, "somebody believed"),
        ("I1.docx", "Bo", "role_model", -1, "somebody believed"),
    ]
    codes = read_export(
        table(("Code", "Grounded", "Density", "Code Groups", "Comment"), ("hope", 3, 0, "", "Ahead")), "c"
    )
    assert (codes.tool, codes.codes[0].definition, codes.is_codebook) == ("atlas_ti", "Ahead", True)


def test_nvivo_codebook_by_paths_below_a_report_s_title() -> None:
    data = workbook([
        ("Codebook of a made-up project",),
        ("Name", "Description", "Files", "References"),
        ("Support", "All of it", 3, 9),
        (r"Support\Practical", "Lifts", 2, 4),
    ])  # fmt: skip
    export = read_export(data, "codebook.xlsx")
    assert export.tool == "nvivo"
    assert [(e.code, e.parent) for e in export.codes] == [("Practical", "Support"), ("Support", "")]
    segments = table(("Hierarchical Name", "File Name", "Coded Text", "Coded By Initials"),
                     (r"Codes\\Support\\Practical", "I1", "a lift home", "AL"))  # fmt: skip
    assert seen(read_export(segments, "x.csv")) == [("I1", "AL", "Practical", -1, "a lift home")]


def test_qualcoder_report_leaves_pictures_out_and_says_so() -> None:
    lines = [
        ("I1.txt", "default", "a lift home", "ctid:7", "practical", "", "support", "help"),
        ("I1.png", "default", "image", "imid:2", "practical", "", "support", "help"),
    ]
    export = read_export(table(QUALCODER, *lines), "report.csv")
    assert seen(export) == [("I1.txt", "default", "practical", -1, "a lift home")]
    assert [e.parent for e in export.codes] == ["support"]
    assert any("left out" in note for note in export.notes)
    by_case = ("Case", "Filename", *QUALCODER[1:5])
    assert seen(read_export(table(by_case, ("Ann", "I1.txt", *lines[0][1:5])), "r.csv"))[0][0] == "I1.txt"


def test_taguette_highlights_without_a_tag_are_nobody_s_coding() -> None:
    export = read_export(
        table(("id", "document", "tag", "content"), (1, "I1", "hope", "yes"), (2, "I1", "", "no")), "t"
    )
    assert seen(export) == [("I1", "", "hope", -1, "yes")]
    codes = read_export(table(("tag", "description"), ("hope", "Ahead")), "t")
    assert (codes.tool, codes.is_codebook, codes.codes[0].definition) == ("taguette", True, "Ahead")


def test_dedoose_has_one_column_a_code_and_positions() -> None:
    data = workbook([DEDOOSE, ("I1", "a lift home", "ada", "10-21", "", "", "", "True", "False", 3),
                     ("I1", "then hope", "ada", "30-39", "", "", "", "True", "True", "")])  # fmt: skip
    export = read_export(data, "excerpts.xlsx")
    assert [row[2] for row in seen(export)] == ["Hope", "Hope", "Shown"]
    assert list(export.segments["begin"]) == [10, 30, 30]
    codes = table(
        ("Id", "Parent Id", "Depth", "Title", "Description"), (1, "", 0, "Hope", ""), (2, 1, 1, "Shown", "Seen")
    )
    assert [(e.code, e.parent) for e in read_export(codes, "c.csv").codes] == [("Hope", ""), ("Shown", "Hope")]


@pytest.mark.parametrize(
    ("data", "says", "never"),
    [
        (table(("Nom", "Extrait", "Code", "Comment")), "has the columns Nom, Extrait, Code, Comment", ""),
        (table(("I was so alone", "nobody came")), "none of its columns", "alone"),
        (b"", "empty", ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old .xls", ""),
        (b"PK\x03\x04 not a workbook", "not a readable .xlsx workbook", ""),
        (b"\xff\xfe\x00\xd8\x00", "not UTF-8", ""),
        (b"<html><body>not XML of ours</body></html>", "no REFI-QDA codebook", ""),
    ],
)
def test_what_is_not_recognised_is_one_sentence(data: bytes, says: str, never: str) -> None:
    with pytest.raises(StudyError, match=says) as raised:
        read_export(data, "export.csv")
    assert not never or never not in str(raised.value)


def test_a_table_of_another_tool_than_declared_is_refused() -> None:
    with pytest.raises(StudyError, match="no table of NVivo"):
        read_export(table(("id", "document", "tag", "content")), "t.csv", tool="nvivo")


def test_two_codes_of_one_name_are_told_apart_and_any_script_has_an_id() -> None:
    rows = [("One > Same", "a"), ("Two > Same", "b"), ("希望", "c"), ("x" * 80, "d"), ("Größe / Maß", "e")]
    export = read_export(table(("Code", "Memo"), *rows), "m.csv")
    codes = [entry.code for entry in export.codes]
    assert {"Same", "Two.Same"} <= set(codes)
    assert len(set(codes)) == 5
    assert all(len(code) <= 64 and code.isascii() for code in codes)


def test_our_own_codebook_may_be_a_workbook() -> None:
    data = workbook([("code", "definition", "origin", "version"), ("hope", "Ahead", "deductive", "2")])
    book = read_codebook_file(data, "analysis/codebook.xlsx")
    assert [(e.code, e.origin, e.version) for e in book.codes] == [("hope", "deductive", "2")]
