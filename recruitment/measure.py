"""What is measured on a register's rows: one column a feature, True where it holds, None where it does not apply."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import get_args

import pandas as pd

from recruitment.checks import SEVERITY, raised
from recruitment.ledger import SCOPES
from recruitment.registers import (
    CONSENT,
    FIRST_FORM_ORDINAL,
    FIRST_FORM_ROW,
    RECORDINGS,
    Register,
    ordinals,
    parse_days,
    repeated,
)
from recruitment.transitions import BEFORE_CONSENT
from study import Protocol, Query
from study.kinds.people import ConsentGiven, InterviewRow

PERSON_STEPS = (*BEFORE_CONSENT, "enrolled", "lost", "withdrawn", "do_not_contact")
SITE_STEPS = ("invited", "permitted", "approved", "activated", "visited", "closed", "declined", "withdrew")
ACTIONS = ("given", "renewed", "withdrawn")
RECORDING_STEPS = ("made", "sent", "returned", "destroyed")
OUTCOMES = ("", "full", "part", "notes_only", "no_show")
CONSENT_MODES = get_args(ConsentGiven.model_fields["mode"].annotation)
INTERVIEW_MODES = ("", *get_args(get_args(InterviewRow.model_fields["mode"].annotation)[0]))
DISPOSITIONS = ("", "keep", "deidentify", "delete")
YES_NO = ("", "yes", "no")
ASSENTS = ("", "given", "declined", "not_capable")
_RECORDING_ID = re.compile(r"[A-Za-z]{0,4}[-_.]?\d{1,12}([-_.]\d{1,4})?")


@dataclass(frozen=True, slots=True)
class Feature:
    """A measured column, the check that expects it to be True everywhere, and the register's column it looks at."""

    name: str
    check: str
    column: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a row may name: the protocol's lists, participant codes, the frame's sites, the approved sample, the
    interviews' ids.

    An empty `sites`, `sample` or `interviews` means that there is none to compare with; `dates` say how the days of a
    register are declared to be written, where not YYYY-MM-DD.
    """

    protocol: Protocol
    participants: frozenset[str]
    sites: frozenset[str]
    sample: frozenset[str]
    today: date
    dates: Mapping[str, str] = field(default_factory=dict)
    interviews: frozenset[str] = frozenset()


FEATURES: Mapping[str, tuple[Feature, ...]] = {
    "recruitment": (
        Feature("participant_is_known", "RG001", "participant_id"),
        Feature("site_is_known", "RG002", "site_id"),
        Feature("site_is_sampled", "RG017", "site_id"),
        Feature("occurred_is_day", "RG003", "occurred"),
        Feature("occurred_is_iso", "RG004", "occurred"),
        Feature("occurred_has_zone", "RG008", "occurred"),
        Feature("occurred_has_come", "RG016", "occurred"),
        Feature("step_is_known", "RG006", "step"),
        Feature("role_is_known", "RG007", "role"),
        Feature("criterion_is_known", "RG014", "reason_code"),
    ),
    "consent": (
        Feature("participant_is_known", "RG001", "participant_id"),
        Feature("occurred_is_day", "RG003", "occurred"),
        Feature("occurred_is_iso", "RG004", "occurred"),
        Feature("occurred_has_zone", "RG008", "occurred"),
        Feature("occurred_has_come", "RG016", "occurred"),
        Feature("action_is_known", "RG006", "action"),
        Feature("form_is_known", "RG013", "form_id"),
        Feature("mode_is_known", "RG014", "mode"),
        Feature("scopes_are_known", "RG014", "scopes"),
        Feature("person_is_known", "RG014", "obtained_by"),
        Feature("copy_is_known", "RG014", "copy_given"),
        Feature("disposition_is_known", "RG014", "disposition"),
        Feature("assent_is_known", "RG014", "assent"),
        Feature("understanding_is_known", "RG014", "understanding"),
        Feature("signed_form_is_known", "RG014", "signed_form_sha256"),
    ),
    "interviews": (
        Feature("participant_is_known", "RG001", "participant_ids"),
        Feature("site_is_known", "RG002", "site_id"),
        Feature("site_is_sampled", "RG017", "site_id"),
        Feature("occurred_is_day", "RG003", "occurred"),
        Feature("occurred_is_iso", "RG004", "occurred"),
        Feature("occurred_has_zone", "RG008", "occurred"),
        Feature("occurred_has_come", "RG016", "occurred"),
        Feature("outcome_is_known", "RG006", "outcome"),
        Feature("mode_is_known", "RG014", "mode"),
    ),
    "participants": (
        Feature("site_is_known", "RG002", "site_id"),
        Feature("occurred_is_day", "RG003", "from"),
        Feature("occurred_is_iso", "RG004", "from"),
        Feature("occurred_has_zone", "RG008", "from"),
        Feature("role_is_known", "RG007", "role"),
    ),
    "recordings": (
        Feature("recording_is_known", "RG014", "recording_id"),
        Feature("interview_is_known", "RG014", "interview_id"),
        Feature("occurred_is_day", "RG003", "occurred"),
        Feature("occurred_is_iso", "RG004", "occurred"),
        Feature("occurred_has_zone", "RG008", "occurred"),
        Feature("occurred_has_come", "RG016", "occurred"),
        Feature("step_is_known", "RG006", "step"),
        Feature("minutes_are_known", "RG014", "minutes"),
    ),
}


def missing_columns(register: Register, frame: pd.DataFrame) -> list[str]:
    """The columns the register must have and this file does not."""
    return [c for c in register.columns if c not in frame.columns]


def measure(register: Register, frame: pd.DataFrame, known: Known) -> pd.DataFrame:
    """The register's rows with `row` (number in the file), `day`, `ordinal`, `is_repeated`, features and `is_usable`.

    `frame` holds text, "" for empty, its index the row numbers. An interview with several participants gives one
    measured row for each. A row is usable when no blocking feature fails, it repeats no other and its day has come.
    """
    rows = frame.reset_index(names="row")
    rows["is_repeated"] = repeated(frame).to_numpy()
    if register.name == "interviews":
        rows["participant_ids"] = rows["participant_ids"].str.split(r"\s*;\s*", regex=True)
        rows = rows.explode("participant_ids", ignore_index=True)
    key = _key(register, rows)
    is_form = rows["row"] > FIRST_FORM_ROW
    counted = ordinals(rows[~is_form].drop(columns=["row", "is_repeated"]), key)
    rows["ordinal"] = counted.reindex(rows.index).fillna(rows["row"] - FIRST_FORM_ROW + FIRST_FORM_ORDINAL).astype(int)
    written = "from" if register.name == "participants" else "occurred"
    days = parse_days(rows[written], known.protocol.zone)
    rows["day"] = days["day"]
    read = rows["day"] != ""
    rows["occurred_is_day"] = days["fault"] != "not_a_day"
    rows["occurred_is_iso"] = days["fault"] != "other_format"
    rows["occurred_has_zone"] = days["fault"] != "no_zone"
    rows["occurred_has_come"] = (rows["day"] <= known.today.isoformat()).where(read, None)
    _MEASURES[register.name](rows, known)
    blocking = [f.name for f in FEATURES[register.name] if SEVERITY[f.check] == "block"]
    failing = pd.concat([rows[name].eq(False) for name in blocking], axis=1).any(axis=1)
    rows["is_usable"] = ~failing & ~rows["is_repeated"] & rows["occurred_has_come"].ne(False)
    return rows


def feature_queries(
    register: Register, rows: pd.DataFrame, known: Known, *, study: str, ref: str, only: Iterable[str] | None = None
) -> list[Query]:
    """One query for each feature that fails on some row; and one for rows that repeat another.

    `only` keeps these check ids. The subject is the register: before consent nobody has one of their own.
    """
    wanted = None if only is None else set(only)
    found = [
        failed_feature(register, f, rows.loc[rows[f.name].eq(False), "row"], known, study=study, ref=ref)
        for f in FEATURES[register.name]
        if (wanted is None or f.check in wanted) and rows[f.name].eq(False).any()
    ]
    if rows["is_repeated"].any() and (wanted is None or "RG005" in wanted):
        numbers = rows.loc[rows["is_repeated"], "row"].unique()
        found.append(raised("RG005", study=study, subject=register.subject, ref=ref, file=register.file, rows=numbers))
    return found


def failed_feature(
    register: Register, feature: Feature, rows: Iterable[int], known: Known, *, study: str, ref: str
) -> Query:
    """The query of one feature that fails on these rows."""
    return raised(
        feature.check,
        study=study,
        subject=register.subject,
        ref=ref,
        file=register.file,
        column=feature.column,
        rows={int(n) for n in rows},
        known=_words(register.name, feature.column, known),
    )


def _key(register: Register, rows: pd.DataFrame) -> list[str]:
    """The columns that tell rows apart: a person's step at whatever site, a withdrawal from whatever form."""
    if register.name == "recruitment":
        rows["key_site"] = rows["site_id"].where(rows["participant_id"] == "", "")
        rows["key_step"] = rows["step"].replace("do_not_contact", "withdrawn")  # both end taking part
        return ["participant_id", "key_step", "key_site"]
    if register.name != "consent":
        return list(register.identifying)
    ends = rows["action"] == "withdrawn"
    rows["key_form"] = rows["form_id"].mask(ends, "")
    rows["key_version"] = rows["form_version"].mask(ends, "")
    return ["participant_id", "key_form", "key_version", "action"]


