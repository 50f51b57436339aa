"""A proof in words: what is proven and what is not, value, bound and gap, ties, and whether time ended it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SUM, SMALLEST = "sum of distances", "smallest distance"
TIES = {
    "unique": "No other sample is as good.",
    "lowest_ids": "Other samples are as good; the one with the lowest ids was taken.",
    "unsettled": "Whether another sample is as good was not settled.",
}
NO_VALUE = {
    "decided_by_people": "Chosen by people; the rules were checked. Nothing is claimed to be best.",
    "drawn": "Drawn by the seed in the record: nothing is claimed to be best.",
}


def proof_in_words(proof: Mapping[str, Any], time_limit_s: float | None = None) -> tuple[str, ...]:
    """The sentences of a proof given as plain values; `Proven best` only of what is `optimal`.

    `time_limit_s` is named where it ended the proof; a search that proves nothing at all says so.
    """
    status, value, bound, gap = (proof.get(k) for k in ("status", "value", "bound", "gap"))
    if status in NO_VALUE:
        return (NO_VALUE[status],)
    if value is None:
        return ("All who are eligible are chosen: there is no other sample.",) if status == "optimal" else (_UNPROVEN,)
    said = []
    if status == "optimal":
        said.append("Proven best: no other sample that keeps the rules is better on the declared attributes.")
    elif status == "bounded":
        limit = f" of {time_limit_s:g} seconds" if time_limit_s else ""
        said.append(f"Not proven best: the time limit{limit} ended the proof.")
    else:
        said.append(_UNPROVEN)
    objective = proof.get("objective")
    parts = []
    if objective == "lexicographic":
        parts.append(_measure(SMALLEST, proof.get("smallest"), proof.get("smallest_bound"), None))
    name = {"lexicographic": SUM, "max_sum": SUM, "max_min": SMALLEST}.get(str(objective), str(objective))
    parts.append(_measure(name, value, bound, gap))
    said.append("; ".join(parts)[:1].upper() + "; ".join(parts)[1:] + ".")
    ties = TIES.get(str(proof.get("ties")))
    if ties and status != "heuristic":
        said.append(ties)
    return tuple(said)


_UNPROVEN = "Not proven best: a search found it, and how far the best possible lies from it is not known."


def _measure(name: str, value: float | None, bound: float | None, gap: float | None) -> str:
    if value is None:
        return f"{name} not defined"
    shown = [] if bound is None else [f"bound {bound:.4f}"]
    shown += [] if gap is None else [f"gap {100 * gap:.3g} %"]
    return f"{name} {value:.4f}" + (f" ({', '.join(shown)})" if shown else " (no bound)")
