"""Member checking as a process: which forms, which themes for whom, to whom and how it is sent, and what stops it."""

from __future__ import annotations

import csv
import importlib.util
import os
import shutil
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from study import Fact, Query, Subject
from study.query import fold_queries, settle
from tasks.packets import kept_packets
from tasks.send_list import channel_of, send_list
from tasks.withdrawn_quotes import WithdrawnQuotes, withdrawn_quotes
from trustworthiness import fold_member_checks

pytestmark = pytest.mark.real

_spec = importlib.util.spec_from_file_location("member_check_study", Path(__file__).parent / "member_check_study.py")
tiny = importlib.util.module_from_spec(_spec)
sys.modules["member_check_study"] = tiny
_spec.loader.exec_module(tiny)

WAYS = {"P001": ("post", "1 Made-up Lane"), "P002": ("e-mail", "b@mail.example.org"), "P003": ("", "")}


@pytest.fixture(scope="module", autouse=True)
def without_waiting_for_the_disk():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory) -> Path:
    """Four peers (P001 to P004) and their director (P006) at S1, a peer at S2; S1's own theme T3 rests on its peers."""
    root = tiny.write_study(tmp_path_factory.mktemp("process") / "tiny")
    tiny.enrol(root)
    study = (root / "study.yaml").read_text()
    study = study.replace("roles: [{id: peer, label: Peer}]", "roles: [{id: peer, label: P}, {id: director, label: D}]")
    study += '    - {id: T3, plain: "At our place mornings are loud.", codes: [local], site: S1}\n'
    study += "disclosure: {k: 4}\n"
    (root / "study.yaml").write_text(study)
    with (root / "analysis/codebook.csv").open("a") as book:
        book.write("local,Here,,inductive,1\n")
    with (root / "analysis/codings.csv").open("a") as codings:
        for n in range(1, 6):
            codings.write(f'I000{n},C1,local,4,4,"Later they did, {n} times."\n')
    places = {**dict.fromkeys(tiny.PEOPLE, "S1,peer"), "P005": "S2,peer", "P006": "S1,director", "P007": "S2,peer"}
    people = [f"{p},,{spot},2015-01-01,,,{'es' if p == 'P003' else ''}" for p, spot in places.items()]
    header = "participant_id,pseudonym,site_id,role,from,to,group,language"
    (root / "restricted/participants.csv").write_text("\n".join([header, *people]) + "\n")
    rows = ["participant_id,name,aliases,phone,email,heard_as,contact_preference,contact"]
    rows += [
        f"{p},{name},,,,,{WAYS.get(p, ('', ''))[0]},{WAYS.get(p, ('', ''))[1]}"
        for p, name in zip(tiny.PEOPLE, tiny.NAMES, strict=True)
    ]
    (root / "restricted/identities.csv").write_text("\n".join(rows) + "\n")
    return root


@pytest.fixture
def root(enrolled, tmp_path) -> Path:
    return shutil.copytree(enrolled, tmp_path / "tiny")


def packets(root: Path):
    with tiny.at(root) as place:
        return {id: versions[max(versions)].packet for id, versions in kept_packets(place).items()}


def released(root: Path, *numbers: int) -> None:
    tiny.decide(root, *(f"release_packet,MC-I000{n},,INV1,2016-08-01,Read it" for n in numbers))
    tiny.assemble(root)


def listed(root: Path, day: date | None = None) -> dict[str, dict[str, str]]:
    with tiny.at(root, day) as place:
        send_list(place)
    with (root / "restricted/packets/send_list.csv").open(newline="") as file:
        return {row["packet_id"]: row for row in csv.DictReader(file)}


def test_a_site_theme_of_the_staff_goes_to_the_staff_and_never_to_their_director(root):
    tiny.assemble(root)
    themes = {id: [t.theme_id for t in packet.themes] for id, packet in packets(root).items()}
    assert themes == {
        **{f"MC-I000{n}": ["T1", "T3"] for n in range(1, 5)},
        "MC-I0005": ["T1"],  # of another site
        "MC-I0006": ["T1"],
    }


