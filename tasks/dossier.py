"""The dossier for an auditor: from the folds to out/dossier/, published once a content, with out/audit/ beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.dossier import TrailVerdict, dossier_page
from recruitment.flow_diagram import LABELS, flow_boxes
from study import Fact
from tasks.audit_folder import write_audit_folder
from tasks.standing import Standing, stand
from tasks.workspace import Workspace
from trail.verify_trail import LIMITS
from trustworthiness.dossier import Content, Coverage, Stage, content
from trustworthiness.lineage import GAPS, trace

PAGE = "dossier/index.html"


@dataclass(frozen=True, slots=True)
class Published:
    """A dossier written: its fact (none when this content was published before), what to say, where to read it."""

    facts: tuple[Fact, ...]
    said: tuple[str, ...]
    paths: tuple[str, ...]


@task(name="write the dossier", cache_policy=NO_CACHE)
def write_dossier(place: Workspace) -> Published:
    """Write the dossier as the records stand now."""
    return make_dossier(place)


def make_dossier(place: Workspace) -> Published:
    """The same without Prefect."""
    standing = stand(place)
    made = dossier_content(place, standing)
    page = dossier_page(
        made, k=place.protocol.disclosure.k, day=f"{place.today:%-d %B %Y}", trail=_verdict(place, standing)
    )
    place.out.put(PAGE, page)
    paths = (str(place.out.root / PAGE), str(place.out.root / write_audit_folder(place, standing, made)))
    before = {e.data["content"] for e in place.events(["dossier.published"])}
    if made.digest in before:
        return Published((), ("The dossier says what it said before; nothing to publish.",), paths)
    fact = Fact("dossier.published", place.instant, data={"content": made.digest})
    return Published((fact,), (f"Dossier published for the auditor, over {made.events_count} records.",), paths)


def dossier_content(place: Workspace, standing: Standing) -> Content:
    """What the dossier says, as values; counts are exact."""
    protocol = place.protocol
    lineage = trace(standing.events, place.today)
    gaps = Counter(gap for claim in lineage.claims for gap in claim.gaps)
    return content(
        standing.events,
        study=protocol.id,
        title=protocol.title,
        synthetic=protocol.synthetic,
        board=protocol.ethics.board,
        reference=protocol.ethics.reference,
        member_checks=standing.member_checks,
        stages=_stages(place, standing),
        decisions=standing.decisions,
        recruitment=[(LABELS[box.id], box.count) for box in flow_boxes(standing.recruitment)],
        consent=[Coverage(scope, n, of - n) for scope, (n, of) in standing.scopes.items()],
        verdicts={"transcripts": dict(standing.transcripts), "surveys": dict(standing.surveys)},
        queries=standing.document()["queries"],
        claims=len(lineage.claims),
        gaps={words: gaps[gap] for gap, words in GAPS.items() if gaps[gap]},
    )


def _stages(place: Workspace, standing: Standing) -> list[Stage]:
    stages = []
    for spec in place.protocol.sampling.stages:
        state = standing.sample.stages.get(spec.name)
        if state is not None and state.latest is not None:
            latest = state.latest
            approved = state.is_approved(latest)
            sites = state.selected if spec.of == "sites" else ()
            stages.append(
                Stage(spec.name, spec.strategy, spec.rationale, latest.eligible, sites, latest.status, approved)
            )
    return stages


def _verdict(place: Workspace, standing: Standing) -> TrailVerdict:
    verdict = standing.verdict
    limits = tuple(dict.fromkeys((*verdict.notes, *LIMITS)))
    return TrailVerdict(
        verdict.ok, standing.event_count, verdict.seals, verdict.size, verdict.root, verdict.faults, limits
    )
