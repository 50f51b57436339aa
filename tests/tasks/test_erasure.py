"""A participant's data erased for good, whatever moment a run is killed at."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from recruitment.facts import consent_facts
from storage.local import LocalStore
from study import Fact, Reference, StudyError, Subject
from tasks.codes import refuse_second_code
from tasks.erasing import being_erased, erase, written_down
from tasks.erasure import deletions_pending, finish_pending, plan_of
from tasks.opening import amendment_facts, opening_facts
from tasks.readings import Readings, flagged_strings
from tasks.recruitment import recruitment_readings
from tasks.registers import read_registers
from tasks.string_decisions import decide, review_facts
from tasks.withdrawing import Withdrawal, impact_of, impact_said, withdrawal_facts
from tasks.workspace import StudyRequest, opened

pytestmark = pytest.mark.real

EXAMPLES = Path(__file__).parents[2] / "examples"


def request(study: Path, acting: str | None = "COO1") -> StudyRequest:
    return StudyRequest(study=str(study), acting=acting)


def asked(disposition: str = "delete", code: str = "P001") -> Withdrawal:
    from datetime import date

    return Withdrawal(code, date(2016, 6, 1), (), disposition)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first example with everything recorded, one transcript received, and texts about its person."""
    study = tmp_path_factory.mktemp("recorded") / "fsp"
    shutil.copytree(EXAMPLES / "fsp" / "study", study)
    with opened(request(study), "open-study", create=True) as place:
        place.trail.append(opening_facts.fn(place))
        place.trail.append(amendment_facts.fn(place))
        registers = read_registers.fn(place)
        readings = recruitment_readings(place, registers)
        consents = consent_facts(
            registers.frames["consent"], place.events(), registers.codes, place.protocol, today="2016-06-30"
        )
        place.trail.append([f for r in [*readings, consents] for f in [*r.facts, *r.withdrawals]])
        path = next(s.key for s in place.files.list("transcripts/") if "I0001" in s.key)
        reference = place.reference(path, place.files.get(path), personal=True)
        received = Fact(
            "transcript.received",
            place.instant,
            (Subject("transcript", "I0001"),),
            generated=(Reference(reference.ref, reference.bytes, hmac=reference.hmac),),
            data={"format": "docx"},
        )
        codings = place.reference("analysis/codings.csv", place.files.get("analysis/codings.csv"), personal=True)
        used = (codings, reference)
        data = {"codebook": "1", "segments": 1, "coders": ("RES1",), "rejected": 0, "inputs": "0" * 64}
        coded = Fact("coding.imported", place.instant, received.subject, used=used, data=data)
        place.trail.append([received, coded])
        place.restricted.put("consents/P001/FSP-INT-1.pdf", b"signed")
        place.restricted.put("deidentified/I0001.txt", b"masked")
        place.restricted.put("packets/MC-I0001/v002.html", b"assembled and not released yet")
        place.restricted.put("queries/" + "0" * 64 + ".json", b'{"subject": "interview:I0001"}')
        place.out.put("index.html", b"page")
    return study


@pytest.fixture
def running(recorded: Path, tmp_path: Path) -> Path:
    """A copy of the recorded study."""
    shutil.copytree(recorded, tmp_path / "fsp")
    return tmp_path / "fsp"


def apply(study: Path) -> None:
    with opened(request(study), "withdraw-participant") as place:
        finish_pending(place)
        if "P001" not in place.known_trail_codes():
            return
        place.trail.append(withdrawal_facts.fn(place, asked()))
        finish_pending(place)


def left_of(study: Path) -> dict[str, bytes]:
    """Every file but the trail and random keys of the rest."""
    return {
        str(p.relative_to(study)): p.read_bytes()
        for p in sorted(study.rglob("*"))
        if p.is_file() and "trail" not in p.relative_to(study).parts[0]
    }


def test_the_dry_run_changes_nothing(running):
    before = left_of(running)
    with opened(request(running), "withdraw-participant") as place:
        said = impact_said(impact_of.fn(place, asked()), place.protocol, applied=False)
        events = len(place.events())
    with opened(request(running), "withdraw-participant") as place:
        assert len(place.events()) == events
    assert left_of(running) == before
    assert "1 transcript of this person alone." in said
    assert not any("P001" in line or "I0001" in line for line in said)


