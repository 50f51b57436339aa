"""The team's page of lineage, out/analysis/lineage.html: every claim with each step down to consent.

It names interviews by id, no participant, and holds none of their words.
"""

from __future__ import annotations

from pages.layout import render
from pages.lineage_picture import MOST, lineage_picture
from trustworthiness.lineage import GAPS, ClaimLineage, Lineage


def lineage_page(lineage: Lineage, *, title: str, synthetic: bool) -> bytes:
    """The page as one self-contained HTML file."""
    return render(
        "lineage_page.html",
        title="Claims and what they rest on",
        study=title,
        synthetic=synthetic,
        lineage=lineage,
        gaps=GAPS,
        drawn=lineage_picture(lineage, k=1),
        most=MOST,
        excerpts=_excerpts,
    )


def _excerpts(claim: ClaimLineage, transcript: str) -> list[str]:
    """The claim's codings of one transcript, without its id."""
    start = f"{transcript}/"
    return [coding.removeprefix(start) for coding in claim.record.excerpts if coding.startswith(start)]
