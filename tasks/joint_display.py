"""The joint display: a survey's score by site beside ratings and themes, with the fits people recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis.joint_display import Fits, JointDisplay, Score, ThemeAtSite, joint_display, read_fits, themes_by_site
from evidence.survey.site_scores import ScoresBySite, SiteScore, for_others
from pages.joint_display import JointDisplayPage, display_page
from pages.joint_display_document import display_document
from study import Event, Fact
from study.protocol.analysis import JointDisplay as Declared
from tasks.assessed import Assessed
from tasks.case_codes import case_codes
from tasks.case_comparison import Rated, rated_cases, rated_sites
from tasks.codings import Material, reference_of
from tasks.comparison_artifacts import show_display
from tasks.comparison_files import file_or_none, kept
from tasks.fit_notes import notes_to_show
from tasks.sampling_stages import Waiting
from tasks.speakers import belonging, holders, speakers
from tasks.survey_scores import survey_scores
from tasks.transcript_way import said
from tasks.workspace import Workspace

DISPLAY_CHECKS = frozenset({"AN063"})
Bare = Mapping[str, tuple[bool, bool]]
PAGE, DOCUMENT = "analysis/joint_display.html", "analysis/joint_display.docx"


@dataclass(frozen=True)
class _Scores:
    """The scores by site with the judgement they rest on; or why there are none."""

    by_site: ScoresBySite
    judged: Event | None
    waits: str = ""


@task(name="make joint display", cache_policy=NO_CACHE)
def make_display(place: Workspace, material: Material) -> Assessed:
    """Scores, ratings, themes and fits by site, as a page and a document for the paper; where the protocol asks for it.

    The fact holds counts only; a fit is what a person wrote down, never computed.
    """
    declared = place.protocol.analysis.joint_display
    if declared is None:
        return Assessed(said=("The protocol makes no joint display.",))
    if material.waits:
        return Assessed(said=("The joint display waits for an ethics approval.",))
    scores = _scores(place, declared)
    rated = rated_cases(place, material)
    fits = _fits(place, material, declared)
    found = _display(scores, rated, _themes(place, material, declared), fits, _bare(place, material, rated))
    if not found.rows:
        return Assessed(problems=fits.problems, said=("There is nothing to display by site yet.",))
    page = _page(place, declared, found, scores.waits)
    made = (*kept(place, PAGE, display_page(page)), *kept(place, DOCUMENT, _document(place, page, scores.by_site)))
    show_display(place.protocol.id, page, made)
    compared = rated.event(place, material) if rated else None
    fact = _fact(place, material, declared, found, judged=scores.judged, compared=compared)
    waits = f" It {scores.waits}." if scores.waits else ""
    return Assessed((fact,), fits.problems, (f"Joint display: {page.in_a_sentence}{waits}",), made)


def _scores(place: Workspace, declared: Declared) -> _Scores:
    spec = next(survey for survey in place.protocol.surveys if survey.name == declared.survey)
    try:
        scores = survey_scores(place, spec)
    except Waiting as waiting:
        return _Scores(ScoresBySite(), None, str(waiting))
    return _Scores(scores.scales[declared.scale], scores.judged)


def _fits(place: Workspace, material: Material, declared: Declared) -> Fits:
    data = file_or_none(place, declared.fits)
    if data is None:
        return Fits(())
    people = {person.code for person in place.protocol.team}
    return read_fits(data, sites=rated_sites(place, material), people=people, today=place.today, file=declared.fits)


def _themes(place: Workspace, material: Material, declared: Declared) -> dict[str, tuple[ThemeAtSite, ...]]:
    """Themes by site; none without codings or without restricted/participants.csv."""
    known, checking = speakers(place, material), place.protocol.member_checking
    if material.codings is None or known is None or checking is None:
        return {}
    wanted = {t.id: t.codes for t in checking.themes if not declared.themes or t.id in declared.themes}
    return themes_by_site(material.codings.segments, belonging(known, material.imports, "site_id"), wanted)


def _display(
    scores: _Scores, rated: Rated | None, themes: Mapping[str, tuple[ThemeAtSite, ...]], fits: Fits, bare: Bare
) -> JointDisplay:
    cases = rated.found.cases if rated and rated.found else ()
    return joint_display(
        scores={site.site_id: _score(site) for site in scores.by_site.sites},
        ratings={c.site: (c.peers, c.organisation) for c in cases},
        diverging={c.site for c in cases if c.diverges},
        themes=themes,
        fits=fits,
        icc1=scores.by_site.icc1,
        icc2=scores.by_site.icc2,
        rwg_median=scores.by_site.rwg_median,
        bare=bare,
    )


def _bare(place: Workspace, material: Material, rated: Rated | None) -> Bare:
    """By site whether the ratings of either role cite no coding."""
    cases, everything = place.protocol.analysis.cases, material.everything
    return rated.bare(cases, everything.ids if everything else ()) if cases and rated else {}


def _score(site: SiteScore) -> Score:
    return Score(site.mean, site.low, site.high, site.n, site.rwg, site.may_stand)


def _page(place: Workspace, declared: Declared, found: JointDisplay, waits: str) -> JointDisplayPage:
    checking, cases = place.protocol.member_checking, place.protocol.analysis.cases
    shown = {theme.theme for row in found.rows for theme in row.themes}
    labels = {role.id: role.label for role in place.protocol.participants.roles}
    scale = next(
        scale
        for survey in place.protocol.surveys
        for scale in survey.scales
        if (survey.name, scale.name) == (declared.survey, declared.scale)
    )
    assert scale.site_score is not None  # the protocol is refused without
    return JointDisplayPage(
        study=place.protocol.title,
        synthetic=place.protocol.synthetic,
        day=said(place.today),
        survey=declared.survey,
        scale=declared.scale.replace("_", " "),
        display=found,
        roles=(labels[cases.peers], labels[cases.organisation]) if cases else None,
        themes={t.id: t.plain for t in checking.themes if t.id in shown} if checking else {},
        notes=notes_to_show(place, [fit for row in found.rows for fit in row.fits]),
        fewest=scale.site_score.minimum_respondents,
        waits=waits,
    )


def _document(place: Workspace, page: JointDisplayPage, by_site: ScoresBySite) -> bytes:
    cases, k = place.protocol.analysis.cases, place.protocol.disclosure.k
    held = holders(place)
    few = {
        row.site
        for row in page.display.rows
        if cases and any(held.get((row.site, role), 0) < k for role in (cases.peers, cases.organisation))
    }
    return display_document(
        page,
        codes=case_codes(place, [row.site for row in page.display.rows]),
        few=few if cases else {row.site for row in page.display.rows},
        scored={site.site_id for site in for_others(by_site, k=k)},
        k=k,
    )


def _fact(
    place: Workspace,
    material: Material,
    declared: Declared,
    found: JointDisplay,
    *,
    judged: Event | None,
    compared: str | None,
) -> Fact:
    """That the display was made. It rests on the survey's judgement, the comparison of cases and the codebook."""
    behind = [judged.id if judged else None, compared, material.codebook_event]
    data = {
        "survey": declared.survey,
        "scale": declared.scale,
        "sites": len(found.rows),
        "scored": sum(row.score is not None for row in found.rows),
        "may_stand": sum(row.score is not None and row.score.may_stand for row in found.rows),
        **found.counts(),
    }
    for name, value in (("icc1", found.icc1), ("icc2", found.icc2)):
        data |= {name: round(value * 1_000_000)} if value is not None else {}
    inputs = reference_of(place, declared.fits, {**data, "rows": [repr(row) for row in found.rows]})[:12]
    return Fact(
        "joint_display.made", place.instant, causes=tuple(filter(None, behind)), data={**data, "inputs": inputs}
    )
