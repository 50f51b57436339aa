"""A withdrawal carried through: data de-identified, packets pulled, lists written, copies ticked, killed anywhere."""

from __future__ import annotations

import csv
import json
import os
import shutil
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from evidence import isolated
from recruitment.copies import COPIES
from storage.local import LocalStore
from study import Fact, Reference, StudyError, Subject
from tasks.assembly import assemble_all
from tasks.codings import material_of
from tasks.copies import list_of, ticked
from tasks.erasure import deletions_pending, finish_pending
from tasks.repeated_words import repeated
from tasks.request import StudyRequest
from tasks.sealing import seal_new
from tasks.withdrawing import Withdrawal, applied_said, impact_of, impact_said, ticked_said, ticks, withdrawal_facts
from tasks.workspace import opened
from tests.tasks.member_check_study import at, decide, enrol, register, send, write_study
from trail import verify

SAID = "Nobody asked me, Tessa Quill, anything at first; call 555-123-4567."
SURVEY = "code,answer\nP001,4\nP002,5\n"


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file known to be harmless is read without the second a child process takes."""
    monkeypatch.setattr(isolated, "call", lambda function, *args, seconds, megabytes: function(*args))


@pytest.fixture(scope="module")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven people, six transcripts coded, six packets assembled: P001's sent, P002's released, the others waiting."""
    root = write_study(tmp_path_factory.mktemp("withdrawing") / "tiny")
    study = root / "study.yaml"
    text = study.read_text().replace(
        "{task: obtain_consent, from: 2016-01-01}",
        "{task: obtain_consent, from: 2016-01-01}, {task: withdraw_participant, from: 2016-01-01}",
    )
    text += "analysis: {saturation: {base: 4, run: 2}}\n"
    text += "surveys: [{name: web, file: surveys/web.csv, dictionary: surveys/d.csv, key: code}]\n"
    roles = "roles: [{id: peer, label: Peer}]"
    study.write_text(text.replace(roles, f"{roles}\n  targets: [{{count: 6}}]"))
    (root / "surveys").mkdir()
    (root / "surveys/web.csv").write_text(SURVEY)
    transcript = root / "transcripts/I0001.txt"
    transcript.write_text(transcript.read_text().replace("Nobody asked me number 1 anything at first.", SAID))
    codings = root / "analysis/codings.csv"
    codings.write_text(codings.read_text().replace("Nobody asked me number 1 anything at first.", SAID))
    enrol(root)
    with at(root) as place:
        place.trail.append(assemble_all(place).facts)
    decide(root, "release_packet,MC-I0001,,INV1,2016-06-01,", "release_packet,MC-I0002,,INV1,2016-06-01,")
    with at(root) as place:
        place.trail.append(assemble_all(place).facts)
    register(root, "P001,MC-I0001,sent,2016-06-02,,,")
    send(root)
    with at(root) as place:
        imported = place.trail.append(material_of(place).facts)
        received = [_received(place, n) for n in range(1, 7)]
        claim = Fact(
            "claim.asserted",
            place.instant,
            (Subject("claim", "CL1"),),
            causes=tuple(e.id for e in imported if e.kind == "coding.imported"),
            data={"version": 1, "themes": 1, "codes": ("voice",), "codings": 2},
        )
        rests_on = {"rests_on": ["I0001/C1/voice/2", "I0002/C1/voice/2"], "statement": f"They say: {SAID}"}
        published = Fact("dossier.published", place.instant, data={"content": "0" * 64})
        place.trail.append([*received, place.with_record(claim, rests_on)])
        place.trail.append([published])
    (root / "analysis/claims.csv").write_text(f'claim_id,statement,themes,codes,codings\nCL1,"They say: {SAID}",T1,,\n')
    return root


def _received(place, n):
    path = f"transcripts/I000{n}.txt"
    reference = place.reference(path, place.files.get(path), personal=True)
    subject = (Subject("transcript", f"I000{n}"),)
    generated = (Reference(reference.ref, reference.bytes, hmac=reference.hmac),)
    return Fact("transcript.received", place.instant, subject, generated=generated, data={"format": "txt"})


