"""Progress as of a day, for one audience: funnel, targets, sites, consent, deviations; no person."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.layout import plural
from pages.progress_page import Audience, ProgressPage, progress_page
from pages.published_progress import published
from pages.recruitment_section import drawn
from recruitment import Recruitment, consent_coverage, flow_boxes, fold_consent, fold_recruitment
from recruitment.log import HELD
from recruitment.projection import Projection
from recruitment.withdrawal import without_erased
from study import Event
from study.event import instant, local_day
from study.query import fold_queries
from tasks.progress_lines import page_of_report
from tasks.recruitment import affiliations
from tasks.registers import Registers
from tasks.targets import Aim, aims, needs_people
from tasks.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Report:
    """The report as a document, as a page and as sentences."""

    document: dict[str, Any]
    page: ProgressPage
    said: tuple[str, ...]


@task(name="report progress", cache_policy=NO_CACHE)
def progress_on(
    place: Workspace, registers: Registers, day: date, *, as_known_then: bool, audience: Audience = "team"
) -> Report:
    """The study as it stood at the end of a local day; with `as_known_then` from what was recorded by then."""
    end = datetime.combine(day, time(23, 59, 59), place.protocol.zone)
    known_at = instant(end) if as_known_then else None
    events = [e for e in place.events() if known_at is None or e.recorded_at <= known_at]
    recruitment = fold_recruitment(events, at=day)
    criteria = {c.number: c.text for c in place.protocol.participants.criteria}
    found = _aims(place, registers, recruitment, day)
    coverage = consent_coverage(fold_consent(events), day)
    steps = flow_boxes(recruitment, criteria)
    document = {
        "study": place.protocol.id,
        "day": day.isoformat(),
        "as_known_then": as_known_then,
        "recruitment": dict(sorted(Counter(recruitment.states.values()).items())),
        "boxes": [
            {"id": b.id, "label": b.label, "count": b.count, "reasons": {r.label: r.count for r in b.reasons}}
            for b in steps
        ],
        "targets": None if found is None else [_target(aim) for aim in found],
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
    said = _said(document, recruitment)
    shown, flow = published(document, drawn(steps), audience, place.protocol.disclosure.k)
    return Report(shown, page_of_report(place, audience, day, document, shown, flow, found), said)


@task(name="write the report", cache_policy=NO_CACHE)
def write_report(place: Workspace, report: Report) -> tuple[str, ...]:
    """Write the document and the page under out/; returns their paths in the study folder, the document first."""
    audience = report.page.audience
    name = "progress" if audience == "team" else f"progress-{audience}"
    place.out.put(f"{name}.json", json.dumps(report.document, ensure_ascii=False, indent=1).encode())
    place.out.put(f"{name}.html", progress_page(report.page))
    return tuple(f"{place.protocol.storage.out}/{name}.{form}" for form in ("json", "html"))


def _aims(place: Workspace, registers: Registers, recruitment: Recruitment, day: date) -> tuple[Aim, ...] | None:
    """The targets; None without restricted/participants.csv where a target needs it."""
    rows = registers.frames["participants"]
    if rows is None and needs_people(place.protocol.participants.targets):
        return None
    by_then = [e for e in place.events() if local_day(e.occurred, place.protocol.zone) <= day]
    kept = without_erased(recruitment, by_then)
    everybody = [] if rows is None else affiliations(rows, {code: code for code in rows["participant_id"]})
    places = affiliations(rows, dict(registers.codes.trail))
    return aims(place.protocol, kept, places, today=day, everybody=everybody)


def _target(aim: Aim) -> dict[str, Any]:
    target = aim.progress.target
    return {
        "site": target.site,
        "role": target.role,
        "group": target.group,
        "count": target.count,
        "held": aim.progress.held,
        "missing": aim.progress.missing,
        "people": aim.people,
        "projection": _projected(aim.projection),
    }


def _projected(found: Projection) -> dict[str, Any]:
    days = {name: getattr(found, name) for name in ("early", "likely", "late")}
    return {
        "status": found.status,
        **{name: day.isoformat() if day else None for name, day in days.items()},
        "chance_by_end": None if found.chance is None else round(found.chance, 3),
        "interviews_in_window": found.seen,
        "window_days": found.exposure,
    }


def _deviations(place: Workspace, events: list[Event], day: date) -> dict[str, int]:
    """Deviations recorded by then, and consent and approval queries open, which become deviations unless mended."""
    by_then = [e for e in events if local_day(e.occurred, place.protocol.zone) <= day]
    recorded = sum(e.kind in ("deviation.recorded", "deviation.reported") for e in by_then)
    consent = [r for r in fold_queries(by_then).values() if r.check.startswith("CN") and r.severity == "block"]
    return {"recorded": recorded, "open_consent_queries": sum(r.state == "open" for r in consent)}


def _said(document: dict[str, Any], recruitment: Recruitment) -> tuple[str, ...]:
    held = sum(i.state in HELD for i in recruitment.interviews.values())
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
