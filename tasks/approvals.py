"""What study.yaml says of the board's exceptions, the lawful basis, and amendments not yet in use."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.layout import plural
from recruitment import ConsentLedger, fold_consent, reconsents_due
from recruitment.amendments import Change, early_setting_queries, retired_queries
from study import Event, Fact, Query
from study.event import local_day
from study.objects import NotStored
from study.protocol.people import Amendment
from study.query import QueryRecord
from tasks.workspace import Workspace

FILE = "study.yaml"
CHECKS = ("CN020", "CN022")


def exception_facts(place: Workspace, events: Iterable[Event]) -> Iterator[Fact]:
    """What the board allowed during a lapse, from its first day on; once each, by its reference."""
    recorded = {e.data["reference"] for e in events if e.kind == "approval.excepted"}
    for excepted in (one for approval in place.protocol.ethics.approvals for one in approval.exceptions):
        if excepted.start <= place.today and excepted.reference not in recorded:
            data = {
                "reference": excepted.reference,
                "excepted_from": excepted.start.isoformat(),
                "excepted_to": excepted.end.isoformat(),
                "permits": tuple(excepted.permits),
            }
            yield Fact("approval.excepted", excepted.start.isoformat(), data=data)


def basis_facts(place: Workspace, events: Iterable[Event]) -> Iterator[Fact]:
    """The lawful basis of processing, from its first day on; one with another end is another declaration."""
    known = ("reference", "basis", "basis_from", "basis_to")
    recorded = {tuple(e.data.get(k) for k in known) for e in events if e.kind == "data_protection.declared"}
    for basis in place.protocol.ethics.data_protection:
        data = {
            "reference": basis.reference,
            "basis": basis.basis,
            "basis_from": basis.start.isoformat(),
            **({"condition": basis.condition} if basis.condition else {}),
            **({"basis_to": basis.end.isoformat()} if basis.end else {}),
        }
        if basis.start <= place.today and tuple(data.get(k) for k in known) not in recorded:
            yield Fact("data_protection.declared", basis.start.isoformat(), data=data)


def amendment_record(amendment: Amendment, place: Workspace) -> dict[str, object]:
    """What an amendment brings and who must consent again because of it, as its record keeps it; empty for neither."""
    brought = amendment.brings.model_dump(mode="json", exclude_defaults=True)
    orders = [
        {"form": f.form, "version": f.version, **f.reconsent.model_dump(mode="json", exclude_none=True)}
        for f in place.protocol.consent_forms
        if any((b.form, b.version) == (f.form, f.version) for b in amendment.brings.forms)
    ]
    return {"brings": brought, "reconsent": orders} if brought else {}


@task(name="check amendments", cache_policy=NO_CACHE)
def approval_queries(place: Workspace) -> list[Query]:
    """Versions that somebody signed and study.yaml dropped, and what it set before the amendment was in use."""
    events, ref = place.events(), place.ref(FILE)
    found = retired_queries(events, place.protocol, ref=ref)
    if any(a.brings.rules or a.brings.surveys for a in place.protocol.ethics.amendments):
        found += early_setting_queries(events, _changes(place, events), place.protocol, ref=ref)
    return found


def is_of_amendments(record: QueryRecord) -> bool:
    """Whether recording amendments looks at this query."""
    return record.check in CHECKS


def reconsent_said(place: Workspace) -> tuple[str, ...]:
    """A sentence for each form version that makes people consent again: how many, and by when."""
    ledger: ConsentLedger = fold_consent(place.events())
    counts: dict[tuple[str, str, str], int] = {}
    for due in reconsents_due(ledger, place.today):
        when = f"by {due.due.isoformat()}" if due.due else "before their next contact"
        key = (due.version.form, due.version.version, when)
        counts[key] = counts.get(key, 0) + 1
    return tuple(
        f"{plural(n, 'person', 'people')} must consent again to version {version} of {form}, {when}."
        for (form, version, when), n in sorted(counts.items())
    )


def _changes(place: Workspace, events: Iterable[Event]) -> Iterator[Change]:
    """Each registered change of study.yaml with the paths its record names; none where that record is gone."""
    for event in (e for e in events if e.kind == "protocol.amended"):
        try:
            stored = json.loads(place.files.get(f"records/{event.kind}/{event.id}.json"))
        except NotStored:
            continue
        yield Change(local_day(event.occurred, place.protocol.zone), tuple(stored.get("changed", ())))
