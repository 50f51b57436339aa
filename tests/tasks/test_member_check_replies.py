"""Replies and the days on which they came, what is written beside verdicts, and acts whose day does not fit."""

from __future__ import annotations

import csv
import importlib.util
import os
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

from study import Fact, Subject
from tasks.member_check_days import Came, Unplaced, days_of
from tasks.packet_register import Row
from trustworthiness import fold_member_checks

_spec = importlib.util.spec_from_file_location("member_check_study", Path(__file__).parent / "member_check_study.py")
tiny = importlib.util.module_from_spec(_spec)
sys.modules["member_check_study"] = tiny
_spec.loader.exec_module(tiny)

SENT = "P001,MC-I0001,sent,2016-08-02,,,"
DOUBT = [{"theme_id": "T1", "verdict": "does_not", "comment": ""}]
FITS = [{"theme_id": "T1", "verdict": "fits", "comment": ""}]
FIFTH, TWENTIETH = date(2016, 8, 5), date(2016, 8, 20)
ANY = date.max


@pytest.fixture(scope="module", autouse=True)
def without_waiting_for_the_disk():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="module")
def sent(tmp_path_factory) -> Path:
    """P001's packet sent on 2 August."""
    root = tiny.write_study(tmp_path_factory.mktemp("replies") / "tiny")
    tiny.enrol(root)
    tiny.decide(root, "release_packet,MC-I0001,,INV1,2016-08-01,Read it")
    tiny.assemble(root)
    tiny.register(root, SENT)
    tiny.send(root)
    return root


@pytest.fixture
def root(sent, tmp_path) -> Path:
    return shutil.copytree(sent, tmp_path / "tiny")


def rows(root: Path, *more: str) -> None:
    """The register with what was sent and these acts of P001's, `step,day` and further cells."""
    cells = [f"P001,MC-I0001,{row}" + "," * (5 - row.count(",")) for row in ("sent,2016-08-02", *more)]
    header = "participant_id,packet_id,step,occurred,theme,change,reason,reply"
    (root / "registers/member_checks.csv").write_text("\n".join([header, *cells]) + "\n")


def found(root: Path) -> list[tuple[str, str]]:
    asked = tiny.answer(root).queries
    return sorted((q.check, q.where.removeprefix("registers/member_checks.csv, ")) for q in asked)


def state(root: Path):
    with tiny.at(root) as place:
        return fold_member_checks(place.events()).checks[place.trail_code("P001")]