@pytest.fixture
def study(assembled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(assembled, tmp_path / "tiny")


@contextmanager
def acting(root: Path):
    with opened(StudyRequest(study=str(root), acting="COO1"), "withdraw-participant") as place:
        yield place


def asked(disposition="delete", code="P001", scopes=()):
    return Withdrawal(code, date(2016, 9, 1), scopes, disposition)


def apply(root: Path, disposition="delete", code="P001", scopes=()):
    with acting(root) as place:
        finish_pending(place)
        if code not in place.known_trail_codes():
            return
        facts = withdrawal_facts.fn(place, asked(disposition, code, scopes))
        place.trail.append(facts)
        finish_pending(place)


def listed(root: Path) -> list[dict[str, str]]:
    (path,) = (root / "restricted/withdrawals").iterdir()
    with path.open() as file:
        return list(csv.DictReader(file))


def everything(root: Path) -> dict[str, bytes]:
    """Every file but the trail."""
    found = {str(p.relative_to(root)): p for p in sorted(root.rglob("*")) if p.is_file()}
    return {path: p.read_bytes() for path, p in found.items() if not path.startswith("trail/")}


def test_the_dry_run_says_all_numbers_and_changes_nothing(study):
    before = everything(study)
    with acting(study) as place:
        said = impact_said(impact_of.fn(place, asked()), place.protocol, applied=False)
    assert everything(study) == before
    for sentence in (
        "In the recruitment log “interviewed” would be changed to “withdrawn”.",
        "1 transcript of this person alone.",
        "2 codings of those transcripts.",
        "1 survey row of this person.",
        "Interviews held, the whole study: 6 in place of 7, of 6 wanted.",
        "Saturation, study: too few in place of 4+2 (5 coded interviews in place of 6); assess it again.",
        "1 packet already sent, to ask back or have deleted, with 1 quote.",
        "Ask for what was sent before you apply this: phone number and address go with the data.",
        "1 claim quoting this person once, to be put on other grounds.",
        "1 quote in what was published or deposited: cannot be called back.",
    ):
        assert sentence in said
    assert not any("P001" in sentence or "I0001" in sentence for sentence in said)


@pytest.mark.slow
def test_de_identifying_leaves_the_words_and_nothing_that_leads_to_the_person(study):
    with acting(study) as place:
        code = place.known_trail_codes()["P001"]
        problems = material_of(place).problems
    apply(study, "deidentify")
    left = everything(study)
    copy = left["restricted/deidentified/I0001.txt"].decode()
    assert "Nobody asked me, [name], anything at first; call [phone]." in copy
    assert "transcripts/I0001.txt" not in left
    told = [path for path, data in left.items() if b"Tessa Quill" in data or b"P001" in data or b"555-123" in data]
    assert told == []
    assert "They say: Nobody asked me, [name], anything" in left["analysis/claims.csv"].decode()
    assert not [path for path in left if code in path or "P001" in path or "MC-I0001" in path]
    key, other = left["surveys/web.csv"].decode().split()[1:]
    assert (key[:13], key[-2:], other) == ("deidentified-", ",4", "P002,5")
    with acting(study) as place:
        material = material_of(place)
        assert sorted(material.imports) == [f"I000{n}" for n in range(1, 7)]
        assert material.problems == problems
        (masked,) = place.events(["transcript.deidentified"])
        assert (masked.subject_id("transcript"), dict(masked.data)) == ("I0001", {"version": 2, "changes": 2})
        assert len(place.events(["erasure.executed"])) == 1
    assert {row["what"] for row in listed(study)} == {
        "packet sent",
        "quote in claim CL1",
        "masked transcript",
        "copy elsewhere",
    }


@pytest.mark.slow
def test_the_trail_verifies_with_what_went_named_and_the_masked_copy_checked(study):
    apply(study, "deidentify")
    with acting(study) as place:
        seal_new.fn(place)
        (erased,) = place.events(["erasure.executed"])
    checked = verify(study / "trail", study / "trail.vkey", artefacts=study, keys=study / "restricted")
    assert checked.faults == ()
    gone = {note.split()[0] for note in checked.notes if " erased (event" in note}
    assert gone <= set(erased.data["refs"])
    assert len(gone) >= 2
    (study / "restricted/deidentified/I0001.txt").write_text("Participant: something else\n")
    checked = verify(study / "trail", study / "trail.vkey", artefacts=study, keys=study / "restricted")
    assert [fault.split()[0] for fault in checked.faults] == ["ARTEFACT_ALTERED"]


@pytest.mark.parametrize("disposition", ["keep", "delete"])
def test_a_reason_given_freely_stays_in_restricted_until_the_data_goes(study, disposition):
    with acting(study) as place:
        (withdrawn, _) = place.trail.append(withdrawal_facts.fn(place, asked(disposition), "They moved to the coast."))
        record = study / f"restricted/records/consent.withdrawn/{withdrawn.id}.json"
        assert json.loads(record.read_text()) == {"reason": "They moved to the coast."}
        finish_pending(place)
        assert record.exists() == (disposition == "keep")
        seal_new.fn(place)
    assert not any(b"coast" in path.read_bytes() for path in (study / "trail").rglob("*") if path.is_file())
    assert verify(study / "trail", study / "trail.vkey", artefacts=study, keys=study / "restricted").faults == ()


def test_who_is_in_a_frame_by_their_code_leaves_it_and_the_recorded_sample(study):
    text = (study / "study.yaml").read_text()
    people = "{name: people, of: people, frame: sampling/people.csv, strategy: convenience, rationale: R, size: 1}"
    (study / "study.yaml").write_text(text.replace("rationale: R, size: 1}]", f"rationale: R, size: 1}}, {people}]"))
    (study / "sampling").mkdir()
    (study / "sampling/people.csv").write_text("site_id,years\nP001,1\nP002,2\n")
    record = study / "restricted/records/sample.proposed/0.json"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"ids": ["P001", "P002"]}))
    apply(study)
    assert (study / "sampling/people.csv").read_text() == "site_id,years\nP002,2\n"
    assert json.loads(record.read_text()) == {"ids": ["P002"]}


