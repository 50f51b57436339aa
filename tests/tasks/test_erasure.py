"""A participant's data erased for good, whatever moment a run is killed at."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from recruitment.facts import consent_facts
from storage.local import LocalStore
from study import Fact, Reference, StudyError, Subject
from tasks.erasure import deletions_pending, finish_pending
from tasks.opening import amendment_facts, opening_facts
from tasks.recruitment import recruitment_readings
from tasks.registers import read_registers
from tasks.withdrawing import Withdrawal, impact_of, impact_said, withdrawal_facts
from tasks.workspace import StudyRequest, opened

pytestmark = pytest.mark.real

EXAMPLES = Path(__file__).parents[2] / "examples"


class Killed(BaseException):
    """The machine went down."""


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
        place.trail.append([received])
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
        said = impact_said(impact_of.fn(place, asked()), applied=False)
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
    with opened(request(running), "status") as place:
        (erased,) = place.events(["erasure.executed"])
        (withdrawn,) = [e for e in place.events(["consent.withdrawn"]) if e.subject_id("participant") == code]
        assert erased.data["decision"] == withdrawn.id
        assert [c.id for c in erased.causes] == [withdrawn.id]
        assert finish_pending(place) == 0


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
    whole = tmp_path / "whole"
    shutil.copytree(running, whole)
    apply(whole)
    expected = left_of(whole)
    names = ("put", "put_new", "erase_all_versions")
    real = {name: getattr(LocalStore, name) for name in names}
    points = 0
    while True:
        study, count = tmp_path / f"killed-{points}", iter(range(10_000))
        shutil.copytree(running, study)

        def dying(name: str, count=count, point: int = points):
            def act(self, *args):
                number = next(count)
                if number == point and number % 2 == 0:
                    raise Killed
                result = real[name](self, *args)
                if number == point:
                    raise Killed
                return result

            return act

        for name in names:
            monkeypatch.setattr(LocalStore, name, dying(name))
        with suppress(Killed):
            apply(study)
        reached = next(count)
        for name in names:
            monkeypatch.setattr(LocalStore, name, real[name])
        if points >= reached:
            break
        apply(study)
        assert left_of(study) == expected, f"killed at write {points}"
        with opened(request(study), "status") as place:
            assert len(place.events(["erasure.executed"])) == 1
        shutil.rmtree(study)
        points += 1
    assert points > 15


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
