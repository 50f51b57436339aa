"""Withdrawals that a person applied, carried through to their end: lists for people written, data erased, recorded.

Which data goes with a person is planned in `tasks.erasure_plan`, carried out in `tasks.erasing`. Every step can be
taken up where an interrupted run left it.
"""

from __future__ import annotations

from recruitment import fold_recruitment
from recruitment.checks import raised
from recruitment.copies import COPIES, CopiesDue, copies_due, ends_contact, is_applied, takes_data
from study import Event, Query
from tasks.copies import write_list
from tasks.erasing import erase, forget_plan, written_down
from tasks.erasure_plan import deidentified_facts, packets_plan, plan_of
from tasks.progress import step
from tasks.workspace import Workspace

__all__ = ["deletions_pending", "finish_pending", "plan_of"]

REGISTER = "registers/consent.csv"


def finish_pending(place: Workspace) -> int:
    """Finish every withdrawal that was applied: its list for people, and where data goes the erasure; returns how many
    erasures were carried out. What a killed run left half-written under restricted/ goes first."""
    place.restricted.erase_unfinished()
    events = place.events()
    done = {e.data["decision"] for e in events if e.kind == "erasure.executed"}
    for event in events:
        if is_applied(event) and event.id not in done:
            write_list(place, event, events)
    pending = [e for e in events if takes_data(e) and e.id not in done]
    for number, decision in enumerate(pending, start=1):
        step("finishing an erasure", number, len(pending))
        plan = written_down(place, decision.id, lambda event=decision: plan_of(place, event, events))  # type: ignore[misc]
        if facts := deidentified_facts(place, plan, events):
            place.trail.append(facts)
        erase(place, plan)
    for event in events:
        if is_applied(event) and not takes_data(event) and event.id not in done and ends_contact(event):
            _pull(place, event, events)
    for id in done:  # a plan whose end was recorded just before the run was killed
        forget_plan(place, id)
    return len(pending)


def _pull(place: Workspace, decision: Event, events: list[Event]) -> None:
    """Take away the packets not sent of somebody whose data stays; nothing is recorded where there are none."""
    if decision.subject_id("participant") not in place.known_trail_codes().values():
        return  # their data was erased by a later withdrawal, packets and all
    plan = written_down(place, decision.id, lambda: packets_plan(place, decision, events))
    if plan.artefacts:
        erase(place, plan)
    else:
        forget_plan(place, decision.id)


def deletions_pending(place: Workspace, events: list[Event], *, ref: str) -> list[Query]:
    """What withdrawals still wait for: deletions the register asks for that nobody applied, shared transcripts to mask,
    copies elsewhere that nobody ticked."""
    erased = {e.subject_id("participant") for e in events if e.kind == "erasure.executed"}
    asked = {
        e.subject_id("participant")
        for e in events
        if e.kind == "consent.withdrawn" and e.data["disposition"] == "delete" and not is_applied(e)
    }
    said = {"study": place.protocol.id, "ref": ref, "file": REGISTER}
    waiting = sorted(code for code in asked if code and code not in erased)
    found = [raised("CN013", subject=f"participant:{code}", **said) for code in waiting]  # type: ignore[arg-type]
    for due in copies_due(events):
        joint = _unmasked(due, events)
        found += [raised("CN030", subject=f"transcript:{t}", rule="joint", withdrawal=due.code, **said) for t in joint]  # type: ignore[arg-type]
        if due.open:
            found.append(_copies_query(due, said))
    return found


def _copies_query(due: CopiesDue, said: dict[str, str]) -> Query:
    places = ", ".join(place for place in COPIES if place in due.open)
    subject = f"participant:{due.participant}"
    return raised("CN031", subject=subject, rule="copies", withdrawal=due.code, places=places, **said)  # type: ignore[arg-type]


def _unmasked(due: CopiesDue, events: list[Event]) -> list[str]:
    """Transcripts the person shares with others of which no newer version arrived since they withdrew."""
    decided = next(e.recorded_at for e in events if e.id == due.withdrawal)
    arrived: dict[str, list[str]] = {}
    for event in events:
        if event.kind in ("transcript.received", "transcript.deidentified", "transcript.corrected"):
            arrived.setdefault(event.subject_id("transcript") or "", []).append(event.recorded_at)
    shared = [
        i.id
        for i in fold_recruitment(events).interviews.values()
        if due.participant in i.participants and len(i.participants) > 1
    ]
    return sorted(t for t in shared if t in arrived and max(arrived[t]) <= decided)
