"""The page of a progress report put together from the report's document: counts, targets, sites, obligations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pages.progress_page import Audience, Line, ProgressPage, Tone
from pages.recruitment_section import projection_said
from pages.svg import Box
from recruitment.log import HELD
from tasks.targets import Aim
from tasks.workspace import Workspace

ROUNDED = "Counts of interviews, consents and deviations are rounded down to a multiple of {k}."
NEARBY = "Two reports of nearby days can be compared: hand out one for a period, not one a day."


def page_of_report(
    place: Workspace,
    audience: Audience,
    day: date,
    document: Mapping[str, Any],
    shown: Mapping[str, Any],
    flow: tuple[Box, ...],
    found: tuple[Aim, ...] | None,
) -> ProgressPage:
    """The page for an audience: from `shown`, what it may see; the team's own also from the whole document."""
    protocol = place.protocol
    k = 0 if audience == "team" else protocol.disclosure.k
    if found is None:
        targets, unknown = (), ("Targets are not available without restricted/participants.csv.",)
    else:
        targets, unknown = tuple(_target_lines(place, day, shown, found, k)), ()
    return ProgressPage(
        title=protocol.title,
        study=protocol.id,
        synthetic=protocol.synthetic,
        audience=audience,
        day=f"{day:%-d %B %Y}",
        as_known_then=bool(document["as_known_then"]),
        k=k,
        counts=tuple(_counts(document, shown, k)),
        flow=flow,
        targets=targets,
        sites=tuple(_sites(shown, audience)),
        obligations=tuple(_owed(place, day)) if audience != "site" else (),
        notes=(*unknown, *((ROUNDED.format(k=k), NEARBY) if k else ())),
    )


def _counts(document: Mapping[str, Any], shown: Mapping[str, Any], k: int) -> list[Line]:
    """The headline: interviews, consents and deviations; what a site is not told stays out."""
    if not k:
        held = sum(document["interviews"].get(state, 0) for state in HELD)
        lines = [("interviews held", str(held)), ("consents in force", str(document["consent"]["in_force"]))]
        lines += [("deviations recorded", str(document["deviations"]["recorded"]))]
        return [Line(what, value) for what, value in lines]
    lines = [("interviews held", _at_least(shown["interviews_held_at_least"], k))]
    if "consent" in shown:
        lines += [("consents in force", _at_least(shown["consent"]["in_force_at_least"], k))]
        lines += [("deviations recorded", _at_least(shown["deviations"]["recorded_at_least"], k))]
    if "sites_taking_part" in shown:
        lines += [("sites taking part", str(shown["sites_taking_part"]))]
    return [Line(what, value) for what, value in lines]


def _at_least(count: int | None, k: int) -> str:
    if count is None:
        return f"fewer than {k}"
    return f"{count} or more" if count else "none"


def _target_lines(place: Workspace, day: date, shown: Mapping[str, Any], found: tuple[Aim, ...], k: int) -> list[Line]:
    labels = {(a.progress.target.site, a.progress.target.role, a.progress.target.group): a for a in found}
    lines = []
    for target in shown["targets"]:
        aim = labels[target["site"], target["role"], target["group"]]
        missing = aim.progress.missing
        if not k:
            said = projection_said(aim.projection, today=day, ends=place.protocol.field_ends)
            tone: Tone = "warn" if missing else "good"
            standing = f"{missing} to go" if missing else "reached"
            lines.append(Line(aim.label, f"{target['held']} of {target['count']}", standing, tone, said))
            continue
        standing = {True: "reached", False: "under way", None: ""}[target["is_reached"]]
        month = target["likely_month"]
        said = f"Likely in {date.fromisoformat(month + '-01'):%B %Y}." if month else ""
        least = target["held_at_least"]
        value = "not shown" if least is None else f"{_at_least(least, k)} of {target['count']}"
        value = f"all {target['count']}" if target["is_reached"] and least is not None else value
        lines.append(Line(aim.label, value, standing, "good" if target["is_reached"] else "plain", said))
    return lines


def _sites(shown: Mapping[str, Any], audience: Audience) -> list[Line]:
    if audience == "public":
        return [Line(state.replace("_", " "), str(n)) for state, n in sorted(shown["sites"].items())]
    return [Line(site, state.replace("_", " ")) for site, state in shown.get("sites", {}).items()]


def _owed(place: Workspace, day: date) -> list[Line]:
    lines = []
    for owed in place.protocol.obligations:
        done = owed.done if owed.done and owed.done <= day else None
        standing = "done" if done else "overdue" if owed.due < day else "to come"
        tone: Tone = "good" if done else "bad" if owed.due < day else "plain"
        lines.append(Line(owed.what, f"{owed.due:%-d %B %Y}", standing, tone, f"{done:%-d %B %Y}" if done else ""))
    return lines
