"""Member checking on a small study: who gets a packet, what stops it, and what becomes of replies."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from study import Fact, Subject
from trustworthiness import fold_member_checks

pytestmark = pytest.mark.real

_spec = importlib.util.spec_from_file_location("member_check_study", Path(__file__).parent / "member_check_study.py")
tiny = importlib.util.module_from_spec(_spec)
sys.modules["member_check_study"] = tiny
_spec.loader.exec_module(tiny)


@pytest.fixture(scope="module", autouse=True)
def without_waiting_for_the_disk():
    """Durability has its own tests; here a hundred syncs a study would only cost time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory) -> Path:
    root = tiny.write_study(tmp_path_factory.mktemp("enrolled") / "tiny")
    tiny.enrol(root, declines=("P006",))
    return root


@pytest.fixture
def root(enrolled, tmp_path) -> Path:
    return shutil.copytree(enrolled, tmp_path / "tiny")


def state(root: Path):
    with tiny.at(root) as place:
        return fold_member_checks(place.events())


def page(root: Path, n: int, version: int = 1) -> str:
    return (root / f"restricted/packets/MC-I000{n}/v{version:03d}.html").read_text()


def checks(found) -> list[str]:
    return sorted(q.check for q in found.queries)


def released(root: Path, *packets: int) -> None:
    tiny.decide(root, *(f"release_packet,MC-I000{n},,INV1,2016-08-01,Read it" for n in packets))
    tiny.assemble(root)


def sent(root: Path, *packets: int) -> None:
    released(root, *packets)
    tiny.register(root, *(f"P00{n},MC-I000{n},sent,2016-08-02,,," for n in packets))
    tiny.send(root)


def test_packets_for_the_eligible_and_a_reason_for_the_others(root):
    found = tiny.assemble(root)
    assert sorted(p.name for p in (root / "restricted/packets").iterdir()) == [
        "MC-I0001", "MC-I0002", "MC-I0003", "MC-I0004", "MC-I0005", "overview.csv",
    ]  # fmt: skip
    assert Counter((f.kind, f.data["reason"], f.occurred) for f in found.facts) == {
        ("member_check.excluded", "no_recontact", "2016-01-10"): 1,
        ("member_check.excluded", "no_transcript", "2016-02-01"): 1,
    }
    assert "5 packets assembled" in found.said[0]
    assert "5 waiting for a second person's release" in found.said[0]


def test_a_packet_holds_own_words_and_only_themes_that_rest_on_enough_people(root):
    found = tiny.assemble(root)
    html = page(root, 1)
    assert "Nobody asked me number 1 anything at first." in html
    assert "How was it?" not in html
    assert "number 2" not in html
    assert "Peers want to be asked." in html
    assert "Only one of us said this." not in html
    assert [(q.check, q.subject) for q in found.queries] == [("MC008", "theme:T2")]


def test_restricted_packets_are_for_their_owner_alone(root):
    tiny.assemble(root)
    assert (root / "restricted/packets/MC-I0001/v001.html").stat().st_mode & 0o077 == 0


def test_a_second_run_records_and_writes_nothing_new(root):
    released(root, 1)
    before = {p: p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file() and "trail" not in p.parts}
    with tiny.at(root) as place:
        count = len(place.events())
    assert tiny.assemble(root).facts == ()
    with tiny.at(root) as place:
        assert len(place.events()) == count
    assert {p: p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file() and "trail" not in p.parts} == before


def test_a_release_is_recorded_on_the_day_it_was_decided(root):
    released(root, 1, 2)
    assert state(root).by_step["released"] == 2
    assert "MC-I0001,1," in (root / "restricted/packets/overview.csv").read_text()
    assert (root / "restricted/packets/overview.csv").read_text().count(",released,") == 2


@pytest.mark.parametrize("person", ["COO1", "NOBODY"])
def test_mc009_a_release_by_somebody_who_may_not(root, person):
    tiny.decide(root, f"release_packet,MC-I0001,,{person},2016-08-01,")
    found = tiny.assemble(root)
    assert checks(found) == ["MC008", "MC009"]
    assert [q.where for q in found.queries if q.check == "MC009"] == ["registers/decisions.csv, row 2"]
    assert state(root).by_step["released"] == 0


