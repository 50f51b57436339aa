"""The packet as a Word document whose answers are content controls, read back by tag (`trustworthiness.reply_docx`).

Every control has a tag (for us) and a title (w:alias, for who listens to the document); ECMA-376 part 1, 17.5.2, and
[MS-DOCX] 2.5.1.3 for check boxes. Controls cannot be deleted by accident, and the lines that name the packet cannot be
edited. The same facts stand in a custom XML part, for programs that lose one or the other.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from lxml import etree

from pages.document import Document, clean
from pages.packet_texts import VERDICTS, PacketTexts, is_right_to_left
from trustworthiness.packet import Packet, packet_sha256
from trustworthiness.reply_docx import (
    BOX,
    CROSSED_BOX,
    FACTS,
    NAMESPACE,
    answer_tag,
    comment_tag,
    fingerprint,
    shown_texts,
    withdraw_tag,
)

CUSTOM_XML = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'


def packet_docx(packet: Packet, *, version: int) -> bytes:
    """The packet's document; the same packet and version give the same bytes."""
    return _PacketDocument(PacketTexts.of(packet, version)).written()


class _PacketDocument(Document):
    """The document from top to bottom, and the tags of the controls put into it."""

    def __init__(self, texts: PacketTexts) -> None:
        packet = texts.packet
        super().__init__(texts.words["title"], packet.language, packet.study)
        self.texts, self.words, self.packet = texts, texts.words, packet
        for style, size in {"Title": 24, "Heading 1": 18, "Heading 2": 15, "Normal": 13}.items():
            self._docx.styles[style].font.size = Pt(size)
        self.tags: list[str] = []
        values = (packet.packet_id, packet_sha256(packet), packet.participant_code, str(texts.version))
        self.facts = dict(zip(FACTS, values, strict=True))

    def written(self) -> bytes:
        """All of it, as bytes."""
        self.paragraph(self.texts.mark)
        self.heading(self.words["about"])
        for text in (*self.packet.intro, self.texts.contact, self.words["docx_help"]):
            self.paragraph(text)
        self._themes()
        self._quotes()
        self._told()
        self._facts()
        if is_right_to_left(self.packet.language):
            self._right_to_left()
        self._keep_facts_beside()
        return self.bytes()

    def heading(self, text: str, level: int = 1) -> Document:
        """A heading of level 1 or 2; the style is set by its id, which saves searching all styles for its name."""
        self._line(text, f"Heading{level}")
        return self

    def paragraph(self, text: str) -> Document:
        """A paragraph whose line breaks stay; written whole, for python-docx goes through every letter."""
        self._line(text)
        return self

    def _line(self, text: str, style: str | None = None) -> Paragraph:
        """The same as the paragraph it became, in the style with that id."""
        lines = clean(text).splitlines() or [""]
        said = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
        paragraph = self._docx.add_paragraph()
        paragraph._p.style = style
        paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{said}</w:r>"))
        return paragraph

    def _themes(self) -> None:
        self.heading(self.words["themes"])
        for number, theme in enumerate(self.packet.themes, 1):
            self.heading(self.texts.heading(number), 2)
            said = self._docx.add_paragraph()
            run = said.add_run(clean(theme.plain))
            run.bold = True
            if theme.language:
                run._r.get_or_add_rPr().append(parse_xml(f"<w:lang {nsdecls('w')} w:val={quoteattr(theme.language)}/>"))
                self.paragraph(self.texts.note(theme))
            self._keep(said, self._line(self.packet.questions[0]))
            for verdict in VERDICTS:
                option = self.words[verdict]
                title = self.words["point_option"].format(number=number, option=option)
                self._tick(answer_tag(theme.theme_id, verdict), title, option)
            self._keep(self._line(self.words["comment"]))
            self._field(comment_tag(theme.theme_id), self.words["point_comment"].format(number=number))
        self._keep(self._line(self.packet.questions[1]))
        self._field("missing", self.packet.questions[1])

    def _quotes(self) -> None:
        self.heading(self.words["quotes"])
        if not self.packet.quotes:
            self.paragraph(self.words["quotes_none"])
            return
        self.paragraph(self.words["quotes_help"])
        self.paragraph(self.packet.questions[2])
        for number, heading, quotes in self.texts.groups:
            self.heading(heading, 2)
            for count, quote in enumerate(quotes, 1):
                self._keep(self._line(quote.text, "Quote"))
                title = self.words["quote_withdraw"].format(quote=count, number=number)
                self._tick(withdraw_tag(quote.quote_id), title, self.words["withdraw"])

    def _told(self) -> None:
        if self.texts.told:
            heading, introduction = self.texts.told_words
            self.heading(heading)
            for text in (introduction, *self.texts.told):
                self.paragraph(text)

    def _facts(self) -> None:
        """What names packet and person, at the end, where nobody can change it."""
        self.heading(self.words["packet_code"])
        self.paragraph(self.words["about_document"])
        names = {
            "packet_id": self.words["packet_code"],
            "version": self.words["edition"],
            "participant_code": self.words["your_code"],
            "packet_sha256": self.words["digest"],
        }
        for name, title in names.items():
            line = self._docx.add_paragraph(f"{title}: ")
            line._p.append(self._control(name, title, "sdtContentLocked", "<w:text/>", self._run(self.facts[name])))

    def _tick(self, tag: str, title: str, label: str) -> None:
        """A line with a box to tick before its label."""
        face = '<w:rPr><w:rFonts w:ascii="MS Gothic" w:hAnsi="MS Gothic" w:eastAsia="MS Gothic"/></w:rPr>'
        kind = (
            f'<w14:checkbox {W14}><w14:checked w14:val="0"/>'
            f'<w14:checkedState w14:val="{ord(CROSSED_BOX):04X}" w14:font="MS Gothic"/>'
            f'<w14:uncheckedState w14:val="{ord(BOX):04X}" w14:font="MS Gothic"/></w14:checkbox>'
        )
        line = self._docx.add_paragraph()
        line._p.append(self._control(tag, title, "sdtLocked", kind, self._run(BOX, face)))
        line.add_run(f" {clean(label)}")
        line.paragraph_format.space_after = Pt(3)

    def _field(self, tag: str, title: str) -> None:
        """A line to write on, with a word in grey until somebody does."""
        line = self._docx.add_paragraph()
        face = '<w:rPr><w:color w:val="595959"/></w:rPr>'
        hint = self._run(self.words["docx_comment"], face)
        kind = '<w:showingPlcHdr/><w:text w:multiLine="1"/>'
        line._p.append(self._control(tag, title, "sdtLocked", kind, hint))
        line.paragraph_format.space_after = Pt(14)

    def _run(self, text: str, face: str = "") -> str:
        return f'<w:r>{face}<w:t xml:space="preserve">{escape(clean(text))}</w:t></w:r>'

    def _control(self, tag: str, title: str, lock: str, kind: str, content: str) -> etree._Element:
        self.tags.append(tag)
        return parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtPr><w:alias w:val={quoteattr(clean(title))}/><w:tag w:val={quoteattr(tag)}/>"
            f'<w:id w:val="{1000 + len(self.tags)}"/><w:lock w:val="{lock}"/>{kind}</w:sdtPr>'
            f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
        )

    def _keep(self, *paragraphs: Paragraph) -> None:
        """Keep these on the page of what follows them."""
        for paragraph in paragraphs:
            paragraph.paragraph_format.keep_with_next = True

    def _right_to_left(self) -> None:
        """Every paragraph and run from right to left, as Word marks them."""
        for properties in [p._p.get_or_add_pPr() for p in self._docx.paragraphs]:
            properties.insert_element_before(parse_xml(f"<w:bidi {nsdecls('w')}/>"), *_AFTER_BIDI)
        for run in self._docx.element.body.iter(qn("w:r")):
            run.get_or_add_rPr().insert_element_before(parse_xml(f"<w:rtl {nsdecls('w')}/>"), "w:cs", "w:em", "w:lang")

    def _keep_facts_beside(self) -> None:
        """The facts once more as custom XML, with the tags there should be and fingerprints of our own lines."""
        facts = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in self.facts.items())
        shown = " ".join(sorted({fingerprint(text) for text in shown_texts(self._docx.element.body)}))
        content = (
            f'<reply xmlns="{NAMESPACE}">{facts}<hint>{escape(self.words["docx_comment"])}</hint>'
            f"<tags>{escape(' '.join(self.tags))}</tags><shown>{shown}</shown></reply>"
        )
        package = self._docx.part.package
        name = package.next_partname("/customXml/item%d.xml")
        part = Part(name, "application/xml", content.encode(), package)
        self._docx.part.relate_to(part, CUSTOM_XML)


_AFTER_BIDI = ("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents",
               "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap",
               "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange")  # fmt: skip
