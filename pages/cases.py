"""The cross-case matrix, out/analysis/cases.html, for the team: every rating beside what it rests on.

Input: one frozen `CasesPage`, made by a task.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analysis.case_matrix import CaseDetail, Matrix, Side
from pages.layout import plural, render
from pages.rating_pictures import PlottedCase, dot_plot, rated


@dataclass(frozen=True, slots=True)
class CasesPage:
    """Everything the page shows; `roles` are labels by id, `declared` the day of the threshold as people write it."""

    study: str
    synthetic: bool
    day: str
    matrix: Matrix
    roles: Mapping[str, str]
    peers: str
    organisation: str
    threshold: float
    declared: str

    @property
    def diverging(self) -> tuple[CaseDetail, ...]:
        return tuple(d for d in self.matrix.details if d.case.diverges)

    def higher(self, direction: str) -> int:
        return sum(d.case.direction == direction for d in self.matrix.details)

    @property
    def in_a_sentence(self) -> str:
        """`2 of 8 cases diverge: …`, and how many rest on no coding."""
        count, of = len(self.diverging), len(self.matrix.details)
        verb = "diverges" if count == 1 else "diverge"
        peers, organisation = self.higher("peers_higher"), self.higher("organisation_higher")
        said = (
            f"{count} of {plural(of, 'case')} {verb}: peers higher in {peers}, organisation higher in {organisation}."
        )
        return f"{said} {bare}" if (bare := bare_said(self.matrix)) else said

    @property
    def rule(self) -> str:
        """The threshold in words."""
        points = "1 point" if self.threshold == 1 else f"{rated(self.threshold)} points"
        return (
            f"A case diverges when the mean ratings of its two roles differ by {points} or more "
            f"({self.roles[self.peers]} for the peers, {self.roles[self.organisation]} for the organisation). "
            f"That threshold was declared on {self.declared}."
        )


OUTCOMES = {
    None: "Goes together",
    "peers_higher": "Diverges: peers higher",
    "organisation_higher": "Diverges: organisation higher",
}


def outcome(detail: CaseDetail) -> str:
    """What came out of a case, in words."""
    return OUTCOMES[detail.case.direction]


def caveat(detail: CaseDetail) -> str:
    """What to know beside the outcome of a case whose ratings cite no coding; "" where both roles' do."""
    if not detail.bare:
        return ""
    if len(detail.bare) == len(detail.sides):
        return "no coding cited for either role"
    return f"no coding cited for the {'peers' if detail.bare[0] is detail.peers else 'organisation'}"


def bare_said(matrix: Matrix) -> str:
    """`3 cases rest on no coding for one role or both, 2 of these among those that go together.`, or ""."""
    bare = matrix.bare
    if not bare:
        return ""
    alike = sum(not detail.case.diverges for detail in bare)
    verb = "rests" if len(bare) == 1 else "rest"
    return (
        f"{plural(len(bare), 'case')} {verb} on no coding for one role or both, {alike} of these among those that go "
        "together."
    )


def difference(detail: CaseDetail) -> str:
    """`+2`, `−0.5`, `0`: peers less organisation."""
    value = detail.case.difference
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{rated(abs(value))}"


def rests_on(side: Side) -> str:
    """`6 codings, 2 transcripts, 2 people`."""
    words = f"{plural(side.codings, 'coding')}, {plural(side.transcripts, 'transcript')}"
    return words + (f", {plural(side.people, 'person', 'people')}" if side.people is not None else "")


def warnings(page: CasesPage) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What a reader should know of the evidence, with the cases it is true of."""
    found: dict[str, list[str]] = {}
    for detail in page.matrix.details:
        for said in _warnings(detail):
            found.setdefault(said, []).append(detail.case.site)
    return tuple((said, tuple(sites)) for said, sites in sorted(found.items()))


def _warnings(detail: CaseDetail) -> Iterator[str]:
    for side, who in zip(detail.sides, ("the peers", "the organisation"), strict=True):
        if not side.codings:
            yield f"Nothing is cited for {who}"
            continue
        if side.people == 1:
            yield f"The rating of {who} rests on one person"
        for rating in side.ratings:
            if not rating.evidence:
                yield f"{rating.rater} cited nothing for {who}"


def agreement_said(page: CasesPage) -> str:
    """How alike the raters rated, in words."""
    agreement = page.matrix.agreement
    if agreement is None:
        return "No role at a site was rated by two people, so nothing can be said of agreement."
    alpha = "undefined, because every rating is the same" if agreement.alpha is None else f"{agreement.alpha:.2f}"
    if agreement.interval:
        low, high = agreement.interval
        alpha += f" (95% interval over resampled cases: {low:.2f} to {high:.2f})"
    return (
        f"Two people or more rated {agreement.sides} times the same role at the same site: {agreement.equal_share:.0%} "
        f"of these ratings are equal, {agreement.adjacent_share:.0%} at most one point apart. Krippendorff’s alpha "
        f"(ordinal) is {alpha}."
    )


def _plotted(detail: CaseDetail) -> PlottedCase:
    case = detail.case
    return PlottedCase(
        case.site, case.peers, case.organisation, case.diverges, bare=tuple(not side.codings for side in detail.sides)
    )


def cases_page(page: CasesPage) -> bytes:
    """The page as one self-contained HTML file."""
    rows = [_plotted(d) for d in page.matrix.details]
    plot = dot_plot(
        rows,
        "cases",
        "Mean rating of both roles, case by case",
        roles=(page.roles[page.peers], page.roles[page.organisation]),
    )
    return render(
        "cases.html",
        title="Cases compared",
        page=page,
        plot=plot if rows else None,
        outcome=outcome,
        caveat=caveat,
        warnings=warnings(page),
        difference=difference,
        rests_on=rests_on,
        rated=rated,
        agreement=agreement_said(page),
    )