def test_mc009_who_assembled_a_packet_does_not_release_it(root):
    from tasks.assembly import assemble_all
    from tasks.request import StudyRequest
    from tasks.workspace import opened

    tiny.decide(root, "release_packet,MC-I0001,,INV1,2016-08-01,")
    with opened(StudyRequest(study=str(root), acting="INV1"), flow="test") as place:
        assert "MC009" in checks(assemble_all(place))
    assert "MC009" in checks(tiny.assemble(root))


def test_a_changed_packet_needs_its_own_release_by_its_code(root):
    released(root, 1)
    (root / "transcripts/I0001.txt").write_bytes(tiny.transcript(1).replace(b"1 times", b"one time"))
    with tiny.at(root) as place:
        place.trail.append([tiny.release(place, 1, version=2)])
    tiny.assemble(root)
    assert state(root).checks[_code(root, "P001")].version == 1
    overview = (root / "restricted/packets/overview.csv").read_text()
    code = next(row for row in overview.splitlines() if row.startswith("MC-I0001,2")).split(",")[2]
    tiny.decide(root, "release_packet,MC-I0001,,INV1,2016-08-01,", f"release_packet,MC-I0001,{code},INV1,2016-08-05,")
    tiny.assemble(root)
    assert state(root).checks[_code(root, "P001")].version == 2
    assert "one time" in page(root, 1, 2)
    assert "one time" not in page(root, 1, 1)


def _code(root: Path, participant: str) -> str:
    with tiny.at(root) as place:
        return place.trail_code(participant)


def test_mc002_a_packet_that_names_somebody_else_is_held_back(root):
    (root / "transcripts/I0001.txt").write_bytes(tiny.transcript(1).replace(b"Later they", b"Later Orlo Fakenham"))
    with tiny.at(root) as place:
        place.trail.append([tiny.release(place, 1, version=2)])
    found = tiny.assemble(root)
    assert checks(found) == ["MC002", "MC008"]
    assert not (root / "restricted/packets/MC-I0001").exists()
    assert all("Orlo" not in q.message + q.where for q in found.queries)
    assert state(root).checks[_code(root, "P001")].excluded == "blocked"


def test_mended_it_goes_on(root):
    test_mc002_a_packet_that_names_somebody_else_is_held_back(root)
    (root / "transcripts/I0001.txt").write_bytes(tiny.transcript(1).replace(b"1 times", b"once"))
    with tiny.at(root) as place:
        place.trail.append([tiny.release(place, 1, version=3)])
    released(root, 1)
    assert state(root).checks[_code(root, "P001")].step == "released"


def test_without_a_released_transcript_a_packet_waits(tmp_path):
    root = tiny.write_study(tmp_path / "tiny")
    tiny.enrol(root)
    (root / "transcripts/I0002.txt").write_bytes(b"Participant: changed since its release.\n\nInterviewer: Yes.\n")
    found = tiny.assemble(root)
    assert "waiting for a released and coded transcript" in found.said[0]
    assert not (root / "restricted/packets/MC-I0002").exists()


def test_sending_and_reminding_are_read_from_the_register(root):
    released(root, 1)
    tiny.register(root, "P001,MC-I0001,sent,2016-08-02,,,", "P001,MC-I0001,reminded,2016-08-24,,,")
    found = tiny.send(root)
    assert found.queries == ()
    check = state(root).checks[_code(root, "P001")]
    assert (check.sent, check.reminders) == (date(2016, 8, 2), 1)
    again = tiny.send(root)
    assert state(root).checks[_code(root, "P001")].reminders == 1
    assert len(again.facts) == 2


def test_every_step_names_what_it_rests_on(root):
    sent(root, 1)
    tiny.reply(root, 1, answers=[{"theme_id": "T1", "verdict": "does_not", "comment": ""}])
    tiny.register(
        root,
        "P001,MC-I0001,sent,2016-08-02,,,",
        "P001,MC-I0001,returned,2016-08-05,,,",
        "P001,MC-I0001,resolved,2016-08-09,T1,made,Said so",
        "P001,MC-I0001,closed,2016-08-10,,,",
    )
    tiny.answer(root)
    with tiny.at(root) as place:
        kinds = {e.id: e.kind for e in place.events()}
        rests_on = {
            e.kind.removeprefix("member_check."): {kinds[c.id] for c in e.causes}
            for e in place.events()
            if e.kind.startswith("member_check.") and e.subject_id("participant") == place.trail_code("P001")
        }
    assert rests_on == {
        "released": {"transcript.released", "consent.given"},
        "sent": {"member_check.released"},
        "returned": {"member_check.sent"},
        "answered": {"member_check.returned"},
        "resolved": {"member_check.returned"},
        "closed": {"member_check.returned"},
    }