def _measure_recruitment(rows: pd.DataFrame, known: Known) -> None:
    person = rows["participant_id"] != ""
    after = person & rows["step"].isin(["enrolled", "lost", "withdrawn"])
    pattern = re.compile(known.protocol.participants.code_pattern)
    looks = rows["participant_id"].map(lambda code: pattern.fullmatch(code) is not None).astype(bool)
    listed_there = rows["participant_id"].isin(known.participants)
    rows["participant_is_known"] = (looks & (~after | listed_there)).where(person, None)
    _measure_site(rows, known, rows["site_id"] != "")
    rows["step_is_known"] = rows["step"].isin(PERSON_STEPS).where(person, rows["step"].isin(SITE_STEPS))
    roles = {r.id for r in known.protocol.participants.roles}
    rows["role_is_known"] = rows["role"].isin(roles).where(person, None)
    criteria = {c.number for c in known.protocol.participants.criteria}
    screened_out = rows["step"] == "ineligible"
    rows["criterion_is_known"] = rows["reason_code"].isin(criteria).where(screened_out & bool(criteria), None)


def _measure_consent(rows: pd.DataFrame, known: Known) -> None:
    given = rows["action"] != "withdrawn"
    rows["participant_is_known"] = rows["participant_id"].isin(known.participants)
    rows["action_is_known"] = rows["action"].isin(ACTIONS)
    forms = {f.form for f in known.protocol.consent_forms}
    rows["form_is_known"] = rows["form_id"].isin(forms).where(given, None)
    rows["mode_is_known"] = rows["mode"].isin(CONSENT_MODES).where(given, None)
    rows["scopes_are_known"] = rows["scopes"].map(lambda cell: set(listed(cell)) <= set(SCOPES)).astype(bool)
    team = {p.code for p in known.protocol.team}
    rows["person_is_known"] = rows["obtained_by"].isin(team).where(given, None)
    rows["copy_is_known"] = rows["copy_given"].isin(YES_NO)
    rows["disposition_is_known"] = rows["disposition"].isin(DISPOSITIONS)
    for name in CONSENT.ignored:
        if name not in rows:
            rows[name] = ""
    rows["assent_is_known"] = rows["assent"].isin(ASSENTS)
    rows["understanding_is_known"] = rows["understanding"].isin(YES_NO)
    rows["signed_form_is_known"] = rows["signed_form_sha256"].str.fullmatch("([0-9a-fA-F]{64})?")


