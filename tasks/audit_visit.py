"""An audit visit opened, and its sample of claims drawn: who may do what is refused in one sentence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.layout import plural
from study import Event, Fact, Query, StudyError
from study.identifiers import event_id
from study.objects import NotStored
from study.query import QueryRecord
from study.query import place as query_place
from tasks.attested import keep_dossier
from tasks.workspace import Workspace
from trustworthiness.audit_visit import AUDIT_CHECKS, AuditVisit, draw_claims, fold_audits
from trustworthiness.outsiders import plain_code, who_acted

SEVERITY = {id: severity for id, severity, _, _ in AUDIT_CHECKS}
MOST_CLAIMS = 200
CLAIMS = ("claim.asserted", "claim.retracted")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


@dataclass(frozen=True, slots=True)
class Opening:
    """What is agreed with an auditor before anything is shown; `agreement` is a file of the study folder."""

    visit: str
    auditor: str
    organisation: str
    starts: date
    ends: date
    agreement: str
    reading: bool = False
    basis: str = "consent"
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """How claims are drawn: by a seed of the auditor's and a size, or the claims they chose."""

    visit: str
    seed: str = ""
    size: int = 0
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acted:
    """What an act of a visit came to: facts to record, sentences, files written."""

    facts: tuple[Fact, ...] = ()
    said: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


@task(name="open an audit visit", cache_policy=NO_CACHE)
def opening(place: Workspace, asked: Opening) -> Acted:
    """That a visit is opened under an agreement; StudyError for an auditor of the team, or for what is missing."""
    refuse_nobody(place)
    _refuse_opening(place, asked)
    try:
        body = place.files.get(asked.agreement)
    except NotStored:
        raise StudyError(
            "there is no signed agreement at that place",
            where="the entry form, agreement",
            remedy="Put the signed file into the study folder, and give its path there.",
        ) from None
    data = {
        "visit": asked.visit,
        "auditor": asked.auditor,
        "starts": asked.starts.isoformat(),
        "ends": asked.ends.isoformat(),
        "reading": asked.reading,
        "basis": asked.basis,
        "reference": asked.reference or None,
    }
    known = next((e for e in place.events(["audit.opened"]) if e.data["visit"] == asked.visit), None)
    agreement = place.reference(asked.agreement, body, personal=True)
    if known is not None:
        same = {k: v for k, v in data.items() if v is not None} == {k: v for k, v in known.data.items() if k in data}
        if not same or known.used != (agreement,):
            raise StudyError(
                f"the visit {asked.visit} was opened otherwise before",
                where="the entry form, visit",
                remedy="Give another visit its own code; what was agreed once stays as it was.",
            )
        return Acted(said=(f"The visit {asked.visit} was opened before; nothing was recorded again.",))
    fact = Fact("audit.opened", place.today.isoformat(), used=(agreement,), data=data)
    document = {"organisation": asked.organisation, "agreement": asked.agreement, "opened_by": place.actor.id}
    kept = keep_dossier(place, asked.visit)
    shown = (
        "may be opened in presence of the team" if asked.reading else "are not opened: the dossier and the trail are"
    )
    said = [f"Visit {asked.visit} of {asked.auditor} is open; what lies behind claims {shown}."]
    said += ["The dossier as it is now was kept for this visit."] if kept else []
    said += [] if kept else ["No dossier is published yet: publish it, the auditor attests it by its digest."]
    return Acted((place.with_record(fact, document),), tuple(said))


@task(name="draw a sample of claims", cache_policy=NO_CACHE)
def sampling(place: Workspace, asked: Sample) -> Acted:
    """That claims were drawn for a visit; StudyError without an open visit, or for a claim nobody asserted."""
    refuse_nobody(place)
    visit = open_visit(place, asked.visit)
    newest = newest_claims(place.events(CLAIMS))
    if not newest:
        raise StudyError(
            "no claim is on record, so nothing can be drawn",
            where=place.protocol.analysis.claims,
            remedy="Write the claims down and run assess-saturation, which records them.",
        )
    claims, method = _chosen(asked, newest), "chosen" if asked.claims else "seeded"
    last = visit.draws[-1] if visit.draws else None
    seed = asked.seed or None
    if last is not None and (last.method, last.seed, last.claims) == (method, seed, claims):
        return Acted(said=(f"Draw {last.number} holds these claims already; nothing was recorded again.",))
    number = len(visit.draws) + 1
    data = {"visit": asked.visit, "draw": number, "method": method, "claims": claims, "of": len(newest), "seed": seed}
    causes = (visit.event, *(newest[claim].id for claim in claims))
    fact = Fact("audit.sampled", place.today.isoformat(), causes=causes, data=data)
    keep_dossier(place, asked.visit)
    said = [f"Draw {number}: {len(claims)} of {plural(len(newest), 'claim')}: {', '.join(claims)}."]
    if method == "seeded":
        said.append(
            f"Anybody can repeat it: the claims in the order of SHA-256 of the seed {seed}, a line feed, the id."
        )
    if number > 1:
        after = " after items were opened" if visit.accesses else ""
        said.append(f"It is recorded as a further draw{after}; the ones before it stay on record.")
    return Acted((fact,), tuple(said))


