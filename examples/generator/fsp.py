"""The first example: eight programs, peers and directors, a staff survey. Everything in it is made up."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from examples.generator import frame, survey
from examples.generator.analysis import analysis_files
from examples.generator.dialogue import phrases
from examples.generator.documents import consent_form, field_note, readme
from examples.generator.folder import (
    CODINGS,
    Interview,
    codebook,
    coding_id,
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

NAME = "fsp"
VISITS = [date(2016, m, d) for m, d in ((1, 12), (1, 20), (1, 27), (2, 3), (2, 24), (3, 2), (3, 9), (3, 16))]
EVALUATORS = ("EVA1", "EVA2", "EVA3")
FORMATS = ("vtt", "docx", "srt", "txt")
SCOPES_1 = ("take_part", "record", "transcribe", "quote", "recontact", "audit")
SCOPES_2 = (*SCOPES_1, "archive")
SECOND_FORM = date(2016, 2, 15)
RELEASED = date(2016, 4, 4)
ROUND = Round(
    answering=("I0008", "I0009", "I0011", "I0012", "I0016", "I0018", "I0021"),
    silent=("I0013", "I0014", "I0019", "I0020", "I0022"),
    released_by="INV2",
    released=date(2016, 4, 25),
)
HIGH = ("hope_modelled", "own_story_shared", "person_decides", "risk_allowed", "housing_first", "team_voice",
        "supervision_helpful", "culture_shift")  # fmt: skip
LOW = ("housing_conditions", "paperwork_load", "token_role", "role_unclear", "medical_model")
CHAMPION = ("hope_modelled", "own_story_shared", "person_decides", "risk_allowed", "champion_against_current",
            "housing_conditions", "paperwork_load", "token_role")  # fmt: skip

FITS = {
    False: ("confirmed", "Staff answers, ratings and themes point the same way."),
    True: (
        "expanded",
        "Staff answers and the program's ratings are low; the peers speak of choice and hope, for which the survey has "
        "no question.",
    ),
}


class Fsp:
    """The study while it is being made up; `files` holds what was written."""

    def __init__(self) -> None:
        self.rng = random.Random(NAME)
        self.sites = sorted(frame.sites(), key=lambda s: self.rng.random())
        self.visit = dict(zip(self.sites, VISITS, strict=True))
        self.people: list[Person] = []
        self.interviews: list[Interview] = []
        self.other_interviews: list[Row] = []
        self.consents: list[Row] = []
        self.files: dict[str, bytes] = {}

    def build(self) -> dict[str, bytes]:
        """Every file of the clean study."""
        for site in self.sites:
            self._recruit(site)
        self._number_interviews()
        self._material()
        self.files["study.yaml"] = protocol_bytes(NAME)
        self._registers()
        self._check_with_members(self._analysis())
        self._survey()
        self.files["sampling/frame.csv"] = frame.frame_bytes()
        self.files["README.md"] = readme(NAME)
        return self.files

    def _person(self, site: str, role: str) -> Person:
        person = Person(len(self.people), site, role, self.visit[site] - timedelta(days=self.rng.randint(250, 1500)))
        self.people.append(person)
        return person

    def _recruit(self, site: str) -> None:
        visit = self.visit[site]
        start = visit - timedelta(days=40)
        director = self._person(site, "program_director")
        self._approach(director, start)
        self._enrol(director)
        for number in range(2):
            peer = self._person(site, "peer_provider")
            self._approach(peer, start + timedelta(days=2))
            no_more = site == self.sites[-1] and number == 1
            self._enrol(peer, without=("recontact",) if no_more else ())
        for exit in self.rng.sample(("no_response", "no_response", "declined", "ineligible", "identified"), 4):
            self._leave_early(self._person(site, "peer_provider"), start + timedelta(days=3), exit)
        if site == self.sites[1]:
            self._declines_recording(self._person(site, "peer_provider"), start)
        if site == self.sites[4]:
            self._leaves_after_consent(self._person(site, "peer_provider"), start, "withdrawn")
        if site == self.sites[6]:
            self._leaves_after_consent(self._person(site, "peer_provider"), start, "lost")

    def _approach(self, person: Person, start: date) -> None:
        person.did("identified", start)
        person.did("approached", start + timedelta(days=4), channel="phone")
        person.did("screened", start + timedelta(days=6), channel="phone")
        person.did("invited", start + timedelta(days=9), channel="email")

    def _enrol(self, person: Person, *, without: Sequence[str] = ()) -> None:
        day = self._signs(person, without=without)
        person.did("enrolled", day)
        evaluator = EVALUATORS[len(self.interviews) % 3]
        guide = "director-1" if person.role == "program_director" else "peer-1"
        self.interviews.append(Interview("", person, self.visit[person.site], evaluator, guide, ""))

    def _signs(self, person: Person, *, without: Sequence[str] = ()) -> date:
        """The person signs the version open that day, two to six days before the visit."""
        day = self.visit[person.site] - timedelta(days=self.rng.randint(2, 6))
        version, scopes = ("2", SCOPES_2) if day >= SECOND_FORM else ("1", SCOPES_1)
        kept = [s for s in scopes if s not in without and not (s == "archive" and self.rng.random() < 0.3)]
        by = EVALUATORS[person.number % 3]
        self.consents.append(
            consent(person, "FSP-INT", version, day, kept, by, mode=self.rng.choice(("signed", "electronic")))
        )
        return day

    def _leave_early(self, person: Person, start: date, exit: str) -> None:
        person.did("identified", start)
        if exit == "identified":
            return
        person.did("approached", start + timedelta(days=4), channel="phone")
        if exit == "ineligible":
            person.did("ineligible", start + timedelta(days=7), reason="2", channel="phone")
            return
        person.did("screened", start + timedelta(days=7), channel="phone")
        person.did("invited", start + timedelta(days=9), channel="email")
        person.did(exit, start + timedelta(days=16 if exit == "declined" else 30), channel="email")

    def _declines_recording(self, person: Person, start: date) -> None:
        self._approach(person, start + timedelta(days=2))
        person.did("enrolled", self._signs(person, without=("record", "transcribe", "quote")))
        visit = self.visit[person.site]
        self.interviews.append(Interview("", person, visit, "EVA2", "peer-1", "txt", outcome="notes_only"))

    def _leaves_after_consent(self, person: Person, start: date, how: str) -> None:
        self._approach(person, start + timedelta(days=2))
        signed = self._signs(person)
        person.did("enrolled", signed)
        if how == "lost":
            person.did("lost", self.visit[person.site] + timedelta(days=28), channel="phone")
            return
        left = signed + timedelta(days=1)
        person.did("withdrawn", left, channel="phone")
        self.consents.append(
            consent(person, "FSP-INT", "2", left, (), "COO1", action="withdrawn", mode="verbal", copy_given="",
                    disposition="keep")
        )  # fmt: skip

    def _number_interviews(self) -> None:
        self.interviews.sort(key=lambda i: (i.day, i.person.code))
        missed = self.interviews[7]
        for number, interview in enumerate(self.interviews, 1):
            interview.id = f"I{number:04d}"
            interview.codes = self._codes_of(interview)
        for number, interview in enumerate(i for i in self.interviews if i.is_recorded):
            interview.format = FORMATS[number % len(FORMATS)]
        self.other_interviews.append({**missed.row, "outcome": "no_show", "recording": ""})
        missed.day, missed.mode = date(2016, 2, 10), "phone"

    def _codes_of(self, interview: Interview) -> dict[str, list[str]]:
        """The codes of each answer: as the site leans, but for the peers of the two sites that diverge."""
        site = interview.person.site
        leaning = HIGH if frame.orientation(site) >= 3 else LOW
        if site in frame.diverging() and interview.person.role == "peer_provider":
            leaning = CHAMPION
        chosen: dict[str, list[str]] = {}
        for question in phrases(NAME)["questions"][interview.guide.rpartition("-")[0]]:
            fitting = [c for c in question["codes"] if c in leaning] or question["codes"][:1]
            chosen[question["id"]] = self.rng.sample(fitting, min(2, len(fitting)))
        return chosen

    def _material(self) -> None:
        for interview in self.interviews:
            if interview.is_recorded:
                spoken = speak(NAME, interview, words=self.rng.randint(1350, 1650))
                self.files[interview.file] = transcript(spoken, interview.format)
        for site in self.sites:
            self.files[f"field_notes/{site}.txt"] = field_note(NAME, site, self.visit[site])
        for version, scopes, opens in (("1", SCOPES_1, "2015-06-01"), ("2", SCOPES_2, "2016-02-15")):
            self.files[f"consent_forms/FSP-INT-v{version}.txt"] = consent_form("FSP-INT", version, opens, scopes)
        self.files |= instruments(NAME)

    def _registers(self) -> None:
        acts: list[Row] = []
        for number, site in enumerate(self.sites):
            begun = date(2015, 10, 12) + timedelta(days=number)
            days = (0, 12, 25, 32)
            for step, after in zip(("invited", "permitted", "approved", "activated"), days, strict=True):
                acts.append(site_act(site, step, begun + timedelta(days=after)))
            acts.append(site_act(site, "visited", self.visit[site]))
        steps = [step for person in self.people for step in person.steps]
        self.files["registers/recruitment.csv"] = csv_bytes(RECRUITMENT, by_day([*acts, *steps]))
        self._renew()
        self.files["registers/consent.csv"] = csv_bytes(CONSENT, by_day(self.consents))
        self.files["registers/interviews.csv"] = interview_register(self.interviews, self.other_interviews)
        self.files["restricted/participants.csv"] = participants(self.people)
        self.files["restricted/identities.csv"] = identities(self.people)

    def _renew(self) -> None:
        """Those who signed the first version sign the second before they are contacted again."""
        people = {p.code: p for p in self.people}
        for number, row in enumerate([r for r in self.consents if r["form_version"] == "1"]):
            day = date(2016, 4, 11) + timedelta(days=number % 4)
            scopes = (*str(row["scopes"]).split(";"), *(("archive",) if number % 3 else ()))
            person = people[str(row["participant_id"])]
            self.consents.append(
                consent(person, "FSP-INT", "2", day, scopes, "COO1", action="renewed", mode="electronic")
            )

    def _decisions(self) -> list[Row]:
        approved = {
            "decision": "approve_sample",
            "subject": "sites",
            "value": frame.proposal().code,
            "person": "INV1",
            "occurred": "2015-10-05",
            "reason": "The eight programs cover both ends of fidelity and every region.",
        }
        checked = "Checked against the audio."
        return [approved, *(release(i.id, "COO1", RELEASED, checked) for i in self.interviews if i.is_recorded)]

    def _check_with_members(self, rows: Sequence[Row]) -> None:
        protocol = load_protocol(self.files["study.yaml"])
        done = member_checks(protocol, ROUND, self.interviews, self.files, rows)
        self.files["registers/member_checks.csv"] = csv_bytes(MEMBER_CHECKS, done.register)
        self.files["registers/decisions.csv"] = csv_bytes(DECISIONS, [*self._decisions(), *done.decisions])
        self.files |= done.replies

    def _analysis(self) -> list[Row]:
        self.files["analysis/codebook.csv"] = codebook(NAME)
        rows = codings(self.interviews, self.files, lambda id: "EVA1" if int(id[1:]) % 2 else "EVA2")
        self.files["analysis/codings.csv"] = csv_bytes(CODINGS, rows)
        self.files["analysis/case_ratings.csv"] = self._ratings(rows)
        self.files["analysis/joint_display.csv"] = self._fits()
        self.files |= analysis_files(NAME, rows, [i for i in self.interviews if i.is_recorded], cited=ROUND.interviews)
        return rows

    def _ratings(self, rows: Sequence[Row]) -> bytes:
        """Each site rated for both roles by two evaluators; peers stand above their program at two sites only."""
        where = {i.id: (i.person.site, i.person.role) for i in self.interviews}
        made: list[Row] = []
        for site in sorted(self.sites):
            program = max(1, min(5, round(frame.orientation(site))))
            peers = program + 2 if site in frame.diverging() else program
            for role, level in (("peer_provider", peers), ("program_director", program)):
                evidence = [coding_id(r) for r in rows if where[str(r["transcript_id"])] == (site, role)]
                sound = [id for id in evidence if id.partition("/")[0] in ROUND.interviews]
                for rater, shift in (
                    ("EVA1", 0),
                    (
                        "EVA2",
                        -1
                        if role == "peer_provider"
                        and level > 2
                        and site not in frame.diverging()
                        and self.rng.random() < 0.4
                        else 0,
                    ),
                ):
                    cited = ";".join(sorted(set(self.rng.sample(sound or evidence, min(3, len(sound or evidence))))))
                    made.append(
                        {"site_id": site, "role": role, "rater": rater, "rating": level + shift, "evidence": cited}
                    )
        return csv_bytes(("site_id", "role", "rater", "rating", "evidence"), made)

    def _fits(self) -> bytes:
        """How survey and interviews of each site go together, as one investigator judged it."""
        made: list[Row] = []
        for site in sorted(self.sites):
            fit, note = FITS[site in frame.diverging()]
            made.append({"site_id": site, "fit": fit, "person": "INV1", "occurred": "2016-05-30", "note": note})
        return csv_bytes(("site_id", "fit", "person", "occurred", "note"), made)

    def _survey(self) -> None:
        self.files["surveys/staff.sav"] = survey.sav(staff_answers())
        self.files["surveys/staff.dictionary.csv"] = survey.dictionary()


def staff_answers() -> pd.DataFrame:
    """The made-up answers of 300 staff of thirty programs: the eight that are visited, and others."""
    others = [str(p["site_id"]) for p in frame.programs() if p["site_id"] not in frame.sites()]
    asked = [*frame.sites(), *random.Random("fsp/staff/programs").sample(others, 22)]
    return survey.answers({site: frame.orientation(site) for site in asked}, 300, date(2015, 9, 1), "fsp/staff")


def build() -> dict[str, bytes]:
    """Every file of the clean study, by path."""
    return Fsp().build()
