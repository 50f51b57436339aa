"""PDF: lines to paragraphs, furniture and metadata beside them, and PDFs that hold no words."""

from __future__ import annotations

import pytest

from evidence.transcripts import read_transcript

PICTURE = b"q 9 0 0 9 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q"


def page(*lines) -> bytes:
    """A content stream: lines 14 points apart, None for an empty one, (height, words) to place one."""
    height, drawn = 800, [b"BT /F1 11 Tf"]
    for line in lines:
        if isinstance(line, tuple):
            drawn.append(shown(*line))
            continue
        if line is not None:
            drawn.append(shown(height, line))
        height -= 14
    return b"\n".join([*drawn, b"ET"])


def shown(height: int, words: str) -> bytes:
    escaped = words.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"1 0 0 1 72 %d Tm (%s) Tj" % (height, escaped)


def pdf(*pages: bytes, info: bytes = b"", page_extra: bytes = b"", trailer: bytes = b"") -> bytes:
    """The smallest PDF that holds these pages, with its cross-reference table."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<<" + info + b">>"]
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    kids = []
    for content in pages:
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents %d 0 R%s>>"
            % (len(objects), page_extra)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, b"".join(offsets))
    ending = b"trailer<</Size %d/Root 1 0 R/Info 3 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
    return out + table + ending % (len(objects) + 1, trailer, len(out))


def read(data: bytes, **options):
    transcript = read_transcript(data, "I0001.pdf", labels={"I", "P"}, **options)
    assert transcript.letters_kept == transcript.letters_in
    return transcript


def rows(transcript):
    return list(transcript.turns[["speaker", "text", "source_line"]].itertuples(index=False, name=None))


def beside(transcript):
    return [(p.place, p.text, p.line) for p in transcript.beside]


def test_lines_are_joined_to_paragraphs_across_lines_and_pages():
    t = read(
        pdf(
            page("I: How was it", "going on, Müller?", None, "P: I went home", "and slept.", None, "A gap above me"),
            page("and a page after me.", "I: Thanks (all)."),
        )
    )
    assert rows(t) == [
        ("I", "How was it going on, Müller?", 1),
        ("P", "I went home and slept.", 1),
        ("", "A gap above me and a page after me.", 1),
        ("I", "Thanks (all).", 2),
    ]
    assert t.problems == []


def test_headers_footers_and_page_numbers_are_kept_beside():
    pages = [
        page((820, "Study Zebra"), f"I: Words {w}.", "P: Yes.", (30, f"Page {n} of 3")) for n, w in enumerate("abc")
    ]
    t = read(pdf(*pages))
    assert [text for _, text, _ in rows(t)] == ["Words a.", "Yes.", "Words b.", "Yes.", "Words c.", "Yes."]
    assert sorted(beside(t)) == [
        *(("footer", f"Page {n} of 3", n + 1) for n in range(3)),
        *(("header", "Study Zebra", n) for n in (1, 2, 3)),
    ]


def test_a_line_said_on_every_page_at_another_height_stays_speech():
    pages = [page(*["P: More."] * n, "I: Okay.") for n in (1, 3, 6)]
    assert [text for _, text, _ in rows(read(pdf(*pages)))].count("Okay.") == 3


def test_comments_their_authors_and_metadata_are_kept_beside():
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><c>Dee</c></x:xmpmeta>"
    note = b"/Annots[<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(who is this?)/T(Bo)>>]"
    info = b"/Author(Ann)/Title(Talk)/Keywords(secret)/Creator(Word)"
    data = pdf(page("P: So."), info=info, page_extra=note).replace(b"%%EOF", b"%" + xmp + b"\n%%EOF")
    assert sorted(beside(read(data))) == [
        ("author of a comment", "Bo", 1),
        ("comment", "who is this?", 1),
        ("metadata creator", "Word", 0),
        ("metadata xmp", "Dee", 0),
        ("property author", "Ann", 0),
        ("property keywords", "secret", 0),
        ("property title", "Talk", 0),
    ]


def test_letters_of_objects_that_reach_no_line_are_counted(monkeypatch):
    monkeypatch.setattr("evidence.transcripts.pdf._of_object", lambda thing: "I: Hello and more")
    t = read_transcript(pdf(page("I: Hello")), "I0001.pdf", labels={"I"})
    assert (t.letters_in, t.letters_kept) == (13, 6)


LOCK = b"/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"41" * 32, b"42" * 32)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (pdf(PICTURE), "the pages are pictures: no text; it needs transcription"),
        (pdf(page()), "the file holds no text; ask for it again"),
        (pdf(page("x"), trailer=LOCK), "the document is locked with a password; save it without one"),
        (pdf(page("x"))[:300], "the document is damaged and cannot be opened; ask for it again"),
        (b"%PDF-1.7 nothing", "the document is damaged and cannot be opened; ask for it again"),
        (b"I: hello", "the document is damaged and cannot be opened; ask for it again"),
        (pdf(page("P: hello"))[:-7], "the document stops before its end mark; ask for it again"),
    ],
    ids=["scanned", "empty", "password", "cut", "nothing", "text", "no end"],
)
def test_what_is_wrong_is_said(data, problem):
    assert read_transcript(data, "I0001.pdf").problems == [problem]


def test_a_pdf_under_another_name_is_read_and_named():
    t = read_transcript(pdf(page("P: hello")), "I0001.txt", labels={"P"})
    assert "it is a PDF (.pdf)" in t.problems[0]
    assert rows(t) == [("P", "hello", 1)]
