"""Word documents: body order, tables, and everything that hides beside the text."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from evidence.transcripts import read_transcript

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def saved(document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def read(document, **options):
    transcript = read_transcript(saved(document), "I0001.docx", **options)
    assert transcript.letters_kept == transcript.letters_in
    return transcript


def rows(transcript, *columns):
    return list(transcript.turns[list(columns)].itertuples(index=False, name=None))


def beside(transcript):
    return [(p.place, p.text) for p in transcript.beside]


@pytest.fixture
def document():
    made = docx.Document()
    made.core_properties.author = ""
    made.core_properties.title = ""
    made.core_properties.comments = ""
    return made


def test_paragraphs_and_tables_come_in_body_order(document):
    document.add_paragraph("I: How?")
    table = document.add_table(rows=2, cols=3)
    for row, cells in zip(table.rows, [("00:05", "P", "In a table."), ("00:09", "I", "Really?")], strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("P: After it.")
    t = read(document, labels={"I", "P"})
    assert rows(t, "speaker", "text") == [("I", "How?"), ("P", "In a table."), ("I", "Really?"), ("P", "After it.")]
    assert list(t.turns["start"])[1:3] == [5.0, 9.0]


def test_a_table_inside_a_cell_is_read_once(document):
    cell = document.add_table(rows=1, cols=1).rows[0].cells[0]
    cell.text = "outer"
    cell.add_table(rows=1, cols=1).rows[0].cells[0].text = "inner"
    assert rows(read(document), "text") == [("outer inner",)]


def test_line_breaks_and_labels_inside_a_paragraph(document):
    document.add_paragraph("I: How?\nP: So.")
    assert rows(read(document, labels={"I", "P"}), "speaker", "text") == [("I", "How?"), ("P", "So.")]


def test_tracked_insertions_are_read_and_deletions_kept_beside(document):
    paragraph = document.add_paragraph("P: I was ")
    paragraph._p.append(parse_xml(f'<w:ins {nsdecls("w")} w:author="Ann"><w:r><w:t>very glad</w:t></w:r></w:ins>'))
    paragraph._p.append(
        parse_xml(f'<w:del {nsdecls("w")} w:author="Ann"><w:r><w:delText>sad</w:delText></w:r></w:del>')
    )
    t = read(document, labels={"P"})
    assert rows(t, "text") == [("I was very glad",)]
    assert beside(t) == [
        ("deleted text", "sad"),
        ("author of a tracked change", "Ann"),
        ("author of a tracked change", "Ann"),
    ]


def test_hidden_runs_comments_headers_and_properties_are_found(document):
    run = document.add_paragraph("P: open ").add_run("secret")
    run.font.hidden = True
    document.add_comment(document.paragraphs[0].runs, text="who is this?", author="Bo", initials="B")
    document.sections[0].header.paragraphs[0].text = "Confidential"
    document.core_properties.author = "Cy"
    t = read(document, labels={"P"})
    assert rows(t, "text") == [("open",)]
    assert sorted(beside(t)) == [
        ("author of a comment", "Bo"),
        ("comment", "who is this?"),
        ("header", "Confidential"),
        ("hidden text", "secret"),
        ("property author", "Cy"),
    ]


def test_a_text_box_is_kept_beside_once(document):
    document.add_paragraph("P: hello")._p.append(
        parse_xml(
            f"<w:r {nsdecls('w')}><w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p>"
            "</w:txbxContent></w:pict></w:r>"
        )
    )
    t = read(document, labels={"P"})
    assert rows(t, "text") == [("hello",)]
    assert beside(t) == [("text box", "boxed")]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(document, monkeypatch):
    monkeypatch.setattr("evidence.transcripts.word._LARGEST_UNPACKED", 5_000_000)
    stream = io.BytesIO(saved(document))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as package, package.open("word/bomb.xml", "w") as entry:
        entry.write(bytes(5_000_001))
    t = read_transcript(stream.getvalue(), "I0001.docx")
    assert t.problems == ["the document unpacks to more than 5 MB, the most that is read; save it anew as plain text"]


def with_part(document, name: str, content: bytes) -> bytes:
    """The document with one more part, or with one of its parts replaced."""
    whole = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(document))) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return whole.getvalue()


def test_a_zip_bomb_that_lies_about_its_size_is_not_unpacked(document):
    honest = with_part(document, "word/bomb.xml", bytes(9_000_000))
    lying = honest.replace((9_000_000).to_bytes(4, "little"), (90).to_bytes(4, "little"))
    assert lying != honest
    assert read_transcript(lying, "I0001.docx").problems == [
        "the document is damaged and cannot be opened; ask for it again"
    ]


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "zora">]><w:document xmlns:w="x">&a;</w:document>'


@pytest.mark.parametrize("content", [ENTITIES, ENTITIES.decode().encode("utf-16")])
@pytest.mark.parametrize("part", ["word/document.xml", "word/comments.xml", "docProps/custom.xml"])
def test_a_part_that_declares_entities_is_refused(document, part, content):
    assert read_transcript(with_part(document, part, content), "I0001.docx").problems == [
        "the document declares XML entities, which no transcript needs; save it anew"
    ]


def test_the_people_company_links_and_pictures_of_a_document_are_found(document):
    document.add_paragraph("P: hello")
    document.part.relate_to("mailto:zora@example.org", f"{OFFICE}/hyperlink", is_external=True)
    document.paragraphs[0]._p.append(
        parse_xml(
            f"<w:r {nsdecls('w', 'wp')}><w:drawing><wp:inline><wp:docPr id='1' name='x' descr='Zora at work'/>"
            "</wp:inline></w:drawing></w:r>"
        )
    )
    app = b'<Properties xmlns="x"><Company>Acme</Company><Manager>Dee</Manager><Words>9</Words></Properties>'
    t = read_transcript(with_part(document, "docProps/app.xml", app), "I0001.docx", labels={"P"})
    assert rows(t, "text") == [("hello",)]
    assert beside(t) == [
        ("metadata picture", "Zora at work"),
        ("property company", "Acme"),
        ("property manager", "Dee"),
        ("metadata link", "mailto:zora@example.org"),
    ]


def test_properties_that_a_team_made_are_found_with_their_names(document):
    document.add_paragraph("P: hello")
    custom = (
        b'<Properties xmlns="x"><property pid="2" name="Talk with Zora"><lpwstr>Dee</lpwstr></property></Properties>'
    )
    package = document.part.package
    part = Part(PackURI("/docProps/custom.xml"), "application/xml", custom, package)
    package.relate_to(part, f"{OFFICE}/custom-properties")
    t = read(document, labels={"P"})
    assert beside(t) == [("property custom", "Talk with Zora"), ("property custom", "Dee")]


def test_a_locked_archive_is_named():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("word/document.xml", "x")
    data = bytearray(stream.getvalue())
    for at in (data.find(b"PK\x03\x04") + 6, data.find(b"PK\x01\x02") + 8):
        data[at] |= 1
    assert read_transcript(bytes(data), "I0001.docx").problems == [
        "the document is locked with a password; save it without one"
    ]


def test_a_docx_cut_short_is_damaged(document):
    document.add_paragraph("P: hello")
    data = saved(document)
    assert read_transcript(data[: len(data) // 2], "I0001.docx").problems == [
        "the document is damaged and cannot be opened; ask for it again"
    ]


def test_replacement_characters_in_a_document_are_counted(document):
    document.add_paragraph("P: a\ufffdb itâ€™s")
    assert read(document, labels={"P"}).undecoded == 2


def test_a_docx_under_another_name_is_read_and_named(document):
    document.add_paragraph("P: hello")
    t = read_transcript(saved(document), "I0001.txt", labels={"P"})
    assert t.problems == [
        "the content is not what the file's ending says: it is a Word document (.docx); rename it, or ask if it is the "
        "right file"
    ]
    assert rows(t, "text") == [("hello",)]