def test_everything_about_the_person_is_gone_and_the_proof_stays(running):
    with opened(request(running), "status") as place:
        code = place.known_trail_codes()["P001"]
        other = place.known_trail_codes()["P002"]
    apply(running)
    left = left_of(running)
    assert not [path for path, data in left.items() if b"P001" in data or "P001" in path or code in path]
    assert not [path for path in left if "I0001" in path or path.startswith("out/")]
    assert "I0001" not in (running / "analysis" / "codings.csv").read_text()
    assert any(other in path for path in left)
    assert not (running / "restricted/consents/P001").exists()
    with opened(request(running), "status") as place:
        (erased,) = place.events(["erasure.executed"])
        (withdrawn,) = [e for e in place.events(["consent.withdrawn"]) if e.subject_id("participant") == code]
        assert erased.data["decision"] == withdrawn.id
        assert [c.id for c in erased.causes] == [withdrawn.id]
        assert finish_pending(place) == 0


@pytest.mark.parametrize("disposition", ["delete", "deidentify"])
def test_what_was_kept_of_files_read_goes_too_strings_that_were_flagged_and_all(running, disposition):
    from evidence.detectors import Entry
    from evidence.reading import Looker

    looker = Looker(entries=(Entry("name", "Heather Mockperson"),), residue=())
    reading = looker.look(b"Interviewer: So?\n\nParticipant: Heather Mockperson said so.\n", "I0002.txt")
    with opened(request(running), "withdraw-participant") as place:
        Readings(place.restricted).keep({"a1": ("transcripts/I0002.txt", {"text": "k"}, reading)})
        assert flagged_strings(place)["transcripts/I0002.txt"][0].shown == "Heather Mockperson"
        place.trail.append(withdrawal_facts.fn(place, asked(disposition)))
        finish_pending(place)
        assert flagged_strings(place) == {}
    assert not [path for path, data in left_of(running).items() if "readings/" in path or b"Mockperson" in data]


def test_what_a_killed_run_left_half_written_goes_before_an_erasure(running):
    left = running / "restricted/readings/.0123456789abcdef.tmp"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"Heather Mock")
    os.utime(left, (0, 0))
    with opened(request(running), "withdraw-participant") as place:
        finish_pending(place)
    assert not left.exists()


def test_what_was_decided_of_the_persons_names_goes_with_them(running):
    with opened(request(running), "review-strings") as place:
        rows = (running / "restricted/identities.csv").read_text().splitlines()
        first, last = next(row for row in rows if row.startswith("P001,")).split(",")[1].casefold().split()
        strings = (last, first.title(), f"{last}, {first}", "Somebody Else")
        decide(place, [(string, "name") for string in strings], person="COO1", now=place.now)
        place.trail.append(review_facts(place))
        place.restricted.put("review.html", b"their words")
        place.restricted.put("agreement/disagreements.csv", b"their words")
    apply(running)
    left = left_of(running)
    assert [path for path in left if b"Somebody Else" in left[path]] == ["restricted/decisions/strings.csv"]
    assert left["restricted/decisions/strings.csv"].count(b"\n") == 2
    assert "restricted/review.html" not in left
    assert "restricted/agreement/disagreements.csv" not in left
    with opened(request(running), "status") as place:
        assert (len(place.events(["review.decided"])), review_facts(place)) == (4, [])