def _measure_interviews(rows: pd.DataFrame, known: Known) -> None:
    rows["participant_is_known"] = rows["participant_ids"].isin(known.participants)
    _measure_site(rows, known, rows["site_id"] != "")
    rows["outcome_is_known"] = rows["outcome"].isin(OUTCOMES)
    rows["mode_is_known"] = rows["mode"].isin(INTERVIEW_MODES)
    rows["occurred_has_come"] = rows["occurred_has_come"].where(rows["outcome"] != "", None)


def _measure_affiliations(rows: pd.DataFrame, known: Known) -> None:
    _measure_site(rows, known, rows["site_id"] != "")
    rows["role_is_known"] = rows["role"].isin({r.id for r in known.protocol.participants.roles})


def _measure_recordings(rows: pd.DataFrame, known: Known) -> None:
    for name in RECORDINGS.ignored:
        if name not in rows:
            rows[name] = ""
    rows["recording_is_known"] = rows["recording_id"].map(lambda id: is_recording_id(id, known.protocol)).astype(bool)
    rows["interview_is_known"] = rows["interview_id"].isin(known.interviews) if known.interviews else None
    rows["step_is_known"] = rows["step"].isin(RECORDING_STEPS)
    minutes = rows["minutes"].map(minutes_of)
    rows["minutes_are_known"] = minutes.notna().where(rows["minutes"] != "", None)


