"""What a dossier says, as values: from the folds, the protocol and the team's own statements."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from pages.dossier import TrailVerdict
from pages.lineage import claim_line
from pages.recruitment_section import drawn
from recruitment.flow_diagram import flow_boxes
from study.objects import NotStored
from tasks.dossier_stages import stage_lines
from tasks.member_check_page import account_of
from tasks.reporting_statements import stated
from tasks.standing import Standing
from tasks.workspace import Workspace
from trail.verify_trail import LIMITS
from trustworthiness.checklists.declared import declarations
from trustworthiness.dossier import Content, Coverage, FlowBox, content
from trustworthiness.lineage import GAPS, Lineage

CODEBOOK = "codebook.changed"
CHANGED = ("added", "removed", "redefined", "reparented", "successions")
LOOSE = {
    "never_coded": "Released transcripts that were never coded",
    "uncited": "Coded transcripts that no claim rests on",
    "unreleased": "Transcripts coded without a release on record",
}
"""Transcripts that hang loose, by the field of trustworthiness.lineage.Orphans."""


def dossier_content(place: Workspace, standing: Standing, lineage: Lineage) -> Content:
    """What the dossier says, as values; counts are exact."""
    protocol = place.protocol
    standing_claims = [claim for claim in lineage.claims if not claim.is_retracted]
    gaps = Counter(gap for claim in standing_claims for gap in claim_line(claim, protocol.disclosure.k).gaps)
    criteria = {c.number: c.text for c in protocol.participants.criteria}
    return content(
        standing.events,
        study=protocol.id,
        title=protocol.title,
        synthetic=protocol.synthetic,
        board=protocol.ethics.board,
        reference=protocol.ethics.reference,
        member_checks=account_of(place, list(standing.events)) if standing.member_checks.checks else None,
        stages=stage_lines(place, standing),
        decisions=standing.decisions,
        recruitment=[FlowBox(b.label, b.count, b.left) for b in drawn(flow_boxes(standing.recruitment, criteria))],
        consent=[Coverage(scope, n, of - n) for scope, (n, of) in standing.scopes.items()],
        verdicts={"transcripts": dict(standing.transcripts), "surveys": dict(standing.surveys)},
        queries=standing.document()["queries"],
        claims=len(standing_claims),
        gaps={words: gaps[words] for words in GAPS.values() if gaps[words]},
        loose={words: len(getattr(lineage.orphans, name)) for name, words in LOOSE.items()},
        codebooks=_codebook_changes(place, standing),
        declared=declarations(protocol),
        stated=stated(place, standing.events),
    )


def _codebook_changes(place: Workspace, standing: Standing) -> dict[str, dict[str, Any]]:
    """By event what a version of the codebook changed, from its record; codes only, which are the team's words."""
    found = {}
    for event in standing.events:
        try:
            record = (
                json.loads(place.files.get(f"records/{CODEBOOK}/{event.id}.json")) if event.kind == CODEBOOK else {}
            )
        except NotStored:
            continue
        changed = {part: record[part] for part in CHANGED if record.get(part)}
        if "since" in record:
            found[event.id] = {"since": record["since"], **changed}
    return found


def trail_verdict(standing: Standing) -> TrailVerdict:
    """The verifier's verdict, its notes and the limits of every verdict."""
    verdict = standing.verdict
    limits = tuple(dict.fromkeys((*verdict.notes, *LIMITS)))
    return TrailVerdict(
        verdict.ok, standing.event_count, verdict.seals, verdict.size, verdict.root, verdict.faults, limits
    )
