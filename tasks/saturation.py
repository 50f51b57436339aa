"""Saturation by sequence of interviews, from the codings imported, and what people decided on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis import guest_saturation
from analysis.checks import Problem
from analysis.saturation import new_codes_in_order
from pages.layout import plural
from recruitment.withdrawal import without_erased
from study import Fact, Subject
from tasks.assessed import MOST_CAUSES, Assessed
from tasks.codings import UNVERSIONED, Material, reference_of
from tasks.decisions import REGISTER, read_decisions
from tasks.read import read_restricted_table
from tasks.workspace import Workspace

SATURATION_CHECKS = frozenset({"AN009"})
HELD = ("full", "part")
"""Outcomes of an interview that has a transcript to code; a notes-only one has none."""


@task(name="assess saturation", cache_policy=NO_CACHE)
def assess_sequences(place: Workspace, material: Material) -> Assessed:
    """Guest's index for every sequence of interviews the protocol declares, and the decisions people took on it."""
    claimed = place.protocol.analysis.saturation
    if claimed is None:
        return Assessed(said=("The protocol claims no saturation, so none is assessed.",))
    if material.codings is None or material.codebook is None:
        return Assessed()
    order = sequences(place, material)
    if order is None:
        return Assessed(said=("Saturation by group is not available: restricted/participants.csv is not here.",))
    assessed = [_assessed(place, material, name, held) for name, held in order.items()]
    decided, problems = _decisions(place, set(order))
    said = tuple(sentence for _, sentence in assessed)
    return Assessed((*(fact for fact, _ in assessed), *decided), tuple(problems), said)


_SAYS = {
    "reached": "reached at {label}, by the index; stopping is decided by people.",
    "not_reached": "not reached after {interviews}.",
    "too_few": "{interviews} too few to say.",
    "undefined": "undefined, because the base holds no inductive code.",
}


def _assessed(place: Workspace, material: Material, name: str, held: list[str]) -> tuple[Fact, str]:
    """One sequence as a fact and as a sentence. Interviews not released or not coded are not counted, and said."""
    claimed = place.protocol.analysis.saturation
    assert claimed is not None  # asked for before
    assert material.codings is not None
    assert material.codebook is not None
    transcripts = [t for t in held if t in material.imports]
    counts = new_codes_in_order(material.codings.segments, transcripts, material.codebook.inductive)
    found = guest_saturation(counts, claimed.base, claimed.run, claimed.threshold)
    uncounted = len(held) - len(transcripts)
    data = {
        "sequence": name,
        "codebook": material.codebook.version or UNVERSIONED,
        "interviews": len(counts),
        "uncounted": uncounted,
        "base": claimed.base,
        "run": claimed.run,
        "threshold": round(claimed.threshold * 1000),
        "status": found.status,
        "new_codes": found.new_codes,
        **({"label": found.label} if found.label else {}),
    }
    payload = {**data, "transcripts": transcripts}
    inputs = reference_of(place, place.protocol.analysis.codings, payload)[:12]
    fact = Fact("saturation.assessed", place.instant, causes=_behind(material, name), data={**data, "inputs": inputs})
    verdict = _SAYS[found.status].format(label=found.label, interviews=plural(len(counts), "interview"))
    more = f" Not counted, because not released or not coded: {plural(uncounted, 'interview')}." if uncounted else ""
    return fact, f"Saturation, {name}: {verdict}{more}"


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


def _decisions(place: Workspace, known: set[str]) -> tuple[list[Fact], list[Problem]]:
    facts, problems = [], []
    for decision in read_decisions(place):
        if decision.decision != "saturation" or decision.occurred > place.today:
            continue
        column = "" if decision.subject in known else "subject"
        column = column or ("" if decision.value in ("stop", "continue") else "value")
        column = column or ("" if decision.authorised(place.protocol, "decide_saturation") else "person")
        if column:
            problems.append(Problem("AN009", REGISTER, decision.row, column, "analysis:saturation"))
            continue
        fact = Fact(
            "saturation.decided",
            decision.occurred.isoformat(),
            subject=(Subject("person", decision.person),),
            data={"sequence": decision.subject, "decision": decision.value},
        )
        facts.append(place.with_record(fact, {"person": decision.person, "reason": decision.reason}))
    return facts, problems
