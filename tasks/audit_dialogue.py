"""What an auditor asks and the team answers, as records; their words lie under restricted/records/."""

from __future__ import annotations

import json
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from study import Event, Fact, StudyError
from study.objects import NotStored
from tasks.audit_visit import CODE, Acted, open_visit, record_path, refuse_nobody
from tasks.codings import reference_of
from tasks.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Question:
    """The auditor's words, and the claim they are about, if any."""

    visit: str
    question: str
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The team's words, and what became of the question: explained, corrected or not_resolved."""

    visit: str
    query: str
    answer: str
    outcome: str


@task(name="record a question of the auditor", cache_policy=NO_CACHE)
def question_asked(place: Workspace, asked: Question) -> Acted:
    """That the auditor asked something, under the next number; the same words again are no new question."""
    refuse_nobody(place)
    visit = open_visit(place, asked.visit)
    _refuse_blank(asked.question, "question")
    if asked.claim and asked.claim not in visit.sampled:
        raise StudyError(
            "the claim was not drawn in this visit",
            where="the entry form, claim",
            remedy="Leave the claim empty, or draw it first.",
        )
    content = _content(place, asked.visit, {"claim": asked.claim, "question": asked.question.strip()})
    before = [e for e in place.events(["audit.queried"]) if e.data["visit"] == asked.visit]
    known = next((e for e in before if e.data["content"] == content), None)
    if known is not None:
        return Acted(said=(f"This was asked before, as {known.data['query']}; nothing was recorded again.",))
    query = f"Q{len(before) + 1:03d}"
    data = {"visit": asked.visit, "query": query, "claim": asked.claim or None, "content": content}
    fact = Fact("audit.queried", place.today.isoformat(), causes=(visit.event,), data=data)
    document = {"visit": asked.visit, "query": query, "claim": asked.claim, "question": asked.question.strip()}
    kept = place.with_record(fact, {**document, "asked_by": visit.auditor, "entered_by": place.actor.id}, personal=True)
    return Acted((kept,), (f"Question {query} of visit {asked.visit} is on record and waiting for an answer.",))


@task(name="record an answer of the team", cache_policy=NO_CACHE)
def question_answered(place: Workspace, given: Answer) -> Acted:
    """That the team answered; a later answer stands beside the earlier ones and counts."""
    refuse_nobody(place)
    visit = open_visit(place, given.visit)
    _refuse_blank(given.answer, "answer")
    asked = next((e for e in _of(place, "audit.queried", given) if CODE.fullmatch(given.query)), None)
    if asked is None:
        raise StudyError(
            "the auditor asked no such question in this visit",
            where="the entry form, query",
            remedy=f"Use one of: {', '.join(q.query for q in visit.questions) or 'none is on record'}.",
        )
    content = _content(place, given.visit, {"answer": given.answer.strip(), "outcome": given.outcome})
    before = _of(place, "audit.answered", given)
    if before and max(before, key=lambda e: int(e.data["version"])).data["content"] == content:
        return Acted(said=("This was answered so before; nothing was recorded again.",))
    data = {
        "visit": given.visit,
        "query": given.query,
        "version": len(before) + 1,
        "outcome": given.outcome,
        "content": content,
    }
    fact = Fact("audit.answered", place.today.isoformat(), causes=(asked.id,), data=data)
    document = {**data, "answer": given.answer.strip(), "answered_by": place.actor.id}
    kept = place.with_record(fact, document, personal=True)
    left = " It stays unresolved, and the visit is closed with it." if given.outcome == "not_resolved" else ""
    return Acted((kept,), (f"Question {given.query} is answered ({given.outcome.replace('_', ' ')}).{left}",))


def words_of(place: Workspace, event: Event) -> str:
    """What was asked or answered, from its record; "" where that is gone."""
    fact = Fact(event.kind, event.occurred, event.subject, data=event.data)
    try:
        said = json.loads(place.restricted.get(record_path(place, fact)))
    except NotStored:
        return ""
    return str(said.get("question") or said.get("answer") or "")


def _of(place: Workspace, kind: str, given: Answer) -> list[Event]:
    wanted = (given.visit, given.query)
    return [e for e in place.events([kind]) if (e.data["visit"], e.data["query"]) == wanted]


def _content(place: Workspace, visit: str, said: dict[str, str]) -> str:
    """A keyed digest: the words of an audit are never hashed so that somebody could test guesses."""
    return reference_of(place, f"restricted/records/audit.queried/{visit}", said)


def _refuse_blank(words: str, name: str) -> None:
    if not words.strip():
        raise StudyError(f"the {name} is blank", where=f"the entry form, {name}", remedy="Write it down in words.")