def test_who_is_to_be_reminded_is_said_in_counts(root):
    from tasks.member_check_sending import reminders_due

    sent(root, 1, 2)
    with tiny.at(root, date(2016, 8, 23)) as place:
        assert reminders_due(place) == ()
    with tiny.at(root, date(2016, 8, 24)) as place:
        assert reminders_due(place) == ("Member checks: 2 due a reminder.",)


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ("P002,MC-I0002,sent,2016-08-02,,,", "row 2, column step"),
        ("P001,MC-I0001,sent,2016-07-31,,,", "row 2, column step"),
        ("P002,MC-I0001,sent,2016-08-02,,,", "row 2, column packet_id"),
        ("P099,MC-I0001,sent,2016-08-02,,,", "row 2, column participant_id"),
        ("P001,MC-I0001,posted,2016-08-02,,,", "row 2, column step"),
        ("P001,MC-I0001,sent,2/8/2016,,,", "row 2, column occurred"),
    ],
)
def test_mc010_what_the_register_says_was_sent_must_have_been_released(root, row, where):
    released(root, 1)
    tiny.register(root, row)
    found = tiny.send(root)
    assert [(q.check, q.where) for q in found.queries] == [("MC010", f"registers/member_checks.csv, {where}")]
    assert found.facts == ()


def test_mc010_a_day_changed_after_it_was_recorded(root):
    sent(root, 1)
    tiny.register(root, "P001,MC-I0001,sent,2016-08-03,,,")
    assert checks(tiny.send(root)) == ["MC010"]


def test_equal_faults_of_a_file_are_one_query(root):
    tiny.assemble(root)
    tiny.register(root, "P001,MC-I0001,sent,2016-08-02,,,", "P002,MC-I0002,sent,2016-08-02,,,")
    (query,) = tiny.send(root).queries
    assert query.where == "registers/member_checks.csv, rows 2, 3, column step"


def test_mc003_sent_to_somebody_whose_consent_had_ended(root):
    released(root, 1)
    with tiny.at(root) as place:
        person = (Subject("participant", place.trail_code("P001")),)
        data = {"ordinal": 1, "version": 1, "row": "0" * 64, "scopes": ("recontact",), "disposition": "keep"}
        place.trail.append([Fact("consent.withdrawn", "2016-08-02", person, data=data)])
    tiny.register(root, "P001,MC-I0001,sent,2016-08-02,,,")
    found = tiny.send(root)
    assert checks(found) == ["MC003"]
    assert [f.kind for f in found.facts] == ["member_check.sent"]
    excluded = tiny.assemble(root)
    assert [(f.data["reason"], f.occurred) for f in excluded.facts] == [("no_recontact", "2016-08-02")]


def test_a_reply_is_recorded_with_counts_and_no_words(root):
    sent(root, 1)
    tiny.reply(root, 1, answers=[{"theme_id": "T1", "verdict": "partly", "comment": "SECRET"}])
    tiny.register(root, "P001,MC-I0001,sent,2016-08-02,,,", "P001,MC-I0001,returned,2016-08-10,,,")
    found = tiny.answer(root)
    assert found.queries == ()
    returned, answered = found.facts
    assert (returned.kind, returned.occurred, returned.data["partly"], returned.data["version"]) == (
        "member_check.returned", "2016-08-10", 1, 1,
    )  # fmt: skip
    assert (answered.kind, answered.data["theme"], answered.data["verdict"]) == (
        "member_check.answered",
        "T1",
        "partly",
    )
    assert answered.data["reply"] == returned.generated[0].hmac[:12]
    assert all("SECRET" not in str(f) for f in found.facts)
    again = tiny.answer(root)
    assert again.queries == ()
    assert state(root).problems == ()


