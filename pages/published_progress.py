"""What each audience may see of a progress report: the team all of it, others no number of under k people.

Auditors, boards, funders and the public see the flow with small reasons put together, other counts rounded down to a
multiple of k, and no target of a group of fewer than k people or of one site's role. A site sees how the study as a
whole gets on, nothing of who declined or withdrew, and nothing of any site.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pages.progress_page import Audience
from pages.suppression import at_least, suppress_counts, suppress_flow
from pages.svg import Box

Document = dict[str, Any]
HELD = ("full", "part", "notes_only")
TAKING_PART = ("activated", "visited", "closed")


def published(document: Document, boxes: Sequence[Box], audience: Audience, k: int) -> tuple[Document, tuple[Box, ...]]:
    """The report and its flow as this audience may see them; `document` is the team's, `boxes` its flow."""
    if audience == "team":
        return document, tuple(boxes)
    held = sum(document["interviews"].get(state, 0) for state in HELD)
    shown: Document = {
        "study": document["study"],
        "day": document["day"],
        "as_known_then": document["as_known_then"],
        "audience": audience,
        "fewest_people": k,
        "interviews_held_at_least": _rounded(held, k),
        "targets": _targets(document["targets"], k, of_sites=audience != "site"),
    }
    if audience == "site":
        return shown | {"sites_taking_part": sum(s in TAKING_PART for s in document["sites"].values())}, ()
    flow = suppress_flow(boxes, k)
    shown["boxes"] = [{"label": box.label, "count": box.count, "left_before": dict(box.left)} for box in flow]
    shown["sites"] = document["sites"] if audience == "auditor" else dict(Counter(document["sites"].values()))
    shown["consent"] = {f"{name}_at_least": _rounded(n, k) for name, n in document["consent"].items()}
    shown["deviations"] = {f"{name}_at_least": _rounded(n, k) for name, n in document["deviations"].items()}
    shown["obligations"] = document["obligations"]
    return shown, flow


def _targets(targets: Sequence[Mapping[str, Any]] | None, k: int, *, of_sites: bool) -> list[Document] | None:
    """Targets of k people or more; a small count is not shown, nor those from which it could be worked out.

    That one is reached is said only where no target has a small count to protect.
    """
    if targets is None:
        return None
    hidden = _hidden(targets, k)
    kept = [(i, t) for i, t in enumerate(targets) if t["people"] >= k and (of_sites or t["site"] is None)]
    is_safe = all(t["held"] == 0 or t["held"] >= k for t in targets)
    return [
        {
            "site": t["site"],
            "role": t["role"],
            "group": t["group"],
            "count": t["count"],
            "held_at_least": None if i in hidden else at_least(t["held"], k),
            "is_reached": t["missing"] == 0 if is_safe else None,
            "likely_month": _month(t["projection"]["likely"]) if is_safe and t["missing"] else None,
        }
        for i, t in kept
    ]


def _hidden(targets: Sequence[Mapping[str, Any]], k: int) -> set[int]:
    """The targets whose count is not shown: those of one kind (by role, by group, by site) as parts of a total.

    Beside a count that is not shown nought is not shown either: otherwise it would be known to be one or more.
    """
    kinds: dict[tuple[bool, ...], dict[int, int]] = {}
    for i, t in enumerate(targets):
        kinds.setdefault(tuple(t[name] is None for name in ("site", "role", "group")), {})[i] = t["held"]
    hidden: set[int] = set()
    for counts in kinds.values():
        found = {i for i, shown in suppress_counts(counts, k)[0].items() if shown is None}
        hidden |= found | {i for i, held in counts.items() if found and not held}
    return hidden


def _rounded(count: int, k: int) -> int | None:
    """A count as it may be said: nought as it is, None for fewer than k, else rounded down to a multiple of k.

    With k = 2 nought is None too: beside it, fewer than two would be one.
    """
    return at_least(count, k) or (None if count or k == 2 else 0)


def _month(day: str | None) -> str | None:
    return day[:7] if day else None
