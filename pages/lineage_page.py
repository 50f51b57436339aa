"""The team's page of lineage, out/analysis/lineage.html: every claim with each step down to consent."""

from __future__ import annotations

from pages.layout import render
from trustworthiness.lineage import GAPS, Lineage


def lineage_page(lineage: Lineage, *, title: str, synthetic: bool) -> bytes:
    """The page as one self-contained HTML file."""
    return render("lineage_page.html", title="Claims and what they rest on", study=title, synthetic=synthetic,
                  lineage=lineage, gaps=GAPS)  # fmt: skip
