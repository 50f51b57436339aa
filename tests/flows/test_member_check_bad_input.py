"""What goes wrong in member checking: each refused or asked about by name, with what to do, and nothing counted."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from pages.packet import packet_forms
from study import Fact, StudyError, Subject
from tasks.packets import kept_packets
from tasks.request import StudyRequest
from tasks.typed_replies import PaperReply, SecondReading, confirmed, entered_reply
from tasks.workspace import opened
from trustworthiness import fold_member_checks

pytestmark = pytest.mark.real

HELP = Path(__file__).parent.parent / "tasks" / "member_check_study.py"
_spec = importlib.util.spec_from_file_location("member_check_study", HELP)
tiny = importlib.util.module_from_spec(_spec)
sys.modules["member_check_study"] = tiny
_spec.loader.exec_module(tiny)

DAY = date(2016, 8, 10)
SENT = [f"P00{n},MC-I000{n},sent,2016-08-02,,," for n in (1, 2)]
CAME = "P001,MC-I0001,returned,2016-08-10,,,"


@pytest.fixture(scope="module", autouse=True)
def without_waiting_for_the_disk():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="module")
def sent(tmp_path_factory) -> Path:
    """Packets of P001 and P002 released and sent on 2 August; P003's is assembled."""
    root = tiny.write_study(tmp_path_factory.mktemp("sent") / "tiny")
    tiny.enrol(root)
    tiny.decide(root, *(f"release_packet,MC-I000{n},,INV1,2016-08-01,Read it" for n in (1, 2)))
    tiny.assemble(root)
    tiny.register(root, *SENT)
    tiny.send(root)
    return root


@pytest.fixture
def root(sent, tmp_path) -> Path:
    return shutil.copytree(sent, tmp_path / "tiny")


def check_of(root: Path, participant: str):
    with tiny.at(root) as place:
        return fold_member_checks(place.events()).checks[place.trail_code(participant)]


def acting(root: Path, person: str, what):
    """What a form does when this person fills it in, recorded."""
    with opened(StudyRequest(study=str(root), acting=person), flow="test") as place:
        taken = what(place)
        place.trail.append(taken.facts)
        return taken.said


def found(root: Path) -> list[tuple[str, str]]:
    return sorted((q.check, q.where) for q in tiny.answer(root).queries)


REPLIES = {
    "of another person": ({"participant_code": "P002"}, "MC005"),
    "to an unknown packet": ({"packet_id": "MC-I0099"}, "MC005"),
    "to a packet never released": ({"packet_id": "MC-I0003"}, "MC005"),
    "to words nobody sent": ({"packet_sha256": "f" * 64}, "MC005"),
    "whose answers are no list": ({"answers": "yes"}, "MC011"),
    "with an unknown verdict": ({"answers": [{"theme_id": "T1", "verdict": "maybe"}]}, "MC011"),
}


@pytest.mark.parametrize("case", REPLIES)
def test_a_reply_that_is_refused(root, case):
    changes, check = REPLIES[case]
    tiny.reply(root, 1, "odd.json", **changes)
    assert found(root) == [(check, "replies/odd.json")]
    assert check_of(root, "P001").returned is None


