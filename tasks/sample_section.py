"""A stage's document in words for page and artifact; of people the document holds no id, so nothing shows one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pages.sample_pictures import Line, Role, Scale, Spot
from pages.sample_section import Leaving, Nearest, PartCovered, Site, Stage, Tone
from sampling import TAKEN_OUT, proof_in_words
from study.protocol.sampling import StageSpec

TONES: dict[str, tuple[str, Tone]] = {
    "approved": ("approved", "good"),
    "changed": ("changed since its approval", "warn"),
    "waiting": ("waits for approval", "warn"),
}


def stage_section(
    spec: StageSpec, made: Mapping[str, Any], by: str = "", sure: Mapping[str, str] | None = None
) -> Stage:
    """One stage from its document under out/sample/; `by` says who approved it and how sure that is.

    `sure` says of each decision's event how sure it is who took it.
    """
    words, tone = TONES[made["standing"]]
    method = spec.strategy.replace("_", " ").capitalize()
    shown = made.get("diagnostics", {})
    now = made["in_view"]
    chosen = [s for s in made.get("selected", []) if s["id"] in now]
    roles = _roles(made)
    leaving = tuple(_leaving(r) for r in shown.get("replaceable", []) if r["id"] in now)
    first, *proven = proof_in_words(made.get("proof", {}), made.get("time_limit_s"))
    return Stage(
        name=spec.name,
        strategy=f"{method} sampling: {made['size']} of {made['eligible']} eligible, proposal {made['proposal']}",
        rationale=spec.rationale,
        standing=words + by,
        tone=tone,
        proof=first,
        proven=(*proven, *_limits_of_proof(made)),
        notes=tuple(made.get("notes", ())),
        overridden=tuple(_exchange(o, sure or {}) for o in made.get("overrides", [])),
        evaluated=_evaluated(made),
        stands=_stands(made),
        chosen=(*(Site(s["id"], "; ".join(s["reasons"])) for s in chosen), *_overridden(made)),
        passed_over=_passed_over(made),
        backups=tuple(Site(b["id"], f"in place of {s['id']}") for s in chosen for b in s["backups"]),
        coverage=tuple(
            PartCovered(
                c["attribute"],
                c["part"],
                f"{c['frame_share']:.0%}",
                c["sample_count"],
                "; ".join(c.get("wanted", ())),
                c.get("is_met"),
            )
            for c in shown.get("coverage", [])
        ),
        caution=made["caveat"],
        compared=tuple(_compared(c) for c in shown.get("compared", [])),
        second_best=_second_best(made, shown),
        hard=tuple(r for r in leaving if r.flag),
        leaving=leaving,
        stability=_stability(shown),
        stays=tuple((s["id"], f"{s['share']:.0%}") for s in (shown.get("stability") or {}).get("stays", [])),
        balance=_balance(spec, shown),
        differences=tuple(
            (d["attribute"], d["part"], f"{d['frame']:.3g}", f"{d['sample']:.3g}", f"{d['difference']:+.2f}")
            for d in (shown.get("balance") or {}).get("differences", [])
        ),
        replaced=_replaced(made, sure or {}),
        spots=tuple(
            Spot(p["id"], p["x"], p["y"], roles.get(p["id"], "passed_over"))
            for p in (shown.get("map") or {}).get("points", [])
        ),
        stress=(shown.get("map") or {}).get("stress", 0.0),
        scales=tuple(
            Scale(a["attribute"], tuple((t[0], t[1]) for t in a["ticks"]))
            for a in (shown.get("parallel") or {}).get("axes", [])
        ),
        lines=tuple(
            Line(c["id"], _line_role(roles.get(c["id"], "passed_over")), tuple(c["places"]))
            for c in (shown.get("parallel") or {}).get("courses", [])
        ),
    )


def _roles(made: Mapping[str, Any]) -> dict[str, Role]:
    """What each site is now: chosen as it stands after overrides and replacements; who left stays left."""
    roles: dict[str, Role] = {b["id"]: "backup" for s in made.get("selected", []) for b in s["backups"]}
    roles |= dict.fromkeys((i for i, why in made.get("statuses", {}).items() if why != TAKEN_OUT), "left")
    roles |= {r["leaving"]: "left" for r in made.get("replacements", [])}
    return roles | dict.fromkeys(made["in_view"], "chosen") | dict.fromkeys(made.get("left", {}), "left")


def _overridden(made: Mapping[str, Any]) -> tuple[Site, ...]:
    """Sites that people put in others' places and that stand: no solver has a reason for them."""
    known = {s["id"] for s in made.get("selected", [])}
    return tuple(
        Site(o["added"], f"put in the place of {o['removed']} by people; {_cost(o)}")
        for o in made.get("overrides", [])
        if o.get("added") in made["in_view"] and o["added"] not in known
    )