def test_who_became_director_since_the_interview_is_shown_the_staff_theme_no_more(root):
    with (root / "restricted/participants.csv").open("a") as people:
        people.write("P001,,S1,director,2016-06-01,,,\n")
    tiny.assemble(root)
    found = packets(root)
    assert [t.theme_id for t in found["MC-I0001"].themes] == ["T1"]
    assert [t.theme_id for t in found["MC-I0002"].themes] == ["T1", "T3"]


def test_mc008_a_site_theme_whose_people_nobody_can_place_goes_to_nobody(root):
    table = root / "restricted/participants.csv"
    table.write_text(table.read_text().replace("P002,,S1,peer,2015-01-01", "P002,,S1,peer,"))
    found = tiny.assemble(root)
    assert [(q.check, q.subject, q.where) for q in found.queries if q.subject == "theme:T3"] == [
        ("MC008", "theme:T3", "restricted/participants.csv")
    ]
    assert all("T3" not in {t.theme_id for t in packet.themes} for packet in packets(root).values())


def test_a_packet_is_in_its_participants_own_language(root):
    tiny.assemble(root)
    assert {id: packet.language for id, packet in packets(root).items() if packet.language != "en"} == {
        "MC-I0003": "es"
    }


def test_every_form_of_the_protocol_lies_beside_the_packet_and_a_new_form_is_added(root):
    tiny.assemble(root)
    folder = root / "restricted/packets/MC-I0001"
    assert sorted(p.name for p in folder.iterdir()) == ["v001.html", "v001.json"]
    study = (root / "study.yaml").read_text()
    (root / "study.yaml").write_text(study.replace("forms: [html]", "forms: [html, docx]"))
    found = tiny.assemble(root)
    assert sorted(p.name for p in folder.iterdir()) == ["v001.docx", "v001.html", "v001.json"]
    assert "restricted/packets/MC-I0001/v001.docx" in found.made
    assert tiny.assemble(root).made == ()


def test_a_summary_that_nobody_wrote_keeps_a_packet_waiting(root):
    study = (root / "study.yaml").read_text()
    (root / "study.yaml").write_text(study.replace("forms: [html]", "forms: [html]\n  returns: summary"))
    (root / "restricted/summaries").mkdir()
    (root / "restricted/summaries/I0001.txt").write_text("You told us about being asked.\n\nAnd about later.\n")
    found = tiny.assemble(root)
    assert "5 waiting for a summary of the interview" in found.said[0]
    (packet,) = packets(root).values()
    assert packet.summary == ("You told us about being asked.", "And about later.")


def test_the_list_to_send_names_the_way_somebody_chose_and_who_chose_none(root):
    released(root, 1, 2, 3)
    rows = listed(root)
    assert {id: (r["channel"], r["address"], r["state"], r["answer_by"]) for id, r in rows.items()} == {
        "MC-I0001": ("post", "1 Made-up Lane", "to send", "2016-09-22"),
        "MC-I0002": ("email", "b@mail.example.org", "to send", "2016-09-22"),
        "MC-I0003": ("", "", "needs an address", "2016-09-22"),
    }
    assert rows["MC-I0001"]["files"] == "restricted/packets/MC-I0001/v001.html"
    sheet = openpyxl.load_workbook(root / "restricted/packets/send_list.xlsx").active
    assert [cell.value for cell in sheet[2]][:3] == ["MC-I0001", "1", "P001"]


def test_the_list_follows_what_was_sent_and_empties_of_who_left_or_is_held_back(root):
    released(root, 1, 2, 3)
    tiny.register(root, *(f"P00{n},MC-I000{n},sent,2016-08-02,,," for n in (1, 2, 3)))
    tiny.send(root)
    assert listed(root, date(2016, 8, 3))["MC-I0001"]["state"] == "sent"
    assert listed(root, date(2016, 8, 24))["MC-I0001"]["state"] == "to be reminded"
    with tiny.at(root) as place:
        one, two = ((Subject("participant", place.trail_code(p)),) for p in ("P001", "P002"))
        row = {"ordinal": 1, "version": 1, "row": "0" * 64}
        query = Query.raised(
            "MC002", "block", study="tiny", subject="packet:MC-I0003", place="p", where="somewhere", message="Do."
        )
        opened = settle(fold_queries(place.events()), [query], lambda record: False, now=place.instant).facts
        place.trail.append([
            Fact("consent.withdrawn", "2016-08-05", one, data={**row, "scopes": ("recontact",), "disposition": "keep"}),
            Fact("recruitment.withdrawn", "2016-08-06", two, data={"ordinal": 1, "version": 1, "row": "0" * 64}),
            *opened,
        ])  # fmt: skip
    assert listed(root) == {}


