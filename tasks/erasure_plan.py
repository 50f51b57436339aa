"""What goes with a person whose withdrawal took their data, and what stays without leading to them.

`delete` takes their sole transcripts, codings and survey rows. `deidentify` keeps those: the transcript as a masked
copy, the codings with masked quotes, the survey row under a key that names nobody. Either way their register rows,
replies, packets and reasons go, and every link and key that leads to them; the proof of the withdrawal stays.
"""

from __future__ import annotations

import html
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from evidence.survey.linkage import REPLACED
from recruitment import fold_recruitment
from recruitment.signed_forms import FOLDER as SIGNED_FORMS
from study import Event, Fact, Reference, StudyError, Subject
from study.identifiers import digest, keyed_digest
from study.objects import FolderStore, NotStored
from study.protocol.registers import REGISTER_NAMES
from tasks.attested import ATTESTED
from tasks.codes import PARTICIPANTS
from tasks.coding_sources import coded_rows
from tasks.erasing import RESTRICTED, Artefact, Plan, Table, at, latest_references
from tasks.exported import exports_of_people, undeclared_files
from tasks.forms import forms_about
from tasks.masking import FOLDER, LIST, Masking
from tasks.people_files import CannotEdit
from tasks.people_rows import masked
from tasks.person_strings import strings_of_person
from tasks.repeated_words import repeated
from tasks.string_decisions import WHERE as DECIDED_STRINGS
from tasks.survey_rows import list_tables, survey_tables
from tasks.workspace import Workspace
from trustworthiness import packet_id
from trustworthiness.reply import read_envelope

REGISTERS = ("registers/recruitment.csv", "registers/consent.csv", "registers/member_checks.csv")
INTERVIEWS = "registers/interviews.csv"
DECISIONS = "registers/decisions.csv"
NEGATIVE_CASES = "analysis/negative_cases.csv"
RESTRICTED_TABLES = ("restricted/participants.csv", "restricted/identities.csv")
PACKET_TABLES = ("restricted/packets/overview.csv", "restricted/packets/withdrawn_quotes.csv")
REBUILT = (
    *("packets/send_list.csv", "packets/send_list.xlsx", "packets/replies.csv"),
    *("packets/answers.csv", "packets/answers.xlsx"),
)
"""Lists that name people and are made again from what stays."""
PLACEHOLDER = re.compile(rb"\[[a-z ]+\]")
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
HEARD = "audio_checks/"
NOTES = "field_notes/"


@dataclass(frozen=True, slots=True)
class Person:
    """Whose data goes, by both codes, what is theirs alone, and what is to become of it."""

    participant: str
    trail_code: str
    disposition: str
    interviews: tuple[str, ...]
    packets: tuple[str, ...]


def person_of(place: Workspace, decision: Event, events: list[Event]) -> Person:
    """The person a withdrawal is about; StudyError when no participant code leads to them any more."""
    trail_code = decision.subject_id("participant") or ""
    participant = next((p for p, code in place.known_trail_codes().items() if code == trail_code), "")
    if not participant:
        raise StudyError(
            "an erasure was decided, but the code of the person it is about is gone",
            where=f"{RESTRICTED}{PARTICIPANTS}",
            remedy="Run again: another run may just have finished it. If this stays, restore it from your backup.",
        )
    interviews = fold_recruitment(events).interviews.values()
    sole = tuple(i.id for i in interviews if set(i.participants) == {trail_code})
    packets = {e.data["packet"] for e in events if "packet" in e.data and e.subject_id("participant") == trail_code}
    packets |= {packet_id(interview) for interview in sole}
    return Person(participant, trail_code, decision.data["disposition"], sole, tuple(sorted(packets)))


