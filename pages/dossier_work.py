"""What the dossier says of the work: verdicts, queries, assessments, deviations, decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pages.dossier_counts import of_kind, rounded
from pages.dossier_people import Line
from pages.trail_words import ASSURANCE
from study.decisions import DECISIONS
from trustworthiness.dossier import DecisionLine
from trustworthiness.history import Assessment, Deviations, QueryMonth, SetAside

VERDICTS = {"passed": "Passed", "review": "To review", "blocked": "Blocked", "unreadable": "Could not be read"}
SEVERITIES = {"block": "blocks", "review": "to review", "inform": "for information"}
STATUSES = {"not_reached": "not reached", "too_few": "too few interviews", "undefined": "undefined"}


@dataclass(frozen=True, slots=True)
class Decision:
    """One line on decisions: what was decided, by whom (a team code), how often, how sure that is."""

    what: str
    by: str
    count: str
    assurance: str
    tone: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An assessment in one sentence, with the record it is in."""

    event: str
    what: str
    said: str
    day: str


def partition(verdicts: Mapping[str, int], k: int) -> list[Line]:
    """Transcripts by verdict with their total, rounded: beside the flow each would tell of few people."""
    if not any(verdicts.values()):
        return []
    counts = [*((VERDICTS[verdict], count) for verdict, count in verdicts.items()), ("In all", sum(verdicts.values()))]
    return [Line(what, rounded(count, k)) for what, count in counts]


def queries(states: Mapping[str, Mapping[str, int]], k: int) -> list[tuple[str, ...]]:
    """Queries by state and severity, rounded: many are about one person's file."""
    return [
        (state.replace("_", " "), *(rounded(counts[severity], k) for severity in SEVERITIES))
        for state, counts in states.items()
    ]


def months(found: Iterable[QueryMonth], k: int) -> list[tuple[str, str, str, str]]:
    """What became of queries month by month, rounded."""
    return [(m.month, rounded(m.opened, k), rounded(m.resolved, k), rounded(m.set_aside, k)) for m in found]


def set_aside(found: Iterable[SetAside], k: int) -> list[tuple[str, str, str, str]]:
    """Queries set aside: by whom, of which check and how severe, how often."""
    return [(s.by, s.check, SEVERITIES.get(s.severity, ""), rounded(s.count, k)) for s in found]


def deviations(found: Iterable[Deviations], k: int) -> list[tuple[str, str, str]]:
    """Deviations by the check that led to them, rounded."""
    return [(d.check or "entered by people", rounded(d.recorded, k), rounded(d.reported, k)) for d in found]


def decisions(lines: Iterable[DecisionLine], k: int) -> list[Decision]:
    """Decisions by kind and person; those about people only as at least so many."""
    return [
        Decision(
            DECISIONS[line.kind],
            line.by,
            of_kind(line.kind, line.count, k),
            ASSURANCE[line.assurance],
            "good" if line.assurance == "signed" else "warn",
        )
        for line in lines
    ]


def analysis(found: Iterable[Assessment], k: int) -> list[Finding]:
    """The newest assessments in sentences."""
    tell = {
        "saturation.assessed": _saturation,
        "saturation.decided": _decided,
        "agreement.assessed": _agreement,
        "cases.compared": _cases,
        "groups.compared": _groups,
        "joint_display.made": _display,
    }
    return [
        Finding(a.event, WHAT[a.kind], tell[a.kind](a.data, k), a.day)
        for a in sorted(found, key=lambda a: (list(WHAT).index(a.kind), str(a.data.get("sequence", "")), a.day))
    ]


WHAT = {
    "saturation.assessed": "Saturation",
    "saturation.decided": "Decision on saturation",
    "agreement.assessed": "Agreement between coders",
    "cases.compared": "Comparison of cases",
    "groups.compared": "Comparison of groups",
    "joint_display.made": "Joint display",
}


def _saturation(data: Mapping[str, object], k: int) -> str:
    interviews = int(str(data["interviews"]))
    reached = f"reached at {data.get('label')}" if data["status"] == "reached" else STATUSES[str(data["status"])]
    rule = f"base {data['base']}, run {data['run']}, threshold {int(str(data['threshold'])) / 10:g} %"
    return (
        f"Sequence {data['sequence']}: {reached}, by Guest, Namey and Chen's index ({rule}) over "
        f"{rounded(interviews, k)} interviews and codebook {data['codebook']}. The index informs; people decide."
    )


def _decided(data: Mapping[str, object], k: int) -> str:
    return f"Sequence {data['sequence']}: {'stop' if data['decision'] == 'stop' else 'go on'}."


def _agreement(data: Mapping[str, object], k: int) -> str:
    values = {"percent": "share alike", "alpha": "Krippendorff's alpha", "kappa": "kappa", "ac1": "Gwet's AC1"}
    told = [f"{name} {int(str(data[key])) / 1e6:.3f}" for key, name in values.items() if data.get(key) is not None]
    return (
        f"{data['coders']} coders over {int(str(data['units'])):,} units ({data['unit']}): "
        f"{', '.join(told) or 'undefined'}; {data.get('disagreements', 0)} disagreements."
    )


def _cases(data: Mapping[str, object], k: int) -> str:
    diverging = data["diverging"]
    count = len(diverging) if isinstance(diverging, list | tuple) else 0
    higher = data.get("peers_higher")
    said = f"{count} of {data['cases']} cases diverge"
    if count and higher is not None:
        said += f", peers higher in {higher}"
    declared = f" The threshold was declared on {data['declared']}." if data.get("declared") else ""
    return f"{said}.{declared}"


def _groups(data: Mapping[str, object], k: int) -> str:
    people = rounded(int(str(data["participants"])), k)
    return f"{data['codes']} codes compared between {data['groups']} groups of {people} people in all."


def _display(data: Mapping[str, object], k: int) -> str:
    return (
        f"Scores of the survey {data['survey']} ({data['scale']}) beside themes at {data['sites']} sites, "
        f"{data['may_stand']} of which may stand for their site. Fit as people recorded it: confirmed at "
        f"{data['confirmed']}, expanded at {data['expanded']}, discordant at {data['discordant']}, "
        f"open at {data['open']}."
    )


def codebook_changes(changed: Mapping[str, Any] | None) -> str:
    """What one version of the codebook changed since the one before, in codes; empty for the first."""
    if changed is None:
        return ""
    told = [
        f"{words} {', '.join(changed[part])}"
        for part, words in (
            ("added", "added"),
            ("removed", "removed"),
            ("redefined", "redefined"),
            ("reparented", "put under another code"),
        )
        if changed.get(part)
    ]
    told += [
        f"{one['kind']} {' and '.join(one['before'])} into {' and '.join(one['after'])}"
        f"{' (as the segments suggest)' if one['inferred'] else ''}"
        for one in changed.get("successions", ())
    ]
    return f"Since {changed['since'] or 'the version before'}: {'; '.join(told) or 'no code changed'}."