def test_pages_and_reasons_about_the_person_go_with_their_keys(running):
    page = "restricted/packets/MC-I0001/v001.html"
    with opened(request(running), "record-member-checks") as place:
        about = (Subject("participant", place.trail_code("P001")),)
        place.restricted.put(page.removeprefix("restricted/"), b"their words")
        theme = {"packet": "MC-I0001", "theme": "T1", "change": "made"}
        facts = [
            Fact(
                "member_check.released",
                "2016-05-01",
                about,
                generated=(place.reference(page, b"their words", personal=True),),
                data={"packet": "MC-I0001", "version": 1},
            ),
            place.with_record(
                Fact("member_check.resolved", "2016-05-09", about, data=theme), {"reason": "as they said"}
            ),
        ]
        place.trail.append(facts)
        refs = {g.ref for f in facts for g in f.generated}
    reply = json.dumps({"subject": "reply:a1", "where": "replies/one.json"})
    (running / "restricted/queries" / f"{'1' * 64}.json").write_text(reply)
    document = json.dumps({"subject": "analysis:codings", "rows": ["called their words.docx"]})
    (running / "restricted/queries" / f"{'2' * 64}.json").write_text(document)
    (running / "replies").mkdir(exist_ok=True)
    (running / "replies" / "one.json").write_text(json.dumps({"participant_code": "P001"}))
    apply(running)
    left = left_of(running)
    assert not [path for path in left if any(ref in path for ref in refs)]
    assert not [path for path, data in left.items() if b"their words" in data or b"as they said" in data]
    assert not [path for path in left if "MC-I0001" in path or "1" * 64 in path]
    with opened(request(running), "status") as place:
        (erased,) = place.events(["erasure.executed"])
        assert refs <= set(erased.data["refs"])


def test_reading_the_registers_again_finds_nothing_vanished(running):
    from tasks.registers import changes

    apply(running)
    with opened(request(running), "track-recruitment") as place:
        registers = read_registers.fn(place)
        readings = recruitment_readings(place, registers)
        assert [f for r in readings for f in r.facts] == []
        assert changes(place, registers, readings) == []


def test_a_run_killed_anywhere_is_finished_by_the_next(running, tmp_path, monkeypatch):
    """What a kill leaves is what lies there between two writes: photographed before each, taken up by another run."""
    photographs = []

    def photographing(original):
        def told(store, key, *rest):
            photographs.append(shutil.copytree(running, tmp_path / str(len(photographs)), copy_function=os.link))
            return original(store, key, *rest)

        return told

    with monkeypatch.context() as patch:
        for name in ("put", "put_new", "erase_all_versions", "erase_old_versions"):
            patch.setattr(LocalStore, name, photographing(getattr(LocalStore, name)))
        apply(running)
    expected = without_keys(left_of(running))
    for study in photographs:
        apply(study)
        assert without_keys(left_of(study)) == expected, f"killed before write {study.name}"
        assert_recorded_once(study)
        shutil.rmtree(study)
    assert len(photographs) > 24


def without_keys(files: dict[str, bytes]) -> dict[str, bytes]:
    """Of keys only the names: a rewritten table's key is random."""
    return {path: b"" if path.startswith("restricted/keys/") else data for path, data in files.items()}


def assert_recorded_once(study: Path) -> None:
    with opened(request(study), "status") as place:
        (erased,) = place.events(["erasure.executed"])
        assert [r.ref for r in erased.generated] == [place.codes.known_ref("analysis/codings.csv")]
        for reference in erased.generated:
            data = place.files.get("analysis/codings.csv")
            assert reference == place.reference("analysis/codings.csv", data, personal=True)
    lines = [line for path in (study / "trail/lanes").rglob("*.jsonl") for line in path.read_text().splitlines()]
    assert sum('"kind":"erasure.executed"' in line for line in lines) == 1


def test_two_runs_at_once_record_the_same_erasure(running, monkeypatch):
    """The second run read the plan before the first had finished: what it records is the same act."""
    with opened(request(running), "withdraw-participant") as place:
        place.trail.append(withdrawal_facts.fn(place, asked()))
    with opened(request(running), "run-study") as slow:
        events = slow.events()
        (decision,) = [e for e in events if e.kind == "consent.withdrawn" and e.data.get("source") == "request"]
        plan = written_down(slow, decision.id, lambda: plan_of(slow, decision, events))
        apply(running)
        erase(slow, plan)
    with opened(request(running), "status") as place:
        copies = [
            line for path in (running / "trail/lanes").rglob("*.jsonl") for line in path.read_bytes().splitlines()
        ]
        copies = [json.loads(line) for line in copies if b"erasure.executed" in line]
        assert len(copies) == 2
        assert copies[0]["id"] == copies[1]["id"]
        assert (copies[0]["data"], copies[0]["generated"]) == (copies[1]["data"], copies[1]["generated"])
        assert finish_pending(place) == 0