def is_recording_id(id: str, protocol: Protocol) -> bool:
    """Whether an id may enter the trail: at most four letters and then digits, and no participant code."""
    code = re.compile(protocol.participants.code_pattern)
    return bool(_RECORDING_ID.fullmatch(id)) and not any(code.fullmatch(part) for part in re.split("[-_.]", id))


def minutes_of(cell: str) -> float | None:
    """The length written in a cell in minutes, over 0 and at most a day; None for anything else."""
    try:
        minutes = float(cell)
    except ValueError:
        return None
    return minutes if 0 < minutes <= 24 * 60 else None


_MEASURES = {
    "recruitment": _measure_recruitment,
    "consent": _measure_consent,
    "interviews": _measure_interviews,
    "participants": _measure_affiliations,
    "recordings": _measure_recordings,
}


def _measure_site(rows: pd.DataFrame, known: Known, named: pd.Series) -> None:
    looks = re.compile(known.protocol.participants.site_pattern)
    sites = known.sites or {s for s in rows["site_id"].unique() if looks.fullmatch(s)}
    rows["site_is_known"] = rows["site_id"].isin(sites).where(named, None)
    rows["site_is_sampled"] = (
        rows["site_id"].isin(known.sample).where(named & rows["site_is_known"].eq(True) & bool(known.sample), None)
    )


def listed(cell: str) -> list[str]:
    """The words of a cell that holds several, separated by semicolons."""
    return [word.strip() for word in cell.split(";") if word.strip()]


def _words(register: str, column: str, known: Known) -> str:
    """The words a column may hold, for messages."""
    protocol = known.protocol
    if column in ("occurred", "from"):
        return known.dates.get(register, "YYYY-MM-DD")
    words: dict[str, Iterable[str]] = {
        "step": RECORDING_STEPS
        if register == "recordings"
        else (*PERSON_STEPS, *(s for s in SITE_STEPS if s not in PERSON_STEPS)),
        "recording_id": ["an id such as R0001: at most four letters, then digits, and no participant code"],
        "interview_id": ["the id of an interview in the register of interviews"],
        "minutes": ["the length in minutes, such as 62 or 62.5"],
        "action": ACTIONS,
        "outcome": OUTCOMES[1:],
        "role": [r.id for r in protocol.participants.roles],
        "form_id": sorted({f.form for f in protocol.consent_forms}),
        "mode": CONSENT_MODES if register == "consent" else INTERVIEW_MODES[1:],
        "scopes": SCOPES,
        "obtained_by": [p.code for p in protocol.team],
        "copy_given": YES_NO[1:],
        "disposition": DISPOSITIONS[1:],
        "assent": ASSENTS[1:],
        "understanding": YES_NO[1:],
        "signed_form_sha256": ["the 64 digits and letters of a SHA-256"],
        "reason_code": [c.number for c in protocol.participants.criteria],
    }
    return ", ".join(words.get(column, ()))
