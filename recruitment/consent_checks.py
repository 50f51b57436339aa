"""What is wrong with consents and with interviews under them, each with its own message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from recruitment.checks import raised
from recruitment.consent import Refusal, gate, refusals
from recruitment.coverage import reconsents_due
from recruitment.ledger import ConsentLedger
from recruitment.registers import CONSENT, INTERVIEWS
from recruitment.soundness import ASSENTED, BOARD_MODES
from study import Protocol, Query
from study.protocol.consent import ConsentForm


def consent_queries(rows: pd.DataFrame, protocol: Protocol, codes: Mapping[str, str], *, ref: str) -> list[Query]:
    """Faults of the consents in the measured register, one query for each person and check.

    `codes` maps participant codes to trail codes; rows of people without one are left to the register's checks.
    """
    given = rows[rows["action"].isin(["given", "renewed"]) & rows["is_usable"] & rows["participant_id"].isin(codes)]
    found: dict[tuple[str, str, str], list[int]] = {}
    for r in given.astype(object).itertuples(index=False):
        for check, column in _faults(r, protocol):
            found.setdefault((check, column, codes[str(r.participant_id)]), []).append(int(str(r.row)))
    return [
        raised(
            check, study=protocol.id, subject=f"participant:{code}", ref=ref, file=CONSENT.file, column=column, rows=on
        )
        for (check, column, code), on in found.items()
    ]


def _faults(r: Any, protocol: Protocol) -> Iterator[tuple[str, str]]:
    day = date.fromisoformat(r.day)
    named = [f for f in protocol.consent_forms if (f.form, f.version) == (r.form_id, r.form_version)]
    versions = [f for f in named if not r.language or f.language == r.language]
    first = min(a.start for a in protocol.ethics.approvals)
    if not named:
        yield "CN002", "form_version"
    elif not versions:
        yield "CN014", "language"
    elif day < first or all(day < f.approved for f in versions):
        yield "CN003", "occurred"
    elif not any(_open(f, day) for f in versions):
        yield "CN001", "occurred"
    person = protocol.person(r.obtained_by)
    if person is not None and not person.may("obtain_consent", day):
        yield "CN006", "obtained_by"
    if r.mode == "short_form" and not r.witness:
        yield "CN007", "witness"
    for form in versions[:1]:
        yield from _missing(r, form)


def _missing(r: Any, form: ConsentForm) -> Iterator[tuple[str, str]]:
    """What the mode or the form needs and the row does not have."""
    if r.mode in BOARD_MODES and r.mode not in form.references:
        yield "CN015", "mode"
    if "representative" in form.needs and not r.representative:
        yield "CN016", "representative"
    if "assent" in form.needs and r.assent not in ASSENTED:
        yield "CN017", "assent"
    if "understanding" in form.needs and r.understanding != "yes":
        yield "CN018", "understanding"
    if "copy" in form.needs and r.copy_given != "yes":
        yield "CN019", "copy_given"


def _open(form: ConsentForm, day: date) -> bool:
    return form.opens <= day and (form.closes is None or day <= form.closes)


def form_queries(protocol: Protocol, *, ref: str) -> list[Query]:
    """Windows of versions of one form in one language that overlap; an open end reaches into every later window."""
    found = []
    by_form: dict[tuple[str, str], list[ConsentForm]] = {}
    for form in protocol.consent_forms:
        by_form.setdefault((form.form, form.language), []).append(form)
    for (form_id, language), versions in by_form.items():
        for i, (older, newer) in enumerate(pairwise(sorted(versions, key=lambda f: (f.opens, f.version)))):
            if older.closes is None or older.closes >= newer.opens:
                rule = f"window.{form_id}.{language}"
                subject = f"consent_form:{form_id}"
                file = "study.yaml"
                found.append(
                    raised("CN010", study=protocol.id, subject=subject, ref=ref, file=file, rule=rule, ordinal=i)
                )
    return found


def interview_queries(
    rows: pd.DataFrame,
    ledger: ConsentLedger,
    codes: Mapping[str, str],
    *,
    study: str,
    ref: str,
    refused: list[Refusal] | None = None,
) -> list[Query]:
    """Interviews held without consent in force that day, or recorded without consent to record.

    One query for each interview and check; `rows` is the measured interview register. What the gates refused is added
    to `refused`, where one is given.
    """
    refused = [] if refused is None else refused
    held = rows[rows["is_usable"] & rows["outcome"].isin(["full", "part", "notes_only"])]
    found: dict[tuple[str, str, str], tuple[list[int], str]] = {}
    for r in held[held["participant_ids"].isin(codes)].astype(object).itertuples(index=False):
        for check, column, reason in _uncovered(r, ledger, codes[str(r.participant_ids)], refused):
            numbers, _ = found.setdefault((check, column, str(r.interview_id)), ([], reason))
            numbers.append(int(str(r.row)))
    return [
        raised(
            check,
            study=study,
            subject=f"interview:{interview}",
            ref=ref,
            file=INTERVIEWS.file,
            column=column,
            rule=f"{column}.{interview}",
            rows=set(numbers),
            reason=reason,
        )
        for (check, column, interview), (numbers, reason) in found.items()
    ]


def _uncovered(r: Any, ledger: ConsentLedger, code: str, refused: list[Refusal]) -> Iterator[tuple[str, str, str]]:
    days = {"interview_day": date.fromisoformat(r.day)}
    decision = gate(ledger, "interview", code, days)
    if not decision.in_force:
        refused += refusals(ledger, "interview", code, days)
    if decision.why == "approval_lapsed":
        yield "CN009", "occurred", decision.reason
    elif decision.why == "no_consent" and ledger.given.get(code):
        yield "CN004", "occurred", decision.reason
    elif not decision.in_force:
        yield "CN005", "occurred", decision.reason
    elif not decision.is_order_provable:
        yield "CN011", "occurred", decision.reason
    if r.recording and decision.in_force:
        recording = gate(ledger, "record_interview", code, days)
        if not recording.in_force:
            refused += refusals(ledger, "record_interview", code, days)
            yield "CN012", "recording", recording.reason


def reconsent_queries(ledger: ConsentLedger, on: date, *, study: str, ref: str) -> list[Query]:
    """Everybody whom a newer form version makes consent again and who has not."""
    return [
        raised(
            "CN008",
            study=study,
            subject=f"participant:{due.participant}",
            ref=ref,
            file=CONSENT.file,
            rule=f"reconsent.{due.version.form}.{due.version.version}",
            due=f"by {due.due.isoformat()}" if due.due else "before the next contact",
        )
        for due in reconsents_due(ledger, on)
    ]
