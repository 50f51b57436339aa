"""An audit visit, step by step: who is refused what, what is opened and checked, what is left when it is closed."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from study import Actor, StudyError
from study.identifiers import digest as sha256
from tasks.attested import is_whole, keep_dossier
from tasks.audit_closing import Closing, attestation_recorded, visit_closed
from tasks.audit_dialogue import Answer, Question, question_answered, question_asked, words_of
from tasks.audit_items import Item, item_opened, shut_items
from tasks.audit_visit import Opening, Sample, audit_queries, opening, sampling
from tasks.closing import closing
from tasks.sealing import seal_new
from tests.tasks import closing_study
from trail import verify
from trustworthiness import fold_audits

DAYS = (date(2016, 8, 1), date(2016, 9, 30))


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        return closing_study.write(tmp_path_factory.mktemp("visit") / "study")


@pytest.fixture
def place(written, tmp_path):
    root = tmp_path / "study"
    shutil.copytree(written, root)
    with closing_study.at(root) as place:
        yield place


def asked(**changes):
    known = {
        "visit": "V1", "auditor": "AUD1", "organisation": "Audit Office (made up)", "starts": DAYS[0], "ends": DAYS[1],
        "agreement": "audits/V1.txt", "reading": True,
    }  # fmt: skip
    return Opening(**{**known, **changes})


def do(place, task, *given):
    found = task.fn(place, *given)
    place.trail.append(found.facts)
    return found


def visit(place):
    return fold_audits(place.events()).visit("V1")


def opened_visit(place, **changes):
    do(place, opening, asked(**changes))
    do(place, sampling, Sample("V1", claims=("CL1", "CL2")))
    return place


def attestation(place, digest, **changes):
    said = {
        "format": 1, "visit": "V1", "dossier": digest, "auditor": "AUD1", "organisation": "O", "date": "2016-09-01",
        "statements": [{"id": "trail", "verdict": "confirmed", "comment": ""},
                       {"id": "claims", "verdict": "not_confirmed", "comment": "See Q001."}],
        "signed_as": "Made Up",
    }  # fmt: skip
    place.files.put("audits/attestation.json", json.dumps({**said, **changes}).encode())
    return "audits/attestation.json"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"auditor": "INV1"}, "outside the team"),
        ({"auditor": "inv1"}, "outside the team"),
        ({"auditor": "Inv_1"}, "outside the team"),
        ({"auditor": "ext9"}, "outside the team"),
        ({"auditor": "Heather"}, "with a digit in it"),
        ({"auditor": "P001"}, "never by a participant's"),
        ({"visit": "first visit"}, "named by codes"),
        ({"ends": date(2016, 7, 1)}, "ends before it begins"),
        ({"basis": "board"}, "reference of its letter"),
        ({"agreement": "audits/none.pdf"}, "no signed agreement"),
    ],
)
def test_what_keeps_a_visit_from_being_opened(place, changes, what):
    place.trail.append([closing_study.memo(place, "M1", "EXT9", "They ask.")])  # a coder the protocol names no more
    with pytest.raises(StudyError, match=what):
        opening.fn(place, asked(**changes))
    assert place.events(["audit.opened"]) == []


def test_the_auditor_and_the_software_open_nothing(place):
    for actor in (Actor("person", "AUD1", "auditor"), Actor("service", "fieldtrail", "software")):
        place.actor = actor
        with pytest.raises(StudyError, match="needs the person of the team"):
            opening.fn(place, asked())


def test_a_visit_is_opened_once_and_names_nobody(place):
    first = do(place, opening, asked())
    (event,) = place.events(["audit.opened"])
    assert dict(event.data) == {
        "visit": "V1", "auditor": "AUD1", "starts": "2016-08-01", "ends": "2016-09-30", "reading": True,
        "basis": "consent",
    }  # fmt: skip
    assert len(event.used) == 1
    assert event.used[0].sha256 is None
    assert "No dossier is published yet" in first.said[1]
    assert do(place, opening, asked()).facts == ()
    with pytest.raises(StudyError, match="opened otherwise"):
        opening.fn(place, asked(reading=False))


def test_a_sample_is_drawn_by_seed_again_and_beside_the_first(place):
    with pytest.raises(StudyError, match="no audit visit"):
        sampling.fn(place, Sample("V1", seed="7", size=1))
    do(place, opening, asked())
    for wrong, what in (
        (Sample("V1"), "one of the two"),
        (Sample("V1", seed="7", size=1, claims=("CL1",)), "one of the two"),
        (Sample("V1", seed="7"), "size is 1 to"),
        (Sample("V1", claims=("CL9",)), "no claim CL9"),
    ):
        with pytest.raises(StudyError, match=what):
            sampling.fn(place, wrong)
    drawn = do(place, sampling, Sample("V1", seed="7", size=1))
    assert do(place, sampling, Sample("V1", seed="7", size=1)).facts == ()
    second = do(place, sampling, Sample("V1", claims=("CL2", "CL1")))
    assert "further draw" in second.said[-1]
    assert [(d.number, d.method, d.claims, d.of, d.seed) for d in visit(place).draws] == [
        (1, "seeded", drawn.facts[0].data["claims"], 2, "7"),
        (2, "chosen", ("CL1", "CL2"), 2, None),
    ]
    causes = {c.id for e in place.events(["audit.sampled"]) for c in e.causes}
    assert {e.id for e in place.events(["claim.asserted"])} <= causes


def test_an_item_holds_what_may_be_shown_and_counts_the_rest(place):
    opened_visit(place)
    found = do(place, item_opened, Item("V1", "CL1", ("INV1", "COO1")))
    item = place.restricted.root / "audit/V1/CL1"
    shown = sorted(p.name for p in (item / "study/transcripts").iterdir())
    assert shown == ["I0001.txt", "I0003.txt", "I0004.txt", "I0005.txt", "I0006.txt"]
    assert "Not opened: 1 (a speaker withdrew)." in found.said
    texts = {p.name: p.read_text() for p in item.rglob("*") if p.is_file() and p.suffix in (".csv", ".md", ".txt")}
    assert all("number 2" not in text for text in texts.values())
    assert texts["codings.csv"].count("Nobody asked me number") == 5
    keys = {p.stem for p in (item / "restricted/keys").iterdir()}
    assert keys == {place.codes.known_ref(f"transcripts/{name}") for name in shown}
    refs = {a.ref for a in visit(place).accesses}
    assert keys < refs
    assert {a.present for a in visit(place).accesses} == {("INV1", "COO1")}
    assert visit(place).refused == 1
    assert do(place, item_opened, Item("V1", "CL1", ("INV1",))).facts == ()  # the same day, the same claim


def test_memos_about_a_claim_are_opened_as_they_were_recorded(place):
    rows = ["memo_id,person,occurred,about,file,text"]
    said = {
        "M1": ("a thought of ours", ("CL2",)), "M2": ("another thought", ("I0002",)),
        "M3": ("they said nobody asked me number 3 anything", ("CL2",)), "M4": ("before", ("CL2",)),
    }  # fmt: skip
    for id, (words, about) in said.items():
        path = f"memos/{id}.txt"
        place.files.put(path, words.encode())
        place.trail.append([closing_study.memo(place, id, "INV1", words, *about, path=path)])
        rows.append(f"{id},INV1,2016-04-01,{about[0]},{path},")
    place.trail.append([closing_study.memo(place, "M5", "INV1", "typed in its row", "CL2")])
    place.files.put("memos/M4.txt", b"after")
    place.files.put("analysis/memos.csv", "\n".join([*rows, "M5,INV1,2016-04-01,CL2,,typed in its row"]).encode())
    opened_visit(place)
    do(place, item_opened, Item("V1", "CL2", ("INV1",)))
    item = place.restricted.root / "audit/V1/CL2/study"
    assert (item / "memos/M1.txt").read_text() == "a thought of ours"
    assert (item / "analysis/memos/M5.txt").read_text() == "typed in its row"
    assert sorted(p.name for p in item.rglob("M*.txt")) == ["M1.txt", "M5.txt"]
    (refused,) = place.events(["audit.refused"])
    assert {k: v for k, v in refused.data.items() if isinstance(v, int)} == {"notes": 1, "changed": 1}
    do(place, item_opened, Item("V1", "CL1", ("INV1",)))  # M2 is about somebody who withdrew; I0003 is shown here
    assert sorted(p.name for p in (item.parents[1] / "CL1/study").rglob("M*.txt")) == []


@pytest.mark.real
def test_the_verifier_holds_an_items_files_against_the_trail(place):
    opened_visit(place)
    do(place, item_opened, Item("V1", "CL1", ("INV1",)))
    seal_new.fn(place)
    item = place.restricted.root / "audit/V1/CL1"
    where = {"artefacts": item / "study", "keys": item / "restricted", "part": True}
    trail, key = place.root / "trail", place.root / "trail.vkey"
    verdict = verify(trail, key, **where)
    assert verdict.faults == ()
    assert any("NOT_CHECKED: this is a part" in note for note in verdict.notes)
    (item / "study/transcripts/I0003.txt").write_text("other words")
    ref = place.codes.known_ref("transcripts/I0003.txt")
    assert [fault.split(" (")[0] for fault in verify(trail, key, **where).faults] == [f"ARTEFACT_ALTERED {ref}"]
    empty = place.root / "empty"
    (empty / "codes/artefacts").mkdir(parents=True)
    none = verify(trail, key, artefacts=empty, keys=empty, part=True)
    assert {fault.split()[0] for fault in none.faults} == {"ARTEFACT_MISSING"}


@pytest.mark.parametrize(
    ("item", "what"),
    [
        (Item("V1", "CL9", ("INV1",)), "not drawn"),
        (Item("V1", "CL1", ()), "nobody of the team is named"),
        (Item("V1", "CL1", ("AUD1",)), "nobody of the team is named"),
        (Item("V2", "CL1", ("INV1",)), "no audit visit"),
    ],
)
def test_what_keeps_an_item_shut(place, item, what):
    opened_visit(place)
    with pytest.raises(StudyError, match=what):
        item_opened.fn(place, item)
    assert list(place.restricted.list("audit/V1/CL1")) == []


def test_a_visit_without_reading_or_outside_its_days_opens_nothing(place):
    opened_visit(place, reading=False)
    with pytest.raises(StudyError, match="without reading"):
        item_opened.fn(place, Item("V1", "CL1", ("INV1",)))
    do(place, opening, asked(visit="V2", starts=date(2016, 8, 1), ends=date(2016, 8, 2)))
    do(place, sampling, Sample("V2", claims=("CL1",)))
    with pytest.raises(StudyError, match="not among the days"):
        item_opened.fn(place, Item("V2", "CL1", ("INV1",)))


def test_the_board_opens_what_nobody_consented_to_have_audited_but_nothing_of_who_withdrew(place):
    place.trail.append([closing_study.ended(place, "P003", "recontact")])
    opened_visit(place, basis="board", reference="IRB-7")
    do(place, item_opened, Item("V1", "CL1", ("INV1",)))
    shown = {p.name for p in (place.restricted.root / "audit/V1/CL1/study/transcripts").iterdir()}
    assert "I0003.txt" in shown
    assert "I0002.txt" not in shown


def test_an_item_goes_when_a_consent_ends(place):
    opened_visit(place)
    for claim in ("CL1", "CL2"):
        do(place, item_opened, Item("V1", claim, ("INV1",)))
    assert shut_items(place) == 0
    place.trail.append([closing_study.ended(place, "P004", "audit")])
    assert shut_items(place) == 1
    left = {stored.key.split("/")[2] for stored in place.restricted.list("audit/V1/")}
    assert left == {"CL2"}


def test_questions_wait_for_answers_and_their_words_stay_out_of_the_trail(place):
    opened_visit(place)
    with pytest.raises(StudyError, match="blank"):
        question_asked.fn(place, Question("V1", "  "))
    do(place, question_asked, Question("V1", "Where is the boundary set?", "CL1"))
    assert do(place, question_asked, Question("V1", "Where is the boundary set?", "CL1")).facts == ()
    do(place, question_asked, Question("V1", "Who decided?"))
    (query,) = audit_queries(place)
    assert (query.check, query.subject) == ("AU001", "audit:V1")
    assert "2 questions" in query.message
    with pytest.raises(StudyError, match="without an answer: Q001, Q002"):
        visit_closed.fn(place, Closing("V1", "broken off"))
    with pytest.raises(StudyError, match="no such question"):
        question_answered.fn(place, Answer("V1", "Q009", "So.", "explained"))
    do(place, question_answered, Answer("V1", "Q001", "In the third memo.", "explained"))
    do(place, question_answered, Answer("V1", "Q002", "We do not agree.", "not_resolved"))
    do(place, question_answered, Answer("V1", "Q001", "In the fourth memo.", "corrected"))
    assert [(q.query, q.claim, q.answers, q.outcome) for q in visit(place).questions] == [
        ("Q001", "CL1", 2, "corrected"), ("Q002", None, 1, "not_resolved"),
    ]  # fmt: skip
    assert audit_queries(place) == []
    assert [q.query for q in visit(place).unresolved] == ["Q002"]
    said = {e.data["query"]: words_of(place, e) for e in place.events(["audit.queried"])}
    assert said == {"Q001": "Where is the boundary set?", "Q002": "Who decided?"}
    lines = b"".join(place.trail_store.get(s.key) for s in place.trail_store.list("lanes/"))
    assert b"boundary" not in lines


def test_an_attestation_is_recorded_with_the_dossier_that_was_shown(place):
    digest = closing_study.published(place, "a")
    opened_visit(place)
    later = closing_study.published(place, "b")  # the study goes on
    found = do(place, attestation_recorded, attestation(place, digest))
    assert "1 confirmed, 1 not confirmed, 0 not examined" in found.said[0]
    kept = place.files.get(f"records/attested/{digest}/attestation.html")
    assert digest.encode() in kept
    (event,) = place.events(["audit.attested"])
    assert event.data["dossier"] == digest
    shown = {e.id for e in place.events(["dossier.published"]) if e.data["content"] == digest}
    assert shown < {c.id for c in event.causes}
    record = next(place.root.glob("records/audit.attested/*.json")).read_text()
    assert "See Q001." in record
    assert do(place, attestation_recorded, attestation(place, digest)).facts == ()
    assert visit(place).state == "attested"
    assert later != digest


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"dossier": "c" * 64}, "never published"),
        ({"visit": "V9"}, "no audit visit V9"),
        ({"auditor": "INV1"}, "somebody of the team"),
        ({"auditor": "AUD2"}, "another auditor"),
        ({"date": "2017-01-01"}, "after today"),
        ({"signed_as": " "}, "blank in signed_as"),
        ({"statements": []}, "no statement was answered"),
        ({"statements": [{"id": "trail", "verdict": "yes", "comment": ""}]}, "trail is not answered"),
        ({"statements": [{"id": "trail", "verdict": "not_examined", "comment": ""}]}, "left as not examined"),
        ({"statements": [{"id": "made-up", "verdict": "confirmed", "comment": ""}]}, "asks no statement made-up"),
        ({"statements": [{"id": "trail", "verdict": "confirmed", "comment": ""}]}, "statement claims of the form"),
        ({"format": 2}, "of a form this version knows"),
        ({"date": "1 Sept"}, "YYYY-MM-DD"),
    ],
)
def test_what_keeps_an_attestation_from_being_recorded(place, changes, what):
    digest = closing_study.published(place, "a")
    do(place, opening, asked())
    with pytest.raises(StudyError, match=what):
        attestation_recorded.fn(place, attestation(place, digest, **changes))
    assert place.events(["audit.attested"]) == []


def test_a_page_that_was_edited_is_never_attested_nor_kept(place):
    digest = closing_study.published(place, "a")
    page = place.out.get("dossier/index.html")
    opened_visit(place)
    place.out.put("dossier/index.html", page + b"FORGED")
    place.out.put("dossier/notes.txt", b"somebody's own")
    assert keep_dossier(place, "V1") == ""
    kept = f"audit/V1/dossier/{digest}/index.html"
    place.restricted.put(kept, page + b"FORGED")
    with pytest.raises(StudyError, match="pages of the dossier were changed") as refused:
        attestation_recorded.fn(place, attestation(place, digest))
    assert "Publish it again" in refused.value.remedy
    assert list(place.files.list("records/attested/")) == []
    place.restricted.put(kept, page)
    do(place, attestation_recorded, attestation(place, digest))
    assert place.files.get(f"records/attested/{digest}/index.html") == page
    assert {stored.key.rpartition("/")[2] for stored in place.files.list("records/attested/")} == {
        "index.html", "attestation.html", "SHA256SUMS",
    }  # fmt: skip


def test_a_page_of_another_dossier_is_not_part_of_this_one():
    pages = {"index.html": b"a" * 64, "attestation.html": b"a" * 64, "claims.html": b"b" * 64}
    sums = {path: "".join(f"{sha256(pages[p])}  {p}\n" for p in pages if p != path).encode() for path in ("", *pages)}
    assert not is_whole({**pages, "SHA256SUMS": sums[""]}, "a" * 64)
    assert is_whole({**pages, "SHA256SUMS": sums["claims.html"]}, "a" * 64)
    assert not is_whole({**pages, "SHA256SUMS": sums["index.html"]}, "a" * 64)
    assert not is_whole(pages, "a" * 64)


def test_a_dossier_nobody_kept_cannot_be_attested(place):
    digest = closing_study.published(place, "a")
    do(place, opening, asked(visit="V0"))
    closing_study.published(place, "b")
    do(place, opening, asked())
    with pytest.raises(StudyError, match="neither in out/dossier nor kept"):
        attestation_recorded.fn(place, attestation(place, digest))
    assert keep_dossier(place, "V1") == "b" * 64


def test_a_visit_closes_with_its_attestation_and_leaves_nothing_open(place):
    digest = closing_study.published(place, "a")
    opened_visit(place)
    do(place, item_opened, Item("V1", "CL2", ("INV1",)))
    with pytest.raises(StudyError, match="no attestation"):
        visit_closed.fn(place, Closing("V1"))
    assert any("audit visit V1 is open: record the attestation" in said for said in closing(place).said)
    do(place, attestation_recorded, attestation(place, digest))
    there = len(list(place.restricted.list("audit/V1/")))
    do(place, visit_closed, Closing("V1"))
    assert list(place.restricted.list("audit/")) == []
    assert (visit(place).state, visit(place).removed) == ("closed", there)
    assert not any("audit visit" in said for said in closing(place).said)
    assert all(day is not None for day in visit(place).stages.values())
    with pytest.raises(StudyError, match="was closed on 2016-09-01"):
        sampling.fn(place, Sample("V1", claims=("CL1",)))


def test_a_visit_broken_off_says_why(place):
    opened_visit(place)
    do(place, visit_closed, Closing("V1", "The auditor fell ill."))
    (event,) = place.events(["audit.closed"])
    assert event.data["attested"] is False
    assert "fell ill" in next(Path(place.root).glob("records/audit.closed/*.json")).read_text()