def test_a_digest_of_the_table_with_the_rows_cannot_be_tested_any_more(running):
    """Who knows every other row and the old key could try rows against the digest; so the old key goes."""
    table = "analysis/codings.csv"
    with opened(request(running), "status") as place:
        before = (running / table).read_bytes()
        known = place.reference(table, before, personal=True)
        assert known == place.reference(table, before, personal=True)
    apply(running)
    with opened(request(running), "status") as place:
        assert place.codes.known_ref(table) == known.ref
        assert place.reference(table, before, personal=True).hmac != known.hmac


def test_a_table_that_was_not_as_recorded_is_named(running, tmp_path):
    """So that an erasure does not make somebody else's change of the same table look recorded."""
    altered = tmp_path / "altered"
    shutil.copytree(running, altered)
    with open(altered / "analysis/codings.csv", "a") as table:
        table.write("I0002,RES1,relief,1,1,added by somebody\n")
    for study, changed in ((running, 0), (altered, 1)):
        apply(study)
        with opened(request(study), "status") as place:
            (erased,) = place.events(["erasure.executed"])
            refs = [g.ref for g in erased.generated]
            assert list(erased.data.get("changed", ())) == refs[:changed]


def test_a_survey_in_a_table_stays_without_the_person(running):
    survey = "surveys/staff.csv"
    (running / survey).write_text("staff_id,answer\nP001,4\nP002,5\n")
    with opened(request(running), "validate-surveys") as place:
        spec = place.protocol.surveys[0].model_copy(update={"file": survey, "linkage": "coded", "key": "staff_id"})
        place.protocol = place.protocol.model_copy(update={"surveys": [spec]})
        data = place.files.get(survey)
        received = Fact(
            "survey.received",
            place.instant,
            (Subject("survey", "staff"),),
            generated=(place.reference(survey, data, personal=True),),
            data={"format": "csv"},
        )
        place.trail.append([received, *withdrawal_facts.fn(place, asked())])
        finish_pending(place)
        assert place.files.get(survey) == b"staff_id,answer\nP002,5\n"
        (erased,) = place.events(["erasure.executed"])
        assert place.reference(survey, b"staff_id,answer\nP002,5\n", personal=True) in erased.generated


def test_an_erasure_whose_person_cannot_be_found_any_more_is_not_called_done(running):
    with opened(request(running), "withdraw-participant") as place:
        place.trail.append(withdrawal_facts.fn(place, asked()))
        place.restricted.erase_all_versions("codes/participants/P001")
        with pytest.raises(StudyError, match="restore it from your backup") as refused:
            finish_pending(place)
        assert "P001" not in str(refused.value)
        assert place.events(["erasure.executed"]) == []


@pytest.mark.parametrize("damaged", [b"", b"[]", b'{"decision": "x"}', b"\xff"])
def test_a_damaged_plan_is_one_sentence_and_nothing_is_erased(running, damaged):
    with opened(request(running), "withdraw-participant") as place:
        (withdrawn, _) = place.trail.append(withdrawal_facts.fn(place, asked()))
        place.restricted.put(f"decisions/erasures/{withdrawn.id}.json", damaged)
        with pytest.raises(StudyError, match="restricted/decisions/erasures"):
            finish_pending(place)
        assert "P001" in place.known_trail_codes()


def test_a_lost_code_does_not_make_a_second_person(running):
    lost = running / "restricted/codes/participants/P002"
    held = lost.read_bytes()
    lost.unlink()
    with opened(request(running), "track-consent") as place, pytest.raises(StudyError, match="1 of the people") as no:
        read_registers.fn(place)
    assert "P002" not in str(no.value)
    assert not lost.exists()
    lost.write_bytes(held)
    with opened(request(running), "track-consent") as place:
        assert read_registers.fn(place).codes.trail["P002"] == held.decode()


