"""Each table of the team's records handed to its reader, with what the study has that a row may name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from recruitment import fold_recruitment
from study import Event, Reference, StudyError, Subject
from study.objects import NotStored
from tasks.codings import Material, reference_of
from tasks.read import parse_table
from tasks.record_tables import gathered, table_file
from tasks.withdrawn_quotes import withdrawn_quotes
from tasks.workspace import Workspace
from trustworthiness import claims, debriefing, hypotheses, memos, negative_cases
from trustworthiness.entries import Digest, Entries, Entry, parts
from trustworthiness.packet import quote_id

LONGEST_NAME = 255  # bytes; longer ones no disk takes
WITHDRAWN = "packets/withdrawn_quotes.csv"


@dataclass(frozen=True)
class Known:
    """What rows may rest on: the study, its codings, its events, and what earlier tables of this reading hold."""

    place: Workspace
    material: Material
    events: list[Event]
    codings: pd.DataFrame
    entries: tuple[Entry, ...] = ()

    @property
    def coding_ids(self) -> set[str]:
        """The ids of every coding that was imported."""
        return set(self.codings["coding"])

    def ids(self, kind: str, type: str) -> set[str]:
        """The ids of a type of subject that are on record under a kind, or among what was read before."""
        acts = [*self.events, *(entry.fact for entry in self.entries)]
        return {subject.id for act in acts if act.kind == kind for subject in act.subject if subject.type == type}

    def digest(self, name: str) -> Digest:
        """The keyed digest of a table's words: the same whether they come from .csv, .xlsx or an entry form."""
        path = table_file(self.place, name).rsplit(".", 1)[0] + ".csv"
        return lambda data: reference_of(self.place, path, data.decode())

    def reference(self, path: str) -> Reference | None:
        """The hashed reference of a file of the study folder, else None; so too for a sentence in place of a path."""
        if any(len(part.encode()) > LONGEST_NAME for part in path.split("/")):
            return None
        try:
            return self.place.reference(path, self.place.files.get(path), personal=True)
        except (NotStored, StudyError):
            return None


def known_to(place: Workspace, material: Material, events: list[Event]) -> Known:
    """What the study has, for the readers."""
    found = material.everything
    empty = pd.DataFrame(columns=["coding", "transcript", "coder", "code", "quote"], dtype=str)
    return Known(place, material, events, found.segments if found else empty)


def _debriefings(known: Known, table: pd.DataFrame) -> Entries:
    protocol, paths = known.place.protocol, known.place.protocol.analysis
    coders = set(known.codings["coder"])
    leads = {p.code for p in protocol.team if "investigator" in p.role or "supervisor" in p.role}
    by_transcript = {str(t): set(rows["coder"]) for t, rows in known.codings.groupby("transcript")}
    by_coding = {str(c): {str(who)} for c, who in zip(known.codings["coding"], known.codings["coder"], strict=True)}
    files = {paths.codings: coders, **{export.file: coders for export in paths.imports}}
    transcripts = set(known.material.known)
    return debriefing.read_debriefings(
        table,
        events=known.events,
        digest=known.digest("debriefings"),
        coders=coders,
        leads=leads,
        materials=debriefing.Materials(
            known.reference,
            {*transcripts, *_claims_named(known), *known.coding_ids},
            _writers(known),
            {**by_transcript, **by_coding, **files},
            {person.code for person in protocol.team},
        ),
        claims=_claims_named(known),
        codebooks=_codebooks(known),
    )


def _hypotheses(known: Known, table: pd.DataFrame) -> Entries:
    return hypotheses.read_hypotheses(table, events=known.events, digest=known.digest("hypotheses"))


def _negative_cases(known: Known, table: pd.DataFrame) -> Entries:
    place, material = known.place, known.material
    people = {code: Subject("participant", trail) for code, trail in place.known_trail_codes().items()}
    sites = {site: Subject("site", site) for site in material.recruitment.sites}
    transcripts = {transcript: Subject("transcript", transcript) for transcript in material.known}
    return negative_cases.read_negative_cases(
        table,
        events=known.events,
        digest=known.digest("negative_cases"),
        evidence={*material.known, *known.coding_ids, *_claims_named(known)},
        subjects={**people, **sites, **transcripts},
        hypotheses=hypotheses.versions_of(known.events, known.entries),
        imports=material.imports,
    )


def _counter_narratives(known: Known, table: pd.DataFrame) -> Entries:
    return negative_cases.read_counter_narratives(
        table,
        events=known.events,
        digest=known.digest("counter_narratives"),
        transcripts=known.material.known,
    )


