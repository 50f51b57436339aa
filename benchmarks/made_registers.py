"""Registers of any size, the same every time: sites, people, and what befell them, spread over eighteen months."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta

PEOPLE_A_SITE = 100
FIRST = date(2015, 1, 1)
COLUMNS = {
    "recruitment": ("participant_id", "site_id", "role", "step", "occurred", "reason_code", "contact_channel"),
    "consent": (
        "participant_id", "form_id", "form_version", "language", "action", "occurred", "mode", "scopes",
        "obtained_by", "witness", "representative", "copy_given", "disposition",
    ),
    "interviews": (
        "interview_id", "participant_ids", "site_id", "occurred", "mode", "outcome", "guide_version", "recording",
    ),
    "participants": ("participant_id", "pseudonym", "site_id", "role", "from", "to", "group"),
}  # fmt: skip
STEPS = ("identified", "approached", "screened", "invited")
ROWS_A_PERSON = 10
"""Six in the recruitment register, two consents, an interview or a step more, an affiliation."""

Table = list[tuple[str, ...]]


def made_registers(rows: int) -> dict[str, bytes]:
    """The four registers as CSV, about `rows` rows in all: ten a person, a hundred people a site.

    One person in ten declines, one in fifty withdraws later; one row in a thousand holds a slip.
    """
    tables: dict[str, Table] = {name: [] for name in COLUMNS}
    people = rows // ROWS_A_PERSON
    for site in range(-(-people // PEOPLE_A_SITE)):
        for day, step in enumerate(("invited", "permitted", "activated")):
            tables["recruitment"].append(("", f"S{site + 1:03d}", "", step, _day(day), "", ""))
    for number in range(people):
        _person(number, tables)
    return {name: _csv(COLUMNS[name], table) for name, table in tables.items()}


def codes(rows: int) -> dict[str, str]:
    """Participant code → trail code of everybody in registers of that size."""
    return {f"P{n:05d}": f"t{n:010d}" for n in range(rows // ROWS_A_PERSON)}


def sites(rows: int) -> frozenset[str]:
    """Every site in registers of that size."""
    return frozenset(f"S{n + 1:03d}" for n in range(-(-rows // ROWS_A_PERSON // PEOPLE_A_SITE)))


def _person(number: int, tables: dict[str, Table]) -> None:
    code, site = f"P{number:05d}", f"S{number // PEOPLE_A_SITE + 1:03d}"
    role = ("peer_provider", "program_director")[number % 2]
    start = 10 + number % 300
    slip = number % 100 == 7
    for nth, step in enumerate(STEPS):
        day = _day(start + 3 * nth) if not (slip and nth == 1) else "03/04/2016"
        tables["recruitment"].append((code, site, role, step, day, "", "phone"))
    tables["participants"].append((code, f"Name{number}", site, role, _day(start), "", ""))
    if number % 10 == 3:
        for nth in range(4):
            tables["recruitment"].append((code, site, role, "invited", _day(start + 12 + nth), "", "post"))
        tables["recruitment"].append((code, site, role, "declined", _day(start + 20), "", ""))
        return
    signed, scopes = _day(start + 15), "take_part;record;transcribe;quote;recontact"
    consent = (code, "FORM", "1", "en", "given", signed, "signed", scopes, "RA1", "", "", "yes", "")
    tables["consent"] += [consent, (*consent[:4], "renewed", _day(start + 60), *consent[6:])]
    tables["recruitment"].append((code, site, role, "enrolled", _day(start + 16), "", ""))
    held = (f"I{number:06d}", code, site, _day(start + 30), "in_person", "full", "", f"R{number:06d}")
    tables["interviews"].append(held)
    if number % 50 == 1:
        tables["consent"].append((*consent[:4], "withdrawn", _day(start + 70), "verbal", "", "RA1", "", "", "", "keep"))
    else:
        tables["interviews"].append((f"J{number:06d}", *held[1:3], _day(start + 40), *held[4:]))


def _day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


def _csv(columns: Iterable[str], table: Table) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(table)
    return written.getvalue().encode()
