"""A stage's document in words for page and artifact; of people the document holds no id, so nothing shows one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pages.sample_pictures import Line, Role, Scale, Spot
from pages.sample_section import FromSurvey, Leaving, PartCovered, Site, Stage, Tone
from sampling import TAKEN_OUT, proof_in_words
from study.protocol.sampling import StageSpec
from tasks.sample_changes import (
    evaluated_said,
    exchange_said,
    limits_of_proof,
    passed_over,
    put_in,
    replaced_said,
    stands_said,
)
from tasks.sample_documents import SCORES

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
        proven=(*proven, *limits_of_proof(made)),
        notes=tuple(made.get("notes", ())),
        overridden=tuple(exchange_said(o, sure or {}) for o in made.get("overrides", [])),
        evaluated=evaluated_said(made),
        stands=stands_said(made),
        chosen=(*(Site(s["id"], "; ".join(s["reasons"])) for s in chosen), *put_in(made)),
        passed_over=passed_over(made),
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
        from_surveys=tuple(_from_survey(column) for column in made.get(SCORES, ())),
        differences=tuple(
            (d["attribute"], d["part"], f"{d['frame']:.3g}", f"{d['sample']:.3g}", f"{d['difference']:+.2f}")
            for d in (shown.get("balance") or {}).get("differences", [])
        ),
        replaced=replaced_said(made, sure or {}),
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


def _line_role(role: Role) -> Role:
    return "passed_over" if role == "left" else role


def _leaving(row: Mapping[str, Any]) -> Leaving:
    cost = "–"
    if row["cost"] is not None:
        gain = "gains " if row["cost"] < -1e-9 else ""
        cost = f"{gain}{abs(row['cost']):.4f} of the {row['cost_of']}"
    return Leaving(row["id"], row["best"] or "nobody", cost, row["followers"], row["why"] if row["is_hard"] else "")


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


def _from_survey(column: Mapping[str, Any]) -> FromSurvey:
    """A column of the frame that came from a survey; no total stands beside the sites."""
    without = column["without_count"]
    said = f"{column['column']} is the score of each site on the scale {column['scale']} in the survey "
    said += f"{column['survey']}: the mean of its respondents, for sites where it may stand."
    if without:
        said += f" {without} of the frame's sites have none and count as missing."
    if column["elsewhere_count"]:
        said += f" {column['elsewhere_count']} with a score are not in the frame."
    rows = tuple(
        (s["site_id"], f"{s['mean']:.2f}", f"{s['low']:.2f} to {s['high']:.2f}", str(s["n"])) for s in column["sites"]
    )
    return FromSurvey(column["column"], said, rows)


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
