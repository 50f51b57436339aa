"""The comparisons on Prefect's own pages: cases, groups and sites as tables, under stable keys.

These are for the team, as out/ is; they hold counts and ratings, and nobody's words.
"""

from __future__ import annotations

from collections.abc import Sequence

from prefect.artifacts import create_table_artifact

from pages.cases import CasesPage, difference, outcome
from pages.groups import GroupsPage, held, points
from pages.joint_display import JointDisplayPage
from pages.rating_pictures import rated
from tasks.transcript_artifacts import artifact_key, is_run


def show_cases(study: str, page: CasesPage, made: Sequence[str]) -> None:
    """The matrix as a table."""
    _show(study, "cases", f"{page.in_a_sentence} {page.rule}", case_rows(page), made)


def show_groups(study: str, page: GroupsPage, made: Sequence[str]) -> None:
    """Codes by group as a table."""
    _show(study, "groups", page.in_a_sentence, group_rows(page), made)


def show_display(study: str, page: JointDisplayPage, made: Sequence[str]) -> None:
    """The joint display as a table."""
    _show(study, "joint-display", page.in_a_sentence, display_rows(page), made)


def case_rows(page: CasesPage) -> list[dict[str, str]]:
    """One row a case."""
    return [
        {
            "Case": d.case.site,
            page.roles[page.peers]: rated(d.case.peers),
            page.roles[page.organisation]: rated(d.case.organisation),
            "Difference": difference(d),
            "What came out": outcome(d),
        }
        for d in page.matrix.details
    ]


def group_rows(page: GroupsPage) -> list[dict[str, str]]:
    """One row a code, the widest difference first."""
    groups = page.comparison.groups
    return [
        {
            "Code": code.name,
            **{page.groups[g.name]: held(cell, g.participants) for g, cell in zip(groups, code.cells, strict=True)},
            "Difference": points(code.difference),
        }
        for code in page.comparison.codes
    ]


def display_rows(page: JointDisplayPage) -> list[dict[str, str]]:
    """One row a site."""
    return [
        {
            "Site": row.site,
            f"Survey mean, {page.scale}": f"{row.score.mean:.2f}" if row.score else "no mean",
            **{role: rated(row.ratings[n] if row.ratings else None) for n, role in enumerate(page.roles or ())},
            "Fit": row.fit or ("people differ" if row.fits else "not judged yet"),
        }
        for row in page.display.rows
    ]


def _show(study: str, what: str, description: str, rows: list[dict[str, str]], made: Sequence[str]) -> None:
    """Nothing outside a run of Prefect's."""
    if is_run():
        said = f"{description} Pages: {', '.join(made)}."
        create_table_artifact(rows, key=artifact_key(what, study), description=said)
