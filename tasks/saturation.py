"""Saturation by sequence of interviews, from the codings imported, and what people decided on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis import guest_saturation
from analysis.francis import francis_saturation
from analysis.orders import Orders, codes_held, saturation_over_orders
from analysis.saturation import new_codes_in_order
from pages.layout import plural
from recruitment.withdrawal import without_erased
from study import Fact
from study.protocol.analysis import Saturation
from tasks.assessed import MOST_CAUSES, Assessed
from tasks.codebook_freezing import freeze
from tasks.codings import UNVERSIONED, Material, reference_of
from tasks.read import read_restricted_table
from tasks.saturation_artifacts import show_saturation
from tasks.saturation_decisions import decide
from tasks.saturation_page import Assessment, forget_saturation, write_saturation
from tasks.workspace import Workspace

SATURATION_CHECKS = frozenset({"AN009", "AN050", "AN051", "AN052", "AN053"})
HELD = ("full", "part")
"""Outcomes of an interview that has a transcript to code; a notes-only one has none."""


@task(name="assess saturation", cache_policy=NO_CACHE)
def assess_sequences(place: Workspace, material: Material) -> Assessed:
    """Guest's index for every sequence of interviews the protocol declares, and the decisions people took on it."""
    claimed = place.protocol.analysis.saturation
    if claimed is None:
        forget_saturation(place)
        return Assessed(said=("The protocol claims no saturation, so none is assessed.",))
    if material.codings is None or material.codebook is None:
        return Assessed()
    order = sequences(place, material)
    if order is None:
        return Assessed(said=("Saturation by group is not available: restricted/participants.csv is not here.",))
    frozen, doubtful = freeze(place, material)
    found = {name: _assessed(claimed, material, name, held) for name, held in order.items()}
    facts = {name: _fact(place, material, one) for name, one in found.items()}
    decisions = decide(place, _began(material, order), facts)
    page, made = write_saturation(place, material, found, facts, decisions.shown or {}, frozen)
    show_saturation(place.protocol.id, page, made)
    return Assessed(
        (*frozen, *facts.values(), *decisions.facts),
        (*doubtful, *decisions.problems),
        tuple(_said(one) for one in found.values()),
        (made,),
    )


_SAYS = {
    "reached": "reached at {label}, by the index; stopping is decided by people.",
    "not_reached": "not reached after {interviews}.",
    "too_few": "{interviews} too few to say.",
    "undefined": "undefined, because the base holds no inductive code.",
}


def _assessed(claimed: Saturation, material: Material, name: str, held: list[str]) -> Assessment:
    """One sequence; interviews not released or not coded are not counted."""
    assert material.codings is not None  # asked for before
    assert material.codebook is not None
    segments, codes = material.codings.segments, material.codebook.inductive
    transcripts = tuple(t for t in held if t in material.imports)
    counts = new_codes_in_order(segments, transcripts, codes)
    return Assessment(
        name,
        transcripts,
        len(held) - len(transcripts),
        material.codebook.version or UNVERSIONED,
        guest_saturation(counts, claimed.base, claimed.run, claimed.threshold),
        saturation_over_orders(
            codes_held(segments, transcripts, codes),
            base=claimed.base,
            run=claimed.run,
            threshold=claimed.threshold,
            orders=claimed.orders,
            seed=claimed.seed,
        ),
        francis_saturation(counts, claimed.initial, claimed.stopping),
    )


def _fact(place: Workspace, material: Material, found: Assessment) -> Fact:
    index, orders = found.index, found.orders
    data = {
        "sequence": found.name,
        "codebook": found.codebook,
        "interviews": len(index.new_codes),
        "uncounted": found.uncounted,
        "base": index.base,
        "run": index.run,
        "threshold": round(index.threshold * 1000),
        "status": index.status,
        "new_codes": index.new_codes,
        **({"label": index.label} if index.label else {}),
        **_robustness(orders),
        "francis": found.francis.status,
        **({"francis_at": found.francis.at} if found.francis.at else {}),
    }
    payload = {**data, "transcripts": found.transcripts}
    inputs = reference_of(place, place.protocol.analysis.codings, payload)[:12]
    data["inputs"] = inputs
    return Fact("saturation.assessed", place.instant, causes=_behind(material, found.name), data=data)


def _robustness(orders: Orders | None) -> dict[str, int]:
    if orders is None:
        return {}
    at = {"at_median": orders.median, "at_low": orders.low, "at_high": orders.high}
    reached = {"orders": orders.orders, "orders_reached": orders.reached}
    return {**reached, **{name: value for name, value in at.items() if value is not None}}


def _said(found: Assessment) -> str:
    """One sequence as a sentence; what was not counted is said."""
    interviews = plural(len(found.index.new_codes), "interview")
    verdict = _SAYS[found.index.status].format(label=found.index.label, interviews=interviews)
    left = found.uncounted
    more = f" Not counted, because not released or not coded: {plural(left, 'interview')}." if left else ""
    return f"Saturation, {found.name}: {verdict}{more}"


def sequences(place: Workspace, material: Material) -> dict[str, list[str]] | None:
    """Interviews held, in the order of interviewing, by sequence; None when roles or groups are not available."""
    claimed = place.protocol.analysis.saturation
    kept = without_erased(material.recruitment, place.events())
    interviews = {id: i for id, i in kept.interviews.items() if i.state in HELD}
    order = sorted(interviews, key=lambda id: (interviews[id].day, id))
    if claimed is None or claimed.by == "study":
        return {"study": order}
    people = read_restricted_table(place, "participants.csv")
    if people is None:
        return None
    people = people.assign(trail_code=people["participant_id"].map(place.known_trail_codes()))
    members = place.protocol.participants
    names = [r.id for r in members.roles if r.interviewed] if claimed.by == "role" else [g.id for g in members.groups]
    held = {t: _held(people, interviews[t].participants, interviews[t].day, claimed.by) for t in order}
    return {name: [t for t in order if name in held[t]] for name in names}


def _began(material: Material, order: Mapping[str, list[str]]) -> dict[str, date | None]:
    """The day of the first interview of each sequence, whether it is counted or not."""
    interviews = material.recruitment.interviews
    return {name: min((interviews[t].day for t in held), default=None) for name, held in order.items()}


def _held(people: pd.DataFrame, participants: Iterable[str], day: date, column: str) -> set[str]:
    """The roles or groups the participants of an interview held that day (both ends of `from` and `to` included)."""
    text = day.isoformat()
    rows = people[people["trail_code"].isin(list(participants))].reindex(columns=["from", "to", column], fill_value="")
    return {
        str(value)
        for start, end, value in rows.itertuples(index=False, name=None)
        if (not start or start <= text) and (not end or text <= end)
    }


def _behind(material: Material, sequence: str) -> tuple[str, ...]:
    """What an assessment rests on. Of a role or group only the codebook: naming transcripts would tell who is in it."""
    codebook = [material.codebook_event] if material.codebook_event else []
    if sequence != "study" or len(material.imports) > MOST_CAUSES:
        return tuple(codebook)
    return (*codebook, *material.imports.values())