BROKEN = {
    "late.json": b'{"packet_id": "MC-',
    "broken.docx": b"PK\x03\x04 no document",
    "other.docx": b"PK\x05\x06" + bytes(18),
    "scan.pdf": b"%PDF-1.7 a scan",
    "letter.txt": b"Dear all, it was fine.",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(root, name):
    (root / "replies" / name).write_bytes(BROKEN[name])
    (query,) = tiny.answer(root).queries
    assert (query.check, query.where) == ("MC011", f"replies/{name}")
    assert query.message.count(".") >= 2  # what is wrong, and what to do
    assert "fine" not in query.message


def test_what_programs_leave_behind_is_no_reply(root):
    for name in (".DS_Store", "~$reply.docx", ".hidden.json"):
        (root / "replies" / name).write_bytes(b"x")
    assert found(root) == []


@pytest.mark.parametrize("answers", [[], [{"theme_id": "T1", "verdict": ""}], [{"theme_id": "T1", "comment": "Hm."}]])
def test_a_blank_reply_is_not_answered_and_agrees_with_nothing(root, answers):
    tiny.reply(root, 1, answers=answers)
    tiny.register(root, *SENT, CAME)
    has_comment = any(answer.get("comment") for answer in answers)
    assert found(root) == ([("MC022", "replies/reply_P001.json")] if has_comment else [])
    check = check_of(root, "P001")
    assert (check.returned, check.fits, check.not_answered, dict(check.verdicts)) == (DAY, 0, 1, {"T1": "not_answered"})


def test_a_second_reply_counts_only_once_somebody_who_may_chose_it(root):
    tiny.reply(root, 1, "b.json")
    tiny.register(root, *SENT, CAME)
    tiny.answer(root)
    tiny.reply(root, 1, "a.json", answers=[{"theme_id": "T1", "verdict": "does_not"}])
    assert found(root) == [("MC012", "replies/a.json"), ("MC016", "replies/a.json")]
    tiny.register(root, *SENT, CAME, "P001,MC-I0001,returned,2016-08-15,,,")
    assert found(root) == [("MC012", "replies/a.json")]
    listed = (root / "restricted/packets/replies.csv").read_text().splitlines()
    code = next(row for row in listed if "a.json" in row).split(",")[1]
    release = "release_packet,MC-I0001,,INV1,2016-08-01,Read it"
    for row, column in (
        (f"choose_reply,MC-I0077,{code},INV1,2016-08-20,", "subject"),
        ("choose_reply,MC-I0001,abcabcabcabc,INV1,2016-08-20,", "value"),
        (f"choose_reply,MC-I0001,{code},COO1,2016-08-20,", "person"),
    ):
        tiny.decide(root, release, row)
        assert ("MC021", f"registers/decisions.csv, row 3, column {column}") in found(root)
        assert check_of(root, "P001").fits == 1
    tiny.decide(root, release, f"choose_reply,MC-I0001,{code},INV1,2016-08-20,The first was sent by mistake")
    assert found(root) == []
    check = check_of(root, "P001")
    assert (check.fits, check.does_not, check.reply, check.open_disconfirmations) == (0, 1, code, 1)
    assert found(root) == []
    with tiny.at(root) as place:
        chosen = [e for e in place.events() if e.kind == "member_check.chosen"]
        assert len(chosen) == 1
        assert "mistake" not in json.dumps([dict(e.data) for e in place.events()])


def test_a_reply_to_an_older_packet_is_kept_against_its_version_and_asked_about(root):
    (root / "transcripts/I0001.txt").write_bytes(tiny.transcript(1).replace(b"1 times", b"one time"))
    with tiny.at(root) as place:
        place.trail.append([tiny.release(place, 1, version=2)])
    tiny.assemble(root)
    with tiny.at(root) as place:
        code = kept_packets(place)["MC-I0001"][2].code
    tiny.decide(
        root, "release_packet,MC-I0001,,INV1,2016-08-01,", f"release_packet,MC-I0001,{code},INV1,2016-08-05,Again"
    )
    tiny.assemble(root)
    tiny.reply(root, 1, version=1)
    tiny.register(root, *SENT, CAME)
    assert found(root) == [("MC013", "replies/reply_P001.json")]
    check = check_of(root, "P001")
    assert (check.version, check.reply_version, check.fits) == (2, 1, 1)


def leave(root: Path, day: str) -> None:
    with tiny.at(root) as place:
        person = (Subject("participant", place.trail_code("P001")),)
        data = {"ordinal": 1, "version": 1, "row": "0" * 64, "scopes": tiny.SCOPES, "disposition": "keep"}
        place.trail.append([Fact("consent.withdrawn", day, person, data=data)])


@pytest.mark.parametrize("form", ["json", "docx"])
def test_a_reply_after_a_withdrawal_stays_unread_in_either_form(root, form, monkeypatch):
    import trustworthiness.reply as reading

    leave(root, "2016-08-05")
    if form == "json":
        tiny.reply(root, 1)
    else:
        with tiny.at(root) as place:
            kept = kept_packets(place)["MC-I0001"][1]
        (root / "replies/r.docx").write_bytes(packet_forms(kept.packet, version=1, forms=["docx"])["docx"])
    tiny.register(root, *SENT, CAME)
    monkeypatch.setattr(reading, "read_reply", lambda *_: pytest.fail("it was read"))
    assert [check for check, _ in found(root)] == ["MC014"]
    assert check_of(root, "P001").returned is None
    with pytest.raises(StudyError, match="stays unread"):
        acting(root, "COO1", lambda place: entered_reply(place, PaperReply("MC-I0001", "x.xlsx", "", DAY, "phone")))


def test_a_word_document_is_read_as_the_page_is(root):
    with tiny.at(root) as place:
        kept = kept_packets(place)["MC-I0001"][1]
    (root / "replies/answers.docx").write_bytes(packet_forms(kept.packet, version=1, forms=["docx"])["docx"])
    tiny.register(root, *SENT, CAME)
    assert found(root) == []
    assert check_of(root, "P001").not_answered == 1


ROWS = {
    "for an unknown packet": ("P001,MC-I0099,returned,2016-08-10,,,", "MC015", "column packet_id"),
    "for somebody else's packet": ("P002,MC-I0001,returned,2016-08-10,,,", "MC015", "column packet_id"),
    "answered before it was sent": ("P003,MC-I0003,returned,2016-08-10,,,", "MC015", "column step"),
    "resolved without a reason": ("P001,MC-I0001,resolved,2016-08-10,T1,made,", "MC015", "column theme"),
    "resolved for an unknown theme": ("P001,MC-I0001,resolved,2016-08-10,T9,made,So", "MC015", "column theme"),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_row_of_the_register_that_does_not_fit(root, case):
    row, check, column = ROWS[case]
    tiny.register(root, *SENT, row)
    assert found(root) == [(check, f"registers/member_checks.csv, row 4, {column}")]


def test_sending_before_the_release(root):
    tiny.register(root, *SENT, "P003,MC-I0003,sent,2016-08-02,,,")
    (query,) = tiny.send(root).queries
    assert (query.check, query.where) == ("MC010", "registers/member_checks.csv, row 4, column step")
    assert query.message == "The packet was not released by that day. Release it first."


def test_closing_with_an_open_doubt_and_naming_a_change_that_is_not_on_record(root):
    tiny.reply(root, 1, answers=[{"theme_id": "T1", "verdict": "does_not"}])
    header = "participant_id,packet_id,step,occurred,theme,change,reason,changed\n"
    rows = [*(f"{r}," for r in SENT), f"{CAME},", "P001,MC-I0001,resolved,2016-08-12,T1,made,Too narrow,codebook 9"]
    closed = "P001,MC-I0001,closed,2016-08-13,,,,"
    (root / "registers/member_checks.csv").write_text(header + "\n".join([*rows, closed]) + "\n")
    assert found(root) == [
        ("MC015", "registers/member_checks.csv, row 5, column changed"),
        ("MC015", "registers/member_checks.csv, row 6, column step"),
    ]
    with tiny.at(root) as place:
        book = {"version": "9", "codebook": "0" * 64, "codes": 2}
        place.trail.append([Fact("codebook.changed", "2016-08-11", (Subject("codebook", "codebook"),), data=book)])
    assert found(root) == []
    assert check_of(root, "P001").step == "closed"
    with tiny.at(root) as place:
        events = {e.id: e for e in place.events()}
        resolved = next(e for e in events.values() if e.kind == "member_check.resolved")
    assert [events[c.id].kind for c in resolved.causes] == ["member_check.returned", "codebook.changed"]


def test_release_by_who_assembled_and_of_what_nobody_assembled(root):
    from tasks.assembly import assemble_all

    shutil.rmtree(root / "restricted/packets/MC-I0003")
    with opened(StudyRequest(study=str(root), acting="INV1"), flow="test") as place:
        assemble_all(place)
    with tiny.at(root) as place:
        sent = kept_packets(place)["MC-I0001"][1].code
    tiny.decide(
        root,
        f"release_packet,MC-I0001,{sent},INV1,2016-08-01,",
        "release_packet,MC-I0003,,INV1,2016-08-20,",
        "release_packet,MC-I0001,000000000000,INV1,2016-08-20,",
        "release_packet,MC-X9,,INV1,2016-08-20,",
    )
    assert sorted(q.where for q in tiny.assemble(root).queries if q.check == "MC009") == [
        "registers/decisions.csv, row 3", "registers/decisions.csv, row 4, column value",
        "registers/decisions.csv, row 5, column subject",
    ]  # fmt: skip


def fill(root: Path, name: str, verdict: str, comment: str = "") -> None:
    path = root / "restricted/replies/MC-I0001" / name
    book = openpyxl.load_workbook(path)
    row = next(r for r in book.active.iter_rows() if r[0].value == "theme")
    row[3].value, row[4].value = verdict, comment
    book.save(path)


def test_a_paper_reply_counts_when_two_people_read_the_same(root):
    paper = PaperReply("MC-I0001", "typed.xlsx", "page.pdf", DAY, "paper")
    assert "blank table" in acting(root, "COO1", lambda place: entered_reply(place, paper))
    fill(root, "typed.xlsx", "fits", "SECRET words")
    with pytest.raises(StudyError, match="the scan is not there"):
        acting(root, "COO1", lambda place: entered_reply(place, paper))
    (root / "restricted/replies/MC-I0001/page.pdf").write_bytes(b"%PDF scanned")
    assert "waiting for a second reader" in acting(root, "COO1", lambda place: entered_reply(place, paper))
    assert "entered before" in acting(root, "COO1", lambda place: entered_reply(place, paper))
    assert "1 typed reply waiting for a second reader" in tiny.answer(root).said[-1]
    assert check_of(root, "P001").returned is None
    with pytest.raises(StudyError, match="does not confirm it"):
        acting(root, "COO1", lambda place: confirmed(place, SecondReading("MC-I0001", "")))
    acting(root, "INV1", lambda place: confirmed(place, SecondReading("MC-I0001", "second.xlsx")))
    fill(root, "second.xlsx", "does not fit", "SECRET words")
    assert "differ" in acting(root, "INV1", lambda place: confirmed(place, SecondReading("MC-I0001", "second.xlsx")))
    (query,) = tiny.answer(root).queries
    assert (query.check, query.where) == ("MC019", "restricted/replies/MC-I0001/001.json")
    assert "theme T1." in query.message
    assert "SECRET" not in query.message
    assert check_of(root, "P001").returned is None
    fill(root, "second.xlsx", "this fits", "secret  words")
    assert "counts" in acting(root, "INV1", lambda place: confirmed(place, SecondReading("MC-I0001", "second.xlsx")))
    assert found(root) == []
    check = check_of(root, "P001")
    assert (check.returned, check.fits) == (DAY, 1)
    other = PaperReply("MC-I0001", "second.xlsx", "page.pdf", DAY, "paper")
    acting(root, "COO1", lambda place: entered_reply(place, other))
    said = acting(root, "INV1", lambda place: confirmed(place, SecondReading("MC-I0001", "")))
    assert "kept beside that one until somebody chooses" in said
    with tiny.at(root) as place:
        kinds = {e.id: e.kind for e in place.events()}
        said = {e.kind: {kinds[c.id] for c in e.causes} for e in place.events() if e.kind.startswith("member_check.")}
        assert said["member_check.confirmed"] == {"member_check.typed"}
        assert "SECRET" not in json.dumps([dict(e.data) for e in place.events()])


FORMS = {
    "an unknown packet": (PaperReply("MC-I0099", "typed.xlsx", "", DAY, "phone"), "no packet of this id"),
    "a packet not released": (PaperReply("MC-I0003", "typed.xlsx", "", DAY, "phone"), "no packet of this id"),
    "a path": (PaperReply("MC-I0001", "../identities.csv", "", DAY, "phone"), "plain name"),
    "a day to come": (PaperReply("MC-I0001", "typed.xlsx", "", date(2017, 1, 1), "phone"), "still to come"),
    "a day before it went": (PaperReply("MC-I0001", "typed.xlsx", "", date(2016, 7, 1), "phone"), "had not been sent"),
}


@pytest.mark.parametrize("case", FORMS)
def test_a_form_that_cannot_be_entered(root, case):
    asked, what = FORMS[case]
    with pytest.raises(StudyError, match=what):
        acting(root, "COO1", lambda place: entered_reply(place, asked))


def test_a_table_of_another_packet_is_refused(root):
    other = PaperReply("MC-I0002", "typed.xlsx", "", DAY, "phone")
    acting(root, "COO1", lambda place: entered_reply(place, other))
    folder = root / "restricted/replies"
    shutil.copytree(folder / "MC-I0002", folder / "MC-I0001")
    mine = PaperReply("MC-I0001", "typed.xlsx", "", DAY, "phone")
    with pytest.raises(StudyError, match="answers another packet"):
        acting(root, "COO1", lambda place: entered_reply(place, mine))
