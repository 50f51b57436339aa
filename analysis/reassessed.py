"""Two assessments of one sequence compared: what is said otherwise now, and what lies behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Said = Mapping[str, Any]

STATUS = {
    "reached": "reached at {label}",
    "not_reached": "not reached",
    "too_few": "too few interviews to say",
    "undefined": "undefined, because the base holds no inductive code",
}


def verdict(said: Said) -> str:
    """`reached at 6+2`, `not reached`; from the data of a saturation.assessed event."""
    return STATUS[str(said["status"])].format(label=said.get("label"))


def changes(before: Said, now: Said) -> tuple[str, ...]:
    """One sentence each for what differs between two saturation.assessed events' data, the outcome first."""
    found = []
    if verdict(before) != verdict(now):
        found.append(f"It said: {verdict(before)}; it says now: {verdict(now)}.")
    if before["codebook"] != now["codebook"]:
        found.append(f"The codebook is version {now['codebook']}; it was version {before['codebook']}.")
    if before["interviews"] != now["interviews"]:
        less = now["interviews"] < before["interviews"]
        lost = "some were withdrawn or taken out, or lost their codings or release"
        why = lost if less else "more were released and coded"
        found.append(f"{now['interviews']} interviews count; {before['interviews']} did: {why}.")
    for name in ("base", "run"):
        if before[name] != now[name]:
            found.append(f"The protocol's {name} is {now[name]}; it was {before[name]}.")
    if before["threshold"] != now["threshold"]:
        found.append(f"The threshold is {now['threshold'] / 10:g}%; it was {before['threshold'] / 10:g}%.")
    if not found and tuple(before.get("new_codes", ())) != tuple(now.get("new_codes", ())):
        found.append("The codings, their order or the codes that count changed.")
    return tuple(found) or ("Nothing that is said of the index changed; what lies behind it did.",)
