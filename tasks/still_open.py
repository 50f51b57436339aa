"""What is still open in a study, a sentence each with what to do: it keeps the linkage from being destroyed, and the
study from being closed."""

from __future__ import annotations

from collections.abc import Iterator

from pages.layout import plural
from recruitment import fold_consent
from study import Event
from study.query import fold_queries
from tasks.deposit_record import deposit_owed
from tasks.ended import is_unlinked
from tasks.gates import Gatekeeper
from tasks.packets import kept_packets
from tasks.recordings import destructions_owed
from tasks.workspace import Workspace
from trustworthiness import MemberChecks, fold_audits, fold_member_checks
from trustworthiness.lineage import trace


def open_obligations(place: Workspace) -> Iterator[str]:
    """Obligations of study.yaml without the day on which they were done; one may be the linkage itself."""
    for obligation in place.protocol.obligations:
        if obligation.done is None:
            late = " (overdue)" if obligation.due < place.today else ""
            yield f"Obligation {obligation.id} is open, due {obligation.due.isoformat()}{late}: {obligation.what}"


def what_needs_the_linkage(place: Workspace, events: list[Event]) -> Iterator[str]:
    """Everything open that could not be brought to its end once people can no longer be told apart, in the order in
    which it is to be done."""
    yield from _of_the_study(place, events)
    yield from _of_the_analysis(place, events)
    yield from _of_audits(events)
    for archive in deposit_owed(place, events):
        yield f"The deposit at {archive} is not recorded: make it (deposit-material), then enter its receipt."


def _of_the_study(place: Workspace, events: list[Event]) -> Iterator[str]:
    blocking = sum(r.state == "open" and r.severity == "block" for r in fold_queries(events).values())
    if blocking:
        yield f"{_many(blocking, 'blocking query', 'blocking queries')} open: resolve what blocks first."
    erasures = _erasures_owed(events)
    if erasures:
        yield f"{_many(erasures, 'erasure')} decided and not carried out: run the study once more."
    recordings = len(destructions_owed(place, events))
    if recordings:
        yield (
            f"{_many(recordings, 'recording')} not recorded as destroyed, although consent promised it: "
            "destroy them, then enter it (record recording, step=destroyed)."
        )


def _of_the_analysis(place: Workspace, events: list[Event]) -> Iterator[str]:
    checks = fold_member_checks(events)
    if checks.open_disconfirmations:
        doubts = _many(checks.open_disconfirmations, "theme")
        yield f"{doubts} doubted by participants, without a recorded change or reason."
    if due := _reminders(place, checks, events):
        yield f"{_many(due, 'person', 'people')} due a reminder of their member check: send it, or let the time pass."
    if waiting := _unreleased_packets(place, checks, events):
        yield f"{_many(waiting, 'packet')} waiting for release: let a second person decide (release_packet)."
    raised = {e.data["case"] for e in events if e.kind == "negative_case.raised"}
    undecided = raised - {e.data["case"] for e in events if e.kind == "negative_case.resolved"}
    if undecided:
        yield (
            f"{_many(len(undecided), 'negative case')} without a disposition: say what became of it in "
            "analysis/negative_cases.csv."
        )
    unreleased = trace(events, place.today).orphans.unreleased
    if unreleased:
        yield (
            f"Codings of {plural(len(unreleased), 'transcript')} rest on a version that was never released: "
            "release it (registers/decisions.csv), or take the codings out."
        )


def _of_audits(events: list[Event]) -> Iterator[str]:
    audits = fold_audits(events)
    for visit in audits.open:
        questions = plural(len(visit.unanswered), "question")
        first = f"answer {questions} (record audit-answer), then " if visit.unanswered else ""
        attested = "" if visit.attestations else "record the attestation, then "
        yield f"The audit visit {visit.visit} is open: {first}{attested}close it (close-audit)."
    lost = audits.unanswered - sum(len(visit.unanswered) for visit in audits.open)
    if lost:
        yield f"{_many(lost, 'question')} of an auditor without an answer in a visit that was closed."


def _reminders(place: Workspace, checks: MemberChecks, events: list[Event]) -> int:
    """People due a reminder who may still be contacted."""
    plan = place.protocol.member_checking
    if plan is None or is_unlinked(place):
        return 0
    due, _ = checks.due(place.today, answer_within_days=plan.answer_within_days, reminders=plan.reminders)
    gates = Gatekeeper(place, fold_consent(events))
    return sum(not gates.ask("remind", code) for code in due)


def _unreleased_packets(place: Workspace, checks: MemberChecks, events: list[Event]) -> int:
    """Packets whose newest version nobody released, of people who may still be contacted and got none yet."""
    released = {e.data["packet"] for e in events if e.kind == "member_check.released"}
    if is_unlinked(place):  # nothing can be sent to anybody any more
        return 0
    codes = place.known_trail_codes()
    waiting = 0
    for packet, versions in kept_packets(place).items():
        check = checks.checks.get(codes.get(versions[max(versions)].packet.participant_code, ""))
        waiting += packet not in released and not (check is not None and check.stopped)
    return waiting


def _erasures_owed(events: list[Event]) -> int:
    done = {e.data["decision"] for e in events if e.kind == "erasure.executed"}
    owed = [e for e in events if e.kind == "consent.withdrawn" and e.data["disposition"] == "delete"]
    return sum(e.id not in done for e in owed)


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count} {one} is" if count == 1 else f"{count} {more or one + 's'} are"
