"""The facts that make one participant's withdrawal effective, and what a run says of it."""

from __future__ import annotations

from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from recruitment import Impact
from recruitment.copies import copies_due, withdrawal_code
from study import Event, Fact, StudyError, Subject
from study.identifiers import event_id, keyed_digest
from tasks.copies import copies_said, list_of, tick
from tasks.impact import Withdrawal, impact_of, trail_code_of
from tasks.impact_said import impact_said
from tasks.workspace import Workspace

__all__ = ["TASK", "Withdrawal", "impact_of", "impact_said", "withdrawal_facts"]

TASK = "withdraw_participant"


@task(name="read the withdrawal", cache_policy=NO_CACHE)
def withdrawal_facts(place: Workspace, asked: Withdrawal, reason: str = "") -> list[Fact]:
    """The withdrawal as facts; none when the same was applied before.

    A reason, where one was given, is written to restricted/records/ and goes with the person's data.
    StudyError unless a person acts who holds the task withdraw_participant, or when the day has not come.
    """
    _may_apply(place)
    if asked.effective > place.today:
        raise StudyError("the withdrawal lies ahead of today", where="effective", remedy="Apply it when its day comes.")
    code = trail_code_of(place, asked)
    earlier = [
        e
        for e in place.events(["consent.withdrawn"])
        if e.subject_id("participant") == code and e.data.get("source") == "request"
    ]
    if any(_is_same(e, asked) for e in earlier):
        return []
    said = (asked.effective.isoformat(), asked.disposition, *asked.scopes)
    row: dict[str, Any] = {
        "ordinal": len(earlier) + 1,
        "version": 1,
        "row": keyed_digest(place.participant_key(code), "\x1f".join(("withdrawal", code, *said)).encode()),
        "source": "request",
    }
    subject, day = (Subject("participant", code),), asked.effective.isoformat()
    ending = {**row, "scopes": asked.scopes, "disposition": asked.disposition}
    withdrawn = Fact("consent.withdrawn", day, subject, data=ending)
    facts = [place.with_record(withdrawn, {"reason": reason}, personal=True) if reason else withdrawn]
    if not asked.scopes or "take_part" in asked.scopes:
        facts.append(Fact("recruitment.withdrawn", day, subject, data=row))
    return facts


@task(name="tick copies", cache_policy=NO_CACHE)
def ticks(place: Workspace, code: str, places: tuple[str, ...]) -> list[Fact]:
    """That nothing is left in these places after the withdrawal with this code; none for what was ticked before.

    StudyError unless a person acts who holds the task withdraw_participant, and for a code of no withdrawal.
    """
    _may_apply(place)
    if not any(due.code == code for due in copies_due(place.events())):
        raise StudyError(
            "there is no withdrawal with this code after which copies are to be removed",
            where="participant",
            remedy="Write the code that applying the withdrawal said, such as W1a2b3c4d.",
        )
    return tick(place, code, places)


def ticked_said(place: Workspace, code: str) -> tuple[str, ...]:
    """What is still open of a withdrawal."""
    return tuple(copies_said(due) for due in copies_due(place.events()) if due.code == code)


def applied_said(place: Workspace, impact: Impact, facts: list[Fact], erased: int) -> tuple[str, ...]:
    """What a run that applied a withdrawal says: what changed, where the list is, what was erased."""
    said = list(impact_said(impact, place.protocol, applied=True))
    if facts:
        id = event_id(place.origin, facts[0].kind, facts[0].natural_key)
        path = f"{place.protocol.storage.restricted}/{list_of(id)}"
        said.append(f"This withdrawal has the code {withdrawal_code(id)}; what to do by hand is listed in {path}.")
    else:
        said.append("The same withdrawal was applied before; nothing new was recorded.")
    if erased and impact.disposition == "deidentify":
        said.append("The person's data was de-identified, and that is recorded.")
    elif erased:
        said.append("The person's data was erased, and that is recorded.")
    return tuple(said)


def _may_apply(place: Workspace) -> None:
    person = place.protocol.person(place.actor.id) if place.actor.type == "person" else None
    if person is None or not person.may(TASK, place.today):
        able = ", ".join(p.code for p in place.protocol.team if p.may(TASK, place.today)) or "nobody in study.yaml"
        raise StudyError(
            "applying a withdrawal needs a person who holds the task withdraw_participant",
            where="the withdrawal",
            remedy=f"Act as one of: {able}.",
        )


def _is_same(event: Event, asked: Withdrawal) -> bool:
    return (
        event.occurred == asked.effective.isoformat()
        and tuple(event.data["scopes"]) == asked.scopes
        and event.data["disposition"] == asked.disposition
    )
