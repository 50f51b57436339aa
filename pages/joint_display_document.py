"""The joint display as a Word document for the paper: sites as Case A, Case B, each cell on k people or more.

A mean of the survey is shown where enough answered, a rating and a fit where k people hold both roles at the site, a
theme where k people spoke of it; a case of which nothing may be shown is only counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from analysis.joint_display import FITS, Row, ThemeAtSite
from pages.document import Document
from pages.joint_display import FIT_MEANS, FIT_WORDS, JointDisplayPage
from pages.layout import plural
from pages.rating_pictures import rated

HIDDEN = "–"


def display_document(
    page: JointDisplayPage, *, codes: Mapping[str, str], few: Collection[str], scored: Collection[str], k: int
) -> bytes:
    """The document; `codes` stand for sites.

    `few` are sites at which fewer than k people hold one of the roles, `scored` those whose mean others than the team
    may see.
    """
    document = Document("Joint display", "en", page.study, landscape=True)
    document.paragraph(page.in_a_sentence)
    counts = page.display.counts()
    rows = [["Fit", "Meaning", "Sites"]]
    rows += [[FIT_WORDS[fit][0], FIT_MEANS[fit].capitalize(), str(counts[fit])] for fit in FITS]
    rows += [["Not agreed on", "People judge differently", str(counts["differ"])]] * bool(counts["differ"])
    rows += [["Open", "Nobody has judged yet", str(counts["open"])]] * bool(counts["open"])
    document.table(rows, caption="Sites by fit of survey and interviews", widths=[1, 3, 1], numbers=[2])
    head = ["Case", f"Survey: {page.scale}, mean (n)", *(page.roles or ()), *page.themes, "Fit"]
    table = []
    for row in page.display.rows:
        cells = _cells(page, row, is_open=row.site not in few, has_score=row.site in scored, k=k)
        if any(cell != HIDDEN for cell in cells):
            table.append([codes[row.site], *cells])
    hidden = len(page.display.rows) - len(table)
    document.heading("Case by case")
    if table:
        note = f"{HIDDEN}: not shown, because it rests on fewer than {k} people. {_themes_said(page)}{_hidden(hidden)}"
        document.table([head, *sorted(table)], caption="Survey, ratings, themes and fit by case", note=note.strip())
    else:
        document.paragraph(f"No case is shown: each rests on fewer than {k} people in one of its roles.")
    return document.bytes()


def _cells(page: JointDisplayPage, row: Row, *, is_open: bool, has_score: bool, k: int) -> list[str]:
    mean = f"{row.score.mean:.2f} ({row.score.respondents})" if row.score and has_score else HIDDEN
    given = row.ratings if row.ratings and is_open else None
    ratings = [rated(given[n]) if given else HIDDEN for n in range(len(page.roles or ()))]
    at = {theme.theme: theme for theme in row.themes}
    themes = [_theme(at.get(theme), k) for theme in page.themes]
    fit = FIT_WORDS[row.fit][0] if row.fit and is_open else HIDDEN
    return [mean, *ratings, *themes, fit]


def _theme(found: ThemeAtSite | None, k: int) -> str:
    """How many people spoke of the theme at the site."""
    return HIDDEN if found is None or found.people < k else plural(found.people, "person", "people")


def _themes_said(page: JointDisplayPage) -> str:
    words = "; ".join(f"{id}: {plain}" for id, plain in page.themes.items())
    return f"Themes: how many people spoke of {words} " if words else ""


def _hidden(count: int) -> str:
    return f"Of {plural(count, 'further case')} nothing may be shown." if count else ""
