"""The packet for print: tagged, titled, complete, in order, the same bytes every time, and never with empty boxes."""

from __future__ import annotations

import io
import re

import pikepdf
import pypdfium2
import pytest

from pages.packet import packet_forms
from pages.packet_pdf import packet_pdf
from pages.packet_texts import PacketTexts
from tests.pages.packet_samples import THEMES, made_packet

pytestmark = pytest.mark.real


def text_of(data: bytes) -> str:
    """What a reader hears of a PDF: every page's text in its order, white space as single spaces."""
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data)]
    return " ".join(" ".join(pages).split())


def body_of(data: bytes) -> str:
    """The same without what stands at the top and bottom of every page, of which there is at least one."""
    mark = r"Reference: MC-I0007 \(1\) · Your code: P001"
    body, pages = re.subn(rf"({mark}|Page \d+ of \d+)", "", text_of(data))
    assert pages == 2 * len(pypdfium2.PdfDocument(data))
    return " ".join(body.split())


@pytest.fixture(scope="module")
def made() -> bytes:
    data = packet_pdf(made_packet(), version=1)
    assert data is not None
    return data


def test_it_is_tagged_titled_and_says_its_language_and_standard(made):
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert len(list(pdf.Root.StructTreeRoot.K)) > 0
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "Did we understand you?"
            assert metadata["pdfuaid:part"] == "1"
        assert str(pdf.docinfo.Author) == "Peers & recovery (made up)"
        kinds = {str(node.S) for node in pdf.objects if isinstance(node, pikepdf.Dictionary) and "/S" in node}
    assert {"/H1", "/H2", "/L", "/LI", "/BlockQuote", "/P"} <= kinds


def test_it_says_everything_in_the_packets_order(made):
    body, at = body_of(made), 0
    for text in PacketTexts.of(made_packet(), 1).texts:
        words = " ".join(text.split())
        assert words in body[at:], words
        at = body.index(words, at) + len(words)


def test_every_page_names_packet_and_person_and_the_type_is_large(made):
    document = pypdfium2.PdfDocument(made)
    assert len(document) > 1
    for number, page in enumerate(document, 1):
        text = page.get_textpage().get_text_bounded()
        assert "MC-I0007 (1)" in text
        assert "P001" in text
        assert f"Page {number} of {len(document)}" in text
    page = document[0].get_textpage()
    sizes = {round(pypdfium2.raw.FPDFText_GetFontSize(page, i)) for i in range(page.count_chars())}
    assert min(sizes - {1}, default=12) >= 12


def test_the_same_packet_gives_the_same_bytes_and_needs_no_font_of_this_machine(made):
    assert packet_pdf(made_packet(), version=1) == made
    with pikepdf.open(io.BytesIO(made)) as pdf:
        fonts = {str(o.FontName) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/FontName" in o}
    assert fonts
    assert all("Libertinus" in name or "NewCM" in name or "DejaVuSansMono" in name for name in fonts)


@pytest.mark.parametrize("character", ["日", "ก", "\x01", "😀"])
def test_a_character_without_a_font_leaves_the_form_out(character):
    packet = made_packet(turns={2: f"So {character} it was."}, segments=[])
    assert packet_pdf(packet, version=1) is None
    assert list(packet_forms(packet, version=1, forms=["docx", "pdf"])) == ["docx"]


@pytest.mark.parametrize("words", ["Łódź, naïve, Dvořák, Iași", "Привет, Ελλάδα", "Nguyễn Thị", "שלום", "سلام"])
def test_scripts_the_fonts_have_are_printed(words):
    made = packet_pdf(made_packet(turns={2: words}, segments=[]), version=1)
    assert made is not None
    if words.isascii() or not set(words) & set("שלוםسلام"):  # pypdfium2 gives runs from right to left as they are drawn
        assert words in body_of(made)


def test_white_space_of_any_kind_parts_words_and_a_long_theme_runs_over_pages():
    turns = {2: "one\ttwo\r\nthree \ufeff four\u00a0five"}
    long = "This theme has far too many words. " * 200
    made = packet_pdf(made_packet(turns=turns, segments=[], themes={"T1": (long, frozenset())}), version=1)
    assert made is not None
    assert "one two three four five" in body_of(made)
    assert body_of(made).count("far too many") == 200


def test_a_summary_or_nothing_stands_in_place_of_the_transcript():
    short = packet_pdf(made_packet(returns="summary", summary="You told us of work.\n\nAnd of time."), version=1)
    nothing = packet_pdf(made_packet(returns="neither"), version=1)
    assert short is not None
    assert nothing is not None
    assert "What you told us, in short" in body_of(short)
    assert "You told us of work. And of time." in body_of(short)
    assert "turn 10" not in body_of(short)
    assert "What you told us" not in body_of(nothing)


def test_a_theme_in_another_language_is_marked_as_such():
    made = packet_pdf(made_packet("es", theme_languages={"T2": "en"}), version=1)
    assert made is not None
    assert text_of(made).count("Todavía no tenemos este punto en su idioma.") == 1
    assert THEMES["T2"][0] in text_of(made)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        shown = b"".join(page.Contents.read_bytes() for page in pdf.pages)
    assert set(re.findall(rb"/Lang\((\w+)\)", shown)) == {b"es", b"en"}
