"""How data is erased once somebody decided it: written down, done in one order, recorded.

1. The plan is written down under restricted/decisions/erasures/: once; whoever comes later follows it.
2. The files go, every version of them; tables that others share lose the person's rows, and their older versions go.
   Where something stays without its connection to the person, cells are replaced or words masked in place of that.
3. What flows make again goes: all of out/, the lists of people under restricted/, and what was kept of files read.
4. What leads from the trail to a person or file goes: links first, keys last. A shared table gets the new key that the
   plan holds: with the old one, guesses about the rows that are gone could be tested against digests in the trail.
5. `erasure.executed` is recorded, and the plan goes.

A run killed anywhere leaves the plan or the record, so the next run starts again at 2 and ends the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from dataclasses import fields as dataclass_fields
from typing import Any

from study import Event, Fact, Reference, StudyError, Subject
from study.objects import AlreadyStored, FolderStore, NotStored
from tasks.codes import artefact_key, key_of, participant_link
from tasks.coding_places import forget_places
from tasks.people_files import CannotEdit, edited_file
from tasks.people_rows import Edit, Taken, without_values
from tasks.readings import forget_readings
from tasks.workspace import Workspace

PLANS = "decisions/erasures/"
RESTRICTED = "restricted/"
LISTS = ("call_list.csv", "due_list.csv", "due_list.json")
PAGES = ("review.html",)
CONSENT_LISTS = "consent/"
AGREEMENT_LISTS = "agreement/"
"""Lists of people and of their words under restricted/ that flows make again."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file that goes: its path in the study folder or under `restricted/`, and its ref where it has one."""

    path: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that stays: of it the rows go whose `column` holds one of `values`, or of `several` (;) these values.

    With `replaced` the cell becomes that instead; with `masks` the words in the column `masked` do; with `record` the
    other rows of the same record go too (`Edit` says more). A .json file of ours loses the values from all its lists.
    `ref` and a new `key` (hex) where it has one; `named` when the trail holds a digest of it, `changed` when it was not
    as last recorded.
    """

    path: str
    column: str
    values: tuple[str, ...]
    several: bool = False
    ref: str = ""
    key: str = ""
    named: bool = False
    changed: bool = False
    replaced: str = ""
    masked: str = ""
    masks: tuple[tuple[str, str], ...] = ()
    record: str = ""
    encoding: str = "utf-8"
    separator: str = ","
    plain: tuple[str, ...] = ()

    def without_them(self, data: bytes) -> Taken:
        """The table after it, and how many rows were taken out, shortened or masked; CannotEdit where that is lossy."""
        if self.path.endswith(".json"):
            return without_values(data, self.values)
        fields = {field.name: getattr(self, field.name) for field in dataclass_fields(Edit)}
        return edited_file(data, Edit(**fields))


@dataclass(frozen=True, slots=True)
class Plan:
    """One erasure: the event that decided it, what goes, and the person it takes out of the study, if any."""

    decision: str
    artefacts: tuple[Artefact, ...] = ()
    tables: tuple[Table, ...] = ()
    participant: str = ""
    trail_code: str = ""

    @property
    def refs(self) -> tuple[str, ...]:
        """The refs of the files that go, sorted."""
        return tuple(sorted(a.ref for a in self.artefacts if a.ref))

    @property
    def links(self) -> tuple[str, ...]:
        """What leads from a path to its ref and from a participant code to its trail code, under restricted/."""
        person = [participant_link(self.participant)] if self.participant else []
        return (*(artefact_key(a.path) for a in self.artefacts if a.ref), *person)

    @property
    def keys(self) -> tuple[str, ...]:
        """The HMAC keys of the files and of the person, under restricted/."""
        return (*(key_of(ref) for ref in self.refs), *([key_of(self.trail_code)] if self.trail_code else []))

    @property
    def objects(self) -> int:
        """How many objects go, links and keys among them."""
        return len(self.artefacts) + len(self.links) + len(self.keys)


def written_down(place: Workspace, decision: str, make: Callable[[], Plan]) -> Plan:
    """The plan of a decision as it was written down, or as it is made and written down now."""
    key = f"{PLANS}{decision}.json"
    try:
        return _read(place.restricted.get(key))
    except NotStored:
        body = json.dumps(asdict(make())).encode()
    try:
        place.restricted.put_new(key, body)
    except AlreadyStored:  # another run was first: one plan is followed
        return _read(place.restricted.get(key))
    return _read(body)


def erase(place: Workspace, plan: Plan) -> None:
    """Carry out a plan that is written down, and record it; safe to start again at any point."""
    for artefact in plan.artefacts:
        store, key = at(place, artefact.path)
        store.erase_all_versions(key)
    for table in plan.tables:
        _rewrite(place, table)
    for key in sorted({stored.key for stored in place.out.list_versions()}):
        place.out.erase_all_versions(key)
    lists = {v.key for folder in (CONSENT_LISTS, AGREEMENT_LISTS) for v in place.restricted.list_versions(folder)}
    for key in (*LISTS, *PAGES, *sorted(lists)):
        place.restricted.erase_all_versions(key)
    forget_readings(place.restricted)
    forget_places(place.restricted)
    place.codes.destroy(plan.links)
    for table in plan.tables:
        if table.key:
            place.codes.replace_key(table.ref, bytes.fromhex(table.key))
    place.codes.destroy(plan.keys)
    place.trail.append([_executed(place, plan)])
    forget_plan(place, plan.decision)


def forget_plan(place: Workspace, decision: str) -> None:
    """Remove what was written down of an erasure that is recorded as done."""
    place.restricted.erase_all_versions(f"{PLANS}{decision}.json")


def being_erased(place: Workspace) -> frozenset[str]:
    """Trail codes of people whose erasure was begun and is not recorded yet."""
    plans = [_read(place.restricted.get(stored.key)) for stored in place.restricted.list(PLANS)]
    return frozenset(plan.trail_code for plan in plans if plan.trail_code)


def latest_references(events: Iterable[Event]) -> dict[str, Reference]:
    """Of each ref in the trail the reference recorded last: what a verifier compares the file with."""
    return {r.ref: r for e in sorted(events, key=lambda e: e.recorded_at) for r in (*e.used, *e.generated)}


def at(place: Workspace, path: str) -> tuple[FolderStore, str]:
    """The store and key behind a path of the study folder."""
    if path.startswith(RESTRICTED):
        return place.restricted, path.removeprefix(RESTRICTED)
    return place.files, path


def _executed(place: Workspace, plan: Plan) -> Fact:
    """That it was done: the refs of what is gone, and the digests of the shared tables as they are without it."""
    data = {
        "decision": plan.decision,
        "objects": plan.objects,
        "refs": plan.refs,
        "changed": tuple(sorted(table.ref for table in plan.tables if table.changed)),
    }
    subject = (Subject("participant", plan.trail_code),) if plan.trail_code else ()
    generated = tuple(_as_they_are(place, plan.tables))
    return Fact("erasure.executed", place.instant, subject, generated=generated, causes=(plan.decision,), data=data)


def _as_they_are(place: Workspace, tables: Iterable[Table]) -> Iterator[Reference]:
    for table in tables:
        store, key = at(place, table.path)
        if table.named and (data := _stored(store, key)) is not None:
            yield place.reference(table.path, data, personal=True)


def _rewrite(place: Workspace, table: Table) -> None:
    """Take the rows out; the older versions go only when the table without them is stored."""
    store, key = at(place, table.path)
    data = _stored(store, key)
    try:
        if data is not None and (taken := table.without_them(data)).rows:
            store.put(key, taken.data)
    except CannotEdit:
        raise StudyError(
            "a file was exchanged while somebody's rows were being taken out, and cannot be written without loss",
            where=table.path,
            remedy="Put back the file as it was, or take the rows out with the software that made it; then run again.",
        ) from None
    store.erase_old_versions(key)


def _stored(store: FolderStore, key: str) -> bytes | None:
    try:
        return store.get(key)
    except NotStored:
        return None


def _table(written: Mapping[str, Any]) -> Table:
    masks = tuple((str(words), str(placeholder)) for words, placeholder in written.get("masks", ()))
    listed = {name: tuple(written.get(name, ())) for name in ("values", "plain")}
    return Table(**{**written, **listed, "masks": masks})


def _read(body: bytes) -> Plan:
    try:
        written: Mapping[str, Any] = json.loads(body)
        artefacts = tuple(Artefact(**a) for a in written["artefacts"])
        tables = tuple(_table(t) for t in written["tables"])
        return Plan(written["decision"], artefacts, tables, written["participant"], written["trail_code"])
    except (ValueError, LookupError, TypeError):
        raise StudyError(
            "what was written down of an erasure is damaged, so it cannot be finished",
            where=f"{RESTRICTED}{PLANS}",
            remedy="Restore it from your backup.",
        ) from None
