"""What the protocol says, as facts: the study opened, approvals, forms, guides, delegations, amendments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from recruitment.amendments import brings_form, brings_guide, is_in_use
from recruitment.checks import raised
from recruitment.consent_checks import form_queries
from study import Event, Fact, Query, Reference, StudyError, Subject
from study.identifiers import digest, event_id
from study.kinds import checked_data
from study.objects import NotStored
from study.query import QueryRecord
from tasks.approvals import amendment_record, basis_facts, exception_facts
from tasks.frames import read_frame
from tasks.workspace import Workspace

FILE = "study.yaml"
CHECKS = ("RG019", "RG020", "CN010")


@task(name="read the opening", cache_policy=NO_CACHE)
def opening_facts(place: Workspace) -> list[Fact]:
    """What opening the study records and is not recorded yet."""
    events = place.events()
    texts = {path: text for path in named_files(place) if (text := _text(place, path)) is not None}
    return [
        *_study_opened(place, events),
        *_frame(place, events),
        *_delegations(place, events),
        *_assessment(place, events),
        *exception_facts(place, events),
        *basis_facts(place, events),
        *_forms(place, events, texts),
        *_guides(place, events, texts),
    ]


@task(name="check forms and guides", cache_policy=NO_CACHE)
def opening_queries(place: Workspace) -> list[Query]:
    """Files the protocol names that are not there or changed under their version, and windows that overlap."""
    found = form_queries(place.protocol, ref=place.ref(FILE))
    recorded = {_version_of(e): e.data["text"] for e in place.events(["consent.form_approved", "guide.changed"])}
    for path, versions in named_files(place).items():
        text = _text(place, path)
        changed = text is not None and any(recorded.get(v, digest(text)) != digest(text) for v in versions)
        if text is None or changed:
            check = "RG019" if text is None else "RG020"
            subject = f"{versions[0][0]}:{versions[0][1]}"
            found.append(raised(check, study=place.protocol.id, subject=subject, ref=place.ref(path), file=path))
    return found


def is_of_opening(record: QueryRecord) -> bool:
    """Whether opening the study looks at this query."""
    return record.check in CHECKS


@task(name="read amendments", cache_policy=NO_CACHE)
def amendment_facts(place: Workspace) -> list[Fact]:
    """What changed since it was last recorded: the protocol, amendments, approvals, form versions, delegations.

    Nothing is recorded before its own day has come.
    """
    events = place.events()
    texts = {path: text for path in named_files(place) if (text := _text(place, path)) is not None}
    return [
        *_protocol_amended(place, events),
        *_amendments(place, events),
        *_renewals(place, events),
        *_delegations(place, events),
        *_assessment(place, events),
        *exception_facts(place, events),
        *basis_facts(place, events),
        *_forms(place, events, texts),
        *_guides(place, events, texts),
    ]


def named_files(place: Workspace) -> dict[str, list[tuple[str, ...]]]:
    """Path → the form and guide versions whose text it holds, as (type, id, version, language)."""
    files: dict[str, list[tuple[str, ...]]] = {}
    for form in place.protocol.consent_forms:
        files.setdefault(form.file, []).append(("consent_form", form.form, form.version, form.language))
    for guide in place.protocol.guides:
        files.setdefault(guide.file, []).append(("guide", guide.id, guide.version, ""))
    return files


def _version_of(event: Event) -> tuple[str, ...]:
    data = event.data
    if event.kind == "guide.changed":
        return "guide", data["guide"], data["version"], ""
    return "consent_form", data["form"], data["version"], data["language"]


def _text(place: Workspace, path: str) -> bytes | None:
    try:
        return place.files.get(path)
    except NotStored:
        return None


def _study_opened(place: Workspace, events: list[Event]) -> Iterator[Fact]:
    if any(e.kind == "study.opened" for e in events):
        return
    text = place.files.get(FILE)
    first = min(place.protocol.ethics.approvals, key=lambda a: a.start)
    data = {
        "time_zone": place.protocol.time_zone,
        "protocol": digest(text),
        "approval_from": first.start.isoformat(),
        **({"approval_to": first.end.isoformat()} if first.end else {}),
    }
    fact = Fact("study.opened", place.instant, used=(place.reference(FILE, text, personal=False),), data=data)
    yield place.with_record(fact, {"protocol": _document(place)})


def _document(place: Workspace) -> dict[str, Any]:
    return place.protocol.model_dump(mode="json", by_alias=True)


def _frame(place: Workspace, events: list[Event]) -> Iterator[Fact]:
    """The frame's digest and rows; keyed where its rows are people. That it cannot be read is for sampling to say."""
    plan = place.protocol.sampling
    text = _text(place, plan.frame)
    is_personal = plan.lists_people
    try:
        frame = read_frame(text, plan.frame, plan.id_column, personal=is_personal) if text is not None else None
    except StudyError:
        return
    if text is None or frame is None:
        return
    used = place.reference(plan.frame, text, personal=is_personal)
    data = {"frame": used.hmac or used.sha256, "rows": len(frame.ids)}
    if not any(e.kind == "frame.registered" and e.data["frame"] == data["frame"] for e in events):
        yield Fact("frame.registered", place.instant, used=(used,), data=data)