def test_deleting_takes_the_persons_words_out_of_claims_too(study):
    apply(study)
    left = everything(study)
    told = [path for path, data in left.items() if b"Tessa Quill" in data or b"P001" in data or b"555-123" in data]
    assert told == []
    assert "They say: [withdrawn]." in left["analysis/claims.csv"].decode()
    assert not [path for path in left if path.startswith("records/claim.asserted/")]
    assert left["surveys/web.csv"].decode() == "code,answer\nP002,5\n"
    assert b"MC-I0001" not in left["restricted/packets/overview.csv"]
    assert b"MC-I0002" in left["restricted/packets/overview.csv"]


def test_keeping_the_data_pulls_the_packets_that_were_not_sent_and_nothing_else(study):
    before = everything(study)
    apply(study, "keep", "P002")
    left = everything(study)
    gone = {path for path in before if path not in left}
    assert {p for p in gone if "packets" in p and "codes" not in p} == {
        "restricted/packets/MC-I0002/v001.html",
        "restricted/packets/MC-I0002/v001.json",
    }
    assert all("MC-I0002" in p or p.startswith("restricted/keys/") for p in gone)
    assert "MC-I0002" not in left["restricted/packets/overview.csv"].decode()
    with acting(study) as place:
        assert "P002" in place.known_trail_codes()
        (pulled,) = place.events(["erasure.executed"])
        assert pulled.subject == ()
        place.trail.append(assemble_all(place).facts)
    assert not list(study.glob("restricted/packets/MC-I0002/*"))


