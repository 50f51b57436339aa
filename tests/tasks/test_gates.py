"""Every step that a flow takes for a person, with each scope it needs taken away: refused, and the others go on.

The table GATES says which scopes those are; the walk knows the steps only by what they do.
"""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import shutil
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from recruitment import GATES, fold_consent
from recruitment.consent_checks import interview_queries
from recruitment.registers import CONSENT
from recruitment.signed_forms import proof_of
from study import Fact, Subject
from study.identifiers import digest
from study.protocol.material import Survey
from tasks.assembly import assemble_all
from tasks.codings import material_of
from tasks.consent_lists import looked_back
from tasks.gates import Gatekeeper
from tasks.member_check_sending import reminders_due, sending
from tasks.packets import kept_packets
from tasks.recruitment import tracked_consent
from tasks.registers import read_registers
from tasks.survey_export import excluded_rows
from tasks.survey_links import People, links, refused_answers
from tasks.transcript_files import Registers, transcript_files
from tasks.transcript_judgement import JudgedTranscript
from tasks.transcript_release import decide_releases

pytestmark = pytest.mark.real

_spec = importlib.util.spec_from_file_location("member_check_study", Path(__file__).parent / "member_check_study.py")
tiny = importlib.util.module_from_spec(_spec)
sys.modules["member_check_study"] = tiny
_spec.loader.exec_module(tiny)

SCOPES = ("take_part", "survey", "record", "transcribe", "quote", "recontact", "audit", "archive")
BEFORE_SENDING = {
    "interview",
    "record_interview",
    "validate_transcript",
    "release_transcript",
    "answer_survey",
    "export_survey",
    "code",
    "assemble_packet",
    "release_packet",
    "quote",
}
WHEN_SENT = {"send_packet", "remind"}
ELSEWHERE = {"contact", "send_recording", "show_auditor", "deposit"}
"""Walked with what is due today, in an audit visit and in a deposit, in the tests of those."""


