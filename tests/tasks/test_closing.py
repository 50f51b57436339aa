"""Closing a study and its dossier: what is open is named, and nothing is recorded twice."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pages.attestation import STATEMENTS
from study import Actor, Fact
from study.protocol.document import Obligation, Retention
from tasks.attested import is_whole, statements_asked
from tasks.closing import closing
from tasks.dossier import make_dossier
from tasks.recruitment import tracked_recruitment
from tasks.registers import read_registers

_spec = importlib.util.spec_from_file_location("member_check_study", Path(__file__).parent / "member_check_study.py")
tiny = importlib.util.module_from_spec(_spec)
sys.modules["member_check_study"] = tiny
_spec.loader.exec_module(tiny)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    root = tiny.write_study(tmp_path / "tiny")
    tiny.enrol(root)
    with tiny.at(root) as place:
        place.actor = Actor("person", "INV1", "investigator")
        yield amended(place, retention=Retention(linkage="kept"))


def amended(place, **changes):
    place.protocol = place.protocol.model_copy(update=changes)
    return place


def test_nothing_open_and_a_person_asks(place):
    found = closing(place)
    assert [(f.kind, dict(f.data)) for f in found.facts] == [("study.closed", {"open_obligations": 0})]
    place.trail.append(found.facts)
    assert closing(place) == replace(found, facts=())


def test_without_a_person_it_waits(place):
    place.actor = Actor("service", "fieldtrail", "software")
    found = closing(place)
    assert found.facts == ()
    assert "waiting for a person" in found.said[0]


def test_an_obligation_that_is_not_done(place):
    late = Obligation(id="O1", what="Report to the board.", due=date(2016, 6, 1))
    found = closing(amended(place, obligations=[late]))
    assert found.facts == ()
    assert found.said[1] == "Obligation O1 is open, due 2016-06-01 (overdue): Report to the board."
    assert closing(amended(place, obligations=[late.model_copy(update={"done": date(2016, 6, 1)})])).facts


def test_a_query_that_blocks(place):
    data = {"fingerprint": "a" * 64, "occurrence": 1, "check": "CN001", "severity": "block"}
    place.trail.append([Fact("query.opened", place.instant, data=data)])
    assert closing(place).said[1] == "1 blocking query is open: resolve what blocks first."


@pytest.mark.real
def test_recordings_whose_destruction_was_promised(place):
    place.files.put(
        "registers/interviews.csv",
        b"interview_id,participant_ids,site_id,occurred,mode,outcome,recording\nI0001,P001,,2016-02-01,phone,full,R1\n"
        b"I0002,P002,,2016-02-01,phone,full,R2\nI0003,P003,,2016-02-01,phone,full,\n",
    )
    assert closing(place).facts
    forms = [f.model_copy(update={"audio_destroyed_within_days": 30}) for f in place.protocol.consent_forms]
    assert closing(amended(place, consent_forms=forms)).said[1].startswith("2 recordings are not recorded as destroyed")
    rows = b"recording_id,interview_id,step,occurred\nR1,I0001,destroyed,2016-08-01\nR2,I0002,destroyed,2016-08-01\n"
    place.files.put("registers/recordings.csv", rows)
    place.trail.append(tracked_recruitment.fn(place, read_registers.fn(place)).facts)
    assert closing(place).facts


@pytest.mark.slow
def test_a_dossier_is_published_once_a_content(place, monkeypatch):
    first = make_dossier(place)
    assert [f.kind for f in first.facts] == ["dossier.published"]
    place.trail.append(first.facts)
    again = make_dossier(place)
    assert again.facts == ()
    place.trail.append([Fact("memo.written", "2016-08-30", data={"memo": "M1"})])
    assert make_dossier(place).facts[0].data != first.facts[0].data


def test_a_dossier_holds_no_codes_names_or_words(place):
    made = make_dossier(place)
    files = {p.name: p.read_bytes() for p in (place.out.root / "dossier").iterdir()}
    assert is_whole(files, made.facts[0].data["content"])
    assert statements_asked(files) == tuple(STATEMENTS)
    page = (place.out.root / "dossier/index.html").read_text()
    assert "P001" not in page
    assert "Quill" not in page
    assert "Nobody asked" not in page
    assert all(code not in page for code in place.known_trail_codes().values())
