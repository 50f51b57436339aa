"""The dossier as a study publishes it: statements recorded, nothing about a participant in it, an archive on S3."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from evidence import read_transcript
from storage.local import LocalStore
from storage.mirror import local_copy
from storage.policy import documents
from storage.s3 import S3Store
from study import Fact
from tasks.dossier import make_dossier, write_site
from tasks.dossier_s3 import hand_to_auditors, packed
from tasks.reporting_statements import reporting, stated

_spec = importlib.util.spec_from_file_location("member_check_study", Path(__file__).parent / "member_check_study.py")
tiny = importlib.util.module_from_spec(_spec)
sys.modules["member_check_study"] = tiny
_spec.loader.exec_module(tiny)

FILES = {"dossier/index.html": b"<h1>", "audit/README.md": b"kit"}
DIGEST = "d" * 64


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    root = tiny.write_study(tmp_path / "tiny")
    tiny.enrol(root)
    with tiny.at(root) as place:
        yield place


def state(place, text: str):
    """Write the team's statements and record those that may be."""
    place.files.put("analysis/reporting.csv", text.encode())
    found = reporting(place)
    place.trail.append(found.facts)
    return found


def page(place, name: str) -> str:
    return (place.out.root / f"dossier/{name}.html").read_text()


@pytest.mark.slow
def test_what_the_team_states_is_recorded_and_shown_as_stated(place):
    found = state(place, "item,statement\nCOREQ-4,Two women made the interviews.\n")
    assert [dict(f.data)["item"] for f in found.facts] == ["COREQ-4"]
    [record] = place.files.list("records/reporting.stated/")
    assert json.loads(place.files.get(record.key))["statement"] == "Two women made the interviews."
    make_dossier(place)
    assert "<b>Stated by the team</b>Two women made the interviews." in page(place, "coreq")
    assert reporting(place).facts[0].natural_key == found.facts[0].natural_key  # nothing new
    place.files.put("analysis/reporting.csv", b"item,statement\n")
    make_dossier(place)
    assert "Two women" not in page(place, "coreq")  # taken back


def test_a_statement_changed_into_one_that_names_somebody_is_no_longer_made(place):
    state(place, "item,statement\nCOREQ-6,Nobody was known to us.\n")
    assert stated(place, place.events())["COREQ-6"].words == "Nobody was known to us."
    assert state(place, "item,statement\nCOREQ-6,P001 was known to us.\n").facts == ()
    assert stated(place, place.events()) == {}


def test_of_two_statements_to_one_item_the_first_stands(place):
    found = state(place, "item,statement\nCOREQ-6,The first.\nCOREQ-6,The second.\n")
    assert [q.check for q in found.queries] == ["DS001"]
    assert stated(place, place.events())["COREQ-6"].words == "The first."


def test_a_closed_study_states_nothing_more(place):
    place.trail.append([Fact("study.closed", place.instant, data={"open_obligations": 0})])
    assert state(place, "item,statement\nCOREQ-6,Nobody was known to us.\n").facts == ()


def test_a_statement_that_names_somebody_or_no_item_is_a_query_that_says_where(place):
    text = "item,statement\nCOREQ-6,Tessa Quill was known to us.\nCOREQ-7,P001 knew our names.\nCOREQ-99,Nobody.\n"
    found = state(place, text)
    assert found.facts == ()
    assert [(q.check, q.severity, q.where) for q in found.queries] == [
        ("DS002", "block", "analysis/reporting.csv, row 2, column statement"),
        ("DS002", "block", "analysis/reporting.csv, row 3, column statement"),
        ("DS001", "review", "analysis/reporting.csv, row 4, column item"),
    ]
    assert not any(word in q.message for q in found.queries for word in ("Quill", "P001"))
    assert len({q.fingerprint for q in found.queries}) == 3


def test_plain_words_that_are_also_names_are_no_names(place):
    table = place.restricted.get("identities.csv").decode().replace("Cal Holder", "Will Holder")
    place.restricted.put("identities.csv", table.encode())
    assert state(place, "item,statement\nSRQR-19,This will not hold elsewhere.\n").queries == ()