def plan_of(place: Workspace, decision: Event, events: list[Event]) -> Plan:
    """What goes with the person whose withdrawal decided it; StudyError when no participant code leads to them.

    With `deidentify` the masked copies are written first, so that a transcript never goes before its copy is there.
    """
    person = person_of(place, decision, events)
    raw = sorted(_transcripts(place, person.interviews))
    masks: dict[str, str] = {}
    unsound: list[str] = []
    if person.disposition == "deidentify":
        raw, masks, unsound = _masked(place, raw)
    files = sorted({*raw, *_replies(place, person.participant), *_field_notes(place, person)})
    about = [e for e in events if {person.trail_code} & {s.id for s in e.subject}]
    ids = {*person.interviews, *person.packets}
    about += [e for e in events if e.kind == "query.set_aside" and ids & {s.id for s in e.subject}]
    held = {*_restricted_about(place, person, tuple(files), {e.id for e in about}), *unsound}
    held |= {*exports_of_people(place), *_keys(place.restricted, "audit/"), *_keys(place.restricted, "deposit/")}
    claims = list(_claims(place, person, events, tuple(masks.items())))
    paths = [*files, *sorted(f"{RESTRICTED}{key}" for key in held), *_attested(place, person)]
    artefacts = [Artefact(path, place.codes.known_ref(path)) for path in paths]
    artefacts += [Artefact(f"records/claim.asserted/{id}.json", f"r{id}") for _, id, _ in claims]
    latest = latest_references(events)
    tables = [*_tables(place, person, tuple(masks.items())), *_claim_tables(place, claims)]
    tables.append(Table(DECIDED_STRINGS, "string", strings_of_person(place, person.participant, files)))
    planned = (_planned(place, table, latest) for table in dict.fromkeys(tables))
    return Plan(
        decision.id, tuple(artefacts), tuple(t for t in planned if t is not None), person.participant, person.trail_code
    )


def _attested(place: Workspace, person: Person) -> Iterator[str]:
    """Pages of attested dossiers that repeat what goes; their list of SHA-256 stays, and says that they were there."""
    pages = [key for key in _keys(place.files, ATTESTED) if key.endswith(".html")]
    if not pages or person.disposition != "delete":
        return
    rows = coded_rows(place, person.interviews)
    quotes = list(dict.fromkeys(map(str, rows.loc[rows["transcript_id"].isin(person.interviews), "quote"])))
    for page in pages:
        text = html.unescape(place.files.get(page).decode(errors="replace"))
        if next(repeated(text, quotes), None) is not None:
            yield page


def packets_plan(place: Workspace, decision: Event, events: list[Event]) -> Plan:
    """The packets not sent of somebody who may not be contacted any more: their pages go, nothing else does."""
    person = person_of(place, decision, events)
    sent = {e.data["packet"] for e in events if e.kind == "member_check.sent"}
    pulled = tuple(p for p in person.packets if p not in sent)
    paths = [f"{RESTRICTED}{key}" for p in pulled for key in _keys(place.restricted, f"packets/{p}/")]
    if not paths:
        return Plan(decision.id)
    latest = latest_references(events)
    tables = [_planned(place, Table(path, "packet_id", pulled), latest) for path in PACKET_TABLES[:1]]
    artefacts = tuple(Artefact(path, place.codes.known_ref(path)) for path in paths)
    return Plan(decision.id, artefacts, tuple(t for t in tables if t is not None))


def deidentified_facts(place: Workspace, plan: Plan, events: list[Event]) -> list[Fact]:
    """That a masked copy stands for each transcript a plan takes away; none where nothing was masked."""
    conventions = place.protocol.transcripts
    if conventions is None:
        return []
    names = {conventions.file_name.format(interview_id=i): i for i in fold_recruitment(events).interviews}
    gone = {names.get(PurePosixPath(a.path).stem, "") for a in plan.artefacts if not a.path.startswith(RESTRICTED)}
    facts = []
    for key in _keys(place.restricted, FOLDER):
        path, interview = f"{RESTRICTED}{key}", names.get(PurePosixPath(key).stem, "")
        if interview in gone - {""} and not any(a.path == path for a in plan.artefacts):
            data = place.restricted.get(key)
            released = [e for e in events if _is_release(e, interview)]
            fact = Fact(
                "transcript.deidentified",
                place.instant,
                (Subject("transcript", interview),),
                generated=(place.reference(path, data, personal=True),),
                causes=(plan.decision,),
                data={"version": len(released) + 1, "changes": len(PLACEHOLDER.findall(data))},
            )
            facts.append(fact)
    return facts