@pytest.fixture(scope="module", autouse=True)
def without_waiting_for_the_disk():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory) -> Path:
    """Seven people who agreed to everything, six interviewed and recorded on 1 February 2016."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny, "SCOPES", SCOPES)
        root = tiny.write_study(tmp_path_factory.mktemp("enrolled") / "tiny")
        tiny.enrol(root)
    text = (root / "study.yaml").read_text()
    (root / "study.yaml").write_text(text.replace("release_packet, from", "release_transcript, from", 1))
    row = "INV1, name: A, role: investigator, tasks: ["
    text = (root / "study.yaml").read_text()
    (root / "study.yaml").write_text(text.replace(row, f"{row}{{task: release_packet, from: 2016-01-01}}, "))
    header = "interview_id,participant_ids,site_id,occurred,mode,outcome,guide_version,recording\n"
    rows = "".join(f"I000{n},P00{n},,2016-02-01,in_person,full,,R000{n}\n" for n in range(1, 7))
    (root / "registers/interviews.csv").write_text(header + rows)
    header = "participant_id,site_id,role,step,occurred,reason_code\n"
    (root / "registers/recruitment.csv").write_text(
        header + "".join(f"P00{n},S01,peer,enrolled,2016-01-11,\n" for n in range(1, 8))
    )
    return root


@pytest.fixture(scope="module")
def sent(enrolled, tmp_path_factory) -> Path:
    """The same with every packet released and sent on 2 August."""
    root = shutil.copytree(enrolled, tmp_path_factory.mktemp("sent") / "tiny")
    tiny.decide(root, *(f"release_packet,MC-I000{n},,INV1,2016-08-01,Read it" for n in range(1, 7)))
    tiny.assemble(root)
    tiny.register(root, *(f"P00{n},MC-I000{n},sent,2016-08-02,,," for n in range(1, 7)))
    tiny.send(root)
    return root


def withdraw(root: Path, scope: str, day: str) -> None:
    """P001 takes one scope back."""
    with tiny.at(root) as place:
        data = {"ordinal": 1, "version": 1, "row": "0" * 64, "scopes": (scope,), "disposition": "keep"}
        place.trail.append(
            [Fact("consent.withdrawn", day, (Subject("participant", place.trail_code("P001")),), data=data)]
        )


def refused_steps(root: Path) -> dict[str, bool]:
    """Step → whether it is refused for P001; every other person's step must go through."""
    tiny.decide(
        root,
        *(f"release,I000{n},,INV1,2016-07-01,Heard" for n in range(1, 7)),
        *(f"release_packet,MC-I000{n},,INV1,2016-08-01,Read it" for n in range(1, 7)),
    )
    with tiny.at(root) as place:
        ledger = fold_consent(place.events())
        codes = place.known_trail_codes()
        rows = read_registers.fn(place).frames["interviews"]
        held = Gatekeeper(place, ledger)
        queries = interview_queries(rows, ledger, codes, study="tiny", ref="a0", refused=held.refused)
        held.write("track-consent")
        assert {q.rows for q in queries} <= {("2",)}
        asked = Registers(place)
        files = transcript_files(place, place.protocol.transcripts)
        missing = {f.interview_id: asked.expected(f).consents_missing for f in files}
        earlier = [e for e in place.events() if e.kind != "transcript.released"]
        place_events, place.events = (
            place.events,
            lambda kinds=None: [e for e in earlier if not kinds or e.kind in kinds],
        )
        releases = decide_releases.fn(place, [JudgedTranscript(f, "passed") for f in files])
        place.events = place_events
        material = material_of(place)
        survey = Survey(name="s", file="s.csv", dictionary="d.csv", key="id", interview_date="day")
        values = pd.DataFrame({"id": ["P001", "P002"], "day": [pd.Timestamp("2016-02-01")] * 2})
        people = People(dict.fromkeys(codes, "S01"), codes, ledger, place.today, "")
        linked = links(people, survey, values)
        has_consent = list(linked["respondent:has_consent"])
        exporting = Gatekeeper(place, ledger)
        without = excluded_rows(place, survey, people, exporting, values, linked)
        exporting.write("export-surveys")
        assert without["withdrawn"] == without["not_registered"] == []
        assert set(without["no_consent"]) <= {0}
        assert {r.participant for r in refused_answers(people, survey, values)} <= {codes["P001"]}
        assembled = assemble_all(place)
        released = {f.subject[0].id for f in assembled.facts if f.kind == "member_check.released"}
        packets = kept_packets(place).get("MC-I0001", {})
        assert set(missing.values()) <= {0, missing["I0001"]}
        assert material.unconsented <= {"I0001"}
        assert has_consent[1]
        assert len(released - {codes["P001"]}) == 5
        return {
            "interview": any(q.check == "CN005" for q in queries),
            "record_interview": any(q.check == "CN012" for q in queries),
            "validate_transcript": missing["I0001"] > 0,
            "release_transcript": len(releases.facts) == 5 and releases.uncovered == 1,
            "answer_survey": not has_consent[0],
            "export_survey": without["no_consent"] == [0],
            "code": "I0001" in material.unconsented and "I0001" not in material.imports,
            "assemble_packet": not packets,
            "release_packet": codes["P001"] not in released,
            "quote": not (packets and packets[1].packet.quotes),
        }


def refusals_listed(root: Path) -> set[tuple[str, str, str]]:
    """Participant code, step and scope of every line in restricted/consent/refused-*.csv."""
    found = set()
    for path in (root / "restricted/consent").glob("refused-*.csv"):
        with path.open() as lines:
            rows = list(csv.DictReader(lines))
        assert all(row["day"] and row["reason"] and row["deciding_event"] for row in rows)
        found |= {(row["participant_id"], row["step"], row["scope"]) for row in rows}
    return found


def test_the_walk_leaves_no_step_out():
    assert {step for step, gate in GATES.items() if gate.flow} == BEFORE_SENDING | WHEN_SENT | ELSEWHERE


@pytest.mark.parametrize("scope", SCOPES[:6])
def test_without_a_scope_every_step_that_needs_it_is_refused_and_no_other(enrolled, tmp_path, scope):
    root = shutil.copytree(enrolled, tmp_path / "tiny")
    withdraw(root, scope, "2016-01-20")
    refused = refused_steps(root)
    needing = {step for step in BEFORE_SENDING if scope in GATES[step].scopes}
    implied = {"quote", "release_packet"} if "assemble_packet" in needing else set()
    assert {step for step, is_refused in refused.items() if is_refused} - implied == needing - implied
    listed = refusals_listed(root)
    assert {(who, s) for who, _, s in listed} <= {("P001", scope)}
    written = needing - {"validate_transcript", "answer_survey", *implied}
    assert written <= {step for _, step, _ in listed}