def _memos(known: Known, table: pd.DataFrame) -> Entries:
    plan, book = known.place.protocol.member_checking, known.material.codebook
    themes = {theme.id for theme in plan.themes} if plan else set()
    cases = known.ids("negative_case.raised", "negative_case") | known.ids("hypothesis.stated", "hypothesis")
    sites = set(known.material.recruitment.sites)

    def of_text(id: str, text: str) -> Reference:
        return known.place.reference(f"{memos.FOLDER}{id}.txt", text.encode(), personal=True)

    return memos.read_memos(
        table,
        events=known.events,
        digest=known.digest("memos"),
        reference=known.reference,
        of_text=of_text,
        known={*themes, *cases, *sites, *_claims_named(known), *(book.names if book else ()), *known.material.known},
    )


def _claims(known: Known, table: pd.DataFrame) -> Entries:
    place, material = known.place, known.material
    checking = place.protocol.member_checking
    support = claims.Support(
        segments=known.codings,
        codes=material.codebook.names if material.codebook else frozenset(),
        themes={theme.id: theme.codes for theme in checking.themes} if checking else {},
        imports=material.imports,
        grounds=material.grounds,
        unconsented=material.unconsented,
        people=_people(known.events),
        withdrawn=withdrawn_codings(place, known.codings),
        recoded=material.recoded,
        k=place.protocol.disclosure.k,
    )
    return claims.read_claims(
        table,
        support,
        events=known.events,
        digest=known.digest("claims"),
        now=place.instant,
        file=table_file(place, "claims"),
    )


READERS: Mapping[str, Callable[[Known, pd.DataFrame], Entries]] = {
    "debriefings": _debriefings,
    "hypotheses": _hypotheses,
    "negative_cases": _negative_cases,
    "counter_narratives": _counter_narratives,
    "memos": _memos,
    "claims": _claims,
}


def withdrawn_codings(place: Workspace, codings: pd.DataFrame) -> set[str]:
    """The codings whose words a participant took back, under whichever theme their packet showed them, and those that
    hold some of the same words."""
    plan = place.protocol.member_checking
    try:
        listed = parse_table(place.restricted.get(WITHDRAWN), f"restricted/{WITHDRAWN}")
    except NotStored:
        return set()
    taken_back = set(listed["quote_id"])
    themes = [(theme.id, set(theme.codes)) for theme in plan.themes] if plan else []
    gone = withdrawn_quotes(place)
    rows = codings[["coding", "transcript", "code", "quote"]].itertuples(index=False)
    return {
        str(row.coding)
        for row in rows
        if gone.covers(str(row.transcript), str(row.quote))
        or any(
            row.code in codes and quote_id(str(row.transcript), theme, str(row.quote)) in taken_back
            for theme, codes in themes
        )
    }


def _people(events: Iterable[Event]) -> dict[str, Collection[str]]:
    """The trail codes of those who spoke in each interview."""
    held = fold_recruitment(events)
    people: dict[str, set[str]] = defaultdict(set)
    for event in events:
        interview = event.subject_id("interview")
        if event.kind == "interview.held" and interview in held.interviews:
            people[interview] |= {s.id for s in event.subject if s.type == "participant"}
    return dict(people)


def _codebooks(known: Known) -> set[str]:
    """The versions of the codebook: on record, and the one there is now."""
    book = known.material.codebook
    recorded = {str(e.data["version"]) for e in known.events if e.kind == "codebook.changed"}
    return recorded | ({book.version} if book else set())


def _claims_named(known: Known) -> set[str]:
    """The ids of claims: on record, and in their table now."""
    table = gathered(known.place, "claims")
    listed = set(table["claim_id"].str.strip()) if "claim_id" in table else set()
    return (listed | known.ids("claim.asserted", "claim")) - {""}


def _writers(known: Known) -> dict[str, set[str]]:
    """Who wrote the files of memos and hypotheses, as their tables say."""
    writers: dict[str, set[str]] = defaultdict(set)
    for row in gathered(known.place, "memos").to_dict("records"):
        for path in parts(str(row.get("file", ""))):
            writers[path].add(str(row.get("person", "")))
        writers[str(row.get("memo_id", ""))].add(str(row.get("person", "")))
    for row in gathered(known.place, "hypotheses").to_dict("records"):
        writers[hypotheses.FILE].add(str(row.get("person", "")))
    return dict(writers)