def _is_release(event: Event, interview: str) -> bool:
    return event.kind == "transcript.released" and event.subject_id("transcript") == interview


def files_left_to_people(place: Workspace, participant: str) -> tuple[str, ...]:
    """Survey files and distribution lists with rows of the person that cannot be written again without loss, and files
    declared anonymous in which their code was found: no column says which rows are theirs."""
    left = list(undeclared_files(place, participant))
    for table in dict.fromkeys((*survey_tables(place, participant), *list_tables(place, participant))):
        data = _stored(place, table.path)
        try:
            if data is not None:
                table.without_them(data)
        except CannotEdit:
            left.append(table.path)
    return tuple(dict.fromkeys(left))


def _masked(place: Workspace, raw: list[str]) -> tuple[list[str], dict[str, str], list[str]]:
    """The transcripts of which a masked copy lies under restricted/ (one a person made stands), every mask, and other
    copies of theirs, in which something is found."""
    masking, done, masks = Masking(place), [], {}
    copies = _copies_there(place, masking, {PurePosixPath(path).stem for path in raw})
    there = {PurePosixPath(key).stem for key, is_sound in copies.items() if is_sound}
    for path in raw:
        data = _stored(place, path)
        copy = None if data is None else masking.copy(path, data)
        if copy is not None:
            masks |= dict(copy.masks)
            if PurePosixPath(path).stem not in there:
                place.restricted.put(copy.key, copy.data)
                copies[copy.key] = True
        if copy is not None or PurePosixPath(path).stem in there:
            done.append(path)
    stands = {PurePosixPath(path).stem for path in done}
    return done, masks, [key for key, sound in copies.items() if not sound and PurePosixPath(key).stem in stands]


def _copies_there(place: Workspace, masking: Masking, stems: set[str]) -> dict[str, bool]:
    """The copies there are under these names, without their ending, and whether nothing is found in each."""
    keys = [key for key in _keys(place.restricted, FOLDER) if not key.endswith(LIST)]
    found = ((key, _stored(place, f"{RESTRICTED}{key}")) for key in keys if PurePosixPath(key).stem in stems)
    return {key: masking.is_clean(key, data) for key, data in found if data is not None}


def _transcripts(place: Workspace, interviews: Iterable[str]) -> Iterator[str]:
    conventions = place.protocol.transcripts
    if conventions is None:
        return
    names = _names(place, interviews)
    for key in _keys(place.files, f"{conventions.folder}/"):
        if PurePosixPath(key).stem in names:
            yield key


def _names(place: Workspace, interviews: Iterable[str]) -> set[str]:
    """The names that transcripts of these interviews and their copies bear, without an ending."""
    conventions = place.protocol.transcripts
    return {conventions.file_name.format(interview_id=id) for id in interviews} if conventions else set()


def _field_notes(place: Workspace, person: Person) -> Iterator[str]:
    """Field notes of this person's own interviews, by their file names; those of a visit are for people to look at."""
    for key in _keys(place.files, NOTES):
        if PurePosixPath(key).stem in {*person.interviews, person.participant}:
            yield key


def _replies(place: Workspace, participant: str) -> Iterator[str]:
    for stored in place.files.list_versions("replies/"):
        data = place.files.get(stored.key, stored.version_id or None)
        try:
            reply = read_envelope(data, stored.key).model_dump() if data.startswith(b"PK") else json.loads(data)
        except (ValueError, StudyError):
            continue  # not a reply in our forms: a query of its own says so
        if isinstance(reply, dict) and reply.get("participant_code") == participant:
            yield stored.key


