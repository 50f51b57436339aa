"""What lies behind one claim, opened to an auditor in presence of the team: copies with their own keys, and a list.

Only what every speaker consented to have audited, or what the board permits, is copied; the rest is counted by reason.
The folder under restricted/audit/ is a small study of its own: the verifier checks its files against the trail with
`--artefacts STUDY --keys RESTRICTED --part`, by the keys of exactly these files.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.audit_item import CONSENT, item_readme, table_csv
from pages.layout import plural
from recruitment import Recruitment, fold_consent, fold_recruitment
from study import Event, Fact, Reference, StudyError
from study.objects import AlreadyStored, NotStored
from tasks.attested import keep_dossier, visit_folder
from tasks.audit_memos import memos_about
from tasks.audit_visit import CLAIMS, Acted, is_of_team, newest_claims, open_visit, refuse_nobody
from tasks.cited import cited_codings
from tasks.codes import artefact_key, key_of
from tasks.codings import material_of
from tasks.gates import Gatekeeper
from tasks.released import Released, released_transcripts
from tasks.workspace import Workspace
from trustworthiness.audit_visit import AuditVisit
from trustworthiness.lineage import trace_claim

STUDY, RESTRICTED, ITEM = "study/", "restricted/", "item.json"
SHUT = {
    "no_audit_scope": "a speaker did not consent to audit, or nobody knows who spoke",
    "withdrawn": "a speaker withdrew",
    "approval_lapsed": "no ethics approval is in force",
    "not_released": "the released version is not in the study folder any more",
    "notes": "a memo rests on what stays shut, or repeats it",
    "changed": "a memo or the claim's own record is not in the study folder as it was recorded",
}


@dataclass(frozen=True, slots=True)
class Item:
    """Which claim is opened, in which visit, who of the team is present."""

    visit: str
    claim: str
    present: tuple[str, ...]


@dataclass(slots=True)
class _Folder:
    """One item's files as they are put together: copies by their path in the study, and what was refused."""

    copies: dict[str, tuple[bytes, Reference]] = field(default_factory=dict)
    lists: dict[str, bytes] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)


@task(name="open an item to the auditor", cache_policy=NO_CACHE)
def item_opened(place: Workspace, asked: Item) -> Acted:
    """Copy what may be shown for a drawn claim, with its keys; StudyError where nothing may be opened at all."""
    refuse_nobody(place)
    visit = open_visit(place, asked.visit)
    _refuse(place, visit, asked)
    shut = shut_items(place)
    events = place.events()
    claim = newest_claims(e for e in events if e.kind in CLAIMS)[asked.claim]
    made = _gathered(place, visit, claim, events)
    folder = f"{visit_folder(asked.visit)}{asked.claim}/"
    _clear(place, folder)
    written = list(_write(place, folder, made, visit, asked))
    keep_dossier(place, asked.visit)
    facts = tuple(_facts(place, visit, asked, claim, made, events))
    opened = plural(len(made.copies), "file")
    said = [f"Claim {asked.claim}: {opened} opened for {visit.auditor}, with {', '.join(asked.present)} present."]
    kept = [f"{count} ({SHUT[why]})" for why, count in made.refused.items() if count]
    said += [f"Not opened: {'; '.join(kept)}."] if kept else []
    said += [f"{plural(shut, 'item')} opened before may not be shown any more and was removed."] if shut else []
    return Acted(facts, tuple(said), tuple(f"restricted/{path}" for path in written if path.endswith(".md")))


def shut_items(place: Workspace) -> int:
    """Remove every opened item of which something may not be shown any more, as after a withdrawal; how many."""
    visits = {e.data["visit"]: e for e in place.events(["audit.opened"])}
    events = place.events()
    gates, recruitment = Gatekeeper(place, fold_consent(events)), fold_recruitment(events)
    gone = 0
    for key in [stored.key for stored in place.restricted.list("audit/") if stored.key.endswith(f"/{ITEM}")]:
        said = json.loads(place.restricted.get(key))
        opened = visits.get(said["visit"])
        by_board = opened is not None and opened.data.get("basis") == "board"
        if any(_why_not(gates, recruitment, t, by_board=by_board) for t in said["transcripts"]):
            _clear(place, key.removesuffix(ITEM))
            gone += 1
    return gone