def table(root: Path, name: str) -> list[dict[str, str]]:
    with (root / f"restricted/packets/{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def row(day: date, reply: str = "", number: int = 2) -> Row:
    return Row("P001", "t", "MC-I0001", "returned", day, 1, number, reply=reply)


A, B = Unplaced("replies/a.json", "aaa"), Unplaced("replies/b.json", "bbb")
KNOWN = Unplaced("replies/b.json", "bbb", FIFTH, recorded=True)
TYPED = Unplaced("restricted/replies/MC-I0001/001.json", "ccc", FIFTH)


@pytest.mark.parametrize(
    ("replies", "days", "expected"),
    [
        ([A], [row(FIFTH)], {"a": Came(FIFTH)}),
        ([A], [], {"a": Came(None)}),
        ([A, KNOWN], [row(FIFTH)], {"a": Came(None), "b": Came(FIFTH)}),
        ([A, KNOWN], [row(TWENTIETH), row(FIFTH)], {"a": Came(TWENTIETH), "b": Came(FIFTH)}),
        ([A, B], [row(FIFTH), row(TWENTIETH)], {"a": Came(FIFTH, TWENTIETH), "b": Came(TWENTIETH, TWENTIETH)}),
        ([A, B], [row(FIFTH)], {"a": Came(FIFTH, ANY), "b": Came(None)}),
        ([A], [row(FIFTH), row(TWENTIETH)], {"a": Came(FIFTH, TWENTIETH)}),
        ([A, B], [row(TWENTIETH, "a.json"), row(FIFTH)], {"a": Came(TWENTIETH), "b": Came(FIFTH)}),
        ([A, B], [row(TWENTIETH, "aaa"), row(FIFTH, "replies/b.json")], {"a": Came(TWENTIETH), "b": Came(FIFTH)}),
        ([A, TYPED], [row(FIFTH)], {"a": Came(None), "001": Came(FIFTH)}),
    ],
)
def test_each_reply_has_the_day_it_came_itself(replies, days, expected):
    assert {Path(file).stem: came for file, came in days_of(replies, days).items()} == expected


@pytest.mark.real
def test_a_second_reply_after_a_withdrawal_stays_sealed_whatever_day_the_first_came(root):
    tiny.reply(root, 1, answers=FITS)
    rows(root, "returned,2016-08-05")
    assert found(root) == []
    with tiny.at(root) as place:
        person = (Subject("participant", place.trail_code("P001")),)
        data = {"ordinal": 1, "version": 1, "row": "0" * 64, "scopes": tiny.SCOPES, "disposition": "keep"}
        place.trail.append([Fact("consent.withdrawn", "2016-08-07", person, data=data)])
    tiny.reply(root, 1, "second.json", answers=DOUBT)
    for more in (["returned,2016-08-20"], []):  # with its day, and without a day of its own
        rows(root, "returned,2016-08-05", *more)
        assert found(root) == [("MC014", "replies/second.json")]
        assert {r["file"]: r["standing"] for r in table(root, "replies")} == {
            "replies/reply_P001.json": "counts",
            "replies/second.json": "sealed unread",
        }
    rows(root, "returned,2016-08-05", "returned,2016-08-06,,,,second.json")
    assert found(root) == [("MC012", "replies/second.json")]


@pytest.mark.real
def test_a_second_run_asks_what_the_first_asked_where_two_replies_came_at_once(root):
    tiny.reply(root, 1, "a.json", answers=FITS)
    tiny.reply(root, 1, "b.json", answers=DOUBT)
    tiny.reply(root, 1, "other.json", participant_code="P002")  # refused, so it takes no day from the others
    rows(root, "returned,2016-08-05", "returned,2016-08-06")
    assert found(root) == [("MC005", "replies/other.json"), ("MC012", "replies/b.json")]
    assert found(root) == [("MC005", "replies/other.json"), ("MC012", "replies/b.json")]
    assert {r["file"]: r["came"] for r in table(root, "replies") if r["packet_id"]} == {
        "replies/a.json": "2016-08-05",
        "replies/b.json": "2016-08-06",
    }


@pytest.mark.real
def test_a_row_naming_no_reply_is_asked_about(root):
    tiny.reply(root, 1, answers=FITS)
    rows(root, "returned,2016-08-05,,,,other.json")
    assert found(root) == [("MC015", "row 3, column reply"), ("MC016", "replies/reply_P001.json")]


@pytest.mark.real
@pytest.mark.parametrize(("wrong", "right"), [("returned,2016-07-05", "returned,2016-08-05")])
def test_a_reply_dated_before_its_packet_went_waits_and_counts_once_the_day_is_right(root, wrong, right):
    tiny.reply(root, 1, answers=DOUBT)
    rows(root, wrong)
    assert found(root) == [("MC015", "replies/reply_P001.json")]
    assert (state(root).returned, [r["standing"] for r in table(root, "replies")]) == (
        None, ["waits for the day its packet went"],
    )  # fmt: skip
    rows(root, right)
    assert found(root) == []
    assert (state(root).returned, state(root).open_disconfirmations) == (FIFTH, 1)


@pytest.mark.real
def test_a_day_of_sending_after_the_reply_can_be_put_right(root):
    tiny.decide(root, *(f"release_packet,MC-I000{n},,INV1,2016-08-01,Read it" for n in (1, 2)))
    tiny.assemble(root)
    came = "P002,MC-I0002,returned,2016-08-10,,,"
    tiny.register(root, SENT, "P002,MC-I0002,sent,2016-08-30,,,", came)
    tiny.send(root)
    tiny.reply(root, 2, answers=DOUBT)
    assert found(root) == [("MC015", "replies/reply_P002.json")]
    tiny.register(root, SENT, "P002,MC-I0002,sent,2016-08-03,,,", came)
    assert tiny.send(root).queries == ()
    assert found(root) == []
    assert tiny.send(root).queries == ()


@pytest.mark.real
def test_a_reply_to_a_packet_nobody_said_was_sent_waits_and_is_never_dropped_in_silence(root):
    tiny.decide(root, *(f"release_packet,MC-I000{n},,INV1,2016-08-01,Read it" for n in (1, 2)))
    tiny.assemble(root)
    tiny.reply(root, 2, answers=DOUBT)
    tiny.register(root, SENT, "P002,MC-I0002,returned,2016-08-10,,,")
    assert found(root) == [("MC015", "replies/reply_P002.json"), ("MC015", "row 3, column step")]
    tiny.register(root, SENT, "P002,MC-I0002,sent,2016-08-03,,,", "P002,MC-I0002,returned,2016-08-10,,,")
    tiny.send(root)
    assert found(root) == []
    with tiny.at(root) as place:
        assert fold_member_checks(place.events()).open_disconfirmations == 1


@pytest.mark.real
def test_a_doubt_resolved_or_closed_before_the_reply_is_asked_about_and_recorded_on_the_right_day(root):
    tiny.reply(root, 1, answers=DOUBT)
    rows(root, "returned,2016-08-05", "resolved,2016-03-06,T1,made,So", "closed,2016-03-07")
    assert found(root) == [("MC015", "row 4, column occurred"), ("MC015", "row 5, column step")]
    rows(root, "returned,2016-08-05", "resolved,2016-08-06,T1,made,So", "closed,2016-03-07")
    assert found(root) == [("MC015", "row 5, column occurred")]
    rows(root, "returned,2016-08-05", "resolved,2016-08-06,T1,made,So", "closed,2016-08-05")
    assert found(root) == [("MC015", "row 5, column occurred")]  # the doubt was open on that day
    rows(root, "returned,2016-08-05", "resolved,2016-08-06,T1,made,So", "closed,2016-08-07")
    assert found(root) == []
    assert (state(root).step, state(root).closed) == ("closed", date(2016, 8, 7))


@pytest.mark.real
def test_what_was_recorded_on_a_day_that_does_not_follow_can_be_put_right(root):
    tiny.reply(root, 1, answers=DOUBT)
    rows(root, "returned,2016-08-05")
    assert found(root) == []
    with tiny.at(root) as place:
        person = (Subject("participant", place.trail_code("P001")),)
        data = {"packet": "MC-I0001", "theme": "T1", "change": "made"}
        wrong = Fact("member_check.resolved", "2016-03-06", person, data=data)
        place.trail.append([place.with_record(wrong, {"reason": "So"})])
    assert state(root).open_disconfirmations == 1
    rows(root, "returned,2016-08-05", "resolved,2016-08-06,T1,made,So")
    assert found(root) == []
    assert state(root).open_disconfirmations == 0
    with tiny.at(root) as place:
        before = len(place.events())
    assert found(root) == []
    with tiny.at(root) as place:
        assert len(place.events()) == before
    rows(root, "returned,2016-08-05", "resolved,2016-08-09,T1,made,So")
    assert found(root) == [("MC015", "row 4, column occurred")]  # it stands now, so the day stays


@pytest.mark.real
def test_words_beside_the_verdicts_reach_the_team_and_are_read_before_closing(root):
    answers = [{"theme_id": "T1", "verdict": "", "comment": "This is completely wrong"}]
    tiny.reply(root, 1, answers=answers, missing="Nobody asked about weekends")
    rows(root, "returned,2016-08-05", "closed,2016-08-10")
    assert found(root) == [("MC015", "row 4, column step"), ("MC022", "replies/reply_P001.json")]
    listed = [(r["what"], r["theme"], r["verdict"], r["words"], r["state"]) for r in table(root, "answers")]
    assert listed == [
        ("theme", "T1", "not_answered", "This is completely wrong", "to be read"),
        ("missing", "", "", "Nobody asked about weekends", "to be read"),
    ]
    assert (root / "restricted/packets/answers.xlsx").is_file()
    rows(root, "returned,2016-08-05", "read,2016-08-04", "closed,2016-08-10")
    assert ("MC015", "row 4, column occurred") in found(root)
    rows(root, "returned,2016-08-05", "read,2016-08-11", "closed,2016-08-10")
    assert found(root) == [("MC015", "row 5, column step")]
    assert {r["state"] for r in table(root, "answers")} == {"read on 2016-08-11"}
    rows(root, "returned,2016-08-05", "read,2016-08-11", "closed,2016-08-12")
    assert found(root) == []
    assert state(root).closed == date(2016, 8, 12)
    with tiny.at(root) as place:
        assert "wrong" not in str(place.events())


@pytest.mark.real
def test_a_doubt_stays_open_when_another_reply_is_chosen_and_bars_a_closing_before_it(root):
    tiny.reply(root, 1, "a.json", answers=DOUBT)
    rows(root, "returned,2016-08-05")
    assert found(root) == []
    tiny.reply(root, 1, "b.json", answers=FITS)
    came = ("returned,2016-08-05", "returned,2016-08-08")
    rows(root, *came, "resolved,2016-08-06,T1,not_made,So", "closed,2016-08-09")
    assert found(root) == [("MC012", "replies/b.json"), ("MC015", "row 6, column step")]
    (second,) = [r["code"] for r in table(root, "replies") if r["file"] == "replies/b.json"]
    with tiny.at(root) as place:
        assert "member_check.closed" not in {e.kind for e in place.events()}
    release = "release_packet,MC-I0001,,INV1,2016-08-01,Read it"
    tiny.decide(root, release, f"choose_reply,MC-I0001,{second},INV1,2016-08-09,They wrote again")
    assert found(root) == []
    assert (state(root).fits, len(state(root).aside), state(root).step) == (1, 1, "closed")
    assert {r["file"]: r["standing"] for r in table(root, "replies")} == {
        "replies/a.json": "kept beside the first",
        "replies/b.json": "counts: chosen",
    }


@pytest.mark.real
def test_a_doubt_in_a_second_reply_is_a_doubt_when_the_first_is_chosen(root):
    tiny.reply(root, 1, "a.json", answers=FITS)
    rows(root, "returned,2016-08-05")
    tiny.answer(root)
    (first,) = [r["code"] for r in table(root, "replies")]
    tiny.reply(root, 1, "b.json", answers=DOUBT)
    release = "release_packet,MC-I0001,,INV1,2016-08-01,Read it"
    tiny.decide(root, release, f"choose_reply,MC-I0001,{first},INV1,2016-08-09,The first stands")
    rows(root, "returned,2016-08-05", "returned,2016-08-08", "closed,2016-08-10")
    assert found(root) == [("MC015", "row 5, column step")]
    assert (state(root).fits, state(root).open_disconfirmations) == (1, 1)
    assert {r["verdict"]: r["state"] for r in table(root, "answers")} == {"fits": "", "does_not": "open"}


@pytest.mark.real
def test_a_claim_on_words_taken_back_is_asked_about_in_the_run_that_reads_the_reply(root):
    from tasks.assessed import queries_of
    from tasks.claims import records_of
    from tasks.codings import material_of
    from tasks.member_check_claims import taken_back

    claims = [f"CL{n},Peers want to be asked.,,,I0001/C{n}/voice/2,asserted\n" for n in (1, 2)]
    (root / "analysis/claims.csv").write_text("claim_id,statement,themes,codes,codings,status\n" + "".join(claims))
    with (root / "analysis/codings.csv").open("a") as codings:
        codings.write('I0001,C2,voice,2,2,"asked me number 1 anything"\n')  # a piece of it, which no packet showed
    with tiny.at(root) as place:
        assert taken_back(place) == []
    quote = (root / "restricted/packets/MC-I0001/v001.html").read_text().split('value="Q')[1].split('"')[0]
    tiny.reply(root, 1, withdraw_quote_ids=[f"Q{quote}"])
    tiny.answer(root)
    with tiny.at(root) as place:
        found = taken_back(place)
        later = queries_of(place, records_of(place, material_of(place)).problems)
    assert [(q.check, q.subject) for q in found] == [("AN027", "claim:CL1"), ("AN027", "claim:CL2")]
    assert [q for q in later if q.check == "AN027"] == found