def _cost(row: Mapping[str, Any]) -> str:
    """What an exchange cost, in words that follow a comma or a semicolon."""
    if row.get("cost") is None:
        return "the strategy optimizes nothing that it could cost"
    within = f" within {row['within']}" if row.get("within") else ""
    if row["cost"] > 1e-9:
        return f"it costs {row['cost']:.4f} of the {row['cost_of']}{within}"
    if row["cost"] < -1e-9:
        return f"the {row['cost_of']}{within} rises by {-row['cost']:.4f}"
    return f"it costs nothing of the {row['cost_of']}{within}"


def _exchange(row: Mapping[str, Any], sure: Mapping[str, str]) -> str:
    """One exchange that people made: who came for whom, what it cost, which rules it breaks, by whom; why is kept."""
    who = f"{row['added']} came in the place of {row['removed']}" if row.get("added") else "One person came for another"
    values = "; ".join(f"{v['measure']} {v['before']:.4f} before, {v['after']:.4f} after" for v in row["values"] or ())
    broken = ", ".join(map(repr, row["rules_broken"] or ()))
    by = f"{row['by']}, {sure.get(row['event'], 'declared only')}" if row.get("by") else "person not named"
    folder = "records/" if row.get("added") else "restricted/records/"
    return (
        f"{who}: {_cost(row)}{f' ({values})' if values else ''}. "
        f"{f'Rules it breaks: {broken}' if broken else 'No rule is broken'}. Decided on {row['occurred']} by {by}; why "
        f"is kept in {folder}sample.overridden/{row['event'][:8]}….json."
    )


def _limits_of_proof(made: Mapping[str, Any]) -> tuple[str, ...]:
    """What the proof does not cover: exchanges by people after it, and those who stayed whatever was best."""
    said = []
    if made.get("kept"):
        said.append(f"This holds with those kept who stay: {', '.join(made['kept'])}.")
    if made.get("replacements"):
        said.append("It concerns who came last, with the others staying.")
    elif made.get("overrides"):
        said.append("Proof and tables are of the proposal before people's exchanges; the pictures show it after them.")
    return tuple(said)


def _evaluated(made: Mapping[str, Any]) -> str:
    """How many of the evaluated sites have which status."""
    status = _status(made)
    counts: dict[str, int] = {}
    for words in status.values():
        kind = "chosen in place of another" if words.startswith("chosen in place of") else words
        counts[kind] = counts.get(kind, 0) + 1
    if not counts:
        return ""
    shown = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
    return f"{len(status)} sites were evaluated: {shown}."


def _status(made: Mapping[str, Any]) -> dict[str, str]:
    """The status of every evaluated site as it is now; who was exchanged by people is that."""
    status = dict(made.get("evaluated", {}))
    for row in made.get("overrides", []):
        if row.get("added") and row["removed"] in status and row["removed"] not in made["in_view"]:
            status[row["removed"]] = TAKEN_OUT
        if row.get("added") in made["in_view"]:
            status[row["added"]] = "chosen by people"
    return status | dict(made.get("left", {}))


def _stands(made: Mapping[str, Any]) -> str:
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