def test_an_erasure_under_way_or_done_leaves_others_their_first_code(running):
    """While P001's code is gone and the erasure is not recorded yet, somebody new may still be entered."""
    new = running / "restricted/codes/participants/P002"
    with opened(request(running), "withdraw-participant") as place:
        place.trail.append(withdrawal_facts.fn(place, asked()))
        events = place.events()
        (decision,) = [e for e in events if e.kind == "consent.withdrawn" and e.data.get("source") == "request"]
        plan = written_down(place, decision.id, lambda: plan_of(place, decision, events))
        place.codes.destroy(plan.links)
        linked = set(place.known_trail_codes().values())
        refuse_second_code(linked, events, being_erased(place))
        erase(place, plan)
        assert being_erased(place) == frozenset()
        refuse_second_code(linked, place.events(), being_erased(place))
        new.unlink()
        with pytest.raises(StudyError, match="1 of the people"):
            refuse_second_code(place.known_trail_codes().values(), place.events(), being_erased(place))


def test_the_same_withdrawal_is_recorded_once(running):
    with opened(request(running), "withdraw-participant") as place:
        place.trail.append(withdrawal_facts.fn(place, asked("keep")))
        assert withdrawal_facts.fn(place, asked("keep")) == []
        assert [f.data["ordinal"] for f in withdrawal_facts.fn(place, asked("deidentify"))] == [2, 2]


def test_only_those_who_may_apply_it(running):
    with opened(request(running, "EVA3"), "withdraw-participant") as place, pytest.raises(StudyError, match="COO1"):
        withdrawal_facts.fn(place, asked())
    with (
        opened(request(running, None), "withdraw-participant") as place,
        pytest.raises(StudyError, match="holds the task"),
    ):
        withdrawal_facts.fn(place, asked())


def test_somebody_unknown_is_one_sentence(running):
    with opened(request(running), "withdraw-participant") as place, pytest.raises(StudyError) as error:
        impact_of.fn(place, asked(code="P999"))
    assert "P999" not in str(error.value)


def test_a_deletion_the_register_mentions_waits_for_a_person(running):
    with opened(request(running), "track-consent") as place:
        code = place.known_trail_codes()["P002"]
        data = {"ordinal": 9, "version": 1, "row": "0" * 64, "scopes": (), "disposition": "delete"}
        place.trail.append([Fact("consent.withdrawn", "2016-06-02", (Subject("participant", code),), data=data)])
        assert finish_pending(place) == 0
        (query,) = deletions_pending(place, place.events(), ref="r")
    assert (query.check, query.subject) == ("CN013", f"participant:{code}")


def test_replies_of_the_person_go_too(running):
    (running / "replies").mkdir(exist_ok=True)
    (running / "replies" / "one.json").write_text(json.dumps({"participant_code": "P001"}))
    (running / "replies" / "other.json").write_text(json.dumps({"participant_code": "P002"}))
    (running / "replies" / "torn.json").write_text("{")
    apply(running)
    names = {p.name for p in (running / "replies").iterdir()}
    assert {"other.json", "torn.json"} <= names
    assert "one.json" not in names


def test_replies_on_paper_word_documents_and_lists_that_name_the_person_go_too(running):
    from pages.packet import packet_forms
    from trustworthiness.packet import Packet, PlainTheme

    packet = Packet("MC-I0001", "P001", "en", ("Hello.",), ("a", "b", "c"), (PlainTheme("T1", "One."),), (), ())
    (running / "replies").mkdir(exist_ok=True)
    form = packet_forms(packet, version=1, forms=["docx"])["docx"]
    (running / "replies" / "answers.docx").write_bytes(form)
    kept = running / "restricted"
    for name in ("replies/MC-I0001/001.json", "replies/MC-I0001/page.pdf", "replies/MC-I0002/001.json"):
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        (kept / name).write_bytes(b"{}")
    (kept / "packets").mkdir(exist_ok=True)
    for name in ("packets/send_list.csv", "packets/send_list.xlsx", "packets/replies.csv", "packets/answers.csv"):
        (kept / name).write_bytes(b"P001")
    apply(running)
    left = left_of(running)
    assert not [
        path
        for path in left
        if "MC-I0001" in path or "send_list" in path or path.endswith(("replies.csv", "answers.csv"))
    ]
    assert not [path for path in left if path.endswith("answers.docx")]
    assert [path for path in left if "MC-I0002" in path]
