"""The end of an audit visit: the signed attestation recorded with the dossier it is about, and the visit closed."""

from __future__ import annotations

from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.layout import plural
from study import Fact, StudyError
from study.objects import NotStored
from tasks.attested import attested_files, statements_asked, store_attested
from tasks.audit_items import close_items
from tasks.audit_visit import Acted, is_outside, open_visit, refuse_nobody
from tasks.workspace import Workspace
from trustworthiness.attestation import SignedAttestation, read_attestation
from trustworthiness.audit_visit import AuditVisit


@dataclass(frozen=True, slots=True)
class Closing:
    """Which visit ends; `without` says why there is no attestation, where there is none."""

    visit: str
    without: str = ""


@task(name="record the attestation", cache_policy=NO_CACHE)
def attestation_recorded(place: Workspace, file: str) -> Acted:
    """That an auditor attested a published dossier, whose pages are copied to records/; StudyError in one sentence."""
    refuse_nobody(place)
    try:
        signed = read_attestation(place.files.get(file), file)
    except NotStored:
        raise StudyError(
            "there is no such file", where=file, remedy="Put the saved attestation into the study folder."
        ) from None
    visit = open_visit(place, signed.visit)
    _refuse(place, visit, signed, file)
    if signed.dossier in {a.dossier for a in visit.attestations}:
        return Acted(said=("This dossier was attested in this visit before; nothing was recorded again.",))
    pages = attested_files(place, signed.visit, signed.dossier)
    if not pages:
        raise StudyError(
            "the dossier that was attested is neither in out/dossier nor kept for this visit any more",
            where=file,
            remedy="Publish the dossier, open an item or draw a sample so that it is kept, and have that one attested.",
        )
    signed.refuse_other_statements(statements_asked(pages), file)
    path, sums = store_attested(place, signed.dossier, pages)
    published = next(e for e in place.events(["dossier.published"]) if e.data["content"] == signed.dossier)
    data = {"visit": signed.visit, "dossier": signed.dossier, "auditor": signed.auditor, **signed.counts}
    fact = Fact(
        "audit.attested",
        signed.date.isoformat(),
        generated=(place.reference(path, sums, personal=False),),
        causes=(visit.event, published.id),
        data=data,
    )
    counts = ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in signed.counts.items())
    left = signed.counts["not_examined"]
    said = f"The attestation of {signed.auditor} is on record: {counts}."
    said += f" {plural(left, 'statement')} left open: not determined." if left else ""
    kept = f"The dossier it is about lies in {path.rpartition('/')[0]}, {plural(len(pages), 'file')}."
    return Acted((place.with_record(fact, signed.document),), (said, kept), (path,))


@task(name="close an audit visit", cache_policy=NO_CACHE)
def visit_closed(place: Workspace, asked: Closing) -> Acted:
    """That a visit ended: what was opened is removed; StudyError while something is missing."""
    refuse_nobody(place)
    visit = open_visit(place, asked.visit)
    if visit.unanswered:
        raise StudyError(
            f"{plural(len(visit.unanswered), 'question')} of the auditor without an answer: "
            f"{', '.join(q.query for q in visit.unanswered)}",
            where=f"audit visit {asked.visit}",
            remedy="Answer them first (record audit-answer); an answer may say that it stays unresolved.",
        )
    if not visit.attestations and not asked.without.strip():
        raise StudyError(
            "no attestation is on record for this visit",
            where=f"audit visit {asked.visit}",
            remedy="Record it (record-attestation), or say why there is none (without).",
        )
    removed = close_items(place, asked.visit)
    data = {
        "visit": asked.visit,
        "removed": removed,
        "queries": len(visit.questions),
        "unresolved": len(visit.unresolved),
        "attested": bool(visit.attestations),
    }
    fact = Fact("audit.closed", place.today.isoformat(), causes=(visit.event,), data=data)
    document = {**data, "closed_by": place.actor.id, "without_attestation": asked.without.strip()}
    said = [f"Visit {asked.visit} is closed; {plural(removed, 'file')} opened or kept for it removed."]
    if visit.unresolved:
        said.append(f"Left unresolved, and shown as such: {', '.join(q.query for q in visit.unresolved)}.")
    return Acted((place.with_record(fact, document),), tuple(said))


def _refuse(place: Workspace, visit: AuditVisit, signed: SignedAttestation, file: str) -> None:
    published = {e.data["content"] for e in place.events(["dossier.published"])}
    wrong = {
        "somebody of the team cannot attest their own study": (
            not is_outside(place, signed.auditor), "Have the auditor of the visit sign it.",
        ),
        "the attestation is signed for another auditor than the visit was opened for": (
            signed.auditor != visit.auditor, f"The auditor of this visit is {visit.auditor}.",
        ),
        "the attestation names a dossier that was never published": (
            signed.dossier not in published, "Have the dossier in out/dossier attested; its digest stands on its page.",
        ),
        "the attestation is dated before the visit was opened, or after today": (
            not visit.opened <= signed.date <= place.today, "Correct its date, and have it signed again.",
        ),
    }  # fmt: skip
    for what, (is_wrong, remedy) in wrong.items():
        if is_wrong:
            raise StudyError(what, where=file, remedy=remedy)
