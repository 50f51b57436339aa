"""A filled checklist as lines of a page and as a Word document to attach to a submission."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pages.document import Document
from pages.dossier_counts import named, statement
from pages.dossier_events import Listing
from trustworthiness.checklists import Answer, Filled
from trustworthiness.dossier import Content

NOT_RECORDED = "not recorded"
NO_SENTENCE = "on record, though they do not say this themselves"
NOWHERE = "no kind of record shows this; the team may state it in analysis/reporting.csv"


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One item as a page shows it: what is recorded, the team's own words, and the records cited."""

    number: int
    label: str
    said: tuple[str, ...]
    stated: str
    stated_in: Markup
    cited: Markup
    looked_for: str
    beside: str = ""


def checklist_lines(filled: Filled, listing: Listing, k: int) -> dict[str, list[AnswerLine]]:
    """The items under their headings."""
    found: dict[str, list[AnswerLine]] = {}
    for answer in filled.answers:
        line = AnswerLine(
            answer.number,
            answer.label,
            tuple(statement(said, k) for said in answer.said),
            answer.stated.words if answer.stated else "",
            listing.short(answer.stated.event) if answer.stated else Markup(),
            listing.links(answer.kinds),
            _looked_for(answer),
            _beside(answer, k),
        )
        found.setdefault(answer.part, []).append(line)
    return found


def checklist_document(filled: Filled, content: Content, listing: Listing, k: int) -> bytes:
    """The checklist as DOCX: what the records show, where in the trail, and an empty column for the page."""
    document = Document(f"{filled.name}: {content.title}", "en", landscape=True)
    document.paragraph(f"{filled.title}. {filled.cited}")
    document.paragraph(
        "Labels are our own short words; read them beside the guideline. What the records show comes from the study's "
        "audit trail, what the team states is marked so. Records are named by the first eight characters of their id. "
        f"Dossier content {content.digest}."
    )
    rows = [("No.", "Item", "What the records show", "Where in the trail", "Page in the manuscript")]
    for answer in filled.answers:
        cited = " ".join(id for id, _ in listing.cited(answer.kinds))
        if answer.stated:
            cited = f"{cited} {answer.stated.event[:8]}".strip()
        rows.append((str(answer.number), answer.label, _shown(answer, k), cited, ""))
    document.table(
        rows,
        caption=f"{filled.name}, {len(filled.answers)} items",
        widths=(1, 4, 9, 5, 3),
        note=f"A count of people is rounded down to a multiple of {k}.",
    )
    return document.bytes()


def _shown(answer: Answer, k: int) -> str:
    said = [statement(one, k) for one in answer.said]
    if answer.stated:
        said.append(f"Stated by the team: {answer.stated.words}")
    return "\n".join(said) or _beside(answer, k) or NOT_RECORDED


def _beside(answer: Answer, k: int) -> str:
    """The records of the kinds looked for where no statement follows from them; empty where there are none."""
    found = "; ".join(statement(one, k, is_sentence=False) for one in answer.beside)
    return f"{NO_SENTENCE}: {found}" if found else ""


def _looked_for(answer: Answer) -> str:
    return f"looked for: {', '.join(named(kind) for kind in answer.looked_for)}" if answer.looked_for else NOWHERE