def test_with_every_scope_nothing_is_refused(enrolled, tmp_path):
    root = shutil.copytree(enrolled, tmp_path / "tiny")
    assert not any(refused_steps(root).values())
    assert not (root / "restricted/consent").exists()


@pytest.mark.parametrize("scope", ["take_part", "recontact"])
def test_what_is_sent_or_due_a_reminder_is_asked_on_its_own_day(sent, tmp_path, scope):
    root = shutil.copytree(sent, tmp_path / "tiny")
    tiny.register(
        root,
        *(f"P00{n},MC-I000{n},sent,2016-08-02,,," for n in range(1, 7)),
        "P001,MC-I0001,reminded,2016-08-25,,,",
    )
    with tiny.at(root) as place:
        assert sending(place).queries == ()
        assert reminders_due(place) == ("Member checks: 6 due a reminder.",)
    withdraw(root, scope, "2016-08-10")
    with tiny.at(root) as place:
        assert [(q.check, q.rows) for q in sending(place).queries] == [("MC003", ("8",))]
        assert reminders_due(place) == ("Member checks: 5 due a reminder.",)
    assert {step for _, step, _ in refusals_listed(root)} == WHEN_SENT


def test_every_speaker_of_every_sitting_is_asked(enrolled, tmp_path):
    root = shutil.copytree(enrolled, tmp_path / "tiny")
    header = "interview_id,participant_ids,site_id,occurred,mode,outcome,guide_version,recording\n"
    rows = "I0001,P001;P002,,2016-02-01,in_person,part,,R0001\nI0001,P001,,2016-02-20,in_person,full,,R0009\n"
    (root / "registers/interviews.csv").write_text(header + rows)
    with tiny.at(root) as place:
        assert Registers(place).consents_missing("validate_transcript", "I0001") == 0
    withdraw(root, "take_part", "2016-02-10")
    with tiny.at(root) as place:
        asked = Registers(place)
        assert asked.consents_missing("validate_transcript", "I0001") == 1
        assert [r.day for r in asked.gates.refused] == [date(2016, 2, 20)]
    (root / "registers/interviews.csv").write_text(header + rows.replace("P001;P002", "P001; P099"))
    with tiny.at(root) as place:
        assert Registers(place).consents_missing("validate_transcript", "I0001") == 4


def test_a_lapse_stops_analysis_of_what_can_be_recognised_and_is_listed(enrolled, tmp_path):
    root = shutil.copytree(enrolled, tmp_path / "tiny")
    with tiny.at(root) as place:
        code = place.trail_code("P001")
        renewed = Fact(
            "approval.renewed", "2016-01-05", data={"approval_from": "2016-01-05", "approval_to": "2016-08-31"}
        )
        wrong = next(e for e in place.events() if e.kind == "study.opened")
        opened = Fact("correction.made", "2016-01-05", data={"target": wrong.id, "action": "drop"})
        place.trail.append([renewed, opened])
        later = Fact(
            "interview.held",
            "2016-09-01",
            (Subject("interview", "I0009"), Subject("participant", code)),
            data={"ordinal": 1, "version": 1, "row": "0" * 64, "outcome": "full", "recorded": False},
        )
        place.trail.append([later])
        material = material_of(place)
        assert material.waits
        assert material.codings is None
        assert material.unconsented == frozenset()
        assert "waiting for an ethics approval" in material.said
        back = looked_back(place)
        assert [q.check for q in back.queries] == ["CN027", "CN033"]
        assert "1 interview" in back.queries[0].message
        assert "restricted/consent/lapses.csv" in back.made
        allowed = {"reference": "B-7", "excepted_from": "2016-09-01", "excepted_to": "2016-09-30"}
        place.trail.append([Fact("approval.excepted", "2016-09-01", data={**allowed, "permits": ("analysis",)})])
        assert not material_of(place).waits