def _restricted_about(place: Workspace, person: Person, files: tuple[str, ...], events: set[str]) -> Iterator[str]:
    """What restricted/ holds about the person: packets, records, copies of their field notes, the words of queries on
    them, on their files and on survey rows, because they name keys; with `delete` de-identified transcripts too."""
    yield from _keys(place.restricted, f"{SIGNED_FORMS}{person.participant}/")
    yield from (key for key, is_alone in forms_about(place, person.participant).items() if is_alone)
    ids = {*person.interviews, *person.packets, *_names(place, person.interviews)}
    folders = ("packets/", "replies/") if person.disposition == "deidentify" else (FOLDER, "packets/", "replies/")
    yield from (key for key in REBUILT if _stored(place, f"{RESTRICTED}{key}") is not None)
    for folder in folders:
        for key in _keys(place.restricted, folder):
            path = PurePosixPath(key)
            if ids & {path.stem, path.name.removesuffix(LIST), *path.parts}:
                yield key
    notes = {place.codes.known_ref(path) for path in files if path.startswith(NOTES)} - {""}
    for key in _keys(place.restricted, f"{FOLDER}{NOTES}"):
        if PurePosixPath(key).name.partition(".")[0] in notes:
            yield key
    yield from (f"{HEARD}{id}.csv" for id in person.interviews if _stored(place, f"{RESTRICTED}{HEARD}{id}.csv"))
    for key in _keys(place.restricted, "records/"):
        if PurePosixPath(key).stem in events:
            yield key
    subjects = {
        f"participant:{person.trail_code}",
        *(f"{type}:{id}" for id in person.interviews for type in ("interview", "transcript")),
        *(f"packet:{id}" for id in person.packets),
    }
    for stored in place.restricted.list("queries/"):
        words = json.loads(place.restricted.get(stored.key))
        is_of_names = words.get("subject", "").startswith(("survey:", "analysis:codings"))
        of_rows = is_of_names and words.get("rows")  # written again when checked
        if of_rows or words.get("subject") in subjects or words.get("where", "").startswith(files):
            yield stored.key


def _tables(place: Workspace, person: Person, masks: tuple[tuple[str, str], ...]) -> Iterator[Table]:
    """Every table of people's that may hold rows of the person."""
    mine = (person.participant,)
    for path in (*REGISTERS, *RESTRICTED_TABLES):
        yield Table(path, "participant_id", mine)
    yield Table(INTERVIEWS, "participant_ids", mine, several=True)
    yield from _fed(place, mine)
    for key, is_alone in forms_about(place, person.participant).items():
        if not is_alone:
            yield Table(f"{RESTRICTED}{key}", "", mine)
    for path in PACKET_TABLES:
        yield Table(path, "packet_id", person.packets)
    yield Table(NEGATIVE_CASES, "subject", mine)
    codings = place.protocol.analysis.codings
    if person.disposition == "deidentify":
        yield Table(DECISIONS, "subject", (*person.packets, person.participant))
        if masks:
            yield Table(codings, "transcript_id", person.interviews, masked="quote", masks=masks)
        yield from survey_tables(place, person.participant, f"{REPLACED}{secrets.token_hex(4)}")
    else:
        yield Table(DECISIONS, "subject", (*person.packets, *person.interviews, person.participant))
        yield Table(codings, "transcript_id", person.interviews)
        yield from survey_tables(place, person.participant)
    yield from list_tables(place, person.participant)
    for stage in place.protocol.sampling.stages:
        if stage.of == "people":
            plan = place.protocol.sampling
            yield Table(stage.frame or plan.frame, stage.id_column or plan.id_column, mine)
    for kind in ("sample.proposed", "sample.overridden", "site.replaced"):
        for key in _keys(place.restricted, f"records/{kind}/"):
            yield Table(f"{RESTRICTED}{key}", "", mine)


