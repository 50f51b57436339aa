"""Steps out of order and contacts at sites not activated, found on the measured registers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from recruitment.checks import raised
from recruitment.facts import Reading
from recruitment.log import Recruitment
from recruitment.registers import AFFILIATIONS, RECRUITMENT, Register, RowKey, register_row
from recruitment.tally import Step, steps_of
from recruitment.transitions import BEFORE_CONSENT, PERSON_NEXT
from study import Event, Query

SITE_ENDS = ("activated", "closed", "withdrew")
CONTACTS = ("approached", "screened", "invited", "enrolled")
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "recruitment": (
        "recruitment.enrolled",
        "recruitment.lost",
        "recruitment.withdrawn",
        *(f"site.{act}" for act in ("invited", "permitted", "approved", "activated", "visited", "closed", "declined")),
        "site.withdrew",
    ),
    "consent": ("consent.given", "consent.renewed", "consent.withdrawn"),
    "interviews": ("interview",),
    "participants": ("participant.affiliated",),
    "recordings": ("recording.sent", "recording.returned", "recording.destroyed"),
}
"""The families of row keys each register gives."""


def sequence_queries(rows: pd.DataFrame, consented: frozenset[str], *, study: str, ref: str) -> list[Query]:
    """Steps before consent that do not follow one another, and steps after it of people who never consented.

    One query for each pair of steps; `consented` are participant codes.
    """
    found: dict[tuple[str, str], list[int]] = {}
    for code, steps in steps_of(rows):
        for pair, row in _out_of_order(steps, code in consented):
            found.setdefault(pair, []).append(row)
    return [
        _illegal(state, attempted, PERSON_NEXT[state], RECRUITMENT.subject, rows_, study, ref, RECRUITMENT)
        for (state, attempted), rows_ in sorted(found.items())
    ]


def _out_of_order(steps: list[Step], has_consented: bool) -> Iterator[tuple[tuple[str, str], int]]:
    state = ""
    for step in steps:
        name = step.name
        if name in BEFORE_CONSENT:
            if name not in PERSON_NEXT[state]:
                yield (state, name), step.row
            state = name
        elif name == "enrolled" and not has_consented:
            yield (state, name), step.row
        elif has_consented:
            state = "consented"


def stopped_queries(rows: pd.DataFrame, *, study: str, ref: str) -> list[Query]:
    """Contacts after the day on which the same person asked not to be contacted, whatever is wrong with that row.

    Where that day cannot be read, contacts further down in the file count as later.
    """
    asked = rows[(rows["step"] == "do_not_contact") & (rows["participant_id"] != "")]
    if asked.empty:
        return []
    first = asked.sort_values("row").drop_duplicates("participant_id").set_index("participant_id")
    later = rows[rows["step"].isin(CONTACTS) & rows["participant_id"].isin(first.index) & (rows["day"] != "")]
    if later.empty:
        return []
    day, row = (later["participant_id"].map(first[column]) for column in ("day", "row"))
    after = later[((day != "") & (later["day"] > day)) | ((day == "") & (later["row"] > row))]
    if after.empty:
        return []
    file, numbers = RECRUITMENT.file, {int(n) for n in after["row"]}
    return [raised("RG024", study=study, subject=RECRUITMENT.subject, ref=ref, file=file, column="step", rows=numbers)]


def problem_queries(
    recruitment: Recruitment, events: list[Event], readings: Iterable[Reading], *, study: str, refs: Mapping[str, str]
) -> list[Query]:
    """Events that fit no allowed transition, at the rows of the registers being read.

    An interview without consent is a matter of consent and not repeated here.
    """
    by_id = {e.id: e for e in events}
    located = {key: (reading.register, row) for reading in readings for key, row in reading.rows.items()}
    found = []
    for problem in recruitment.problems:
        event = by_id[problem.event_id]
        key = register_row(event)
        if key not in located or (problem.state == "invited" and event.kind.startswith("interview.")):
            continue
        register, row = located[key]
        ref, rule = refs[register.name], f"transition.{event.kind}"
        found.append(
            _illegal(
                problem.state,
                problem.attempted,
                problem.allowed,
                problem.subject,
                [row],
                study,
                ref,
                register,
                rule,
                _nth(key),
            )
        )
    return found


def site_contact_queries(
    rows: pd.DataFrame, register: Register, sites: pd.DataFrame, *, study: str, ref: str
) -> list[Query]:
    """Contacts (or interviews) on days when their site was not activated, from the sites' acts in `sites`.

    A site counts from its activation to its closing, both days included; from the day it withdrew it does not.
    """
    acts = sites[(sites["participant_id"] == "") & sites["is_usable"]]
    first = {step: acts[acts["step"] == step].groupby("site_id")["day"].min().to_dict() for step in SITE_ENDS}
    column = "participant_ids" if "participant_ids" in rows.columns else "participant_id"
    contact = rows[column].ne("") & rows["site_id"].ne("") & rows["is_usable"]
    contact &= (
        rows["step"].isin(CONTACTS) if "step" in rows.columns else rows["outcome"].isin(["full", "part", "notes_only"])
    )
    at = rows[contact]
    days = {step: at["site_id"].map(lambda site, on=on: on.get(site, "9999")).astype(str) for step, on in first.items()}
    outside = at[(at["day"] < days["activated"]) | (at["day"] > days["closed"]) | (at["day"] >= days["withdrew"])]
    if outside.empty:
        return []
    numbers = {int(n) for n in outside["row"]}
    subject, file = register.subject, register.file
    return [raised("RG012", study=study, subject=subject, ref=ref, file=file, column="site_id", rows=numbers)]


def changed_queries(reading: Reading, erased: frozenset[str], *, study: str, ref: str) -> list[Query]:
    """Rows that say something else than recorded, and recorded rows that are gone; none for erased participants."""
    return [query for _, query in changed_rows(reading, erased, study=study, ref=ref)]


def changed_rows(reading: Reading, erased: frozenset[str], *, study: str, ref: str) -> list[tuple[RowKey, Query]]:
    """The key of each changed or vanished row that nobody corrected, and its query."""
    register = reading.register
    gone = reading.vanished(FAMILIES[register.name], erased)
    return [
        (
            key,
            raised(
                check,
                study=study,
                subject=_subject(reading.recorded[key]),
                ref=ref,
                file=register.file,
                rule=f"{rule}.{key[0]}",
                ordinal=_nth(key),
                rows=[reading.rows[key]] if key in reading.rows else (),
            ),
        )
        for check, rule, keys in (("RG009", "changed", reading.changed), ("RG010", "vanished", gone))
        for key in keys
        if key not in reading.settled and (register is not AFFILIATIONS or check == "RG009")
    ]


def _illegal(
    state: str,
    attempted: str,
    allowed: tuple[str, ...],
    subject: str,
    rows: Iterable[int],
    study: str,
    ref: str,
    register: Register,
    rule: str = "",
    ordinal: int = 0,
) -> Query:
    return raised(
        "RG011",
        study=study,
        subject=subject,
        ref=ref,
        file=register.file,
        rule=rule or f"transition.{state or 'start'}.{attempted}",
        ordinal=ordinal,
        rows=rows,
        state=(state or "the start").replace("_", " "),
        attempted=attempted.replace("_", " "),
        allowed=", ".join(a.replace("_", " ") for a in allowed) or "nothing",
    )


def _subject(event: Event) -> str:
    site, recording = event.subject_id("site"), event.subject_id("recording")
    if recording:
        return f"recording:{recording}"
    return f"site:{site}" if site else f"participant:{event.subject_id('participant')}"


def _nth(key: RowKey | None) -> int:
    return int(key[-1]) if key else 0