@pytest.mark.slow
def test_no_page_holds_a_code_a_name_or_words_of_a_participant(place):
    make_dossier(place)
    said = set()
    for stored in place.files.list("transcripts/"):
        for text in read_transcript(place.files.get(stored.key), stored.key).turns["text"]:
            words = re.findall(r"\w+", text.casefold())
            said |= {" ".join(words[n : n + 5]) for n in range(len(words) - 4)}
    assert said
    secrets = [*tiny.PEOPLE, *tiny.NAMES, *place.known_trail_codes().values()]
    for stored in place.out.list("dossier/"):
        text = _text(place.out.get(stored.key))
        assert not [secret for secret in secrets if secret in text], stored.key
        words = re.findall(r"\w+", re.sub(r"<[^>]+>", " ", text).casefold())
        assert not said & {" ".join(words[n : n + 5]) for n in range(len(words) - 4)}, stored.key


def _text(body: bytes) -> str:
    if body[:2] != b"PK":
        return body.decode()
    with zipfile.ZipFile(io.BytesIO(body)) as document:
        return "\n".join(document.read(name).decode(errors="replace") for name in document.namelist())


@pytest.mark.slow
def test_pages_of_an_earlier_dossier_are_removed_and_nothing_else_is(place):
    place.trail.append([Fact("memo.written", "2016-08-30", data={"memo": "M1"})])
    make_dossier(place)
    assert (place.out.root / "dossier/events-memo-written.html").exists()
    (place.out.root / "dossier/notes.txt").write_text("the auditor's own")
    sums = place.out.root / "dossier/SHA256SUMS"
    sums.write_text(sums.read_text() + f"{'0' * 64}  events-gone.html\n")
    (place.out.root / "dossier/events-gone.html").write_text("old")
    make_dossier(place)
    assert not (place.out.root / "dossier/events-gone.html").exists()
    assert (place.out.root / "dossier/notes.txt").read_text() == "the auditor's own"


def test_an_archive_of_the_same_files_has_the_same_bytes():
    assert packed(FILES) == packed(dict(reversed(FILES.items())))
    with zipfile.ZipFile(io.BytesIO(packed(FILES))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES


def test_a_trail_in_a_folder_gets_no_archive(place):
    assert hand_to_auditors(place, DIGEST, FILES) == ()
    assert list(place.trail_store.list("dossier/")) == []


@pytest.mark.real
def test_on_s3_auditors_read_the_archive_and_nobody_replaces_it(weed, monkeypatch):
    bucket = weed.bucket(mode="GOVERNANCE", days=10)
    made = documents(bucket, "fsp", name="h", server="seaweedfs")
    names = {role: weed.identity(made[role], name=f"h-{role}") for role in ("writer", "auditor", "countersigner")}
    weed.client().put_bucket_policy(Bucket=bucket, Policy=json.dumps(made["bucket-policy"]))

    def store(role: str) -> S3Store:
        for name, value in weed.environment(names[role]).items():
            monkeypatch.setenv(name, value)
        return S3Store(f"s3://{bucket}/fsp")

    def study(role: str) -> SimpleNamespace:
        protocol = SimpleNamespace(storage=SimpleNamespace(trail=f"s3://{bucket}/fsp"))
        return SimpleNamespace(protocol=protocol, trail_store=store(role))

    said = hand_to_auditors(study("writer"), DIGEST, FILES)
    assert said == (f"Auditors find it beside the trail, as dossier/{DIGEST}.zip.",)
    assert hand_to_auditors(study("writer"), DIGEST, {**FILES, "more": b""}) == ()
    auditor = store("auditor")
    assert auditor.get(f"dossier/{DIGEST}.zip") == packed(FILES)
    assert auditor.retention_of(f"dossier/{DIGEST}.zip")
    with local_copy(auditor) as copy:  # what is verified: the archive is no part of it
        assert not (copy.directory / "dossier").exists()
    [refused] = hand_to_auditors(study("countersigner"), "e" * 64, FILES)
    assert refused.startswith("The dossier was not written beside the trail (")


def test_pages_that_say_what_they_said_are_not_written_again(tmp_path, monkeypatch):
    store = LocalStore(tmp_path)
    write_site(store, {"a.html": b"one", "b.html": b"two"})
    put, written = store.put, []
    monkeypatch.setattr(LocalStore, "put", lambda self, key, body: (written.append(key), put(key, body))[1])
    write_site(store, {"a.html": b"one", "b.html": b"three"})
    assert written == ["dossier/b.html"]