def open_visit(place: Workspace, code: str) -> AuditVisit:
    """The visit with that code; StudyError for an unknown or closed one."""
    visit = fold_audits(place.events()).visit(code)
    if visit is None:
        raise StudyError(
            f"there is no audit visit {code}", where="the entry form, visit", remedy="Open it first (open-audit)."
        )
    if visit.closed is not None:
        raise StudyError(
            f"the visit {code} was closed on {visit.closed.isoformat()}",
            where="the entry form, visit",
            remedy="Open another visit with a code of its own.",
        )
    return visit


def is_of_team(place: Workspace, code: str) -> bool:
    """Whether study.yaml names this very code in its team, with another task than `audit` or with none."""
    person = place.protocol.person(code)
    return person is not None and {delegation.task for delegation in person.tasks} != {"audit"}


def is_outside(place: Workspace, code: str) -> bool:
    """Whether somebody neither is of the team nor acted in the trail, however the code is written."""
    plain = plain_code(code)
    team = {plain_code(person.code) for person in place.protocol.team if is_of_team(place, person.code)}
    return plain not in team | who_acted(place.events())


def refuse_nobody(place: Workspace) -> None:
    """StudyError unless a person of the team acts."""
    if place.actor.type != "person" or not is_of_team(place, place.actor.id):
        raise StudyError(
            "this needs the person of the team who does it", where="the entry form", remedy="Say who acts (--as)."
        )


def newest_claims(events: Iterable[Event]) -> dict[str, Event]:
    """Every claim on record in its latest version, by id; without those that were retracted."""
    found: dict[str, Event] = {}
    for event in events:
        claim = event.subject_id("claim") or ""
        if event.kind in CLAIMS:
            found[claim] = max(found.get(claim, event), event, key=lambda e: (int(e.data["version"]), e.kind, e.id))
    return {claim: event for claim, event in sorted(found.items()) if event.kind == CLAIMS[0]}


def audit_queries(place: Workspace) -> list[Query]:
    """AU001 for every visit in which a question waits for an answer."""
    visits = fold_audits(place.events()).visits
    return [_unanswered(place, v.visit, [q.query for q in v.unanswered]) for v in visits if v.unanswered]


def looked_at(record: QueryRecord) -> bool:
    """Whether an act of a visit looks at what that query is about."""
    return record.check == "AU001"


def _unanswered(place: Workspace, visit: str, questions: list[str]) -> Query:
    return Query.raised(
        "AU001",
        SEVERITY["AU001"],
        study=place.protocol.id,
        subject=f"audit:{visit}",
        place=query_place(f"audit.{visit}", "questions"),
        where=f"audit visit {visit}, {', '.join(questions)}",
        message=f"{plural(len(questions), 'question')} of the auditor without an answer. Read the words in "
        f"restricted/records/audit.queried, and answer with `fieldtrail record STUDY audit-answer visit={visit} …`.",
    )


def _chosen(asked: Sample, newest: Collection[str]) -> tuple[str, ...]:
    if bool(asked.claims) == bool(asked.seed):
        raise StudyError(
            "a sample is drawn by a seed or chosen by the auditor, one of the two",
            where="the entry form",
            remedy="Give `seed` and `size`, or `claims`.",
        )
    if asked.seed:
        if not CODE.fullmatch(asked.seed) or not 1 <= asked.size <= MOST_CLAIMS:
            raise StudyError(
                f"a seed is up to 40 letters and digits, and a size is 1 to {MOST_CLAIMS}",
                where="the entry form, seed and size",
                remedy="Ask the auditor for a seed such as a number of their own.",
            )
        return draw_claims(newest, asked.seed, asked.size)
    if unknown := [claim for claim in asked.claims if claim not in newest]:
        raise StudyError(
            f"no claim {unknown[0]} is on record" if CODE.fullmatch(unknown[0]) else "a claim has no such id",
            where="the entry form, claims",
            remedy="Use the ids in the dossier.",
        )
    return tuple(sorted(set(asked.claims))[:MOST_CLAIMS])


def _refuse_opening(place: Workspace, asked: Opening) -> None:
    people = place.protocol.participants
    remedies = {
        "visit and auditor are named by codes: letters, digits, dash, dot, underscore": (
            "visit" if not CODE.fullmatch(asked.visit) else "auditor" if not CODE.fullmatch(asked.auditor) else "",
            "Write a code such as V1 or AUD1.",
        ),
        "an auditor is somebody outside the team": (
            "" if is_outside(place, asked.auditor) else "auditor",
            "Give the code of somebody who did nothing in this study; in study.yaml an auditor may have no other task "
            "than `audit`.",
        ),
        "the auditor is named by a code of their own, with a digit in it, and never by a participant's": (
            "auditor"
            if re.fullmatch(people.code_pattern, asked.auditor) or not re.search(r"\d", asked.auditor)
            else "",
            "Write a code such as AUD1; the name stands in the agreement.",
        ),
        "the visit ends before it begins": ("ends" if asked.ends < asked.starts else "", "Correct the days."),
        "what the board permits is named by the reference of its letter": (
            "reference" if asked.basis == "board" and not CODE.fullmatch(asked.reference) else "",
            "Give the reference, or choose consent as the basis.",
        ),
    }
    for what, (field, remedy) in remedies.items():
        if field:
            raise StudyError(what, where=f"the entry form, {field}", remedy=remedy)


def record_path(place: Workspace, fact: Fact) -> str:
    """Where the record beside a fact about people lies, under restricted/."""
    return f"records/{fact.kind}/{event_id(place.origin, fact.kind, fact.natural_key)}.json"