def test_who_asked_to_be_left_alone_is_excluded_and_not_reminded(root):
    from tasks.member_check_sending import reminders_due

    released(root, 1, 2)
    tiny.register(root, *(f"P00{n},MC-I000{n},sent,2016-08-02,,," for n in (1, 2)))
    tiny.send(root)
    with tiny.at(root) as place:
        person = (Subject("participant", place.trail_code("P001")),)
        place.trail.append(
            [Fact("recruitment.withdrawn", "2016-08-06", person, data={"ordinal": 1, "version": 1, "row": "0" * 64})]
        )
        assert reminders_due(place) == ("Member checks: 1 due a reminder.",)
    (fact,) = tiny.assemble(root).facts
    assert (fact.kind, fact.data["reason"], fact.occurred) == ("member_check.excluded", "withdrawn", "2016-08-06")


@pytest.mark.parametrize(
    ("cells", "check"),
    [
        ("sent,2016-08-02,,,,,post", []),
        ("sent,2016-08-02,,,,,e-mail", ["MC018"]),
        ("sent,2016-08-02,,,,,pigeon", ["MC018"]),
    ],
)
def test_mc018_a_packet_that_went_another_way_than_chosen(root, cells, check):
    released(root, 1)
    header = "participant_id,packet_id,step,occurred,theme,change,reason,changed,channel\n"
    (root / "registers/member_checks.csv").write_text(f"{header}P001,MC-I0001,{cells}\n")
    assert [q.check for q in tiny.send(root).queries] == check


def test_mc020_a_reminder_after_the_answer(root):
    released(root, 1)
    rows = ["P001,MC-I0001,sent,2016-08-02,,,", "P001,MC-I0001,returned,2016-08-10,,,"]
    tiny.register(root, *rows)
    tiny.send(root)
    tiny.reply(root, 1)
    tiny.answer(root)
    tiny.register(root, *rows, "P001,MC-I0001,reminded,2016-08-24,,,")
    assert [(q.check, q.where) for q in tiny.send(root).queries] == [
        ("MC020", "registers/member_checks.csv, row 4, column occurred")
    ]


def test_a_release_waits_while_the_transcript_has_a_blocking_query(root):
    with tiny.at(root) as place:
        query = Query.raised(
            "TR050", "block", study="tiny", subject="transcript:I0001", place="p", where="somewhere", message="Do."
        )
        place.trail.append(settle(fold_queries(place.events()), [query], lambda r: False, now=place.instant).facts)
    tiny.decide(root, *(f"release_packet,MC-I000{n},,INV1,2016-08-01,Read it" for n in (1, 2)))
    found = tiny.assemble(root)
    assert [f.data["packet"] for f in found.facts if f.kind == "member_check.released"] == ["MC-I0002"]
    assert "1 decided on and waiting for a blocking query about their material" in found.said[0]


