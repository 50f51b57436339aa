"""MC007: a form that is untagged, untitled, in no language, or could not be made."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest

from pages.packet import packet_forms
from tests.pages.packet_samples import made_packet
from tests.trustworthiness.filled_docx import changed, without
from trustworthiness.form_checks import form_faults

pytestmark = pytest.mark.real
FORMS = ("html", "docx", "pdf")
PACKET = made_packet()


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return dict(packet_forms(PACKET, version=1, forms=FORMS))


def rules(forms: dict[str, bytes], packet=PACKET) -> list[str]:
    faults = form_faults(packet, forms, FORMS)
    assert {fault.check for fault in faults} <= {"MC007"}
    return [fault.rule for fault in faults]


def test_what_we_make_has_no_fault_in_any_language(made):
    assert rules(made) == []
    spanish = made_packet("es")
    assert rules(dict(packet_forms(spanish, version=1, forms=FORMS)), spanish) == []


def test_a_character_no_font_has_is_said_of_the_form_that_was_not_made():
    packet = made_packet(turns={2: "It was 日本."}, segments=[])
    (fault,) = form_faults(packet, packet_forms(packet, version=1, forms=FORMS), FORMS)
    assert (fault.subject, fault.rule) == ("packet:MC-I0007", "pdf.missing")
    assert "日" not in fault.message


@pytest.mark.parametrize("character", ["\x07", "\ufffd", "\ue000"])
def test_a_character_that_nothing_shows_is_a_fault_of_the_packet(made, character):
    assert rules(made, made_packet(turns={2: f"It {character} was."}, segments=[])) == ["characters"]


def test_each_form_is_asked_for_its_language_title_and_structure(made):
    assert rules({**made, "html": made["html"].replace(b'lang="en"', b"")}) == ["html.tags"]
    assert rules({**made, "html": made["html"].replace(b"<title>Did we understand you?</title>", b"")}) == ["html.tags"]
    assert rules({**made, "docx": without(made["docx"], "customXml/item2")}) == ["docx.tags"]

    def untitled(core):
        next(e for e in core if e.tag.endswith("}title")).text = ""

    assert rules({**made, "docx": changed(made["docx"], untitled, "docProps/core.xml")}) == ["docx.tags"]


@pytest.mark.parametrize("key", ["/MarkInfo", "/Lang", "/Metadata"])
def test_a_pdf_without_tags_language_or_title_is_a_fault(made, key):
    with pikepdf.open(io.BytesIO(made["pdf"])) as pdf:
        del pdf.Root[key]
        if key == "/Metadata":
            del pdf.docinfo["/Title"]
        changed = io.BytesIO()
        pdf.save(changed)
    assert rules({**made, "pdf": changed.getvalue()}) == ["pdf.tags"]


def test_a_pdf_somebody_else_wrote_lacks_all_three(made):
    other = pypdfium2.PdfDocument.new()
    other.new_page(100, 100)
    saved = io.BytesIO()
    other.save(saved)
    (fault,) = form_faults(PACKET, {**made, "pdf": saved.getvalue()})
    assert fault.message.startswith("The PDF form lacks tags and its language and a title.")