def test_a_withdrawal_the_register_mentions_marks_the_packets_in_the_list_people_send_from(study):
    with acting(study) as place:
        for person in ("P001", "P002"):
            row = {"ordinal": 1, "version": 1, "row": "0" * 64, "scopes": (), "disposition": "keep"}
            subject = (Subject("participant", place.known_trail_codes()[person]),)
            place.trail.append([Fact("consent.withdrawn", "2016-08-01", subject, data=row)])
    with acting(study) as place:
        assemble_all(place)
    with (study / "restricted/packets/overview.csv").open() as file:
        states = {row["packet_id"]: row["state"] for row in csv.DictReader(file)}
    assert states["MC-I0001"] == "withdrawn: ask for its return"
    assert states["MC-I0002"] == "withdrawn: do not send"
    assert states["MC-I0003"] == "waiting for release"


def test_copies_are_ticked_in_the_register_or_by_form_until_none_is_due(study):
    apply(study)
    with acting(study) as place:
        (withdrawn,) = place.events(["consent.withdrawn"])
        (query,) = [q for q in deletions_pending(place, place.events(), ref="r") if q.check == "CN031"]
        code = list_of(withdrawn.id).removeprefix("withdrawals/").removesuffix(".csv")
    assert "transcription_vendor, meeting_cloud" in query.message
    assert code in query.message
    decide(study, f"copy_removed,{code},redcap,COO1,2016-08-30,", f"copy_removed,{code},fridge,COO1,2016-08-30,",
           "copy_removed,W0,redcap,COO1,2016-08-30,", f"copy_removed,{code},deposit,XXX,2016-08-30,")  # fmt: skip
    with acting(study) as place:
        found = ticked(place)
        assert sorted((q.check, q.where) for q in found.queries) == [
            ("CN032", "registers/decisions.csv, row 3, column value"),
            ("CN032", "registers/decisions.csv, row 4, column subject"),
            ("CN032", "registers/decisions.csv, row 5, column person"),
        ]
        (cleared,) = place.trail.append(found.facts)
        assert (cleared.subject_id("copy"), cleared.subject_id("person"), cleared.occurred) == (
            "redcap",
            "COO1",
            "2016-08-30",
        )
        others = tuple(row["which"] for row in listed(study) if row["what"] == "copy elsewhere")
        place.trail.append(ticks.fn(place, code, others))
        assert ticked_said(place, code) == (f"Withdrawal {code}: every place was looked through.",)
        assert [q for q in deletions_pending(place, place.events(), ref="r") if q.check == "CN031"] == []
        assert len(place.events(["copy.cleared"])) == len(others)
        with pytest.raises(StudyError, match="no withdrawal with this code"):
            ticks.fn(place, "W0", ("redcap",))


def test_a_shared_transcript_waits_until_somebody_has_masked_it(study):
    with at(study) as place:
        held = {"ordinal": 2, "version": 1, "row": "0" * 64, "outcome": "full", "recorded": True}
        subject = (Subject("interview", "I0003"), Subject("participant", place.trail_code("P001")))
        place.trail.append([Fact("interview.held", "2016-02-01", subject, data=held)])
    apply(study)
    assert (study / "transcripts/I0003.txt").exists()
    with acting(study) as place:
        queries = [q for q in deletions_pending(place, place.events(), ref="r") if q.check == "CN030"]
        assert [q.subject for q in queries] == ["transcript:I0003"]
        (study / "transcripts/I0003.txt").write_text("Interviewer: How was it?\n\nParticipant: [withdrawn]\n")
        place.trail.append([_received(place, 3)])
        assert [q for q in deletions_pending(place, place.events(), ref="r") if q.check == "CN030"] == []


def test_what_the_form_does_not_offer_is_refused_with_what_it_offers_and_its_last_day(study):
    text = (study / "study.yaml").read_text()
    offers = "    dispositions: [keep, delete]\n    dispositions_until_days: {days}\n    opens: 2015-01-02\n"
    for days, disposition, what in (
        (500, "deidentify", r"does not offer to deidentify.*It offers: keep, delete \(until 2017-06-15\)"),
        (14, "delete", r"until 2016-02-15 only.*After that day it offers: keep"),
    ):
        (study / "study.yaml").write_text(text.replace("    opens: 2015-01-02\n", offers.format(days=days)))
        with acting(study) as place, pytest.raises(StudyError, match=what):
            impact_of.fn(place, asked(disposition))
    (study / "study.yaml").write_text(text)
    with acting(study) as place, pytest.raises(StudyError, match="Leave the scopes empty"):
        impact_of.fn(place, asked("delete", scopes=("quote",)))


