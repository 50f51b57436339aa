"""The joint display as a Word document for the paper: sites as Case A, Case B, each cell on k people or more.

A mean of the survey is shown where enough answered, a rating and a fit where k people hold both roles at the site, a
theme where k people spoke of it; a case of which nothing may be shown is only counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from analysis.joint_display import FITS, Row, ThemeAtSite
from pages.document import Document
from pages.joint_display import FIT_MEANS, FIT_WORDS, UNCODED, JointDisplayPage, reliability_said
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
    caption, note = "Sites by fit of survey and interviews", page.uncoded_said
    document.table(rows, caption=caption, note=note, widths=[1, 3, 1], numbers=[2])
    shown = []
    for row in page.display.rows:
        cells = _cells(page, row, is_open=row.site not in few, has_score=row.site in scored, k=k)
        if any(cell != HIDDEN for cell in cells):
            shown.append([codes[row.site], *cells])
    document.heading("Case by case")
    if shown:
        _cases(document, page, sorted(shown, key=lambda row: (len(row[0]), row[0])), k)
    else:
        document.paragraph(f"No case is shown: each rests on fewer than {k} people.")
    return document.paragraph(reliability_said(page)).bytes()


def _cases(document: Document, page: JointDisplayPage, rows: list[list[str]], k: int) -> None:
    """The table by case; a column of which nothing may be shown is named below it instead."""
    head = ["Case", f"Survey: {page.scale}, mean (n)", *(page.roles or ()), *page.themes, "Fit"]
    is_shown = [any(row[n] != HIDDEN for row in rows) for n in range(len(head))]
    table = [[cell for cell, keep in zip(row, is_shown, strict=True) if keep] for row in (head, *rows)]
    gone = ", ".join(name for name, keep in zip(head, is_shown, strict=True) if not keep)
    hidden = len(page.display.rows) - len(rows)
    said = [f"{HIDDEN}: fewer than {k} people, or not known."] * any(HIDDEN in row for row in table)
    said += [f"Shown for no case, for want of {k} people behind it: {gone}."] * bool(gone)
    said += [f"Of {plural(hidden, 'further case')} nothing may be shown."] * bool(hidden)
    words = [f"{id}, {plain.rstrip('.')}" for id, plain in page.themes.items() if id in table[0]]
    said += [f"Themes, how many people spoke of them: {'; '.join(words)}."] * bool(words)
    document.table(table, caption="Survey, ratings, themes and fit by case", note=" ".join(said))


def _cells(page: JointDisplayPage, row: Row, *, is_open: bool, has_score: bool, k: int) -> list[str]:
    mean = f"{row.score.mean:.2f} ({row.score.respondents})" if row.score and has_score else HIDDEN
    given = row.ratings if row.ratings and is_open else None
    ratings = [_rating(given[n], is_bare=row.bare[n]) if given else HIDDEN for n in range(len(page.roles or ()))]
    at = {theme.theme: theme for theme in row.themes}
    themes = [_theme(at.get(theme), k) for theme in page.themes]
    fit = FIT_WORDS[row.fit][0] if row.fit and is_open else HIDDEN
    fit += f" ({UNCODED})" if fit != HIDDEN and row.is_coded is False else ""
    return [mean, *ratings, *themes, fit]


def _rating(mean: float, *, is_bare: bool) -> str:
    return f"{rated(mean)} (no coding cited)" if is_bare else rated(mean)


def _theme(found: ThemeAtSite | None, k: int) -> str:
    """How many people spoke of the theme at the site."""
    return HIDDEN if found is None or found.people < k else plural(found.people, "person", "people")
