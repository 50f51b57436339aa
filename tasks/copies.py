"""What people must do after a withdrawal, outside of what this software reaches: a list for them, and their ticks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from recruitment import fold_recruitment
from recruitment.checks import raised
from recruitment.copies import COPIES, GOES, CopiesDue, cleared_fact, copies_due, withdrawal_code
from study import Event, Fact, Query
from study.event import local_day, time_zone_of
from study.objects import AlreadyStored, NotStored
from study.query import QueryRecord
from tasks.cited import cited_codings, interview_of, published_claims
from tasks.coding_sources import exports_with
from tasks.decisions import REGISTER, read_decisions
from tasks.deposit_record import deposited_transcripts
from tasks.erasure_plan import files_left_to_people
from tasks.exported import exported_surveys
from tasks.workspace import Workspace

FOLDER = "withdrawals/"
DECISION = "copy_removed"
TASK = "withdraw_participant"
COLUMNS = ("what", "which", "since", "what_to_do")
PLACES = {
    "transcription_vendor": "Ask the transcription vendor to delete recording and transcript, and to confirm it.",
    "meeting_cloud": "Delete the recording in the meeting software's cloud, and in its bin.",
    "redcap": "Delete or de-identify the record in REDCap; its log keeps a line.",
    "analysis_project": "Take the transcript out of the project of NVivo, ATLAS.ti or another, and of its backups.",
    "mailboxes": "Delete mails with this person's data, sent mail and bins of everybody in the team included.",
    "deposit": "Ask the archive to withdraw or replace what was deposited.",
    "study_folder": "Look through what no program can judge here: joint transcripts, field notes, memos, free text.",
}
"""What each place asks of a person."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """What the register of decisions says of copies: facts to record, rows that name nothing we know."""

    facts: tuple[Fact, ...] = ()
    queries: tuple[Query, ...] = ()


def list_of(event_id: str) -> str:
    """Where a withdrawal's list lies, under restricted/."""
    return f"{FOLDER}{withdrawal_code(event_id)}.csv"


def write_list(place: Workspace, withdrawal: Event, events: list[Event]) -> None:
    """Write once what people must ask back, take out or look through after a withdrawal.

    It names packets, codings, files and places, never the person; it is written before anything is erased.
    """
    key = list_of(withdrawal.id)
    try:
        place.restricted.get(key)
        return
    except NotStored:
        pass  # written now
    body = io.StringIO(newline="")
    writer = csv.writer(body, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(place, withdrawal, events))
    try:
        place.restricted.put_new(key, body.getvalue().encode())
    except AlreadyStored:
        return  # another run was first


@task(name="read copies removed", cache_policy=NO_CACHE)
def copies_removed(place: Workspace) -> Ticked:
    """The rows `copy_removed` of registers/decisions.csv as facts; a query for each column that is wrong in some."""
    return ticked(place)


def ticked(place: Workspace) -> Ticked:
    """The same without Prefect."""
    due = {one.code: one for one in copies_due(place.events())}
    facts: list[Fact] = []
    wrong: dict[str, list[int]] = {}
    for decision in read_decisions(place):
        if decision.decision != DECISION or decision.occurred > place.today:
            continue
        person = place.protocol.person(decision.person)
        if decision.subject not in due:
            wrong.setdefault("subject", []).append(decision.row)
        elif decision.value not in COPIES:
            wrong.setdefault("value", []).append(decision.row)
        elif person is None:
            wrong.setdefault("person", []).append(decision.row)
        elif decision.value in due[decision.subject].open:
            facts.append(cleared_fact(due[decision.subject], decision.value, person.code, decision.occurred))
    return Ticked(tuple(facts), tuple(_misnamed(place, column, rows) for column, rows in sorted(wrong.items())))


def tick(place: Workspace, code: str, places: tuple[str, ...]) -> list[Fact]:
    """The same from a form: whoever acts says today that nothing is left in these places; none for an unknown code."""
    due = next((one for one in copies_due(place.events()) if one.code == code), None)
    if due is None:
        return []
    return [cleared_fact(due, name, place.actor.id, place.today) for name in places if name in due.open]


def of_ticks(record: QueryRecord) -> bool:
    """Whether reading ticks looks at what that query is about."""
    return record.check == "CN032"


def withdrawals_said(place: Workspace) -> tuple[str, ...]:
    """A sentence for each withdrawal with places still to be looked through."""
    return tuple(copies_said(due) for due in copies_due(place.events()) if due.open)


def copies_said(due: CopiesDue) -> str:
    """One sentence on what is still open of a withdrawal."""
    if not due.open:
        return f"Withdrawal {due.code}: every place was looked through."
    places = ", ".join(name.replace("_", " ") for name in due.open)
    return f"Withdrawal {due.code}: still to be looked through: {places}."


def _rows(place: Workspace, withdrawal: Event, events: list[Event]) -> Iterator[tuple[str, str, str, str]]:
    person, disposition = withdrawal.subject_id("participant") or "", withdrawal.data["disposition"]
    zone = time_zone_of(events)
    for event in events:
        if event.kind == "member_check.sent" and event.subject_id("participant") == person:
            day = local_day(event.occurred, zone).isoformat()
            yield "packet sent", event.data["packet"], day, "Ask for its return or deletion. Send no reminder."
    mine = [i for i in fold_recruitment(events).interviews.values() if person in i.participants]
    published = published_claims(events)
    for claim, codings in cited_codings(place, events).items():
        for coding in codings:
            if any(i.id == interview_of(coding) and len(i.participants) == 1 for i in mine):
                do = "Published: cannot be called back; use it no more and correct what can be corrected."
                do = do if claim in published else "Take the quote out of the claim and of every draft."
                yield f"quote in claim {claim}", coding, "", do
    handed_over = deposited_transcripts(events)
    for interview in mine:
        for archive, since in handed_over.get(interview.id, ()):
            do = "Deposited: copies handed out cannot be called back. Ask the archive to withdraw or replace it."
            yield f"deposited transcript at {archive}", interview.id, since.isoformat(), do
    if disposition not in GOES:
        return
    for interview in mine:
        if len(interview.participants) > 1:
            yield (
                "joint transcript",
                interview.id,
                "",
                "Mask this person's turns; put the masked file in its place.",
            )
        elif disposition == "deidentify":
            do = "Read the masked copy in restricted/deidentified/: only names and numbers were masked by program."
            yield "masked transcript", interview.id, "", do
    participant = next((p for p, code in place.known_trail_codes().items() if code == person), "")
    for path in files_left_to_people(place, participant) if participant else ():
        yield "survey file", path, "", "Take the row out with the software that made the file."
    for path in exports_with(place, {interview.id for interview in mine}):
        yield "coding export", path, "", "Take the interview out of the coding tool's project, and export it anew."
    for survey in exported_surveys(place, events):
        do = "Ask everybody who got a copy to delete it. Check the survey and make the export again."
        yield "clean export", survey, "", do
    for name in COPIES:
        yield "copy elsewhere", name, "", PLACES[name]


def _misnamed(place: Workspace, column: str, rows: list[int]) -> Query:
    known = {
        "subject": "the code of a withdrawal, as W1a2b3c4d",
        "value": f"one of: {', '.join(COPIES)}",
        "person": "a code of the team",
    }
    return raised(
        "CN032",
        study=place.protocol.id,
        subject="register:decisions",
        ref=place.ref(REGISTER),
        file=REGISTER,
        column=column,
        rows=rows,
        known=known[column],
    )
