"""Changes of the protocol enter the trail: amendments, renewed approvals, new form versions."""

from __future__ import annotations

from prefect import flow

from tasks.approvals import approval_queries, is_of_amendments, reconsent_said
from tasks.ended import ended
from tasks.opening import amendment_facts, said_of
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.workspace import StudyRequest, opened

WORDS = {
    "protocol.amended": ("change of study.yaml was registered", "changes of study.yaml were registered"),
    "amendment.submitted": ("amendment was submitted", "amendments were submitted"),
    "amendment.approved": ("amendment took effect", "amendments took effect"),
    "approval.renewed": ("approval was renewed", "approvals were renewed"),
    "approval.excepted": ("exception of the board was registered", "exceptions of the board were registered"),
    "data_protection.declared": ("lawful basis was registered", "lawful bases were registered"),
    "consent.form_approved": ("consent form version was registered", "consent form versions were registered"),
    "guide.changed": ("interview guide was registered", "interview guides were registered"),
    "personnel.authorised": ("delegated task was registered", "delegated tasks were registered"),
    "personnel.ended": ("delegated task ended", "delegated tasks ended"),
}


class RecordAmendment(StudyRequest):
    """Which study's protocol changed."""


@flow(name="record-amendment")
def record_amendment(request: RecordAmendment) -> Outcome:
    """Register what changed in study.yaml since it was last registered, with what exactly in a record beside it.

    Amendments, renewed approvals and new form versions are registered once their day has come; nothing new takes
    effect before it is approved. It says who must consent again because of a new form version, and by when.
    """
    with opened(request, flow="record-amendment") as place:
        if over := ended(place, "record-amendment"):
            return over
        facts = amendment_facts(place)
        record(place, facts)
        settled = settle_queries(place, approval_queries(place), is_of_amendments)
        said = said_of((fact.kind for fact in facts), WORDS) or ("Nothing new in the protocol.",)
        queries = (*settled.new, *settled.persisting)
        return Outcome("record-amendment", said=(*said, *reconsent_said(place)), queries=queries)