def close_items(place: Workspace, visit: str) -> int:
    """Remove everything that was opened or kept for a visit; how many files that were."""
    return _clear(place, visit_folder(visit))


def _refuse(place: Workspace, visit: AuditVisit, asked: Item) -> None:
    unknown = [code for code in asked.present if not is_of_team(place, code)]
    outside = bool(visit.starts and place.today < visit.starts) or bool(visit.ends and place.today > visit.ends)
    wrong = {
        "this visit was opened without reading what lies behind claims": (
            not visit.reading, "visit", "Open another visit whose agreement allows it.",
        ),
        "the claim was not drawn in this visit": (
            asked.claim not in visit.sampled, "claim", "Draw it first (draw-audit-sample); a further draw is recorded.",
        ),
        "an item is read in presence of the team, and nobody of the team is named": (
            not asked.present or bool(unknown), "present", "Give the codes of those who stay in the room.",
        ),
        "today is not among the days agreed for this visit": (
            outside, "visit", "Open another visit for these days.",
        ),
        "the claim is not asserted any more": (
            asked.claim not in newest_claims(place.events(CLAIMS)), "claim", "Tell the auditor, who may draw another.",
        ),
    }  # fmt: skip
    for what, (is_wrong, name, remedy) in wrong.items():
        if is_wrong:
            raise StudyError(what, where=f"the entry form, {name}", remedy=remedy)


def _gathered(place: Workspace, visit: AuditVisit, claim: Event, events: list[Event]) -> _Folder:
    made = _Folder()
    recruitment, gates = fold_recruitment(events), Gatekeeper(place, fold_consent(events))
    lineage = trace_claim(events, claim.subject_id("claim") or "", place.today)
    behind = sorted({step.transcript for step in lineage.transcripts}) if lineage else []
    released = released_transcripts(place, events)
    shown: dict[str, Released] = {}
    for transcript in behind:
        why = _why_not(gates, recruitment, transcript, by_board=visit.basis == "board")
        found = released.get(transcript)
        if why or found is None:
            made.refused[why or "not_released"] += 1
        else:
            shown[transcript] = found
            made.copies[found.path] = (_bytes(place, found.path), found.reference)
    record = f"records/claim.asserted/{claim.id}.json"
    made.lists["codings.csv"] = _codings(place, claim, shown)
    made.lists["consent.csv"] = table_csv(CONSENT, _consents(gates, recruitment, shown, place))
    memos = memos_about(place, claim, behind, shown)
    made.copies |= memos.copies
    made.refused += memos.refused
    for reference in claim.generated:
        try:
            made.copies.setdefault(record, (place.files.get(record), reference))
        except NotStored:
            made.refused["changed"] += 1
    item = {"visit": visit.visit, "claim": claim.subject_id("claim"), "transcripts": sorted(shown)}
    made.lists[ITEM] = json.dumps(item, indent=1).encode()
    return made


def _why_not(gates: Gatekeeper, recruitment: Recruitment, transcript: str, *, by_board: bool) -> str:
    """Why a transcript stays shut, or "": the worst of what refuses for any speaker. The board opens what nobody
    consented to have audited, and nothing of somebody who withdrew."""
    interview = recruitment.interviews.get(transcript)
    if interview is None or not interview.attended:
        return "no_audit_scope"
    found = {r.decision.why for person in interview.attended for r in gates.ask("show_auditor", person)}
    if found & {"withdrawn"}:
        return "withdrawn"
    if found & {"approval_lapsed"}:
        return "approval_lapsed"
    return "no_audit_scope" if found and not by_board else ""


