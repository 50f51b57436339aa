"""The cross-case comparison as a Word document for the paper: sites as Case A, Case B, no small cells.

A case is shown where at least k people hold each of its roles at its site, so that no rating can be laid at somebody's
door; the rest is said in counts of cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.case_matrix import CaseDetail
from pages.cases import OUTCOMES, CasesPage, agreement_said, caveat, difference, outcome
from pages.document import Document
from pages.layout import plural
from pages.rating_pictures import rated

Holders = Mapping[tuple[str, str], int]
"""How many people hold a role at a site."""


def cases_document(page: CasesPage, *, codes: Mapping[str, str], holders: Holders, k: int) -> bytes:
    """The document; `codes` stand for sites, and a case of a site without one is not known to anybody."""
    shown = tuple(d for d in page.matrix.details if is_shown(d, holders, k))
    document = Document("Cases compared", "en", page.study)
    document.paragraph(page.in_a_sentence).paragraph(page.rule)
    bare = page.matrix.bare
    counted = [page.matrix.details, *([bare] if bare else [])]
    rows = [["What came out", "Cases", *(["Of these, no coding cited"] if bare else [])]]
    rows += [
        [words, *(str(sum(d.case.direction == way for d in part)) for part in counted)]
        for way, words in OUTCOMES.items()
    ]
    document.table(
        rows,
        caption="Cases by what came out",
        note="No coding cited: the ratings of one role or both name no excerpt that others could open." if bare else "",
        widths=[4, *(1 for _ in counted)],
        numbers=range(1, len(counted) + 1),
    )
    document.heading("Ratings")
    if shown:
        labels = (page.roles[page.peers], page.roles[page.organisation])
        table = [["Case", *labels, "Difference", "What came out"]]
        rows = [
            [codes[d.case.site], rated(d.case.peers), rated(d.case.organisation), difference(d), _outcome(d)]
            for d in shown
        ]
        table += sorted(rows, key=lambda row: (len(row[0]), row[0]))
        document.table(table, caption="Mean rating by case and role", note=_left_out(page, shown, k), numbers=[1, 2, 3])
    else:
        document.paragraph(_left_out(page, shown, k))
    if overall := _overall(page, shown, holders, k):
        document.paragraph(f"Mean rating over {plural(len(page.matrix.details), 'case')}: {', '.join(overall)}.")
    return document.heading("Agreement of the raters").paragraph(agreement_said(page)).bytes()


def _outcome(detail: CaseDetail) -> str:
    """What came out, and what it lacks."""
    return f"{outcome(detail)} ({caveat(detail)})" if detail.bare else outcome(detail)


def is_shown(detail: CaseDetail, holders: Holders, k: int) -> bool:
    """Whether each role is held by at least k people at the site."""
    return all(holders.get((detail.case.site, side.role), 0) >= k for side in detail.sides)


def _left_out(page: CasesPage, shown: Sequence[CaseDetail], k: int) -> str:
    hidden = len(page.matrix.details) - len(shown)
    if not hidden:
        return "Means of two raters or more, from 1 to 5."
    return (
        f"Not shown: {plural(hidden, 'case')} at whose sites fewer than {k} people hold one of the roles, because the "
        "rating of a role held by few is a rating of these people."
    )


def _overall(page: CasesPage, shown: Sequence[CaseDetail], holders: Holders, k: int) -> list[str]:
    """The mean over all cases of each role of which those left out are none, or two cases or more and k people."""
    details = page.matrix.details
    hidden = [d for d in details if d not in shown]
    said = []
    for role, at in ((page.peers, 0), (page.organisation, 1)):
        people = sum(holders.get((d.case.site, role), 0) for d in details)
        behind = sum(holders.get((d.case.site, role), 0) for d in hidden)
        if people >= k and (not hidden or (len(hidden) > 1 and behind >= k)):
            mean = sum(d.sides[at].mean for d in details) / len(details)
            said.append(f"{page.roles[role]} {rated(mean)}")
    return said