def _delegations(place: Workspace, events: list[Event]) -> Iterator[Fact]:
    """Each delegation from its first day on; its end, where that was set later, as an act of its own."""
    recorded = {_task_of(e): e for e in events if e.kind == "personnel.authorised"}
    for person in place.protocol.team:
        subject = (Subject("person", person.code),)
        for task_ in person.tasks:
            known = recorded.get((person.code, task_.task, task_.start.isoformat()))
            if task_.start > place.today:
                continue
            if known is None:
                data = {
                    "role": person.role,
                    "task": task_.task,
                    **({"ends": task_.end.isoformat()} if task_.end else {}),
                }
                yield Fact("personnel.authorised", task_.start.isoformat(), subject, data=data)
            elif task_.end and task_.end <= place.today and known.data.get("ends") != task_.end.isoformat():
                yield Fact("personnel.ended", task_.end.isoformat(), subject, data={"task": task_.task})


def _assessment(place: Workspace, events: list[Event]) -> Iterator[Fact]:
    """The impact assessment that allows a lock nobody can shorten."""
    kept = place.protocol.retention
    recorded = {e.data["assessment"] for e in events if e.kind == "storage.dpia"}
    if kept.assessment and kept.assessed and kept.assessed <= place.today and kept.assessment not in recorded:
        yield Fact("storage.dpia", kept.assessed.isoformat(), data={"assessment": kept.assessment})


def _task_of(event: Event) -> tuple[str, ...]:
    return event.subject_id("person") or "", event.data["task"], event.occurred


def _forms(place: Workspace, events: list[Event], texts: dict[str, bytes]) -> Iterator[Fact]:
    """Each form version once it and the amendment that brings it are approved.

    A later setting of its window or order is a revision of the same text.
    """
    recorded: dict[tuple[str, ...], Event] = {}
    for event in events:
        if event.kind == "consent.form_approved":
            held = recorded.get(_version_of(event))
            if held is None or held.data.get("revision", 1) < event.data.get("revision", 1):
                recorded[_version_of(event)] = event
    for form in place.protocol.consent_forms:
        text = texts.get(form.file)
        amendment = brings_form(place.protocol, form.form, form.version)
        starts = max(form.approved, amendment.starts or date.max) if amendment else form.approved
        if text is None or starts > place.today:
            continue
        first = min(a.start for a in place.protocol.ethics.approvals)
        data: dict[str, Any] = {
            "form": form.form,
            "version": form.version,
            "language": form.language,
            "opens": form.opens.isoformat(),
            "reconsent": form.reconsent.order,
            "scopes": tuple(form.scopes),
            "approval_from": first.isoformat(),
            "text": digest(text),
            **({"closes": form.closes.isoformat()} if form.closes else {}),
            **({"by": form.reconsent.by.isoformat()} if form.reconsent.by else {}),
            "covers": form.covers,
            "needs": tuple(form.needs),
            "references": tuple(form.references.items()),
        }
        held = recorded.get(("consent_form", form.form, form.version, form.language))
        if held is not None:
            now = checked_data("consent.form_approved", data)
            if held.data["text"] != data["text"] or _settings(held.data) == _settings(now):
                continue
            data["revision"] = held.data.get("revision", 1) + 1
        used = (place.reference(form.file, text, personal=False),)
        yield Fact("consent.form_approved", starts.isoformat(), used=used, data=data)


def _settings(data: Mapping[str, Any]) -> dict[str, Any]:
    """What of a recorded form version may be set again: all but its revision number."""
    return {name: value for name, value in data.items() if name != "revision"}