def test_words_taken_back_leave_the_next_packet_under_every_theme_and_may_not_be_sent(root):
    released(root, 1)
    tiny.register(root, "P001,MC-I0001,sent,2016-08-02,,,", "P001,MC-I0001,returned,2016-08-10,,,")
    tiny.send(root)
    quote = next(q for q in packets(root)["MC-I0001"].quotes if q.theme_id == "T1")
    tiny.reply(root, 1, withdraw_quote_ids=[quote.quote_id])
    back = [f for f in tiny.answer(root).facts if f.kind == "quote.withdrawn"]
    assert len(back) == 1
    assert quote.quote_id not in str(back)
    with tiny.at(root) as place:
        gone = withdrawn_quotes(place)
        assert gone.covers("I0001", f"  {quote.text.upper()} ")
        assert not gone.covers("I0002", quote.text)
        state = fold_member_checks(place.events()).checks[place.trail_code("P001")]
        assert len(state.quotes_back) == 1
    (root / "replies/reply_P001.json").unlink()
    tiny.answer(root)
    assert quote.quote_id in (root / "restricted/packets/withdrawn_quotes.csv").read_text()
    tiny.register(root, *(f"P001,MC-I0001,{step},,," for step in ("sent,2016-08-02", "sent,2016-08-20")))
    assert [(q.check, q.where) for q in tiny.send(root).queries] == [
        ("MC010", "registers/member_checks.csv, row 3, column packet_id")
    ]


def test_words_taken_back_are_known_by_their_words():
    gone = WithdrawnQuotes({"I1": ("nobody asked me anything at first",)})
    assert gone.covers("I1", "Nobody asked  me anything at first")
    assert gone.covers("I1", "asked me anything")
    assert gone.covers("I1", "Well, nobody asked me anything at first, I think")
    assert not gone.covers("I1", "at first")  # too short to be theirs alone
    assert not gone.covers("I1", "nobody asked mean things at first")
    assert not gone.covers("I2", "nobody asked me anything at first")


@pytest.mark.parametrize(
    ("text", "is_covered"),
    [
        ("in the caf\u00e9 for a year and nobody came to see me", True),  # overlaps
        ("I was in \u2026 nobody came", True),
        ("I was in [...] nobody came", True),
        ("nobody came ... I was in", False),  # another order
        ("I was in the cafe\u0301 for a ye\u00adar", True),
        ("It was a year and nobody else came", False),
    ],
)
def test_words_taken_back_are_known_in_pieces_that_overlap_or_leave_out(text, is_covered):
    gone = WithdrawnQuotes({"I1": ("i was in the caf\u00e9 for a year and nobody came",)})
    assert gone.covers("I1", text) is is_covered


@pytest.mark.parametrize(
    ("word", "channel"),
    [
        ("E-Mail", "email"),
        ("letter", "post"),
        ("In person", "in_person"),
        ("telephone", "phone"),
        ("fax", ""),
        ("", ""),
    ],
)
def test_ways_as_people_write_them(word, channel):
    assert channel_of(word) == channel


def test_mc023_a_further_interview_of_a_person_is_in_no_packet_and_said_to_be(root):
    assert "MC023" not in {q.check for q in tiny.assemble(root).queries}
    with tiny.at(root) as place:
        about = (Subject("interview", "I0002"), Subject("participant", place.trail_code("P001")))
        again = Fact(
            "interview.held", "2016-02-09", about,
            data={"ordinal": 2, "version": 1, "row": "0" * 64, "outcome": "full", "recorded": True},
        )  # fmt: skip
        place.trail.append([again])
    found = tiny.assemble(root)
    assert [(q.severity, q.where) for q in found.queries if q.check == "MC023"] == [
        ("inform", "registers/interviews.csv, I0002")
    ]
    assert "1 further interviews of people that are in no packet" in found.said[0]


def test_the_page_says_who_can_be_sent_a_packet_today_and_what_waits(root):
    from tasks.member_check_page import write_member_checks_page

    released(root, 1, 3)
    listed(root)
    with tiny.at(root) as place:
        two = (Subject("participant", place.trail_code("P002")),)
        row = {"ordinal": 1, "version": 1, "row": "0" * 64, "scopes": ("recontact",), "disposition": "keep"}
        place.trail.append([Fact("consent.withdrawn", "2016-08-05", two, data=row)])
        write_member_checks_page.fn(place, ())
    html = (root / "out/member_checks.html").read_text()
    for said in (
        "Packets to be sent: 1.",
        "Packets that cannot go because nobody noted a way or an address: 1.",
        "Consent to be contacted again not in force today: 1",
        "No packet released yet: 3",
    ):
        assert said in html