def test_silence_is_not_agreement(root):
    sent(root, 1, 2)
    tiny.reply(root, 1)
    tiny.register(
        root, *(f"P00{n},MC-I000{n},sent,2016-08-02,,," for n in (1, 2)), "P001,MC-I0001,returned,2016-08-10,,,"
    )
    tiny.answer(root)
    account = {line.what: (line.count, line.of) for line in state(root).account}
    assert account["replies returned"] == (1, 2)
    assert account["no reply (not agreement)"] == (1, 2)
    assert account["themes: this fits"] == (1, 1)


@pytest.mark.parametrize(
    ("change", "check"),
    [({"participant_code": "P002"}, "MC005"), ({"packet_sha256": "f" * 64}, "MC005"), ({"answers": 3}, "MC011")],
)
def test_a_reply_of_another_person_or_packet_is_refused(root, change, check):
    sent(root, 1)
    tiny.reply(root, 1, "odd.json", **change)
    found = tiny.answer(root)
    assert [(q.check, q.where) for q in found.queries] == [(check, "replies/odd.json")]
    assert found.facts == ()


def test_a_second_reply_waits_beside_the_first(root):
    sent(root, 1)
    tiny.reply(root, 1, "b.json")
    tiny.answer(root)
    tiny.reply(root, 1, "a.json", answers=[])
    found = tiny.answer(root)
    assert sorted((q.check, q.where) for q in found.queries) == [
        ("MC012", "replies/a.json"), ("MC016", "replies/a.json"), ("MC016", "replies/b.json"),
    ]  # fmt: skip
    assert state(root).checks[_code(root, "P001")].fits == 1


def test_a_reply_after_withdrawal_stays_sealed(root):
    sent(root, 1)
    with tiny.at(root) as place:
        person = (Subject("participant", place.trail_code("P001")),)
        data = {"ordinal": 1, "version": 1, "row": "0" * 64, "scopes": tiny.SCOPES, "disposition": "keep"}
        place.trail.append([Fact("consent.withdrawn", "2016-08-05", person, data=data)])
    tiny.reply(root, 1)
    tiny.register(root, "P001,MC-I0001,sent,2016-08-02,,,", "P001,MC-I0001,returned,2016-08-10,,,")
    found = tiny.answer(root)
    assert checks(found) == ["MC014"]
    assert found.facts == ()


def test_doubts_are_resolved_with_a_reason_before_a_check_is_closed(root):
    sent(root, 1)
    tiny.reply(root, 1, answers=[{"theme_id": "T1", "verdict": "does_not", "comment": ""}])
    rows = ["P001,MC-I0001,sent,2016-08-02,,,", "P001,MC-I0001,returned,2016-08-10,,,"]
    closed = "P001,MC-I0001,closed,2016-08-20,,,"
    tiny.register(root, *rows, closed)
    assert checks(tiny.answer(root)) == ["MC015"]
    tiny.register(root, *rows, "P001,MC-I0001,resolved,2016-08-19,T1,made,", closed)
    assert [q.where for q in tiny.answer(root).queries] == [
        "registers/member_checks.csv, row 4, column theme", "registers/member_checks.csv, row 5, column step",
    ]  # fmt: skip
    tiny.register(root, *rows, "P001,MC-I0001,resolved,2016-08-19,T1,made,The theme was too narrow.", closed)
    found = tiny.answer(root)
    assert found.queries == ()
    assert state(root).checks[_code(root, "P001")].step == "closed"
    assert tiny.answer(root).queries == ()


def test_withdrawn_quotes_are_listed_for_the_team(root):
    sent(root, 1)
    quote = page(root, 1).split('value="Q')[1].split('"')[0]
    tiny.reply(root, 1, withdraw_quote_ids=[f"Q{quote}"])
    found = tiny.answer(root)
    assert found.made[0] == "restricted/packets/withdrawn_quotes.csv"
    listed = (root / "restricted/packets/withdrawn_quotes.csv").read_text()
    assert listed == f"packet_id,quote_id,claims,irretrievable\nMC-I0001,Q{quote},,\n"
    assert found.facts[0].data["withdrawn_quotes"] == 1