@pytest.mark.slow
@pytest.mark.parametrize(("disposition", "code"), [("deidentify", "P001"), ("delete", "P001"), ("keep", "P002")])
def test_a_withdrawal_killed_before_any_write_is_finished_by_the_next_run(
    study, tmp_path, monkeypatch, disposition, code
):
    photographs = []

    def photographing(original):
        def told(store, key, *rest):
            photographs.append(shutil.copytree(study, tmp_path / str(len(photographs)), copy_function=os.link))
            return original(store, key, *rest)

        return told

    with monkeypatch.context() as patch:
        for name in ("put", "put_new", "erase_all_versions", "erase_old_versions"):
            patch.setattr(LocalStore, name, photographing(getattr(LocalStore, name)))
        apply(study, disposition, code)
    expected = unkeyed(everything(study))
    assert any(path.startswith("restricted/withdrawals/") for path in expected)
    for photograph in photographs[:: max(1, len(photographs) // 6)]:
        apply(photograph, disposition, code)
        assert unkeyed(everything(photograph)) == expected, photograph.name
        with acting(photograph) as place:
            assert len(place.events(["erasure.executed"])) == 1
            assert finish_pending(place) == 0
    assert len(photographs) > 12


def unkeyed(files: dict[str, bytes]) -> dict[str, bytes]:
    """Of random codes only that there is one: refs, keys, a survey row's new key."""
    found = {
        path: b"" if path.startswith("restricted/codes/") else data
        for path, data in files.items()
        if not path.startswith("restricted/keys/")
    }
    survey = found["surveys/web.csv"]
    if b"deidentified-" in survey:
        found["surveys/web.csv"] = b"deidentified" + survey[survey.index(b"deidentified-") + 21 :]
    return found


def test_what_was_applied_is_said_with_its_code_and_where_the_list_is(study):
    with acting(study) as place:
        impact = impact_of.fn(place, asked("deidentify"))
        facts = withdrawal_facts.fn(place, asked("deidentify"))
        (withdrawn, _) = place.trail.append(facts)
        said = applied_said(place, impact, facts, finish_pending(place))
    assert f"W{withdrawn.id[:8]}" in said[-2]
    assert (study / said[-2].rsplit(" ", 1)[1].rstrip(".")).exists()
    assert said[-1] == "The person's data was de-identified, and that is recorded."


def test_the_command_line_and_the_form_ask_the_same():
    from flows.withdraw_participant import WithdrawParticipant

    typed = WithdrawParticipant(study="x", participant="P001", scopes="quote; archive", removed="")
    assert typed.scopes == ["quote", "archive"]
    assert typed == WithdrawParticipant(study="x", participant="P001", scopes=["quote", "archive"])
    offered = WithdrawParticipant.model_json_schema()["properties"]["removed"]["items"]["enum"]
    assert tuple(offered) == COPIES


def test_words_repeated_are_found_as_the_claim_writes_them():
    quotes = ["I would say telling is a choice, and so it was.", "short one"]
    assert list(repeated("They say TELLING is a choice and so they did; short one.", quotes)) == [
        "say TELLING is a choice and so"
    ]
    assert list(repeated("Telling is a matter of choice.", quotes)) == []
    assert json.dumps(list(repeated("", quotes))) == "[]"


def test_survey_rows_are_counted_however_the_key_is_spelled_and_a_damaged_survey_stops_no_withdrawal(study):
    (study / "surveys/web.csv").write_text("code,answer\n p001 ,4\nP002,5\n")
    with acting(study) as place:
        assert impact_of.fn(place, asked("deidentify")).survey_rows == {"surveys/web.csv": 1}
    (study / "surveys/web.csv").write_bytes(b"%PDF-1.7")
    with acting(study) as place:
        assert impact_of.fn(place, asked("deidentify")).survey_rows == {}