def _codings(place: Workspace, claim: Event, shown: Iterable[str]) -> bytes:
    """The coded segments that the claim names, of the transcripts that are shown."""
    cited = set(cited_codings(place, [claim]).get(claim.subject_id("claim") or "", ()))
    everything = material_of(place).everything
    columns = ("coding", "transcript", "coder", "code", "start", "end", "quote")
    if everything is None:
        return table_csv(columns, ())
    rows = everything.segments
    rows = rows[rows["coding"].isin(cited) & rows["transcript"].isin(list(shown))]
    return table_csv(columns, rows[list(columns)].itertuples(index=False))


def _consents(
    gates: Gatekeeper, recruitment: Recruitment, shown: Iterable[str], place: Workspace
) -> Iterator[tuple[str, ...]]:
    """For each speaker of what is shown: the consents on record, by event, form and version; scopes given."""
    for transcript in shown:
        for person in recruitment.interviews[transcript].attended:
            for consent in gates.ledger.given.get(person, ()):
                scopes = ";".join(sorted(consent.given))
                yield transcript, person, consent.event_id, consent.form, consent.version, f"{consent.at.day}", scopes


def _bytes(place: Workspace, path: str) -> bytes:
    if path.startswith(RESTRICTED):
        return place.restricted.get(path.removeprefix(RESTRICTED))
    return place.files.get(path)


def _write(place: Workspace, folder: str, made: _Folder, visit: AuditVisit, asked: Item) -> Iterator[str]:
    """Write the item: copies below study/ or restricted/ as in the study, their codes and keys, the lists."""
    files: dict[str, bytes] = dict(made.lists)
    for path, (body, reference) in made.copies.items():
        files[path if path.startswith(RESTRICTED) else f"{STUDY}{path}"] = body
        if not path.startswith("records/"):
            files[f"{RESTRICTED}{artefact_key(path)}"] = reference.ref.encode()
        if reference.hmac is not None:
            files[f"{RESTRICTED}{key_of(reference.ref)}"] = place.codes.key(reference.ref)
    files[f"{RESTRICTED}codes/artefacts/README"] = b""  # the verifier needs the folder, also where nothing is in it
    files["README.md"] = item_readme(
        visit.visit, asked.claim, visit.auditor or "", asked.present, f"{place.today}", list(made.copies),
        {SHUT[why]: count for why, count in made.refused.items() if count},
    )  # fmt: skip
    for path, body in sorted(files.items()):
        try:
            place.restricted.put_new(f"{folder}{path}", body)
        except AlreadyStored:  # another run opens the same
            place.restricted.put(f"{folder}{path}", body)
        yield f"{folder}{path}"


def _facts(
    place: Workspace, visit: AuditVisit, asked: Item, claim: Event, made: _Folder, events: list[Event]
) -> Iterator[Fact]:
    """One access for each file opened today for this claim, and how many stayed shut, where that is new."""
    day = place.today.isoformat()
    known = {(a.ref, a.claim, a.day) for a in visit.accesses}
    causes = (visit.event, claim.id)
    for _, reference in made.copies.values():
        if (reference.ref, asked.claim, place.today) not in known:
            shown = {"visit": asked.visit, "ref": reference.ref, "claim": asked.claim, "present": asked.present}
            yield Fact("audit.accessed", day, used=(reference,), causes=causes, data=shown)
    refused: dict[str, object] = {why: made.refused[why] for why in SHUT if made.refused[why]}
    said_today = {(e.data["visit"], e.data["claim"]) for e in events if e.kind == "audit.refused" and e.occurred == day}
    if refused and (asked.visit, asked.claim) not in said_today:
        data = {"visit": asked.visit, "claim": asked.claim} | refused
        yield Fact("audit.refused", day, causes=causes, data=data)


def _clear(place: Workspace, folder: str) -> int:
    keys = sorted({stored.key for stored in place.restricted.list_versions(folder)})
    return sum(place.restricted.erase_all_versions(key) for key in keys)
