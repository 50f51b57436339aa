"""Queries: checks that were not met, by fingerprint; opened, resolved and set aside by events."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from study.event import Event, Fact, Subject, in_fold_order

Severity = Literal["block", "review", "inform"]
Verdict = Literal["passed", "review", "blocked", "unreadable"]
QueryState = Literal["open", "resolved", "set_aside"]


def fingerprint(study: str, check: str, subject: str, place: str) -> str:
    """SHA-256 over study, check, subject (trail code or opaque id) and place."""
    return hashlib.sha256("|".join((study, check, subject, place)).encode()).hexdigest()


def place(ref: str, rule: str = "", ordinal: int = 0) -> str:
    """An opaque file ref, a column or rule, and the ordinal among equal hits: never a path, value or offset."""
    return f"{ref}/{rule}/{ordinal}"


def subjects(text: str) -> tuple[Subject, ...]:
    """`type:id` as a fact's subject; the empty string is the study as a whole."""
    type, _, id = text.partition(":")
    return (Subject(type, id),) if text else ()


def subject_text(subject: tuple[Subject, ...]) -> str:
    """The inverse of `subjects`."""
    return f"{subject[0].type}:{subject[0].id}" if subject else ""


@dataclass(frozen=True, slots=True)
class Query:
    """A check that is not met: what, about whom, where and what to do.

    `subject` is `type:id` (`transcript:I0007`, `participant:<trail code>`, `survey:staff`, `site:S014`); `where`
    begins with the file's path in the study folder (`transcripts/I0007.vtt, turn 12`).
    `where` and `message` are for the team's own pages and `restricted/`; neither they nor `rows` (row keys)
    enter the trail, and `message` never holds a participant's words or name.
    """

    check: str
    severity: Severity
    subject: str
    where: str
    message: str
    fingerprint: str
    rows: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def raised(
        cls,
        check: str,
        severity: Severity,
        *,
        study: str,
        subject: str,
        place: str,
        where: str,
        message: str,
        rows: Iterable[str] = (),
    ) -> Query:
        """A query with its fingerprint computed from study id, check, subject and place."""
        return cls(check, severity, subject, where, message, fingerprint(study, check, subject, place), tuple(rows))


@dataclass(frozen=True, slots=True)
class QueryRecord:
    """What the trail knows of one fingerprint; `set_aside_by` is the person who decided it, else who recorded it."""

    fingerprint: str
    check: str
    severity: Severity
    subject: str
    state: QueryState
    occurrence: int
    opened_by: str
    set_aside_by: str | None = None


def fold_queries(events: Iterable[Event]) -> dict[str, QueryRecord]:
    """The state of every query, by fingerprint."""
    found: dict[str, dict[str, Any]] = {}
    looked_at = ("query.", "correction.", "study.opened")
    relevant = [e for e in in_fold_order(e for e in events if e.kind.startswith(looked_at)) if e.kind in _STEP]
    for event in sorted(relevant, key=lambda e: (e.data["occurrence"], _STEP[e.kind])):
        record = found.setdefault(event.data["fingerprint"], {})
        if event.kind == "query.opened":
            record.update(
                fingerprint=event.data["fingerprint"],
                check=event.data["check"],
                severity=event.data["severity"],
                subject=subject_text(event.subject),
                state="open",
                occurrence=event.data["occurrence"],
                opened_by=event.id,
                set_aside_by=None,
            )
        elif record:
            record["state"] = "resolved" if event.kind == "query.resolved" else "set_aside"
            if event.kind == "query.set_aside":
                record["set_aside_by"] = event.subject_id("person") or event.actor.id
    return {key: QueryRecord(**record) for key, record in found.items() if record}


_STEP = {"query.opened": 0, "query.set_aside": 1, "query.resolved": 2}
"""The kinds about queries, in the order of one occurrence."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a check run changed: the facts to record, and each query as new, persisting, set aside or resolved."""

    facts: tuple[Fact, ...]
    new: tuple[Query, ...]
    persisting: tuple[Query, ...]
    set_aside: tuple[Query, ...]
    resolved: tuple[QueryRecord, ...]


def settle(
    records: dict[str, QueryRecord],
    found: Iterable[Query],
    evaluated: Callable[[QueryRecord], bool],
    *,
    now: str,
    how: Callable[[QueryRecord], str] = lambda _: "no_longer_found",
) -> Settled:
    """Compare what a run found with what was open: open the new, resolve what it evaluated and no longer found.

    `evaluated` says of an open record whether this run looked at it; `now` is an RFC 3339 instant; `how` says what
    resolved a record, in the words of the kind query.resolved.
    """
    current = {q.fingerprint: q for q in found}
    new = [q for f, q in current.items() if f not in records or records[f].state == "resolved"]
    standing = {f: records[f].state for f in current if f in records}
    gone = [r for f, r in records.items() if f not in current and r.state != "resolved" and evaluated(r)]
    opened = [
        Fact(
            "query.opened",
            now,
            subject=subjects(q.subject),
            data={
                "fingerprint": q.fingerprint,
                "occurrence": records[q.fingerprint].occurrence + 1 if q.fingerprint in records else 1,
                "check": q.check,
                "severity": q.severity,
            },
        )
        for q in new
    ]
    resolved = [
        Fact(
            "query.resolved",
            now,
            subject=subjects(r.subject),
            causes=(r.opened_by,),
            data={"fingerprint": r.fingerprint, "occurrence": r.occurrence, "how": how(r)},
        )
        for r in gone
    ]
    return Settled(
        facts=(*opened, *resolved),
        new=tuple(new),
        persisting=tuple(q for f, q in current.items() if standing.get(f) == "open"),
        set_aside=tuple(q for f, q in current.items() if standing.get(f) == "set_aside"),
        resolved=tuple(gone),
    )