def _passed_over(made: Mapping[str, Any]) -> tuple[Nearest, ...]:
    """Every evaluated site that is not chosen, by id: those of the record, those people took out, those long gone."""
    status, now = _status(made), made["in_view"]
    found = {p["id"]: _nearest(p, status) for p in made.get("not_selected", []) if p["id"] not in now}
    for row in made.get("overrides", []):
        if row.get("removed") and row["removed"] not in now and row["removed"] not in found:
            found[row["removed"]] = Nearest(
                row["removed"], status.get(row["removed"], ""), f"people put {row['added']} in its place", "–", "–"
            )
    for id, words in status.items():
        if id not in found and id not in now:
            found[id] = Nearest(id, words, words if words == TAKEN_OUT else f"left: {words}", "–", "–")
    return tuple(found[i] for i in sorted(found))


def _line_role(role: Role) -> Role:
    return "passed_over" if role == "left" else role


def _leaving(row: Mapping[str, Any]) -> Leaving:
    cost = f"{row['cost']:.4f} of the {row['cost_of']}" if row["cost"] is not None else "–"
    return Leaving(row["id"], row["best"] or "nobody", cost, row["followers"], row["why"] if row["is_hard"] else "")


def _nearest(row: Mapping[str, Any], status: Mapping[str, str]) -> Nearest:
    distance = f"{row['nearest_distance']:.3f}" if row.get("nearest_distance") is not None else "–"
    return Nearest(row["id"], status.get(row["id"], "passed over"), row["reason"], row.get("nearest") or "–", distance)


def _compared(row: Mapping[str, Any]) -> str:
    below = "all" if row["percentile"] == 1 else f"{row['percentile']:.1%}"
    said = (
        f"{row['measure'].capitalize()}: {row['value']:.3f}. Of {row['draws']:,} random samples of the same size, "
        f"drawn without rules, {below} have less; their median is {row['random_median']:.3f}."
    )
    cost = row["rules_cost"]
    if cost is None:
        return said
    return said + (f" The rules cost at least {cost:.3f} of it." if cost > 1e-6 else " No cost of the rules was found.")


def _second_best(made: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    other = shown.get("second_best")
    if not other or shown.get("second_best_cost") is None:
        return ""
    ids = made.get("ids", [])
    gone, came = sorted(set(ids) - set(other)), sorted(set(other) - set(ids))
    how = {
        "shut_out": "found by solving again with the chosen sample shut out",
        "exchange": "the best of all single exchanges, which need not be the best other sample",
    }[shown["second_best_by"]]
    cost = shown["second_best_cost"]
    worse = f"gives up {cost:.4f} of the {shown['second_best_cost_of']}" if cost > 1e-6 else "is as good"
    return f"The second-best sample has {', '.join(came)} in place of {', '.join(gone)} and {worse} ({how})."


def _stability(shown: Mapping[str, Any]) -> tuple[str, ...]:
    found = shown.get("stability")
    if not found:
        return ()
    others = ", ".join(f"{o['id']} ({o['share']:.0%})" for o in found.get("others", [])[:5])
    return (
        f"With {found['draws']} other weightings of the attributes, drawn around the declared ones, the whole sample "
        f"stays as it is in {found['unchanged']:.0%}.",
        *((f"Who comes instead most often: {others}.",) if others else ()),
        found["how"],
    )


def _balance(spec: StageSpec, shown: Mapping[str, Any]) -> tuple[str, ...]:
    found = shown.get("balance")
    if not found:
        return ()
    said = []
    if found["b"] is not None:
        said.append(
            f"Tipton's B index is {found['b']:.2f} (1: a miniature of the frame). Of {found['draws']:,} random samples "
            f"of the same size {found['percentile']:.0%} have less; their median is {found['random_median']:.2f}. With "
            "so few sites only this comparison means something, no fixed threshold."
        )
    return (*said, found["sentence"])


def _replaced(made: Mapping[str, Any], sure: Mapping[str, str]) -> tuple[str, ...]:
    """Every replacement since the approval with its cost; who left and was not replaced."""
    found = []
    for row in made.get("replacements", []):
        price = f"; {_cost(row)}" if row.get("cost") is not None else ""
        by = f" Decided by {row['by']}, {sure.get(row['event'], 'declared only')}." if row.get("by") else ""
        found.append(f"{row['leaving']} left ({row['why']}); {row['entering']} came in its place{price}.{by}")
    found += [f"{i} left ({why}) and waits for replace-site." for i, why in made.get("left", {}).items()]
    return tuple(found)
