"""The audit folder: the same bytes for the same record, runs as the trail holds them, nothing lost that is not ours.

What RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) and Process Run Crate 0.5 require is checked clause by clause.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.crate import crate_page
from storage import LocalStore
from study import Actor, Event, Fact, Reference, Run, StudyError, Subject
from tasks.audit_folder import kit_key, refuse_other_folder, write_audit_folder, write_folder
from trail import Trail, seal, verify
from trail.note import Kind, generate_key
from trustworthiness.crate import audit_crate

ORIGIN = "fieldtrail/fsp/0a1b2c3d"
PRIVATE, VKEY = generate_key(ORIGIN)
SECRETS = ("t7kf3mm2p9q", "P017", "transcripts/I-P017.txt", "Heather", "S001")


class Study:
    """A trail with a clock, and what `write_audit_folder` looks at of a workspace."""

    def __init__(self, root: Path) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.root, self.trail_store, self.out = root, LocalStore(root / "trail"), LocalStore(root / "out")
        self.origin, self.public_key, self.runs = ORIGIN, VKEY, 0
        self.protocol = SimpleNamespace(
            id="fsp", title="Peers <&> programs", synthetic=True, team=[], storage=SimpleNamespace(
                trail="trail", countersigners=[]
            )
        )  # fmt: skip

    def run(self, flow: str, *facts: Fact, actor: Actor | None = None, end: str = "completed") -> None:
        """One run that records these facts, half a minute after the one before."""
        self.runs += 1
        trail = Trail.open(
            self.trail_store,
            study=ORIGIN,
            actor=actor or Actor("service", "fieldtrail", "software"),
            run=Run(f"run-{self.runs}", flow, "none", 1, "0.1.0"),
            now=lambda: self.moment,
            forbidden=lambda line: None,
        )
        for fact in facts:
            trail.append([fact])
            self.moment += timedelta(seconds=10)
        if end:
            trail.close(end)
        self.moment += timedelta(seconds=20)

    def seal(self) -> None:
        self.moment += timedelta(minutes=5)
        seal(self.trail_store, origin=ORIGIN, key=PRIVATE, now=lambda: self.moment)

    def events(self) -> list[Event]:
        trail = Trail.open(
            self.trail_store,
            study=ORIGIN,
            actor=Actor("service", "reader", "software"),
            run=Run("reader", "reader", "none", 1, "0"),
            now=lambda: self.moment,
            forbidden=lambda line: None,
        )
        return trail.events()

    def publish(self) -> dict[str, bytes]:
        """out/audit/ after it was written, by path."""
        standing = SimpleNamespace(verdict=verify(self.root / "trail", VKEY), events=tuple(self.events()))
        write_audit_folder(self, standing, SimpleNamespace(digest="d" * 64))  # type: ignore[arg-type]
        return {stored.key: self.out.get(stored.key) for stored in self.out.list("audit/")}

    def graph(self) -> dict[str, dict[str, Any]]:
        entities = json.loads(self.publish()["audit/ro-crate-metadata.json"])["@graph"]
        return {entity["@id"]: entity for entity in entities}


def opened() -> Fact:
    data = {"time_zone": "America/Los_Angeles", "protocol": "ab" * 32, "approval_from": "2026-01-05"}
    return Fact("study.opened", "2026-01-05", data=data)


def checked(body: bytes = b"one") -> Fact:
    """A transcript about a person, under its own key, and the register it was read with."""
    subject = (Subject("transcript", "x1"), Subject("participant", SECRETS[0]))
    generated = (Reference("a7h2kqmw3zt", len(body), hmac=hashlib.sha256(body).hexdigest()),)
    used = (Reference("a9z3kqmw3zt", 9, sha256="cd" * 32, version_id="v1"),)
    return Fact("transcript.received", "2026-02-03", subject, used, generated, data={"format": "txt"})


def invited(number: int) -> Fact:
    subject = (Subject("site", f"S{number:03d}"),)
    return Fact("site.invited", "2026-02-02", subject, data={"ordinal": 0, "version": 1})


def published(digest: str = "d") -> Fact:
    return Fact("dossier.published", "2026-03-02", data={"content": digest * 64})


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.setattr("os.fsync", lambda handle: None)
    made = Study(tmp_path)
    made.run("open-study", opened())
    made.run("track-recruitment", invited(1), invited(2), actor=Actor("person", "COO1", "coordinator"))
    made.run("validate-transcripts", checked(), end="failed")
    made.seal()
    return made


@pytest.mark.slow
def test_publishing_again_when_nothing_is_new_changes_no_byte(study: Study) -> None:
    first = study.publish()
    written = {key: (study.root / "out" / key).stat().st_mtime_ns for key in first}
    study.run("publish-dossier", published())
    assert study.publish() == first
    study.seal()
    study.moment += timedelta(days=1)
    study.seal()  # a daily closing with nothing new
    assert study.publish() == first
    assert {key: (study.root / "out" / key).stat().st_mtime_ns for key in first} == written


@pytest.mark.slow
def test_a_new_act_moves_the_fingerprint_once_it_is_closed(study: Study) -> None:
    before = study.publish()
    pin = re.search(r"^(\d+):([0-9a-f]{64})$", before["audit/README.md"].decode(), re.MULTILINE)
    assert pin
    assert verify(study.root / "trail", VKEY, pin=(int(pin[1]), pin[2])).ok
    study.run("track-recruitment", invited(3))
    study.seal()
    after = study.publish()
    assert pin[0] not in after["audit/README.md"].decode()
    assert "run-4.1" in after["audit/ro-crate-metadata.json"].decode()
    assert verify(study.root / "trail", VKEY, pin=(int(pin[1]), pin[2])).ok


def test_an_altered_record_gets_no_fingerprint_but_the_fault(study: Study) -> None:
    victim = max((study.root / "trail/lanes").rglob("*.jsonl"))
    victim.write_bytes(victim.read_bytes().replace(b"declared", b"declarex"))
    readme = study.publish()["audit/README.md"].decode()
    assert "This kit names none, because the record did not verify when it was made: `OBJECT_ALTERED lanes/" in readme
    assert str(study.root) not in readme


def test_every_file_is_summed(study: Study) -> None:
    files = study.publish()
    named = dict(line.split("  ")[::-1] for line in files.pop("audit/SHA256SUMS").decode().splitlines())
    assert named == {key.removeprefix("audit/"): hashlib.sha256(body).hexdigest() for key, body in files.items()}
    assert set(named) == {
        "README.html", "README.md", "keys/trail.vkey", "ro-crate-metadata.json", "verify_trail.py", "viewer.html",
    }  # fmt: skip


@pytest.mark.slow
def test_keys_of_the_protocol_are_handed_on(study: Study) -> None:
    person, cosigner = generate_key("INV1")[1], generate_key("ethics.example", Kind.COUNTERSIGNER)[1]
    study.protocol.team = [SimpleNamespace(key=person), SimpleNamespace(key=None)]
    study.protocol.storage.countersigners = [SimpleNamespace(key=cosigner, at="")]
    files = study.publish()
    assert files["audit/keys/person-INV1.vkey"].decode() == person + "\n"
    assert files["audit/keys/countersigner-ethics.example.vkey"].decode() == cosigner + "\n"
    study.protocol.team = []
    (study.root / "out/audit/mine.txt").write_text("an auditor's notes")
    again = study.publish()
    assert "audit/keys/person-INV1.vkey" not in again
    assert again["audit/mine.txt"] == b"an auditor's notes"


def test_runs_as_the_trail_holds_them(study: Study) -> None:
    graph = study.graph()
    actions = {id: entity for id, entity in graph.items() if entity["@type"] == "CreateAction"}
    assert set(actions) == {"#run-run-1.1", "#run-run-2.1", "#run-run-3.1"}
    recruiting = actions["#run-run-2.1"]
    assert recruiting["startTime"] == "2026-03-02T09:00:30.000+00:00"
    assert recruiting["endTime"] == "2026-03-02T09:00:50.000+00:00"
    assert recruiting["agent"] == {"@id": "#person-COO1"}
    assert recruiting["actionStatus"] == "http://schema.org/CompletedActionStatus"
    tool = graph[recruiting["instrument"]["@id"]]
    assert (tool["name"], tool["softwareVersion"]) == ("track-recruitment", "0.1.0")
    assert len(recruiting["result"]) == 3  # its objects in the trail: two batches, and its end
    validating = actions["#run-run-3.1"]
    assert validating["actionStatus"] == "http://schema.org/FailedActionStatus"
    assert validating["agent"] == {"@id": "#team"}
    used = graph[validating["object"]["@id"]]
    assert (used["name"], used["sha256"], used["contentSize"]) == ("a9z3kqmw3zt", "cd" * 32, "9")
    [made] = [graph[ref["@id"]] for ref in validating["result"] if not ref["@id"].startswith("#trail/")]
    assert made["identifier"] == f"hmac-sha256 {hashlib.sha256(b'one').hexdigest()}"
    assert "sha256" not in made


@pytest.mark.slow
def test_objects_of_the_trail_are_named_by_the_hash_of_their_bytes(study: Study) -> None:
    graph = study.graph()
    listed = {ref["@id"] for ref in graph["#trail"]["hasPart"]}
    stored = {f"#trail/{one.key}": study.trail_store.get(one.key) for one in study.trail_store.list()}
    assert listed == set(stored)
    for id, body in stored.items():
        assert (graph[id]["sha256"], graph[id]["contentSize"]) == (hashlib.sha256(body).hexdigest(), str(len(body)))
    size, root = graph["#trail"]["version"].split(":")
    assert verify(study.root / "trail", VKEY, pin=(int(size), root)).ok


def test_the_pages_of_the_dossier_are_named(study: Study) -> None:
    graph = study.graph()
    pages = {ref["@id"] for ref in graph["#dossier"]["hasPart"]}
    assert {"#dossier/index.html", "#dossier/attestation.html", "#dossier/COREQ.docx"} <= pages
    assert {graph[page]["isPartOf"]["@id"] for page in pages} == {"#dossier"}


@pytest.mark.slow
def test_a_run_that_stopped_without_a_word_and_one_that_goes_on(study: Study) -> None:
    study.run("track-consent", invited(8), end="")
    going_on = study.graph()["#run-run-4.1"]
    assert "actionStatus" not in going_on
    assert going_on["description"].endswith("Its end is not recorded.")
    study.run(
        "seal-trail", Fact("run.closed", "2026-03-03T00:00:00.000Z", data={"lane": "run-4.1", "reason": "silent"})
    )
    stopped = study.graph()["#run-run-4.1"]
    assert stopped["error"] == "It stopped without recording its end."
    assert stopped["endTime"] == stopped["startTime"]


def test_nothing_about_a_person_is_in_it(study: Study) -> None:
    files = study.publish()
    assert [(word, key) for word in SECRETS for key, body in files.items() if word in body.decode()] == []
    crate = files["audit/ro-crate-metadata.json"].decode()
    assert not re.search(r"transcript\.received|site\.invited|\bx1\b|2026-02-0", crate)  # kinds, subjects, days


# What the specifications require, clause by clause.


def test_ro_crate_1_1_root_data_entity_and_descriptor(study: Study) -> None:
    document = json.loads(study.publish()["audit/ro-crate-metadata.json"])
    assert document["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    graph = {entity["@id"]: entity for entity in document["@graph"]}
    descriptor, root = graph["ro-crate-metadata.json"], graph["./"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert root["@type"] == "Dataset"
    assert root["name"]
    assert root["description"]
    assert datetime.fromisoformat(root["datePublished"]) == datetime(2026, 3, 2, 9, 1, 10, tzinfo=UTC)
    licence = graph[root["license"]["@id"]]
    assert licence["name"]
    assert licence["description"]
    assert graph[root["author"]["@id"]]["@type"] == "Organization"
    assert graph[root["publisher"]["@id"]]["@type"] == "Organization"


@pytest.mark.slow
def test_ro_crate_1_1_data_entities_and_json_ld(study: Study) -> None:
    files, graph = study.publish(), study.graph()
    document = json.loads(files["audit/ro-crate-metadata.json"])
    ids = [entity["@id"] for entity in document["@graph"]]
    assert len(ids) == len(set(ids))  # appendix JSON-LD: one entity an @id, flattened
    assert all(entity.get("@type") for entity in document["@graph"])
    parts = {ref["@id"] for ref in graph["./"]["hasPart"]}
    assert parts == {id for id, entity in graph.items() if "File" in entity["@type"]}  # data entities: hasPart
    for id in parts:
        assert graph[id]["sha256"] == hashlib.sha256(files[f"audit/{id}"]).hexdigest()
        assert graph[id]["contentSize"] == str(len(files[f"audit/{id}"]))
    for entity in document["@graph"]:
        for name, value in entity.items():
            many = value if isinstance(value, list) else [value]
            assert many, f"{entity['@id']}.{name} is empty"
            assert not (isinstance(value, list) and len(value) == 1)  # compacted: no list of one
            refs = [one["@id"] for one in many if isinstance(one, dict)]
            assert [ref for ref in refs if ref not in graph and not ref.startswith("https://w3id.org/ro/crate/")] == []


def test_process_run_crate_0_5(study: Study) -> None:
    graph = study.graph()
    profile = graph[graph["./"]["conformsTo"]["@id"]]
    assert (profile["@id"], profile["@type"]) == ("https://w3id.org/ro/wfrun/process/0.5", "CreativeWork")
    mentioned = {ref["@id"] for ref in graph["./"]["mentions"]}
    actions = [entity for entity in graph.values() if entity["@type"] == "CreateAction"]
    assert mentioned == {action["@id"] for action in actions}
    for action in actions:
        tool = graph[action["instrument"]["@id"]]  # MUST
        assert tool["@type"] == "SoftwareApplication"
        assert tool["name"]
        assert tool["softwareVersion"]
        assert "version" not in tool
        assert action["name"]
        assert action["description"]
        assert datetime.fromisoformat(action["startTime"]) <= datetime.fromisoformat(action["endTime"])
        agents = action["agent"] if isinstance(action["agent"], list) else [action["agent"]]
        assert {graph[agent["@id"]]["@type"] for agent in agents} <= {"Person", "Organization"}
        for name in ("object", "result"):
            found = action.get(name, [])
            kinds = {graph[one["@id"]]["@type"] for one in (found if isinstance(found, list) else [found])}
            assert kinds <= {"File", "Dataset", "Collection", "CreativeWork", "PropertyValue"}
        assert action["result"]
        assert ("error" in action) == (action.get("actionStatus") == "http://schema.org/FailedActionStatus")


@settings(deadline=None, max_examples=40)  # the first call imports rocrate
@given(order=st.permutations(range(6)))
def test_the_crate_is_a_function_of_the_set_of_events(order: list[int]) -> None:
    events = [event(number) for number in range(6)]

    def page(some: list[Event]) -> bytes:
        crate = audit_crate(
            some, origin=ORIGIN, study="fsp", title="T", synthetic=False, dossier="d" * 64, closing=None
        )
        return crate_page(crate, {})

    assert page([events[place] for place in order]) == page(events)


def event(number: int) -> Event:
    kind, data = ("run.closed", {"lane": "r1.1", "reason": "completed"}) if number == 5 else ("memo.written", {})
    return Event(
        id=f"e{number}",
        kind=kind,
        occurred="2026-01-05",
        recorded_at=f"2026-01-05T10:00:0{number % 3}.000Z",
        actor=Actor("person", f"INV{number % 2}", "investigator"),
        run=Run(f"r{number % 2}", "x", "none", 1, "1"),
        generated=(Reference(f"a{number}", 3, sha256="ab" * 32),),
        data=data,
    )


# The folder.


def test_a_folder_that_is_no_kit_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(StudyError, match="something is there already, and it is no kit"):
        refuse_other_folder(LocalStore(tmp_path))
    refuse_other_folder(LocalStore(tmp_path / "new"))
    write_folder(LocalStore(tmp_path / "kit"), "", {"verify_trail.py": b"x", "SHA256SUMS": b""})
    refuse_other_folder(LocalStore(tmp_path / "kit"))


@pytest.mark.parametrize("path", ["../keys/other.txt", "keys/../../other.txt", "/etc/passwd", "notes.txt"])
def test_a_forged_list_of_files_removes_nothing_else(tmp_path: Path, path: str) -> None:
    (tmp_path / "keys").mkdir()
    for other in ("keys/other.txt", "other.txt", "kit/notes.txt"):
        (tmp_path / other).parent.mkdir(exist_ok=True)
        (tmp_path / other).write_text("mine")
    (tmp_path / "kit/SHA256SUMS").write_text(f"{'0' * 64}  {path}\n")
    write_folder(LocalStore(tmp_path / "kit"), "", {"SHA256SUMS": b""})
    assert all((tmp_path / other).exists() for other in ("keys/other.txt", "other.txt", "kit/notes.txt"))


@pytest.mark.parametrize("make", [lambda: PRIVATE, lambda: f"  {PRIVATE}\n", lambda: generate_key("INV1")[0]])
def test_a_private_key_is_refused_and_never_quoted(make: Callable[[], str]) -> None:
    private = make()
    with pytest.raises(StudyError, match="this is a private key") as refused:
        kit_key(private, "trail")
    assert private.strip().split("+", 4)[-1] not in str(refused.value)


def test_a_key_of_the_wrong_kind_is_refused() -> None:
    cosigner = generate_key("ethics.example", Kind.COUNTERSIGNER)[1]
    for text, of in ((cosigner, "trail"), (VKEY, "countersigner"), (cosigner, "person"), ("x", "trail")):
        with pytest.raises(StudyError, match=f"the key of the {of}"):
            kit_key(text, of)
