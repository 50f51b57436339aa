"""The checks of the registers and of consent (id, severity, title, reason), and the query of one that is not met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recruitment.messages import MESSAGES
from recruitment.registers import FIRST_FORM_ROW
from study import Query
from study.query import Severity, place

REGISTER_CHECKS: tuple[tuple[str, Severity, str, str], ...] = (
    ("RG001", "block", "Participant is known", "A row about nobody we know may belong to somebody else."),
    ("RG002", "block", "Site is known", "A contact at a site outside the frame cannot be counted or approved."),
    ("RG003", "block", "Dates are days", "Without its day an act cannot be asked for the consent of that day."),
    ("RG004", "block", "Dates are written one way", "03/04 is March to some and April to others."),
    ("RG005", "review", "Rows appear once", "A row entered twice would count twice."),
    ("RG006", "block", "Steps are known", "A step we do not know moves nobody."),
    ("RG007", "block", "Roles are known", "Targets and comparisons count by role."),
    ("RG008", "block", "Clock times name their zone", "Without its zone a time may fall on another day."),
    ("RG009", "block", "Recorded rows stay as they were", "What was recorded cannot be changed without saying why."),
    ("RG010", "review", "Recorded rows stay in the register", "A row that vanishes takes its evidence with it."),
    ("RG011", "review", "Steps follow one another", "A step out of order is usually a missing row or a wrong day."),
    ("RG012", "block", "Contacts happen at activated sites", "Nobody is contacted where permission is not complete."),
    ("RG013", "block", "Consent forms are known", "A consent to a form nobody approved covers nothing."),
    ("RG014", "block", "Cells hold known words", "A word outside the list cannot be acted upon."),
    ("RG015", "block", "Registers have their columns", "Without a column its rows cannot be understood."),
    ("RG016", "inform", "Days have come", "What lies ahead has not happened yet and is not recorded."),
    ("RG017", "review", "Sites belong to the sample", "A site outside the approved sample weakens the design."),
    ("RG018", "block", "Registers can be read", "What cannot be read cannot take effect."),
    ("RG019", "block", "Named forms and guides are there", "What was approved must be shown word for word."),
    (
        "RG020",
        "block",
        "Approved texts stay as they were",
        "A text somebody agreed to cannot change under its version.",
    ),
    ("RG021", "review", "Whoever acted is in the team", "What nobody of the team did, nobody answers for."),
    ("RG022", "review", "Whoever acted was delegated", "A task is done by those to whom it was delegated that day."),
    ("RG023", "review", "Whoever acted was trained", "The protocol promised that training comes before the task."),
    ("RG024", "block", "Nobody is contacted who asked not to be", "A request to be left alone is honoured at once."),
)

CONSENT_CHECKS: tuple[tuple[str, Severity, str, str], ...] = (
    ("CN001", "block", "Forms are signed in their window", "Outside its window a form was not approved for use."),
    ("CN002", "block", "Form versions exist", "A consent to a version nobody approved covers nothing."),
    ("CN003", "block", "Consent follows approval", "Before approval nobody may be asked to consent."),
    ("CN004", "block", "Interviews follow consent", "What was said before consent was not given to the study."),
    ("CN005", "block", "Interviews are covered", "Taking part needs consent in force on that very day."),
    ("CN006", "block", "Consent is obtained by those authorised", "Only delegated people may obtain consent."),
    ("CN007", "block", "Short forms have a witness", "A short form is valid only with a witness (45 CFR 46.117)."),
    ("CN008", "review", "Re-consent is obtained when due", "A changed form must be agreed to before going on."),
    ("CN009", "block", "Approval is in force", "While approval lapses nobody is contacted or interviewed."),
    ("CN010", "block", "Windows of versions do not overlap", "On one day one version may be signed."),
    ("CN011", "inform", "Consent comes first that day", "With days alone the order within a day is not provable."),
    ("CN012", "block", "Recordings are covered", "A declined recording makes a notes-only interview."),
    ("CN013", "review", "Deletion asked for is carried out", "A person's data goes when the form says it can."),
    ("CN014", "block", "Forms exist in the language used", "What a person cannot read they have not agreed to."),
    (
        "CN015",
        "block",
        "The board allowed the mode",
        "A waiver or exemption is the board's to give (45 CFR 46.116, .117).",
    ),
    ("CN016", "block", "Representatives are recorded", "Where the form needs one, nobody else can consent."),
    ("CN017", "block", "Assent is recorded", "Who can assent is asked, and no is no (45 CFR 46.408)."),
    ("CN018", "review", "Understanding is checked", "Agreeing to what was not understood is no consent."),
    ("CN019", "review", "Copies are given", "Everybody gets a copy of what they signed (45 CFR 46.117(a))."),
    ("CN020", "block", "Versions somebody signed stay", "What somebody signed is part of the study's history."),
    ("CN021", "block", "Nothing new is used before its amendment", "A change counts from the board's approval on."),
    ("CN022", "block", "Nothing new is set before its amendment", "A change counts from the board's approval on."),
    ("CN023", "block", "Signed forms stay as they were", "The signed form is the proof of the consent."),
    ("CN024", "review", "Signed forms are on file", "Where the protocol says so, each consent shows its signed form."),
    ("CN025", "inform", "Signed forms belong to a consent", "A signed form without its row was not entered."),
    ("CN026", "review", "Nothing is entered after what it covers", "What was done meanwhile was done without it."),
    (
        "CN027",
        "block",
        "While approval lapses nothing goes on",
        "Contact, collection and analysis wait (45 CFR 46.109).",
    ),
    ("CN028", "block", "Recordings are sent with consent", "What leaves the team needs consent on that very day."),
    ("CN030", "review", "Shared transcripts are masked", "Others go on speaking in it; who withdrew does not."),
    ("CN031", "review", "Copies elsewhere are removed", "What left the system must be asked back place by place."),
    ("CN032", "review", "Ticks name a withdrawal", "A tick that names nothing leaves a copy where it is."),
    ("CN033", "review", "An ethics approval is in force", "Without one nobody is contacted and nothing collected."),
)

SEVERITY: Mapping[str, Severity] = {id: severity for id, severity, _, _ in (*REGISTER_CHECKS, *CONSENT_CHECKS)}


def raised(
    check: str,
    *,
    study: str,
    subject: str,
    ref: str,
    file: str,
    column: str = "",
    rule: str = "",
    ordinal: int = 0,
    rows: Iterable[int] = (),
    **said: str,
) -> Query:
    """The query of a check: in which file and column, on which rows (1 is the header), about which subject."""
    numbers = sorted(rows)
    return Query.raised(
        check,
        SEVERITY[check],
        study=study,
        subject=subject,
        place=place(ref, rule or column, ordinal),
        where=located(file, column, numbers),
        message=MESSAGES[check].format(**said),
        rows=[str(n) for n in numbers],
    )


def located(file: str, column: str, rows: list[int]) -> str:
    """File, column and rows as people say them, entry forms apart; at most eight of each, then how many more."""
    forms = [n - FIRST_FORM_ROW for n in rows if n > FIRST_FORM_ROW]
    parts = [
        file,
        *_numbered("row", [n for n in rows if n <= FIRST_FORM_ROW]),
        *_numbered("entry form", forms),
        *([f"column {column}"] if column else []),
    ]
    return ", ".join(parts)


def _numbered(thing: str, numbers: list[int]) -> list[str]:
    """`rows 3, 4 and 12 more` as one part of a place; nothing for no number."""
    shown = ", ".join(map(str, numbers[:8])) + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")
    return [f"{thing}{'s' if len(numbers) > 1 else ''} {shown}"] if numbers else []
