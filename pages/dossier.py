"""The dossier as one self-contained site for an auditor: what is recorded, what is not, and what that proves.

Every page is a file beside the others, without network. No participant's words. Counts of people are suppressed below
k (see suppression.py); a count beside others of the same people is rounded down, so that nothing follows from their
differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from pages.attestation import attestation_page
from pages.checklists import checklist_document, checklist_lines
from pages.dossier_counts import named, rounded
from pages.dossier_events import PAGE_ROWS, Listing
from pages.dossier_evidence import cells, deposits
from pages.dossier_people import consent, steps, themes
from pages.dossier_work import analysis, codebook_changes, decisions, deviations, months, partition, queries, set_aside
from pages.flow_picture import flow_picture
from pages.kit import SUMS, sums
from pages.layout import render
from pages.sample_section import Stage, met, pictures, values_table
from pages.trail_words import plain_limits
from trustworthiness.checklists import CHECKLISTS
from trustworthiness.dossier import Content
from trustworthiness.history import CHANGES

FIRST = "index.html"
PAGES: Mapping[str, str] = {
    "index": "Overview",
    "criteria": "Four criteria",
    "halpern": "What is deposited",
    "coreq": "COREQ",
    "srqr": "SRQR",
    "gramms": "GRAMMS",
    "sample": "Sample",
    "people": "People",
    "validation": "Validation",
    "analysis": "Analysis",
    "checks": "Member checks",
    "claims": "Claims",
    "conduct": "Conduct",
    "events": "Records",
    "attestation": "Attestation",
    "annex": "Annex",
}
"""The pages in the order of their navigation; each is a file of that name."""

CHECKLIST_FILES: Mapping[str, str] = {
    f"{checklist.name}.docx": f"{checklist.name}, to attach to a submission" for checklist in CHECKLISTS
}
"""The documents beside the pages."""

ROOMS: Mapping[str, str] = {
    "criteria": "What is recorded for credibility, transferability, dependability and confirmability.",
    "halpern": "Halpern's six classes of an audit trail: what is there, and what is not.",
    "coreq": "32 items for interviews and focus groups; also as a Word file.",
    "srqr": "21 items for qualitative research; also as a Word file.",
    "gramms": "6 items for mixed methods; also as a Word file.",
    "sample": "Each stage with its reason, its proof and its pictures.",
    "people": "The flow of participants, and for how many each consent is in force.",
    "validation": "What was checked, what the checks asked, and what became of it.",
    "analysis": "Codebook, saturation, agreement, cases.",
    "checks": "What participants said of the findings, debriefings, negative cases.",
    "claims": "From each claim down to consent.",
    "conduct": "Changes, deviations, decisions, visits.",
    "events": "Every record the dossier rests on, by kind.",
    "attestation": "The form in which you say what you found.",
    "annex": "Digests, and the verifier's own words.",
}


@dataclass(frozen=True, slots=True)
class TrailVerdict:
    """What the verifier found, and what its verdict does not say; size and root are the printed fingerprint."""

    ok: bool
    events: int
    seals: int
    size: int
    root: str
    faults: tuple[str, ...]
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """What the site is made of. `day` is the day it is made, in words; `stages` are those an auditor may see.

    `lineage` is the section that draws claims down to consent.
    """

    content: Content
    listing: Listing
    k: int
    day: str
    trail: TrailVerdict
    stages: tuple[Stage, ...] = ()
    lineage: Markup = field(default_factory=Markup)


def dossier_site(site: Site) -> dict[str, bytes]:
    """Every file of the site by its name, SHA256SUMS over the others among them."""
    files = {f"{name}.html": _page(site, name, **values) for name, values in _values(site).items()}
    files |= _event_pages(site)
    files["attestation.html"] = attestation_page(site.content.digest, _common(site, "attestation"))
    for filled in site.content.checklists:
        files[f"{filled.name}.docx"] = checklist_document(filled, site.content, site.listing, site.k)
    return {**files, SUMS: sums(files)}


def _page(site: Site, name: str, **values: Any) -> bytes:
    template = "dossier_checklist.html" if name in ("coreq", "srqr", "gramms") else f"dossier_{name}.html"
    return render(template, **_common(site, name), **values)


def _common(site: Site, name: str) -> dict[str, Any]:
    """What the frame of every page needs."""
    return {
        "language": "en",
        "title": f"{PAGES[name]}: {site.content.title}",
        "heading": PAGES[name],
        "room": name,
        "rooms": PAGES,
        "content": site.content,
        "k": site.k,
        "day": site.day,
    }


def _values(site: Site) -> dict[str, dict[str, Any]]:
    """What each page shows besides its frame, in the order of the navigation."""
    content, listing, k = site.content, site.listing, site.k
    history = content.history
    people = steps(content.recruitment, content.member_checks, k)
    boxes = people.flow
    exact = {box.count for box in (*people.flow, *people.checks)}
    picture = flow_picture(boxes, key="flow", title="Flow of participants") if len(boxes) > 1 else None
    return {
        "index": {"trail": site.trail, "limits": plain_limits(site.trail.limits), "about": ROOMS},
        "criteria": {"criteria": cells(content.criteria, listing, k)},
        "halpern": {"classes": deposits(content.halpern, listing, k)},
        **{
            filled.name.lower(): {"filled": filled, "parts": checklist_lines(filled, listing, k)}
            for filled in content.checklists
        },
        "sample": {"stages": site.stages, "pictures": pictures, "values_table": values_table, "met": met},
        "people": {
            "boxes": boxes,
            "flow": picture,
            "consent": consent(content.consent, k, exact),
            "beside": people.beside,
        },
        "validation": {
            "transcripts": partition(content.verdicts.get("transcripts", {}), k),
            "surveys": history.surveys,
            "queries": queries(content.queries, k),
            "months": months(history.query_months, k),
            "set_aside": set_aside(history.set_aside, k),
        },
        "analysis": {
            "history": history,
            "listing": listing,
            "assessed": analysis(history.assessments, k),
            "changed": {book.event: codebook_changes(content.codebooks.get(book.event)) for book in history.codebooks},
        },
        "checks": {
            "account": content.member_checks,
            "boxes": people.checks,
            "told": people.told,
            "themes": themes(content.member_checks, people.replied, k),
            "history": history,
            "listing": listing,
            "narratives": listing.links(["counter_narrative.recorded"]),
        },
        "claims": {
            "lineage": site.lineage,
            "claims": listing.links(["claim.asserted", "claim.retracted"]),
            "loose": [(words, rounded(count, k)) for words, count in content.loose.items() if count],
        },
        "conduct": {
            "history": history,
            "listing": listing,
            "changes": CHANGES,
            "named": named,
            "deviations": deviations(history.deviations, k),
            "decisions": decisions(content.decisions, k),
        },
        "annex": {"trail": site.trail},
    }


def _event_pages(site: Site) -> dict[str, bytes]:
    """The list of kinds, and each kind's own pages."""
    kinds = [(named(kind), listed) for kind, listed in site.listing.kinds.items()]
    made = {"events.html": _page(site, "events", kinds=kinds, addresses=_first_page)}
    for kind, listed in site.listing.kinds.items():
        files = [file for file, _ in listed.pages]
        for file, rows in listed.pages:
            made[file] = render(
                "dossier_event_list.html",
                **{**_common(site, "events"), "title": f"{named(kind)}: {site.content.title}", "heading": named(kind)},
                listed=listed,
                rows=rows,
                files=files,
                file=file,
                page_rows=PAGE_ROWS,
            )
    return made


def _first_page(listed: Any) -> str:
    return str(listed.pages[0][0])