def _guides(place: Workspace, events: list[Event], texts: dict[str, bytes]) -> Iterator[Fact]:
    recorded = {_version_of(e) for e in events if e.kind == "guide.changed"}
    for guide in place.protocol.guides:
        text = texts.get(guide.file)
        amendment = brings_guide(place.protocol, guide.id, guide.version)
        if amendment is not None and not is_in_use(amendment, place.today):
            continue
        if text is None or guide.start > place.today or ("guide", guide.id, guide.version, "") in recorded:
            continue
        data = {"guide": guide.id, "version": guide.version, "text": digest(text)}
        used: tuple[Reference, ...] = (place.reference(guide.file, text, personal=False),)
        yield Fact("guide.changed", guide.start.isoformat(), used=used, data=data)


def _protocol_amended(place: Workspace, events: list[Event]) -> Iterator[Fact]:
    """study.yaml as it is now, when it is not the one last registered, with what changed in a record beside it."""
    registered = [e for e in events if e.kind in ("study.opened", "protocol.amended")]
    text = place.files.get(FILE)
    now = digest(text)
    if not registered:
        return
    last = max(registered, key=lambda e: (e.recorded_at, e.occurred, e.id))
    previous = last.data["protocol"]
    if previous == now:
        return
    times = sum((e.data["protocol"], e.data.get("previous")) == (now, previous) for e in registered)
    data = {"protocol": now, "previous": previous, **({"ordinal": times + 1} if times else {})}
    used = (place.reference(FILE, text, personal=False),)
    fact = Fact("protocol.amended", place.instant, used=used, causes=(last.id,), data=data)
    before = _registered_document(place, last)
    changed = sorted(_changes(before, _document(place)))
    yield place.with_record(fact, {"changed": changed, "protocol": _document(place)})


def _registered_document(place: Workspace, event: Event) -> dict[str, Any]:
    """The protocol kept beside the event that registered it; empty when that record is gone."""
    try:
        stored = json.loads(place.files.get(f"records/{event.kind}/{event.id}.json"))
    except NotStored:
        return {}
    return dict(stored.get("protocol", {}))


def _changes(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Paths of study.yaml whose value differs."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _changes(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _changes(old, new, f"{path}.{i}")
    elif before != after:
        yield path


def _amendments(place: Workspace, events: list[Event]) -> Iterator[Fact]:
    recorded = {(e.kind, e.data["amendment"]) for e in events if e.kind.startswith("amendment.")}
    for amendment in place.protocol.ethics.amendments:
        data = {"amendment": amendment.id}
        submitted = Fact("amendment.submitted", amendment.submitted.isoformat(), data=data)
        if amendment.submitted <= place.today and (submitted.kind, amendment.id) not in recorded:
            yield place.with_record(submitted, {"summary": amendment.summary})
        if not _has_come(amendment.approved, place) or ("amendment.approved", amendment.id) in recorded:
            continue
        day = amendment.effective or amendment.approved
        if _has_come(day, place) and day is not None:
            causes = (event_id(place.origin, submitted.kind, submitted.natural_key),)
            approved = Fact("amendment.approved", day.isoformat(), causes=causes, data=data)
            brought = amendment_record(amendment, place)
            yield place.with_record(approved, brought) if brought else approved


def _has_come(day: date | None, place: Workspace) -> bool:
    return day is not None and day <= place.today


def _renewals(place: Workspace, events: list[Event]) -> Iterator[Fact]:
    """Approvals after the first, from their first day on; a longer end of one recorded begins where that ended."""
    recorded = {e.data["approval_from"]: e for e in events if e.kind in ("study.opened", "approval.renewed")}
    for approval in sorted(place.protocol.ethics.approvals, key=lambda a: a.start):
        held = recorded.get(approval.start.isoformat())
        start = approval.start
        while held is not None and (known_end := held.data.get("approval_to")):
            if approval.end is not None and approval.end.isoformat() <= known_end:
                break
            start = date.fromisoformat(known_end) + timedelta(days=1)
            held = recorded.get(start.isoformat())
        if held is None and start <= place.today:
            data = {
                "approval_from": start.isoformat(),
                **({"approval_to": approval.end.isoformat()} if approval.end else {}),
            }
            yield Fact("approval.renewed", start.isoformat(), data=data)


def said_of(kinds: Iterable[str], words: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    """One sentence for each kind of new fact, counted: `words` gives its singular and plural."""
    found = list(kinds)
    return tuple(
        f"{found.count(kind)} {one if found.count(kind) == 1 else many}."
        for kind, (one, many) in words.items()
        if kind in found
    )
