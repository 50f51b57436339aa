"""From claims to consent as a section of a page: a picture in layers, and the same as a table.

For readers outside the team: themes and codes are named, people are only counted, and never fewer than k of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pages.dossier_counts import rounded
from pages.layout import plural, render
from pages.lineage_picture import MOST, lineage_picture
from trustworthiness.lineage import GAPS, ClaimLineage, Lineage

ABOUT_CONSENT = ("no_consent_then", "withdrawn_since")
"""Gaps that say something of people, which is shown only of enough of them."""
DOUBT = "member_check_doubt"


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim as readers outside the team see it; `people` and `consent` are texts, suppressed where they are few."""

    claim: str
    version: int
    is_retracted: bool
    themes: tuple[str, ...]
    codes: tuple[str, ...]
    excerpts: str
    people: str
    consent: str
    gaps: tuple[str, ...]
    beside: tuple[str, ...]


def lineage_section(lineage: Lineage, *, k: int) -> Markup:
    """The section for an auditor: every claim with its steps down to consent, as a picture and as a table.

    No participant, interview or transcript is named; what rests on fewer than `k` people is suppressed.
    """
    lines = [claim_line(claim, k) for claim in lineage.claims]
    drawn = lineage_picture(lineage, k=k)
    return Markup(render("lineage_section.html", lines=lines, k=k, drawn=drawn, most=MOST).decode())


def claim_line(claim: ClaimLineage, k: int) -> ClaimLine:
    """What may be shown of one claim."""
    is_small = 0 < claim.people < k
    gaps = tuple(GAPS[gap] for gap in claim.gaps if not (is_small and gap in ABOUT_CONSENT))
    broken = set(claim.gaps) & set(ABOUT_CONSENT)
    consent = "not shown" if is_small else "nobody to look up" if not claim.people else "a gap" if broken else "holds"
    return ClaimLine(
        claim=claim.claim,
        version=claim.version,
        is_retracted=claim.is_retracted,
        themes=claim.record.themes,
        codes=claim.codes,
        excerpts=_excerpts(claim, is_small),
        people=f"{rounded(claim.people, k)} people",
        consent=f"consent: {consent}",
        gaps=gaps,
        beside=_beside(claim),
    )


def _excerpts(claim: ClaimLineage, is_small: bool) -> str:
    """How many excerpts; of few people not, because each is from one of them."""
    if not claim.record.excerpts:
        return "not available"
    return "not shown" if is_small else plural(len(claim.record.excerpts), "excerpt")


def _beside(claim: ClaimLineage) -> tuple[str, ...]:
    """What speaks to a claim; of doubts in member checks only whether any is open, never how many people had them."""
    doubts = [one for one in claim.beside if one.what == DOUBT]
    told = [
        f"{one.what.replace('_', ' ')} {one.id}: {one.state.replace('_', ' ')}"
        for one in claim.beside
        if one not in doubts
    ]
    if doubts:
        told.append(f"doubts in member checks: {'some open' if any(d.state == 'open' for d in doubts) else 'settled'}")
    return tuple(told)
