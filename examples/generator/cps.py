"""The second example: 20 certified peer specialists and 10 social workers. Everything in it is made up."""

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

NAME = "cps"
SITE = "S01"
SCOPES = ("take_part", "record", "transcribe", "quote", "recontact", "audit")
FORMATS = ("docx", "vtt", "txt", "srt")
ROUND = Round(
    answering=("I001", "I003", "I009", "I010", "I017", "I021"),
    silent=("I005", "I014", "I025", "I028"),
    released_by="INV2",
    released=date(2014, 11, 17),
)
NEW_CODES = {"specialist": (4, 3, 2, 2, 1, 1, 0, 1), "social_worker": (3, 3, 2, 1, 1, 1)}
"""Inductive codes that appear for the first time in each interview of a group: planted so that it saturates."""


class Cps:
    """The study while it is being made up; `files` holds what was written."""

    def __init__(self) -> None:
        self.rng = random.Random(NAME)
        self.people: list[Person] = []
        self.interviews: list[Interview] = []
        self.consents: list[Row] = []
        self.chosen: list[str] = []
        self.files: dict[str, bytes] = {}

    def build(self) -> dict[str, bytes]:
        """Every file of the clean study."""
        self._specialists()
        self._social_workers()
        self._number_interviews()
        self._material()
        self.files["study.yaml"] = protocol_bytes(NAME, CHOSEN=", ".join(self.chosen))
        self._registers()
        self._check_with_members(self._analysis())
        self.files["README.md"] = readme(NAME)
        return self.files

    def _specialists(self) -> None:
        """Everybody on the list is written to; twenty take part."""
        fates = ["enrolled"] * 20 + ["no_response"] * 8 + ["declined"] * 5 + ["ineligible"] * 2
        self.rng.shuffle(fates)
        rows = []
        for number, fate in enumerate(fates):
            id = f"L{number + 1:02d}"
            rows.append(
                {
                    "list_no": id,
                    "years_certified": self.rng.choice((1, 1, 2, 3, 4, 5, 7, 9)),
                    "setting": self.rng.choice(("community", "inpatient", "crisis", "drop_in")),
                    "region": self.rng.choice(("east", "west", "city")),
                    "hours": self.rng.choice((16, 20, 20, 32, 40)),
                }
            )
            if fate == "enrolled":
                self.chosen.append(id)
            self._person("specialist", "specialists", date(2014, 3, 3) + timedelta(days=3 * number), fate)
        self.files["sampling/frame.csv"] = csv_bytes(tuple(rows[0]), rows)

    def _social_workers(self) -> None:
        fates = ["enrolled"] * 10 + ["no_response", "declined", "no_response"]
        self.rng.shuffle(fates)
        for number, fate in enumerate(fates):
            self._person("social_worker", "social_workers", date(2014, 4, 7) + timedelta(days=8 * number), fate)

    def _person(self, role: str, group: str, start: date, fate: str) -> None:
        person = Person(len(self.people), SITE, role, start - timedelta(days=self.rng.randint(300, 2500)), group)
        self.people.append(person)
        person.did("identified", start)
        person.did("approached", start + timedelta(days=1), channel="email")
        if fate == "ineligible":
            person.did("ineligible", start + timedelta(days=8), reason="1", channel="phone")
            return
        if fate == "enrolled":
            person.did("screened", start + timedelta(days=5), channel="phone")
        person.did("invited", start + timedelta(days=6), channel="email")
        if fate != "enrolled":
            person.did(fate, start + timedelta(days=9 if fate == "declined" else 36), channel="email")
            return
        signed = start + timedelta(days=self.rng.randint(9, 13))
        by = ("INT1", "INT2")[person.number % 2]
        self.consents.append(
            consent(person, "CPS-INT", "1", signed, SCOPES, by, mode=self.rng.choice(("signed", "electronic")))
        )
        person.did("enrolled", signed)
        held = signed + timedelta(days=self.rng.randint(3, 9))
        mode = self.rng.choice(("in_person", "phone", "in_person"))
        self.interviews.append(Interview("", person, held, by, f"{role}-1", "", mode))

    def _number_interviews(self) -> None:
        self.interviews.sort(key=lambda i: (i.day, i.person.code))
        for number, interview in enumerate(self.interviews):
            interview.id, interview.format = f"I{number + 1:03d}", FORMATS[number % 4]
        for role in NEW_CODES:
            self._plan_codes(role)

    def _plan_codes(self, role: str) -> None:
        """Give each interview of a group the codes it shows, so that new ones come as planned."""
        questions = phrases(NAME)["questions"][role]
        inductive = {e["code"] for e in phrases(NAME)["codes"] if e["origin"] == "inductive"}
        waiting = [c for q in questions for c in q["codes"] if c in inductive]
        self.rng.shuffle(waiting)
        seen = {c for q in questions for c in q["codes"] if c not in inductive}
        for number, interview in enumerate(i for i in self.interviews if i.person.role == role):
            count = NEW_CODES[role][number] if number < len(NEW_CODES[role]) else 0
            new, waiting = waiting[:count], waiting[count:]
            seen |= set(new)
            codes: dict[str, list[str]] = {}
            for question in questions:
                old = [c for c in question["codes"] if c in seen and c not in new]
                codes[question["id"]] = [c for c in question["codes"] if c in new] + self.rng.sample(
                    old, min(1, len(old))
                )
            interview.codes = codes

    def _material(self) -> None:
        for interview in self.interviews:
            spoken = speak(NAME, interview, words=self.rng.randint(680, 820))
            self.files[interview.file] = transcript(spoken, interview.format)
        self.files["consent_forms/CPS-INT-v1.txt"] = consent_form("CPS-INT", "1", "2014-02-01", SCOPES)
        self.files |= instruments(NAME)

    def _registers(self) -> None:
        steps = (("invited", 3), ("permitted", 10), ("approved", 17), ("activated", 21))
        acts = [site_act(SITE, step, date(2014, 2, day)) for step, day in steps]
        rows = [step for person in self.people for step in person.steps]
        self.files["registers/recruitment.csv"] = csv_bytes(RECRUITMENT, by_day([*acts, *rows]))
        self.files["registers/consent.csv"] = csv_bytes(CONSENT, by_day(self.consents))
        self.files["registers/interviews.csv"] = interview_register(self.interviews)
        self.files["restricted/participants.csv"] = participants(self.people)
        self.files["restricted/identities.csv"] = identities(self.people)

    def _decisions(self) -> list[Row]:
        stops = [
            {
                "decision": "saturation",
                "subject": group,
                "value": "stop",
                "person": person,
                "occurred": "2014-10-30",
                "reason": "The index, the memos and the two settings were talked through: analysis/memos/memo-02.txt.",
            }
            for group, person in (("specialists", "INV1"), ("social_workers", "INV2"))
        ]
        return [
            *(release(i.id, "COO1", date(2014, 10, 6), "Checked against the audio.") for i in self.interviews),
            *stops,
        ]

    def _check_with_members(self, rows: Sequence[Row]) -> None:
        protocol = load_protocol(self.files["study.yaml"])
        done = member_checks(protocol, ROUND, self.interviews, self.files, rows)
        self.files["registers/member_checks.csv"] = csv_bytes(MEMBER_CHECKS, done.register)
        self.files["registers/decisions.csv"] = csv_bytes(DECISIONS, [*self._decisions(), *done.decisions])
        self.files |= done.replies

    def _analysis(self) -> list[Row]:
        self.files["analysis/codebook.csv"] = codebook(NAME)
        first = codings(self.interviews, self.files, lambda _: "COD1")
        both = {i.id for i in self.interviews[::3]}
        second = self._second_coder([r for r in first if r["transcript_id"] in both])
        self.files["analysis/codings.csv"] = csv_bytes(CODINGS, [*first, *second])
        self.files |= analysis_files(NAME, [*first, *second], self.interviews, cited=ROUND.interviews)
        return [*first, *second]

    def _second_coder(self, rows: Sequence[Row]) -> list[Row]:
        """The second coder leaves out about one segment in eight and sees another code in one of twelve."""
        made: list[Row] = []
        for number, row in enumerate(rows):
            if self.rng.random() < 0.12:
                continue
            own = [r["code"] for r in rows if r["transcript_id"] == row["transcript_id"]]
            code = own[number % len(own)] if self.rng.random() < 0.08 else row["code"]
            made.append({**row, "coder": "COD2", "code": code})
        return made


def build() -> dict[str, bytes]:
    """Every file of the clean study, by path."""
    return Cps().build()
