"""The made-up people of a study and what happened to them, as register rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from examples.generator.names import PSEUDONYMS, contact, full_name
from examples.generator.tables import csv_bytes

Row = dict[str, object]

RECRUITMENT = ("participant_id", "site_id", "role", "step", "occurred", "reason_code", "contact_channel")
CONSENT = (
    "participant_id", "form_id", "form_version", "language", "action", "occurred", "mode", "scopes", "obtained_by",
    "witness", "representative", "copy_given", "disposition",
)  # fmt: skip
INTERVIEWS = (
    "interview_id", "participant_ids", "site_id", "occurred", "mode", "outcome", "guide_version", "recording",
)  # fmt: skip
MEMBER_CHECKS = ("participant_id", "packet_id", "step", "occurred", "theme", "change", "reason")
DECISIONS = ("decision", "subject", "value", "person", "occurred", "reason")
PARTICIPANTS = ("participant_id", "pseudonym", "site_id", "role", "from", "to", "group")
IDENTITIES = ("participant_id", "name", "aliases", "phone", "email", "heard_as")


@dataclass
class Person:
    """A made-up participant; `number` (0-based) gives the name, the pseudonym and the contact data."""

    number: int
    site: str
    role: str
    since: date
    group: str = ""
    steps: list[Row] = field(default_factory=list)

    @property
    def code(self) -> str:
        return f"P{self.number + 1:03d}"

    @property
    def name(self) -> str:
        return full_name(self.number)

    @property
    def pseudonym(self) -> str:
        return PSEUDONYMS[self.number] if self.number < len(PSEUDONYMS) else ""

    def did(self, step: str, day: date, *, reason: str = "", channel: str = "") -> None:
        """One step of recruitment on that day."""
        self.steps.append(
            {
                "participant_id": self.code,
                "site_id": self.site,
                "role": self.role,
                "step": step,
                "occurred": day.isoformat(),
                "reason_code": reason,
                "contact_channel": channel,
            }
        )


def site_act(site: str, step: str, day: date) -> Row:
    """A row of the recruitment register about a site."""
    return {"site_id": site, "step": step, "occurred": day.isoformat()}


def consent(person: Person, form: str, version: str, day: date, scopes: Iterable[str], by: str, **cells: str) -> Row:
    """A row of the consent register; `cells` replaces single values."""
    return {
        "participant_id": person.code,
        "form_id": form,
        "form_version": version,
        "language": "en",
        "action": "given",
        "occurred": day.isoformat(),
        "mode": "signed",
        "scopes": ";".join(scopes),
        "obtained_by": by,
        "copy_given": "yes",
        **cells,
    }


def release(interview: str, by: str, day: date, reason: str) -> Row:
    """A row of the decision register: a transcript is released for coding."""
    return {"decision": "release", "subject": interview, "person": by, "occurred": day.isoformat(), "reason": reason}


def participants(people: Iterable[Person]) -> bytes:
    """restricted/participants.csv."""
    return csv_bytes(
        PARTICIPANTS,
        (
            {
                "participant_id": p.code,
                "pseudonym": p.pseudonym,
                "site_id": p.site,
                "role": p.role,
                "from": p.since.isoformat(),
                "group": p.group,
            }
            for p in people
        ),
    )


def identities(people: Iterable[Person]) -> bytes:
    """restricted/identities.csv: everybody's made-up name, with an alias or a mishearing for some."""
    rows = []
    for person in people:
        phone, email = contact(person.number)
        given, family = person.name.split()
        rows.append(
            {
                "participant_id": person.code,
                "name": person.name,
                "aliases": f"{given[:4]} {family}" if person.number % 5 == 2 else "",
                "phone": phone,
                "email": email,
                "heard_as": family.replace("wood", "would") if person.number % 7 == 0 and "wood" in family else "",
            }
        )
    return csv_bytes(IDENTITIES, rows)


def by_day(rows: Iterable[Row]) -> list[Row]:
    """Rows in order of their day; rows of one day keep their order."""
    return sorted(rows, key=lambda row: str(row["occurred"]))
