"""The third example: people who had at least ten sessions of peer support. Everything in it is made up."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from examples.generator.analysis import analysis_files
from examples.generator.dialogue import phrases
from examples.generator.documents import consent_form, readme
from examples.generator.folder import (
    CODINGS,
    Interview,
    codebook,
    codings,
    instruments,
    interview_register,
    protocol_bytes,
    speak,
    transcript,
)
from examples.generator.member_checks import Round, member_checks
from examples.generator.people import (
    CONSENT,
    DECISIONS,
    MEMBER_CHECKS,
    RECRUITMENT,
    Person,
    Row,
    by_day,
    consent,
    identities,
    participants,
    release,
    site_act,
)
from examples.generator.tables import csv_bytes
from study import load_protocol

NAME = "peer-support"
SITE = "S01"
SCOPES = ("take_part", "record", "transcribe", "quote", "recontact", "audit")
FORMATS = ("txt", "vtt", "docx", "srt")
RECORDS = 40
ROUND = Round(
    answering=("I003", "I004", "I009", "I010"),
    silent=("I011", "I012"),
    released_by="INV1",
    released=date(2013, 10, 1),
)
PEERS = ("Rosalba", "Wystan", "Galatea", "Piran")
"""Pseudonyms of the peers people speak of; peers take no part themselves."""
FATES = ("enrolled",) * 12 + ("declined", "no_response", "no_response", "declined")


class PeerSupport:
    """The study while it is being made up; `files` holds what was written."""

    def __init__(self) -> None:
        self.rng = random.Random(NAME)
        self.people: list[Person] = []
        self.interviews: list[Interview] = []
        self.consents: list[Row] = []
        self.files: dict[str, bytes] = {}

    def build(self) -> dict[str, bytes]:
        """Every file of the clean study."""
        self._frame()
        for number, fate in enumerate(self.rng.sample(FATES, len(FATES))):
            self._person(date(2013, 3, 4) + timedelta(days=9 * number), fate)
        for number, interview in enumerate(sorted(self.interviews, key=lambda i: (i.day, i.person.code))):
            interview.id, interview.format = f"I{number + 1:03d}", FORMATS[number % 4]
            interview.codes = {
                q["id"]: self.rng.sample(q["codes"], 2) for q in phrases(NAME)["questions"]["service_user"]
            }
        self.files["study.yaml"] = protocol_bytes(NAME, SIZE=str(len(FATES)))
        self._material()
        self._registers()
        self.files["analysis/codebook.csv"] = codebook(NAME)
        rows = codings(self.interviews, self.files, lambda id: "INT1" if int(id[1:]) % 2 else "INT2")
        self.files["analysis/codings.csv"] = csv_bytes(CODINGS, rows)
        self.files |= analysis_files(NAME, rows, self.interviews, cited=ROUND.interviews)
        self._check_with_members(rows)
        self.files["README.md"] = readme(NAME)
        return self.files

    def _check_with_members(self, rows: Sequence[Row]) -> None:
        protocol = load_protocol(self.files["study.yaml"])
        done = member_checks(protocol, ROUND, self.interviews, self.files, rows)
        self.files["registers/member_checks.csv"] = csv_bytes(MEMBER_CHECKS, done.register)
        self.files["registers/decisions.csv"] = csv_bytes(DECISIONS, [*self._decisions(), *done.decisions])
        self.files |= done.replies

    def _frame(self) -> None:
        """Forty records; as many have ten sessions or more as are invited."""
        sessions = [self.rng.randint(10, 62) for _ in FATES] + [
            self.rng.randint(0, 9) for _ in range(RECORDS - len(FATES))
        ]
        self.rng.shuffle(sessions)
        rows = [
            {
                "record_no": f"R{n + 1:02d}",
                "sessions": count,
                "program": self.rng.choice(("drop_in", "outreach", "hospital")),
                "months": self.rng.randint(2, 30),
            }
            for n, count in enumerate(sessions)
        ]
        self.files["sampling/frame.csv"] = csv_bytes(tuple(rows[0]), rows)

    def _person(self, start: date, fate: str) -> None:
        person = Person(len(self.people), SITE, "service_user", start - timedelta(days=self.rng.randint(120, 900)))
        self.people.append(person)
        person.did("identified", start)
        person.did("approached", start + timedelta(days=2), channel="phone")
        person.did("screened", start + timedelta(days=2), channel="phone")
        person.did("invited", start + timedelta(days=3), channel="letter")
        if fate != "enrolled":
            person.did(fate, start + timedelta(days=10 if fate == "declined" else 40), channel="phone")
            return
        signed = start + timedelta(days=self.rng.randint(8, 14))
        by = ("INT1", "INT2")[person.number % 2]
        self.consents.append(consent(person, "IPS-INT", "1", signed, SCOPES, by))
        person.did("enrolled", signed)
        self.interviews.append(
            Interview("", person, signed + timedelta(days=self.rng.randint(2, 8)), by, "service_user-1", "")
        )

    def _material(self) -> None:
        self.interviews.sort(key=lambda i: i.id)
        for number, interview in enumerate(self.interviews):
            slots = {"peer": PEERS[number % len(PEERS)], "me": interview.person.pseudonym}
            spoken = speak(NAME, interview, words=self.rng.randint(900, 1100), slots=slots)
            self.files[interview.file] = transcript(spoken, interview.format)
        self.files["consent_forms/IPS-INT-v1.txt"] = consent_form("IPS-INT", "1", "2013-02-01", SCOPES)
        self.files |= instruments(NAME)

    def _registers(self) -> None:
        steps = (("invited", 1), ("permitted", 8), ("approved", 15), ("activated", 22))
        acts = [site_act(SITE, step, date(2013, 2, day)) for step, day in steps]
        rows = [step for person in self.people for step in person.steps]
        self.files["registers/recruitment.csv"] = csv_bytes(RECRUITMENT, by_day([*acts, *rows]))
        self.files["registers/consent.csv"] = csv_bytes(CONSENT, by_day(self.consents))
        self.files["registers/interviews.csv"] = interview_register(self.interviews)
        self.files["restricted/participants.csv"] = participants(self.people)
        self.files["restricted/identities.csv"] = identities(self.people)

    def _decisions(self) -> list[Row]:
        return [release(i.id, "COO1", date(2013, 9, 16), "Checked against the audio.") for i in self.interviews]


def build() -> dict[str, bytes]:
    """Every file of the clean study, by path."""
    return PeerSupport().build()
