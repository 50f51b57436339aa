"""Progress as of a day: funnel, targets, sites, consent, deviations; counts and site ids, no person."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.layout import plural
from recruitment import Recruitment, consent_coverage, flow_boxes, fold_consent, fold_recruitment, target_progress
from study import Event
from study.event import instant, local_day
from study.query import fold_queries
from tasks.recruitment import affiliations
from tasks.registers import Registers
from tasks.workspace import Workspace

FILE = "progress.json"


@dataclass(frozen=True, slots=True)
class Report:
    """The report as a document and as sentences."""

    document: dict[str, Any]
    said: tuple[str, ...]


@task(name="report progress", cache_policy=NO_CACHE)
def progress_on(place: Workspace, registers: Registers, day: date, *, as_known_then: bool) -> Report:
    """The study as it stood at the end of a local day; with `as_known_then` from what was recorded by then."""
    end = datetime.combine(day, time(23, 59, 59), place.protocol.zone)
    known_at = instant(end) if as_known_then else None
    events = [e for e in place.events() if known_at is None or e.recorded_at <= known_at]
    recruitment = fold_recruitment(events, at=day)
    criteria = {c.number: c.text for c in place.protocol.participants.criteria}
    targets = _targets(place, registers, recruitment)
    coverage = consent_coverage(fold_consent(events), day)
    document = {
        "study": place.protocol.id,
        "day": day.isoformat(),
        "as_known_then": as_known_then,
        "recruitment": dict(sorted(Counter(recruitment.states.values()).items())),
        "boxes": [
            {"id": b.id, "label": b.label, "count": b.count, "reasons": {r.label: r.count for r in b.reasons}}
            for b in flow_boxes(recruitment, criteria)
        ],
        "targets": targets,
        "sites": dict(sorted(recruitment.sites.items())),
        "interviews": dict(sorted(Counter(i.state for i in recruitment.interviews.values()).items())),
        "consent": {
            "in_force": coverage.in_force,
            "lapsed": coverage.lapsed,
            "withdrawn": coverage.withdrawn,
            "reconsent_due": coverage.reconsent_due,
            "not_valid": coverage.not_valid,
        },
        "deviations": _deviations(place, events, day),
        "obligations": [
            {"id": o.id, "due": o.due.isoformat(), "is_done": o.done is not None and o.done <= day}
            for o in place.protocol.obligations
        ],
    }
    return Report(document, _said(document, recruitment))


@task(name="write the report", cache_policy=NO_CACHE)
def write_report(place: Workspace, report: Report) -> str:
    """Write out/progress.json; returns its path in the study folder."""
    place.out.put(FILE, json.dumps(report.document, ensure_ascii=False, indent=1).encode())
    return f"{place.protocol.storage.out}/{FILE}"


def _targets(place: Workspace, registers: Registers, recruitment: Recruitment) -> list[dict[str, Any]] | None:
    """Each target with what is held; None without restricted/participants.csv where a target needs it."""
    wanted = place.protocol.participants.targets
    rows = registers.frames["participants"]
    if rows is None and any(t.site or t.role or t.group for t in wanted):
        return None
    belong = affiliations(rows, dict(registers.codes.trail))
    return [
        {
            "site": p.target.site,
            "role": p.target.role,
            "group": p.target.group,
            "count": p.target.count,
            "held": p.held,
            "missing": p.missing,
        }
        for p in target_progress(wanted, recruitment, belong)
    ]


def _deviations(place: Workspace, events: list[Event], day: date) -> dict[str, int]:
    """Deviations recorded by then, and consent and approval queries open, which become deviations unless mended."""
    by_then = [e for e in events if local_day(e.occurred, place.protocol.zone) <= day]
    recorded = sum(e.kind in ("deviation.recorded", "deviation.reported") for e in by_then)
    consent = [r for r in fold_queries(by_then).values() if r.check.startswith("CN") and r.severity == "block"]
    return {"recorded": recorded, "open_consent_queries": sum(r.state == "open" for r in consent)}


def _said(document: dict[str, Any], recruitment: Recruitment) -> tuple[str, ...]:
    held = sum(i.state in ("full", "part", "notes_only") for i in recruitment.interviews.values())
    targets = document["targets"]
    if targets is None:
        reached = "Targets are not available without restricted/participants.csv."
    else:
        met = sum(t["missing"] == 0 for t in targets)
        reached = f"{met} of {len(targets)} targets are reached."
    deviations = document["deviations"]
    return (
        f"By {document['day']}: {plural(held, 'interview')} held.",
        reached,
        f"{plural(deviations['recorded'], 'deviation')} recorded. Open consent queries, deviations unless mended: "
        f"{deviations['open_consent_queries']}.",
    )
