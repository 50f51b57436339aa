"""Replies: whose, to which packet, and what becomes of the unusual ones."""

from __future__ import annotations

import json
from datetime import date

import pytest

from study import StudyError
from trustworthiness.packet import OwnQuote, Packet, PlainTheme
from trustworthiness.reply import Arrival, Issued, Judged, judge, read_reply

OLD, NEW = "a" * 64, "b" * 64
PACKET = Packet(
    "MC-I0007",
    "P001",
    "en",
    (),
    (),
    (PlainTheme("T1", "One."), PlainTheme("T2", "Two.")),
    (OwnQuote("Q1", "T1", 1, 1, "x"),),
    (),
)
ISSUED = {"MC-I0007": Issued("P001", {1: (OLD, PACKET), 2: (NEW, PACKET)})}
DAY = date(2016, 8, 1)


def reply(**changes: object) -> bytes:
    document = {
        "packet_id": "MC-I0007",
        "packet_sha256": NEW,
        "participant_code": "P001",
        "version": 2,
        "answers": [
            {"theme_id": "T1", "verdict": "fits", "comment": ""},
            {"theme_id": "T2", "verdict": "does_not", "comment": "no"},
        ],
        "missing": "",
        "withdraw_quote_ids": [],
        "received_via": "html",
    }
    return json.dumps({**document, **changes}).encode()


def judged(data: bytes, *, returned: date | None = DAY, withdrawn: dict[str, date] | None = None) -> Judged:
    return judge([Arrival("reply.json", data, returned)], ISSUED, withdrawn or {})[0]


def checks(one: Judged) -> list[str]:
    return [check for check, _ in one.faults]


def test_a_plain_reply_is_accepted():
    one = judged(reply())
    assert (one.standing, one.version, checks(one)) == ("accepted", 2, [])
    assert one.reply.verdicts(PACKET) == {"T1": "fits", "T2": "does_not"}


@pytest.mark.parametrize(
    "answers", [[], [{"theme_id": "T1"}], [{"theme_id": "T1", "verdict": None}], [{"theme_id": "T1", "verdict": ""}]]
)
def test_a_blank_answer_is_not_answered(answers):
    one = judged(reply(answers=answers))
    assert one.standing == "accepted"
    assert one.reply.verdicts(PACKET) == {"T1": "not_answered", "T2": "not_answered"}


def test_two_different_answers_to_one_theme_count_as_none():
    one = judged(reply(answers=[{"theme_id": "T1", "verdict": "fits"}, {"theme_id": "T1", "verdict": "partly"}]))
    assert one.reply.verdicts(PACKET)["T1"] == "not_answered"
    assert checks(one) == ["MC017"]


@pytest.mark.parametrize(
    "changes", [{"participant_code": "P002"}, {"packet_id": "MC-I0099"}, {"packet_sha256": "c" * 64}]
)
def test_mc005_another_person_or_an_unknown_packet_is_refused(changes):
    one = judged(reply(**changes))
    assert (one.standing, one.reply, checks(one)) == ("refused", None, ["MC005"])


def test_mc013_a_reply_to_an_older_packet_is_kept_against_its_version():
    one = judged(reply(packet_sha256=OLD, version=1))
    assert (one.standing, one.version, checks(one)) == ("older_packet", 1, ["MC013"])


def test_mc012_the_second_reply_is_kept_beside_the_first():
    arrivals = [Arrival("late.json", reply(), date(2016, 8, 9)), Arrival("z_first.json", reply(), DAY)]
    assert [(j.file, j.standing) for j in judge(arrivals, ISSUED, {})] == [
        ("z_first.json", "accepted"),
        ("late.json", "second"),
    ]


def test_what_the_trail_holds_stays_the_first_whatever_arrives():
    arrivals = [Arrival("a.json", reply(), DAY), Arrival("b.json", reply(), date(2016, 8, 9), recorded=True)]
    assert [(j.file, j.standing) for j in judge(arrivals, ISSUED, {})] == [("b.json", "accepted"), ("a.json", "second")]


@pytest.mark.parametrize("returned", [date(2016, 8, 1), date(2016, 8, 2), None])
def test_mc014_a_reply_after_withdrawal_stays_sealed(returned):
    one = judged(reply(), returned=returned, withdrawn={"P001": date(2016, 8, 1)})
    assert (one.standing, one.reply, checks(one)) == ("sealed", None, ["MC014"])


def test_a_reply_before_withdrawal_is_read():
    assert judged(reply(), withdrawn={"P001": date(2016, 8, 2)}).standing == "accepted"


def test_mc016_a_reply_without_a_day_is_read_and_asked_about():
    one = judged(reply(), returned=None)
    assert (one.standing, checks(one)) == ("accepted", ["MC016"])


@pytest.mark.parametrize(
    "changes", [{"withdraw_quote_ids": ["Q9"]}, {"answers": [{"theme_id": "T9", "verdict": "fits"}]}]
)
def test_mc017_what_the_packet_does_not_hold(changes):
    assert checks(judged(reply(**changes))) == ["MC017"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"packet_id": 3}',
        b"[" * 100_000,
        reply(answers="yes"),
        reply(answers=[{"theme_id": "T1", "verdict": "maybe"}]),
    ],
)
def test_mc011_what_is_no_reply_is_refused_in_a_sentence(data):
    one = judged(data)
    assert (one.standing, checks(one)) == ("refused", ["MC011"])
    with pytest.raises(StudyError) as error:
        read_reply(data, "replies/x.json")
    assert str(error.value).startswith("replies/x.json: it is not a reply")


def test_what_cannot_be_read_does_not_quote_the_participant():
    one = judged(reply(answers=[{"theme_id": "T1", "verdict": "they beat me"}]))
    assert "beat" not in one.faults[0][1]
