"""A Word document read back: what a person, a screen reader and a second run find in it."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.oxml.ns import qn

from pages.document import Document

ROWS = [["Case", "Peers"], ["Case A", "4.5"], ["Case B", "2.0"]]


def made(language: str = "en", **options: bool) -> bytes:
    document = Document("Cases compared", language, "INV1", **options)
    document.heading("Cases").paragraph("Two raters each.").heading("By role", 2)
    document.table(ROWS, caption="Ratings by case", note="Means of two raters.", widths=[3, 1], numbers=[1])
    return document.table([["a", "b"], ["1", "2"]], caption="Another").bytes()


def test_a_document_says_its_title_language_and_author_and_no_time_of_its_making() -> None:
    core = docx.Document(io.BytesIO(made("es"))).core_properties
    assert (core.title, core.language, core.author, core.last_modified_by) == ("Cases compared", "es", "INV1", "INV1")
    assert core.created == core.modified
    assert core.comments == ""
    styles = zipfile.ZipFile(io.BytesIO(made("es"))).read("word/styles.xml").decode()
    assert '<w:lang w:val="es"' in styles


def test_headings_captions_and_notes_are_words_styles() -> None:
    read = docx.Document(io.BytesIO(made()))
    assert [(p.style.name, p.text) for p in read.paragraphs if p.style] == [
        ("Title", "Cases compared"),
        ("Heading 1", "Cases"),
        ("Normal", "Two raters each."),
        ("Heading 2", "By role"),
        ("Caption", "Table . Ratings by case"),
        ("Table Note", "Means of two raters."),
        ("Caption", "Table . Another"),
    ]
    fields = [
        (f.get(qn("w:instr")), f.find(f"{qn('w:r')}/{qn('w:t')}").text) for f in read.element.iter(qn("w:fldSimple"))
    ]
    assert fields == [("SEQ Table \\* ARABIC", "1"), ("SEQ Table \\* ARABIC", "2")]
    assert "Tabla " in [p.text.split(".")[0] for p in docx.Document(io.BytesIO(made("es-MX"))).paragraphs]


def test_a_table_has_a_repeated_header_row_a_title_and_a_description() -> None:
    table = docx.Document(io.BytesIO(made())).tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == ROWS
    assert [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows] == [True, False, False]
    said = [table._tbl.xpath(f"w:tblPr/w:{tag}/@w:val") for tag in ("tblCaption", "tblDescription")]
    assert said == [["Ratings by case"], ["Means of two raters."]]
    wide, narrow = (column.width for column in table.columns)
    assert wide is not None
    assert narrow is not None
    assert abs(wide - 3 * narrow) < 2000


def test_the_same_contents_give_the_same_bytes() -> None:
    assert made() == made()
    assert made() != made("es")
    times = {info.date_time for info in zipfile.ZipFile(io.BytesIO(made())).infolist()}
    assert times == {(2000, 1, 1, 0, 0, 0)}


def test_pages_of_wide_tables_lie_on_their_side() -> None:
    upright, lying = (docx.Document(io.BytesIO(made(landscape=on))).sections[0] for on in (False, True))
    assert (lying.page_width, lying.page_height) == (upright.page_height, upright.page_width)
    assert (lying.page_width or 0) > (lying.page_height or 0) > 0


def test_characters_no_document_may_hold_are_left_out() -> None:
    document = Document("A\x00B").paragraph("one\x0btwo\ud800").table([["h"], ["\x1bx"]], caption="c\x00")
    read = docx.Document(io.BytesIO(document.bytes()))
    assert read.core_properties.title == "AB"
    assert read.paragraphs[1].text == "onetwo"
    assert read.tables[0].cell(1, 0).text == "x"


def test_a_heading_that_leaves_a_level_out_and_a_crooked_table_are_refused() -> None:
    with pytest.raises(ValueError, match="level 2 cannot follow one of level 0"):
        Document("t").heading("x", 2)
    for rows in ([["h"]], [["a", "b"], ["c"]], []):
        with pytest.raises(ValueError, match="as many cells"):
            Document("t").table(rows, caption="c")
