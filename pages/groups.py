"""Codes compared between groups of participants, out/analysis/groups.html, for the team.

Input: one frozen `GroupsPage`, made by a task.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.groups import Compared, GroupComparison, Holding
from pages.layout import plural, render

NO_TESTS = (
    "Counts, not tests: the participants were not drawn at random, so they stand for no population that a test of "
    "significance could speak of. A difference here is a question to ask of the transcripts."
)


@dataclass(frozen=True, slots=True)
class GroupsPage:
    """Everything the page shows; `groups` and `themes` are labels by id, `codes_of` the codes of a theme."""

    study: str
    synthetic: bool
    day: str
    comparison: GroupComparison
    groups: Mapping[str, str]
    themes: Mapping[str, str]
    codes_of: Mapping[str, tuple[str, ...]]

    @property
    def in_a_sentence(self) -> str:
        """How many of whom were compared, and how many codes only one group holds."""
        found = self.comparison
        sizes = " and ".join(f"{self.groups[g.name]} ({g.participants})" for g in found.groups)
        alone = sum(code.only is not None for code in found.codes)
        return f"{plural(len(found.codes), 'code')} among {sizes}; {plural(alone, 'code')} in one group only."

    @property
    def notes(self) -> tuple[str, ...]:
        """What does not count, or counts in an unexpected way."""
        found = self.comparison
        said = ["A participant counts once, however many interviews there were."]
        if found.joint:
            joint = plural(found.joint, "joint interview")
            said.append(f"{joint} within one group: what was coded there counts for each person.")
        if found.mixed:
            verb = "counts" if len(found.mixed) == 1 else "count"
            said.append(
                f"{plural(len(found.mixed), 'joint interview')} of people of several groups {verb} in none, because "
                f"nobody can say whose words were coded: {', '.join(found.mixed)}."
            )
        if found.outside:
            people = plural(found.outside_people, "person", "people")
            verb = "belongs" if found.outside_people == 1 else "belong"
            said.append(f"{people} with a coded transcript {verb} to no group compared: {', '.join(found.outside)}.")
        return tuple(said)


def points(difference: float) -> str:
    """`35 points`: a difference of two shares, in hundredths."""
    return plural(round(100 * difference), "point")


def held(cell: Holding, of: int) -> str:
    """`12 of 20 (60%)`."""
    return f"{cell.participants:,} of {of:,} ({cell.share:.0%})"


def theme_holders(theme: Compared, page: GroupsPage) -> str:
    """The groups that hold a theme, in words."""
    return ", ".join(
        page.groups[group.name]
        for group, cell in zip(page.comparison.groups, theme.cells, strict=True)
        if cell.participants
    )


def groups_page(page: GroupsPage) -> bytes:
    """The page as one self-contained HTML file."""
    return render(
        "groups.html",
        title="Groups compared",
        page=page,
        no_tests=NO_TESTS,
        alone=tuple(code for code in page.comparison.codes if code.only is not None),
        points=points,
        held=held,
        holders=lambda theme: theme_holders(theme, page),
    )
