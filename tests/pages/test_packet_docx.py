"""The packet as a Word document: titled, in its language, by headings, and every field says what it is."""

from __future__ import annotations

import io
from itertools import chain, pairwise

import docx
import pytest
from docx.oxml.ns import qn

from pages.packet_docx import packet_docx
from pages.packet_texts import VERDICTS, PacketTexts
from tests.pages.packet_samples import made_packet


@pytest.fixture(scope="module")
def made() -> docx.document.Document:
    return docx.Document(io.BytesIO(packet_docx(made_packet(), version=1)))


def controls(document: docx.document.Document) -> dict[str, tuple[str, str]]:
    """Title and lock of every content control, by tag, in the document's order."""

    def value(sdt, name: str) -> str:
        return sdt.find(f"{qn('w:sdtPr')}/{qn(name)}").get(qn("w:val"))

    return {
        value(sdt, "w:tag"): (value(sdt, "w:alias"), value(sdt, "w:lock"))
        for sdt in document.element.body.iter(qn("w:sdt"))
    }


def test_it_has_title_author_language_and_headings_without_gaps(made):
    core = made.core_properties
    assert (core.title, core.author, core.language) == ("Did we understand you?", "Peers & recovery (made up)", "en")
    levels = [int(p.style.name[-1]) for p in made.paragraphs if p.style.name.startswith("Heading")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert made.tables == []
    assert made.styles["Normal"].font.size.pt >= 12


def test_every_field_says_what_it_is_and_cannot_be_deleted_by_accident(made):
    found = controls(made)
    quotes = [quote.quote_id for quote in made_packet().quotes]
    answers = [[*(f"answer:{id}:{verdict}" for verdict in VERDICTS), f"comment:{id}"] for id in ("T1", "T2", "T3")]
    facts = ["packet_id", "version", "participant_code", "packet_sha256"]
    assert list(found) == [*chain(*answers), "missing", *(f"withdraw:{id}" for id in quotes), *facts]
    assert all(title for title, _ in found.values())
    assert len({title for title, _ in found.values()}) == len(found)
    assert found["answer:T2:partly"] == ("Point 2: This fits in part", "sdtLocked")
    assert {found[name][1] for name in facts} == {"sdtContentLocked"}
    ids = [sdt.find(f"{qn('w:sdtPr')}/{qn('w:id')}").get(qn("w:val")) for sdt in made.element.body.iter(qn("w:sdt"))]
    assert len(set(ids)) == len(ids)


def test_it_says_everything_in_the_packets_order(made):
    said, at = "\n".join(p.text for p in made.paragraphs), 0
    for text in PacketTexts.of(made_packet(), 1).texts:
        assert text in said[at:], text
        at = said.index(text, at) + len(text)


def test_the_same_packet_gives_the_same_bytes():
    assert packet_docx(made_packet(), version=1) == packet_docx(made_packet(), version=1)
    assert packet_docx(made_packet(), version=1) != packet_docx(made_packet(), version=2)


def test_a_theme_nobody_translated_is_marked_in_its_own_language():
    made = docx.Document(io.BytesIO(packet_docx(made_packet("es", theme_languages={"T2": "en"}), version=1)))
    marked = [r.text for p in made.paragraphs for r in p.runs if r._r.find(f"{qn('w:rPr')}/{qn('w:lang')}") is not None]
    assert marked == ["Work heals."]
    assert sum(p.text == "Todavía no tenemos este punto en su idioma." for p in made.paragraphs) == 1
