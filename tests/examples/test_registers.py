"""The clean registers agree with each other and with the protocol: nothing happens before it may."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from study import Protocol, load_protocol

Rows = list[dict[str, str]]
Table = Callable[[Path], Rows]


def day(text: str) -> date:
    return date.fromisoformat(text)


def consents_by_person(rows: Rows) -> dict[str, Rows]:
    people: dict[str, Rows] = {}
    for row in rows:
        people.setdefault(row["participant_id"], []).append(row)
    return people


def test_the_protocol_loads_and_fixes_its_clock(clean: Path) -> None:
    protocol = load_protocol(clean)
    assert protocol.synthetic
    assert protocol.as_of is not None


def test_every_file_the_protocol_names_is_there(clean: Path) -> None:
    protocol = load_protocol(clean)
    named = [
        protocol.sampling.frame,
        *(f.file for f in protocol.consent_forms),
        *(g.file for g in protocol.guides),
        *(path for s in protocol.surveys for path in (s.file, s.dictionary)),
        protocol.analysis.codebook,
        protocol.analysis.codings,
        protocol.analysis.claims,
    ]
    assert [path for path in named if not (clean / path).is_file()] == []


def test_every_interview_lies_after_a_consent_on_a_version_open_that_day(clean: Path, table: Table) -> None:
    protocol = load_protocol(clean)
    consents = consents_by_person(table(clean / "registers/consent.csv"))
    for interview in table(clean / "registers/interviews.csv"):
        if interview["outcome"] == "no_show":
            continue
        before = [
            c
            for c in consents[interview["participant_ids"]]
            if c["action"] == "given" and c["occurred"] < interview["occurred"]
        ]
        assert before, interview["interview_id"]
        scopes = set(before[-1]["scopes"].split(";"))
        assert "take_part" in scopes
        assert not interview["recording"] or {"record", "transcribe"} <= scopes
    for row in (row for rows in consents.values() for row in rows if row["action"] != "withdrawn"):
        form = protocol.form_version(row["form_id"], row["form_version"])
        assert form is not None
        assert form.opens <= day(row["occurred"]) <= (form.closes or date.max)
        assert set(row["scopes"].split(";")) <= set(form.scopes)
        assert may(protocol, row["obtained_by"], "obtain_consent", day(row["occurred"]))


def may(protocol: Protocol, code: str, task: str, on: date) -> bool:
    person = protocol.person(code)
    return person is not None and person.may(task, on)


def test_everybody_is_registered_under_a_code_of_the_declared_form(clean: Path, table: Table) -> None:
    pattern = re.compile(load_protocol(clean).participants.code_pattern)
    registered = {row["participant_id"] for row in table(clean / "restricted/participants.csv")}
    named = {
        row[column]
        for file, column in (
            ("registers/recruitment.csv", "participant_id"),
            ("registers/consent.csv", "participant_id"),
            ("registers/interviews.csv", "participant_ids"),
            ("registers/member_checks.csv", "participant_id"),
            ("restricted/identities.csv", "participant_id"),
        )
        for row in table(clean / file)
    } - {""}
    assert named <= registered
    assert all(pattern.fullmatch(code) for code in registered)


def test_nobody_is_contacted_before_their_site_is_activated(clean: Path, table: Table) -> None:
    rows = table(clean / "registers/recruitment.csv")
    activated = {r["site_id"]: r["occurred"] for r in rows if not r["participant_id"] and r["step"] == "activated"}
    contacts = [r for r in rows if r["participant_id"] and r["step"] != "identified"]
    assert all(activated[r["site_id"]] <= r["occurred"] for r in contacts)


def test_the_funnel_narrows_and_gives_reasons(clean: Path, table: Table) -> None:
    protocol = load_protocol(clean)
    rows = table(clean / "registers/recruitment.csv")
    steps = ("identified", "approached", "invited", "enrolled", "declined", "no_response")
    reached = {s: {r["participant_id"] for r in rows if r["step"] == s and r["participant_id"]} for s in steps}
    sizes = [len(reached[step]) for step in ("identified", "approached", "invited", "enrolled")]
    assert sizes == sorted(sizes, reverse=True)
    assert reached["declined"]
    assert reached["no_response"]
    numbers = {c.number for c in protocol.participants.criteria}
    assert all(r["reason_code"] in numbers for r in rows if r["step"] == "ineligible")


def test_a_transcript_is_there_for_every_recording_and_for_nothing_else(clean: Path, table: Table) -> None:
    recorded = {r["interview_id"] for r in table(clean / "registers/interviews.csv") if r["recording"]}
    assert {f.stem for f in (clean / "transcripts").iterdir()} == recorded


def test_decisions_are_made_by_people_who_may(clean: Path, table: Table) -> None:
    protocol = load_protocol(clean)
    task = {"approve_sample": "approve_sample", "release": "release_transcript", "release_packet": "release_packet",
            "saturation": "decide_saturation"}  # fmt: skip
    for row in table(clean / "registers/decisions.csv"):
        assert may(protocol, row["person"], task[row["decision"]], day(row["occurred"])), row


def test_nothing_is_dated_after_the_clock_of_the_example(clean: Path, table: Table) -> None:
    today = load_protocol(clean).as_of
    assert today is not None
    for file in sorted((clean / "registers").iterdir()):
        assert all(day(row["occurred"]) <= today for row in table(file)), file.name


def test_the_first_example_has_two_sites_where_peers_stand_higher(table: Table) -> None:
    clean = Path(__file__).parent.parent.parent / "examples/fsp/study"
    cases = load_protocol(clean).analysis.cases
    assert cases is not None
    ratings: dict[tuple[str, str], list[int]] = {}
    for row in table(clean / cases.ratings):
        ratings.setdefault((row["site_id"], row["role"]), []).append(int(row["rating"]))
    sites = {site for site, _ in ratings}
    differences = {
        site: sum(ratings[site, cases.peers]) / 2 - sum(ratings[site, cases.organisation]) / 2 for site in sites
    }
    assert len(sites) == 8
    assert sorted(d >= cases.threshold for d in differences.values()) == [False] * 6 + [True] * 2
    assert all(abs(d) < cases.threshold or d > 0 for d in differences.values())


def test_the_first_example_is_as_large_as_promised(table: Table) -> None:
    clean = Path(__file__).parent.parent.parent / "examples/fsp/study"
    assert len(table(clean / "sampling/frame.csv")) == 93
    assert len(list((clean / "transcripts").iterdir())) >= 24
    assert {f.suffix for f in (clean / "transcripts").iterdir()} == {".vtt", ".srt", ".docx", ".txt"}
    assert len(load_protocol(clean).consent_forms) == 2


def test_the_second_example_has_its_list_and_its_groups(table: Table) -> None:
    clean = Path(__file__).parent.parent.parent / "examples/cps/study"
    assert len(table(clean / "sampling/frame.csv")) == 35
    group = {r["participant_id"]: r["group"] for r in table(clean / "restricted/participants.csv")}
    held = [group[r["participant_ids"]] for r in table(clean / "registers/interviews.csv")]
    assert (held.count("specialists"), held.count("social_workers")) == (20, 10)
    assert {r["coder"] for r in table(clean / "analysis/codings.csv")} == {"COD1", "COD2"}


def test_the_third_example_invites_all_with_ten_sessions_and_uses_pseudonyms(table: Table) -> None:
    clean = Path(__file__).parent.parent.parent / "examples/peer-support/study"
    stage = load_protocol(clean).sampling.stages[0]
    eligible = [r for r in table(clean / "sampling/frame.csv") if int(r["sessions"]) >= 10]
    assert len(eligible) == stage.size
    pseudonyms = [r["pseudonym"] for r in table(clean / "restricted/participants.csv")]
    assert all(pseudonyms)
    assert len(set(pseudonyms)) == len(pseudonyms)
    spoken = " ".join(f.read_text() for f in sorted((clean / "transcripts").glob("*.vtt")))
    assert any(pseudonym in spoken for pseudonym in pseudonyms)


def test_packets_are_sent_after_a_second_persons_release_and_answered_after_that(clean: Path, table: Table) -> None:
    released = {
        r["subject"]: r["occurred"]
        for r in table(clean / "registers/decisions.csv")
        if r["decision"] == "release_packet"
    }
    days: dict[str, dict[str, str]] = {}
    for row in table(clean / "registers/member_checks.csv"):
        days.setdefault(row["packet_id"], {})[row["step"]] = row["occurred"]
    assert set(days) == set(released)
    for packet, steps in days.items():
        assert released[packet] < steps["sent"]
        assert steps["sent"] < min(day for step, day in steps.items() if step != "sent")
        assert steps.get("returned", "") <= steps.get("closed", "9999")
    replies = {f.stem.removeprefix("reply_") for f in (clean / "replies").iterdir()}
    assert replies == {
        r["participant_id"] for r in table(clean / "registers/member_checks.csv") if r["step"] == "returned"
    }