def _fed(place: Workspace, mine: tuple[str, ...]) -> Iterator[Table]:
    """The files study.yaml names for registers kept elsewhere, with the participant as each file writes them; of a
    REDCap export every row of the person's record."""
    for feed in (feed for register in REGISTER_NAMES for feed in place.protocol.registers.of(register)):
        several = "participant_ids" in feed.columns
        field = "participant_ids" if several else "participant_id"
        column, words = feed.columns.get(field), feed.values.get(field, {})
        written = tuple(word for word in dict.fromkeys((*mine, *words)) if words.get(word, word) in mine)
        record = "|".join(feed.first_column) if feed.format == "redcap" and not several else ""
        how = {"encoding": feed.encoding, "separator": SEPARATORS[feed.separator]}
        if column:
            yield Table(feed.file, column, written, several=several, record=record, **how)


def _claims(
    place: Workspace, person: Person, events: list[Event], masks: tuple[tuple[str, str], ...]
) -> Iterator[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Claims as recorded that repeat what goes: claim id, the event, what is masked in the statement. With `delete`
    that is the person's words, with `deidentify` what was masked in their transcripts."""
    quotes: list[str] = []
    if person.disposition == "delete":
        table = coded_rows(place, person.interviews)
        quotes = list(dict.fromkeys(table.loc[table["transcript_id"].isin(person.interviews), "quote"]))
    for event in (e for e in events if e.kind == "claim.asserted"):
        body = _stored(place, f"records/claim.asserted/{event.id}.json")
        statement = str(json.loads(body).get("statement", "")) if body else ""
        repeats = tuple((words, "[withdrawn]") for words in repeated(statement, quotes))
        if goes := repeats or tuple(mask for mask in masks if masked(statement, (mask,)) != statement):
            yield event.subject_id("claim") or "", event.id, goes


def _claim_tables(place: Workspace, claims: list[tuple[str, str, tuple[tuple[str, str], ...]]]) -> Iterator[Table]:
    """The claims' own table, in which those words are masked and every claim stays."""
    masks = dict.fromkeys(mask for _, _, goes in claims for mask in goes)
    if masks:
        named = tuple(dict.fromkeys(claim for claim, _, _ in claims))
        yield Table(place.protocol.analysis.claims, "claim_id", named, masked="statement", masks=tuple(masks))


def _planned(place: Workspace, table: Table, latest: dict[str, Reference]) -> Table | None:
    """The table with its ref, a new key, and whether it is as last recorded; None when no version holds such rows, or
    when it cannot be written again without loss: then people do it (`files_left_to_people`)."""
    store, key = at(place, table.path)
    versions = [store.get(key, v.version_id or None) for v in store.list_versions(key) if v.key == key]
    try:
        if not any(table.without_them(data).rows for data in versions):
            return None
    except CannotEdit:
        return None
    ref = place.codes.known_ref(table.path)
    recorded = latest.get(ref)
    return replace(
        table,
        ref=ref,
        key=secrets.token_bytes(32).hex() if place.codes.has_key(ref) else "",
        named=recorded is not None,
        changed=recorded is not None and not _is(place, recorded, versions[-1]),
    )


def _is(place: Workspace, recorded: Reference, data: bytes) -> bool:
    """Whether bytes are those a reference was made of."""
    if recorded.hmac is None:
        return digest(data) == recorded.sha256
    return keyed_digest(place.codes.key(recorded.ref), data) == recorded.hmac


def _stored(place: Workspace, path: str) -> bytes | None:
    store, key = at(place, path)
    try:
        return store.get(key)
    except NotStored:
        return None


def _keys(store: FolderStore, prefix: str) -> list[str]:
    """The keys under a prefix, those with nothing but older versions among them."""
    return sorted({stored.key for stored in store.list_versions(prefix)})
