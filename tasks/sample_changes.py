"""What happened to a sample since it was proposed, in words: exchanges, replacements, who stands, every status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pages.sample_section import Nearest, Site
from sampling import TAKEN_OUT


def put_in(made: Mapping[str, Any]) -> tuple[Site, ...]:
    """Sites that people put in others' places and that stand: no solver has a reason for them."""
    known = {s["id"] for s in made.get("selected", [])}
    return tuple(
        Site(o["added"], f"put in the place of {o['removed']} by people; {cost_said(o)}")
        for o in made.get("overrides", [])
        if o.get("added") in made["in_view"] and o["added"] not in known
    )


def exchange_said(row: Mapping[str, Any], sure: Mapping[str, str]) -> str:
    """One exchange that people made: who came for whom, what it cost, which rules it breaks, by whom; why is kept."""
    who = f"{row['added']} came in the place of {row['removed']}" if row.get("added") else "One person came for another"
    values = "; ".join(f"{v['measure']} {v['before']:.4f} before, {v['after']:.4f} after" for v in row["values"] or ())
    broken = ", ".join(map(repr, row["rules_broken"] or ()))
    by = f"{row['by']}, {sure.get(row['event'], 'declared only')}" if row.get("by") else "person not named"
    folder = "records/" if row.get("added") else "restricted/records/"
    return (
        f"{who}: {cost_said(row)}{f' ({values})' if values else ''}. "
        f"{f'Rules it breaks: {broken}' if broken else 'No rule is broken'}. Decided on {row['occurred']} by {by}; why "
        f"is kept under {folder} ({row['event'][:8]})."
    )


def replaced_said(made: Mapping[str, Any], sure: Mapping[str, str]) -> tuple[str, ...]:
    """Every replacement since the approval with its cost; who left and was not replaced."""
    found = []
    for row in made.get("replacements", []):
        price = f"; {cost_said(row)}" if row.get("cost") is not None else ""
        by = f" Decided by {row['by']}, {sure.get(row['event'], 'declared only')}." if row.get("by") else ""
        found.append(f"{row['leaving']} left ({row['why']}); {row['entering']} came in its place{price}.{by}")
    for id, why in made.get("left", {}).items():
        is_out = made["standing"] == "changed" and id not in made["in_view"]
        then = "; the proposal that waits is without it" if is_out else " and waits for replace-site"
        found.append(f"{id} left ({why}){then}.")
    return tuple(found)


def stands_said(made: Mapping[str, Any]) -> str:
    """While another proposal waits: which sample stands until then, and what the proposal would change."""
    if made["standing"] != "changed":
        return ""
    if made["of"] == "people":
        return "The approved sample stands until the new proposal is approved."
    then, now = set(made["now_selected"]), set(made["in_view"])
    came, went = ", ".join(sorted(now - then)) or "nobody", ", ".join(sorted(then - now)) or "nobody"
    return (
        f"The approved sample stands until this proposal ({made['proposal']}) is approved: "
        f"{', '.join(sorted(then))}. With it {came} would come and {went} would go."
    )


def passed_over(made: Mapping[str, Any]) -> tuple[Nearest, ...]:
    """Every evaluated site that is not chosen, by id: those of the record, those people took out, those long gone."""
    status, now = statuses(made), made["in_view"]
    found = {p["id"]: nearest(p, status) for p in made.get("not_selected", []) if p["id"] not in now}
    for row in made.get("overrides", []):
        if row.get("removed") and row["removed"] not in now and row["removed"] not in found:
            found[row["removed"]] = Nearest(
                row["removed"], status.get(row["removed"], ""), f"people put {row['added']} in its place", "–", "–"
            )
    for id, words in status.items():
        if id not in found and id not in now:
            found[id] = Nearest(id, words, words if words == TAKEN_OUT else f"left: {words}", "–", "–")
    return tuple(found[i] for i in sorted(found))


def evaluated_said(made: Mapping[str, Any]) -> str:
    """How many of the evaluated sites have which status."""
    status = statuses(made)
    counts: dict[str, int] = {}
    for words in status.values():
        kind = "chosen in place of another" if words.startswith("chosen in place of") else words
        counts[kind] = counts.get(kind, 0) + 1
    if not counts:
        return ""
    shown = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
    return f"{len(status)} sites were evaluated: {shown}."


def limits_of_proof(made: Mapping[str, Any]) -> tuple[str, ...]:
    """What the proof does not cover: exchanges by people after it, and those who stayed whatever was best."""
    said = []
    if made.get("kept"):
        said.append(f"This holds with those kept who stay: {', '.join(made['kept'])}.")
    if made.get("replacements"):
        said.append("It concerns who came last, with the others staying.")
    elif made.get("overrides"):
        said.append("Proof and tables are of the proposal before people's exchanges; the pictures show it after them.")
    return tuple(said)


def statuses(made: Mapping[str, Any]) -> dict[str, str]:
    """The status of every evaluated site as it is now; who was exchanged by people is that."""
    status = dict(made.get("evaluated", {}))
    for row in made.get("overrides", []):
        if row.get("added") and row["removed"] in status and row["removed"] not in made["in_view"]:
            status[row["removed"]] = TAKEN_OUT
        if row.get("added") in made["in_view"]:
            status[row["added"]] = "chosen by people"
    return status | dict(made.get("left", {}))


def nearest(row: Mapping[str, Any], status: Mapping[str, str]) -> Nearest:
    distance = f"{row['nearest_distance']:.3f}" if row.get("nearest_distance") is not None else "–"
    return Nearest(row["id"], status.get(row["id"], "passed over"), row["reason"], row.get("nearest") or "–", distance)


def cost_said(row: Mapping[str, Any]) -> str:
    """What an exchange cost, in words that follow a comma or a semicolon."""
    if row.get("cost") is None:
        return "the strategy optimizes nothing that it could cost"
    within = f" within {row['within']}" if row.get("within") else ""
    if row["cost"] > 1e-9:
        return f"it costs {row['cost']:.4f} of the {row['cost_of']}{within}"
    if row["cost"] < -1e-9:
        return f"the {row['cost_of']}{within} rises by {-row['cost']:.4f}"
    return f"it costs nothing of the {row['cost_of']}{within}"
