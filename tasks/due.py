"""What is due today: calls and entries by the contact rules, consents, copies, sites under target, obligations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from pages.due_section import DueLine, DueSection, Tone
from pages.layout import plural
from recruitment import (
    Affiliation,
    ConsentLedger,
    Recruitment,
    fold_consent,
    fold_recruitment,
    gate,
    reconsents_due,
)
from recruitment.consent import approval_on
from recruitment.copies import copies_due
from recruitment.coverage import ReconsentDue
from recruitment.follow_ups import BY_TALKING, Act, follow_ups
from recruitment.measure import is_recording_id
from recruitment.recordings import Destruction
from recruitment.registers import RECORDINGS
from recruitment.site_standing import OPEN, SiteRisk, sites_at_risk
from recruitment.tally import Way, contacts_due, ways
from recruitment.targets import TargetProgress, target_progress
from recruitment.withdrawal import without_erased
from sampling import fold_sample
from tasks.recordings import destructions_owed
from tasks.recruitment import affiliations
from tasks.registers import Registers
from tasks.workspace import Workspace

COMING = timedelta(days=30)
LOG = "registers/recruitment.csv"
SHOWN = 12
"""So many recordings are named in a line."""
SITTINGS = "registers/interviews.csv"
HOW: Mapping[Act, tuple[str, str, str]] = {
    "contact": (
        "to contact again",
        f"Get in touch, then add a row to {LOG} or fill in record-contact: approached or invited, with the day.",
        LOG,
    ),
    "no_response": ("with every attempt used up", f"Enter the step no_response in {LOG} or record-contact.", LOG),
    "enrol": (
        "consented and not enrolled",
        f"Get in touch, then enter the step enrolled in {LOG} or record-enrolment.",
        LOG,
    ),
    "schedule": (
        "without an appointment",
        f"Agree on a day, then add a row without outcome to {SITTINGS} or fill in record-interview.",
        SITTINGS,
    ),
    "hold": (
        "to interview today",
        f"Hold the interview, then enter its outcome in {SITTINGS} or record-interview.",
        SITTINGS,
    ),
    "outcome": (
        "with an interview whose day has passed",
        f"Enter its outcome in {SITTINGS} (full, part, notes_only, no_show), record-interview or record-no-show.",
        SITTINGS,
    ),
    "reschedule": (
        "who missed an interview",
        f"Agree on another day, then add a row of its own for it to {SITTINGS} or fill in record-interview.",
        SITTINGS,
    ),
    "lost": (
        "who missed as many interviews as the rules allow",
        f"Enter the step lost in {LOG} or record-enrolment.",
        LOG,
    ),
}
"""Of each act: the people it is about, how to act, and the file where it is entered."""
RISKS = {
    "behind": "is behind its target",
    "silent": "has enrolled nobody",
    "not_activated": "is not activated",
    "missed": "missed its target",
}


@dataclass(frozen=True, slots=True)
class DueRow:
    """One thing due with one person, by participant code: for restricted/ only."""

    participant: str
    site: str
    act: Act
    due: date
    attempts: int

    @property
    def is_by_talking(self) -> bool:
        """Whether it is done by getting in touch with the person."""
        return self.act in BY_TALKING


@dataclass(frozen=True, slots=True)
class Due:
    """Everything due: the page's section, and the people by participant code."""

    section: DueSection
    rows: tuple[DueRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the lines are worked out from, folded once."""

    recruitment: Recruitment
    ledger: ConsentLedger
    places: list[Affiliation]
    progress: list[TargetProgress]
    people: Mapping[str, str] = field(default_factory=dict)


def due_today(place: Workspace, registers: Registers, found: Mapping[str, Way] | None = None) -> Due:
    """Everything due on the study's day, from the trail and the registers as they stand.

    `found` is how far everybody came before consent, where that is worked out already.

    Nobody is to be contacted without an approval in force, at a site that is not open, or, once they consented,
    without consent to take part in force: such rows are held back, and a note says how many.
    """
    known = _known(place, registers)
    rows = sorted(_rows(place, registers, known, found), key=lambda row: (row.due, row.participant))
    allowed = [row for row in rows if _may_act(place, known, row, registers)]
    held_back = len(rows) - len(allowed)
    notes = (
        f"{plural(held_back, 'contact is', 'contacts are')} held back: nobody is contacted without an approval in "
        "force, at a site that is not open, or without consent in force.",
    )
    lines = [
        *_people_lines(place, allowed),
        *_consent_lines(place, known),
        *_withdrawal_lines(place),
        *_recording_lines(place),
        *_site_lines(place, registers, known),
        *_obligation_lines(place),
    ]
    return Due(DueSection(tuple(lines), notes if held_back else ()), tuple(allowed))


def _known(place: Workspace, registers: Registers) -> Known:
    events = place.events()
    recruitment = fold_recruitment(events)
    places = affiliations(registers.frames["participants"], dict(registers.codes.trail))
    kept = without_erased(recruitment, events)
    progress = target_progress(place.protocol.participants.targets, kept, places)
    people = {trail_code: code for code, trail_code in registers.codes.trail.items()}
    return Known(recruitment, fold_consent(events), places, progress, people)


def _rows(place: Workspace, registers: Registers, known: Known, found: Mapping[str, Way] | None) -> Iterator[DueRow]:
    rules = place.protocol.participants.contact
    sites = _sites(registers, known, place.today)
    rows = registers.frames["recruitment"]
    if rows is not None:
        due = contacts_due(
            rows,
            ways(rows, registers.consented) if found is None else found,
            interval_days=rules.interval_days,
            maximum_attempts=rules.maximum_attempts,
            today=place.today.isoformat(),
        )
        for code, attempts, day, is_last in due.itertuples(index=False):
            act: Act = "no_response" if is_last else "contact"
            yield DueRow(code, sites.get(code, ""), act, date.fromisoformat(day), int(attempts))
    for one in follow_ups(known.recruitment, rules, place.today):
        code = known.people.get(one.participant)
        if code is not None:
            yield DueRow(code, sites.get(code, ""), one.act, one.due, one.attempts)


def _sites(registers: Registers, known: Known, today: date) -> dict[str, str]:
    """Where each participant code belongs today, else the site of their latest row."""
    rows = registers.frames["recruitment"]
    found: dict[str, str] = {}
    if rows is not None:
        usable = rows[rows["is_usable"] & (rows["site_id"] != "")].sort_values(["day", "row"])
        found = dict(zip(usable["participant_id"], usable["site_id"], strict=True))
    current = {
        known.people[a.participant]: a.site for a in known.places if a.holds(today) and a.participant in known.people
    }
    return found | {code: site for code, site in current.items() if site}


def _may_act(place: Workspace, known: Known, row: DueRow, registers: Registers) -> bool:
    if not row.is_by_talking:
        return True
    state = known.recruitment.sites.get(row.site)
    if state is not None and state not in OPEN:
        return False
    if row.act == "contact":
        return approval_on(known.ledger, place.today, "contact")[0]
    return gate(known.ledger, "contact", registers.codes.trail[row.participant], {"today": place.today}).in_force


def _people_lines(place: Workspace, rows: list[DueRow]) -> Iterator[DueLine]:
    rules = place.protocol.participants.contact
    for act, (who, how, _) in HOW.items():
        of_act = [row for row in rows if row.act == act]
        if of_act:
            first = of_act[0].due
            late = (place.today - first).days > rules.interval_days
            what = f"{plural(len(of_act), 'person', 'people')} {who}"
            day = f"since {_said(first)}" if first < place.today else "today"
            yield DueLine("People", what, len(of_act), day, how, tone="bad" if late else "warn")


def _consent_lines(place: Workspace, known: Known) -> Iterator[DueLine]:
    yield from _approval_lines(place, known.ledger)
    due = reconsents_due(known.ledger, place.today)
    how = "Obtain the newer form, then enter it as renewed in registers/consent.csv or record-consent. Who it is:"
    reached = [d for d in due if d.is_reached]
    ahead = [d for d in due if not d.is_reached]
    tones: tuple[tuple[list[ReconsentDue], Tone], ...] = ((reached, "bad"), (ahead, "warn"))
    for found, tone in tones:
        if found:
            last = min((d.due for d in found if d.due), default=None)
            day = f"by {_said(last)}" if last else "before the next contact"
            what = f"{plural(len(found), 'person', 'people')} to consent again"
            yield DueLine("Consent", what, len(found), day, how, "restricted/consent/reconsents.csv", tone)


def _approval_lines(place: Workspace, ledger: ConsentLedger) -> Iterator[DueLine]:
    how = "Ask the board for the renewal, then enter its days in study.yaml (ethics, approvals) and run"
    command = "fieldtrail run STUDY record-amendment"
    if not approval_on(ledger, place.today)[0]:
        what = "No ethics approval is in force: nobody may be contacted or interviewed"
        yield DueLine("Consent", what, 1, "today", how, command, "bad")
        return
    ends = [p.end for p in ledger.approvals if p.holds(place.today)]
    last = max((end for end in ends if end), default=None)
    if last is not None and None not in ends and last - place.today <= COMING:
        following = any(p.holds(last + timedelta(days=1)) for p in ledger.approvals)
        if not following:
            yield DueLine("Consent", "The ethics approval ends", 1, _said(last), how, command, "warn")


def _withdrawal_lines(place: Workspace) -> Iterator[DueLine]:
    for due in copies_due(place.events()):
        if due.open:
            what = f"Withdrawal {due.code}: {plural(len(due.open), 'place', 'places')} to look through for copies"
            how = "Look through each, then tick it: a row copy_removed in registers/decisions.csv. What to look for:"
            late = place.today - due.since > COMING
            since = f"since {_said(due.since)}"
            list_ = f"restricted/withdrawals/{due.code}.csv"
            yield DueLine("Withdrawals", what, len(due.open), since, how, list_, "bad" if late else "warn")


def _recording_lines(place: Workspace) -> Iterator[DueLine]:
    """Recordings to destroy by what consent promised, those overdue and those due soon apart, by recording id."""
    owed = [d for d in destructions_owed(place, place.events()) if d.due is not None]
    late = [d for d in owed if d.due and d.due < place.today]
    soon = [d for d in owed if d.due and place.today <= d.due <= place.today + COMING]
    tones: tuple[tuple[list[Destruction], Tone], ...] = ((late, "bad"), (soon, "warn"))
    for found, tone in tones:
        if found and (first := found[0].due):
            shown = ", ".join(_recording(d, place) for d in found[:SHOWN])
            more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            what = f"{plural(len(found), 'recording')} to destroy, as consent promised: {shown}{more}"
            day = f"was due {_said(first)}" if tone == "bad" else f"by {_said(first)}"
            how = (
                f"Destroy every copy, also where it was transcribed; then enter the step destroyed in {RECORDINGS.file}"
            )
            yield DueLine("Recordings", what, len(found), day, f"{how} or record-recording.", tone=tone)


def _recording(due: Destruction, place: Workspace) -> str:
    """A recording by its id; by its interview where the register of interviews gives it a name that is none."""
    return due.recording if is_recording_id(due.recording, place.protocol) else f"that of {due.interview}"


def _site_lines(place: Workspace, registers: Registers, known: Known) -> Iterator[DueLine]:
    stages = {site: name for name, stage in fold_sample(place.events()).stages.items() for site in stage.selected}
    for risk in site_risks(place, registers, known.recruitment, known.progress):
        in_time = risk.is_in_time(place.today)
        parts = [f"Site {risk.site} {RISKS[risk.why]}"]
        parts += [f"{risk.missing} of its interviews are missing"] if risk.missing else []
        parts += [f"chance to reach it {risk.chance:.0%}"] if risk.chance is not None and risk.why == "behind" else []
        since = "" if risk.why == "missed" else f"{plural(risk.days, 'day')} since it was "
        since += "" if risk.why == "missed" else ("invited" if risk.why == "not_activated" else "activated")
        parts += [since] if since else []
        limit = f"replace by {_said(risk.replace_by)}" if risk.replace_by and in_time else "too late to replace"
        day = limit if risk.replace_by else "open-ended"
        stage = stages.get(risk.site)
        how = "Ask the site what it needs; to replace it" if stage and in_time else "Ask the site what it needs."
        command = f"fieldtrail run STUDY replace-site -p stage={stage} -p site={risk.site} -p why=unreachable"
        tone: Tone = "plain" if risk.why == "missed" else "warn" if in_time else "bad"
        yield DueLine("Sites", "; ".join(parts), 1, day, how, command if stage and in_time else "", tone)


def site_risks(
    place: Workspace, registers: Registers, recruitment: Recruitment, progress: Iterable[TargetProgress]
) -> list[SiteRisk]:
    """The sites at risk on the study's day; none without the recruitment register."""
    rows = registers.frames["recruitment"]
    if rows is None:
        return []
    return sites_at_risk(
        recruitment,
        progress,
        _enrolled(rows),
        rules=place.protocol.participants.field_period,
        ends=place.protocol.field_ends,
        today=place.today,
    )


def _enrolled(rows: pd.DataFrame) -> dict[str, date]:
    """The latest enrolment at each site, from the register's rows."""
    enrolled = rows[(rows["step"] == "enrolled") & rows["is_usable"]]
    latest = enrolled.groupby("site_id")["day"].max()
    return {str(site): date.fromisoformat(day) for site, day in latest.items()}


def _obligation_lines(place: Workspace) -> Iterator[DueLine]:
    for owed in sorted(place.protocol.obligations, key=lambda o: (o.due, o.id)):
        if owed.done is None and owed.due - place.today <= COMING:
            late = owed.due < place.today
            how = "When it is done, enter the day in study.yaml (obligations, done)."
            day = f"was due {_said(owed.due)}" if late else f"by {_said(owed.due)}"
            yield DueLine("Obligations", owed.what, 1, day, how, tone="bad" if late else "plain")


def _said(day: date) -> str:
    return f"{day:%-d %B %Y}"