def test_what_is_entered_late_is_listed_by_participant_code_and_said_in_counts(enrolled, tmp_path):
    root = shutil.copytree(enrolled, tmp_path / "tiny")
    withdraw(root, "record", "2016-01-20")
    with tiny.at(root) as place:
        back = looked_back(place)
        assert back.made == ("restricted/consent/late.csv",)
        assert back.said == ("Entered after what it covers: 1 recording of 1 participant not covered as known now.",)
        assert [(q.check, q.subject) for q in back.queries] == [("CN026", f"participant:{place.trail_code('P001')}")]
    with (root / "restricted/consent/late.csv").open() as lines:
        (line,) = csv.DictReader(lines)
    assert (line["participant_id"], line["what"], line["id"], line["day"]) == (
        "P001",
        "recording",
        "I0001",
        "2016-02-01",
    )


def test_a_signed_form_on_file_is_kept_as_proof_and_looked_at_again(enrolled, tmp_path):
    root = shutil.copytree(enrolled, tmp_path / "tiny")
    header = (*CONSENT.columns, "signed_form_sha256")
    row = {"participant_id": "P007", "form_id": "F", "form_version": "1", "language": "en", "action": "renewed"}
    row |= {
        "occurred": "2016-03-01",
        "mode": "signed",
        "scopes": "take_part",
        "obtained_by": "COO1",
        "copy_given": "yes",
    }
    with (root / "registers/consent.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header, [row.get(c, "") for c in header]])
    scan = root / "restricted/consents/P007/F-1-renewed.pdf"
    scan.parent.mkdir(parents=True)
    scan.write_bytes(b"signed by hand")

    def tracked():
        with tiny.at(root) as place:
            found = tracked_consent.fn(place, read_registers.fn(place))
            place.trail.append(found.facts)
            return found.facts, [q.check for q in found.queries if q.check in ("CN023", "CN024", "CN025")]

    (fact,), queries = tracked()
    with tiny.at(root) as place:
        key = place.participant_key(place.trail_code("P007"))
        assert fact.data["proof"] == proof_of(key, digest(b"signed by hand"))
    assert (queries, tracked()) == ([], ([], []))
    scan.write_bytes(b"signed by somebody else")
    assert tracked() == ([], ["CN023"])
    scan.rename(scan.with_name("F-9.pdf"))
    assert tracked() == ([], ["CN023", "CN025"])


def test_nobody_asks_about_consent_but_through_the_gates():
    """Listed exceptions: lineage shows what held then and now; its steps are shown, not taken."""
    house = Path(__file__).parents[2]
    rooms = ("tasks", "flows", "pages", "cli", "expectations", "trustworthiness", "evidence", "analysis", "sampling")
    asking = {
        str(path.relative_to(house))
        for room in rooms
        for path in (house / room).rglob("*.py")
        if "consent_in_force" in path.read_text()
    }
    assert asking == {"trustworthiness/lineage.py"}


def test_every_step_has_its_flow_and_a_deposit_is_recorded_in_one_place():
    """What an auditor is given without a visit is made without reading what anybody said."""
    assert {step for step, gate in GATES.items() if not gate.flow} == set()
    house = Path(__file__).parents[2]
    sources = {
        p: p.read_text() for room in ("flows", "tasks", "cli", "trustworthiness") for p in (house / room).rglob("*.py")
    }
    making = re.compile(r"Fact\(\s*\"archive\.deposited\"")
    assert [path.name for path, text in sources.items() if making.search(text)] == ["deposit_made.py"]
    reading = (
        "transcripts",
        "transcript_files",
        "codings",
        "claims",
        "packets",
        "assembly",
        "surveys",
        "member_checks",
    )
    rooms = re.compile(rf"^\s*(?:from|import) (?:evidence|tasks\.(?:{'|'.join(reading)}))\b", re.MULTILINE)
    given = [house / path for path in ("tasks/dossier.py", "tasks/audit_folder.py", "flows/publish_dossier.py")]
    assert [path.name for path in given if rooms.search(sources[path])] == []


def test_a_gate_asked_of_somebody_unknown_is_shut(enrolled):
    with tiny.at(enrolled) as place:
        gates = Gatekeeper(place, fold_consent(place.events()))
        assert {r.decision.why for r in gates.ask("send_packet", "nobody", contact_day=date(2016, 8, 2))} == {
            "no_consent"
        }
