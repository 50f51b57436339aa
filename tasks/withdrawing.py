"""One participant's withdrawal: what it would change, and the facts that make it effective."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from evidence import read_survey
from pages.layout import plural
from recruitment import Impact, fold_consent, fold_recruitment, withdrawal_impact
from recruitment.withdrawal import Material, dispositions_offered
from study import Event, Fact, StudyError, Subject
from study.identifiers import keyed_digest
from tasks.read import read_table
from tasks.workspace import Workspace

TASK = "withdraw_participant"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is asked for: scopes (none means all), from a day on, and what happens to data already given."""

    participant: str
    effective: date
    scopes: tuple[str, ...]
    disposition: str


@task(name="look at the impact", cache_policy=NO_CACHE)
def impact_of(place: Workspace, asked: Withdrawal) -> Impact:
    """What the withdrawal would change; StudyError for somebody who never consented here."""
    events = place.events()
    code = trail_code_of(place, asked)
    ledger = fold_consent(events)
    offered = dispositions_offered(ledger, code, place.protocol)
    if asked.disposition not in offered:
        raise StudyError(
            f"the form signed does not offer to {asked.disposition} the data",
            where="the withdrawal",
            remedy=f"It offers: {', '.join(offered)}.",
        )
    return withdrawal_impact(
        code,
        asked.effective,
        asked.scopes,
        asked.disposition,
        events=events,
        recruitment=fold_recruitment(events),
        ledger=ledger,
        material=_material(place, asked.participant),
    )


@task(name="read the withdrawal", cache_policy=NO_CACHE)
def withdrawal_facts(place: Workspace, asked: Withdrawal) -> list[Fact]:
    """The withdrawal as facts; none when the same was applied before.

    StudyError unless a person acts who holds the task withdraw_participant, or when the day has not come.
    """
    _may_apply(place, asked)
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
    facts = [Fact("consent.withdrawn", day, subject, data=ending)]
    if not asked.scopes or "take_part" in asked.scopes:
        facts.append(Fact("recruitment.withdrawn", day, subject, data=row))
    return facts


def trail_code_of(place: Workspace, asked: Withdrawal) -> str:
    """The trail code of the participant; StudyError without one."""
    code = place.known_trail_codes().get(asked.participant)
    if code is None:
        raise StudyError(
            "this participant has no consent on record, or their data was erased",
            where="the withdrawal",
            remedy="Check the participant code; before consent enter `declined` in the recruitment register.",
        )
    return code


def impact_said(impact: Impact, *, applied: bool) -> tuple[str, ...]:
    """What changes, in counts; what people must do outside this system."""
    verb = "was" if applied else "would be"
    scopes = ", ".join(_words(scope) for scope in impact.scopes_ending) or "nothing that was still in force"
    lines = [
        f"Consent {verb} ended from {impact.effective.isoformat()} on, for: {scopes}.",
        _recruitment_said(impact, verb),
    ]
    counted = (
        (len(impact.interviews_to_cancel), "interview", "to cancel"),
        (len(impact.sole_transcripts), "transcript", "of this person alone"),
        (len(impact.joint_transcripts), "transcript", "shared with others, to mask by hand"),
        (impact.codings, "coding", "of those transcripts"),
        (sum(impact.survey_rows.values()), "survey row", "of this person"),
        (len(impact.packets_to_stop), "packet", "to hold back"),
        (len(impact.packets_to_ask_back), "packet", "already sent, to ask back or have deleted"),
        (len(impact.sequences_to_assess_again), "saturation sequence", "to assess again"),
    )
    lines += [f"{plural(number, thing)} {what}." for number, thing, what in counted if number]
    others = [name for name in impact.survey_rows if not name.endswith(".csv")]
    if impact.disposition == "delete" and others:
        lines.append(
            "Take the person's rows out of these files with the software that made them: " + ", ".join(others) + "."
        )
    if impact.disposition == "deidentify" and (impact.sole_transcripts or impact.joint_transcripts):
        lines.append("Masking what identifies this person in the transcripts is left to people.")
    copies = ", ".join(c.replace("_", " ") for c in impact.copies_elsewhere)
    lines.append(f"Look for copies elsewhere and have them removed: {copies}.")
    return tuple(lines)


def _recruitment_said(impact: Impact, verb: str) -> str:
    before, after = _words(impact.state_before), _words(impact.state_after)
    if before == after:
        return f"In the recruitment log the person stays “{after}”."
    return f"In the recruitment log “{before}” {verb} changed to “{after}”."


def _words(code: str) -> str:
    return code.replace("_", " ")


def _material(place: Workspace, participant: str) -> Material:
    """Codings by transcript, and rows by survey file that bear the participant's code."""
    codings = read_table(place, place.protocol.analysis.codings)
    by_transcript = {} if codings is None else dict(Counter(codings["transcript_id"]))
    rows = {}
    for survey in place.protocol.surveys:
        if survey.linkage == "coded" and survey.key and (place.root / survey.file).is_file():
            frame = read_survey(place.root / survey.file).frame
            if survey.key in frame.columns and (found := int((frame[survey.key].astype(str) == participant).sum())):
                rows[survey.file] = found
    return Material(by_transcript, rows)


def _may_apply(place: Workspace, asked: Withdrawal) -> None:
    person = place.protocol.person(place.actor.id) if place.actor.type == "person" else None
    if person is None or not person.may(TASK, place.today):
        able = ", ".join(p.code for p in place.protocol.team if p.may(TASK, place.today)) or "nobody in study.yaml"
        raise StudyError(
            "applying a withdrawal needs a person who holds the task withdraw_participant",
            where="the withdrawal",
            remedy=f"Act as one of: {able}.",
        )
    if asked.effective > place.today:
        raise StudyError("the withdrawal lies ahead of today", where="effective", remedy="Apply it when its day comes.")


def _is_same(event: Event, asked: Withdrawal) -> bool:
    return (
        event.occurred == asked.effective.isoformat()
        and tuple(event.data["scopes"]) == asked.scopes
        and event.data["disposition"] == asked.disposition
    )
