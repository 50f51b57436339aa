"""Kinds about recruitment, interviews and consent. A participant appears only by trail code.

Never a site, role or group of a person, never a health or withdrawal reason.
"""

from __future__ import annotations

from typing import Literal

from study.kinds.shapes import Code, Count, Day, Hmac, Kind, Rank, Row, Scope, Sha256, Shape

Covers = Literal["consent", "hipaa_authorisation"]
Mode = Literal[
    "signed",
    "short_form",
    "verbal",
    "electronic",
    "waiver_of_documentation",
    "waiver",
    "alteration",
    "exempt",
]


class Tallied(Shape):
    """The whole study's counts before consent, by step and criterion number, with the register's hmac.

    `exits` count the people who left or wait, by the last step they reached and how; `ordinal` counts how often
    the register stood exactly like this.
    """

    source: Hmac
    identified: Count
    approached: Count
    screened: Count
    ineligible: tuple[tuple[Code, Count], ...]
    invited: Count
    no_response: Count
    declined: Count
    exits: tuple[tuple[Code, Code, Count], ...] = ()
    ordinal: Count = 1


class Left(Row):
    """A withdrawal from taking part; `day_stated` is false where the register's day could not be read and the day
    on which the row was read stands in."""

    source: Literal["register", "consent_register", "request"] = "register"
    day_stated: bool = True


class InterviewRow(Row):
    mode: Literal["in_person", "phone", "video"] | None = None


class InterviewHeld(Row):
    outcome: Literal["full", "part", "notes_only"]
    mode: Literal["in_person", "phone", "video"] | None = None
    recorded: bool


class FormApproved(Shape):
    """One consent form version: the days on which it may be signed, and its re-consent order.

    `revision` counts what was later set for the version, such as its last day; the newest one stands. `references`
    are the ethics board's, by the mode they allow.
    """

    form: Code
    version: Code
    language: Code
    opens: Day
    closes: Day | None = None
    reconsent: Literal["none", "before_next_contact", "everyone_by"]
    by: Day | None = None
    scopes: tuple[Scope, ...]
    approval_from: Day
    text: Sha256
    revision: Count = 1
    covers: Covers = "consent"
    needs: tuple[Literal["representative", "assent", "understanding", "copy", "signed_form"], ...] = ()
    references: tuple[tuple[Mode, Code], ...] = ()


class ConsentGiven(Row):
    """One consent; `proof` is the HMAC of the signed form's SHA-256 under the participant's key."""

    form: Code
    form_version: Code
    language: Code
    mode: Mode
    given: tuple[Scope, ...]
    declined: tuple[Scope, ...]
    obtained_by: Code
    has_witness: bool
    has_representative: bool
    copy_given: bool
    covers: Covers = "consent"
    assent: Literal["given", "declined", "not_capable"] | None = None
    understanding_checked: bool = False
    proof: Hmac | None = None


class ConsentWithdrawn(Row):
    scopes: tuple[Scope, ...]
    disposition: Literal["keep", "deidentify", "delete"]
    source: Literal["register", "request"] = "register"
    day_stated: bool = True


PEOPLE_KINDS = (
    Kind("recruitment.tallied", Tallied, ("data.source", "data.ordinal"), Rank.ASSESSMENT, "process_notes"),
    Kind("recruitment.enrolled", Row, ("participant", "data.ordinal", "data.version"), Rank.ENROLMENT, "process_notes"),
    Kind("recruitment.lost", Row, ("participant", "data.ordinal", "data.version"), Rank.DECISION, "process_notes"),
    Kind(
        "recruitment.withdrawn",
        Left,
        ("participant", "data.source", "data.ordinal", "data.version"),
        Rank.WITHDRAWAL,
        "process_notes",
    ),
    Kind(
        "participant.affiliated", Row, ("participant", "data.ordinal", "data.version"), Rank.ENROLMENT, "process_notes"
    ),
    Kind(
        "interview.scheduled",
        InterviewRow,
        ("interview", "participant", "data.ordinal", "data.version"),
        Rank.PREPARATION,
        "process_notes",
    ),
    Kind(
        "interview.missed",
        InterviewRow,
        ("interview", "participant", "data.ordinal", "data.version"),
        Rank.ACT,
        "process_notes",
    ),
    Kind(
        "interview.held",
        InterviewHeld,
        ("interview", "participant", "data.ordinal", "data.version"),
        Rank.ACT,
        "raw_data",
    ),
    Kind("incentive.paid", Row, ("participant", "data.ordinal", "data.version"), Rank.DECISION, "process_notes"),
    Kind(
        "consent.form_approved",
        FormApproved,
        ("data.form", "data.version", "data.language", "data.revision"),
        Rank.GRANT,
        "intentions",
    ),
    Kind(
        "consent.given",
        ConsentGiven,
        ("participant", "data.form", "data.form_version", "data.ordinal", "data.version"),
        Rank.CONSENT,
        "process_notes",
    ),
    Kind(
        "consent.renewed",
        ConsentGiven,
        ("participant", "data.form", "data.form_version", "data.ordinal", "data.version"),
        Rank.CONSENT,
        "process_notes",
    ),
    Kind(
        "consent.withdrawn",
        ConsentWithdrawn,
        ("participant", "data.ordinal", "data.version"),
        Rank.WITHDRAWAL,
        "process_notes",
    ),
)
